"""How many requests an address or a session may make; files that never change do not count."""

from __future__ import annotations

import math
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from grader.accounts.rates import Buckets
from grader.web.security import refuse

_WORDS = "Too many requests at once. Wait a moment, then try again."


class Rates:
    """Bound the requests that have something in common."""

    def __init__(self, app: ASGIApp, buckets: Buckets, of: Callable[[Scope], str]) -> None:
        """Stand in front of an app.

        Args:
            app: what answers.
            buckets: how many.
            of: what requests have in common; empty where they have nothing.
        """
        self._app, self._buckets, self._of = app, buckets, of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or say when to come again."""
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            return await self._app(scope, receive, send)
        key = self._of(scope)
        seconds = self._buckets.take(key) if key else 0.0
        if seconds:
            wait = str(max(1, math.ceil(seconds)))
            return await refuse(scope, send, 429, _WORDS, [("retry-after", wait)])
        await self._app(scope, receive, send)
        return None


def session(scope: Scope) -> str:
    """Return what the requests of one session have in common."""
    who = scope.get("state", {}).get("who")
    return who.csrf if who is not None else ""
