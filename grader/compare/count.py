"""How many elements a reading has: full credit from a number on.

compare: {kind: count, at_least: 2}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grader.compare import comparators
from grader.model import Verdict, full, wrong


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Options: ``at_least`` elements.

    >>> Count(at_least=2).compare([1, 2], None).credit
    Fraction(1, 1)
    """

    at_least: int

    def compare(self, value: Any, truth: Any) -> Verdict:  # noqa: ARG002  # nothing is expected
        """Return full credit for a list that is long enough."""
        if not isinstance(value, list | tuple):
            return wrong("not a list")
        return full("") if len(value) >= self.at_least else wrong("")
