"""Our own RSA keys: made when first needed, turned over with an overlap, published as a JWKS.

A new key is published a day before it signs and the old one a week after it stopped, since
platforms keep what they fetched. Private keys lie in one file that only its owner may read.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.lti._extra import needed
from grader.lti.faults import Unsafe

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey

BITS = 2048
DAY = 86_400.0
LEAD, OVERLAP = DAY, 7 * DAY
"""Seconds that a key is published before it signs, and after it was replaced."""
_OTHERS = 0o077


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One pair of keys: it signs from ``starts``, and is published until ``ends``."""

    kid: str
    made: float
    starts: float
    ends: float | None
    private: RSAKey


class Keys:
    """The keys in a folder; several processes may use it at once."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        """Use the keys in a folder; the first is made when it is first needed."""
        needed()
        self._folder = folder
        self._file = folder / "keys.json"
        self._clock = clock
        self._held: tuple[tuple[int, ...], tuple[Key, ...]] | None = None

    def signing(self) -> Key:
        """Return the key that signs now: the newest that has been published long enough.

        Raises:
            Unsafe: when others may read the private keys, or the file is damaged.
        """
        now = self._clock()
        every = self.every()
        ready = [key for key in every if key.starts <= now]
        return max(ready or every, key=lambda key: key.starts)

    def public(self) -> dict[str, Any]:
        """Return what platforms may know, as a JWKS.

        Raises:
            Unsafe: when others may read the private keys, or the file is damaged.
        """
        return {
            "keys": [
                {
                    **key.private.as_dict(private=False),
                    "kid": key.kid,
                    "alg": "RS256",
                    "use": "sig",
                }
                for key in self.every()
            ]
        }

    def every(self) -> tuple[Key, ...]:
        """Return all keys that are still published, the oldest first.

        Raises:
            Unsafe: when others may read the private keys, or the file is damaged.
        """
        if not self._file.exists():
            with self._alone():
                if not self._file.exists():
                    now = self._clock()
                    self._write((_made(now, now),))
        now = self._clock()
        return tuple(key for key in self._read() if key.ends is None or key.ends > now)

    def rotate(self, *, lead: float = LEAD, overlap: float = OVERLAP, at_once: bool = False) -> Key:
        """Make a new key and let the others end; return the new one.

        Args:
            lead: seconds after which the new key signs.
            overlap: seconds that the others are still published after that.
            at_once: the others are known to somebody: they end now. Platforms that keep keys
                refuse us until they fetch ours again.

        Raises:
            Unsafe: when others may read the private keys, or the file is damaged.
        """
        self.every()
        with self._alone():
            now = self._clock()
            starts = now if at_once else now + lead
            new = _made(now, starts)
            end = now if at_once else starts + overlap
            kept = [
                replace(key, ends=end if key.ends is None else min(key.ends, end))
                for key in self._read()
                if key.ends is None or key.ends > now
            ]
            self._write([*(key for key in kept if key.ends is None or key.ends > now), new])
        return new

    def _read(self) -> tuple[Key, ...]:
        """Return what the file holds; it is read again only when it changed."""
        found = self._file.stat()
        if os.name == "posix" and found.st_mode & _OTHERS:
            raise Unsafe(
                f"{self._file} holds private keys and others may read it; run: chmod 600 on it, "
                "and grader lti rotate --at-once if somebody did"
            )
        seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        if self._held is None or self._held[0] != seen:
            self._held = (seen, self._parsed())
        return self._held[1]

    def _parsed(self) -> tuple[Key, ...]:
        from joserfc.errors import JoseError  # noqa: PLC0415
        from joserfc.jwk import RSAKey  # noqa: PLC0415

        try:
            rows = json.loads(self._file.read_text("utf-8"))["keys"]
            return tuple(
                Key(
                    kid=str(row["kid"]),
                    made=float(row["made"]),
                    starts=float(row["starts"]),
                    ends=None if row["ends"] is None else float(row["ends"]),
                    private=RSAKey.import_key(row["pem"]),
                )
                for row in rows
            )
        except (ValueError, KeyError, TypeError, JoseError):
            # "from None": the text of such errors may hold a piece of the file
            raise Unsafe(f"{self._file} is damaged; move it away, and a new key is made") from None

    def _write(self, keys: Sequence[Key]) -> None:
        rows = [
            {
                "kid": key.kid,
                "made": key.made,
                "starts": key.starts,
                "ends": key.ends,
                "pem": key.private.as_pem(private=True).decode(),
            }
            for key in keys
        ]
        part = self._file.with_name(f"{self._file.name}.{os.getpid()}.part")
        part.unlink(missing_ok=True)
        opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            json.dump({"keys": rows}, file)
        part.replace(self._file)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder's lock, so that two processes make no two first keys."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        opened = os.open(self._folder / "keys.lock", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            if sys.platform != "win32":
                import fcntl  # noqa: PLC0415

                fcntl.flock(opened, fcntl.LOCK_EX)
            yield
        finally:
            os.close(opened)


def _made(now: float, starts: float) -> Key:
    from joserfc.jwk import RSAKey  # noqa: PLC0415

    private = RSAKey.generate_key(BITS)
    return Key(kid=private.thumbprint(), made=now, starts=starts, ends=None, private=private)
