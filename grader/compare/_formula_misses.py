"""What two formulas differ by, seen in their values at several points: a sign, a factor, a power."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from fractions import Fraction

from grader.compare._agreement import Agreement, Outcome, Pair, minus, over, size, times
from grader.compare._agreement import agree as about
from grader.compare._arranged import factors, terms
from grader.compare._rewriting import with_children
from grader.compare._sampling import DIGITS, Formula, Point, as_floats, numbered
from grader.notation.tree import Add, Div, Mul, Neg, Node, Num, Sym, children, names
from grader.notation.values import Undefined, Value

_ONE = Value(Fraction(1))
_I = Sym("i", constant=True)
_LARGEST = 10**15
_LEAST = 3
"""Points that it takes to say what two formulas differ by."""
_CONSTANT = re.compile(r"(?:[cCkK]|[cCkK]onst|[cC]onstant|cst|cte)(?:_?\{?[0-9]{1,3}\}?)?'*")
"""What constants of integration are called."""


def agree(one: Value, other: Value, digits: int = DIGITS) -> bool:
    """Whether two values are equal: exactly where both are exact."""
    if one.infinite or other.infinite or not (one.exact and other.exact):
        return about(one, other, digits)
    return minus(one, other).zero


def sign(pairs: Sequence[Pair], digits: int = DIGITS) -> bool:
    """Whether one is the other with the other sign."""
    return _all(pairs, lambda one, other: agree(one, Value(-other.real, -other.imag), digits))


def reciprocal(pairs: Sequence[Pair], digits: int = DIGITS) -> bool:
    """Whether one is the other upside down."""
    return _all(pairs, lambda one, other: agree(times(one, other), _ONE, digits))


def squared(pairs: Sequence[Pair], digits: int = DIGITS) -> bool:
    """Whether the first is the square of the other."""
    return _all(pairs, lambda one, other: agree(one, times(other, other), digits))


def rooted(pairs: Sequence[Pair], digits: int = DIGITS) -> bool:
    """Whether the other is the square of the first."""
    return _all(pairs, lambda one, other: agree(times(one, one), other, digits))


def factor(pairs: Sequence[Pair], digits: int = DIGITS) -> bool:
    """Whether one is the other times a number that is not 0."""
    finite = [pair for pair in pairs if not pair[0].infinite and not pair[1].infinite]
    ratios = [over(*pair) for pair in finite if not (pair[0].zero and pair[1].zero)]
    known = [ratio for ratio in ratios if ratio is not None and not ratio.zero]
    return len(known) >= _LEAST and len(known) == len(ratios) and _equal(known, digits)


def difference(pairs: Sequence[Pair], digits: int = DIGITS) -> bool:
    """Whether one is the other plus a number: exactly, or as far as so many digits show it."""
    if any(one.infinite or other.infinite for one, other in pairs) or len(pairs) < _LEAST:
        return False
    apart = [minus(*pair) for pair in pairs]
    scale = max(max(size(one), size(other)) for one, other in pairs)
    return all(_as_far(one, apart[0], scale, digits) for one in apart)


def _as_far(one: Value, other: Value, scale: Fraction, digits: int) -> bool:
    left = minus(one, other)
    return left.zero if left.exact else size(left) * _shown(digits) <= scale


def _shown(digits: int) -> int:
    """Where a difference begins to show in a number that is calculated to so many digits."""
    shown: int = 10 ** (digits - 20)
    return shown


def _equal(values: Sequence[Value], digits: int) -> bool:
    return all(agree(value, values[0], digits) for value in values)


def _all(pairs: Sequence[Pair], holds: Callable[[Value, Value], bool]) -> bool:
    finite = [pair for pair in pairs if not pair[0].infinite and not pair[1].infinite]
    return bool(finite) and len(finite) == len(pairs) and all(holds(*pair) for pair in finite)


def miss_of(agreement: Agreement) -> str:
    """Return the one kind of miss that a wrong formula is, or an empty text."""
    pairs, digits = agreement.pairs(), agreement.digits or DIGITS
    if agreement.space.names and len(pairs) < _LEAST:
        return ""
    if all(one.zero for one, _ in pairs) or all(other.zero for _, other in pairs):
        return ""
    found = [
        kind
        for kind, holds in (
            ("sign", sign),
            ("reciprocal", reciprocal),
            ("squared", squared),
            ("rooted", rooted),
        )
        if holds(pairs, digits)
    ]
    if agreement.given.names and agreement.truth.names and not found:
        found = [
            k
            for k, holds in (("factor-constant", factor), ("constant", difference))
            if holds(pairs, digits)
        ]
    return found[0] if len(found) == 1 else ""


def free(agreement: Agreement, up_to: str) -> Outcome:
    """Whether an answer is the expected formula but for its sign or a factor.

    What a few points make likely is looked at again as one formula against another, so that
    nothing is too small to be seen.
    """
    pairs, digits = agreement.pairs(), agreement.digits or DIGITS
    if not (sign if up_to == "sign" else factor)(pairs, digits):
        return "different"
    given, truth = agreement.given, agreement.truth
    if up_to == "sign":
        return _against(agreement, given.tree, Neg(truth.tree))
    for point in numbered(agreement.space):
        near = as_floats(point)
        if agreement.real and not (given.is_real(near) and truth.is_real(near)):
            continue
        found = [formula.near(near) for formula in (given, truth)]
        if all(found):
            one, other = (_at(formula.tree, point) for formula in (given, truth))
            return _against(agreement, Mul((given.tree, other)), Mul((truth.tree, one)))
    return "open"


def _against(agreement: Agreement, one: Node, other: Node) -> Outcome:
    """Two other formulas, held against each other where these are."""
    angles, log = agreement.truth.angles, agreement.truth.log
    given, truth = (Formula(tree, tree, angles, log) for tree in (one, other))
    return Agreement(given, truth, agreement.space, agreement.tolerance, agreement.seed).outcome()


def _at(tree: Node, point: Point) -> Node:
    """The tree with numbers for its names."""
    if isinstance(tree, Sym) and not tree.constant:
        value = point[tree.name]
        real = Num(value.real if isinstance(value.real, Fraction) else Fraction(0))
        return Add((real, Mul((Num(value.imag), _I)))) if value.imag else real
    return with_children(tree, [_at(below, point) for below in children(tree)])


def constants_of(tree: Node) -> tuple[frozenset[str], frozenset[str]]:
    """The names that are constants of integration in an expected formula.

    They are added, times a number at most, and stand nowhere else.

    Returns:
        Those that are called so (C, k, c_1), and further ones: y may be one in x^2 + y, or not.
    """
    added: set[str] = set()
    others: set[str] = set()
    for _, term in terms(tree):
        whole = term.top if isinstance(term, Div) and not names(term.bottom) else term
        symbols = [one for one in factors(whole) if not isinstance(one, Num)]
        alone = symbols[0] if len(symbols) == 1 else None
        if isinstance(alone, Sym) and not alone.constant:
            added.add(alone.name)
        else:
            others |= names(term)
    added -= others
    called = frozenset(name for name in added if _CONSTANT.fullmatch(name))
    return called, frozenset(added) - called


def constant(agreement: Agreement, listed: Collection[str], *, given: bool) -> Outcome:
    """Whether an answer is the expected formula plus a constant.

    Names that are no variables are held fixed: they may be the constant, or a part of it. Where no
    variables are listed, they are the names of the expected formula but for its own constant.

    Args:
        agreement: both formulas.
        listed: the variables, if the rubric lists them.
        given: whether the constant has to be a name of its own.
    """
    used = agreement.given.names | agreement.truth.names
    if listed:
        return _constant(agreement, used - frozenset(listed), given=given)
    called, perhaps = constants_of(agreement.truth.written)
    theirs = agreement.truth.names - called
    if not theirs and agreement.given.names:
        return "open"  # nobody says whether the name is a constant or a variable
    found = _constant(agreement, used - theirs, given=given)
    if found != "different":
        return found
    ways = [frozenset((name,)) for name in sorted(perhaps)] + [perhaps]
    for own in ways:
        fixed = (used - theirs) | own
        if own and theirs - own and _constant(agreement, fixed, given=given) != "different":
            return "open"  # nobody says whether such a name is the constant
    return found


def _constant(agreement: Agreement, own: frozenset[str], *, given: bool) -> Outcome:
    """The same with the names that are no variables."""
    used = agreement.given.names | agreement.truth.names
    digits = agreement.digits or DIGITS
    pairs, elsewhere = _varied(agreement, own, 0)
    varies = bool(used - own)
    if (len(pairs) < _LEAST and varies) or agreement.digits is None:
        return "open"
    if not difference(pairs, digits) and varies:
        return "open" if _in_steps(pairs, digits) else "different"
    if given:
        mine = own & agreement.given.names
        again, _ = _varied(agreement, own, 5, mine - agreement.truth.names or mine)
        both = [*pairs[:3], *again[:3]]
        moved = difference(again, digits) and not difference(both, digits)
        if not mine:
            return "different"
        if not moved:
            hidden = any(size(one) > _LARGEST for one, _ in (*pairs, *again))
            return "open" if hidden else "different"
    return "domain" if elsewhere > 1 else "same"


def _in_steps(pairs: Sequence[Pair], digits: int) -> bool:
    """Whether one is the other plus one of two or three numbers, as antiderivatives with poles."""
    seen: list[Value] = []
    for one, other in pairs:
        apart = minus(one, other)
        if not any(_as_far(apart, known, 1 + size(one), digits) for known in seen):
            seen.append(apart)
    return 3 * len(seen) <= len(pairs)


def _varied(
    agreement: Agreement, own: frozenset[str], fixed: int, moved: frozenset[str] = frozenset()
) -> tuple[list[Pair], int]:
    """Values at points that differ in all names but ``own``, and where only one has a value.

    Those of the answer are always the same, but for ``moved``, which are those of the point
    ``fixed``. Values beside which no constant would be seen are left out.
    """
    space = replace(agreement.space, names=tuple(sorted({*agreement.space.names, *own})))
    points = numbered(space)
    theirs = {name: points[0][name] for name in own}
    mine = theirs | {name: points[fixed][name] for name in moved}
    digits = agreement.digits or DIGITS
    found: list[Pair] = []
    elsewhere = 0
    for point in (*numbered(space, agreement.seed, 3), *points[:21]):
        try:
            one = agreement.given.at({**point, **mine}, digits)
            other = agreement.truth.at({**point, **theirs}, digits)
        except Undefined:
            continue
        if one is None and other is None:
            continue
        apart = one is None or other is None
        if one is None or other is None or (agreement.real and one.imag != other.imag):
            elsewhere += apart or bool(one and not one.imag) or bool(other and not other.imag)
            continue
        if one.infinite or other.infinite or (size(one) > _LARGEST and not one.exact):
            continue
        found.append((one, other))
        if len(found) == 12:
            break
    return found, elsewhere
