"""What two formulas differ by, seen in their values at several points: a sign, a factor, a power."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from fractions import Fraction

from grader.compare._agreement import Agreement, Outcome, Pair, agree, minus, over, size, times
from grader.compare._sampling import numbered
from grader.notation.values import Undefined, Value

_ONE = Value(Fraction(1))
_LARGEST = 10**15
_LEAST = 3
"""Points that it takes to say what two formulas differ by."""


def sign(pairs: Sequence[Pair]) -> bool:
    """Whether one is the other with the other sign."""
    return _all(pairs, lambda one, other: agree(one, Value(-other.real, -other.imag)))


def reciprocal(pairs: Sequence[Pair]) -> bool:
    """Whether one is the other upside down."""
    return _all(pairs, lambda one, other: agree(times(one, other), _ONE))


def squared(pairs: Sequence[Pair]) -> bool:
    """Whether the first is the square of the other."""
    return _all(pairs, lambda one, other: agree(one, times(other, other)))


def rooted(pairs: Sequence[Pair]) -> bool:
    """Whether the other is the square of the first."""
    return _all(pairs, lambda one, other: agree(times(one, one), other))


def factor(pairs: Sequence[Pair]) -> bool:
    """Whether one is the other times a number that is not 0."""
    finite = [pair for pair in pairs if not pair[0].infinite and not pair[1].infinite]
    ratios = [over(*pair) for pair in finite if not (pair[0].zero and pair[1].zero)]
    known = [ratio for ratio in ratios if ratio is not None and not ratio.zero]
    return len(known) >= _LEAST and len(known) == len(ratios) and _equal(known)


def difference(pairs: Sequence[Pair]) -> bool:
    """Whether one is the other plus a number."""
    if any(one.infinite or other.infinite for one, other in pairs) or len(pairs) < _LEAST:
        return False
    apart = [minus(*pair) for pair in pairs]
    scale = max(max(size(one), size(other)) for one, other in pairs)
    return all(size(minus(one, apart[0])) * 10**30 <= scale for one in apart)


def _equal(values: Sequence[Value]) -> bool:
    return all(agree(value, values[0]) for value in values)


def _all(pairs: Sequence[Pair], holds: Callable[[Value, Value], bool]) -> bool:
    finite = [pair for pair in pairs if not pair[0].infinite and not pair[1].infinite]
    return bool(finite) and len(finite) == len(pairs) and all(holds(*pair) for pair in finite)


def miss_of(agreement: Agreement) -> str:
    """Return the one kind of miss that a wrong formula is, or an empty text."""
    pairs = agreement.pairs()
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
        if holds(pairs)
    ]
    if agreement.given.names and agreement.truth.names and not found:
        found = [
            k
            for k, holds in (("factor-constant", factor), ("constant", difference))
            if holds(pairs)
        ]
    return found[0] if len(found) == 1 else ""


def constant(agreement: Agreement, listed: Collection[str], *, given: bool) -> Outcome:
    """Whether an answer is the expected formula plus a constant.

    Names that are no variables are held fixed: they may be the constant, or a part of it. Where no
    variables are listed, they are the names of the expected formula.

    Args:
        agreement: both formulas.
        listed: the variables, if the rubric lists them.
        given: whether the constant has to be a name of its own.
    """
    used = agreement.given.names | agreement.truth.names
    own = used - (frozenset(listed) or agreement.truth.names)
    if not listed and not agreement.truth.names and agreement.given.names:
        return "open"  # nobody says whether the name is a constant or a variable
    pairs, elsewhere = _varied(agreement, own, 0)
    varies = bool(used - own)
    if len(pairs) < _LEAST and varies:
        return "open"
    if not difference(pairs) and varies:
        return "open" if _in_steps(pairs) else "different"
    if given:
        mine = own & agreement.given.names
        again, _ = _varied(agreement, own, 5, mine - agreement.truth.names or mine)
        moved = difference(again) and not difference([*pairs[:3], *again[:3]])
        if not mine:
            return "different"
        if not moved:
            hidden = any(size(one) > _LARGEST for one, _ in (*pairs, *again))
            return "open" if hidden else "different"
    return "domain" if elsewhere > 1 else "same"


def _in_steps(pairs: Sequence[Pair]) -> bool:
    """Whether one is the other plus one of two or three numbers, as antiderivatives with poles."""
    seen: list[Value] = []
    for one, other in pairs:
        apart = minus(one, other)
        if not any(size(minus(apart, known)) * 10**30 <= 1 + size(one) for known in seen):
            seen.append(apart)
    return 3 * len(seen) <= len(pairs)


def _varied(
    agreement: Agreement, own: frozenset[str], fixed: int, moved: frozenset[str] = frozenset()
) -> tuple[list[Pair], int]:
    """Values at points that differ in all names but ``own``, and where only one has a value.

    Those of the answer are always the same, but for ``moved``, which are those of the point ``fixed``. Values beside which no constant would be seen are left out.
    """
    space = replace(agreement.space, names=tuple(sorted({*agreement.space.names, *own})))
    points = numbered(space)
    theirs = {name: points[0][name] for name in own}
    mine = theirs | {name: points[fixed][name] for name in moved}
    found: list[Pair] = []
    elsewhere = 0
    for point in (*numbered(space, agreement.seed, 3), *points[:21]):
        try:
            one = agreement.given.at({**point, **mine})
            other = agreement.truth.at({**point, **theirs})
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
