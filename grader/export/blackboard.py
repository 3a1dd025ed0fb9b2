"""Blackboard's gradebook, filled in: Grade Center > Work Offline > Download, then Upload.

Either a CSV, or tab-separated text in UTF-16 that is called ``.xls``. Blackboard knows a student by
``Username`` and a column by the id after ``|``; a column without an id becomes a new text column
worth 0 points (Blackboard Help, "Uploading or Downloading Grade Center Items for Working Offline").
Its words depend on the language, so the file comes back with its own header.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Literal

from grader.export import formats
from grader.export._column import (
    Column,
    Target,
    choose,
    compare_possible,
    names_in,
    text_table,
    write_marks,
)
from grader.export._fill import Filling, Notes, Seat, called, seated
from grader.export._marks import Marks
from grader.export._match import Directory, folded
from grader.export._plan import Given, Plan, Unusable
from grader.export._table import Row, Table

_HEADING = re.compile(
    r"(?P<title>.*?)\s*(?:\[(?P<total>[^\[\]]*)\]\s*)?(?:\|\s*(?P<id>\d+))?", re.DOTALL
)
_WAITS = re.compile(r"(needs grading|in progress)\s*(\(.*\))?", re.IGNORECASE)
"""What a cell says in English while an attempt has no mark, with the points so far in brackets."""
_TOTAL = re.compile(r"\d[\d.,]*")
_OTHER_DISPLAYS = ("percentage", "letter", "text", "complete/incomplete")
_USERNAME = frozenset({
    "username", "user name", "benutzername", "nom d'utilisateur", "nom d’utilisateur",
    "nombre de usuario", "gebruikersnaam", "nome utente", "nome de usuário", "användarnamn",
    "brukernavn", "käyttäjänimi", "kullanıcı adı", "ユーザー名", "用户名", "اسم المستخدم",
})  # fmt: skip
_FEEDBACK = "feedback to learner"
_PLAIN_TEXT = "PLAIN_TEXT"
_NOTES = 4
"""Columns of notes after a mark: notes, their format, feedback, its format."""


@formats.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Blackboard:
    """The exported gradebook with the marks in one column of it, and feedback where it has a place."""

    needs: ClassVar[str] = "the gradebook that Blackboard exported (CSV, or tab-separated .xls)"
    suffix: ClassVar[str] = ".csv"
    column: str = ""
    """Title or id of the column, where it is not called as the assignment is."""
    missing: Literal["leave", "zero"] = "leave"
    """What to write where nothing was handed in."""

    def plan(self, marks: Marks, into: Given | None) -> Plan:
        """Return what would change in the gradebook.

        Raises:
            Unusable: when the file is no Blackboard gradebook, or cut off.
        """
        found = text_table(into, self.needs)
        header, *rows = [row for row in found.rows if not row.blank]
        notes, filling = Notes(), Filling(found, header)
        user = _username(header.texts, rows, marks, found.name)
        heads = [_Head(place, text) for place, text in enumerate(header.texts)]
        chosen = _choose(heads, user, self.column, marks, notes)
        if chosen is None:
            return filling.plan(notes)
        chosen.compare(marks, notes)
        student = _student_id(header.texts, user)
        # the names stand first, the last name before the first, in every language
        named = names_in(header.texts, (1, 0) if user == 2 else None)
        seats = seated(
            rows,
            marks,
            lambda row: _ids(row, user, student),
            lambda row: " ".join(row.at(at) for at in named),
            notes,
        )
        target = Target(
            column=chosen.place,
            zero=self.missing == "zero",
            mark=found.decimal(range(chosen.place, chosen.place + 1)),
            top=max(chosen.possible(), default=None),
            waits=_WAITS,
        )
        marked = write_marks(filling, seats, target, notes)
        _feedback(filling, marked, heads, chosen.place, notes)
        return filling.plan(notes)


@dataclass(frozen=True, slots=True)
class _Head:
    """One heading: ``HW1 [Total Pts: 45 Score] |409581``."""

    place: int
    text: str

    @property
    def _parts(self) -> re.Match[str] | None:
        return _HEADING.fullmatch(self.text)

    @property
    def id(self) -> str:
        return (self._parts and self._parts["id"]) or ""

    @property
    def title(self) -> str:
        return (self._parts and self._parts["title"]) or self.text

    @property
    def total(self) -> str:
        return (self._parts and self._parts["total"]) or ""

    def possible(self) -> list[Fraction]:
        """The points that it says, in each way that its separators can be read."""
        text = (_TOTAL.search(self.total) or [""])[0].rstrip(".,")
        if not text:
            return []
        readings = {text.replace(",", ""), text.replace(".", "").replace(",", ".")}
        return sorted({Fraction(one) for one in readings if one.count(".") < 2}, reverse=True)

    def compare(self, marks: Marks, notes: Notes) -> None:
        """Note what is wrong with what the column takes."""
        compare_possible(marks, self.possible(), self.text, notes)
        word = folded(self.total).rpartition(" ")[2]
        if "up to" in folded(self.total):
            says = f"'{self.text}' is calculated by Blackboard, and takes no mark"
            notes.add("locked", says, final=True)
        elif word in _OTHER_DISPLAYS:
            says = f"'{self.text}' is shown as {word}, and not as points; set its display to Score"
            notes.add("column", says, unsafe=True)


def _choose(
    heads: Sequence[_Head], user: int, wanted: str, marks: Marks, notes: Notes
) -> _Head | None:
    """The assignment's column among those with an id, else one without, which is unsafe."""
    with_id = [Column(h.place, h.text, (h.title, h.text, h.id)) for h in heads if h.id]
    tried = Notes()
    found = choose(with_id, wanted, marks, tried)
    if found is not None:
        return heads[found.place]
    bare = [Column(h.place, h.text, (h.title, h.text)) for h in heads[user + 1 :] if not h.id]
    without = choose(bare, wanted, marks, Notes())
    if without is None:
        notes.concerns += tried.concerns
        return None
    says = (
        f"'{without.heading}' has no column id: Blackboard would make a new text column worth "
        "0 points of it; make the column in Blackboard and export again"
    )
    notes.add("column", says, unsafe=True)
    return heads[without.place]


