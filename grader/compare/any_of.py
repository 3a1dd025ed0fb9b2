"""The best of several comparisons.

compare: {kind: any-of, of: [{kind: near, absolute: 0.05}, {kind: rounded}]}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grader.compare import Comparator, comparators
from grader.compare._nested import build
from grader.model import Verdict


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """Right when one of the comparisons says so."""

    of: list[dict[str, Any]]

    def __post_init__(self) -> None:
        """Build the comparisons once, so that a wrong rubric is known when it is loaded."""
        if not self.of:
            raise ValueError("'of' lists no comparison")
        self._built()

    def _built(self) -> list[Comparator]:
        return [build(spec) for spec in self.of]

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the best verdict; an open one stands where it could still be better."""
        verdicts = [comparator.compare(value, truth) for comparator in self._built()]
        best = max(verdicts, key=lambda verdict: (verdict.credit, verdict.certain))
        if best.credit == 1:
            return best
        return next((verdict for verdict in verdicts if not verdict.certain), best)
