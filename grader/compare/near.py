"""Numbers within a tolerance.

    compare: {kind: near, absolute: 0.003}
    compare: {kind: near, relative: 0.01}

Both may be given: within either is near. ``relative`` is a part of the expected value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grader.compare import comparators
from grader.compare._values import exact, fraction, is_same, number_of, shown, truth_of
from grader.model import Verdict, full, wrong


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Equal within a tolerance that the rubric states."""

    absolute: float = 0
    relative: float = 0

    def __post_init__(self) -> None:
        """Refuse a comparison without a tolerance: that would be exact in disguise."""
        if not (self.absolute > 0 or self.relative > 0) or self.absolute < 0 or self.relative < 0:
            raise ValueError(
                "give 'absolute', 'relative' or both, above 0; without a tolerance use 'exact'"
            )

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return full credit within the tolerance, and none outside."""
        given, expected = number_of(value), truth_of(truth)
        if isinstance(given, Verdict):
            return given
        if isinstance(expected, Verdict):
            return expected
        centre = exact(expected.value)
        distance = abs(exact(given.value) - centre)
        allowed = max(fraction(self.absolute), fraction(self.relative) * abs(centre))
        if distance <= allowed or is_same(given, expected):
            return full(f"{shown(value)} is within the tolerance")
        return wrong(f"{shown(value)} is not within the tolerance")
