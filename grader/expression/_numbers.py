"""Tokens or text to a Number: the value and how it was given (digits, percent, unit, about)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from grader.expression import _tree
from grader.expression._grammar import NotAnExpression, tree
from grader.expression._literals import Comma, scaled
from grader.expression._tokens import Token, tokenize
from grader.expression._tree import Literal, Undefined, Value
from grader.model import Number

ABOUT = re.compile(
    r"\b(?:about|approx(?:imately)?|approx\.|around|roughly|circa|ca\.?|nearly|almost|close\s+to|some|ungefähr|etwa)\W*$"
    r"|[≈~∼≃≅]\s*\$?\s*$|\\(?:approx|sim|simeq|cong)\s*$",
    re.IGNORECASE,
)
"""Ends just before a number that is announced as approximate."""

_ANNOUNCED = {"about", "approx", "approximately", "around", "roughly", "circa", "ca", "nearly", "almost"}


def parse_number(text: str, *, comma: Comma | None = None) -> Number | None:
    """Return the one number that a text is, with its unit, or None where it is anything else.

    >>> parse_number("≈ 37,8 %")
    Number(value=Fraction(189, 500), decimals=1, significant=3, slack=Fraction(1, 1000), approx=True, percent=True, unit='')
    >>> parse_number("3.2M").slack
    Fraction(100000, 1)
    >>> parse_number("1, 2 and 3") is None
    True
    """
    tokens = [t for t in tokenize(text, comma) if t.kind != "break"]
    approx = False
    while tokens and (tokens[0].kind == "relation" and tokens[0].text in "=≈" or tokens[0].text.lower() in _ANNOUNCED):
        approx = approx or tokens[0].text != "="
        tokens = tokens[1:]
    while tokens and tokens[-1].kind == "mark":
        tokens = tokens[:-1]
    unit: list[str] = []
    while tokens and tokens[-1].kind == "name" and tokens[-1].text not in ("e", "pi"):
        unit.insert(0, tokens.pop().text)
    if len(unit) > 4:
        return None
    number = to_number(tokens)
    return number and about(number, approx, " ".join(unit))


def to_number(tokens: Sequence[Token], lost: bool = False) -> Number | None:
    """Return the number that a run of tokens is, from end to end, or None."""
    literal = _literal(tokens)
    if literal is not None:
        return Number(value=literal.value, decimals=literal.decimals, significant=literal.significant or None,
                      slack=literal.slack, percent=literal.percent)
    value = value_of(tokens, lost)
    return None if value is None else Number(value=value)


def value_of(tokens: Sequence[Token], lost: bool = False) -> Value | None:
    """Return what a run of tokens evaluates to, or None where it is no arithmetic."""
    try:
        return _tree.evaluate(tree(tokens, lost), {})
    except (Undefined, NotAnExpression):
        return None


def about(number: Number, approx: bool, unit: str = "") -> Number:
    """Return the number as announced: about 122,000 shows three digits, not six."""
    significant, slack = number.significant, number.slack
    if approx and number.decimals == 0 and significant and number.value and isinstance(number.value, Fraction):
        unit_shown = slack or Fraction(1)
        digits = str(int(abs(number.value) / unit_shown))
        zeros = len(digits) - len(digits.rstrip("0"))
        if zeros:
            significant, slack = max(1, significant - zeros), unit_shown * Fraction(10) ** zeros
    return Number(value=number.value, decimals=number.decimals, significant=significant, slack=slack,
                  approx=approx or number.approx, percent=number.percent, unit=unit or number.unit)


def _literal(tokens: Sequence[Token]) -> Literal | None:
    """Return a number that is written out: -3.16, 1.2×10^9, 1 1/2."""
    sign = 1
    while len(tokens) > 2 and tokens[0].kind == "open" and tokens[-1].kind == "close" and tokens[0].text == "(" and (
        not any(token.kind in ("open", "close") for token in tokens[1:-1])
    ):
        tokens = tokens[1:-1]
    if tokens and tokens[0].kind == "operator" and tokens[0].text in "+-":
        sign, tokens = (-1 if tokens[0].text == "-" else 1), tokens[1:]
    if not tokens or tokens[0].kind != "number":
        return None
    literal = tokens[0].readings[0]
    texts = [t.text for t in tokens[1:]]
    if len(tokens) > 1:
        power = _power_of_ten(texts)
        if power is None:
            return None
        literal = scaled(literal, power)
    return Literal(sign * literal.value, literal.decimals, literal.significant, literal.slack, literal.percent)


def _power_of_ten(texts: list[str]) -> int | None:
    texts = [text for text in texts if text not in "(){}"]
    if len(texts) not in (4, 5) or texts[:3] != ["*", "10", "^"]:
        return None
    digits = "".join(texts[3:])
    return int(digits) if re.fullmatch(r"[+-]?\d{1,4}", digits) else None
