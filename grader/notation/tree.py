"""Formulas as trees, as they were written: nothing is simplified, nothing is lost.

Nothing here reads text or evaluates.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

Relation: TypeAlias = Literal["=", "<", ">", "<=", ">=", "!="]


@dataclass(frozen=True, slots=True)
class Num:
    """A number written in digits. ``form`` is how: integer, decimal, percent and so on."""

    value: Fraction
    form: str = "integer"


@dataclass(frozen=True, slots=True)
class Sym:
    """A variable, or a constant: ``pi``, ``e``, ``i`` and ``inf`` where the conventions say so.

    ``constant`` tells them apart: a variable may be called e.
    """

    name: str
    constant: bool = False


@dataclass(frozen=True, slots=True)
class Neg:
    """A minus sign before a term."""

    of: Node


@dataclass(frozen=True, slots=True)
class Add:
    """Two or more terms; a difference is a sum with a Neg."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Mul:
    """Two or more factors, in the order written."""

    factors: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Div:
    """A quotient."""

    top: Node
    bottom: Node


@dataclass(frozen=True, slots=True)
class Pow:
    """A power; a square root is the function ``sqrt``."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A known function, or one that the options declare, of one or more arguments."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Rel:
    """An equation or inequality."""

    sign: Relation
    left: Node
    right: Node


Node: TypeAlias = Num | Sym | Neg | Add | Mul | Div | Pow | Call | Rel


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below a node, in the order written."""
    match node:
        case Neg():
            return (node.of,)
        case Add():
            return node.terms
        case Mul():
            return node.factors
        case Div():
            return (node.top, node.bottom)
        case Pow():
            return (node.base, node.exponent)
        case Call():
            return node.arguments
        case Rel():
            return (node.left, node.right)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """All nodes of a tree, in the order written; no recursion, so that depth is no matter."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(children(current)))


def names(node: Node) -> frozenset[str]:
    """The variables of a tree, without constants."""
    return frozenset(n.name for n in walk(node) if isinstance(n, Sym) and not n.constant)
