"""The pieces of a unit: words, numbers, signs."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

from grader.notation.clean import Unreadable

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_TOKEN = re.compile(
    r"""(?P<blank>\s+)
    |(?P<power>\*\*|\^)
    |(?P<raised>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?:ᐟ[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?)
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<word>US\$|Δ?°\s?[CF](?![^\W\d_])|[^\W\d_⁰¹²³⁴⁵⁶⁷⁸⁹]+(?:_[^\W\d_⁰¹²³⁴⁵⁶⁷⁸⁹]+)*|[%‰°$€£¥¢₹₩₽√])
    |(?P<times>[*·×.])
    |(?P<sign>[+-])
    |(?P<mark>[/()])
    |(?P<odd>.)""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A piece of a unit: its kind, its text, and whether a blank stands before it."""

    kind: str
    text: str
    apart: bool


def number_raised(text: str) -> Fraction:
    """Return the number that superscripts are.

    >>> number_raised("⁻²")
    Fraction(-2, 1)
    """
    return Fraction(text.translate(_RAISED).replace("ᐟ", "/"))


def tokens_of(text: str) -> list[Token]:
    """Return the pieces of a unit.

    Raises:
        Unreadable: for a sign that is in no unit.
    """
    tokens: list[Token] = []
    apart = False
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "odd"
        if kind == "blank":
            apart = True
            continue
        if kind == "odd":
            raise Unreadable(f"{_named(match.group())} is no part of a unit")
        tokens.append(Token(kind, "".join(match.group().split()), apart))
        apart = False
    return tokens


def _named(sign: str) -> str:
    return f"“{sign}”" if sign.isprintable() else f"the sign U+{ord(sign):04X}"
