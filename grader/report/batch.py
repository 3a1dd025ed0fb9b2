"""A batch: the summaries of one run, and the two files that machines read of it.

Results come as they are done; what is written is sorted by student, so that the same hand-ins
give the same bytes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from grader.report import Problem
from grader.report.results import ending_in, inert, points
from grader.report.summary import Summary
from grader.rubric import Rubric


@dataclass(slots=True, kw_only=True)
class Batch:
    """The summaries of one run, in the order in which they came."""

    rubric: Rubric
    made_with: Mapping[str, str]
    results: list[Summary] = field(default_factory=list)

    @property
    def sorted(self) -> list[Summary]:
        """The summaries by student."""
        return sorted(self.results, key=lambda result: result.student)

    @property
    def problems(self) -> list[Problem]:
        """The problems of all hand-ins, each once, sorted."""
        return sorted({problem for result in self.results for problem in result.problems})

    @property
    def unreadable(self) -> int:
        """How many hand-ins could not be read whole."""
        return sum(result.unreadable for result in self.results)

    @property
    def open_marks(self) -> int:
        """How many parts wait for a person, over all students."""
        return sum(len(result.open) for result in self.results)


def results_json(batch: Batch) -> str:
    """Return results.json of a batch, one line per part."""
    head = {
        "schema": 1,
        "assignment": batch.rubric.assignment,
        "made_with": dict(batch.made_with),
        "problems": [{"path": p.path, "what": p.what} for p in batch.problems],
    }
    return ending_in(head, "results", (result.json for result in batch.sorted)) + "\n"


def grades_csv(batch: Batch) -> str:
    """Return the grade sheet: an open part is blank, and so is the total while any is open."""
    sheet = io.StringIO()
    csv.writer(sheet, lineterminator="\n").writerows(_rows(batch))
    return sheet.getvalue()


def _rows(batch: Batch) -> Iterator[list[str | int]]:
    yield ["student", *(part.id for part in batch.rubric.parts), "earned", "open"]
    for result in batch.sorted:
        row = [_two(cell.earned) for cell in result.cells]
        yield [inert(result.student), *row, _two(result.earned), len(result.open)]


def _two(value: Fraction | None) -> str:
    return "" if value is None else f"{points(value, 2)}"
