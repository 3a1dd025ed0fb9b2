"""Moodle: a gradebook CSV to be imported; its own export filled in, or a new file.

    grader export moodle midterm --into "DL Grades.csv" --to filled.csv
    grader export moodle midterm --option by=email --to marks.csv

One user whom Moodle does not know, or one grade that is no number or too large, and it aborts
the whole import (moodle/moodle grade/import/csv/classes/load_data.php). A row that is imported
overrides the grade of its student, also with nothing. So only rows with a mark of ours are
written, unless all are wanted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Literal

from grader.export import formats
from grader.export._fill import (
    EMPTY,
    Filling,
    Notes,
    Seat,
    called,
    clashes,
    owed,
    seated,
    value_of,
)
from grader.export._marks import Line, Marks, number
from grader.export._match import folded
from grader.export._moodle import ESCAPE, as_html, bare, identity, means, place_of, user_columns
from grader.export._moodle_items import is_feedback, items, note_age, title_of
from grader.export._own import csv_of, note_key
from grader.export._plan import Change, Given, Plan, Unusable
from grader.export._table import Row, Table, table
from grader.export.moodle_worksheet import even, split

_HUNDRED = 100
_BY = {"idnumber": "ID number", "email": "Email address", "username": "Username"}


@formats.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Moodle:
    """Moodle gradebook (CSV): Moodle's own export filled in, or a new file by an id."""

    column: str = ""
    """Heading of the grade item in the export; else the assignment's title is looked for."""
    feedback: bool = False
    """Write the feedback too, into the item's feedback column or a new one."""
    parts: bool = False
    """Add a column for each part, to be imported as new grade items."""
    rows: Literal["ours", "all"] = "ours"
    """Which rows of the export are kept; Moodle overrides a grade for each row it imports."""
    by: Literal["idnumber", "email", "username"] = "idnumber"
    """What names a student where no export is filled in."""
    missing: Literal["leave", "zero"] = "leave"
    """What to write where nothing was handed in."""
    maximum: str = ""
    """The item's maximum grade in Moodle, which the export does not say."""
    scale: bool = False
    """Convert marks to that maximum."""

    needs: ClassVar[str] = ""
    suffix: ClassVar[str] = ".csv"

    def plan(self, marks: Marks, into: Given | None) -> Plan:
        """Return a file that Moodle's gradebook imports.

        Raises:
            Unusable: when the given file is no export of a gradebook, or damaged.
        """
        notes = Notes()
        factor = self._factor(marks, notes)
        if into is None:
            return self._made(marks, factor, notes)
        sheet = table(into, escape=ESCAPE)
        header, rows = split(sheet)
        if len(header.cells) < 2:
            raise Unusable(f"{sheet.name}: one column; export the grades again, parted by commas")
        filling = Filling(sheet, header)
        even(header, rows, notes)
        note_age(header, rows, into, notes)
        keys = identity(header, rows, marks)
        if not keys:
            raise Unusable(
                f"{sheet.name}: no column names a student (ID number, Email address, Username); "
                f"the file has: {', '.join(header.texts)}"
            )
        column = self._column(header, rows, marks, notes)
        if column is None:
            return filling.plan(notes)
        seats = _seats(header, rows, keys, marks, notes)
        kept, mark = [], sheet.decimal()
        for seat in seats:
            due = self._due(seat.line, factor, notes)
            if due is not None:
                clashes(seat.row.at(column), due, seat.line, "Moodle", notes)
                filling.number(seat.row, column, seat.line, due, mark)
                kept.append(seat)
        sheet.rows = [header, *([seat.row for seat in kept] if self.rows == "ours" else rows)]
        title = title_of(header.at(column))
        if self.feedback:
            _tell(filling, header, kept, title, notes)
        if self.parts:
            _detail(filling, header, kept, title, marks)
        _key(header, sheet.rows[1:], user_columns(header, sheet.rows[1:]), column, notes)
        return filling.plan(notes)

    def _factor(self, marks: Marks, notes: Notes) -> Fraction:
        """By how much marks are scaled; noted where Moodle's maximum is another, or not known."""
        ours = marks.possible
        most = value_of(self.maximum)
        if self.maximum and (most is None or most <= 0):
            raise Unusable(f"--option maximum={self.maximum}: a number of points above 0")
        if most is None:
            says = f"marks are out of {number(ours)}; see that the item's maximum grade is that too"
            notes.add("points", f"{says} (--option maximum=… tells it)")
            return Fraction(1)
        if most != ours and self.scale and ours > 0:
            notes.add("points", f"marks out of {number(ours)} are scaled to {number(most)}")
            return most / ours
        if most != ours:
            says = f"the item has {number(most)} points in Moodle, and {number(ours)} with us"
            notes.add("points", f"{says}; --option scale=yes converts", unsafe=True)
        return Fraction(1)

    def _column(self, header: Row, rows: list[Row], marks: Marks, notes: Notes) -> int | None:
        """The column of the grade item; noted where there is none, or several."""
        wanted = [self.column] if self.column else [marks.title, marks.assignment]
        found = next((own for text in wanted if (own := items(header, text))), [])
        if len(found) != 1:
            names = found or range(len(header.cells))
            listed = ", ".join(f"'{header.at(at)}'" for at in names)
            said = "several columns are" if found else "no column is"
            says = f"{said} '{wanted[0]}'; name one with --option column=…: {listed}"
            notes.add("column", says, final=True)
            return None
        cells = sorted({row.at(found[0]) for row in rows} - set(EMPTY))
        odd = next((text for text in cells if value_of(text) is None or "%" in text), None)
        if odd is not None:
            says = (
                f"'{header.at(found[0])}' holds '{odd[:40]}', no points; export the grades as Real"
            )
            notes.add("column", says, unsafe=True)
        return found[0]

    def _due(self, line: Line, factor: Fraction, notes: Notes) -> Fraction | None:
        """The points to be written for a student; noted where Moodle would abort for them."""
        points = owed(line, notes, zero=self.missing == "zero")
        if points is None:
            return None
        due, most = points * factor, value_of(self.maximum)
        if due < 0 or (most is not None and due > most):
            says = f"{called(line)} has {number(due)}; Moodle aborts the whole import for it"
            notes.add("range", f"{says}, so it is left out", unsafe=True)
            return None
        if most is None and due > _HUNDRED:
            says = f"{called(line)} has {number(due)}; unless the item takes it, Moodle aborts"
            notes.add("range", says, unsafe=True)
        return due

    def _made(self, marks: Marks, factor: Fraction, notes: Notes) -> Plan:
        """A file of our own: an id, the name, the mark."""
        title = marks.title or marks.assignment
        parts = [part.id for part in marks.parts] if self.parts else []
        lines = [(self._id(line), line) for line in marks.lines]
        counts = Counter(folded(key) for key, _ in lines)
        told = [f"{title} (Feedback)"] if self.feedback else []
        titles = [_BY[self.by], "Full name", title, *told, *(f"{title}: {one}" for one in parts)]
        rows, changes = [titles], []
        for key, line in lines:
            due = self._due(line, factor, notes)
            if due is None:
                continue
            if not key or counts[folded(key)] > 1:
                what = f"no {_BY[self.by]}" if not key else f"the {_BY[self.by]} of another, {key}"
                code = "duplicate" if key else "unknown-id"
                notes.add(code, f"{called(line)} has {what}; no mark is written", unsafe=True)
                continue
            told = [_feedback(line)] if self.feedback else []
            note_key(line, key, notes)
            rows.append([*map(_php, (key, line.name, number(due), *told)), *_points(line, parts)])
            changes.append(Change(who=called(line), at=title, before="", after=number(due)))
        said = f"in Moodle, map '{_BY[self.by]}' to the user's, and '{title}' to the grade item"
        notes.add("column", said)
        output = csv_of(rows, keys=(0,), end="\n")
        return Plan(output=output, changes=tuple(changes), concerns=tuple(notes.concerns))

    def _id(self, line: Line) -> str:
        """What names a student in a file of our own."""
        own = next((text for head, text in line.ids.items() if means(head, self.by)), "")
        if self.by == "email":
            return line.email or own
        return own or (line.key if self.by == "idnumber" else "")


