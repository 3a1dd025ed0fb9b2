"""Canvas: the gradebook that it exports, filled in.

    grader export canvas midterm --into 2026-11-29_Grades-DL.csv --to filled.csv

Rules are those of the importer (instructure/canvas-lms lib/gradebook_importer.rb): the header,
the order of its columns, the ``Title (id)`` of each assignment and the row of points possible
are copied and never made anew.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Literal

from grader.export import formats
from grader.export._canvas_header import Header, header_of, kept, skipped, strange, titled
from grader.export._column import note_range
from grader.export._fill import Filling, Notes, called, clashes, owed, seated, value_of
from grader.export._guard import inert
from grader.export._lms_ids import canvas_ids, once
from grader.export._marks import Line, Marks, number
from grader.export._match import fits, folded
from grader.export._plan import Given, Plan, Unusable
from grader.export._table import Row, Table, table

_ANONYMOUS = re.compile(r"Manual Posting\s*\(")
_READ_ONLY = re.compile(r"read\s+only")
_POSTING = re.compile(r"^\s*(Muted|Manual Posting.*)?\s*$", re.IGNORECASE | re.MULTILINE)


@formats.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """Canvas gradebook (CSV), filled in; needs the gradebook as Canvas exports it."""

    column: str = ""
    """The assignment's title in Canvas, its id, or the whole heading; else ours is looked for."""
    scale: bool = False
    """Convert marks to the points possible that the file has."""
    missing: Literal["leave", "zero"] = "leave"
    """What to write where nothing was handed in."""
    new: bool = False
    """Make a new assignment where the file has no column for it."""

    needs: ClassVar[str] = "the gradebook that Canvas exports (CSV)"
    suffix: ClassVar[str] = ".csv"

    def plan(self, marks: Marks, into: Given | None) -> Plan:
        """Return the gradebook with the marks of one assignment in it.

        Raises:
            Unusable: when the file is no gradebook of Canvas, or damaged.
        """
        if into is None:
            raise Unusable(f"this format fills in {self.needs}; give it with --into")
        sheet = table(into, ",;")
        head = header_of(sheet)
        notes, filling = Notes(), Filling(sheet, head.row)
        for problem in strange(sheet, head):
            notes.add("damaged", problem, unsafe=True)
        points, students = _rows(sheet, head)
        column = self._column(sheet, head, marks, points, notes)
        if column is None:
            return filling.plan(notes)
        title = head.row.at(column)
        if _locked(sheet, head, points, column, notes):
            return filling.plan(notes)
        possible = "" if points is None else points.at(column)
        factor, most = self._factor(marks, possible, title, notes), value_of(possible)
        own = (head.row.at(head.id_columns[0]),)
        known = _known(head, students, marks)
        seats = seated(students, marks, head.ids, head.name, notes, known, own)
        mark = sheet.decimal(head.assignments)
        for seat in seats:
            due = owed(seat.line, notes, zero=self.missing == "zero")
            if due is not None and _takes(seat.row.at(column), due * factor, seat.line, notes):
                note_range(called(seat.line), due * factor, most, notes)
                filling.number(seat.row, column, seat.line, due * factor, mark)
        return filling.plan(notes)

    def _column(
        self, sheet: Table, head: Header, marks: Marks, points: Row | None, notes: Notes
    ) -> int | None:
        """The column of the assignment; noted where there is none, or several."""
        wanted = [self.column] if self.column else [marks.title, marks.assignment]
        found = head.find(wanted)
        if not found and self.new:
            return _added(sheet, head, points, marks, self.column or marks.title, notes)
        if len(found) != 1:
            listed = ", ".join(f"'{head.row.at(at)}'" for at in found or head.assignments) or "none"
            said = "several columns are" if found else "no column is"
            says = f"{said} '{wanted[0]}'; name one with --option column=…: {listed}" + (
                "" if found else "; or --option new=yes makes a new assignment"
            )
            notes.add("column", says, final=True)
            return None
        title = head.row.at(found[0])
        if not kept(title):
            says = f"'{title}' reads like a total, and Canvas drops such a column; rename it there"
            notes.add("title", says, unsafe=True)
        if titled(title)[1] is None:
            says = (
                f"'{title}' has no id of Canvas behind it; unless an assignment has this very "
                "title, Canvas makes a new one"
            )
            notes.add("new-column", says, unsafe=not self.new)
        if head.row.texts.count(title) > 1:
            says = f"two columns are called '{title}', and Canvas reads the first for both"
            notes.add("column", says, unsafe=True)
        return found[0]

    def _factor(self, marks: Marks, cell: str, title: str, notes: Notes) -> Fraction:
        """By how much marks are scaled; noted where the points possible differ."""
        theirs, ours = value_of(cell), marks.possible
        if theirs == ours:
            return Fraction(1)
        if theirs is None:
            says = f"'{title}': the file does not say its points possible; ours are {number(ours)}"
            notes.add("points", says, unsafe=self.scale)
            return Fraction(1)
        if self.scale and theirs > 0 and ours > 0:
            says = f"marks out of {number(ours)} are scaled to {number(theirs)}"
            notes.add("points", says)
            return theirs / ours
        says = (
            f"'{title}' has {number(theirs)} points in Canvas, and {number(ours)} with us; "
            "--option scale=yes converts marks"
        )
        notes.add("points", says, unsafe=True)
        return Fraction(1)


