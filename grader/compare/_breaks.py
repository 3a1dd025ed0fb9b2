"""Where formulas may change their course: at zeros of what stands in |…|, in roots and in steps.

Between two such points a formula is smooth, so that values on both sides of each show all of it.
Linear arguments are solved; other ones are followed over a grid that reaches far.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Literal, TypeAlias

from grader.compare._sampling import Formula, Point, Space, as_floats, numbered
from grader.notation.tree import Add, Call, Div, Mul, Neg, Node, Num, Pow, Sym, names, walk
from grader.notation.values import Undefined, Value, evaluate

_Conventions: TypeAlias = tuple[Literal["radians", "degrees"], Literal["natural", "ten"]]

_AT_ZERO = frozenset("abs sign sqrt cbrt ln log root".split())  # noqa: SIM905 - words
_ROOTS_AND_LOGS = frozenset(("sqrt", "cbrt", "root", "ln", "log"))
_AT_ONE = frozenset("asin acos acosh atanh asec acsc asech acoth".split())  # noqa: SIM905 - words
_AT_POLES = frozenset("atan acot atan2".split())  # noqa: SIM905 - words
_MOST = 60
_SIZES = tuple(10**power for power in (4, 7, 10, 13, 16, 20, 30))
_FARTHEST = 10**250
_CLOSE = Fraction(1, 10**9)
_BESIDE = 6
"""Breaks beside which a formula is looked at closely: tanh(10^5 x) is near sign(x) elsewhere."""
_STRAIGHT = tuple(map(Fraction, ("0", "1", "-1", "1000003/7", "-99991/3")))
_NEAR = [step / 4 + 0.013 for step in range(-48, 48)]
_FAR = [13.0 * 1.12**step for step in range(225)]
_TINY = [0.2 / 1.6**step for step in range(40)]
_GRID = sorted((*_NEAR, *_FAR, *_TINY, *(-x for x in _FAR), *(-x for x in _TINY)))
"""From 10^-9 to 10^12 on both sides of 0, closer where most happens."""
_OUTWARDS = sorted(range(len(_GRID) - 1), key=lambda index: abs(_GRID[index]))


def probes(one: Formula, other: Formula, space: Space) -> list[Point]:
    """Points on both sides of every break of two formulas, inside a space."""
    trees = (one.tree, other.tree)
    if space.assume == "complex" or not any(map(is_broken, trees)):
        return []
    found: list[Point] = []
    plain = Space(space.names, space.ranges, space.assume, space.whole)
    parts = [_all_breaks(f.tree, plain, (f.angles, f.log)) for f in (one, other)]
    for (base, name, mine), (_, _, theirs) in zip(*parts, strict=True):
        breaks = sorted({*mine, *theirs}, key=abs)[:_MOST]
        if breaks:
            found += [{**base, name: Value(at)} for at in between(breaks, name, plain)]
    return [*found, *_far(plain)]


@functools.lru_cache(maxsize=64)
def _far(space: Space) -> tuple[Point, ...]:
    """Points at which all variables are large at once, on both sides where they may be."""
    found = []
    for point, size in zip(numbered(space), _SIZES, strict=False):
        for side in (1, -1):
            moved = dict(point)
            for name, value in point.items():
                low, high = _ends(name, space)
                if high is None and isinstance(value.real, Fraction):
                    sign = 1 if low is not None else side
                    at = abs(value.real) * size * sign
                    moved[name] = Value(Fraction(round(at)) if _has_whole(name, space) else at)
            found.append(moved)
    return tuple(found)


def _has_whole(name: str, space: Space) -> bool:
    return space.assume in ("integer", "natural") or name in space.whole


@functools.lru_cache(maxsize=512)
def is_broken(tree: Node) -> bool:
    """Whether a formula may change its course somewhere."""
    return any(_breaks_here(node) for node in walk(tree) if names(node))


def _breaks_here(node: Node) -> bool:
    if isinstance(node, Pow):
        # An exponential, e^(-x), is smooth everywhere.
        return not _is_whole(node.exponent) and bool(names(node.base))
    if not isinstance(node, Call):
        return False
    if node.function in _ROOTS_AND_LOGS and _is_monomial(node.arguments[0]):
        return False  # it changes at 0 alone, and points of both signs are tried anyway
    return node.function in {
        *_AT_ZERO, *_AT_ONE, *_AT_POLES, "floor", "ceil", "min", "max",
    }  # fmt: skip


def _is_monomial(node: Node) -> bool:
    """Whether a formula is a product of variables, numbers and their powers: 2x^2 y."""
    match node:
        case Sym(_, constant):
            return not constant
        case Num():
            return True
        case Neg(of):
            return _is_monomial(of)
        case Mul(factors):
            return all(map(_is_monomial, factors))
        case Div(top, bottom):
            return _is_monomial(top) and _is_monomial(bottom)
        case Pow(base, Num(value)):
            return value.denominator == 1 and _is_monomial(base)
        case _:
            return False


def _is_whole(exponent: Node) -> bool:
    inner = exponent.of if isinstance(exponent, Neg) else exponent
    return isinstance(inner, Num) and inner.value.denominator == 1


@functools.lru_cache(maxsize=256)
def _all_breaks(
    tree: Node, space: Space, conventions: _Conventions
) -> tuple[tuple[Point, str, tuple[Fraction, ...]], ...]:
    """The breaks along each variable, from two points where there are few variables."""
    zeros = tuple(dict.fromkeys(_zeros_wanted(tree)))
    whole = tuple(dict.fromkeys(_wholes_wanted(tree)))
    found = []
    for base in numbered(space)[: 2 if len(space.names) < 4 else 1]:
        for name in space.names:
            breaks = [at for node in zeros for at in zeros_of(node, name, base, conventions)]
            for node in whole:
                breaks += _where_whole(node, name, base, conventions)
            found.append((base, name, tuple(breaks)))
    return tuple(found)


def _zeros_wanted(tree: Node) -> Iterator[Node]:
    """What is 0 where the formula may break."""
    one = Num(Fraction(1))
    for node in walk(tree):
        match node:
            case Call(function, arguments) if function in _AT_ZERO:
                yield from factors(arguments[0])
            case Call(function, arguments) if function in _AT_ONE:
                yield Add((arguments[0], Neg(one)))
                yield Add((arguments[0], one))
            case Call("min" | "max", arguments):
                for first, second in combinations(arguments[:6], 2):
                    yield Add((first, Neg(second)))
            case Call("atan2", arguments):
                yield from arguments
            case Call("tan" | "sec", arguments):
                yield Call("cos", arguments)
            case Call("cot" | "csc", arguments):
                yield Call("sin", arguments)
            case Div(_, bottom):
                yield from factors(bottom)
            case Pow(base, exponent) if not _is_whole(exponent) or isinstance(exponent, Neg):
                yield from factors(base)


def _wholes_wanted(tree: Node) -> Iterator[Node]:
    for node in walk(tree):
        if isinstance(node, Call) and node.function in ("floor", "ceil"):
            yield node.arguments[0]


def holes(tree: Node) -> Iterator[Node]:
    """What stands below a fraction bar, factor by factor; nothing may be 0 there."""
    for node in walk(tree):
        match node:
            case Div(_, bottom):
                yield from factors(bottom)
            case Pow(base, Neg()):
                yield from factors(base)
            case Pow(base, Num(value)) if value < 0:
                yield from factors(base)
            case _:
                pass


def factors(tree: Node) -> Iterator[Node]:
    """The parts of a product, a quotient, a power or a root, of which one is 0 where it is."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        match node:
            case Neg(of):
                waiting.append(of)
            case Mul(parts):
                waiting.extend(parts)
            case Div(top, bottom):
                waiting.extend((top, bottom))
            case Pow(base, exponent) if not names(exponent):
                waiting.append(base)
            case Call("abs" | "sqrt" | "cbrt", arguments):
                waiting.extend(arguments)
            case _ if names(node):
                yield node


