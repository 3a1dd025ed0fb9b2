"""The terms and factors of formulas, and whether two formulas differ in their order only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from grader.notation.tree import Add, Call, Div, Mul, Neg, Node, Num, Pow, Sym, children, walk
from grader.notation.writing import written

Key: TypeAlias = tuple[object, ...]


def terms(node: Node) -> Iterator[tuple[int, Node]]:
    """The terms of a sum, each with its sign."""
    if isinstance(node, Add):
        for term in node.terms:
            yield from terms(term)
    elif isinstance(node, Neg):
        for sign, term in terms(node.of) if not isinstance(node.of, Add) else ((1, node.of),):
            yield -sign, term
    else:
        yield 1, node


def factors(node: Node) -> Iterator[Node]:
    """The factors of a product, without signs."""
    if isinstance(node, Mul):
        for factor in node.factors:
            yield from factors(factor)
    elif isinstance(node, Neg):
        yield from factors(node.of)
    else:
        yield node


def without_sign(node: Node) -> Node:
    """The node without minus signs before it."""
    while isinstance(node, Neg):
        node = node.of
    return node


def whole(node: Node) -> int | None:
    """The whole number that a node is, with its sign, or None."""
    sign = 1
    while isinstance(node, Neg):
        sign, node = -sign, node.of
    if isinstance(node, Num) and node.value.denominator == 1:
        return sign * node.value.numerator
    return None


def is_rational(node: Node) -> bool:
    """Whether a node is arithmetic between numbers only."""
    return all(
        isinstance(one, Num | Neg | Add | Mul | Div | Pow) for one in walk(node)
    ) and not any(isinstance(one, Pow) and whole(one.exponent) is None for one in walk(node))


def arranged(node: Node) -> Key:
    """Return a key that is equal for trees with the same terms and factors in another order.

    They may be grouped otherwise too. No arithmetic is done; a minus sign is a factor.
    """
    match node:
        case Add():
            return ("+", *_sorted(_summands(node)))
        case Mul() | Div() | Neg():
            return ("*", *_sorted(_parts(node)))
        case Num(value, form):
            return ("n", value, form in ("decimal", "scientific"))
        case Sym(name, constant):
            return ("s", name, constant)
        case Call("exp", (of,)):
            return ("Pow", "", arranged(Sym("e", constant=True)), arranged(of))
        case _:
            head = written(node) if not children(node) else type(node).__name__
            name = node.function if isinstance(node, Call) else ""
            return (head, name, *(arranged(child) for child in children(node)))


def _summands(node: Node) -> Iterator[Key]:
    for one in node.terms if isinstance(node, Add) else (node,):
        term = one
        while isinstance(term, Neg) and isinstance(term.of, Neg):
            term = term.of.of
        if isinstance(term, Add):
            yield from _summands(term)
        else:
            yield arranged(term)


def _parts(node: Node) -> Iterator[Key]:
    match node:
        case Mul():
            for factor in node.factors:
                yield from _parts(factor)
        case Div(top, bottom):
            yield from _parts(top)
            yield ("1/", arranged(bottom))
        case Neg(of):
            yield ("-",)
            yield from _parts(of)
        case _:
            yield arranged(node)


def _sorted(keys: Iterator[Key]) -> list[Key]:
    return sorted(keys, key=repr)
