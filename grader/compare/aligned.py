"""Rows of a table against the rows that are right, aligned by what kind of row each is.

compare: {kind: aligned, of: {kind: rounded}}
compare: {kind: aligned, of: {kind: rounded}, at_least: 2/3}
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from fractions import Fraction
from typing import Any

from grader.compare import comparators
from grader.compare._nested import build
from grader.compare._values import fraction
from grader.model import Verdict, full, unsure, wrong


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """A reading is a list of ``{label, value}``; so is the truth, where None is not compared."""

    of: dict[str, Any]
    """The comparison of one cell."""
    zeros_may_lack: bool = False
    """Whether a kind of row that is 0 in the truth may be left out altogether."""
    at_least: float | str | None = None
    """Full credit when this share of the compared rows is right, none otherwise."""

    def __post_init__(self) -> None:
        """Build the comparison once, so that a wrong rubric is known when it is loaded."""
        build(self.of)

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the share of right rows, and which are wrong."""
        if not _rows(value) or not _rows(truth):
            return wrong("not a table of rows")
        if self.zeros_may_lack:
            truth = _needed(value, truth)
        cells, doubt = _cells(value, [row["label"] for row in truth])
        comparator = build(self.of)
        earned, faults = [], []
        for position, (row, cell) in enumerate(zip(truth, cells, strict=True), start=1):
            if row["value"] is None:
                continue
            one = wrong("not given") if cell is None else comparator.compare(cell, row["value"])
            earned.append(one.credit)
            if one.credit < 1:
                faults.append(f"row {position} ({row['label']}): {one.reason}")
        credit = sum(earned, Fraction(0)) / max(1, len(earned))
        if self.at_least is not None:
            return (
                full("recognised in most rows")
                if credit >= fraction(self.at_least)
                else wrong("not recognised")
            )
        right = sum(c == 1 for c in earned)
        reason = "; ".join([f"{right} of {len(earned)} values are right", *faults[:6]])
        reason += f"; and {len(faults) - 6} more" if len(faults) > 6 else ""
        if doubt and 0 < credit < 1:
            return unsure(f"{reason}; {doubt}", credit)
        return Verdict(credit=credit, reason=reason)


def _needed(value: Any, truth: Any) -> list[Any]:
    """The truth without kinds of rows that hold nothing but 0 and that the reading leaves out."""
    own = {row.get("label") for row in value}
    filled = {row["label"] for row in truth if row["value"] != 0}
    return [row for row in truth if row["label"] in own or row["label"] in filled]


def _rows(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(row, dict) and "value" in row for row in value
    )


def _cells(value: Any, labels: list[str]) -> tuple[list[Any], str]:
    """The reading's cells in the order of the truth's rows; None where a row has no partner."""
    own = [row.get("label") for row in value]
    cells: list[Any] = [None] * len(labels)
    doubt = (
        ""
        if own == labels or own == labels[: len(own)]
        else "rows are missing or stand in another order"
    )
    for block in SequenceMatcher(None, own, labels, autojunk=False).get_matching_blocks():
        for offset in range(block.size):
            cells[block.b + offset] = value[block.a + offset]["value"]
    without = [label for label in labels if label in own]
    return cells, "" if own == without and len(set(labels)) < len(labels) and own == labels[
        :-1
    ] else doubt
