"""Scores held against plausible ranges: one range for each row, in the rows' order.

The truth is a list of ``[low, high]``, or a mapping of such lists by quantity (``mse``, ``rmse``)
for scores that say which quantity they are. Credit is the share of rows whose score is inside.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.compare import comparators
from grader.compare._values import number_of, shown
from grader.model import Verdict, unsure, wrong


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """Options: rows, in the order of the ranges; quantities that scores may be, ``""`` if unsaid.

    With ``sign`` false a minus sign left from a scorer is overlooked; with ``distinct`` the same
    digits in two rows count once: two models do not share an error to the last digit.

    >>> scores = {"runs": [{"1": 7.4, "2": -1.0}], "quantity": "mse"}
    >>> Within(rows=("1", "2")).compare(scores, [[4, 40], [0.5, 2]]).each
    (Fraction(1, 1), Fraction(0, 1))
    """

    rows: tuple[str, ...]
    quantities: tuple[str, ...] = ("", "mse", "rmse")
    sign: bool = True
    distinct: bool = True

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the credit per row."""
        run = _run(value, self.rows)
        if run is None:
            return wrong("no scores were read")
        quantity = value.get("quantity", "")
        if quantity not in self.quantities:
            return wrong(f"these scores are another quantity: {str(quantity)[:20]}")
        ranges = _ranges(truth, quantity, len(self.rows))
        if ranges is None:
            return unsure("there are no ranges to compare with")
        each, notes, seen = [], [], list[Fraction]()
        for row, (low, high) in zip(self.rows, ranges, strict=True):
            number = number_of(run[row]) if row in run else None
            if number is None or isinstance(number, Verdict):
                each.append(Fraction(0))
                notes.append(f"row {row}: no score")
                continue
            exact = Fraction(number.value) if self.sign else abs(Fraction(number.value))
            inside = Fraction(low) <= exact <= Fraction(high)
            again = self.distinct and exact in seen
            seen.append(exact)
            each.append(Fraction(inside and not again))
            why = (
                "plausible"
                if inside and not again
                else "the same as another row"
                if again
                else "not plausible"
            )
            notes.append(f"row {row}: {shown(number)} is {why}")
        return Verdict(
            credit=sum(each, Fraction(0)) / len(each),
            each=tuple(each),
            reason="; ".join(notes)[:600],
        )


def _run(value: Any, rows: tuple[str, ...]) -> Mapping[str, Any] | None:
    """The first run that holds most rows."""
    runs = value.get("runs") if isinstance(value, Mapping) else None
    found = (
        [run for run in runs if isinstance(run, Mapping)] if isinstance(runs, list | tuple) else []
    )
    return max(found, key=lambda run: sum(row in run for row in rows), default=None)


def _ranges(truth: Any, quantity: Any, count: int) -> list[tuple[float, float]] | None:
    if isinstance(truth, Mapping):
        truth = truth.get(quantity) or truth.get("")
    if not isinstance(truth, list | tuple) or len(truth) != count:
        return None
    made = []
    for pair in truth:
        if not (isinstance(pair, list | tuple) and len(pair) == 2):
            return None
        if not all(
            isinstance(b, int | float) and not isinstance(b, bool) and math.isfinite(b)
            for b in pair
        ):
            return None
        made.append((pair[0], pair[1]))
    return made
