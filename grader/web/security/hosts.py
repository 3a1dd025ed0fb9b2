"""Requests that are for somebody else, or that no browser sends: refused before anything else.

A page elsewhere can have its own name lead to this machine (DNS rebinding); the Host header is its
name then, which is none of ours.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from grader.web.security import Place, no_socket, refuse

_MOST_FIELDS = 100
_MOST_BYTES = 32_768
_LONGEST_TARGET = 8_192
_METHODS = frozenset({"GET", "HEAD", "POST"})


class Hosts:
    """Let only requests for this app in."""

    def __init__(self, app: ASGIApp, place: Place) -> None:
        """Stand in front of an app."""
        self._app, self._place = app, place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at the head of a request."""
        if scope["type"] == "websocket":
            return await no_socket(receive, send)
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        status, words = self._fault(scope)
        if not status:
            return await self._app(scope, receive, send)
        await refuse(scope, send, status, words, [("connection", "close")])
        return None

    def _fault(self, scope: Scope) -> tuple[int, str]:
        headers = scope["headers"]
        size = sum(len(name) + len(value) for name, value in headers)
        if len(headers) > _MOST_FIELDS or size > _MOST_BYTES:
            return 431, "The request has too many header fields, or too long ones."
        if len(scope["path"]) + len(scope["query_string"]) > _LONGEST_TARGET:
            return 414, "The address is too long."
        if scope["method"] not in _METHODS:
            return 405, "This method is not used here."
        hosts = [value for name, value in headers if name == b"host"]
        if len(hosts) != 1 or not self._place.knows(hosts[0].decode("latin-1").lower()):
            return 421, "This address is not one of this server's. --public names the one it has."
        return 0, ""
