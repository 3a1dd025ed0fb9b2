"""Numbers that chance makes: right where a simulation makes such numbers.

    compare: {kind: simulated, cover: 0.99}

The truth is a list of values that the reference drew, or a mapping with mean, sd and, for the mean
of n draws, n. The range that holds the wanted share of them is computed, not typed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from statistics import NormalDist
from typing import Any, ClassVar

from grader.compare import comparators
from grader.compare._taken import taken
from grader.model import Verdict, invalid, unsure
from grader.notation.options import Notation

_FEWEST = 20
_LEAST, _WIDEST = 1e-9, 1e6


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated(Notation):
    """A number within the range of a simulation.

    The range is the distribution-free tolerance interval between order statistics where draws are
    given (Wilks, Annals of Mathematical Statistics 12, 1941): the k-th smallest to the k-th
    largest, k = floor((n + 1)(1 - cover) / 2), at least 1. With mean and sd it is the central
    interval of the normal distribution.

    >>> Simulated().compare("0.1", {"mean": 0, "sd": 1}).credit
    Fraction(1, 1)
    """

    cover: float = 0.99
    """The share of draws that the range holds; between 0 and 1."""
    margin: float = 0
    """How far the range is widened on both sides, as a part of its width."""

    EXAMPLES: ClassVar[tuple[dict[str, Any], ...]] = (
        {"options": {"cover": 0.95}, "text": "0.52", "truth": {"mean": 0.5, "sd": 0.5, "n": 100}},
        {"options": {"cover": 0.95}, "text": "0.75", "truth": {"mean": 0.5, "sd": 0.5, "n": 100}},
    )

    def __post_init__(self) -> None:
        """Refuse a share that is none."""
        Notation.__post_init__(self)
        if not _LEAST <= self.cover <= 1 - _LEAST or not 0 <= self.margin <= _WIDEST:
            raise ValueError("'cover' lies between 0 and 1, and 'margin' is 0 or more")

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return full credit inside the range; open where the simulation is too small."""
        try:
            span = self._span(truth)
        except (OverflowError, ValueError):  # numbers beyond all floats
            span = None
        if span is None:
            return unsure(f"the simulation gave no range; it needs {_FEWEST} finite values")
        given = taken(value, self)
        if isinstance(given, Verdict):
            return given
        if given.imag:
            return invalid(f"{given.told} is complex; chance makes real numbers here", given.shown)
        widened = (span[1] - span[0]) * self.margin

        def is_inside(number: Fraction | float) -> bool:
            return span[0] - widened <= float_of(number) <= span[1] + widened

        inside, *others = (is_inside(reading.real) for reading in given.readings)
        if any(other != inside and (given.doubtful or other) for other in others):
            readings = " or ".join(reading.shown for reading in given.readings)
            verdict = unsure(f"this can be read as {readings}; a person has to decide", 1)
            return replace(verdict, read=readings)
        inside = inside or any(is_inside(other.real) for other in given.also)
        words = "within" if inside else "outside of"
        return Verdict(
            credit=Fraction(inside),
            reason=f"{given.shown} is {words} what chance explains",
            read=given.shown,
        )

    def _span(self, truth: Any) -> tuple[float, float] | None:
        if isinstance(truth, Mapping):
            mean, spread, count = truth.get("mean"), truth.get("sd"), truth.get("n")
            if mean is None or spread is None or not _are_numbers([mean, spread]) or spread < 0:
                return None
            if count is None:
                count = 1
            if isinstance(count, bool) or not isinstance(count, int) or count < 1:
                return None
            draws = count
            error = float(spread) / math.sqrt(draws)
            reach = NormalDist().inv_cdf((1 + self.cover) / 2) * error
            return float(mean) - reach, float(mean) + reach
        if not isinstance(truth, list | tuple) or len(truth) < _FEWEST or not _are_numbers(truth):
            return None
        ordered = sorted(map(float, truth))
        rank = max(1, math.floor((len(ordered) + 1) * (1 - self.cover) / 2))
        return ordered[rank - 1], ordered[-rank]


def float_of(value: Fraction | float) -> float:
    """Return a number as a float, infinite where it is too large for one."""
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def _are_numbers(values: Any) -> bool:
    return all(
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        for value in values
    )
