"""A platform's services: access by a signed request (client credentials), kept while it lasts."""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urljoin

from grader.lti.faults import Answered, LtiError, Odd, Unsafe, Unsure
from grader.lti.keys import Keys
from grader.lti.registration import Platform
from grader.lti.transport import Answer, Transport

MOST_PAGES = 5000
_LASTS, _MARGIN = 300.0, 60.0
"""Seconds that a request for access is good for, and that access is given up before it ends."""
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_TRIES = 3
_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_REL = re.compile(r"rel\s*=[^a-z]*([a-z]+)", re.IGNORECASE | re.ASCII)
_BEARER = re.compile(r"[\x21-\x7e]{1,16384}")


class NotGranted(LtiError):
    """The platform gives access, but not to what is needed."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    ends: float

    def __repr__(self) -> str:
        return "a token"


class Services:
    """One platform's services; threads may share it."""

    def __init__(
        self,
        platform: Platform,
        keys: Keys,
        transport: Transport,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Ask nothing yet."""
        self.platform = platform
        self.clock = clock
        self._keys = keys
        self._transport = transport
        self._tokens: dict[frozenset[str], _Token] = {}
        self._lock = threading.Lock()

    def get(self, url: str, scope: str, accept: str) -> Answer:
        """Return what a service answers to a read.

        Raises:
            LtiError: when it does not answer, or with an error.
        """
        return self._ask("GET", url, scope, {"Accept": accept}, None)

    def pages(self, url: str, scope: str, accept: str) -> Iterator[Any]:
        """Return the content of all pages: each names the next one in its Link header.

        Raises:
            LtiError: when a page cannot be had, is no JSON, or leads back to an earlier one.
        """
        seen: set[str] = set()
        while url:
            if url in seen or len(seen) >= MOST_PAGES:
                raise Odd(f"{self._whom}: its pages lead in a circle, or are without end")
            seen.add(url)
            answer = self.get(url, scope, accept)
            yield self.content(answer)
            after = following(answer.headers.get("link", ""))
            url = urljoin(url, after) if after else ""

    def send(self, method: str, url: str, scope: str, kind: str, data: Any) -> Answer:
        """Send JSON of a media type; it is not sent twice unless the first was surely not taken.

        Raises:
            Unsure: when no answer came.
            LtiError: when it cannot be sent, or is refused.
        """
        body = json.dumps(data, ensure_ascii=False, allow_nan=False).encode("utf-8")
        # exactly this type: Moodle compares it as text
        headers = {"Content-Type": kind, "Accept": f"{kind}, application/json"}
        return self._ask(method, url, scope, headers, body)

    def content(self, answer: Answer) -> Any:
        """Return an answer's JSON.

        Raises:
            Odd: when it is none.
        """
        try:
            return json.loads(answer.body, parse_constant=_no_number)
        except (ValueError, RecursionError):
            raise Odd(f"{self._whom} answers something that is no JSON") from None

    def token(self, *scopes: str) -> str:
        """Return access to these scopes, from before while it lasts.

        Raises:
            NotGranted: when the platform does not allow one of them.
            LtiError: when it gives no access at all.
        """
        key = frozenset(scopes)
        with self._lock:
            known = self._tokens.get(key)
            if known is None or known.ends <= self.clock():
                known = self._tokens[key] = self._asked(key)
        return known.text

    @property
    def _whom(self) -> str:
        return f"the platform '{self.platform.name}'"

    def _ask(
        self, method: str, url: str, scope: str, headers: dict[str, str], body: bytes | None
    ) -> Answer:
        for again in (False, True):
            token = self.token(scope)
            full = headers | {"Authorization": f"Bearer {token}"}
            answer = self._transport.ask(self.platform, method, url, headers=full, body=body)
            if answer.status != 401 or again:
                break
            # access was taken back: nothing was done, and a new one may be good
            with self._lock:
                self._tokens.pop(frozenset([scope]), None)
        if answer.status >= 500 and method != "GET":
            raise Unsure(f"{self._whom} failed with {answer.status} at what was sent")
        if not 200 <= answer.status < 300:
            raise Refusal(f"{self._whom}, {method}", answer)
        return answer

    def _asked(self, scopes: frozenset[str]) -> _Token:
        for attempt in range(_TRIES):
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            }
            body = urlencode(self._request(scopes)).encode()
            try:
                answer = self._transport.ask(
                    self.platform, "POST", self.platform.token, headers=headers, body=body, tries=2
                )
            except Unsure:
                if attempt == _TRIES - 1:
                    raise
                continue  # access that was given and did not arrive harms nobody
            if answer.status < 500 or attempt == _TRIES - 1:
                break
        return self._granted(answer, scopes)

    def _request(self, scopes: frozenset[str]) -> dict[str, str]:
        from joserfc import jwt  # noqa: PLC0415

        now = int(self.clock())
        key = self._keys.signing()
        claims = {
            "iss": self.platform.client_id,
            "sub": self.platform.client_id,
            "aud": self.platform.addressee,
            "iat": now,
            "exp": now + int(_LASTS),
            "jti": secrets.token_urlsafe(24),
        }
        head = {"alg": "RS256", "typ": "JWT", "kid": key.kid}
        return {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION,
            "client_assertion": jwt.encode(head, claims, key.private, algorithms=["RS256"]),
            "scope": " ".join(sorted(scopes)),
        }

    def _granted(self, answer: Answer, scopes: frozenset[str]) -> _Token:
        if answer.status == 400 and "invalid_scope" in answer.text:
            raise NotGranted(_allow(self._whom, scopes))
        if answer.status != 200:
            raise Answered(f"{self._whom}, asked for access", answer.status, answer.text)
        data = self.content(answer)
        text = data.get("access_token") if isinstance(data, dict) else None
        kind = data.get("token_type") if isinstance(data, dict) else None
        if not isinstance(text, str) or not _BEARER.fullmatch(text):
            raise Odd(f"{self._whom} answers a request for access without any")
        if not isinstance(kind, str) or kind.lower() != "bearer":
            raise Odd(f"{self._whom} gives access of a kind that is not known here")
        granted = data.get("scope")
        if isinstance(granted, str):
            lacking = scopes - set(granted.split())
            if lacking:
                raise NotGranted(_allow(self._whom, lacking))
        lasts = data.get("expires_in")
        known = isinstance(lasts, int | float) and not isinstance(lasts, bool) and lasts > 0
        seconds = min(float(lasts), 86_400.0) if known else _LASTS
        return _Token(text, self.clock() + seconds - min(_MARGIN, seconds / 2))


class Refusal(Answered):
    """An error that a service answered, with the answer."""

    def __init__(self, what: str, answer: Answer) -> None:
        """Keep the answer for who can do something about it."""
        super().__init__(what, answer.status, answer.text)
        self.answer = answer


def following(link: str) -> str:
    """Return the address of the next page in a Link header, empty where there is none.

    Moodle writes curved quotes, and ``&amp;`` for ``&`` (mod/lti/service/gradebookservices,
    resources/results.php).

    >>> following('<https://a.example/?p=1>; rel="first", <https://a.example/?p=2>; rel="next"')
    'https://a.example/?p=2'
    >>> following("<https://a.example/?l=1&amp;from=5>; rel=“next”")
    'https://a.example/?l=1&from=5'
    >>> following('<https://a.example/>; rel="prev"')
    ''
    """
    for url, rest in _LINK.findall(link):
        found = _REL.search(rest)
        if found and found[1].lower() == "next":
            return str(url).strip().replace("&amp;", "&")
    return ""


def with_fields(url: str, **fields: str | int) -> str:
    """Return an address with more fields in its query; empty ones are left out.

    >>> with_fields("https://a.example/x?type_id=3", limit=5, tag="")
    'https://a.example/x?type_id=3&limit=5'
    """
    more = urlencode({name: value for name, value in fields.items() if value != ""})
    if not more:
        return url
    return f"{url}{'&' if '?' in url else '?'}{more}"


def text_at(row: Any, name: str) -> str:
    """Return a text of a JSON object, empty where it has none."""
    value = row.get(name) if isinstance(row, dict) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def address_at(row: Any, name: str, whom: str) -> str:
    """Return an address of a JSON object.

    Raises:
        Unsafe: when it has none.
    """
    found = text_at(row, name)
    if not found:
        raise Unsafe(f"{whom} does not say where '{name}' is")
    return found


def _allow(whom: str, scopes: frozenset[str]) -> str:
    names = ", ".join(sorted(one.rsplit("/", 1)[-1] for one in scopes))
    return f"{whom} does not allow us: {names}; its administrator has to switch that on"


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")
