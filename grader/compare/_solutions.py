"""Whether two equations or inequalities hold for the same values.

They do where one side less the other is a constant multiple of the same difference of the other
one. They do not where values are found that solve one and not the other. What neither shows is
left to algebra, or open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from grader.compare._agreement import Agreement, agree, minus, over, size
from grader.compare._algebra import ALGEBRA
from grader.compare._formula_misses import factor
from grader.compare._polynomial import TooLong, degree, polynomial
from grader.compare._sampling import Formula, Point, Space, as_floats, numbered
from grader.notation.spellings import FUNCTIONS
from grader.notation.tree import Add, Call, Mul, Neg, Node, Num, Rel, Relation, Sym, names, walk
from grader.notation.values import Undefined, Value

Roots: TypeAlias = Literal["once", "counted"]
Answer: TypeAlias = Literal["same", "different", "strict", "turned", "open", "likely"]
"""``strict``: the ends belong to one and not to the other; ``turned``: the sign is turned round;
``likely``: nothing tells them apart, but that proves nothing."""

KNOWN = frozenset((*FUNCTIONS.values(), "degrees"))
"""Functions that have values."""
_TURNED: dict[Relation, Relation] = {">": "<", ">=": "<="}
_STRICT: dict[Relation, Relation] = {"<": "<=", "<=": "<"}
_ENOUGH = 3
_GRID = 60


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
    if given.is_equation != truth.is_equation or (given.is_equation and given.sign != truth.sign):
        return "different"
    one, other = _whole(given), _whole(truth)
    empty = _always_zero(given, space, seed), _always_zero(truth, space, seed)
    if None in empty:
        return "open"
    if any(empty):
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


def _whole(statement: Statement) -> Formula:
    left = statement.left
    return Formula(statement.difference, left.written, left.angles, left.log)


def _always_zero(statement: Statement, space: Space, seed: str) -> bool | None:
    """Whether both sides are the same everywhere; None where that is not seen."""
    found = Agreement(statement.left, statement.right, space, seed=seed).outcome()
    if found == "open":
        return None
    return found in ("same", "domain")


def _proportional(agreement: Agreement, given: Statement, truth: Statement) -> Answer | None:
    """What a constant ratio says, or None where the ratio is not constant."""
    pairs = agreement.pairs(6)
    if not agreement.space.names:
        return _of_numbers(given, truth)
    if not factor(pairs):
        return None
    ratio = next(r for r in (over(*pair) for pair in pairs) if r is not None)
    scaled = Formula(_times(agreement.truth.tree, ratio), agreement.truth.written)
    if ratio.exact:
        scaled = Formula(scaled.tree, scaled.written, agreement.truth.angles, agreement.truth.log)
        again = Agreement(agreement.given, scaled, agreement.space, seed=agreement.seed).outcome()
        if again not in ("same", "domain"):
            return None if again == "different" else "open"
    if given.is_equation:
        return "same"
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
        mine, theirs = _apart(given, {}), _apart(truth, {})
        if mine is None or theirs is None or not given.is_equation:
            return "open"
        return "same" if agree(mine, theirs) or agree(mine, negative(theirs)) else "open"
    one, other = holds(given, {}), holds(truth, {})
    if one is None or other is None:
        return "open"
    return "same" if one == other else "different"


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


def _by_solutions(given: Statement, truth: Statement, space: Space, roots: Roots) -> Answer:
    """Look for a solution of one that is none of the other."""
    tried = [0, 0]
    for turn, (one, other) in enumerate(((truth, given), (given, truth))):
        for name, point in solutions(one, space, one.names | other.names):
            found = _solves(other, name, point) if _lies_within(point, space) else None
            if found is False:
                return "different"
            tried[turn] += found is True
    answer = ALGEBRA.ask(
        "same-roots",
        given.difference,
        truth.difference,
        assume=space.assume,
        log=given.left.log,
        roots=roots,
    )
    if answer or (answer is False and not space.ranges):
        return "same" if answer else "different"
    return "likely" if min(tried) >= _ENOUGH else "open"


def _lies_within(point: Point, space: Space) -> bool:
    return all(low <= point[name].real <= high for name, low, high in space.ranges if name in point)


def _solves(statement: Statement, name: str, point: Point) -> bool | None:
    """Whether a point solves an equation; None where that is not certain.

    A root is known to some 40 digits only: beside what the difference is not far from there, what
    is left of it is nothing, or it is not.
    """
    apart = _apart(statement, point)
    if apart is None:
        return None
    if apart.exact or apart.zero:
        return apart.zero
    scale = Fraction(0)
    for step in (Fraction(1, 10), Fraction(-1, 10)):
        value = point[name]
        moved = Value(value.real + step, value.imag, value.exact)
        other = _apart(statement, {**point, name: moved})
        scale = max(scale, size(other) if other is not None else Fraction(0))
    if not scale:
        return None
    if size(apart) * 10**6 > scale:
        return False
    return True if size(apart) * 10**25 < scale else None


def _apart(statement: Statement, point: Point) -> Value | None:
    """The left side less the right one, or None where one of them has no value."""
    try:
        left, right = statement.left.at(point), statement.right.at(point)
    except Undefined:
        return None
    if left is None or right is None or left.infinite or right.infinite:
        return None
    return minus(left, right)


def solutions(
    statement: Statement, space: Space, names: frozenset[str]
) -> Iterator[tuple[str, Point]]:
    """Points at which an equation holds: solved for the name, or by halving an interval."""
    listed = tuple(sorted(names))
    points = numbered(Space(listed, space.ranges, space.assume))[:8]
    for name in sorted(statement.names):
        for point in points[:4]:
            solved = _linear(statement, name, point)
            if solved is None:
                break
            yield name, {**point, name: solved}
    if space.assume == "complex":
        return
    for name in sorted(statement.names):
        for point in points[:3]:
            for root in _roots(statement, name, point):
                yield name, {**point, name: Value(root, exact=False)}


def _linear(statement: Statement, name: str, point: Point) -> Value | None:
    """The value of a name that solves an equation which is linear in it."""
    values: list[Value] = []
    for number in range(4):
        apart = _apart(statement, {**point, name: Value(Fraction(number))})
        if apart is None:
            return None
        values.append(apart)
    steps = [minus(values[n + 1], values[n]) for n in range(3)]
    if steps[0].zero or not (agree(steps[0], steps[1]) and agree(steps[1], steps[2])):
        return None
    return over(negative(values[0]), steps[0])


def _roots(statement: Statement, name: str, point: Point) -> Iterator[Fraction]:
    """Real solutions between changes of sign, to some 40 digits."""
    whole = _whole(statement)
    near = dict(as_floats(point))

    def at(value: float) -> float | None:
        near[name] = complex(value)
        found = whole.near(near)
        return found.real if found is not None and abs(found.imag) < 1e-9 * abs(found) else None

    grid = [-7.03 + 0.24 * step for step in range(_GRID)]
    values = [at(value) for value in grid]
    found = 0
    for low, high, below, above in zip(grid, grid[1:], values, values[1:], strict=False):
        if below is None or above is None or below * above >= 0:
            continue
        root = _halved(whole, point, name, Fraction(low), Fraction(high))
        if root is not None:
            yield root
            found += 1
        if found == 3:
            return


def _halved(
    whole: Formula, point: Point, name: str, low: Fraction, high: Fraction
) -> Fraction | None:
    """A zero between two numbers, by secants and halving; None at a pole."""
    below, above = (_real_at(whole, point, name, value) for value in (low, high))
    if below is None or above is None:
        return None
    scale = max(abs(below), abs(above))
    for step in range(140):
        middle = (low + high) / 2
        if step > 6 and step % 2 and above != below:
            middle = low - below * (high - low) / (above - below)
        middle = middle.limit_denominator(10**45)
        value = _real_at(whole, point, name, middle)
        if value is None:
            return None
        if abs(value) * 10**42 <= scale or high - low < Fraction(1, 10**44):
            return middle if abs(value) * 10**30 <= scale else None
        if (value < 0) == (below < 0):
            low, below = middle, value
        else:
            high, above = middle, value
    return None


def _real_at(whole: Formula, point: Point, name: str, value: Fraction) -> Fraction | None:
    try:
        found = whole.at({**point, name: Value(value)})
    except Undefined:
        return None
    if found is None or found.imag or not isinstance(found.real, Fraction):
        return None
    return found.real


def _by_trying(given: Statement, truth: Statement, space: Space) -> Answer:
    """Look for values for which one inequality holds and the other does not."""
    names = tuple(sorted(given.names | truth.names))
    tried = [0, 0]
    points = [*numbered(Space(names, space.ranges, space.assume))]
    points += [*numbered(Space(names, space.ranges, "integer"))][:24]
    for point in points:
        one, other = holds(given, point), holds(truth, point)
        if one is None or other is None:
            continue
        if one != other:
            return "different"
        tried[one] += 1
    answer = ALGEBRA.ask(
        "same-set",
        *(side.tree for s in (given, truth) for side in (s.left, s.right)),
        assume=space.assume,
        log=given.left.log,
        signs=f"{given.sign} {truth.sign}",
    )
    if answer is not None:
        return "same" if answer else "different"
    return "likely" if min(tried) >= _ENOUGH else "open"


def same_system(
    given: Sequence[Statement], truth: Sequence[Statement], space: Space, *, multiples: bool
) -> Answer:
    """Decide whether systems have the same solutions: pairwise, or by elimination if linear."""
    left = list(given)
    for one in truth:
        match = next(
            (s for s in left if same(s, one, space, "", multiples=multiples) == "same"), None
        )
        if match is None:
            break
        left.remove(match)
    else:
        if not left:
            return "same"
    if _parted(given, truth, space):
        return "different"
    reduced = [_reduced(system) for system in (given, truth)]
    if reduced[0] is None or reduced[1] is None or not multiples:
        return "open" if multiples else "different"
    return "same" if reduced[0] == reduced[1] else "different"


def _parted(given: Sequence[Statement], truth: Sequence[Statement], space: Space) -> bool:
    """Whether one system holds at a point at which the other one does not."""
    listed = sorted(frozenset[str]().union(*(one.names for one in (*given, *truth))))
    for point in numbered(Space(tuple(listed), space.ranges, space.assume)):
        held = [[holds(one, point) for one in system] for system in (given, truth)]
        if None not in held[0] + held[1] and all(held[0]) != all(held[1]):
            return True
    return False


_Row: TypeAlias = dict[str, Fraction]


def _reduced(system: Sequence[Statement]) -> list[_Row] | None:
    """The reduced echelon form of linear equations, or None where they are not linear."""
    rows: list[dict[str, Fraction]] = []
    for statement in system:
        row = _row(statement)
        if row is None:
            return None
        rows.append(row)
    names = sorted({name for row in rows for name in row if name})
    done: list[dict[str, Fraction]] = []
    for name in names:
        pivot = next((row for row in rows if row.get(name)), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        scaled = {key: value / pivot[name] for key, value in pivot.items()}
        rows = [_less(row, scaled, row.get(name, Fraction(0))) for row in rows]
        done = [_less(row, scaled, row.get(name, Fraction(0))) for row in done]
        done.append(scaled)
    if any(row.get("") for row in rows):
        return [{"": Fraction(1)}]  # no solution at all
    return done


def _less(row: _Row, other: _Row, times: Fraction) -> _Row:
    total = {
        key: row.get(key, Fraction(0)) - times * other.get(key, Fraction(0))
        for key in {*row, *other}
    }
    return {key: value for key, value in total.items() if value}


def _row(statement: Statement) -> dict[str, Fraction] | None:
    """A linear equation as its coefficients; that of the empty name is the constant."""
    try:
        found = polynomial(statement.difference) if statement.sign == "=" else None
    except TooLong:
        return None
    if found is None or degree(found) > 1:
        return None
    row: dict[str, Fraction] = {}
    for monomial, coefficient in found.items():
        atom = monomial[0][0] if monomial else None
        if atom is not None and not (isinstance(atom, Sym) and not atom.constant):
            return None
        row[atom.name if isinstance(atom, Sym) else ""] = coefficient
    return row


def is_solved(tree: Rel, name: str) -> bool:
    """Whether an equation has a name alone on one side, and not on the other."""
    return any(
        side == Sym(name) and name not in names(rest)
        for side, rest in ((tree.left, tree.right), (tree.right, tree.left))
    )
