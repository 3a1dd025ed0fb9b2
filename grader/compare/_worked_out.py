"""Whether what can be worked out in a formula is worked out: exponents, values of functions, roots.

What only looks like a power, a function or a sum of several terms would otherwise pass for a form.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from grader.compare._arranged import factors, is_rational, terms, whole, without_sign
from grader.compare._polynomial import Polynomial, TooLong, atoms, degree, polynomial
from grader.compare._rewriting import with_children
from grader.notation.tree import (
    Add,
    Call,
    Div,
    Mul,
    Neg,
    Node,
    Num,
    Pow,
    Rel,
    Sym,
    children,
    names,
    walk,
)
from grader.notation.values import Undefined, Value, evaluate

_MOST_NODES = 300
_MOST_TRIED = 60
_DIGITS = 60
_FINEST = 10_000
"""Denominators of the numbers that an irrational formula may turn out to be."""
_ROOTS = frozenset(("sqrt", "cbrt", "root"))


def settled(tree: Node) -> Node:
    """The tree with whole numbers for exponents that are one: (x+1)^(4/2) is (x+1)^2."""
    below = [settled(node) for node in children(tree)]
    if not isinstance(tree, Pow) or isinstance(below[1], Num) or names(below[1]):
        return with_children(tree, below) if below else tree
    power = _rational(below[1])
    if power is None or power.denominator != 1:
        return Pow(below[0], below[1])
    if power == 1:
        return below[0]
    return Pow(below[0], Num(power) if power >= 0 else Neg(Num(-power)))


def unevaluated(
    tree: Node, angles: Literal["radians", "degrees"], log: Literal["natural", "ten"]
) -> str:
    """Whether a function or root of numbers is a rational number: sin(pi/6) is 1/2."""
    tried = 0
    for count, one in enumerate(walk(tree)):
        node = _of_numbers(one)
        if count > _MOST_NODES or tried > _MOST_TRIED:
            break
        if node is None or is_rational(node):
            continue
        tried += 1
        try:
            value = evaluate(node, digits=_DIGITS, angles=angles, log=log)
        except Undefined:
            continue
        if _is_rational(value):
            return "a function or power of numbers is not worked out"
    return ""


def _of_numbers(node: Node) -> Node | None:
    """What a node holds that can be worked out: all of it, or the numbers among its parts."""
    if isinstance(node, Num | Sym | Neg | Rel):
        return None
    if isinstance(node, Call) and node.function == "degrees":
        return None
    if not names(node):
        return node
    if not isinstance(node, Add | Mul):
        return None
    some = tuple(part for part in children(node) if not names(part))
    return type(node)(some) if len(some) > 1 else None


def _is_rational(value: Value) -> bool:
    real = value.real
    if not isinstance(real, Fraction) or value.imag:
        return False
    if value.exact:
        return True
    near = real.limit_denominator(_FINEST)
    return bool(abs(real - near) * 10 ** (_DIGITS - 10) <= max(1, abs(near)))


def reducible_root(tree: Node) -> str:
    """Whether a factor can be taken out of a root of a whole number: sqrt(8) is 2 sqrt(2)."""
    for node in walk(tree):
        number, power = 0, 2
        if isinstance(node, Call) and node.function in _ROOTS:
            number = abs(whole(node.arguments[0]) or 0)
            if node.function != "sqrt":
                power = 3 if node.function == "cbrt" else (whole(node.arguments[1]) or 0)
        elif isinstance(node, Pow) and not names(node.exponent):
            share = _rational(node.exponent)
            if share is not None and share.denominator > 1:
                number, power = abs(whole(node.base) or 0), share.denominator
        if power > 1 and _holds_power(number, power):
            return "a factor can be taken out of a root"
    return ""


def _holds_power(number: int, power: int) -> bool:
    """Whether a whole number has a divisor that is such a power; divisors up to 1,000 are tried."""
    for base in range(2, 1_000):
        if power > 64 or base**power > number:
            break
        if number % base**power == 0:
            return True
    return False


def cancelling(tree: Node) -> str:
    """Whether terms of a sum cancel or come together once brackets are multiplied out."""
    for node in walk(tree):
        if not isinstance(node, Add):
            continue
        try:
            parts = [(term, polynomial(term)) for _, term in terms(node)]
            found = polynomial(node)
        except TooLong:
            continue
        known = [part for _, part in parts if part is not None]
        if found is None or len(known) < len(parts):
            continue
        fewer = len(found) < len(parts) or degree(found) < max(map(degree, known))
        if fewer or any(_shares(term, part, parts) for term, part in parts if part is not None):
            return "terms cancel or can be collected"
    return ""


def _shares(term: Node, part: Polynomial, parts: list[tuple[Node, Polynomial | None]]) -> bool:
    """Whether a number times a sum, 2(x+1), has like terms among the other terms."""
    inner = [one for one in factors(term) if names(one)]
    if len(inner) != 1 or not isinstance(without_sign(inner[0]), Add):
        return False
    return any(other and other is not part and set(other) & set(part) for _, other in parts)


def idle_numbers(tree: Node) -> str:
    """Whether a factor 1 stands in a product, or numbers above and below cancel."""
    above: list[Node] = []
    below: list[Node] = []
    _sort_factors(tree, above, below)
    ones = [one for one in (*above, *below) if one == Num(Fraction(1))]
    if ones and len(above) + len(below) > 1 and not isinstance(tree, Neg):
        return "a factor 1 stands in it"
    tops, bottoms = ([abs(whole(one) or 1) for one in side] for side in (above, below))
    if any(Fraction(top, bottom).denominator < bottom for top in tops for bottom in bottoms):
        return "a number can be cancelled"
    return ""


def _sort_factors(node: Node, above: list[Node], below: list[Node]) -> None:
    if isinstance(node, Neg):
        _sort_factors(node.of, above, below)
    elif isinstance(node, Mul):
        for factor in node.factors:
            _sort_factors(factor, above, below)
    elif isinstance(node, Div):
        if node.top != Num(Fraction(1)):
            _sort_factors(node.top, above, below)
        _sort_factors(node.bottom, below, above)
    else:
        above.append(node)


def is_off(tree: Node, truth: Node) -> bool:
    """Whether a formula is no polynomial in its names, but what it is equal to is one."""
    try:
        theirs, ours = polynomial(truth), polynomial(tree)
    except TooLong:
        return False
    if theirs is None or not names(truth) or any(map(_is_foreign, atoms(theirs))):
        return False
    return ours is None or any(map(_is_foreign, atoms(ours)))


def _is_foreign(atom: Node) -> bool:
    return not isinstance(atom, Sym) and bool(names(atom))


def irrational_below(node: Node) -> bool:
    """Whether a root or power of numbers has a root below a fraction bar: 2^(-1/2), sqrt(1/2)."""
    if not isinstance(node, Call | Pow) or names(node):
        return False
    if isinstance(node, Pow):
        share = _rational(node.exponent)
        if share is None or share.denominator == 1:
            return False
        fraction = share < 0 or _is_fraction(node.base)
    elif node.function in _ROOTS:
        fraction = _is_fraction(node.arguments[0])
    else:
        return False
    return fraction and _rational(node) is None


def _is_fraction(node: Node) -> bool:
    inner = without_sign(node)
    if isinstance(inner, Num):
        return inner.form == "fraction" and inner.value.denominator > 1
    return isinstance(inner, Div) or (isinstance(inner, Pow) and (whole(inner.exponent) or 0) < 0)


def _rational(node: Node) -> Fraction | None:
    """The exact value of a formula of numbers, or None."""
    try:
        value = evaluate(node, digits=20)
    except Undefined:
        return None
    if not value.exact or value.imag or not isinstance(value.real, Fraction):
        return None
    return value.real


def can_be_shorter(tree: Node, truth: Node) -> bool:
    """Whether a formula is longer than an equal one, and holds functions that it does without."""
    mine, theirs = (
        {node.function for node in walk(one) if isinstance(node, Call)} for one in (tree, truth)
    )
    longer = sum(1 for _ in walk(tree)) > sum(1 for _ in walk(truth))
    return longer and not mine <= theirs
