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
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any, ClassVar, Literal

from grader.compare import comparators
from grader.compare.number import Number
from grader.model import Verdict, invalid, unsure, wrong
from grader.notation.clean import Unreadable
from grader.notation.number import read_number
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
            return unsure("the expected value is no pair of bounds")
        reader = Number(
            **{f.name: getattr(self, f.name) for f in fields(Notation)}, empty=self.empty
        )
        given = reader.read(value)
        if isinstance(given, Verdict):
            return given
        if given.imag:
            return invalid(f"{given.shown} is complex; bounds hold real numbers", given.shown)
        if isinstance(given.real, float):
            return wrong(f"{given.shown} is not a finite number")
        inside, *others = (_inside(reading.real, *bounds) for reading in given.readings)
        if any(other != inside and (given.doubtful or other) for other in others):
            readings = " or ".join(reading.shown for reading in given.readings)
            return unsure(f"this can be read as {readings}; a person has to decide", 1)
        inside = inside or any(_inside(other.real, *bounds) for other in given.also)
        return Verdict(
            credit=Fraction(inside),
            reason=f"{given.shown} is {'inside' if inside else 'outside'} of the range",
            read=given.shown,
        )

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
            truth = [truth.get("low"), truth.get("high")]
        if not isinstance(truth, list | tuple) or len(truth) != 2:
            return None
        low, high = _bound(truth[0], -math.inf), _bound(truth[1], math.inf)
        if low is None or high is None:
            return None
        ends = ((low, open_low), (high, open_high))
        return (ends[1], ends[0]) if low > high and self.order == "any" else ends


Bound = tuple[Fraction | float, bool]


def _bound(value: Any, none: float) -> Fraction | float | None:
    if value is None:
        return none
    try:
        read = read_number(value.strip() if isinstance(value, str) else str(value), _POINTS)
    except (Unreadable, ValueError):
        return None
    return None if read.imag or isinstance(value, bool) else read.real


_POINTS = Notation(decimal=".")


def _inside(number: Fraction | float, low: Bound, high: Bound) -> bool:
    above = number > low[0] if low[1] else number >= low[0]
    below = number < high[0] if high[1] else number <= high[0]
    return above and below
