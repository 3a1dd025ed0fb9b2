"""The best of several comparisons.

compare: {kind: any-of, of: [{kind: near, absolute: 0.05}, {kind: rounded}]}
compare: {kind: any-of, of: [{kind: number}], truths: several}    # expect: [2, -2]
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from grader.compare import Comparator, comparators
from grader.compare._nested import build
from grader.model import Verdict, unusable
from grader.notation.options import check_choices

_MOST = 1000


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """Right when one of the comparisons says so, for one of the truths.

    >>> AnyOf(of=[{"kind": "label"}], truths="several").compare("b", ["a", "b"]).credit
    Fraction(1, 1)
    """

    of: list[dict[str, Any]]
    """The comparisons."""
    truths: Literal["one", "several"] = "one"
    """``several``: the truth is a list of right values, each compared for itself."""

    EXAMPLES: ClassVar[tuple[dict[str, Any], ...]] = (
        {
            "options": {"of": [{"kind": "label"}], "truths": "several"},
            "text": "b",
            "truth": ["a", "b"],
        },
        {"options": {"of": [{"kind": "label"}, {"kind": "text"}]}, "text": "c", "truth": "a"},
    )

    def __post_init__(self) -> None:
        """Build the comparisons once, so that a wrong rubric is known when it is loaded."""
        check_choices(self, AnyOf)
        if not self.of:
            raise ValueError("'of' lists no comparison")
        self._built()

    def _built(self) -> list[Comparator]:
        return [build(spec) for spec in self.of]

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the best verdict; an open one stands where it could still be better."""
        truths = truth if self.truths == "several" else [truth]
        if not isinstance(truths, list | tuple) or not 0 < len(truths) <= _MOST:
            return unusable("the expected value is no list of right values")
        kinds = self._built()
        verdicts = [kind.compare(value, one) for one in truths for kind in kinds]
        # A kind that cannot take the truth has no say where another one can.
        verdicts = [one for one in verdicts if not one.unusable] or verdicts
        # a value that one of the kinds can read is not invalid
        best = max(verdicts, key=lambda one: (one.credit, one.certain, not one.invalid))
        if best.credit == 1:
            return best
        if best.miss and len({one.miss for one in verdicts if not one.invalid}) > 1:
            # What is a hundred times too much for one truth is ten times too much for another.
            best = replace(best, miss="", reason=best.reason.split(";")[0])
        return next((verdict for verdict in verdicts if not verdict.certain), best)
