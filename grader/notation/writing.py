"""Formulas written in plain signs, so that reading them gives the same tree again."""

from __future__ import annotations

from fractions import Fraction

from grader.notation.tree import Add, Call, Div, Mul, Neg, Node, Num, Pow, Rel, Sym

_RELATION, _SUM, _MINUS, _MIXED, _PRODUCT, _POWER, _ATOM = 0, 10, 15, 18, 20, 30, 40
_LONGEST = 400
"""Zeros that are written out in a decimal number."""


def written(node: Node) -> str:
    r"""Return a formula as plain text.

    >>> from grader.notation import Notation
    >>> from grader.notation.formula import parse
    >>> written(parse(r"-\frac{1}{2}x^{2}", Notation()))
    '-1/2*x^2'
    """
    return _told(node)[0]


def _told(node: Node) -> tuple[str, int]:
    """The text of a node and how tightly it holds together."""
    match node:
        case Num():
            return _number(node)
        case Sym():
            return ("Π" if node.name == "Pi" else node.name), _ATOM
        case Neg():
            return "-" + _held(node.of, _PRODUCT), _MINUS
        case Add():
            return _sum(node), _SUM
        case Mul():
            rest = (_held(factor, _PRODUCT + 1) for factor in node.factors[1:])
            return "*".join((_first(node.factors[0]), *rest)), _PRODUCT
        case Div():
            return f"{_held(node.top, _PRODUCT)}/{_held(node.bottom, _PRODUCT + 1)}", _PRODUCT
        case Pow():
            return f"{_held(node.base, _POWER + 1)}^{_held(node.exponent, _POWER)}", _POWER
        case Call():
            return _call(node), _ATOM
        case Rel():
            return f"{_told(node.left)[0]} {node.sign} {_told(node.right)[0]}", _RELATION


def _held(node: Node, least: int) -> str:
    text, strength = _told(node)
    return text if strength >= least else f"({text})"


def _first(factor: Node) -> str:
    """The first factor of a product: a quotient needs no brackets there, a product does."""
    return _held(factor, _PRODUCT + isinstance(factor, Mul))


def _sum(node: Add) -> str:
    text = _held(node.terms[0], _SUM + 1)
    for term in node.terms[1:]:
        if isinstance(term, Neg):
            text += f" - {_held(term.of, _PRODUCT)}"
        else:
            text += f" + {_held(term, _MIXED)}"
    return text


def _call(node: Call) -> str:
    name, arguments = node.function, node.arguments
    if name == "degrees" and len(arguments) == 1:
        return _held(arguments[0], _ATOM) + "°"
    inner = [_told(argument)[0] for argument in arguments]
    if name == "log" and len(arguments) == 2 and inner[1].isdigit():
        return f"log_{inner[1]}({inner[0]})"
    return f"{name}({', '.join(inner)})"


def _number(node: Num) -> tuple[str, int]:
    value = node.value
    if value < 0:
        return "-" + _number(Num(-value, node.form))[0], _MINUS
    if node.form == "percent":
        text = _decimal(value * 100)
        return (f"{text}%", _ATOM) if text else _quotient(value)
    if node.form == "mixed" and value.denominator > 1:
        whole, rest = divmod(value, 1)
        return f"{whole} {rest.numerator}/{rest.denominator}", _MIXED
    text = _scientific(value) if node.form == "scientific" else _decimal(value)
    if node.form == "decimal" and text.isdigit():
        text += ".0"
    return (text, _ATOM) if text else _quotient(value)


def _quotient(value: Fraction) -> tuple[str, int]:
    return f"{_long(value.numerator)}/{_long(value.denominator)}", _PRODUCT


def _long(number: int) -> str:
    """An integer; one of more digits than Python writes is shortened."""
    if number.bit_length() > 13_000:
        return f"2^{number.bit_length() - 1}"
    return str(number)


def _decimals(value: Fraction) -> int | None:
    """How many decimals it takes to write a fraction, or None where it never ends."""
    twos = fives = 0
    rest = value.denominator
    if rest.bit_length() > 4 * _LONGEST:
        return None
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def _decimal(value: Fraction) -> str:
    places = _decimals(value)
    if places is None:
        return ""
    if places == 0:
        return _long(value.numerator)
    digits = str(int(value * 10**places)).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


def _scientific(value: Fraction) -> str:
    places = _decimals(value)
    if places is None or value.numerator.bit_length() > 13_000:
        return ""
    digits = str(int(value * 10**places))
    shown = digits.rstrip("0") or "0"
    exponent = len(digits) - 1 - places if value else 0
    return f"{shown[0]}{'.' if shown[1:] else ''}{shown[1:]}e{exponent}"
