"""Whether two equations or inequalities hold for the same values.

They do where one side less the other is a constant multiple of the same difference of the other
one. They do not where values are found that solve one and not the other. What neither shows is
left to algebra, or open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from typing import Literal, TypeAlias

from grader.compare._agreement import Agreement, agree, over, size
from grader.compare._asking import ask
from grader.compare._breaks import holes, zeros_of
from grader.compare._formula_misses import factor
from grader.compare._relations import Statement, apart_at, holds, negative, whole_of
from grader.compare._roots import solutions
from grader.compare._sampling import Assume, Formula, Point, Space, as_floats, numbered
from grader.notation.tree import Add, Mul, Neg, Node, Num, Sym, names
from grader.notation.values import Undefined, Value

Roots: TypeAlias = Literal["once", "counted"]
Answer: TypeAlias = Literal["same", "different", "strict", "turned", "open", "likely"]
"""``strict``: the ends belong to one and not to the other; ``turned``: the sign is turned round;
``likely``: nothing tells them apart, but that proves nothing."""

_ENOUGH = 3
_TRIED = 16
_ASIDE = 0.01
_NOTHING = 1e-9


def same(
    given: Statement,
    truth: Statement,
    space: Space,
    seed: str,
    *,
    multiples: bool,
    roots: Roots = "once",
) -> Answer:
    """Decide whether two statements hold for the same values.

    Args:
        given: the one that was handed in.
        truth: the one it is held against.
        space: where the variables lie.
        seed: text from which points are drawn.
        multiples: whether 2y = 4x is the same as y = 2x.
        roots: whether it matters how often a root comes, as in (x - 2)^2 = 0.
    """
    alike = given.is_equation == truth.is_equation
    if alike and given.is_equation and given.sign != truth.sign:
        return "different"
    beside = _beside_a_name(given, truth, space, seed) if alike and multiples else None
    if beside is not None:
        return beside
    one, other = whole_of(given), whole_of(truth)
    empty = _always_zero(given, space, seed), _always_zero(truth, space, seed)
    if None in empty:
        return "open"
    if not alike:
        tried = "open" if any(empty) else _by_trying(given, truth, space)
        return tried if multiples or tried != "same" else "different"
    if any(empty):
        if all(empty) and set(_below(given)) != set(_below(truth)):
            return "open"
        if given.is_equation:
            return "same" if all(empty) else "different"
        return "same" if all(empty) and given.sign == truth.sign else "open"
    agreement = Agreement(one, other, space, seed=seed)
    found = _proportional(agreement, given, truth)
    if found is not None:
        return found if multiples else _without_multiples(agreement, found)
    if given.is_equation:
        answer = _by_solutions(given, truth, space, roots)
    else:
        answer = _by_trying(given, truth, space)
    return answer if multiples or answer != "same" else "different"


def _beside_a_name(given: Statement, truth: Statement, space: Space, seed: str) -> Answer | None:
    """What two formulas for the same name say, as y = … and y = …; None for other equations."""
    if given.sign != "=":
        return None
    mine, theirs = ({*_solved(statement)} for statement in (given, truth))
    for name, rest in mine:
        for other_name, other in theirs:
            if name != other_name or given.is_opaque or truth.is_opaque:
                continue
            agreement = Agreement(rest, other, space, seed=seed)
            found = agreement.outcome()
            if found == "different":
                return _of_values(agreement)
            if found == "open":
                tree = Add((rest.tree, Neg(other.tree)))
                found = "same" if ask("zero", tree, assume=space.assume, log=rest.log) else found
            if found == "same" and agreement.has_one_domain():
                lost = _has_lost_roots(given, truth, _space_of(given, truth, space))
                return "open" if lost else "same"
    return None


def _of_values(agreement: Agreement) -> Answer | None:
    """Different where both have real values that differ, which may be too far for an answer."""
    return (
        "different"
        if any(not agree(*pair, agreement.digits or 0) for pair in agreement.pairs())
        else None
    )


def _solved(statement: Statement) -> Iterator[tuple[str, Formula]]:
    """The names that stand alone on one side, each with the other side."""
    for side, rest in ((statement.left, statement.right), (statement.right, statement.left)):
        if (
            isinstance(side.tree, Sym)
            and not side.tree.constant
            and side.tree.name not in rest.names
        ):
            yield side.tree.name, rest


def _always_zero(statement: Statement, space: Space, seed: str) -> bool | None:
    """Whether both sides are the same everywhere; None where that is not seen."""
    agreement = Agreement(statement.left, statement.right, space, seed=seed)
    found = agreement.outcome()
    if found == "same":
        return True if agreement.is_seen() and agreement.has_one_domain() else None
    return False if found == "different" else None


def _proportional(agreement: Agreement, given: Statement, truth: Statement) -> Answer | None:
    """What a constant ratio says, or None where the ratio is not constant."""
    pairs = agreement.pairs(6)
    if not agreement.space.names:
        return _of_numbers(given, truth)
    if not factor(pairs):
        return None
    ratios = [r for r in (over(*pair) for pair in pairs) if r is not None]
    ratio = ratios[0]
    if agreement.digits is None or not agreement.is_seen():
        return "open"
    if not all(agree(ratio, again, agreement.digits) for again in ratios[1:]):
        return None
    scaled = Formula(_times(agreement.truth.tree, ratio), agreement.truth.written)
    if ratio.exact:
        scaled = Formula(scaled.tree, scaled.written, agreement.truth.angles, agreement.truth.log)
        again = Agreement(agreement.given, scaled, agreement.space, seed=agreement.seed).outcome()
        if again != "same":
            return None if again == "different" else "open"
    if not agreement.has_one_domain() and not (
        given.is_equation and _are_real_where_they_hold(given, truth, agreement.space)
    ):
        return "open"
    if given.is_equation:
        return "open" if _has_lost_roots(given, truth, agreement.space) else "same"
    if ratio.imag:
        return "open"
    if ratio.real < 0:
        return "turned"
    return "same" if given.sign == truth.sign else "strict"


def _times(tree: Node, ratio: Value) -> Node:
    number: Node = Num(Fraction(ratio.real))
    if ratio.imag:
        imaginary = Mul((Num(ratio.imag), Sym("i", constant=True)))
        number = Add((number, imaginary))
    return Mul((number, tree))


def _without_multiples(agreement: Agreement, found: Answer) -> Answer:
    """The answer where only the sides may be exchanged and terms moved across."""
    if found != "same":
        return found
    pairs = agreement.pairs()
    equal = all(agree(one, other) for one, other in pairs)
    opposite = all(agree(one, negative(other)) for one, other in pairs)
    return "same" if equal or opposite else "different"


def _of_numbers(given: Statement, truth: Statement) -> Answer:
    """Statements without variables: both hold, or neither does."""
    if given.is_opaque or truth.is_opaque:
        mine, theirs = apart_at(given, {}), apart_at(truth, {})
        if mine is None or theirs is None or not given.is_equation:
            return "open"
        return "same" if agree(mine, theirs) or agree(mine, negative(theirs)) else "open"
    one, other = holds(given, {}), holds(truth, {})
    if one is None or other is None:
        return "open"
    return "same" if one == other else "different"


def _by_solutions(given: Statement, truth: Statement, space: Space, roots: Roots) -> Answer:
    """Look for a solution of one that is none of the other."""
    tried = [0, 0]
    for turn, (one, other) in enumerate(((truth, given), (given, truth))):
        for name, point in solutions(one, space, one.names | other.names):
            found = _solves(other, name, point) if _lies_within(point, space) else None
            if found is False:
                return "different"
            tried[turn] += found is True
    answer = ask(
        "same-roots",
        given.difference,
        truth.difference,
        assume=space.assume,
        log=given.left.log,
        roots=roots,
    )
    if answer and _has_lost_roots(given, truth, _space_of(given, truth, space)):
        return "open"
    if answer or (answer is False and not space.ranges):
        return "same" if answer else "different"
    return "likely" if min(tried) >= _ENOUGH else "open"


def _are_real_where_they_hold(given: Statement, truth: Statement, space: Space) -> bool:
    """Whether each equation is real at solutions of the other: x^2 = a and x = ±sqrt(a) are."""
    tried = 0
    for one, other in ((given, truth), (truth, given)):
        for _, point in islice(solutions(one, space, one.names | other.names), _TRIED):
            near = as_floats(point)
            if not _lies_within(point, space) or not _is_real(one, near):
                continue
            if not _is_real(other, near):
                return False
            tried += 1
    return tried >= _ENOUGH


def _is_real(statement: Statement, near: Mapping[str, complex]) -> bool:
    return statement.left.is_real(near) and statement.right.is_real(near)


def _space_of(given: Statement, truth: Statement, space: Space) -> Space:
    """The space with the variables of two statements."""
    return replace(space, names=tuple(sorted(given.names | truth.names)))


def _has_lost_roots(given: Statement, truth: Statement, space: Space) -> bool:
    """Whether one equation has no value where the other one holds, as x^2/x = 0 at 0."""
    for one, other in ((given, truth), (truth, given)):
        mine, theirs = set(_below(one)), set(_below(other))
        for hole in mine - theirs:
            for name in names(hole):
                for point in numbered(space)[:2]:
                    if _holds_at_zero(other, hole, name, point):
                        return True
    return False


def _below(statement: Statement) -> Iterator[Node]:
    for side in (statement.left, statement.right):
        yield from holes(side.tree)


def _holds_at_zero(statement: Statement, hole: Node, name: str, point: Point) -> bool:
    """Whether an equation holds where a formula is 0 along a variable."""
    whole = whole_of(statement)
    for zero in zeros_of(hole, name, point, (whole.angles, whole.log)):
        exactly = {**point, name: Value(zero)}
        there = apart_at(statement, exactly)
        if there is not None and there.exact and not there.zero and _is_zero(hole, exactly):
            continue
        near = dict(as_floats(point))
        sizes = []
        for step in (0, _ASIDE, -_ASIDE):
            near[name] = complex(float(zero) + step * max(1, abs(float(zero))))
            value = whole.near(near)
            sizes.append(0.0 if value is None else abs(value))
        if sizes[0] <= _NOTHING * max(sizes[1:]):
            return True
    return False


def _is_zero(node: Node, point: Point) -> bool:
    try:
        return Formula(node, node).at(point) == Value(Fraction(0))
    except Undefined:
        return False


def _lies_within(point: Point, space: Space) -> bool:
    spans = all(
        low <= point[name].real <= high for name, low, high in space.ranges if name in point
    )
    return spans and all(_is_of(value, name, space) for name, value in point.items())


def _is_of(value: Value, name: str, space: Space) -> bool:
    """Whether a variable may have a value by what is assumed of it."""
    kind = "integer" if name in space.whole else space.assume
    if kind == "complex":
        return True
    if value.imag or not isinstance(value.real, Fraction):
        return False
    if kind in ("positive", "natural") and value.real <= 0:
        return False
    return kind not in ("integer", "natural") or value.real.denominator == 1


def _solves(statement: Statement, name: str, point: Point) -> bool | None:
    """Whether a point solves an equation; None where that is not certain.

    A root is known to some 40 digits only: beside what the difference is not far from there, what
    is left of it is nothing, or it is not.
    """
    apart = apart_at(statement, point)
    if apart is None:
        return None
    if apart.exact or apart.zero:
        return apart.zero
    scale = Fraction(0)
    for step in (Fraction(1, 10), Fraction(-1, 10)):
        value = point[name]
        moved = Value(value.real + step, value.imag, value.exact)
        other = apart_at(statement, {**point, name: moved})
        scale = max(scale, size(other) if other is not None else Fraction(0))
    if not scale:
        return None
    if size(apart) * 10**6 > scale:
        return False
    return True if size(apart) * 10**25 < scale else None


def _by_trying(given: Statement, truth: Statement, space: Space) -> Answer:
    """Look for values for which one inequality holds and the other does not."""
    listed = tuple(sorted(given.names | truth.names))
    tried = [0, 0]
    points = [*numbered(Space(listed, space.ranges, space.assume))]
    if space.assume in ("real", "positive"):
        kind: Assume = "natural" if space.assume == "positive" else "integer"
        points += [*numbered(Space(listed, space.ranges, kind))][:24]
    for point in points:
        one, other = holds(given, point), holds(truth, point)
        if one is None or other is None:
            continue
        if one != other:
            return "different"
        tried[one] += 1
    answer = ask(
        "same-set",
        *(side.tree for s in (given, truth) for side in (s.left, s.right)),
        assume=space.assume,
        log=given.left.log,
        signs=f"{given.sign} {truth.sign}",
    )
    if answer is not None:
        return "same" if answer else "different"
    return "likely" if min(tried) >= _ENOUGH else "open"
