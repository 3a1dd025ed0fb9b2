"""Whether two formulas have the same value everywhere, decided by their values at points.

Double precision only points out where to look: what decides is exact arithmetic, or so many digits
that more of them change nothing. Two formulas are different where that shows at one point.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, TypeAlias

from grader.compare._breaks import probes
from grader.compare._sampling import (
    DIGITS,
    Assume,
    Formula,
    Point,
    Space,
    as_floats,
    digits_for,
    floats_of,
    has_free_powers,
    has_negative_powers,
    has_steps,
    is_complex,
    needs_whole,
    numbered,
    sizes,
)
from grader.notation.values import Undefined, Value

Outcome: TypeAlias = Literal["same", "different", "domain", "vague", "open"]
"""``domain``: the same where both have a value, but not everywhere both or neither has one;
``vague``: the same where both are real, but no longer where powers of negative numbers are not."""
Pair: TypeAlias = tuple[Value, Value]

_WHOLE: dict[Assume, Assume] = {
    "complex": "integer",
    "real": "integer",
    "integer": "integer",
    "positive": "natural",
    "natural": "natural",
}
"""The whole numbers among those that variables stand for: where steps are."""
_NEAR = 1e-9
_LOOKED_AT = 12
_MOST_DIGITS = 400
_MOST_SEEN = 900
_UNNAMED = 120
"""Digits to which two numbers without a variable are compared: only one point shows them."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far two values may lie apart; exact where both parts are 0."""

    absolute: Fraction = Fraction(0)
    relative: Fraction = Fraction(0)

    def __bool__(self) -> bool:
        """Whether it allows anything."""
        return bool(self.absolute or self.relative)

    def allows(self, given: Value, truth: Value) -> bool:
        """Whether two values are near enough; infinities only where they are equal."""
        if _is_infinite(given) or _is_infinite(truth):
            return given.real == truth.real
        allowed = self.absolute + self.relative * size(truth)
        return square(minus(given, truth)) <= allowed * allowed


