"""Brightspace's grade import: keys, one ``Points Grade`` column, and ``#`` at the end of each row.

Filled into the file of Grades > Enter Grades > Export, of which only what may be imported is kept:
``OrgDefinedId``, ``Username``, the assignment's column and ``End-of-Line Indicator`` (D2L,
"Importing grades": do not import names, e-mail or weighted grades; a grade above the item's points
is capped unless the item can exceed). Rows without a mark of ours are left out, so that an empty
cell changes nothing. Without an export it makes a file of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import ClassVar, Literal

from grader.export import formats
from grader.export._column import (
    Column,
    Target,
    choose,
    compare_possible,
    names_in,
    note_range,
    text_table,
    write_marks,
)
from grader.export._fill import Filling, Notes, called, seated
from grader.export._marks import Line, Marks, number
from grader.export._match import folded
from grader.export._own import csv_of, id_under, outgoing
from grader.export._plan import Given, Plan, Unusable
from grader.export._table import Cell, Row

_ID, _USER, _END = "orgdefinedid", "username", "end-of-line indicator"
_POINTS = re.compile(
    r"(?P<item>.+?)\s+Points Grade\s*(?P<about><[^<>]*>)?", re.IGNORECASE | re.DOTALL
)
_KINDS = ("points grade", "grade symbol", "text grade", "numerator", "denominator")
_MOST = re.compile(r"MaxPoints:(\d+(?:[.,]\d+)?)", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r'[/"*<>+=|,%]')
"""Signs that the name of a grade item cannot have."""


@formats.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Brightspace:
    """A file to import: from the exported grades, or of our own making."""

    needs: ClassVar[str] = ""  # its own export is welcome, and it does without
    suffix: ClassVar[str] = ".csv"
    column: str = ""
    """Name of the grade item, where it is not called as the assignment is."""
    missing: Literal["leave", "zero"] = "leave"
    """What to write where nothing was handed in."""

    def plan(self, marks: Marks, into: Given | None) -> Plan:
        """Return the file to import.

        Raises:
            Unusable: when the file is no export of Brightspace's grades, or cut off.
        """
        notes, zero = Notes(), self.missing == "zero"
        if into is None:
            return _own(marks, self.column or marks.title or marks.assignment, notes, zero=zero)
        found = text_table(into, "the grades that Brightspace exported (CSV)")
        header, *rows = [row for row in found.rows if not row.blank]
        filling = Filling(found, header)
        keys = _keys(header, found.name)
        chosen = choose(_items(header.texts), self.column, marks, notes)
        if chosen is None:
            return filling.plan(notes)
        _note_kind(chosen, notes)
        stated = [Fraction(m[1].replace(",", ".")) for m in _MOST.finditer(chosen.heading)]
        compare_possible(marks, stated, chosen.heading, notes)
        named = names_in(header.texts)
        seats = seated(
            rows,
            replace(marks, lines=tuple(map(_bare, marks.lines))),
            lambda row: {name: row.at(at).removeprefix("#") for at, name in keys.items()},
            lambda row: " ".join(row.at(at) for at in named),
            notes,
        )
        target = Target(
            column=chosen.place,
            zero=zero,
            mark=found.decimal(range(chosen.place, chosen.place + 1)),
            top=stated[0] if stated else marks.possible,
        )
        marked = write_marks(filling, seats, target, notes)
        end = next((at for at, t in enumerate(header.texts) if folded(t) == _END), None)
        kept = [*sorted(keys), chosen.place, *([] if end is None else [end])]
        _note_stripped(header.texts, kept, notes)
        found.rows = [_only(header, kept, _LAST), *(_only(s.row, kept, "#") for s in marked)]
        return filling.plan(notes)


_LAST = "End-of-Line Indicator"


def _bare(line: Line) -> Line:
    """A student whose ids are compared without the ``#`` that Brightspace may put before them."""
    ids = {name: text.removeprefix("#") for name, text in line.ids.items()}
    return replace(line, key=line.key.removeprefix("#"), ids=ids)


