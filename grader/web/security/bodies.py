"""How much a request may send, and how slowly; counted as it comes, whatever it says of itself.

Everything is bound as a form until ``sessions`` says that it is an upload of somebody who is signed in.
"""

from __future__ import annotations

from dataclasses import dataclass

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grader.web.security import ENTRANCES, FIRST, FROM_AFAR, header, is_upload, refuse

PLAIN = 2_000_000
"""Bytes of a form without files: the ticks of a whole class."""
FROM_LMS = 256_000
FROM_STRANGERS = 16_000
"""Bytes of a name, a password and an address to go to, each as long as it may be and escaped."""
_PAUSE = 30.0
"""Seconds between two pieces."""
_PLAIN_SECONDS = 60.0
_UPLOAD_SECONDS = 1800.0


class _Wrong(Exception):
    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


@dataclass(slots=True)
class _Bound:
    """What one request may send, in bytes and seconds, and how much has come."""

    most: int
    upload: int
    begun: float
    size: int = 0
    wide: bool = False

    def widen(self) -> None:
        """It is an upload of somebody who is signed in."""
        self.most, self.wide = self.upload, True

    @property
    def ends(self) -> float:
        """When it has to be there: what begins an upload is as short as any form."""
        long = self.wide and self.size >= FIRST
        return self.begun + (_UPLOAD_SECONDS if long else _PLAIN_SECONDS)


class Bodies:
    """Count what comes in."""

    def __init__(self, app: ASGIApp, upload: int, pause: float = _PAUSE) -> None:
        """Stand in front of an app.

        Args:
            app: what answers.
            upload: bytes of a form with files.
            pause: seconds between two pieces of it.
        """
        self._app, self._upload, self._pause = app, upload, pause

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or say that it is too much."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        bound, begun = _Bound(_most(scope), self._upload, anyio.current_time()), False
        scope["state"] = {**scope.get("state", {}), "widen": bound.widen}

        async def counted() -> Message:
            if begun:  # it has read what it wanted; from here it only waits for the end
                return await receive()
            left = min(self._pause, bound.ends - anyio.current_time())
            try:
                with anyio.fail_after(max(0.0, left)):
                    message = await receive()
            except TimeoutError:
                raise _Wrong(408, "The request came too slowly. Nothing was kept.") from None
            if message["type"] == "http.request":
                bound.size += len(message.get("body", b""))
                if bound.size > bound.most:
                    raise _too_much(bound.most)
            return message

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            told, most = header(scope, "content-length"), bound.most
            if is_upload(scope):  # nothing of it is read before it is known from whom it is
                most = self._upload
            if told.isdigit() and (len(told) > 15 or int(told) > most):
                raise _too_much(most)
            await self._app(scope, counted, watched)
        except _Wrong as error:
            if not begun:
                await refuse(scope, send, error.status, error.words, [("connection", "close")])


def _most(scope: Scope) -> int:
    if scope["path"] in ENTRANCES:
        return FROM_STRANGERS
    return FROM_LMS if scope["path"] in FROM_AFAR else PLAIN


def _too_much(most: int) -> _Wrong:
    return _Wrong(413, f"The request is larger than {most // 1000} kB. Nothing was kept.")
