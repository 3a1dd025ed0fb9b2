"""Requests and responses as plain data, so that any web framework can carry them."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.lti.faults import Refused

_NO_REFERRER = "no-referrer"
_SENDS = "document.forms[0].submit()"
_FRAMES = "frame-ancestors *"  # a platform shows us in a frame; which one is checked by the launch


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a browser sent: the fields of the query (GET) or of the form (POST), and its cookies."""

    method: str
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)

    def one(self, name: str, longest: int = 2048) -> str:
        """Return a field's only value, empty where it is not there.

        Raises:
            Refused: when it is there twice, or too long.
        """
        values = self.fields.get(name, ())
        if len(values) > 1:
            raise Refused(f"'{name}' was sent twice")
        if values and len(values[0]) > longest:
            raise Refused(f"'{name}' is longer than {longest} characters", 413)
        return values[0] if values else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a browser gets."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str:
        """Return a header, empty where it is not there."""
        return next((v for n, v in self.headers if n.lower() == name.lower()), "")


def redirect(url: str, *headers: tuple[str, str]) -> Response:
    """Send the browser elsewhere."""
    return Response(status=302, headers=(("Location", url), *_private(), *headers))


def as_json(data: Any, seconds: int = 0) -> Response:
    """Answer with JSON; others may keep it for some seconds."""
    keep = f"public, max-age={seconds}" if seconds else "no-store"
    kind = ("Content-Type", "application/json")
    body = json.dumps(data, indent=1).encode("utf-8")
    return Response(status=200, headers=(kind, ("Cache-Control", keep)), body=body)


def refusal(error: Refused) -> Response:
    """Say to a person why a request was not accepted."""
    page = _page("This could not be opened", f"<p>{html.escape(error.says)}.</p>")
    policy = f"default-src 'none'; {_FRAMES}"
    return Response(status=error.status, headers=_html(policy), body=page)


def posted(url: str, targets: Sequence[str], fields: Mapping[str, str], button: str) -> Response:
    """Answer with a form that the browser posts to another origin; by hand where no script runs.

    ``targets`` are the origins that it may go to. They are told our origin: without it, browsers
    say that the form comes from nowhere.
    """
    rows = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in fields.items()
    )
    body = (
        f'<form method="post" action="{html.escape(url)}">{rows}'
        f"<button>{html.escape(button)}</button></form><script>{_SENDS}</script>"
    )
    digest = base64.b64encode(hashlib.sha256(_SENDS.encode()).digest()).decode()
    target = " ".join(targets)
    policy = f"default-src 'none'; script-src 'sha256-{digest}'; form-action {target}; {_FRAMES}"
    headers = _html(policy, "strict-origin")
    return Response(status=200, headers=headers, body=_page(button, body))


def _page(title: str, body: str) -> bytes:
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}'
    return f"{head}</title><h1>{html.escape(title)}</h1>{body}</html>".encode()


def _html(policy: str, referrer: str = _NO_REFERRER) -> tuple[tuple[str, str], ...]:
    return (
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        *_private(referrer),
    )


def _private(referrer: str = _NO_REFERRER) -> tuple[tuple[str, str], ...]:
    return (("Cache-Control", "no-store"), ("Referrer-Policy", referrer))