class Agreement:
    """Two formulas, held against each other at the points of a space.

    Args:
        given: the formula that was handed in.
        truth: the one it is held against.
        space: where points lie; variables of either formula that it lacks are added.
        tolerance: how far values may lie apart.
        seed: text from which further points are drawn.
    """

    def __init__(
        self,
        given: Formula,
        truth: Formula,
        space: Space,
        tolerance: Tolerance | None = None,
        seed: str = "",
    ) -> None:
        self.given = given
        self.truth = truth
        self.tolerance = tolerance or Tolerance()
        self.seed = seed
        used = given.names | truth.names
        lacking = sorted(used - set(space.names))
        space = replace(space, names=(*(n for n in space.names if n in used), *lacking))
        if truth.names == set(space.names):
            space = replace(space, names=tuple(sorted(space.names)))
        whole = needs_whole(given.tree) or needs_whole(truth.tree)
        self.space = replace(
            space,
            scales=sizes((given.tree, truth.tree)),
            assume="natural" if whole and space.assume == "real" else space.assume,
        )
        self.real = space.assume != "complex" and not (
            is_complex(given.tree) or is_complex(truth.tree)
        )
        self.digits = digits_for((given.tree, truth.tree))
        self._known = truth.known.setdefault(self.space, {})
        self._inexact = False
        self._parted = False
        self._unclear = False
        self._vague = False
        self._unlike = 0
        self._unseen = False

    def outcome(self) -> Outcome:
        """Return whether both are the same; ``open`` where too few points show it."""
        if self.digits is None:
            return "open"
        if not self.space.names:
            return self._numbers()
        for index in self._suspects():
            found = self._at(numbered(self.space)[index], index)
            if found == "different":
                return found
        if self._differ_at_breaks():
            return "different"
        return self._confirmed()

    def pairs(self, count: int = 5) -> list[Pair]:
        """Values of both at some points where both have one."""
        found: list[Pair] = []
        for index, point in self._in_turn():
            both = self._values(point, self.digits or DIGITS, index)
            if both is None or both[0] is None or both[1] is None:
                continue
            if self.real and not self._are_real(point):
                continue
            found.append((both[0], both[1]))
            if len(found) == count or not self.space.names:
                break
        return found

    def never(self, formula: Formula) -> tuple[str, bool]:
        """Why a formula has no value at any point, or an empty text.

        Returns:
            The reason, and whether values only lie beyond what is calculated with.
        """
        beyond = ""
        for point in numbered(self.space)[:_LOOKED_AT]:
            try:
                if formula.at(point) is not None:
                    return "", False
            except Undefined as error:
                beyond = str(error)
        if beyond:
            return beyond, True
        return "it divides by zero, or has no value for another reason", False

    def _numbers(self) -> Outcome:
        both = self._values({}, max(_UNNAMED, self.digits or 0), -1)
        if both is None:
            return "open"
        given, truth = both
        if given is None or truth is None:
            return "open"
        return self._held(given, truth, {}, max(_UNNAMED, self.digits or 0))

    def _suspects(self) -> Iterator[int]:
        """Numbers of the points where double precision sees a difference, at most four."""
        count = 48 if may_jump(self.given, self.truth) else _LOOKED_AT
        found = 0
        for index, point in enumerate(floats_of(self.space, count)):
            one, other = self.given.near(point), self.truth.near(point)
            if one is None and other is None:
                continue
            if one is None or other is None or not _is_near(one, other):
                yield index
                found += 1
                if found == 4:
                    return

    def _differ_at_breaks(self) -> bool:
        """Whether they part on one side of a point at which one of them may change its course."""
        exactly = 6
        for point in probes(self.given, self.truth, self.space):
            near = as_floats(point)
            one, other = self.given.near(near), self.truth.near(near)
            if one is None and other is None:
                continue
            unlike = one is None or other is None or not _is_near(one, other)
            if not unlike and exactly <= 0:
                continue
            exactly -= not unlike
            if self._at(point, -1) == "different":
                return True
        return False

    def _confirmed(self) -> Outcome:
        """Look until enough points agree; those that a text draws first."""
        agreed = parted = 0
        enough = 12 if self.tolerance else 3
        for index, point in self._in_turn():
            found = self._at(point, index)
            if found == "different":
                return found
            agreed += found == "same"
            parted += found == "domain"
            if agreed >= enough + 2 * (not self._inexact) and (not self._parted or parted > 1):
                break
        if agreed < 2:
            # Nowhere real, and nowhere the same complex number: (-2)^x and (-2)^(2x).
            apart = not agreed and max(parted, self._unlike) >= 3
            return "different" if apart and not self._is_meant_whole() else "open"
        if parted == 1 or self._unseen or (self._unclear and may_jump(self.given, self.truth)):
            return "open"
        if self._vague:
            return "vague"
        return "domain" if parted or self._parted else "same"

    def _is_meant_whole(self) -> bool:
        """Whether they are the same at whole numbers, as (-1)^(2n) is 1 there."""
        if not (has_negative_powers(self.given.tree) or has_negative_powers(self.truth.tree)):
            return False
        points = numbered(replace(self.space, assume="natural"))[:6]
        return all(self._at(point, -1) != "different" for point in points)

    def _in_turn(self) -> Iterator[tuple[int, Point]]:
        fixed = numbered(self.space)
        if may_jump(self.given, self.truth) and not self.space.ranges:
            whole = replace(self.space, assume=_WHOLE[self.space.assume])
            yield from ((-1, point) for point in numbered(whole)[:4])
        drawn = numbered(self.space, self.seed, 8) if self.seed else ()
        yield from ((-1, point) for point in drawn[:1])
        yield from ((index, fixed[index]) for index in range(2))
        yield from ((-1, point) for point in drawn[1:3])
        yield from ((index, fixed[index]) for index in range(2, 12))
        yield from ((-1, point) for point in drawn[3:])
        yield from ((index, fixed[index]) for index in range(12, len(fixed)))

    def _at(self, point: Point, index: int) -> Outcome:
        digits = self.digits or DIGITS
        both = self._values(point, digits, index)
        if both is None:
            return "open"
        given, truth = both
        if given is not None and truth is not None:
            self._inexact = not (given.exact and truth.exact)
            found = self._held(given, truth, point, digits)
            if found == "same" and self._inexact and not self.tolerance:
                found = self._seen(point, digits)
            if found != "different" or not self.real:
                return found
        elif given is None and truth is None:
            return "open"
        elif not self.real:
            self._parted = True
            return "domain"
        return self._over_the_reals(point, given, truth)

    def _seen(self, point: Point, digits: int) -> Outcome:
        """What two equal values are worth where a term is too small to be seen beside others."""
        lost = max(self.given.lost(point), self.truth.lost(point))
        if lost < digits - 20:
            return "same"
        more = int(lost) + 25 if lost < _MOST_SEEN else 0
        one, other = (self._values(point, more, -1) or (None, None)) if more else (None, None)
        if one is None or other is None:
            self._unseen = True
            return "same"
        return "same" if agree(one, other, more) else self._held(one, other, point, more)

    def is_seen(self) -> bool:
        """Whether no term is too small to be seen at the first points."""
        digits = self.digits or DIGITS
        for point in numbered(self.space)[:3]:
            one, other = self._values(point, digits, -1) or (None, None)
            if one is not None and other is not None and one.exact and other.exact:
                continue
            if max(self.given.lost(point), self.truth.lost(point)) >= digits - 20:
                return False
        return True

    def has_one_domain(self) -> bool:
        """Whether both are real at the same ones of the first points."""
        if not self.real:
            return True
        near = [as_floats(point) for point in numbered(self.space)[:_LOOKED_AT]]
        return all(
            self.given.is_real(point) == self.truth.is_real(point)
            for point in near
            if self.given.near(point) is not None and self.truth.near(point) is not None
        )

    def _over_the_reals(self, point: Point, given: Value | None, truth: Value | None) -> Outcome:
        """What a difference means where only real values count."""
        near = as_floats(point)
        one = given is not None and self.given.is_real(near)
        other = truth is not None and self.truth.is_real(near)
        if one and other:
            return "different"
        free = has_free_powers(self.given.tree) or has_free_powers(self.truth.tree)
        if free and given is not None and truth is not None:
            self._vague = True
            return "open"
        if not one and not other:
            self._unlike += given is not None and truth is not None
            return "open"
        self._parted = True
        return "domain"

    def _are_real(self, point: Point) -> bool:
        near = as_floats(point)
        return self.given.is_real(near) and self.truth.is_real(near)

    def _largest(self, point: Point) -> float:
        near = as_floats(point)
        return max(self.given.largest(near), self.truth.largest(near))

    def _values(
        self, point: Point, digits: int, index: int
    ) -> tuple[Value | None, Value | None] | None:
        """Both values, or None where one of them cannot be calculated."""
        try:
            given = self.given.at(point, digits)
            return given, self.truth.at(point, digits, index, self._known)
        except Undefined:
            return None

    def _held(self, given: Value, truth: Value, point: Point, digits: int) -> Outcome:
        """Compare two values, with more digits where these do not settle it."""
        if self.tolerance:
            return "same" if self.tolerance.allows(given, truth) else "different"
        if _is_infinite(given) or _is_infinite(truth):
            return "same" if given.real == truth.real else "different"
        if given.exact and truth.exact:
            return "same" if minus(given, truth).zero else "different"
        if agree(given, truth, digits):
            return "same"
        apart = minus(given, truth)
        largest = self._largest(point)
        if largest > 1e250:
            self._unclear = True
            return "open"  # a sum of such numbers that cancels shows nothing
        if largest > 1e25:
            digits = _MOST_DIGITS // 2
        scale = Fraction(largest)
        while digits < _MOST_DIGITS:
            digits *= 2
            one, other = self._values(point, digits, -1) or (None, None)
            if one is None or other is None:
                return "open"
            if agree(one, other, digits):
                return "same"
            again = minus(one, other)
            if size(again) * 10 ** (digits - 10) <= scale:
                apart = again
                continue  # no more than what cancelling such numbers leaves
            if size(minus(again, apart)) * 1000 <= size(apart):
                return "different"
            if size(again) * 10 ** (digits // 4) <= size(apart):
                return "same"
            apart = again
        return "open"


def agree(one: Value, other: Value, digits: int = DIGITS) -> bool:
    """Whether two values are equal, as far as so many digits show it."""
    if _is_infinite(one) or _is_infinite(other):
        return one.real == other.real
    scale: int = 10 ** (digits - 15)
    return size(minus(one, other)) * scale <= max(size(one), size(other))


def _is_infinite(value: Value) -> bool:
    return isinstance(value.real, float)


def _real(value: Value) -> Fraction:
    return value.real if isinstance(value.real, Fraction) else Fraction(0)


def minus(one: Value, other: Value) -> Value:
    """The difference of two finite values."""
    exact = one.exact and other.exact
    return Value(_real(one) - _real(other), one.imag - other.imag, exact)


def times(one: Value, other: Value) -> Value:
    """The product of two finite values."""
    (a, b), (c, d) = (_real(one), one.imag), (_real(other), other.imag)
    return Value(a * c - b * d, a * d + b * c, one.exact and other.exact)


def over(one: Value, other: Value) -> Value | None:
    """The quotient of two finite values, or None for a divisor of 0."""
    length = square(other)
    if not length:
        return None
    top = times(one, Value(_real(other), -other.imag, other.exact))
    return Value(_real(top) / length, top.imag / length, top.exact)


def square(value: Value) -> Fraction:
    """The square of a value's distance from 0."""
    return _real(value) ** 2 + value.imag**2


def size(value: Value) -> Fraction:
    """The larger of a value's parts, without its sign."""
    return max(abs(_real(value)), abs(value.imag))


def may_jump(*formulas: Formula) -> bool:
    """Whether one of the formulas holds steps, so that it may change between points."""
    return any(has_steps(formula.tree) for formula in formulas)


def _is_near(one: complex, other: complex) -> bool:
    return abs(one - other) <= _NEAR * max(abs(one), abs(other))
