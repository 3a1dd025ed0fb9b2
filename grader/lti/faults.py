"""What can go wrong between a platform and us; no message ever holds a token or a key."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"[\w-]{8,}\.[\w-]{8,}\.[\w-]*|(?i:bearer)\s+\S+|[\w-]{60,}")
_SHOWN = 200


class LtiError(Exception):
    """Any fault of this package: what, where, and what to do."""


class Refused(LtiError):
    """A request of a browser that is not accepted; ``says`` is fit for the person who made it."""

    def __init__(self, says: str, status: int = 400) -> None:
        """Keep the words and the HTTP status that fits them."""
        super().__init__(says)
        self.says = says
        self.status = status


class Unsafe(LtiError):
    """An address, a file or a key that must not be used; nothing was sent."""


class Unreachable(LtiError):
    """The platform could not be reached; it has seen nothing of the request."""


class Unsure(LtiError):
    """A request was sent and no clear answer came: it may have been carried out."""


class Answered(LtiError):
    """The platform answered with an error."""

    def __init__(self, what: str, status: int, body: str = "") -> None:
        """Say what was asked, how it was answered, and the first words of the answer."""
        super().__init__(f"{what}: the platform answered {status}{_said(body)}")
        self.status = status


class Odd(LtiError):
    """The platform answered something that is none of what LTI describes."""


def _said(body: str) -> str:
    """Return the first words of an answer, with nothing in it that could be a token.

    >>> _said("no such user")
    ' (no such user)'
    >>> _said("bad assertion eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2lnbmF0dXJl")
    ' (bad assertion …)'
    """
    plain = " ".join("".join(c if c.isprintable() else " " for c in body[:2000]).split())
    plain = _TOKEN.sub("…", plain)[:_SHOWN]
    return f" ({plain})" if plain else ""
