"""Passwords: argon2 hashes, and the same work for a name that nobody has."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from grader.gradebook.opening import Refused

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 12, 200
AT_ONCE = 2
"""So many hashes are made at once: each takes 64 MiB while it is made."""


@cache
def _hasher() -> PasswordHasher:
    try:
        from argon2 import PasswordHasher  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise ModuleNotFoundError(
            'accounts with passwords need argon2: pip install "grader[web]"'
        ) from error
    return PasswordHasher()


@cache
def _nobody() -> str:
    """The hash that is looked at for a name that nobody has."""
    return _hasher().hash("nobody has this password")


def hashed(password: str) -> str:
    """Return the hash of a new password.

    Raises:
        Refused: when it is too short or too long.
    """
    text = _same(password)
    if len(text) < SHORTEST:
        raise Refused(f"a password has at least {SHORTEST} characters; a few words are good")
    if len(text) > LONGEST:
        raise Refused(f"a password has at most {LONGEST} characters")
    return renewed(text)


def renewed(password: str) -> str:
    """Return the hash of a password that was right, whatever its length."""
    return _hasher().hash(_same(password))


def fits(stored: str, password: str) -> bool:
    """Whether a password is the one of a hash; it takes as long where there is no hash.

    A password that is longer than any can be is none, and costs nothing.
    """
    from argon2.exceptions import Argon2Error, InvalidHashError  # noqa: PLC0415  # an extra

    text = _same(password) if len(password) <= 4 * LONGEST else ""
    try:
        _hasher().verify(stored or _nobody(), text)
    except (Argon2Error, InvalidHashError):
        return False
    return bool(stored and text)


def is_old(stored: str) -> bool:
    """Whether a hash was made with weaker settings than ours are now."""
    return _hasher().check_needs_rehash(stored)


def _same(password: str) -> str:
    """One form of what keyboards write in several ways."""
    return unicodedata.normalize("NFKC", password)
