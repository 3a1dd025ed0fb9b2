"""Filling a class's marks into an LMS's table: whose row is whose, what is owed, what is said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from grader.export._marks import Line, Marks, number
from grader.export._match import Directory, own_ids
from grader.export._plan import Change, Concern, Plan
from grader.export._table import Row, Table

EMPTY = ("", "-")
"""What an LMS writes where there is no mark."""
_FEW = Fraction(1, 20)
"""So large a share of a class may be absent from a file."""
_NUMBER = re.compile(r"-?[0-9.,]*[0-9][0-9.,]*%?")


class Notes:
    """What a person has to know, in the order in which it was found."""

    def __init__(self) -> None:
        """Start with nothing to say."""
        self.concerns: list[Concern] = []

    def add(self, code: str, says: str, *, unsafe: bool = False, final: bool = False) -> None:
        """Note one concern; after a final one nothing can be written."""
        self.concerns.append(Concern(code=code, says=says, unsafe=unsafe or final, final=final))


def called(line: Line) -> str:
    """How a student is called in what is said of a plan.

    >>> called(Line(key="007", name="Ann Lee")), called(Line(key="8"))
    ('Ann Lee (007)', '8')
    """
    return f"{line.name} ({line.key})" if line.name and line.name != line.key else line.key


def value_of(text: str) -> Fraction | None:
    """The number in a cell; the last point or comma is its decimal mark, as Canvas has it.

    Source: instructure/canvas-lms lib/gradebook_importer.rb, decimal_comma_to_period.

    >>> value_of("17,5"), value_of("1.234,5"), value_of("EX"), value_of("")
    (Fraction(35, 2), Fraction(2469, 2), None, None)
    """
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return None
    text = text.rstrip("%")
    *whole, last = re.split("[.,]", text)
    joined = "".join(whole) + "." + last if whole else last
    try:
        return Fraction(joined)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Seat:
    """A row of the table, and the student whose it is."""

    row: Row
    line: Line


def seated(
    rows: Iterable[Row],
    marks: Marks,
    ids: Callable[[Row], Mapping[str, str]],
    name: Callable[[Row], str],
    notes: Notes,
    known: Iterable[tuple[str, str, Line]] = (),
    apart: Iterable[str] = (),
) -> list[Seat]:
    """Return whose rows are whose; the rest is noted, row by row and student by student.

    Args:
        rows: the rows of students.
        marks: of the class.
        ids: a row's ids by the table's heading, the strongest first.
        name: a row's whole name.
        notes: takes what is unknown, twofold, ambiguous or missing.
        known: more ids of students, each with the heading of its column.
        apart: headings of the LMS's own numbers, of which only ``known`` tells.
    """
    people = Directory(marks.lines, apart)
    for column, text, line in known:
        people.know(column, text, line)
    rows = list(rows)
    people.learn(map(ids, rows))
    found: dict[int, list[Seat]] = {}
    for row in rows:
        own, whole = dict(ids(row)), name(row)
        match = people.find(own, whole)
        at = f"line {row.number}: {_row_called(own, whole)}"
        if match.clash:
            notes.add("ambiguous", f"{at}: {match.clash}; nothing is written for it", unsafe=True)
        elif match.line is None:
            notes.add("unknown-id", f"{at} is nobody of ours; nothing is written for it")
        else:
            if match.how == "name":
                says = f"{at} was found by the name alone: {called(match.line)}"
                notes.add("by-name", says, unsafe=own_ids(own))
            found.setdefault(id(match.line), []).append(Seat(row, match.line))
    return _single(found, marks, notes)


def _single(found: Mapping[int, list[Seat]], marks: Marks, notes: Notes) -> list[Seat]:
    """The students with one row; the others are noted."""
    seats = []
    for line in marks.lines:
        own = found.get(id(line), [])
        if len(own) == 1:
            seats.append(own[0])
        elif own:
            lines = " and ".join(str(seat.row.number) for seat in own)
            says = f"{called(line)} is in lines {lines}; nothing is written for them"
            notes.add("duplicate", says, unsafe=True)
        elif line.points is not None or line.open:
            notes.add("not-in-file", f"{called(line)} has a mark and is not in the file")
    _absent(found, marks, notes)
    seats.sort(key=lambda seat: seat.row.number)
    return seats


def _absent(found: Mapping[int, list[Seat]], marks: Marks, notes: Notes) -> None:
    """Note that many are not in the file: it is another course's, or only half there."""
    due = [line for line in marks.lines if line.points is not None or line.open]
    gone = sum(id(line) not in found for line in due)
    if (gone > 1 and gone > len(due) * _FEW) or len(found) * 2 < len(marks.lines):
        says = (
            f"{len(found)} of our {len(marks.lines)} students are in the file, and {gone} with a "
            "mark are not; is it another course's, or only half there?"
        )
        notes.add("not-in-file", says, unsafe=True)


