"""How a formula is written: whether it is expanded, factored, one fraction, collected and so on.

Each form is a function from a tree to what is wrong with it, in words; an empty text where nothing
is. What it takes algebra to see raises Undecided, and goes to ``_algebra``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Literal, TypeAlias

from grader.compare._polynomial import (
    Monomial,
    TooLong,
    content,
    degree,
    is_irreducible,
    polynomial,
    shared,
)
from grader.notation.tree import (
    Add,
    Call,
    Div,
    Mul,
    Neg,
    Node,
    Num,
    Pow,
    Sym,
    children,
    names,
    walk,
)
from grader.notation.values import Undefined, evaluate
from grader.notation.writing import written

Form: TypeAlias = Literal[
    "expanded",
    "factored",
    "single-fraction",
    "lowest-terms",
    "cancelled",
    "partial-fractions",
    "completed-square",
    "collected",
    "evaluated",
    "simplified",
    "no-decimals",
    "decimals",
    "rational-denominator",
]

_ROOTS = frozenset(("sqrt", "cbrt", "root"))


class Undecided(ValueError):
    """Whether a polynomial is irreducible cannot be seen without algebra; ``nodes`` says of which."""

    def __init__(self, question: str, nodes: tuple[Node, ...]) -> None:
        super().__init__(question)
        self.question = question
        self.nodes = nodes


def fault(form: Form, tree: Node, variable: str = "") -> str:
    """Return what keeps a formula from having a form, or an empty text.

    Args:
        form: the form.
        tree: the formula.
        variable: the name that the form is about; all that stand in it where it is empty.

    Raises:
        Undecided: where that takes algebra.
    """
    try:
        return _FAULTS[form](tree, variable)
    except TooLong:
        raise Undecided("", ()) from None


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


def _expanded(tree: Node, _variable: str) -> str:
    for node in walk(tree):
        match node:
            case Mul():
                if any(isinstance(without_sign(factor), Add) for factor in node.factors):
                    return "a product with a sum is not multiplied out"
            case Neg(of):
                if isinstance(of, Add):
                    return "a minus sign stands before a sum in brackets"
            case Div(top, _):
                if isinstance(without_sign(top), Add):
                    return "a sum stands above a fraction bar"
            case Pow(base, exponent):
                power = whole(exponent)
                inner = without_sign(base)
                if power is not None and power > 1 and isinstance(inner, Add | Mul | Div):
                    return "a power is not multiplied out"
    return ""


def _factored(tree: Node, variable: str) -> str:
    node = without_sign(tree)
    if isinstance(node, Div):
        return _factored(node.top, variable) or _factored(node.bottom, variable)
    for factor in factors(node):
        base = factor
        while isinstance(base, Pow) and whole(base.exponent) is not None:
            base = base.base
        base = without_sign(base)
        if isinstance(base, Mul | Div):
            told = _factored(base, variable)
            if told:
                return told
        elif isinstance(base, Add):
            told = _divisible(base)
            if told:
                return told
    return ""


def _divisible(base: Add) -> str:
    found = polynomial(base)
    if found is None:
        return "a factor holds a fraction"
    if not degree(found):
        return ""
    if len(found) == 1:
        return "like terms are not collected"
    if content(found) > 1:
        return "a number can be taken out of a factor"
    if shared(found):
        return "a common factor can be taken out"
    irreducible = is_irreducible(found)
    if irreducible is None:
        raise Undecided("irreducible", (base,))
    return "" if irreducible else "a factor can be factored further"


def _single_fraction(tree: Node, _variable: str) -> str:
    node = without_sign(tree)
    parts = (node.top, node.bottom) if isinstance(node, Div) else (node,)
    if any(_holds_quotient(part) for part in parts):
        if isinstance(node, Div):
            return "a fraction stands within a fraction"
        return "it is not one fraction"
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


def _lowest_terms(tree: Node, _variable: str) -> str:
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


def _cancelled(tree: Node, variable: str) -> str:
    told = _lowest_terms(tree, variable)
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


def _partial_fractions(tree: Node, variable: str) -> str:
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


def _completed_square(tree: Node, variable: str) -> str:
    main = {variable} if variable else set(names(tree))
    holding = [term for _, term in terms(tree) if names(term) & main]
    if not holding:
        return ""
    if len(holding) > 1:
        return "the variable stands in more than one term"
    inner = [f for f in factors(holding[0]) if names(f) & main]
    if len(inner) == 1 and isinstance(inner[0], Div) and not names(inner[0].bottom) & main:
        inner = [f for f in factors(inner[0].top) if names(f) & main]
    if len(inner) != 1:
        return "it is no square of a sum plus a constant"
    square = inner[0]
    if isinstance(square, Sym):
        return ""
    if not isinstance(square, Pow) or whole(square.exponent) != 2:
        return "it is no square of a sum plus a constant"
    found = polynomial(square.base)
    if found is None or any(degree(found, atom) > 1 for atom in _main_atoms(found, main)):
        return "what is squared is not linear"
    return ""


def _main_atoms(found: object, main: set[str]) -> set[Node]:
    assert isinstance(found, dict)  # noqa: S101 - a polynomial
    return {atom for monomial in found for atom, _ in monomial if names(atom) & main}


def _collected(tree: Node, _variable: str) -> str:
    for node in walk(tree):
        if isinstance(node, Add):
            seen = [_monomial(term) for _, term in terms(node)]
            known = [monomial for monomial in seen if monomial is not None]
            if len(set(known)) < len(known):
                return "like terms are not collected"
        if isinstance(node, Mul | Div):
            bases = Counter(
                arranged(f.base if isinstance(f, Pow) else f)
                for f in factors(node.top if isinstance(node, Div) else node)
                if not isinstance(f, Num)
            )
            if any(count > 1 for count in bases.values()):
                return "equal factors are not collected in a power"
    return ""


def _monomial(term: Node) -> Monomial | None:
    """What a term is a multiple of."""
    try:
        found = polynomial(term)
    except TooLong:
        return None
    if found is None or len(found) != 1:
        return None
    return next(iter(found))


def _evaluated(tree: Node, _variable: str) -> str:
    for node in walk(tree):
        match node:
            case Add():
                numbers = [t for _, t in terms(node) if is_rational(t)]
                if len(numbers) > 1 or any(_is_number(n, 0) for n in numbers):
                    return "numbers are not added up"
            case Mul():
                numbers = [f for f in factors(node) if is_rational(f)]
                if len(numbers) > 1 or any(_is_number(n, 0, 1) for n in numbers):
                    return "numbers are not multiplied"
            case Pow(base, exponent):
                if whole(exponent) in (0, 1) or (is_rational(base) and whole(exponent) is not None):
                    return "a power is not worked out"
                if isinstance(base, Num) and _is_exact(node):
                    return "a power is not worked out"
            case Div(top, bottom):
                if is_rational(top) and is_rational(bottom) and not _is_fraction(node):
                    return "a quotient is not worked out"
                if whole(bottom) in (1, -1) or _is_number(top, 0):
                    return "a quotient is not worked out"
            case Neg(of):
                if isinstance(of, Neg):
                    return "two minus signs stand behind each other"
            case Call():
                if node.function != "degrees" and _is_exact(node):
                    return "a function of a number is not worked out"
    return ""


def _is_fraction(node: Div) -> bool:
    top, bottom = whole(node.top), whole(node.bottom)
    if top is None or bottom is None or bottom < 0:
        return False
    return math.gcd(top, bottom) == 1 and bottom != 1


def is_rational(node: Node) -> bool:
    """Whether a node is arithmetic between numbers only."""
    return all(
        isinstance(one, Num | Neg | Add | Mul | Div | Pow) for one in walk(node)
    ) and not any(isinstance(one, Pow) and whole(one.exponent) is None for one in walk(node))


def _is_number(node: Node, *numbers: int) -> bool:
    return isinstance(node, Num) and node.value in numbers


def _is_exact(node: Node) -> bool:
    """Whether a function or power of a number is rational."""
    if names(node):
        return False
    try:
        return evaluate(node, digits=20).exact
    except Undefined:
        return False


def _simplified(tree: Node, variable: str) -> str:
    for form in (_evaluated, _collected, _single_level, _cancelled, _distributed):
        told = form(tree, variable)
        if told:
            return told
    return ""


def _single_level(tree: Node, _variable: str) -> str:
    for node in walk(tree):
        if isinstance(node, Div) and (_holds_quotient(node.top) or _holds_quotient(node.bottom)):
            return "a fraction stands within a fraction"
    return ""


def _distributed(tree: Node, _variable: str) -> str:
    for node in walk(tree):
        if not isinstance(node, Pow) or whole(node.exponent) is None:
            continue
        if isinstance(without_sign(node.base), Mul | Div | Pow):
            return "a power of a product is not worked out"
    return ""


def _no_decimals(tree: Node, _variable: str) -> str:
    return "a decimal number stands in it" if any(map(_is_decimal, walk(tree))) else ""


def _is_decimal(node: Node) -> bool:
    return isinstance(node, Num) and node.form in ("decimal", "scientific", "percent")


def _decimals(tree: Node, _variable: str) -> str:
    for node in walk(tree):
        if isinstance(node, Num) and node.form in ("fraction", "mixed"):
            return "a fraction stands in it"
        if isinstance(node, Div) and is_rational(node):
            return "a fraction stands in it"
        if isinstance(node, Sym) and node.constant and node.name in ("pi", "e"):
            return "a constant is not written as a decimal number"
        if isinstance(node, Call | Pow) and not names(node) and not is_rational(node):
            return "a number is not written in decimals"
    return ""


def _rational_denominator(tree: Node, _variable: str) -> str:
    for node in walk(tree):
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
        and isinstance(node.exponent, Div | Num)
        and whole(node.exponent) is None
    )


_FAULTS: dict[Form, Callable[[Node, str], str]] = {
    "expanded": _expanded,
    "factored": _factored,
    "single-fraction": _single_fraction,
    "lowest-terms": _lowest_terms,
    "cancelled": _cancelled,
    "partial-fractions": _partial_fractions,
    "completed-square": _completed_square,
    "collected": _collected,
    "evaluated": _evaluated,
    "simplified": _simplified,
    "no-decimals": _no_decimals,
    "decimals": _decimals,
    "rational-denominator": _rational_denominator,
}

Key: TypeAlias = tuple[object, ...]


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


def numbers_of(tree: Node) -> list[Fraction]:
    """The numbers of a tree in the order written."""
    return [node.value for node in walk(tree) if isinstance(node, Num)]
