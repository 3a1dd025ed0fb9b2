"""Whether a printed equation is true, and what OCR may have taken from it.

A printed equation is false only where that is certain. Signs of products that a conversion
swallowed are put back where exactly one way makes the equation true; where a lost root, square
or sign could be to blame, the answer is None.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.expression import _tree
from grader.expression._grammar import NotAnExpression, tree
from grader.expression._numbers import to_number
from grader.expression._restore import Reading, readings
from grader.expression._tokens import Token
from grader.expression._tree import Literal, Node, Product, Sum, Undefined, Value
from grader.model import Number

_ALTERNATIVES = 16
_NOISE = Fraction(1, 10**9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Equality:
    """What an equation comes to: true, false or not to be told, and how its sides were read."""

    holds: bool | None
    restored: bool = False
    """Whether signs of products were put back."""
    left: Number | None = None
    right: Number | None = None


def check(left: Sequence[Token], right: Sequence[Token], *, approx: bool = False) -> Equality:
    """Return whether ``left = right`` is true, to the digits shown on the right.

    Args:
        left: tokens of the left side, an expression without names.
        right: tokens of the right side.
        approx: whether the sign between them says that they are only about equal.
    """
    one, other = _node(left), _node(right)
    if one is None and other is None:
        return Equality(holds=None)
    plain = Equality(holds=None, left=to_number(left), right=to_number(right))
    if plain.left is not None and plain.right is not None and _agree(plain.left, plain.right, approx):
        return replace(plain, holds=True)
    return _otherwise(left, right, approx, plain)


def _otherwise(left: Sequence[Token], right: Sequence[Token], approx: bool, plain: Equality) -> Equality:
    """Look for another reading of the sides under which the equation is true."""
    for a, b in _other_literals(left, right):
        one, other = to_number(a), to_number(b)
        if one is not None and other is not None and _agree(one, other, approx):
            return Equality(holds=True, left=one, right=other)
    restored = _restored(left, right, approx)
    if restored is not None:
        return restored
    if plain.left is None or plain.right is None:
        return plain
    doubtful = _may_be_true(left, right, plain.left, plain.right, approx)
    return replace(plain, holds=None if doubtful else False)