def _seats(header: Row, rows: list[Row], keys: list[int], marks: Marks, notes: Notes) -> list[Seat]:
    """Return whose rows are whose."""
    whole = place_of(header, "", "name")
    names = (place_of(header, "", "first"), place_of(header, "", "last"))

    def name(row: Row) -> str:
        if whole is not None:
            return bare(row.at(whole))
        return " ".join(bare(row.at(at)) for at in names if at is not None)

    def ids(row: Row) -> dict[str, str]:
        return {header.at(at): bare(row.at(at)) for at in keys}

    return seated(rows, marks, ids, name, notes)


def _key(header: Row, rows: list[Row], keys: list[int], column: int, notes: Notes) -> None:
    """Say which column names the users for Moodle; unsafe where none does for every row."""
    for at in keys:
        cells = [row.at(at) for row in rows]
        if all(cells) and len(set(cells)) == len(cells):
            says = f"in Moodle, map '{header.at(at)}' to the user's, and '{header.at(column)}' to"
            notes.add("column", f"{says} the grade item")
            return
    listed = " and ".join(f"'{header.at(at)}'" for at in keys)
    says = f"{listed} are empty or the same in some rows; Moodle aborts the whole import for one"
    notes.add("unknown-id", says, unsafe=True)


def _feedback(line: Line) -> str:
    return as_html(line.feedback, breaks=False)


def _points(line: Line, parts: Sequence[str]) -> list[str]:
    """A student's points for each part; nothing where a person has to look."""
    own = {one.id: one.points for one in line.parts}
    return ["" if (some := own.get(part)) is None else number(some) for part in parts]


def _tell(filling: Filling, header: Row, seats: Sequence[Seat], title: str, notes: Notes) -> None:
    """Write the feedback into the item's column for it, or into a new one."""
    found = [at for at, text in enumerate(header.texts) if is_feedback(text, title)]
    at = found[0] if found else len(header.cells)
    if not found:
        _widen(filling.table, header, [f"{title} (Feedback)"])
    for seat in seats:
        if seat.line.feedback:
            filling.text(seat.row, at, seat.line, _feedback(seat.line), notes)


def _detail(filling: Filling, header: Row, seats: Sequence[Seat], title: str, marks: Marks) -> None:
    """Add a column for each part; the change is told once a student."""
    parts = [part.id for part in marks.parts]
    first = len(header.cells)
    _widen(filling.table, header, [f"{title}: {part}" for part in parts])
    for seat in seats:
        points = _points(seat.line, parts)
        for at, text in enumerate(points, first):
            filling.table.set(seat.row, at, text)
        after = f"{sum(map(bool, points))} parts"
        where = f"{title}: {', '.join(parts)}"
        filling.changes.append(Change(who=called(seat.line), at=where, before="", after=after))


def _widen(sheet: Table, header: Row, headings: Sequence[str]) -> None:
    """Add columns; Moodle wants every row as long as the header."""
    width = len(header.cells)
    for at, heading in enumerate(headings, width):
        sheet.set(header, at, heading)
    for row in sheet.rows:
        if row is not header:
            sheet.set(row, width + len(headings) - 1, "")


def _php(text: str) -> str:
    """A cell whose end PHP does not take for an escaped quote."""
    return f"{text} " if text.endswith(ESCAPE) else text
