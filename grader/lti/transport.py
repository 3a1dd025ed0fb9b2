"""Requests to a platform: its own hosts alone, no redirects, bounded, tried again where that is safe."""

from __future__ import annotations

import random
import threading
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
"""Seconds that a connection may take, and that an answer may be silent."""
WHOLE = 2.0
"""An exchange ends after so many times the seconds of a silence, however steadily bytes drip."""
TRIES = 4
_AGAIN = frozenset({429, 500, 502, 503, 504})
_UNDONE = frozenset({429})
"""A write that is answered so was not carried out."""
_LONGEST_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class _Wish:
    """One request as it is sent, and what its answer may cost."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    largest: int
    within: float

    @property
    def reads(self) -> bool:
        return self.method == "GET"


class _Unfit(Exception):
    """An answer came, and it is none that we take: why."""


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
        self._clients: dict[tuple[bool, str], httpx.Client] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            clients = [*self._clients.values()]
            self._clients.clear()
        for client in clients:
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
        within: float = float("inf"),
    ) -> Answer:
        """Return a platform's answer, whatever its status.

        A read is tried again after a failure; a write only where the platform cannot have carried
        it out.

        Args:
            platform: whom to ask.
            method: of HTTP.
            url: at one of the platform's hosts.
            headers: beside our own.
            body: what is sent.
            largest: bytes of an answer.
            tries: how often.
            within: seconds that one exchange may take as a whole, from the look-up of the name to
                the last byte; never more than twice what a silence may.

        Raises:
            Unsafe: when the address is not the platform's, or the answer sends us elsewhere.
            Unreachable: when no connection was made.
            Unsure: when a write was sent and no answer came, or none that we take.
            Odd: when the answer to a read is too large, or compressed though we asked for none.
        """
        allowed(url, platform.origins, platform.name)
        wish = _Wish(method, url, headers, body, largest, min(within, WHOLE * self._timeout))
        for attempt in range(tries):
            last = attempt == tries - 1
            answer = self._once(platform, wish, last=last)
            if answer is None:
                self._sleep(_pause(attempt))
                continue
            if last or answer.status not in (_AGAIN if wish.reads else _UNDONE):
                return answer
            self._sleep(_told(answer.headers.get("retry-after", "")) or _pause(attempt))
        raise AssertionError("the last try returns or raises")

    def _once(self, platform: Platform, wish: _Wish, *, last: bool) -> Answer | None:
        """Return the answer, or None where it may be asked again."""
        import httpx  # noqa: PLC0415

        whom = f"the platform '{platform.name}'"
        try:
            answer = self._bounded(wish)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            if last:
                raise Unreachable(f"{whom} cannot be reached ({type(error).__name__})") from None
            return None
        except _Unfit as error:
            if not wish.reads:
                raise Unsure(f"{whom} {error}; what was sent may have been taken") from None
            raise Odd(f"{whom} {error}") from None
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            what = str(error) if isinstance(error, TimeoutError) else type(error).__name__
            if not wish.reads:
                raise Unsure(f"{whom} gave no answer to what was sent ({what})") from None
            if last:
                raise Unreachable(f"{whom} gives no answer ({what})") from None
            return None
        if 300 <= answer.status < 400:
            raise Unsafe(
                f"{whom} sends us elsewhere ({answer.status}); its addresses have to be exact"
            )
        return answer

    def _bounded(self, wish: _Wish) -> Answer:
        """Return the answer, or give up when its time is over.

        The exchange runs in a thread of its own: a library waits for each piece of an answer, and
        for the name's address, by itself, so that whoever drips headers would never be cut off.
        """
        import httpx  # noqa: PLC0415

        split = urlsplit(wish.url)
        key = (split.scheme == "http", split.netloc)
        client = self._client(*key)
        found: list[Answer] = []
        fault: list[BaseException] = []
        over = threading.Event()

        def work() -> None:
            try:
                found.append(_exchange(client, wish, over))
            except (RuntimeError, ValueError):
                # an exchange beside this one took too long, and all connections there were closed
                fault.append(httpx.ReadError("closed"))
            except BaseException as error:  # noqa: BLE001  # it is raised below, where one waits
                fault.append(error)

        worker = threading.Thread(target=work, name="lti-exchange", daemon=True)
        worker.start()
        worker.join(wish.within)
        if found:
            return found[0]
        if fault:
            raise fault[0]
        over.set()
        self._drop(key, client)
        raise TimeoutError(f"not whole within {wish.within:g} s")

    def _drop(self, key: tuple[bool, str], client: httpx.Client) -> None:
        """Close the connections to one host; the next request opens new ones."""
        with self._lock:
            if self._clients.get(key) is client:
                del self._clients[key]
        client.close()

    def _client(self, here: bool, host: str = "") -> httpx.Client:
        """Return the client of one host, of this machine (http) or another (https)."""
        import httpx  # noqa: PLC0415

        key = (here, host)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = httpx.Client(
                    timeout=httpx.Timeout(self._timeout, connect=min(CONNECT, self._timeout)),
                    follow_redirects=False,
                    trust_env=not here,  # a proxy is for others
                    verify=not here,  # no certificates are read where none is shown
                    # a few compressed bytes may become gigabytes before anybody counts them
                    headers={"User-Agent": "grader-lti", "Accept-Encoding": "identity"},
                )
            return self._clients[key]


def _exchange(client: httpx.Client, wish: _Wish, over: threading.Event) -> Answer:
    with client.stream(
        wish.method, wish.url, headers=dict(wish.headers), content=wish.body
    ) as response:
        try:
            return _whole(response, wish, over)
        finally:
            if over.is_set():  # the client was closed meanwhile, and no longer knows this connection
                response.extensions["network_stream"].close()


def _whole(response: httpx.Response, wish: _Wish, over: threading.Event) -> Answer:
    coding = response.headers.get("content-encoding", "").strip().lower()
    if coding not in {"", "identity"}:
        raise _Unfit(f"answers compressed ({coding[:20]!r}), which we did not ask for")
    data = bytearray()
    for piece in response.iter_raw():
        data += piece
        if len(data) > wish.largest:
            raise _Unfit(f"answers with more than {wish.largest} bytes")
        if over.is_set():
            break
    names = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, names, bytes(data))


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
