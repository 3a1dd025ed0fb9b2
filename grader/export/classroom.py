"""Google Classroom has no import of grades; this is a table to paste from, one row a student.

Its grades are not below 0 and have at most two decimals (developers.google.com/classroom,
``courses.courseWork.studentSubmissions``: ``assignedGrade``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from grader.export import formats
from grader.export._column import note_range
from grader.export._fill import Notes, called
from grader.export._marks import Marks, number
from grader.export._own import csv_of, names_of, note_formulas, outgoing
from grader.export._plan import Given, Plan, takes_none


@formats.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Classroom:
    """Names, e-mail and the grade, by last name, as Classroom's own list is sorted."""

    needs: ClassVar[str] = ""
    suffix: ClassVar[str] = ".csv"
    missing: Literal["leave", "zero"] = "leave"
    """What to write where nothing was handed in."""

    def plan(self, marks: Marks, into: Given | None) -> Plan:
        """Return the table; who has no mark is in it with an empty cell, so that rows stay in line.

        Raises:
            Unusable: when a file is given.
        """
        takes_none(into)
        title, notes = marks.title or marks.assignment, Notes()
        out, changes = outgoing(marks, notes, title, zero=self.missing == "zero")
        for line, points in out:
            note_range(called(line), points, None, notes)
        note_formulas(marks.lines, notes)
        grades = {line.key: number(points) for line, points in out if points >= 0}
        rows = [
            [*reversed(names_of(one)), one.email, grades.get(one.key, "")] for one in marks.lines
        ]
        rows.sort(key=lambda row: [cell.casefold() for cell in row[:3]])
        header = ["Last Name", "First Name", "Email Address", f"{title} ({number(marks.possible)})"]
        return Plan(
            output=csv_of([header, *rows]),
            changes=changes,
            concerns=tuple(notes.concerns),
        )
