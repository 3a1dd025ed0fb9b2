r"""Patterns that no text makes slow: regular expressions in linear time.

The engine is RE2 (Cox, 2010): its work grows with the length of the text times the length of the
pattern, never exponentially. It has no lookaround and no backreferences; these are refused.
``\w``, ``\d`` and their opposites mean letters and digits of any script; ``\b`` knows a-z alone.
"""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Iterator
from typing import Any, Protocol

LONGEST = 2_000
_MEMORY = 8 << 20
_LETTERS, _DIGITS = r"\p{L}\p{M}\p{N}_", r"\p{Nd}"
_OUTSIDE = {
    r"\w": f"[{_LETTERS}]",
    r"\W": f"[^{_LETTERS}]",
    r"\d": _DIGITS,
    r"\D": r"\P{Nd}",
    r"\Z": r"\z",
}
_INSIDE = {r"\w": _LETTERS, r"\d": _DIGITS, r"\D": r"\P{Nd}"}
_PIECE = re.compile(r"\\.|\[:\w{1,10}:\]|\[\^?\]?|.", re.DOTALL)
_REFUSED = (
    (re.compile(r"\(\?<?[=!]"), "looking ahead or behind, (?=…), (?!…), (?<=…) or (?<!…)"),
    (re.compile(r"\\[1-9kg]|\(\?P="), r"a reference to an earlier group, \1"),
    (re.compile(r"\(\?>|[*+?}]\+"), "a group or repetition that gives nothing back, (?>…) or ++"),
    (re.compile(r"\(\?\("), "a condition, (?(1)…)"),
)


class Regular(Protocol):
    """A compiled pattern; ``text`` holds no lone surrogates."""

    def fullmatch(self, text: str) -> Any:
        """Return a match of the whole text, or None."""

    def search(self, text: str) -> Any:
        """Return the first match anywhere, or None."""


@functools.lru_cache(maxsize=512)
def regular(pattern: str, *, ignore_case: bool = False) -> Regular:
    r"""Return the pattern, compiled once.

    Raises:
        ValueError: where it is no pattern, or needs what takes more than linear time.

    >>> regular(r"\w+ (and|or) \w+").fullmatch("été and hiver") is not None
    True
    """
    if len(pattern) > LONGEST:
        raise ValueError(f"a pattern is longer than {LONGEST:,} characters")
    bare = _bare(pattern)
    for found, name in _REFUSED:
        if found.search(bare):
            raise ValueError(f"the pattern “{_cut(pattern)}” uses {name}; patterns have none of it")
    engine = _engine()
    options = engine.Options()
    options.log_errors, options.max_mem = False, _MEMORY
    options.case_sensitive = not ignore_case
    try:
        compiled: Regular = engine.compile(_translated(pattern), options)
    except (engine.error, UnicodeError) as error:
        told = error.args[0] if error.args else ""
        told = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
        raise ValueError(f"“{_cut(pattern)}” is no pattern: {told[:200]}") from error
    return compiled


def _engine() -> Any:
    try:
        return importlib.import_module("re2")
    except ImportError as error:
        raise ValueError(
            "patterns need the package google-re2, which is not installed here: "
            "python -m pip install google-re2"
        ) from error


def _cut(pattern: str) -> str:
    return pattern if len(pattern) <= 80 else f"{pattern[:79]}…"


def _pieces(pattern: str) -> Iterator[tuple[str, bool]]:
    """Signs, escapes and brackets, each with whether it stands in a class."""
    inside = False
    for piece in _PIECE.findall(pattern):
        named = piece.startswith("[:")
        if piece[0] == "\\" or named:
            yield piece, inside
        elif inside:
            yield piece, True
            inside = not piece.endswith("]")
        else:
            inside = piece[0] == "["
            yield piece, False


def _bare(pattern: str) -> str:
    """The pattern without classes and escaped signs, which stand for themselves."""
    outside = [piece for piece, inside in _pieces(pattern) if not inside]
    return "".join(
        " " if piece[0] == "\\" and piece[1:] not in tuple("123456789kg") else piece
        for piece in outside
    )


def _translated(pattern: str) -> str:
    """The pattern with the classes of letters and digits of any script."""
    made: list[str] = []
    for piece, inside in _pieces(pattern):
        if piece[0] == "\\":
            made.append((_INSIDE if inside else _OUTSIDE).get(piece, piece))
        elif inside and not piece.startswith("[:"):
            # "[" and "[^" stand for themselves in a class, "[]" ends it
            made.append(piece.replace("[", r"\["))
        else:
            made.append(piece)
    return "".join(made)
