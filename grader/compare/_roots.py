"""Solutions of equations at fixed points: solved for a name, or found between changes of sign."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from grader.compare._agreement import agree, minus, over
from grader.compare._relations import Statement, apart_at, negative, whole_of
from grader.compare._sampling import Formula, Point, Space, as_floats, numbered
from grader.notation.values import Undefined, Value

_GRID = 60


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
        apart = apart_at(statement, {**point, name: Value(Fraction(number))})
        if apart is None:
            return None
        values.append(apart)
    steps = [minus(values[n + 1], values[n]) for n in range(3)]
    if steps[0].zero or not (agree(steps[0], steps[1]) and agree(steps[1], steps[2])):
        return None
    return over(negative(values[0]), steps[0])


def _roots(statement: Statement, name: str, point: Point) -> Iterator[Fraction]:
    """Real solutions between changes of sign, to some 40 digits."""
    whole = whole_of(statement)
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
