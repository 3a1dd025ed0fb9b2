"""Equations and inequalities, and whether they hold at a point."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from grader.compare._agreement import agree, minus, size
from grader.compare._sampling import Formula, Point
from grader.notation.spellings import FUNCTIONS
from grader.notation.tree import Add, Call, Neg, Node, Num, Rel, Relation, Sym, names, walk
from grader.notation.values import Undefined, Value

KNOWN = frozenset((*FUNCTIONS.values(), "degrees"))
"""Functions that have values."""
_TURNED: dict[Relation, Relation] = {">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """An equation or inequality: the sign is one of =, !=, < and <=."""

    sign: Relation
    left: Formula
    right: Formula

    @property
    def difference(self) -> Node:
        """The left side less the right one; below 0 where an inequality holds."""
        return difference(self.left.tree, self.right.tree)

    @property
    def names(self) -> frozenset[str]:
        """The variables of both sides."""
        return self.left.names | self.right.names

    @property
    def is_opaque(self) -> bool:
        """Whether a function stands in it about which nothing is known."""
        return any(
            isinstance(node, Call) and node.function not in KNOWN
            for side in (self.left, self.right)
            for node in walk(side.written)
        )

    @property
    def is_equation(self) -> bool:
        """Whether it is about equality."""
        return self.sign in ("=", "!=")


def negative(value: Value) -> Value:
    """A value with the other sign."""
    return Value(-value.real, -value.imag, value.exact)


def difference(left: Node, right: Node) -> Node:
    """Return one tree less another."""
    return left if right == Num(Fraction(0)) else Add((left, Neg(right)))


def turned(sign: Relation, left: Formula, right: Formula) -> Statement:
    """Return a statement whose sign is no > and no >=."""
    if sign in _TURNED:
        return Statement(_TURNED[sign], right, left)
    return Statement(sign, left, right)


def holds(statement: Statement, point: Point) -> bool | None:
    """Whether a statement holds at a point; None where that is not certain there."""
    try:
        left, right = statement.left.at(point), statement.right.at(point)
    except Undefined:
        return None
    if left is None or right is None or left.infinite or right.infinite:
        return None
    apart = minus(left, right)
    if agree(left, right):
        equal = True
    elif size(apart) * 10**6 > max(size(left), size(right)):
        equal = False
    else:
        return None
    if statement.sign in ("=", "!="):
        return equal == (statement.sign == "=")
    if left.imag or right.imag:
        return None
    if equal:
        return statement.sign == "<="
    return apart.real < 0


def apart_at(statement: Statement, point: Point) -> Value | None:
    """The left side less the right one, or None where one of them has no value."""
    try:
        left, right = statement.left.at(point), statement.right.at(point)
    except Undefined:
        return None
    if left is None or right is None or left.infinite or right.infinite:
        return None
    return minus(left, right)


def is_solved(tree: Rel, name: str) -> bool:
    """Whether an equation has a name alone on one side, and not on the other."""
    return any(
        side == Sym(name) and name not in names(rest)
        for side, rest in ((tree.left, tree.right), (tree.right, tree.left))
    )


def whole_of(statement: Statement) -> Formula:
    """The difference of both sides as one formula."""
    left = statement.left
    return Formula(statement.difference, left.written, left.angles, left.log)
