"""The token: a piece of text, what it is, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal as Choice
from typing import TypeAlias

from grader.expression._tree import Literal

Kind: TypeAlias = Choice[
    "number",
    "name",
    "function",
    "operator",
    "open",
    "close",
    "fraction",
    "root",
    "bar",
    "relation",
    "mark",
    "break",
    "other",
]

_LONGEST = 50


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text and what it is; ``text`` is the canonical form."""

    kind: Kind
    text: str
    start: int
    end: int
    readings: tuple[Literal, ...] = ()
    """What a number may mean, the likeliest first."""
    glued: bool = False
    """Whether nothing stands between this token and the one before it."""


def whole_number(digits: str, start: int, end: int, *, glued: bool = True) -> Token:
    """Return the token of digits that are surely a whole number."""
    digits = digits[:_LONGEST]
    literal = Literal(Fraction(int(digits)), 0, len(digits))
    return Token("number", digits, start, end, (literal,), glued)
