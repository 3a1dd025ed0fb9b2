"""Requests to a platform: its own hosts alone, no redirects, bounded, tried again where that is safe."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from grader.lti._extra import needed
from grader.lti.address import allowed
from grader.lti.faults import Odd, Unreachable, Unsafe, Unsure

if TYPE_CHECKING:
    import httpx

    from grader.lti.registration import Platform

LARGEST = 20_000_000
"""Bytes of the largest answer."""
CONNECT, ANSWER = 10.0, 60.0
"""Seconds that a connection and an answer may take."""
TRIES = 4
_AGAIN = frozenset({429, 500, 502, 503, 504})
_UNDONE = frozenset({429})
"""A write that is answered so was not carried out."""
_LONGEST_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a platform answered; names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text, whatever it holds."""
        return self.body.decode("utf-8", "replace")


class Transport:
    """Asks platforms; one for a whole run, closed at its end."""

    def __init__(
        self, sleep: Callable[[float], None] = time.sleep, timeout: float = ANSWER
    ) -> None:
        """Prepare; nothing is opened before the first request."""
        needed()
        self._sleep = sleep
        self._timeout = timeout
        self._clients: dict[bool, httpx.Client] = {}

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            client.close()

    def ask(
        self,
        platform: Platform,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        largest: int = LARGEST,
        tries: int = TRIES,
    ) -> Answer:
        """Return a platform's answer, whatever its status.

        A read is tried again after a failure; a write only where the platform cannot have carried
        it out.

        Raises:
            Unsafe: when the address is not the platform's, or the answer sends us elsewhere.
            Unreachable: when no connection was made.
            Unsure: when a write was sent and no answer came.
            Odd: when an answer is too large.
        """
        allowed(url, platform.origins, platform.name)
        reads = method == "GET"
        for attempt in range(tries):
            last = attempt == tries - 1
            answer = self._once(platform, method, url, headers, body, largest, last=last)
            if answer is None:
                self._sleep(_pause(attempt))
                continue
            if last or answer.status not in (_AGAIN if reads else _UNDONE):
                return answer
            self._sleep(_told(answer.headers.get("retry-after", "")) or _pause(attempt))
        raise AssertionError("the last try returns or raises")

    def _once(
        self,
        platform: Platform,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        largest: int,
        *,
        last: bool,
    ) -> Answer | None:
        """Return the answer, or None where it may be asked again."""
        import httpx  # noqa: PLC0415

        whom = f"the platform '{platform.name}'"
        client = self._client(urlsplit(url).scheme == "http")
        try:
            with client.stream(method, url, headers=dict(headers), content=body) as response:
                data = bytearray()
                for piece in response.iter_bytes():
                    data += piece
                    if len(data) > largest:
                        raise Odd(f"{whom} answers with more than {largest} bytes")
                found = {name.lower(): value for name, value in response.headers.items()}
                status = response.status_code
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            if last:
                raise Unreachable(f"{whom} cannot be reached ({type(error).__name__})") from None
            return None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            what = type(error).__name__
            if method != "GET":
                raise Unsure(f"{whom} gave no answer to what was sent ({what})") from None
            if last:
                raise Unreachable(f"{whom} gives no answer ({what})") from None
            return None
        if 300 <= status < 400:
            raise Unsafe(f"{whom} sends us elsewhere ({status}); its addresses have to be exact")
        return Answer(status, found, bytes(data))

    def _client(self, here: bool) -> httpx.Client:
        """Return the client for this machine (http), or for all others (https)."""
        import httpx  # noqa: PLC0415

        if here not in self._clients:
            self._clients[here] = httpx.Client(
                timeout=httpx.Timeout(self._timeout, connect=min(CONNECT, self._timeout)),
                follow_redirects=False,
                trust_env=not here,  # a proxy is for others
                verify=not here,  # no certificates are read where none is shown
                headers={"User-Agent": "grader-lti"},
            )
        return self._clients[here]


def _pause(attempt: int) -> float:
    return float(2**attempt) * (0.5 + random.random() / 2)  # noqa: S311  # spread, no secret


def _told(text: str) -> float:
    """Return the seconds that a Retry-After asks for, none where it says nothing.

    >>> _told("3"), _told("soon"), _told("100000")
    (3.0, 0.0, 60.0)
    """
    try:
        return max(0.0, min(float(int(text)), _LONGEST_WAIT))
    except ValueError:
        pass
    try:
        wait = parsedate_to_datetime(text).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return max(0.0, min(wait, _LONGEST_WAIT))
