"""A total with its terms: a right total stands for all, else each right term counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.compare import Comparator, comparators
from grader.compare._nested import build
from grader.model import Verdict, full, unsure, wrong


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A reading is ``{total, terms}``; the truth is a mapping of terms by name.

    >>> Tally(of={"kind": "exact"}).compare({"total": None, "terms": [1, 5]}, {"a": 1, "b": 2}).credit
    Fraction(1, 2)
    """

    of: dict[str, Any]
    """The comparison of one number."""
    whole: bool = False
    """Whether only a right total counts, such as for a known mistake."""

    def __post_init__(self) -> None:
        """Build the comparison once, so that a wrong rubric is known when it is loaded."""
        build(self.of)

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return full credit for the total, or the share of terms that are there."""
        if not isinstance(value, Mapping) or not isinstance(truth, Mapping) or not truth:
            return wrong("not a total with its terms")
        comparator = build(self.of)
        total = value.get("total")
        whole = (
            wrong("no total is given")
            if total is None
            else comparator.compare(total, sum(truth.values()))
        )
        if whole.credit == 1 or self.whole:
            return whole
        terms = value.get("terms")
        given = list(terms) if isinstance(terms, list | tuple) else []
        right = _matched(comparator, [*given, total], list(truth.values()))
        if right == len(truth) == len(given) and total is None:
            return full(f"all {right} terms are right")
        if right == len(truth):
            return unsure("all terms are right, but their total is missing or is not", 1)
        if not right and not whole.certain:
            return whole
        return Verdict(
            credit=Fraction(right, len(truth)),
            reason=f"{whole.reason}; {right} of {len(truth)} terms are right",
        )


def _matched(comparator: Comparator, given: list[Any], expected: list[Any]) -> int:
    """How many expected terms are there; each reading serves once."""
    left = [number for number in given if number is not None]
    right = 0
    for term in expected:
        hit = next(
            (number for number in left if comparator.compare(number, term).credit == 1), None
        )
        if hit is not None:
            left.remove(hit)
            right += 1
    return right
