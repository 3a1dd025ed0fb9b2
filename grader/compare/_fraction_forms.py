"""How fractions are written: one or many, in lowest terms, cancelled, partial."""

from __future__ import annotations

import math

from grader.compare._arranged import factors, terms, whole, without_sign
from grader.compare._polynomial import Undecided, content, degree, is_irreducible, polynomial
from grader.compare._worked_out import irrational_below
from grader.notation.tree import Add, Call, Div, Neg, Node, Num, Pow, Sym, children, names, walk

_ROOTS = frozenset(("sqrt", "cbrt", "root"))


def single_fraction(tree: Node, _variable: str) -> str:
    """What keeps a formula from being one fraction."""
    node = without_sign(tree)
    parts = (node.top, node.bottom) if isinstance(node, Div) else (node,)
    if any(_holds_quotient(part) for part in parts):
        if isinstance(node, Div):
            return "a fraction stands within a fraction"
        return "it is not one fraction"
    return ""


def single_level(tree: Node, _variable: str) -> str:
    """Whether a fraction stands within a fraction."""
    for node in walk(tree):
        if isinstance(node, Div) and (_holds_quotient(node.top) or _holds_quotient(node.bottom)):
            return "a fraction stands within a fraction"
    return ""


def _holds_quotient(node: Node) -> bool:
    if isinstance(node, Div):
        return True
    if isinstance(node, Pow):
        power = whole(node.exponent)
        return (power is not None and power < 0) or _holds_quotient(node.base)
    if isinstance(node, Num):
        return node.form in ("fraction", "mixed") and node.value.denominator > 1
    return any(_holds_quotient(child) for child in children(node))


def lowest_terms(tree: Node, _variable: str) -> str:
    """Whether a fraction of numbers is not in lowest terms."""
    for node in walk(tree):
        if isinstance(node, Div) and _is_reducible(node):
            return "a fraction is not in lowest terms"
        if isinstance(node, Neg) and isinstance(node.of, Div) and (whole(node.of.bottom) or 0) < 0:
            return "two minus signs cancel"
    return ""


def _is_reducible(node: Div) -> bool:
    bottom = whole(node.bottom)
    if bottom is None:
        return False
    if bottom < 0 and (whole(node.top) or 0) < 0:
        return True
    if isinstance(node.top, Neg) and isinstance(node.bottom, Neg):
        return True
    numbers = [whole(factor) for factor in factors(node.top)]
    top = math.prod(number for number in numbers if number is not None)
    return abs(bottom) == 1 or (
        math.gcd(top, bottom) > 1 and any(number is not None for number in numbers)
    )


def cancelled(tree: Node, variable: str) -> str:
    """Whether top and bottom of a fraction have a common factor."""
    told = lowest_terms(tree, variable)
    if told:
        return told
    for node in walk(tree):
        if not isinstance(node, Div):
            continue
        top, bottom = polynomial(node.top), polynomial(node.bottom)
        if top is None or bottom is None:
            return "a fraction stands within a fraction"
        if not top or not bottom:
            continue
        if math.gcd(content(top), content(bottom)) > 1:
            return "a fraction can be cancelled by a number"
        if degree(top) and degree(bottom):
            if len(top) == len(bottom) == 1:
                (one,), (other,) = top, bottom
                if {atom for atom, _ in one} & {atom for atom, _ in other}:
                    return "a fraction can be cancelled"
            else:
                raise Undecided("coprime", (node.top, node.bottom))
    return ""


def partial_fractions(tree: Node, variable: str) -> str:
    """What keeps a formula from being a sum of partial fractions."""
    main = {variable} if variable else set(names(tree))
    return _summed_fractions(tree, main)


def _summed_fractions(tree: Node, main: set[str]) -> str:
    for _, term in terms(tree):
        inner = [f for f in factors(term) if names(f) & main]
        if len(inner) == 1 and isinstance(inner[0], Add):
            told = _summed_fractions(inner[0], main)
        else:
            told = _one_fraction(term, main)
        if told:
            return told
    return ""


def _one_fraction(term: Node, main: set[str]) -> str:
    bottoms = [f for f in factors(term) if isinstance(f, Div) and names(f.bottom) & main]
    if not bottoms:
        within = (n for n in walk(term) if isinstance(n, Div) and names(n.bottom) & main)
        return "a fraction is multiplied by the variable" if any(within) else ""
    others = [f for f in factors(term) if f is not bottoms[0]]
    if any(names(f) & main for f in others):
        return "a fraction is multiplied by the variable"
    top, bottom = without_sign(bottoms[0].top), bottoms[0].bottom
    bases = [f for f in factors(bottom) if names(f) & main]
    if len(bases) != 1:
        return "a denominator is a product"
    base = bases[0]
    if isinstance(base, Pow) and whole(base.exponent) is not None:
        base = base.base
    below, above = polynomial(base), polynomial(top)
    if below is None or above is None:
        return "a fraction stands within a fraction"
    if degree(above) >= degree(below) and names(top) & main:
        return "a numerator has too high a degree"
    irreducible = is_irreducible(below)
    if irreducible is None:
        raise Undecided("irreducible", (base,))
    return "" if irreducible else "a denominator can be factored"


def rational_denominator(tree: Node, _variable: str) -> str:
    """Whether a root of a number, or i, stands in a denominator."""
    for node in walk(tree):
        if irrational_below(node):
            return "a root of a number stands in a denominator"
        if not isinstance(node, Div):
            continue
        for below in walk(node.bottom):
            if _is_numeric_root(below) or below == Sym("i", constant=True):
                return "a root of a number, or i, stands in a denominator"
    return ""


def _is_numeric_root(node: Node) -> bool:
    if isinstance(node, Call) and node.function in _ROOTS:
        return not names(node)
    return (
        isinstance(node, Pow)
        and not names(node)
        and isinstance(node.exponent, Div | Num | Neg)
        and whole(node.exponent) is None
    )