def _username(header: Sequence[str], rows: Sequence[Row], marks: Marks, name: str) -> int:
    """Where the usernames stand: under a heading that we know, else where most of our ids are."""
    for place, text in enumerate(header):
        if folded(text) in _USERNAME:
            return place
    first = next((at for at, text in enumerate(header) if _Head(at, text).id), len(header))
    directory = Directory(marks.lines)
    known = [
        sum(directory.find({"Username": row.at(place)}).line is not None for row in rows)
        for place in range(first)
    ]
    best = max(known, default=0)
    if not best or 2 * best < len(rows):
        raise Unusable(
            f"{name}: no column is called Username, and none holds the ids of our students; "
            "is it a gradebook that Blackboard exported?"
        )
    return known.index(best)


def _student_id(header: Sequence[str], user: int) -> int | None:
    """Where the student ids stand: after the usernames, in any language."""
    place = next((at for at, text in enumerate(header) if folded(text) == "student id"), user + 1)
    return place if place < len(header) and not _Head(place, header[place]).id else None


def _ids(row: Row, user: int, student: int | None) -> Mapping[str, str]:
    found = {"Username": row.at(user)}
    return found if student is None else {**found, "Student ID": row.at(student)}


def _feedback(
    filling: Filling, marked: Sequence[Seat], heads: Sequence[_Head], column: int, notes: Notes
) -> None:
    """Write feedback where the file has a column for it after the mark's own."""
    end = next((head.place for head in heads[column + 1 :] if head.id), len(heads))
    block = heads[column + 1 : end]
    named = [head.place for head in block if folded(head.text) == _FEEDBACK]
    if not named and len(block) == _NOTES:
        named = [block[2].place]
    if not named:
        return
    for seat in marked:
        text, before = _plain(seat.line.feedback, filling.table), seat.row.at(named[0])
        kind = seat.row.at(named[0] + 1) if named[0] + 1 < end else "HTML"
        if kind not in ("", _PLAIN_TEXT):
            text = html.escape(text, quote=False)  # both show what is markup in it
        if not text or text == before:
            continue
        if before:
            says = f"{called(seat.line)}: feedback that stands there is replaced"
            notes.add("overwrites", says, unsafe=True)
        filling.text(seat.row, named[0], seat.line, text)
        if not kind:
            filling.table.set(seat.row, named[0] + 1, _PLAIN_TEXT)


def _plain(text: str, table: Table) -> str:
    """Feedback as one cell; a tab-separated file has no quotes that would hold its line ends."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return ("; " if table.delimiter == "\t" else "\n").join(filter(None, lines))