def _known(head: Header, students: list[Row], marks: Marks) -> list[tuple[str, str, Line]]:
    """The students' ids in Canvas, as a download or another list told them.

    Where none did, our key may be Canvas's, unless the row has another's name: Canvas's
    own numbers and those of a university may be the same and name two people.
    """
    at = head.id_columns[0]
    title = head.row.at(at)
    told = once((title, text, line) for line in marks.lines for text in canvas_ids(line))
    if told:
        return told
    owners: dict[str, list[Line]] = {}
    for line in marks.lines:
        owners.setdefault(folded(line.key), []).append(line)
    return [
        (title, row.at(at), line)
        for row in students
        for line in owners.get(folded(row.at(at)), ())
        if row.at(at) and head.name(row) and fits(head.name(row), line)
    ]


def _rows(sheet: Table, head: Header) -> tuple[Row | None, list[Row]]:
    """The row of points possible, and the rows that Canvas takes for students."""
    points, students = None, []
    for row in sheet.rows[sheet.rows.index(head.row) + 1 :]:
        if skipped(row, sheet.delimiter):
            continue
        if "Points Possible" in row.at(0):
            points = row
        elif not all(_POSTING.search(cell.text) for cell in row.cells):
            students.append(row)
    return points, students


def _locked(sheet: Table, head: Header, points: Row | None, column: int, notes: Notes) -> bool:
    """Whether Canvas takes no mark in the column; noted."""
    title = head.row.at(column)
    if points is not None and _READ_ONLY.search(points.at(column)):
        notes.add("locked", f"'{title}' is read only in Canvas", final=True)
        return True
    if any(_ANONYMOUS.match(row.at(column)) for row in sheet.rows[:5]):
        says = f"'{title}' is graded anonymously; Canvas takes marks once they are posted"
        notes.add("locked", says, final=True)
        return True
    return False


def _takes(before: str, due: Fraction, line: Line, notes: Notes) -> bool:
    """Whether a mark goes into a cell; noted where it does not, or where it is another mark."""
    who, ours = called(line), number(due)
    if before.casefold() == "ex":
        notes.add("excused", f"{who} is excused in Canvas; our {ours} is not written")
        return False
    if before.casefold() == "n/a":
        says = f"{who} does not have this assignment in Canvas; our {ours} is not written"
        notes.add("locked", says)
        return False
    clashes(before, due, line, "Canvas", notes)
    return True


def _added(
    sheet: Table, head: Header, points: Row | None, marks: Marks, title: str, notes: Notes
) -> int:
    """Add a column at the end; Canvas makes an assignment of it."""
    column = len(head.row.cells)
    for row in sheet.rows:
        if len(row.cells) > 1:  # all as long as the first: Canvas finds its separator by that
            sheet.set(row, column, row.at(column))
    sheet.set(head.row, column, title)
    if points is not None:
        sheet.set(points, column, number(marks.possible))
    notes.add("new-column", f"Canvas makes a new assignment '{title}'")
    if not kept(title) or titled(title)[1] is not None or inert(title) != title:
        says = f"Canvas would not keep the title '{title}'; give another with --option column=…"
        notes.add("title", says, unsafe=True)
    return column
