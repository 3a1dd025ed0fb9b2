"""Canvas: a rubric of the assignment's parts, to be imported.

    grader export canvas-rubric midterm --to rubric.csv

Rules are those of instructure/canvas-lms lib/rubric_csv_importer.rb and
app/models/rubric_import.rb: commas alone, the rubric's name on every row, no points without the
name of a rating. It arrives in Canvas as a draft; ranges only where the account has them on.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from grader.export import formats
from grader.export._fill import Notes
from grader.export._marks import Marks, Part, number
from grader.export._own import csv_of
from grader.export._plan import Given, Plan, takes_none

_HEADER = ("Rubric Name", "Criteria Name", "Criteria Description", "Criteria Enable Range")
_RATING = ("Rating Name", "Rating Description", "Rating Points")
_LONGEST = 255
"""Characters of a rubric's title in Canvas's database."""


@formats.register
@dataclass(frozen=True, slots=True, kw_only=True)
class CanvasRubric:
    """Canvas rubric (CSV): a criterion for each part, with its points."""

    name: str = ""
    """Name of the rubric; the assignment's title if it is empty."""
    range: bool = True
    """Let a criterion take any points up to its own, not those of its ratings alone."""
    full: str = "Full marks"
    """Name of the rating with all points."""
    none: str = "No marks"
    """Name of the rating without points."""

    needs: ClassVar[str] = ""
    suffix: ClassVar[str] = ".csv"

    def plan(self, marks: Marks, into: Given | None) -> Plan:
        """Return the rubric; it says nothing of any student.

        Raises:
            Unusable: when a file is given.
        """
        takes_none(into)
        notes = Notes()
        name = _plain(self.name) or _plain(marks.title) or marks.assignment
        if len(name) > _LONGEST:
            notes.add("too-long", f"the rubric's name is cut to {_LONGEST} characters: {name}")
            name = name[:_LONGEST]
        rows = [self._row(name, part) for part in marks.parts]
        _told(marks, notes)
        output = csv_of([[*_HEADER, *_RATING, *_RATING], *rows])
        return Plan(output=output, concerns=tuple(notes.concerns))

    def _row(self, name: str, part: Part) -> list[str]:
        ratings = [self.full.strip() or "Full marks", "", number(part.points)]
        if part.points > 0:  # two ratings of nought points would be one and the same
            ratings += [self.none.strip() or "No marks", "", "0"]
        return [name, part.id, _plain(part.title), str(self.range).lower(), *ratings]


def _plain(text: str) -> str:
    return " ".join(text.split())


def _told(marks: Marks, notes: Notes) -> None:
    """What the rubric does not hold as it is."""
    if not marks.parts:
        notes.add(
            "lossy", "the assignment has no parts; Canvas refuses an empty rubric", final=True
        )
    for part in marks.parts:
        written = Fraction(number(part.points))
        if written != part.points:
            says = f"part {part.id} has {part.points} points; Canvas keeps {number(part.points)}"
            notes.add("lossy", says)
        if part.points < 0:
            notes.add("range", f"part {part.id} has {number(part.points)} points", unsafe=True)
    total = sum((part.points for part in marks.parts), Fraction(0))
    if total != marks.possible:
        says = f"the parts have {number(total)} points, and the mark is out of"
        notes.add("points", f"{says} {number(marks.possible)}")