def _keys(header: Row, name: str) -> dict[int, str]:
    """Where the keys stand; they come first, and one of them is enough."""
    known = {_ID: "OrgDefinedId", _USER: "Username"}
    keys = {
        at: known[plain]
        for at, text in enumerate(header.texts)
        if (plain := folded(text).removeprefix("#").replace(" ", "")) in known
    }
    if not keys:
        raise Unusable(
            f"{name}:{header.number}: no column OrgDefinedId or Username; export the grades again "
            "with 'Both' as the key field"
        )
    return keys


def _items(header: Sequence[str]) -> list[Column]:
    """The columns that take points, and those of other kinds, which take none."""
    found = []
    for place, text in enumerate(header):
        points = _POINTS.fullmatch(text)
        if points:
            found.append(Column(place, text, (points["item"], text)))
        elif any(kind in folded(text) for kind in _KINDS):
            item = re.sub(
                r"\s+(grade symbol|text grade)\b.*", "", text, flags=re.IGNORECASE | re.DOTALL
            )
            found.append(Column(place, text, (item, text)))
    return _points_first(found)


def _points_first(columns: list[Column]) -> list[Column]:
    """Without columns of other kinds where the same item has one for points."""
    points = {folded(one.names[0]) for one in columns if _POINTS.fullmatch(one.heading)}
    return [
        one
        for one in columns
        if _POINTS.fullmatch(one.heading) or folded(one.names[0]) not in points
    ]


def _note_kind(column: Column, notes: Notes) -> None:
    if not _POINTS.fullmatch(column.heading):
        says = f"'{column.heading}' takes no points; export the grades again with 'Points grade'"
        notes.add("column", says, unsafe=True)


def _note_stripped(header: Sequence[str], kept: Sequence[int], notes: Notes) -> None:
    gone = [text for at, text in enumerate(header) if at not in kept and text]
    if gone:
        says = f"left out, since Brightspace is to import nothing but the mark: {', '.join(gone)}"
        notes.add("lossy", says)


def _only(row: Row, kept: list[int], last: str) -> Row:
    """A row with the columns that are kept, and the sign at its end."""
    cells = [row.cells[at] if at < len(row.cells) else Cell("", "") for at in kept]
    if (
        len(cells) == len(kept)
        and kept[-1] < len(row.cells)
        and folded(cells[-1].text) in ("#", _END)
    ):
        return Row(row.number, cells, row.end or "\r\n")
    if cells and not cells[-1].text.strip() and last == "#":
        cells.pop()
    return Row(row.number, [*cells, Cell(last, last)], row.end or "\r\n")


def _own(marks: Marks, item: str, notes: Notes, *, zero: bool) -> Plan:
    """A file for students who have an ``OrgDefinedId`` or a username, with ``#`` before each.

    The sign is what Brightspace's own export writes before ids, and takes back; it keeps leading
    zeros, and an id that starts as a formula stays an id.
    """
    heading = f"{item} Points Grade"
    if _NOT_IN_NAMES.search(item):
        says = (
            f"no grade item of Brightspace can be called '{item}'; name it with --option column=…"
        )
        notes.add("title", says, unsafe=True)
    says = f"without its export we cannot see whether Brightspace has '{item}', nor its points"
    notes.add("new-column", says)
    out, changes = outgoing(marks, notes, heading, zero=zero)
    users = [id_under(line, "username", "loginid", "login") for line, _ in out]
    named = any(users)
    rows = [["OrgDefinedId", *(["Username"] if named else []), heading, _LAST]]
    for (line, points), user in zip(out, users, strict=True):
        note_range(called(line), points, marks.possible, notes)
        org = id_under(line, _ID, "studentid", "sid") or line.key
        keys = [_signed(org), _signed(user)] if named else [_signed(org)]
        rows.append([*keys, number(points), "#"])
    return Plan(output=csv_of(rows), changes=changes, concerns=tuple(notes.concerns))


def _signed(text: str) -> str:
    return f"#{text}" if text and not text.startswith("#") else text
