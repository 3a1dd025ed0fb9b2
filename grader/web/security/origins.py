"""Whether what is posted comes from a page of ours: browsers say so, and pages cannot lie about it."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from grader.web.security import FROM_AFAR, SAFE, Place, header, refuse

_WORDS = (
    "This was sent by a page of another site, or by no browser, and was not accepted. "
    "Open the page here and send it from there."
)


class Origins:
    """Refuse what another site has a browser post."""

    def __init__(self, app: ASGIApp, place: Place) -> None:
        """Stand in front of an app."""
        self._app, self._place = app, place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at where a request comes from."""
        unsafe = scope["type"] == "http" and scope["method"] not in SAFE
        if unsafe and scope["path"] not in FROM_AFAR and not self._is_own(scope):
            return await refuse(scope, send, 403, _WORDS, [("connection", "close")])
        await self._app(scope, receive, send)
        return None

    def _is_own(self, scope: Scope) -> bool:
        site, origin = header(scope, "sec-fetch-site"), header(scope, "origin").lower()
        if site and site != "same-origin":
            return False
        if origin:
            return origin == self._place.origin(header(scope, "host").lower())
        return site == "same-origin"
