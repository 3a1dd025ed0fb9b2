"""Comparators: one file per way to hold a reading against a truth.

A comparator is a frozen dataclass of options with one method. It is total: it never raises on
any student value, and checks in the order type, shape, finiteness, value. NaN equals nothing.
"""

from __future__ import annotations

from typing import Any, Protocol

from grader.kinds import Kinds
from grader.model import Verdict


class Comparator(Protocol):
    """Holds a value that was read against the truth (None where the rubric gives none)."""

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return credit, reason and certainty; never the expected value in words."""
        ...


comparators: Kinds[Comparator] = Kinds("grader.compare", "comparator")
