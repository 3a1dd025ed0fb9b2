"""Who asks, and whether a form that is posted is one of their session.

A form without files is read here, whole and bounded, and handed on; of one with files only the
first field is read, which is the session's word, and the rest goes on as it comes.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grader.accounts import Who
from grader.web.security import (
    ENTRANCES,
    FIRST,
    FROM_AFAR,
    SAFE,
    header,
    is_upload,
    kind_of,
    refuse,
)
from grader.web.security.cookies import Cookies

_MOST_FIELDS = 20_000
_WORDS = (
    "This form is not of your session: it may have ended, or somebody else is signed in here now. "
    "Load the page again and send it from there."
)
_FIELD = re.compile(
    rb'\A--[^\r\n]{1,200}\r\nContent-Disposition: form-data; name="csrf"\r\n'
    rb"(?:Content-[^\r\n]{1,100}\r\n)*\r\n([A-Za-z0-9_-]{1,200})\r\n--",
    re.IGNORECASE,
)


class Door(Protocol):
    """What knows sessions."""

    def who(self, cookie: str) -> Who | None:
        """Return whose a cookie is."""
        ...

    def leave(self, cookie: str) -> None:
        """End a session."""
        ...


class Sessions:
    """Say who asks, and refuse forms that are not of their session."""

    def __init__(self, app: ASGIApp, door: Door, cookies: Cookies) -> None:
        """Stand in front of an app."""
        self._app, self._door, self._cookies = app, door, cookies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer to who it is."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        cookie, who = self._cookies.of(scope), None
        if cookie and not scope["path"].startswith("/static/"):
            who = await run_in_threadpool(self._door.who, cookie)
        scope["state"] = {**scope.get("state", {}), "who": who, "cookie": cookie, "form": {}}
        if scope["method"] in SAFE:
            return await self._app(scope, receive, send)
        outside = scope["path"] in ENTRANCES | FROM_AFAR
        if who is None and not outside:
            return await self._app(scope, receive, send)  # the page turns them away
        form, word, onward = await _first(scope, receive)
        if form is None:
            return await refuse(scope, send, 400, "The form has too many fields, or is no form.")
        if not outside and who is not None and not _same(word, who.csrf):
            return await refuse(scope, send, 403, _WORDS, [("connection", "close")])
        if who is not None and not outside and is_upload(scope):
            scope["state"]["widen"]()  # what ``bodies`` bounds as a form until here
        scope["state"]["form"] = form
        await self._app(scope, onward, send)
        return None


def _same(given: str, own: str) -> bool:
    return bool(own) and hmac.compare_digest(given.encode("utf-8", "replace"), own.encode())


async def _first(
    scope: Scope, receive: Receive
) -> tuple[Mapping[str, list[str]] | None, str, Receive]:
    """The fields of a form (None where it is none), the session's word, and how to read on."""
    kind = kind_of(scope)
    word = header(scope, "x-csrf")
    if kind == "multipart/form-data":
        if word:
            return {}, word, receive
        start, ended = await _read(receive, FIRST)
        found = _FIELD.match(start)
        return {}, found[1].decode() if found else "", _again(start, receive, ended=ended)
    if kind != "application/x-www-form-urlencoded":
        return {}, word, receive
    body, _ = await _read(receive, None)
    form = _parsed(body)
    own = (form or {}).get("csrf", [""])
    return form, word or own[0], _again(body, receive, ended=True)


def _parsed(body: bytes) -> dict[str, list[str]] | None:
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "strict"),
            keep_blank_values=True,
            max_num_fields=_MOST_FIELDS,
            errors="replace",
        )
    except ValueError:
        return None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value.replace("\0", "\N{REPLACEMENT CHARACTER}"))
    return found


async def _read(receive: Receive, most: int | None) -> tuple[bytes, bool]:
    """The body, or so much of its start, and whether that was all."""
    pieces, size = [], 0
    while most is None or size < most:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if not message.get("more_body", False):
            return b"".join(pieces), True
    return b"".join(pieces), False


def _again(start: bytes, receive: Receive, *, ended: bool) -> Receive:
    """Give what was read once more, then the rest."""
    given = False

    async def onward() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": start, "more_body": not ended}

    return onward