def _row_called(ids: Mapping[str, str], name: str) -> str:
    known = ", ".join(f"{column} {text}" for column, text in ids.items() if text)
    return f"{name} ({known})" if name and known else name or known or "a row without a name"


def owed(line: Line, notes: Notes, *, zero: bool) -> Fraction | None:
    """Return the points to be written for a student, None where there are none; says why.

    Args:
        line: the student.
        notes: takes who waits for a person, and who handed nothing in.
        zero: whether a missing hand-in is nought points.
    """
    if line.open or (line.points is None and line.handed_in):
        parts = f"parts {', '.join(line.open)} wait" if len(line.open) > 1 else "a part waits"
        if len(line.open) == 1:
            parts = f"part {line.open[0]} waits"
        notes.add("open", f"{called(line)}: {parts} for a person; no mark is written")
        return None
    if line.points is None:
        if zero:
            return Fraction(0)
        notes.add("missing", f"{called(line)} handed nothing in; no mark is written")
    return line.points


def clashes(before: str, due: Fraction, line: Line, place: str, notes: Notes) -> None:
    """Note where a cell holds another mark than ours, which may be a teacher's."""
    stands = value_of(before)
    if before in EMPTY or (stands is not None and number(stands) == number(due)):
        return
    says = f"{called(line)} has {before} in {place}, and {number(due)} with us"
    notes.add("overwrites", says, unsafe=True)


@dataclass(slots=True)
class Filling:
    """Cells that are set in one table, and what changes by it."""

    table: Table
    header: Row | None = None
    """The row of headings; the first if none is given."""
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0

    def number(self, row: Row, column: int, line: Line, points: Fraction, mark: str) -> bool:
        """Write points, unless the cell has them already; whether it changed."""
        before = row.at(column)
        stands = value_of(before)
        if stands is not None and "%" not in before and number(stands) == number(points):
            self.unchanged += 1
            return False
        self._set(row, column, line, number(points, mark=mark))
        return True

    def text(
        self, row: Row, column: int, line: Line, text: str, notes: Notes | None = None
    ) -> bool:
        """Write a text, unless the cell has it already; whether it changed.

        Args:
            row: the student's.
            column: where.
            line: the student.
            text: what to write.
            notes: takes that another text stood there, such as a teacher's own words.
        """
        before = row.at(column)
        if before == text.strip():
            self.unchanged += 1
            return False
        if before and notes is not None:
            says = f"{called(line)}: other words stand there, '{before[:60]}'"
            notes.add("overwrites", says, unsafe=True)
        self._set(row, column, line, text)
        return True

    def _set(self, row: Row, column: int, line: Line, text: str) -> None:
        header = self.header or self.table.rows[0]
        at, before = header.at(column), row.at(column)
        self.changes.append(Change(who=called(line), at=at, before=before, after=text))
        self.table.set(row, column, text)

    def plan(self, notes: Notes, output: bytes | None = None) -> Plan:
        """The plan of it all; a file whose last line has no end may be cut off."""
        if self.table.unended:
            says = "the last line has no end, as the others have; is the file only half there?"
            notes.add("damaged", f"{self.table.name}: {says}")
        return Plan(
            output=self.table.data if output is None else output,
            changes=tuple(self.changes),
            unchanged=self.unchanged,
            concerns=tuple(notes.concerns),
        )
