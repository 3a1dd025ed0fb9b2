"""Exact equality of numbers of any size.

    compare: {kind: exact}

A value that went through a root or an exponential counts as equal within rounding errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grader.compare import comparators
from grader.compare._values import is_same, number_of, shown, truth_of
from grader.model import Verdict, full, wrong


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """Every digit counts; there is no tolerance."""

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return full credit for the same number, and none for any other."""
        given, expected = number_of(value), truth_of(truth)
        if isinstance(expected, Verdict):
            return expected
        if isinstance(given, Verdict):
            return given
        if is_same(given, expected):
            return full(f"{shown(value)} is right")
        return wrong(f"{shown(value)} is not the right number")
