"""The public keys of platforms: kept, and fetched again when an unknown one signs, but not at will."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from grader.lti.faults import LtiError, Refused

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey

    from grader.lti.registration import Platform
    from grader.lti.transport import Transport

FRESH = 3600.0
"""Seconds after which keys are fetched again."""
STALE = 86_400.0
"""Seconds that known keys still count while the platform does not answer."""
REST = 60.0
"""Seconds between two fetches that an unknown key asks for: a flood of them is no flood of ours."""
PATIENCE = 15.0
"""Seconds that a fetch may take: a person waits for it in front of a browser."""
_LARGEST, _MOST = 262_144, 100
_BITS = (2048, 8192)
"""A shorter key is no protection; a longer one costs us more than it costs its sender."""
_EXPONENT = 12


@dataclass(slots=True)
class _Known:
    keys: Mapping[str, RSAKey] = field(default_factory=dict)
    good: float = float("-inf")
    """When they were fetched."""
    tried: float = float("-inf")
    """When a fetch was last begun."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held during a fetch: who waits for one platform stops the launches of no other."""


class PlatformKeys:
    """Keys by platform and key id; threads may share it."""

    def __init__(self, transport: Transport, clock: Callable[[], float] = time.time) -> None:
        """Ask through a transport."""
        self._transport = transport
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def find(self, platform: Platform, kid: str) -> RSAKey:
        """Return the platform's key of an id.

        Raises:
            Refused: when there is none, or the platform does not tell its keys.
        """
        with self._lock:
            known = self._known.setdefault(platform.jwks, _Known())
        if self._wanted(known, kid):
            usable = kid in known.keys and self._clock() - known.good <= STALE
            # while somebody fetches, a key that still counts is taken as it is
            if known.lock.acquire(blocking=not usable):
                try:
                    if self._wanted(known, kid):
                        known.tried = self._clock()
                        self._fetch(platform, known)
                finally:
                    known.lock.release()
        if self._clock() - known.good > STALE:
            raise Refused(
                f"the keys of '{platform.name}' cannot be had just now; try again later", 503
            )
        found = known.keys.get(kid)
        if found is None:
            raise Refused("the message is signed with a key that the platform does not publish")
        return found

    def _wanted(self, known: _Known, kid: str) -> bool:
        now = self._clock()
        lacking = kid not in known.keys or now - known.good > FRESH
        return lacking and now - known.tried >= REST

    def _fetch(self, platform: Platform, known: _Known) -> None:
        """Take the platform's keys in; where that fails, what is known stays."""
        try:
            answer = self._transport.ask(
                platform,
                "GET",
                platform.jwks,
                headers={"Accept": "application/json"},
                largest=_LARGEST,
                tries=1,
                within=PATIENCE,
            )
        except LtiError:
            return
        if answer.status == 200:
            keys = _keys(answer.body)
            if keys is not None:
                known.keys, known.good = keys, self._clock()


def _keys(body: bytes) -> dict[str, RSAKey] | None:
    """Return the keys that may sign for us; None where it is no key set."""
    try:
        rows = json.loads(body)["keys"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(rows, list):
        return None
    found: dict[str, RSAKey] = {}
    for row in rows[:_MOST]:
        key = _key(row)
        if key is not None:
            found.setdefault(row["kid"], key)
    return found


def _key(row: Any) -> RSAKey | None:
    from joserfc.errors import JoseError  # noqa: PLC0415
    from joserfc.jwk import RSAKey  # noqa: PLC0415

    if not isinstance(row, dict) or not isinstance(row.get("kid"), str):
        return None
    if row.get("kty") != "RSA" or row.get("use", "sig") != "sig":
        return None
    if row.get("alg", "RS256") != "RS256":
        return None
    try:
        size = len(base64.urlsafe_b64decode(row["n"] + "==")) * 8
        if not _BITS[0] <= size <= _BITS[1] or len(row["e"]) > _EXPONENT:
            return None
        return RSAKey.import_key({name: row[name] for name in ("kty", "n", "e")})
    except (JoseError, ValueError, KeyError, TypeError):
        return None
