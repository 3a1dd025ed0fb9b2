"""The CSV of ``nbgrader export``, with its columns, but quoted where a name has a comma.

Columns and forms of values: jupyter/nbgrader, nbgrader/plugins/export.py (``CsvExportPlugin``),
which joins cells with commas and quotes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from fractions import Fraction
from typing import ClassVar, Literal

from grader.export import formats
from grader.export._fill import Notes, called
from grader.export._marks import Line, Marks, number
from grader.export._own import csv_of, names_of, note_formulas, outgoing
from grader.export._plan import Given, Plan, takes_none

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip


@formats.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Nbgrader:
    """One row a student; scores of open and missing ones are empty, where nbgrader writes 0."""

    needs: ClassVar[str] = ""
    suffix: ClassVar[str] = ".csv"
    missing: Literal["leave", "zero"] = "leave"
    """What to write where nothing was handed in."""

    def plan(self, marks: Marks, into: Given | None) -> Plan:
        """Return the file.

        Raises:
            Unusable: when a file is given.
        """
        takes_none(into)
        notes = Notes()
        out, changes = outgoing(marks, notes, "score", zero=self.missing == "zero")
        scores = {line.key: _scores(line, points, notes) for line, points in out}
        note_formulas(marks.lines, notes)
        rows = [list(COLUMNS)]
        for line in marks.lines:
            first, last = names_of(line)
            rows.append([
                marks.assignment, "", _timestamp(line), line.key, last, first, line.email,
                *map(_float, scores.get(line.key, (None, None, None))), _float(marks.possible),
            ])  # fmt: skip
        output = csv_of(rows)
        return Plan(output=output, changes=changes, concerns=tuple(notes.concerns))


def _scores(line: Line, points: Fraction, notes: Notes) -> tuple[Fraction, Fraction, Fraction]:
    """The sum of the parts, what was taken off it, and the mark."""
    parts = [part.points for part in line.parts if part.points is not None]
    raw = sum(parts, Fraction(0)) if parts else points
    if raw < points:
        says = f"{called(line)} has more than the sum of the parts; raw_score is the mark"
        notes.add("lossy", says)
        return points, Fraction(0), points
    return raw, raw - points, points


def _float(value: Fraction | None) -> str:
    """A number as Python writes floats, as nbgrader does."""
    return "" if value is None else str(float(number(value)))


def _timestamp(line: Line) -> str:
    if line.received is None:
        return ""
    when = line.received
    return str(when.astimezone(UTC).replace(tzinfo=None) if when.tzinfo else when)
