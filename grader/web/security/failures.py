"""What goes wrong inside: the person gets a plain page with a number, the log the same number.

The log tells where it happened and what kind of error it was. It tells no values: an error's own
words may hold what a student wrote, or a word that lets somebody in.
"""

from __future__ import annotations

import html
import logging
import secrets
import traceback

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grader.gradebook.opening import GradebookError

LOG = logging.getLogger("grader.web")
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title} · grader</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/app.css"></head>
<body><main class="narrow"><h1>{title}</h1><p>{words}</p><p class="soft">Number {number}</p>
<p><a href="/">Go to the start</a></p></main></body></html>
"""
_OURS = "This is a fault of ours, not yours. Tell the course staff this number; the log has it too."
_AWAY = "The gradebook does not answer, or cannot be written. Try again in a minute."


class Failures:
    """Turn an error into a page and a line in the log."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand in front of an app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, whatever happens."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            return None
        except Exception as error:  # noqa: BLE001  # the last one before the server
            number = secrets.token_hex(4)
            LOG.error(  # noqa: TRY400  # a traceback would tell values
                "%s: %s %s failed: %s", number, scope["method"], _where(scope), told(error)
            )
            if not begun:
                await _answer(send, number, error)


def _where(scope: Scope) -> str:
    """The handler; an address may hold a word that lets somebody in."""
    endpoint = scope.get("endpoint")
    return getattr(endpoint, "__qualname__", "no page")


def told(error: BaseException) -> str:
    """Return what kind an error is and where it came up, without its words."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    places = " < ".join(f"{one.filename}:{one.lineno} {one.name}" for one in reversed(frames))
    cause = error.__cause__
    behind = f"; from {type(cause).__name__}" if cause is not None else ""
    return f"{type(error).__name__}{behind} at {places}"


async def _answer(send: Send, number: str, error: Exception) -> None:
    away = isinstance(error, GradebookError)
    title = "Not for the moment" if away else "Something broke"
    words = html.escape(_AWAY if away else _OURS)
    body = _PAGE.format(title=title, words=words, number=number).encode()
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store")]
    status = 503 if away else 500
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
