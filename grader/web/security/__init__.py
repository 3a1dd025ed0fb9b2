"""What stands in front of every page, from the outside in; plain ASGI.

``hosts`` (headers and the host), ``headers`` (policies), ``failures`` (errors without a traceback),
``rates``, ``bodies`` (sizes and times), ``origins`` (who posts from where), ``sessions`` (who asks,
and whether a form is of this session).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.types import Receive, Scope, Send

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
FROM_AFAR = frozenset({"/lti/login", "/lti/launch"})
"""Here an LMS lets browsers post from its own pages; the message itself is checked."""
ENTRANCES = frozenset({"/sign-in", "/enter"})
"""Here one posts who is not signed in."""
FIRST = 4_096
"""Bytes within which a form with files has told its session's word."""
_UPLOADS = re.compile(r"/me/[^/]+(?:/check)?\Z")
"""Here files come in; ``web.student`` has the pages."""

_HOST = re.compile(r"(?:\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::[0-9]*)?", re.IGNORECASE)
"""A name or an address, and a port: what reads addresses finds ``::1`` in ``evil.example[::1]``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the app is reached.

    Args:
        public: the address for browsers, as ``https://grader.example.edu``; empty on one machine.
        hosts: other host names that are its own.
        frames: origins of the LMSs that may show it in a frame.
    """

    public: str = ""
    hosts: frozenset[str] = frozenset()
    frames: tuple[str, ...] = ()

    @property
    def secure(self) -> bool:
        """Whether browsers reach it over HTTPS."""
        return self.public.startswith("https://")

    def knows(self, host: str) -> bool:
        """Whether a Host header names this app.

        >>> here = Place(public="https://grader.example.edu")
        >>> [here.knows(one) for one in ("grader.example.edu", "localhost:8000", "[::1]:80")]
        [True, True, True]
        >>> [here.knows(one) for one in ("evil.example", "grader.example.edu.evil.example", "", "@")]
        [False, False, False, False]
        >>> here.knows("evil.example[::1]"), here.knows("[::1]evil.example")
        (False, False)
        """
        if not _HOST.fullmatch(host):
            return False
        try:
            parts = urlsplit(f"//{host}")
            name, _ = (parts.hostname or "").rstrip("."), parts.port
        except ValueError:
            return False
        own = urlsplit(self.public).hostname if self.public else None
        return bool(name) and (name in LOOPBACK or name in self.hosts or name == own)

    def link(self, host: str) -> str:
        """Return the start of a link for others: the public address, where there is one."""
        return self.public or self.origin(host)

    def origin(self, host: str) -> str:
        """Return the origin that our own pages have, as a request with this Host came."""
        parts = urlsplit(self.public)
        own = parts.hostname
        if own and urlsplit(f"//{host}").hostname == own:
            return f"{parts.scheme}://{parts.netloc}".lower()
        return f"{'https' if self.secure and not _is_loopback(host) else 'http'}://{host}".lower()


def _is_loopback(host: str) -> bool:
    return (urlsplit(f"//{host}").hostname or "") in LOOPBACK


def header(scope: Scope, name: str) -> str:
    """Return a header of a request, empty where there is none, the last where there are more."""
    wanted = name.encode("latin-1")
    found = [value for key, value in scope["headers"] if key == wanted]
    return found[-1].decode("latin-1") if found else ""


def kind_of(scope: Scope) -> str:
    """Return what kind of body a request says that it has."""
    return header(scope, "content-type").split(";")[0].strip().lower()


def is_upload(scope: Scope) -> bool:
    """Whether a request would bring files where files are taken; from whom is another question."""
    return kind_of(scope) == "multipart/form-data" and bool(_UPLOADS.match(scope["path"]))


def address(scope: Scope) -> str:
    """Return where a request comes from."""
    client = scope.get("client")
    return str(client[0]) if client else ""


async def refuse(
    scope: Scope, send: Send, status: int, words: str, more: Iterable[tuple[str, str]] = ()
) -> None:
    """Answer with plain words, before there is anything of ours that could make a page."""
    body = b"" if scope["method"] == "HEAD" else f"{words}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *((name.encode(), value.encode()) for name, value in more),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def no_socket(receive: Receive, send: Send) -> None:
    """Refuse a web socket: there is none here."""
    await receive()
    await send({"type": "websocket.close", "code": 1008})