def between(breaks: Sequence[Fraction], name: str, space: Space) -> Iterator[Fraction]:
    """A number between each two neighbours, and beyond the ends, as far as the space reaches."""
    low, high = _ends(name, space)
    inside = sorted({b for b in breaks if (low is None or b > low) and (high is None or b < high)})
    if not inside:
        return
    first = low if low is not None else inside[0] - (abs(inside[0]) + 1) / 3
    last = high if high is not None else inside[-1] + (abs(inside[-1]) + 1) / 3
    whole = _has_whole(name, space)
    spans = list(pairwise([first, *inside, last]))
    close = [(b, b + side * (abs(b) + 1) * _CLOSE) for b in inside[:_BESIDE] for side in (-1, 1)]
    for start, stop in (*spans, *(tuple(sorted(pair)) for pair in close)):
        at = start + (stop - start) * Fraction(4, 9)
        at = at.limit_denominator(max(97, int(100 / (stop - start))))
        if whole:
            at = Fraction(round(at))
        if start <= at <= stop and (low is None or at > low) and (high is None or at <= high):
            yield at


def _ends(name: str, space: Space) -> tuple[Fraction | None, Fraction | None]:
    for other, low, high in space.ranges:
        if other in (name, ""):
            return low, high
    if space.assume in ("positive", "natural") and name not in space.whole:
        return Fraction(0), None
    return None, None


