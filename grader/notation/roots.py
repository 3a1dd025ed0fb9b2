"""Fractional powers with an odd denominator as real roots: (-8)^(1/3) is -2, as school has it.

The principal value would be 1 + √3 i; which of them is meant, the option ``odd_roots`` says.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from grader.notation.tree import Add, Call, Div, Mul, Neg, Node, Num, Pow, Rel

_LARGEST = 1_000


def with_real_roots(node: Node) -> Node:
    """Return the tree in which b^(p/q) is the p-th power of the real q-th root, for odd q.

    The depth of trees is bounded by the parser.
    """
    match node:
        case Pow(base, exponent):
            base, exponent = with_real_roots(base), with_real_roots(exponent)
            power = _quotient(exponent)
            if power is None or power.denominator % 2 == 0 or power.denominator == 1:
                return Pow(base, exponent)
            root = Call("root", (base, Num(Fraction(power.denominator))))
            return root if power == Fraction(1, power.denominator) else Pow(root, _whole(power))
        case Add(terms):
            return Add(tuple(map(with_real_roots, terms)))
        case Mul(factors):
            return Mul(tuple(map(with_real_roots, factors)))
        case Div(top, bottom):
            return Div(with_real_roots(top), with_real_roots(bottom))
        case Neg(of):
            return Neg(with_real_roots(of))
        case Call(_, arguments):
            return replace(node, arguments=tuple(map(with_real_roots, arguments)))
        case Rel(sign, left, right):
            return Rel(sign, with_real_roots(left), with_real_roots(right))
        case _:
            return node


def _whole(power: Fraction) -> Node:
    number = Num(Fraction(abs(power.numerator)))
    return Neg(number) if power < 0 else number


def _quotient(node: Node) -> Fraction | None:
    """Return the fraction that an exponent is, where it is one in digits: 1/3, -2/3, 0.2."""
    match node:
        case Neg(of):
            inner = _quotient(of)
            return None if inner is None else -inner
        case Num(value):
            return value if value.denominator <= _LARGEST else None
        case Div(Num(top), Num(bottom)) if bottom:
            value = top / bottom
            return value if value.denominator <= _LARGEST else None
        case _:
            return None
