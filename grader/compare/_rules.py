"""When a number is right: rules of tolerance and of digits, in exact arithmetic.

Nothing here reads text. Numbers are fractions, complex ones pairs of them; a float stands only for
infinity. Each rule is a function of plain numbers, so that it can be held against another route.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

Real: TypeAlias = Fraction | float
Rounding: TypeAlias = Literal["half-up", "half-even", "either"]
COMPUTED = Fraction(1, 10**45)
"""Relative distance below which two values that were computed to 50 digits are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far a number may lie from the truth; see the options of ``number``."""

    absolute: Fraction | None = None
    relative: Fraction | None = None
    relative_to: Literal["truth", "larger", "geometric"] = "truth"
    combine: Literal["either", "all", "sum"] = "either"
    inclusive: bool = True
    zero: Fraction = Fraction(0)
    zero_below: Fraction = Fraction(0)

    @property
    def is_exact(self) -> bool:
        """Whether there is no tolerance at all."""
        return self.absolute is None and self.relative is None

    def allows(self, given: Fraction, truth: Fraction) -> bool:
        """Whether a real number lies near enough to the truth."""
        if given == truth:
            return True
        distance = abs(given - truth)
        if self.is_exact:
            return False
        if self.combine == "sum":
            return self._below(distance, (self.absolute or 0) + (self.relative or 0) * abs(truth))
        outcomes = []
        if self.absolute is not None:
            outcomes.append(self._below(distance, self.absolute))
        if self.relative is not None:
            outcomes.append(self._near(given, truth, distance, self.relative))
        return any(outcomes) if self.combine == "either" else all(outcomes)

    def _near(
        self, given: Fraction, truth: Fraction, distance: Fraction, relative: Fraction
    ) -> bool:
        if abs(truth) <= self.zero_below:
            return self._below(distance, self.zero)
        if self.relative_to == "larger":
            return self._below(distance, relative * max(abs(given), abs(truth)))
        if self.relative_to == "geometric":
            low, high = abs(truth) / (1 + relative), abs(truth) * (1 + relative)
            inside = low <= abs(given) <= high if self.inclusive else low < abs(given) < high
            return inside and (given < 0) == (truth < 0)
        return self._below(distance, relative * abs(truth))

    def _below(self, distance: Fraction, allowed: Fraction) -> bool:
        return distance <= allowed if self.inclusive else distance < allowed

    def allows_complex(
        self, given: tuple[Fraction, Fraction], truth: tuple[Fraction, Fraction]
    ) -> bool:
        """Whether a complex number lies in the disc around the truth.

        The distance is squared, not rooted, so that all stays exact.
        """
        if given == truth:
            return True
        if self.is_exact:
            return False
        square = (given[0] - truth[0]) ** 2 + (given[1] - truth[1]) ** 2
        mine, right = (one[0] ** 2 + one[1] ** 2 for one in (given, truth))
        size = {"truth": right, "larger": max(mine, right), "geometric": min(mine, right)}
        absolute, relative = self.absolute or Fraction(0), self.relative or Fraction(0)
        if self.combine == "sum":
            # The size itself is a root: from above, to forty digits.
            allowed = absolute + relative * _root(right)
            return self._below(square, allowed**2)
        outcomes = []
        if self.absolute is not None:
            outcomes.append(self._below(square, absolute**2))
        if self.relative is not None:
            outcomes.append(self._below(square, relative**2 * size[self.relative_to]))
        return any(outcomes) if self.combine == "either" else all(outcomes)


def _root(square: Fraction) -> Fraction:
    """Return a square root to some forty digits."""
    scale = 10**80
    return Fraction(math.isqrt(square.numerator * scale // square.denominator), 10**40)


def same_computed(given: Fraction, truth: Fraction, noise: Fraction = COMPUTED) -> bool:
    """Whether two numbers are equal but for the last of the digits they were computed to."""
    return abs(given - truth) <= noise * max(abs(given), abs(truth))


def rounded(value: Fraction, unit: Fraction, mode: Rounding) -> tuple[Fraction, ...]:
    """Return a value rounded to a multiple of ``unit``: two results where either may be meant.

    >>> rounded(Fraction("2.5"), Fraction(1), "either")
    (Fraction(3, 1), Fraction(2, 1))
    """
    steps = abs(value) / unit
    whole, rest = divmod(steps.numerator, steps.denominator)
    half = 2 * rest - steps.denominator
    sign = -1 if value < 0 else 1
    if half != 0:
        return (sign * (whole + (half > 0)) * unit,)
    up, even = whole + 1, whole + whole % 2
    chosen = {"half-up": (up,), "half-even": (even,), "either": (up, whole)}[mode]
    return tuple(sign * steps_of * unit for steps_of in chosen)


def cut_off(value: Fraction, unit: Fraction) -> Fraction:
    """Return a value truncated, towards zero, to a multiple of ``unit``."""
    steps = abs(value) / unit
    whole = steps.numerator // steps.denominator
    return (-whole if value < 0 else whole) * unit


def unit_of_figure(value: Fraction, figures: int) -> Fraction:
    """Return the worth of the n-th significant figure of a number that is not zero.

    >>> unit_of_figure(Fraction("0.0345"), 2)
    Fraction(1, 1000)
    """
    return Fraction(10) ** (exponent_of(value) - figures + 1)


def exponent_of(value: Fraction) -> int:
    """Return the power of ten of a number's first digit; the number is not zero.

    >>> exponent_of(Fraction(999)), exponent_of(Fraction("0.01"))
    (2, -2)
    """
    size = abs(value)
    guess = (size.numerator.bit_length() - size.denominator.bit_length()) * 30103 // 100000
    while size >= Fraction(10) ** (guess + 1):
        guess += 1
    while size < Fraction(10) ** guess:
        guess -= 1
    return guess


def right_to_figures(given: Fraction, truth: Fraction, figures: int, mode: Rounding) -> bool:
    """Whether two numbers are the same when rounded to so many significant figures."""
    if not truth or not given:
        return given == truth
    one = rounded(given, unit_of_figure(given, figures), mode)
    other = rounded(truth, unit_of_figure(truth, figures), mode)
    return bool(set(one) & set(other))


def right_to_places(given: Fraction, truth: Fraction, places: int, mode: Rounding) -> bool:
    """Whether two numbers are the same when rounded to so many decimal places."""
    unit = Fraction(1, 10**places) if places >= 0 else Fraction(10**-places)
    return bool(set(rounded(given, unit, mode)) & set(rounded(truth, unit, mode)))


def right_as_shown(
    given: Fraction, truth: Fraction, unit: Fraction, mode: Rounding, *, cut: bool
) -> bool:
    """Whether the truth rounded (or, with ``cut``, truncated) to the last digit shown is given."""
    if given in rounded(truth, unit, mode):
        return True
    return cut and given == cut_off(truth, unit)
