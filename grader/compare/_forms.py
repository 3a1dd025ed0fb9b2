"""How a formula is written: whether it is expanded, factored, collected, evaluated and so on.

Each form is a function from a tree to what is wrong with it, in words; an empty text where nothing
is. What it takes algebra to see raises Undecided, and goes to ``_algebra``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

from grader.compare._arranged import arranged, factors, is_rational, terms, whole, without_sign
from grader.compare._fraction_forms import (
    cancelled,
    lowest_terms,
    partial_fractions,
    rational_denominator,
    single_fraction,
    single_level,
)
from grader.compare._polynomial import (
    Monomial,
    Polynomial,
    TooLong,
    Undecided,
    content,
    degree,
    is_irreducible,
    polynomial,
    shared,
)
from grader.compare._worked_out import (
    can_be_shorter,
    cancelling,
    idle_numbers,
    is_off,
    reducible_root,
    settled,
    unevaluated,
)
from grader.notation.tree import Add, Call, Div, Mul, Neg, Node, Num, Pow, Sym, names, walk
from grader.notation.values import Undefined, evaluate

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a form is asked about.

    ``variable`` is the name that it is about, all that stand in the formula where it is empty;
    ``truth`` an equal formula (but for what ``free`` allows), with the conventions of both.
    """

    variable: str = ""
    truth: Node | None = None
    free: bool = False
    constants: Collection[str] = ()
    angles: Literal["radians", "degrees"] = "radians"
    log: Literal["natural", "ten"] = "natural"


_ANYTHING = Asked()
_SETTLED = frozenset(
    (
        "expanded",
        "factored",
        "cancelled",
        "single-fraction",
        "partial-fractions",
        "rational-denominator",
    )
)
"""Forms for which (x+1)^(4/2) is (x+1)^2."""


def fault(form: Form, tree: Node, asked: Asked = _ANYTHING) -> str:
    """Return what keeps a formula from having a form, or an empty text.

    Args:
        form: the form.
        tree: the formula.
        asked: what it is about.

    Raises:
        Undecided: where that takes algebra.
    """
    node = settled(tree) if form in _SETTLED else tree
    try:
        told = _FAULTS[form](node, asked.variable)
    except TooLong:
        raise Undecided("", ()) from None
    if not told and form in ("evaluated", "simplified"):
        told = unevaluated(node, asked.angles, asked.log)
    if told or asked.truth is None:
        return told
    return _held_against(form, node, asked.truth, asked)


def _held_against(form: Form, tree: Node, truth: Node, asked: Asked) -> str:
    """What an equal formula shows.

    Raises:
        Undecided: where it shows that this one may go further.
    """
    if form in ("expanded", "factored") and is_off(tree, settled(truth)):
        raise Undecided("", ())
    if form == "simplified":
        if not asked.free and names(tree) - names(truth) - set(asked.constants):
            return "a name can be left out"
        if can_be_shorter(tree, truth):
            raise Undecided("", ())
    return ""


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
    return idle_numbers(tree) or _in_factors(tree, variable)


def _in_factors(tree: Node, variable: str) -> str:
    node = without_sign(tree)
    if isinstance(node, Div):
        return _in_factors(node.top, variable) or _in_factors(node.bottom, variable)
    for factor in factors(node):
        base = factor
        while isinstance(base, Pow) and whole(base.exponent) is not None:
            base = base.base
        base = without_sign(base)
        if isinstance(base, Mul | Div):
            told = _in_factors(base, variable)
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


def has_same_factors(one: Node, other: Node) -> bool:
    """Whether two products have the same factors as often, but for numbers in them."""
    return _counted(one, 1) == _counted(other, 1)


def _counted(tree: Node, times: int) -> Counter[object]:
    """How often each factor comes, that holds a variable."""
    found: Counter[object] = Counter()
    for factor in factors(tree):
        power = whole(factor.exponent) if isinstance(factor, Pow) else None
        if isinstance(factor, Div):
            found.update(_counted(factor.top, times))
            found.update(_counted(factor.bottom, -times))
        elif isinstance(factor, Pow) and power is not None:
            found.update(_counted(factor.base, times * power))
        elif names(factor):
            found[_up_to_a_number(factor)] += times
    return found


def _up_to_a_number(factor: Node) -> object:
    try:
        found = polynomial(factor)
    except TooLong:
        found = None
    if not found:
        return arranged(factor)
    first = min(found, key=repr)
    return frozenset((monomial, value / found[first]) for monomial, value in found.items())


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


def _main_atoms(found: Polynomial, main: set[str]) -> set[Node]:
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
    for form in (_evaluated, _collected, single_level, cancelled, _distributed):
        told = form(tree, variable)
        if told:
            return told
    return reducible_root(tree) or cancelling(tree)


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


_FAULTS: dict[Form, Callable[[Node, str], str]] = {
    "expanded": _expanded,
    "factored": _factored,
    "single-fraction": single_fraction,
    "lowest-terms": lowest_terms,
    "cancelled": cancelled,
    "partial-fractions": partial_fractions,
    "completed-square": _completed_square,
    "collected": _collected,
    "evaluated": _evaluated,
    "simplified": _simplified,
    "no-decimals": _no_decimals,
    "decimals": _decimals,
    "rational-denominator": rational_denominator,
}
