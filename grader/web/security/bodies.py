"""How much a request may send, and how slowly; counted as it comes, whatever it says of itself."""

from __future__ import annotations

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grader.web.security import FROM_AFAR, header, refuse

PLAIN = 2_000_000
"""Bytes of a form without files: the ticks of a whole class."""
FROM_LMS = 256_000
_PAUSE = 30.0
"""Seconds between two pieces."""
_PLAIN_SECONDS = 60.0
_UPLOAD_SECONDS = 1800.0


class _Wrong(Exception):
    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


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
        most, seconds = self._limits(scope)
        size, begun, ends = 0, False, anyio.current_time() + seconds

        async def counted() -> Message:
            nonlocal size
            if begun:  # it has read what it wanted; from here it only waits for the end
                return await receive()
            left = min(self._pause, ends - anyio.current_time())
            try:
                with anyio.fail_after(max(0.0, left)):
                    message = await receive()
            except TimeoutError:
                raise _Wrong(408, "The request came too slowly. Nothing was kept.") from None
            if message["type"] == "http.request":
                size += len(message.get("body", b""))
                if size > most:
                    raise _too_much(most)
            return message

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            told = header(scope, "content-length")
            if told.isdigit() and (len(told) > 15 or int(told) > most):
                raise _too_much(most)
            await self._app(scope, counted, watched)
        except _Wrong as error:
            if not begun:
                await refuse(scope, send, error.status, error.words, [("connection", "close")])

    def _limits(self, scope: Scope) -> tuple[int, float]:
        if header(scope, "content-type").startswith("multipart/form-data"):
            return self._upload, _UPLOAD_SECONDS
        return (FROM_LMS if scope["path"] in FROM_AFAR else PLAIN), _PLAIN_SECONDS


def _too_much(most: int) -> _Wrong:
    return _Wrong(413, f"The request is larger than {most // 1000} kB. Nothing was kept.")
