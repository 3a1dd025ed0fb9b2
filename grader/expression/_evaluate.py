"""Values of trees: exact as long as the operations allow it, within bounds, total.

Nothing here reads text. Whatever goes wrong is ``Undefined``: a free name, a division by
zero, a value with more digits than anyone writes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TypeAlias

from grader.expression._tree import CONSTANTS, Literal, Name, Node, Power, Product, Sum

Value: TypeAlias = Fraction | float
Raw: TypeAlias = int | Fraction | float
"""Values inside an evaluation: whole numbers stay ints, which is several times faster."""

_BITS = 4_000


class Undefined(ValueError):
    """An expression without a value: a name is free, a division by zero, too large."""


def evaluate(node: Node, variables: Mapping[str, Value]) -> Value:
    """Return the value of a tree.

    Raises:
        Undefined: whatever goes wrong; the errors of arithmetic are turned into it here.
    """
    try:
        value = _evaluate(node, variables)
    except Undefined:
        raise
    except (ArithmeticError, ValueError) as error:
        raise Undefined(str(error)) from error
    return Fraction(value) if isinstance(value, int) else value


def _root(value: Raw) -> Value:
    """Return the square root, exact where it is a fraction."""
    if value < 0:
        raise Undefined("root of a negative number")
    if isinstance(value, float):
        return math.sqrt(value)
    top, bottom = math.isqrt(value.numerator), math.isqrt(value.denominator)
    if top * top == value.numerator and bottom * bottom == value.denominator:
        return Fraction(top, bottom)
    return math.sqrt(value)


def _evaluate(node: Node, variables: Mapping[str, Value]) -> Raw:
    if isinstance(node, Literal):
        return _whole(node.value)
    if isinstance(node, Name):
        return _named(node.name, variables)
    if isinstance(node, Sum):
        total: Raw = 0
        for sign, term in node.terms:
            total = _bounded(total + sign * _evaluate(term, variables))
        return total
    if isinstance(node, Product):
        result: Raw = 1
        for exponent, factor in node.factors:
            value = _evaluate(factor, variables)
            result = _bounded(result * value if exponent == 1 else _quotient(result, value))
        return result
    if isinstance(node, Power):
        if node.base == Name("e") and "e" not in variables:
            return _bounded(_exp(_evaluate(node.exponent, variables)))
        return _power(_evaluate(node.base, variables), _evaluate(node.exponent, variables))
    return _bounded(_FUNCTIONS[node.function](_evaluate(node.argument, variables)))


def _whole(value: Value) -> Raw:
    return int(value) if isinstance(value, Fraction) and value.denominator == 1 else value


def _named(name: str, variables: Mapping[str, Value]) -> Raw:
    if name in variables:
        return _bounded(_whole(variables[name]))
    if name in CONSTANTS:
        return CONSTANTS[name]
    raise Undefined(f"'{name}' has no value")


def _quotient(one: Raw, other: Raw) -> Raw:
    if isinstance(one, int) and isinstance(other, int):
        return Fraction(one, other)
    return one / other


def _bounded(value: Raw) -> Raw:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Undefined("not finite")
    elif value.numerator.bit_length() + value.denominator.bit_length() > _BITS:
        raise Undefined("too large")
    return value


def _power(base: Raw, exponent: Raw) -> Raw:
    if exponent == Fraction(1, 2):
        return _root(base)
    whole = not isinstance(exponent, float) and exponent.denominator == 1
    if whole and not isinstance(base, float):
        exact = Fraction(base)
        size = exact.numerator.bit_length() + exact.denominator.bit_length()
        if max(exponent, -exponent) * (size - 1) > _BITS:
            raise Undefined("too large")
        return _bounded(exact ** int(exponent))
    if base < 0 and not whole:
        raise Undefined("power of a negative number")
    return _bounded(float(base) ** float(exponent))


def _exp(value: Raw) -> Raw:
    return 1 if value == 0 else math.exp(value)


def _log(function: Callable[[Raw], float]) -> Callable[[Raw], Raw]:
    return lambda value: 0 if value == 1 else function(value)


def _sigmoid(value: Raw) -> Raw:
    x = float(value)
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


_FUNCTIONS: Mapping[str, Callable[[Raw], Raw]] = {
    "sqrt": _root,
    "cbrt": math.cbrt,
    "exp": _exp,
    "ln": _log(math.log),
    "log": _log(math.log),
    "log10": _log(math.log10),
    "log2": _log(math.log2),
    "sigmoid": _sigmoid,
    "logit": lambda value: math.log(value / (1 - value)),
    "abs": lambda value: -value if value < 0 else value,
    "floor": math.floor,
    "ceil": math.ceil,
    "tanh": math.tanh,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
}
FUNCTIONS = frozenset(_FUNCTIONS)
"""Names of the functions that are known."""
