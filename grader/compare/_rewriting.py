"""Trees made from trees: other names, numbers for constants, known functions for unknown ones."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from grader.notation.spellings import TRIGONOMETRIC
from grader.notation.tree import Add, Call, Div, Mul, Neg, Node, Num, Pow, Rel, Sym, children


def number_of(value: Any, name: str) -> Fraction:
    """An option that is a number, exactly.

    Raises:
        ValueError: where it is none.
    """
    try:
        if isinstance(value, bool):
            value = None
        return Fraction(str(value)) if isinstance(value, float) else Fraction(value)
    except (ValueError, TypeError, ZeroDivisionError, OverflowError):
        raise ValueError(f"'{name}' is a number; got {value!r}") from None


def with_children(node: Node, below: Sequence[Node]) -> Node:
    """The node with other nodes below it."""
    match node:
        case Neg():
            return Neg(below[0])
        case Add():
            return Add(tuple(below))
        case Mul():
            return Mul(tuple(below))
        case Div():
            return Div(below[0], below[1])
        case Pow():
            return Pow(below[0], below[1])
        case Call():
            return Call(node.function, tuple(below))
        case Rel():
            return Rel(node.sign, below[0], below[1])
        case _:
            return node


def in_radians(tree: Node) -> Node:
    """The tree with angles in degrees turned into numbers, where no sine is taken of them."""
    if isinstance(tree, Call) and tree.function in TRIGONOMETRIC:
        return tree
    below = [in_radians(node) for node in children(tree)]
    if isinstance(tree, Call) and tree.function == "degrees":
        return Mul((below[0], Div(Sym("pi", constant=True), Num(Fraction(180)))))
    return with_children(tree, below) if below else tree


def renamed(tree: Node, other: Mapping[str, str]) -> Node:
    """The tree with other names."""
    if not other:
        return tree
    if isinstance(tree, Sym):
        found = other.get(tree.name) if not tree.constant else None
        return Sym(found) if found else tree
    return with_children(tree, [renamed(node, other) for node in children(tree)])


def filled(
    tree: Node,
    constants: Mapping[str, float | str],
    functions: Sequence[str],
    *,
    real: bool,
) -> Node:
    """The tree with numbers for constants, known functions for unknown ones, and real odd roots."""
    if isinstance(tree, Sym) and not tree.constant and tree.name in constants:
        return Num(number_of(constants[tree.name], tree.name), "decimal")
    below = [filled(node, constants, functions, real=real) for node in children(tree)]
    if isinstance(tree, Call) and tree.function in functions:
        return _stand_in(tree.function, below)
    if isinstance(tree, Pow) and real:
        return _real_power(below[0], below[1])
    return with_children(tree, below) if below else tree


def _real_power(base: Node, exponent: Node) -> Node:
    """x^(1/3) over the real numbers has a value for negative x too."""
    sign, share = 1, exponent
    if isinstance(share, Neg):
        sign, share = -1, share.of
    if not (isinstance(share, Div) and isinstance(share.bottom, Num)):
        return Pow(base, exponent)
    top, bottom = share.top, share.bottom.value
    if isinstance(top, Neg):
        sign, top = -sign, top.of
    if not isinstance(top, Num) or bottom == 0:
        return Pow(base, exponent)
    power = top.value / bottom
    if power.denominator % 2 == 0 or power.denominator == 1:
        return Pow(base, exponent)
    root = Call("root", (base, Num(Fraction(power.denominator))))
    return root if sign * power.numerator == 1 else Pow(root, Num(Fraction(sign * power.numerator)))


def _stand_in(name: str, arguments: Sequence[Node]) -> Node:
    """A smooth function of no symmetry for one of which nothing is known."""
    code = zlib.crc32(name.encode("utf-8", "replace"))
    p, q, r, s = (Num(Fraction(2 + code // 97**step % 89, 7 + step)) for step in range(4))
    weighed = [
        Mul((Num(Fraction(3 * place + 2, 2 * place + 1)), argument))
        for place, argument in enumerate(arguments)
    ]
    at: Node = Add(tuple(weighed)) if len(weighed) > 1 else arguments[0]
    square = Mul((at, at))
    crossed = Mul((s, arguments[0], arguments[-1]))
    smooth = Div(Add((Mul((p, at)), q)), Add((square, r, Num(Fraction(1)))))
    return Add((smooth, crossed))
