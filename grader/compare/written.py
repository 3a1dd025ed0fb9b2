"""A number that has to be written out: an expression that comes to it is left to a person.

compare: {kind: written, of: {kind: near, absolute: 0.003}}
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from grader.compare import comparators
from grader.compare._nested import build
from grader.model import Number, Verdict


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Options: ``of``, the comparison of the number."""

    of: dict[str, Any]

    def __post_init__(self) -> None:
        """Build the comparison once, so that a wrong rubric is known when it is loaded."""
        build(self.of)

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the comparison's verdict, uncertain where no digits are written."""
        verdict = build(self.of).compare(value, truth)
        if verdict.credit and isinstance(value, Number) and value.decimals is None:
            return replace(
                verdict, certain=False, reason="the expression is not evaluated to a number"
            )
        return verdict
