"""The column of an LMS's table that takes the marks: found by its title, filled in row by row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.export._fill import Filling, Notes, Seat, called, owed, value_of
from grader.export._marks import Marks, number
from grader.export._match import folded
from grader.export._plan import Given, Unusable
from grader.export._table import Table, table

_SHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_EMPTY = ("", "-")


def text_table(given: Given | None, needs: str, delimiters: str = ",;\t") -> Table:
    """Read the file that is to be filled in.

    Raises:
        Unusable: when there is none, it is a real spreadsheet, damaged, or cut off at its end.
    """
    if given is None:
        raise Unusable(f"this format fills in {needs}; give it with --into")
    if given.data.startswith(_SHEETS):
        raise Unusable(f"{given.short}: a spreadsheet or an archive; give {needs} as it came")
    found = table(given, delimiters)
    refuse_cut(found)
    return found


def refuse_cut(found: Table, header: int = 0) -> None:
    """Refuse a table whose last line is shorter than its header, and has no end.

    Raises:
        Unusable: when it is so.
    """
    filled = [row for row in found.rows[header:] if not row.blank]
    if len(filled) < 2:
        return
    wide, last = len(filled[0].cells), filled[-1]
    if len(last.cells) < wide and not last.end:
        raise Unusable(
            f"{found.name}:{last.number}: the last line has {len(last.cells)} of {wide} cells; "
            "was the file cut off? Export it again"
        )


def names_in(header: Sequence[str], known: tuple[int, int] | None = None) -> tuple[int, ...]:
    """Where first and last names stand: under their headings, else where they are known to be.

    >>> names_in(["Username", "Last Name", "First Name"]), names_in(["A", "B"]), names_in(["A"], (1, 0))
    ((2, 1), (), (1, 0))
    """
    plain = [folded(text) for text in header]
    if "first name" in plain and "last name" in plain:
        return plain.index("first name"), plain.index("last name")
    return known or ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column that could take the marks; ``names`` are all that it may be called by."""

    place: int
    heading: str
    names: tuple[str, ...]


def choose(columns: Sequence[Column], wanted: str, marks: Marks, notes: Notes) -> Column | None:
    """The column of the assignment: the one that was asked for, or the only one of its title.

    A column of another name is never taken, be it the only one.
    """
    sought = [wanted] if wanted else [name for name in (marks.title, marks.assignment) if name]
    for name in sought:
        found = [one for one in columns if folded(name) in map(folded, one.names)]
        if len(found) == 1:
            return found[0]
        if found:
            several = ", ".join(f"'{one.heading}'" for one in found)
            says = f"several columns are '{name}'; name one with --option column=…: {several}"
            notes.add("column", says, final=True)
            return None
    there = ", ".join(f"'{one.heading}'" for one in columns) or "none"
    says = f"no column is '{sought[0]}'; name one with --option column=…: {there}"
    notes.add("column", says, final=True)
    return None


def compare_possible(marks: Marks, stated: Sequence[Fraction], heading: str, notes: Notes) -> None:
    """Note where the file says other points possible than we have; it may say them ambiguously."""
    if stated and marks.possible not in stated:
        says = f"'{heading}' has {number(stated[0])} points there, and {number(marks.possible)} with us"
        notes.add("points", says, unsafe=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where marks go and how they are written.

    ``seen`` is the column that shows the present mark, where that is another; ``top`` the most
    points that the LMS keeps; ``waits`` what a cell says while the LMS has no mark in it.
    """

    column: int
    zero: bool = False
    mark: str = "."
    seen: int | None = None
    top: Fraction | None = None
    waits: re.Pattern[str] | None = None


def write_marks(
    filling: Filling, seats: Iterable[Seat], target: Target, notes: Notes
) -> list[Seat]:
    """Write each mark that goes out; return the rows that have ours now, changed or not."""
    marked = []
    for seat in seats:
        points = owed(seat.line, notes, zero=target.zero)
        if points is None:
            continue
        note_range(called(seat.line), points, target.top, notes)
        before = seat.row.at(target.column if target.seen is None else target.seen)
        stands = value_of(before)
        same = stands is not None and number(stands) == number(points)
        if not same and before not in _EMPTY:
            says = f"{called(seat.line)} has {before} there, and {number(points)} with us"
            waits = target.waits is not None and target.waits.fullmatch(before)
            notes.add("overwrites", says, unsafe=not waits)
        if same and target.seen is not None:
            filling.unchanged += 1
        elif filling.number(seat.row, target.column, seat.line, points, target.mark):
            filling.changes[-1] = replace(filling.changes[-1], before=before)
        marked.append(seat)
    return marked


def note_range(who: str, points: Fraction, top: Fraction | None, notes: Notes) -> None:
    """Note points that the LMS would not keep as they are."""
    if points < 0:
        notes.add(
            "range", f"{who}: {number(points)} points, and it takes none below 0", unsafe=True
        )
    elif top is not None and points > top:
        says = f"{who}: {number(points)} points, and it may take no more than {number(top)}"
        notes.add("range", says, unsafe=True)
