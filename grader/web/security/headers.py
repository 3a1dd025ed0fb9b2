"""Policies that each answer carries: nothing inline runs, nothing is framed, nothing is kept."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grader.web.security import Place

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)
_FEATURES = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
_YEAR = 31_536_000


class Headers:
    """Add what is missing; an answer that has its own policy keeps it."""

    def __init__(self, app: ASGIApp, place: Place) -> None:
        """Stand in front of an app."""
        self._app, self._place = app, place
        frames = " ".join(place.frames) or "'none'"
        self._own = {
            "content-security-policy": _POLICY + frames,
            "x-content-type-options": "nosniff",
            # with no-referrer a browser would say that a form of ours comes from nowhere
            "referrer-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": _FEATURES,
        }
        if not place.frames:
            self._own["cross-origin-opener-policy"] = "same-origin"
        if place.secure:
            self._own["strict-transport-security"] = f"max-age={_YEAR}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the policies."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        kept = scope["path"].startswith("/static/")

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._own.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-cache" if kept else "no-store")
            await send(message)

        await self._app(scope, receive, dressed)
        return None
