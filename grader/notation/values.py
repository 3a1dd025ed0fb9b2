"""What formulas are worth: exactly where that is possible, else to as many digits as are asked for.

Roots and logarithms are principal values, as in complex analysis; ``cbrt`` and an odd ``root`` of a
real number are real. Work is bounded: a power tower is refused before anything is calculated.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

from grader.notation.digits import Calculator
from grader.notation.exact import Undefined, Value, bounded, postorder
from grader.notation.floats import Function, compiled, floats
from grader.notation.tree import Add, Call, Div, Mul, Neg, Node, Num, Pow, Sym, children

__all__ = ["Function", "Undefined", "Value", "compiled", "evaluate", "floats"]


def evaluate(
    node: Node,
    variables: Mapping[str, Value] | None = None,
    *,
    digits: int = 50,
    angles: Literal["radians", "degrees"] = "radians",
    log: Literal["natural", "ten"] = "natural",
) -> Value:
    """Return the value of a formula.

    Args:
        node: the formula.
        variables: values of its names.
        digits: significant digits of what has no exact value, at most 1,000.
        angles: what sines are taken of and arcsines give. A number with ° under a sine is always
            in degrees; elsewhere the sign ° changes nothing.
        log: the base of ``log`` without a base.

    Raises:
        Undefined: when it has none, divides by zero, holds a name without a value, or is too large.
    """
    calculator = Calculator(min(digits, 1_000), angles, log)
    known = variables or {}
    waiting: list[Value] = []
    for one, under in postorder(node):
        first = len(waiting) - len(children(one))
        below = waiting[first:]
        del waiting[first:]
        waiting.append(_value(one, below, under, known, calculator))
    return waiting[0]


def _value(
    node: Node,
    below: list[Value],
    under: bool,
    variables: Mapping[str, Value],
    calculator: Calculator,
) -> Value:
    """The value of a node from those of the nodes below it."""
    match node:
        case Num():
            return bounded(node.value)
        case Sym():
            return _symbol(node, variables, calculator)
        case Neg():
            return calculator.product((Value(Fraction(-1)), below[0]))
        case Add():
            return calculator.sum(below)
        case Mul():
            return calculator.product(below)
        case Div():
            return calculator.quotient(below[0], below[1])
        case Pow():
            return calculator.power(below[0], below[1])
        case Call():
            return calculator.call(node.function, below, under)
        case _:
            raise Undefined("an equation has no value")


def _symbol(node: Sym, variables: Mapping[str, Value], calculator: Calculator) -> Value:
    if not node.constant:
        if node.name not in variables:
            raise Undefined(f"“{node.name[:40]}” has no value")
        return variables[node.name]
    if node.name == "i":
        return Value(Fraction(0), Fraction(1))
    if node.name == "inf":
        return Value(math.inf)
    return calculator.constant(node.name)