def _where_whole(
    node: Node, name: str, base: Point, conventions: _Conventions
) -> Iterator[Fraction]:
    """Where a number is whole: around 0, and around its value at a point."""
    here = _real(node, base, conventions)
    around = int(here) if here is not None and abs(here) < 10**9 else 0
    for number in sorted({*range(-1, 3), *range(around - 1, around + 3)}):
        yield from zeros_of(Add((node, Num(Fraction(-number)))), name, base, conventions)


def zeros_of(node: Node, name: str, base: Point, conventions: _Conventions) -> Iterator[Fraction]:
    """Where a formula is 0, or nearest to it, along one variable."""
    if name not in names(node):
        return
    values = [_real(node, {**base, name: Value(at)}, conventions) for at in _STRAIGHT]
    start, step = values[0], None
    if start is not None and values[1] is not None:
        step = values[1] - start
    if start is not None and step and _is_straight(values, start, step):
        if abs(start) < abs(step) * _FARTHEST:
            yield -start / step
        return
    yield from map(Fraction, _crossings(node, name, base, conventions))


def _is_straight(values: Sequence[Fraction | None], start: Fraction, step: Fraction) -> bool:
    scale = max(abs(start), abs(step))
    return all(
        value is not None and abs(value - start - step * at) * 10**30 <= scale * 10**6
        for at, value in zip(_STRAIGHT, values, strict=True)
    )


def _real(node: Node, point: Point, conventions: _Conventions) -> Fraction | None:
    angles, log = conventions
    try:
        value = evaluate(node, point, angles=angles, log=log)
    except Undefined:
        return None
    return value.real if isinstance(value.real, Fraction) and not value.imag else None


def _crossings(node: Node, name: str, base: Point, conventions: _Conventions) -> Iterator[float]:
    """Changes of sign, and the places where a formula only touches 0, at most forty."""
    formula = Formula(node, node, *conventions)
    near = dict(as_floats(base))

    def at(value: float) -> float | None:
        near[name] = complex(value)
        found = formula.near(near)
        return found.real if found is not None and abs(found.imag) <= 1e-9 * abs(found) else None

    values = [at(value) for value in _GRID]
    count = 0
    for index in _OUTWARDS:
        low, high = _GRID[index : index + 2]
        below, above = values[index : index + 2]
        if below is None or above is None:
            if below is not above:
                count += 1
                yield (low + high) / 2
            continue
        if (below < 0) != (above < 0):
            count += 1
            yield _halved(at, low, high, below)
        if count == 40:
            return
    for index in _OUTWARDS:
        if not index:
            continue
        left, here, right = values[index - 1 : index + 2]
        if left is None or here is None or right is None or (left < 0) != (right < 0):
            continue
        if abs(here) < abs(left) and abs(here) < abs(right):
            count += 1
            yield _lowest(at, _GRID[index - 1], _GRID[index + 1])
        if count == 40:
            return


def _halved(at: Callable[[float], float | None], low: float, high: float, below: float) -> float:
    for _ in range(45):
        middle = (low + high) / 2
        value = at(middle)
        if value is None:
            break
        if (value < 0) == (below < 0):
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _lowest(at: Callable[[float], float | None], low: float, high: float) -> float:
    """Where a formula is nearest to 0 between two numbers, by thirds."""
    for _ in range(40):
        one, other = low + (high - low) / 3, high - (high - low) / 3
        first, second = at(one), at(other)
        if first is None or second is None:
            break
        if abs(first) < abs(second):
            high = other
        else:
            low = one
    return (low + high) / 2
