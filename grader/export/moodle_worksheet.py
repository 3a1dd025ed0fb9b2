"""Moodle: the offline grading worksheet of an assignment, filled in.

    grader export moodle-worksheet midterm --into Grades-DL-midterm-12.csv --to filled.csv

Moodle wants the three columns Identifier, Grade and Last modified (grade) under its own headings,
and passes over a row without a word where the mark is out of range, or cannot be changed
(moodle/moodle mod/assign/feedback/offline: importgradeslib.php, locallib.php).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Literal

from grader.export import formats
from grader.export._fill import Filling, Notes, Seat, called, clashes, owed, seated, value_of
from grader.export._lms_ids import once
from grader.export._marks import Marks, number
from grader.export._match import folded
from grader.export._moodle import (
    ESCAPE,
    as_html,
    bare,
    identity,
    means,
    place_of,
    refused,
    unique_of,
)
from grader.export._plan import Given, Plan, Unusable
from grader.export._table import Row, Table, table

_NUMBER, _WHOLE = "Moodle participant", "Identifier"
_IDENTIFIER = re.compile(r"\D*?(\d+)\s*")


@dataclass(frozen=True, slots=True)
class Limits:
    """By how much marks are scaled, the largest that Moodle takes, and who it takes none for."""

    factor: Fraction
    most: Fraction
    change: int | None
    """The column that says whether a grade can be changed."""


@formats.register
@dataclass(frozen=True, slots=True, kw_only=True)
class MoodleWorksheet:
    """Moodle offline grading worksheet (CSV), filled in; with feedback comments."""

    scale: bool = False
    """Convert marks to the maximum grade that the worksheet has."""
    missing: Literal["leave", "zero"] = "leave"
    """What to write where nothing was handed in."""
    feedback: bool = True
    """Fill in the feedback comments, where the worksheet has a column for them."""
    identifier: str = ""
    """Heading or number of the column Identifier, in a language that is not known."""
    grade: str = ""
    """Heading or number of the column Grade."""
    modified: str = ""
    """Heading or number of the column Last modified (grade)."""
    comments: str = ""
    """Heading or number of the column Feedback comments."""

    needs: ClassVar[str] = "the grading worksheet that Moodle's assignment hands out (CSV)"
    suffix: ClassVar[str] = ".csv"

    def plan(self, marks: Marks, into: Given | None) -> Plan:
        """Return the worksheet with marks and comments in it.

        Raises:
            Unusable: when the file is no grading worksheet, or damaged.
        """
        if into is None:
            raise Unusable(f"this format fills in {self.needs}; give it with --into")
        sheet = table(into, escape=ESCAPE)
        header, rows = split(sheet)
        identifier, grade = self._columns(sheet, header)
        notes, filling = Notes(), Filling(sheet, header)
        even(header, rows, notes)
        limits = self._limits(header, rows, grade, marks, notes)
        comments = place_of(header, self.comments, "feedback") if self.feedback else None
        seats = seats_of(header, rows, identifier, marks, notes)
        zeros, mark = 0, sheet.decimal((grade, grade + 1))
        if limits is None:
            return filling.plan(notes)
        for seat in seats:
            due = self._due(seat, header, grade, limits, notes)
            if due is None:
                continue
            changed = filling.number(seat.row, grade, seat.line, due, mark)
            zeros += changed and number(due) == "0"
            if comments is not None and seat.line.feedback:
                filling.text(seat.row, comments, seat.line, as_html(seat.line.feedback), notes)
        if zeros:
            many = "a mark is" if zeros == 1 else f"{zeros} marks are"
            says = f"{many} 0; a Moodle that can mark by several people passes over a 0 here"
            notes.add("lossy", says)
        return filling.plan(notes)

    def _columns(self, sheet: Table, header: Row) -> tuple[int, int]:
        """The columns Identifier and Grade; the third has to be there as well."""
        options = {"identifier": self.identifier, "grade": self.grade, "modified": self.modified}
        try:
            found = {what: place_of(header, wanted, what) for what, wanted in options.items()}
        except Unusable as error:
            raise Unusable(f"{sheet.name}: {error}") from error
        absent = [what for what, at in found.items() if at is None]
        if absent:
            listed = ", ".join(header.texts)
            named = " ".join(f"--option {what}=…" for what in absent)
            raise Unusable(
                f"{sheet.name}: no grading worksheet that is known; Moodle wants the columns "
                "Identifier, Grade and Last modified (grade). The file has: "
                f"{listed}. If they are there in another language, name them: {named}"
            )
        return found["identifier"] or 0, found["grade"] or 0

    def _limits(
        self, header: Row, rows: list[Row], grade: int, marks: Marks, notes: Notes
    ) -> Limits | None:
        """What Moodle takes for a mark; None where it takes none of ours."""
        title = header.at(grade + 1)
        most = {value_of(row.at(grade + 1)) for row in rows}
        largest = next(iter(most), Fraction(0))
        if len(most) > 1 or largest is None:
            says = f"'{title}' is no number: Moodle wants words of a scale, and we have points"
            notes.add("locked", says, final=True)
            return None
        change = place_of(header, "", "change")
        if largest == marks.possible:
            return Limits(Fraction(1), largest, change)
        ours, theirs = number(marks.possible), number(largest)
        if self.scale and largest > 0 and marks.possible > 0:
            notes.add("points", f"marks out of {ours} are scaled to {theirs}")
            return Limits(largest / marks.possible, largest, change)
        says = f"{title} is {theirs} in Moodle, and {ours} with us; --option scale=yes converts"
        notes.add("points", says, unsafe=True)
        return Limits(Fraction(1), largest, change)

    def _due(
        self, seat: Seat, header: Row, grade: int, limits: Limits, notes: Notes
    ) -> Fraction | None:
        """The points to be written into one row; noted where Moodle would pass over it."""
        points = owed(seat.line, notes, zero=self.missing == "zero")
        if points is None:
            return None
        due = points * limits.factor
        change = limits.change
        if change is not None and refused(seat.row.at(change)):
            says = f"{called(seat.line)}: '{header.at(change)}' is {seat.row.at(change)}"
            notes.add("locked", f"{says}; our {number(due)} is not written")
            return None
        if not 0 <= due <= limits.most:
            says = f"{called(seat.line)} has {number(due)}, and Moodle passes over what is not in"
            notes.add("range", f"{says} 0 to {number(limits.most)}; it is not written", unsafe=True)
            return None
        clashes(seat.row.at(grade), due, seat.line, "Moodle", notes)
        return due


def split(sheet: Table) -> tuple[Row, list[Row]]:
    """The header, and the rows below it that are not blank."""
    rows = [row for row in sheet.rows if not row.blank]
    return rows[0], rows[1:]


def even(header: Row, rows: list[Row], notes: Notes) -> None:
    """Note rows of another length: Moodle refuses the whole file for one of them."""
    for row in rows:
        if len(row.cells) != len(header.cells):
            says = f"line {row.number}: {len(row.cells)} cells, and {len(header.cells)} headings"
            notes.add("damaged", f"{says}; Moodle refuses the whole file", unsafe=True)


def unique_in(row: Row, identifier: int) -> str:
    """The number in a cell such as ``Participant 12``; nothing where there is none."""
    found = _IDENTIFIER.fullmatch(row.at(identifier))
    return found[1] if found else ""


def seats_of(
    header: Row, rows: list[Row], identifier: int, marks: Marks, notes: Notes
) -> list[Seat]:
    """Return whose rows are whose: by the download's number, ids, addresses, and the name."""
    known = [(_NUMBER, unique, line) for line in marks.lines if (unique := unique_of(line))]
    there = {folded(row.at(identifier)) for row in rows}
    whole = [(_WHOLE, one.key, one) for one in marks.lines if folded(one.key) in there]
    columns = [at for at in identity(header, rows, marks) if at != identifier]
    named = next((at for at, text in enumerate(header.texts) if means(text, "name")), None)

    def ids(row: Row) -> Mapping[str, str]:
        first = {_NUMBER: unique_in(row, identifier), _WHOLE: row.at(identifier)}
        return first | {header.at(at): bare(row.at(at)) for at in columns}

    def name(row: Row) -> str:
        return "" if named is None else bare(row.at(named))

    return seated(rows, marks, ids, name, notes, [*once(known), *whole])
