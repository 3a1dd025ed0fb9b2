"""Fixed points at which formulas are held against each other, and what they are worth there.

Points are rational, so that what is rational is calculated exactly, and always the same ones for
the same two formulas; no one who writes an answer can know them all, as some depend on its text.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, TypeAlias

from grader.notation.tree import Add, Call, Node, Num, Pow, Sym, children, names, walk
from grader.notation.values import Function, Undefined, Value, compiled, evaluate

Assume: TypeAlias = Literal["complex", "real", "positive", "integer", "natural"]
Point: TypeAlias = Mapping[str, Value]
Known: TypeAlias = dict[tuple[int, int], "Value | Undefined"]
Ranges: TypeAlias = tuple[tuple[str, Fraction, Fraction], ...]

DIGITS = 50
"""Digits to which irrational values are compared at first."""
_MOST_DIGITS = 400
_SCALES = tuple(
    Fraction(scale) for scale in ("1", "1", "1", "2", "7", "1/9", "40", "1", "1000", "1/50")
)
_BOTTOMS = (23, 29, 31, 37, 41, 43)
_STEPPED = frozenset("abs sign floor ceil min max".split())  # noqa: SIM905 - words
_NARROW = frozenset(
    "sqrt ln log root asin acos acosh atanh asec acsc asech acoth".split()  # noqa: SIM905 - words
)
"""Functions that are not real for all real arguments."""


@dataclass(frozen=True, slots=True)
class Space:
    """Where the points lie: the names, their ranges where they are given, and their kind."""

    names: tuple[str, ...]
    ranges: Ranges = ()
    assume: Assume = "real"
    whole: frozenset[str] = frozenset()
    """Names that stand for whole numbers, as n in (-1)^n."""
    scales: tuple[Fraction, ...] = ()
    """Further sizes of numbers, where something may change that is written in the formulas."""


@dataclass(slots=True, eq=False)
class Formula:
    """A tree without unknown functions, with what is worked out for it only once."""

    tree: Node
    written: Node
    angles: Literal["radians", "degrees"] = "radians"
    log: Literal["natural", "ten"] = "natural"
    known: dict[Space, Known] = field(default_factory=dict)
    """Values that were worked out, for points that come again."""
    _function: Function | None = None
    _narrow: tuple[Function, ...] | None = None
    _names: frozenset[str] | None = None
    _parts: tuple[Function, ...] | None = None
    _sums: tuple[tuple[Add, tuple[Formula, ...]], ...] | None = None

    @property
    def names(self) -> frozenset[str]:
        """Its variables."""
        if self._names is None:
            self._names = names(self.tree)
        return self._names

    def near(self, point: Mapping[str, complex]) -> complex | None:
        """Its value in double precision, or None where that fails."""
        try:
            if self._function is None:
                self._function = compiled(self.tree, angles=self.angles, log=self.log)
            return self._function(point)
        except Undefined:
            return None

    def at(
        self, point: Point, digits: int = DIGITS, number: int = -1, known: Known | None = None
    ) -> Value | None:
        """Its value, or None where it has none.

        Args:
            point: the values of its variables.
            digits: significant digits.
            number: the number of a point that comes again, or -1.
            known: where values at such points are kept.

        Raises:
            Undefined: where it only cannot be calculated.
        """
        key = (number, digits)
        keep = known is not None and number >= 0
        value = known.get(key) if known is not None and keep else None
        if value is None:
            try:
                value = evaluate(self.tree, point, digits=digits, angles=self.angles, log=self.log)
            except Undefined as error:
                value = error
            if known is not None and keep and len(known) < 200:
                known[key] = value
        if isinstance(value, Undefined):
            if _is_beyond(value):
                raise Undefined(*value.args)
            return None
        return value

    def largest(self, point: Mapping[str, complex]) -> float:
        """The largest number on the way to its value; infinite where it is too large for floats."""
        if self._parts is None:
            try:
                self._parts = tuple(
                    compiled(node, angles=self.angles, log=self.log)
                    for node in walk(self.tree)
                    if children(node)
                )
            except Undefined:
                return math.inf
        try:
            return max((abs(function(point)) for function in self._parts), default=0.0)
        except Undefined:
            return math.inf

    def lost(self, point: Point) -> float:
        """How many powers of ten lie between the largest and the smallest term of a sum in it.

        Terms that are 0 do not count, nor do those that only rounding leaves of one.
        """
        if self._sums is None:
            sums = [n for n in walk(self.tree) if isinstance(n, Add) and names(n)]
            self._sums = tuple(
                (node, tuple(Formula(term, term, self.angles, self.log) for term in node.terms))
                for node in sums
            )
        near = as_floats(point)
        return max(
            (
                self._lost_in(node, point)
                for node, terms in self._sums
                if not _are_alike([term.near(near) for term in terms])
            ),
            default=0.0,
        )

    def _lost_in(self, node: Add, point: Point) -> float:
        sizes = []
        for term in node.terms:
            try:
                value = evaluate(term, point, angles=self.angles, log=self.log)
                size = log_size(value)
                if size is not None and size < -DIGITS / 2 and not value.exact and has_sums(term):
                    finer = evaluate(
                        term, point, digits=2 * DIGITS, angles=self.angles, log=self.log
                    )
                    again = log_size(finer)
                    size = size if again is not None and abs(again - size) < 1 else None
            except Undefined:
                size = math.inf
            if size is not None:
                sizes.append(size)
        if math.inf in sizes:
            return math.inf
        return max(sizes) - min(sizes) if len(sizes) > 1 else 0.0

    def is_real(self, point: Mapping[str, complex]) -> bool:
        """Whether nothing in it leaves the real numbers at a point."""
        try:
            if self._narrow is None:
                self._narrow = tuple(
                    compiled(node, angles=self.angles, log=self.log)
                    for node in walk(self.tree)
                    if _is_narrow(node)
                )
            return all(_is_real(function(point)) for function in self._narrow)
        except Undefined:
            return False


def _is_beyond(error: Undefined) -> bool:
    """Whether a value only lies beyond what is calculated with."""
    told = str(error)
    return "too large" in told or "no finite value" in told


def _is_narrow(node: Node) -> bool:
    if isinstance(node, Pow):
        return not (isinstance(node.exponent, Num) and node.exponent.value.denominator == 1)
    return isinstance(node, Call) and node.function in _NARROW


def _is_real(value: complex) -> bool:
    return abs(value.imag) <= 1e-9 * abs(value)


def _are_alike(terms: Sequence[complex | None]) -> bool:
    """Whether terms are near enough in size for none to be lost beside another."""
    sizes = [0.0 if term is None else abs(term) for term in terms]
    return max(sizes) <= 1e20 * min(sizes)


def log_size(value: Value) -> float | None:
    """The power of ten of a value, or None for 0."""
    if isinstance(value.real, float):
        return math.inf
    part = max(abs(value.real), abs(value.imag))
    if not part:
        return None
    bits = part.numerator.bit_length() - part.denominator.bit_length()
    return bits * math.log10(2)


def has_sums(tree: Node) -> bool:
    """Whether numbers may cancel in a formula."""
    return any(isinstance(node, Add) for node in walk(tree))


def has_steps(tree: Node) -> bool:
    """Whether a formula holds what changes at a point: absolute values, floors, the greater of."""
    return any(isinstance(node, Call) and node.function in _STEPPED for node in walk(tree))


def needs_whole(tree: Node) -> bool:
    """Whether a formula has values at whole numbers only."""
    return any(
        isinstance(node, Call) and node.function in ("binomial", "gcd", "lcm")
        for node in walk(tree)
    )


def has_free_powers(tree: Node) -> bool:
    """Whether a variable has an exponent with a variable: real for some negative bases only."""
    return any(
        isinstance(node, Pow) and names(node.base) and names(node.exponent) for node in walk(tree)
    )


def has_negative_powers(tree: Node) -> bool:
    """Whether a negative number has an exponent with a variable, as (-1)^n."""
    return any(
        isinstance(node, Pow) and names(node.exponent) and _is_negative(node.base)
        for node in walk(tree)
    )


def _is_negative(base: Node) -> bool:
    if names(base):
        return False
    try:
        value = evaluate(base)
    except Undefined:
        return False
    return value.real < 0 and not value.imag


def is_complex(tree: Node) -> bool:
    """Whether the imaginary unit stands in a formula."""
    return Sym("i", constant=True) in set(walk(tree))


def sizes(trees: Sequence[Node]) -> tuple[Fraction, ...]:
    """Sizes around the numbers of formulas that hold steps; no others need any."""
    if not any(has_steps(tree) for tree in trees):
        return ()
    found: dict[Fraction, None] = {}
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, Num) and 2 < abs(node.value) < 10**12:
                found[abs(node.value)] = None
    return tuple(size * part for size in list(found)[:6] for part in (1, Fraction(5, 2)))


def digits_for(trees: Sequence[Node]) -> int | None:
    """How many digits it takes to see the smallest part written; None for more than there are."""
    extra = 0.0
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, Num):
                extra = max(extra, _digits(node.value))
            elif isinstance(node, Pow | Call) and not names(node):
                extra = max(extra, _digits_of(node))
    return DIGITS + int(extra) if extra <= _MOST_DIGITS - DIGITS else None


def _digits(number: Fraction) -> float:
    """How many digits a number has above or below its fraction bar, where these are many."""
    if not number:
        return 0
    bits = max(abs(number.numerator).bit_length(), number.denominator.bit_length())
    return bits * math.log10(2) if bits > 40 else 0


def _digits_of(constant: Node) -> float:
    try:
        value = evaluate(constant)
    except Undefined:
        return 0
    real = value.real if isinstance(value.real, Fraction) else Fraction(0)
    return max(_digits(real), _digits(value.imag))


def numbered(space: Space, seed: str = "", count: int = 48) -> Sequence[Point]:
    """The points of a space, the first of them always the same; ``seed`` gives others."""
    return _points(space, count) if not seed else tuple(_drawn(space, seed, count))


@functools.lru_cache(maxsize=128)
def _points(space: Space, count: int) -> Sequence[Point]:
    return tuple(_drawn(space, "", count))


def _drawn(space: Space, seed: str, count: int) -> Iterator[Point]:
    stream = _numbers(seed)
    spans = {name: (low, high) for name, low, high in space.ranges}
    usual = spans.pop("", None)
    if usual:
        spans = {name: spans.get(name, usual) for name in space.names}
    scales = (*_SCALES[:3], *space.scales, *_SCALES[3:])
    for index in range(count):
        yield {
            name: _drawn_value(
                spans.get(name),
                "integer" if name in space.whole else space.assume,
                scales,
                index,
                stream,
            )
            for name in space.names
        }


def _drawn_value(
    span: tuple[Fraction, Fraction] | None,
    assume: Assume,
    scales: tuple[Fraction, ...],
    index: int,
    stream: Iterator[int],
) -> Value:
    one, other = next(stream), next(stream)
    bottom = _BOTTOMS[one % len(_BOTTOMS)]
    share = Fraction(1 + other % (bottom - 1), bottom)
    if span is not None:
        low, high = span
        if assume in ("integer", "natural"):
            first, last = math.ceil(low), math.floor(high)
            return Value(Fraction(first + other % max(1, last - first + 1)))
        return Value(low + (high - low) * share)
    if assume in ("integer", "natural"):
        size = Fraction(1 + other % (4 + 2 * index))
        return Value(size if assume == "natural" or one % 2 else -size)
    size = scales[index % len(scales)] * (share + Fraction(1, 3)) * 3 / 2
    if assume == "positive":
        return Value(size)
    # All positive, all negative, mixed: a formula of many roots has a value at every third point.
    negative = (False, True, one // 8 % 2 == 0)[index % 3]
    real = -size if negative else size
    if assume == "complex":
        turn = Fraction(1 + (one // 16) % 17, 7)
        return Value(real, turn if one % 2 else -turn)
    return Value(real)


def _numbers(seed: str) -> Iterator[int]:
    """Numbers below 2^16 that look random and never change."""
    import hashlib  # noqa: PLC0415 - a tenth of the time that all comparators take to load

    state = seed.encode("utf-8", "replace")
    while True:
        state = hashlib.blake2b(state, digest_size=64, person=b"points").digest()
        yield from (int.from_bytes(state[at : at + 2], "big") for at in range(0, 64, 2))


@functools.lru_cache(maxsize=128)
def floats_of(space: Space, count: int) -> tuple[Mapping[str, complex], ...]:
    """The first points in double precision."""
    return tuple(map(as_floats, _points(space, 48)[:count]))


def as_floats(point: Point) -> Mapping[str, complex]:
    """A point in double precision."""
    return {name: complex(float(v.real), float(v.imag)) for name, v in point.items()}
