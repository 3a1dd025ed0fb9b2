r"""Proper fractions right behind a whole number: 2 1/2, 2½ and 2\frac{1}{2} are mixed numbers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from grader.notation.token import Token
from grader.notation.tree import Div, Num

_NONE = (0, Fraction(0))
_LONGEST = 20


def fraction_ahead(tokens: Sequence[Token]) -> tuple[int, Fraction]:
    """Return how many tokens the fraction takes with which these begin, and its value; else 0.

    In plain digits it may be improper (1 8/4); in LaTeX a whole number before an improper fraction
    is a factor.
    """
    kinds = [token.kind for token in tokens]
    if isinstance(tokens[0].node, Div):
        return _fraction(1, *_digits_of(tokens[0].node))
    if kinds[:3] == ["number", "operator", "number"] and tokens[1].text == "/":
        power = kinds[3:4] == ["raised"] or [token.text for token in tokens[3:4]] == ["^"]
        found = _fraction(3, tokens[0].text, tokens[2].text, improper=True)
        return _NONE if power else found
    if kinds[:3] == ["fraction", "number", "number"]:
        return _fraction(3, tokens[1].text, tokens[2].text)
    if kinds[:2] == ["fraction", "number"] and len(tokens[1].text) == 2:
        return _fraction(2, tokens[1].text[:1], tokens[1].text[1:])
    if kinds[:7] == ["fraction", *("open", "number", "close") * 2]:
        return _fraction(7, tokens[2].text, tokens[5].text)
    return _NONE


def _fraction(
    length: int, top: str, bottom: str, *, improper: bool = False
) -> tuple[int, Fraction]:
    short = len(top) < _LONGEST and len(bottom) < _LONGEST
    if short and top.isdigit() and bottom.isdigit() and int(bottom):
        value = Fraction(int(top), int(bottom))
        if improper or 0 < value < 1:
            return length, value
    return _NONE


def _digits_of(node: Div) -> tuple[str, str]:
    top, bottom = node.top, node.bottom
    if isinstance(top, Num) and isinstance(bottom, Num):
        return str(top.value), str(bottom.value)
    return "", ""
