"""Tokens of an LMS: from the environment or the system's keyring, and never shown.

A token is read where it is put into a request and nowhere else. ``guarded`` takes it out of all
that is logged or raised meanwhile, whoever says it, be it the LMS itself in an answer.
"""

from __future__ import annotations

import logging
import os
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn
from urllib.parse import urlsplit

from grader.lms._errors import LmsError, Refused

VARIABLES = {"canvas": "GRADER_CANVAS_TOKEN", "moodle": "GRADER_MOODLE_TOKEN"}
"""The environment variable of each LMS's token."""
SERVICE = "grader"
"""The name of our service in the system's keyring; the user is ``canvas:HOST`` or ``moodle:HOST``."""
HIDDEN = "[token]"


class Token:
    """A secret that says nothing of itself unless it is asked by name.

    >>> token = Token("7~secret-enough")
    >>> token, f"{token}", token.redacted("wstoken=7~secret-enough&x=1")
    (Token([token]), '[token]', 'wstoken=[token]&x=1')
    """

    __slots__ = ("_value", "_written")

    def __init__(self, value: str) -> None:
        """Hold a token.

        Raises:
            Refused: when it is empty, or holds what no token has.
        """
        value = value.strip()
        if not value or not value.isascii() or not value.isprintable() or " " in value:
            raise Refused("this is no token: one word of plain signs is expected")
        self._value = value
        self._written = re.compile("".join(map(_ways, value)))

    def secret(self) -> str:
        """Return the token itself, for a request alone."""
        return self._value

    def redacted(self, text: str) -> str:
        """Return a text without the token, however it is written there."""
        return self._written.sub(HIDDEN, text)

    def __repr__(self) -> str:
        return f"Token({HIDDEN})"

    def __str__(self) -> str:
        return HIDDEN

    def __reduce__(self) -> NoReturn:
        raise TypeError("a token is not written down")


def _ways(sign: str) -> str:
    """One sign of a token as it may stand in an address, in JSON or as it is."""
    return rf"(?:\\?{re.escape(sign)}|(?i:%{ord(sign):02x}))"


def token_of(lms: str, url: str) -> Token:
    """Return the token for an LMS.

    Args:
        lms: ``canvas`` or ``moodle``.
        url: where it is; the keyring holds one token for each host.

    Raises:
        Refused: when there is none.
    """
    variable, host = VARIABLES[lms], urlsplit(url).hostname or ""
    given = os.environ.get(variable, "")
    if given.strip():
        return Token(given)
    found, why = _keyring(f"{lms}:{host}")
    if found:
        return Token(found)
    raise Refused(
        f"no token for {host}: set {variable} for this one command, or keep it with "
        f"`keyring set {SERVICE} {lms}:{host}`{why}"
    )


def _keyring(user: str) -> tuple[str, str]:
    """The token that the system's keyring holds, and why it could not be asked."""
    try:
        import keyring  # noqa: PLC0415  # starting it may ask the desktop
        import keyring.errors  # noqa: PLC0415
    except ImportError:
        return "", ' (which needs pip install "grader[lms]")'
    try:
        return keyring.get_password(SERVICE, user) or "", ""
    except keyring.errors.KeyringError as error:
        return "", f" (the keyring did not answer: {type(error).__name__})"


@contextmanager
def guarded(token: Token) -> Iterator[None]:
    """Keep a token out of everything that is logged or raised inside.

    Raises:
        LmsError: in the place of an error whose text or history holds the token.
    """
    made = logging.getLogRecordFactory()

    def record(*args: object, **kwargs: object) -> logging.LogRecord:
        return _clean(made(*args, **kwargs), token)

    logging.setLogRecordFactory(record)
    clean: LmsError | None = None
    try:
        yield
    except Exception as error:
        whole = "".join(traceback.format_exception(error))
        if token.redacted(whole) == whole:
            raise
        kind = type(error) if isinstance(error, LmsError) else LmsError
        clean = kind(token.redacted(f"{error}"))
        _scrub(error, token)
    finally:
        logging.setLogRecordFactory(made)
    if clean is not None:
        raise clean from None


def _scrub(error: BaseException, token: Token) -> None:
    """Take a token out of what an error and its whole history say."""
    seen: set[int] = set()
    left: list[BaseException | None] = [error]
    while left:
        one = left.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            one.args = tuple(token.redacted(f"{text}") for text in one.args)
            left += [one.__cause__, one.__context__]


def _clean(record: logging.LogRecord, token: Token) -> logging.LogRecord:
    try:
        said = record.getMessage()
    except (TypeError, ValueError):  # the logging module says so itself
        said = f"{record.msg} {record.args}"
    if token.redacted(said) != said:
        record.msg, record.args = token.redacted(said), ()
    if record.exc_info and record.exc_info[1] is not None:
        text = "".join(traceback.format_exception(record.exc_info[1])).rstrip("\n")
        if token.redacted(text) != text:
            record.exc_info, record.exc_text = None, token.redacted(text)
    return record
