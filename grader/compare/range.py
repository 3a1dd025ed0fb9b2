"""Numbers between two bounds: every one of them is right.

    compare: {kind: range}                          # the truth is [low, high]
    compare: {kind: range, low: open, high: closed}

A bound that is None, or infinite, bounds nothing. As text the truth is written ``[5, 7)``, with
round brackets for bounds that do not belong to it, or ``5..7``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Literal

from grader.compare import comparators
from grader.compare._rules import same_computed
from grader.compare._taken import expected_number, taken
from grader.model import Verdict, invalid, unsure, unusable, wrong
from grader.notation.options import Notation, check_choices

_TEXT = re.compile(r"\s*([\[(])\s*([^,;]{1,60})\s*[,;]\s*([^,;]{1,60})\s*([\])])\s*")


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Range(Notation):
    """A number that lies between two bounds.

    >>> Range().compare("5", [5, 7]).credit, Range(low="open").compare("5", [5, 7]).credit
    (Fraction(1, 1), Fraction(0, 1))
    """

    low: Literal["closed", "open"] = "closed"
    """Whether the lower bound itself is right (``closed``), where the truth does not say."""
    high: Literal["closed", "open"] = "closed"
    """Whether the upper bound itself is right."""
    order: Literal["kept", "any"] = "any"
    """``any``: the bounds of the truth may come in either order."""
    empty: Literal["invalid", "wrong"] = "invalid"
    """What an empty answer is."""

    EXAMPLES: ClassVar[tuple[dict[str, Any], ...]] = (
        {"options": {}, "text": "5.5", "truth": [5, 7]},
        {"options": {"high": "open"}, "text": "7", "truth": [5, 7]},
    )

    def __post_init__(self) -> None:
        """Refuse options that cannot be."""
        Notation.__post_init__(self)
        check_choices(self, Range)

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return full credit inside the bounds; a person decides where readings differ."""
        bounds = self._bounds(truth)
        if bounds is None:
            return unusable("the expected value is no pair of bounds")
        given = taken(value, self, empty=self.empty)
        if isinstance(given, Verdict):
            return given
        if given.imag:
            return invalid(f"{given.shown} is complex; bounds hold real numbers", given.shown)
        if isinstance(given.real, float):
            return wrong(f"{given.shown} is not a finite number")
        # Roots, constants and binary floats are known to some digits only.
        computed = not given.exact or not _is_whole(truth)

        def is_inside(number: Fraction | float) -> bool:
            return _inside(number, *bounds, computed=computed)

        inside, *others = (is_inside(reading.real) for reading in given.readings)
        if any(other != inside and (given.doubtful or other) for other in others):
            readings = " or ".join(reading.shown for reading in given.readings)
            return unsure(f"this can be read as {readings}; a person has to decide", 1)
        inside = inside or any(is_inside(other.real) for other in given.also)
        return Verdict(
            credit=Fraction(inside),
            reason=f"{given.shown} is {'inside' if inside else 'outside'} of the range",
            read=given.shown,
        )

    def _bound(self, value: Any, none: float) -> Fraction | float | None:
        """Return a bound, ``none`` where nothing bounds, and None where it is no real number."""
        if value is None:
            return none
        number = expected_number(value.strip() if isinstance(value, str) else value, self)
        return None if number is None or number.imag else number.real

    def _bounds(self, truth: Any) -> tuple[Bound, Bound] | None:
        open_low, open_high = self.low == "open", self.high == "open"
        if isinstance(truth, str):
            match = _TEXT.fullmatch(truth[:200])
            if match:
                truth = [match[2], match[3]]
                open_low, open_high = match[1] == "(", match[4] == ")"
            else:
                truth = re.split(r"\.\.\.?|\bto\b|–", truth[:200])
        if isinstance(truth, Mapping):
            if not truth or not set(truth) <= {"low", "high"}:
                return None
            truth = [truth.get("low"), truth.get("high")]
        if not isinstance(truth, list | tuple) or len(truth) != 2:
            return None
        low, high = (
            self._bound(end, none) for end, none in zip(truth, (-math.inf, math.inf), strict=True)
        )
        if low is None or high is None:
            return None
        ends = ((low, open_low), (high, open_high))
        return (ends[1], ends[0]) if low > high and self.order == "any" else ends


def _is_whole(truth: Any) -> bool:
    """Whether bounds are whole numbers or decimals in text, and so exact."""
    ends = truth.values() if isinstance(truth, Mapping) else truth
    if isinstance(truth, str):
        return not re.search(r"[A-Za-z√π\\]", truth)
    return all(
        isinstance(end, int | None)
        or (isinstance(end, str) and not re.search(r"[A-Za-z√π\\]", end))
        for end in ends
    )


Bound = tuple[Fraction | float, bool]
_COMPUTED = Fraction(1, 10**14)
"""Relative distance within which a number that was computed lies on a bound."""


def _inside(number: Fraction | float, low: Bound, high: Bound, *, computed: bool) -> bool:
    on_low, on_high = (_is_on(number, end[0], computed=computed) for end in (low, high))
    above = (on_low and not low[1]) or (number > low[0] and not on_low)
    below = (on_high and not high[1]) or (number < high[0] and not on_high)
    return above and below


def _is_on(number: Fraction | float, bound: Fraction | float, *, computed: bool) -> bool:
    if number == bound or isinstance(number, float) or isinstance(bound, float):
        return number == bound
    return computed and same_computed(number, bound, _COMPUTED)
