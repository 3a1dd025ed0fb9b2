"""Tokens or text to a Number: the value and how it was given (digits, percent, unit, about)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from grader.expression._evaluate import Undefined, Value, evaluate
from grader.expression._grammar import NotAnExpression, tree
from grader.expression._literals import Comma, scaled
from grader.expression._token import Token
from grader.expression._tokens import tokenize
from grader.expression._tree import CONSTANTS, Literal
from grader.model import Number

_LONGEST, _UNIT_WORDS = 500, 4
_ANNOUNCED = {
    "about",
    "approx",
    "approximately",
    "around",
    "roughly",
    "circa",
    "ca",
    "nearly",
    "almost",
}


def parse_number(text: str, *, comma: Comma | None = None) -> Number | None:
    """Return the one number that a text is, with its unit, or None where it is anything else.

    >>> number = parse_number("≈ 37,8 %")
    >>> number.value, number.slack, number.approx, number.percent
    (Fraction(189, 500), Fraction(1, 1000), True, True)
    >>> parse_number("3.2M").slack
    Fraction(100000, 1)
    >>> parse_number("1, 2 and 3") is None
    True
    """
    if len(text) > _LONGEST:
        return None
    tokens = [t for t in tokenize(text, comma) if t.kind != "break"]
    first, last = 0, len(tokens)
    while first < last and _announces(tokens[first]):
        first += 1
    while first < last and tokens[last - 1].kind == "mark":
        last -= 1
    stop = last
    while (
        first < last and tokens[last - 1].kind == "name" and tokens[last - 1].text not in CONSTANTS
    ):
        last -= 1
    if stop - last > _UNIT_WORDS:
        return None
    number = to_number(tokens[first:last])
    if number is None:
        return None
    approx = any(token.text != "=" for token in tokens[:first])
    return about(number, approx=approx, unit=" ".join(token.text for token in tokens[last:stop]))


def _announces(token: Token) -> bool:
    if token.kind == "relation":
        return token.text in "=≈"
    return token.kind == "name" and token.text.lower() in _ANNOUNCED


def to_number(tokens: Sequence[Token], lost: bool = False) -> Number | None:
    """Return the number that a run of tokens is, from end to end, or None."""
    literal = _literal(tokens)
    if literal is not None and not literal.significant:
        return Number(value=literal.value)
    if literal is not None:
        return Number(
            value=literal.value,
            decimals=literal.decimals,
            significant=literal.significant,
            slack=literal.slack,
            percent=literal.percent,
        )
    value = _mixed(tokens) or value_of(tokens, lost)
    return None if value is None else Number(value=value)


def _mixed(tokens: Sequence[Token]) -> Value | None:
    """Return the value of a mixed number such as 2 1/2."""
    if [token.kind for token in tokens] != ["number", "number", "operator", "number"]:
        return None
    whole, top, bottom = (tokens[i].readings[0].value for i in (0, 1, 3))
    plain = all(tokens[i].text.isdigit() for i in (0, 1, 3))
    return whole + top / bottom if plain and tokens[2].text == "/" and 0 < top < bottom else None


def value_of(tokens: Sequence[Token], lost: bool = False) -> Value | None:
    """Return what a run of tokens evaluates to, or None where it is no arithmetic."""
    try:
        return evaluate(tree(tokens, lost), {})
    except (Undefined, NotAnExpression):
        return None


def about(number: Number, *, approx: bool, unit: str = "") -> Number:
    """Return the number as announced: about 122,000 shows three digits, not six."""
    significant, slack = number.significant, number.slack
    if (
        approx
        and number.decimals == 0
        and significant
        and number.value
        and isinstance(number.value, Fraction)
    ):
        unit_shown = slack or Fraction(1)
        digits = str(int(abs(number.value) / unit_shown))
        zeros = len(digits) - len(digits.rstrip("0"))
        if zeros:
            significant, slack = max(1, significant - zeros), unit_shown * Fraction(10) ** zeros
    return Number(
        value=number.value,
        decimals=number.decimals,
        significant=significant,
        slack=slack,
        approx=approx or number.approx,
        percent=number.percent,
        unit=unit or number.unit,
    )


def _literal(tokens: Sequence[Token]) -> Literal | None:
    """Return a number that is written out: -3.16, 1.2×10^9."""
    sign = 1
    while (
        len(tokens) > 2
        and tokens[0].kind == "open"
        and tokens[-1].kind == "close"
        and tokens[0].text == "("
        and (not any(token.kind in ("open", "close") for token in tokens[1:-1]))
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
    return Literal(
        sign * literal.value, literal.decimals, literal.significant, literal.slack, literal.percent
    )


def _power_of_ten(texts: list[str]) -> int | None:
    texts = [text for text in texts if text not in "(){}"]
    if len(texts) not in (4, 5) or texts[:3] != ["*", "10", "^"]:
        return None
    digits = "".join(texts[3:])
    return int(digits) if re.fullmatch(r"[+-]?\d{1,4}", digits) else None
