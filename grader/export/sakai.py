"""Sakai's assignment zip, filled in: Assignments > Download All, then Upload All.

Rules: sakaiproject/sakai, assignment/tool/.../AssignmentAction.java, ``uploadAll_parseZipFile``.
``grades.csv`` is read from its fourth line on: the second cell is the student's id, the fifth the
grade. A folder is whose id stands in its last brackets. Names decide what a file is: any path that
ends in ``grades.csv`` is read as grades, a hand-in's too. ``comments.txt`` is HTML of which line
ends become ``<br>``.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from grader.export import formats
from grader.export._column import Target, refuse_cut, write_marks
from grader.export._fill import Filling, Notes, Seat, called, seated
from grader.export._marks import Marks
from grader.export._match import folded
from grader.export._plan import Change, Given, Plan, Unusable
from grader.export._rezip import Entry, content, entries_of, joined, new_entry
from grader.export._table import Row, Table, table

_GRADES, _COMMENTS, _FEEDBACK = "grades.csv", "comments.txt", "Feedback Attachment(s)"
_TAKEN = ("comments", "feedbackText", "_submissionText", "timestamp")
"""Words that make a file something else, wherever in its path they stand."""
_WAITS = re.compile("ungraded|no grade", re.IGNORECASE)
_HEADER, _EID = 2, 1
_MOST, _MOST_COMMENT = 50_000_000, 1_000_000


@formats.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Sakai:
    """The downloaded zip with grades, comments and feedback pages; all else as it was."""

    needs: ClassVar[str] = "the zip of Sakai's 'Download All', with a grade file in CSV"
    suffix: ClassVar[str] = ".zip"
    pages: ClassVar[bool] = True  # the students' pages go along
    missing: Literal["leave", "zero"] = "leave"
    """What to write where nothing was handed in."""
    page: str = "feedback.html"
    """What the feedback page is called."""

    def plan(self, marks: Marks, into: Given | None) -> Plan:
        """Return what would change in the zip.

        Raises:
            Unusable: when the file is no such zip, or damaged.
        """
        if into is None:
            raise Unusable(f"this format fills in {self.needs}; give it with --into")
        if any(word in self.page for word in _TAKEN) or self.page.startswith("."):
            raise Unusable(f"Sakai would not take '{self.page}' for a page; call it otherwise")
        notes = Notes()
        held = _Held(entries_of(into), into.short)
        grades = held.grades()
        sheet = _sheet(Given(f"{into.name}/{_GRADES}", content(grades, into.short, _MOST)))
        header = sheet.rows[_HEADER]
        column = _grade_column(header)
        _note_kind(sheet, marks, notes)
        held.note_taken(notes)
        filling = Filling(sheet, header)
        rows = [row for row in sheet.rows[_HEADER + 1 :] if not row.blank]
        seats = seated(rows, marks, _ids, lambda row: f"{row.at(3)} {row.at(2)}", notes)
        target = Target(
            column=column,
            zero=self.missing == "zero",
            mark=sheet.decimal(range(column, column + 1)),
            waits=_WAITS,
        )
        marked = write_marks(filling, seats, target, notes)
        held.put(grades.raw, sheet.data)
        for seat in marked:
            self._feedback(held, seat, filling, notes)
        return filling.plan(notes, held.data())

    def _feedback(self, held: _Held, seat: Seat, filling: Filling, notes: Notes) -> None:
        """Put a student's comment and page into their folder."""
        line = seat.line
        if not line.feedback.strip() and line.report is None:
            return
        folder = held.folder(seat.row, called(line), notes)
        if not folder:
            return
        if line.feedback.strip():
            text = html.escape(line.feedback.strip(), quote=False)
            before = held.text(folder + _COMMENTS.encode())
            if before.strip() not in ("", text):
                notes.add(
                    "overwrites",
                    f"{called(line)}: the comment that stands there is replaced",
                    unsafe=True,
                )
            if before.strip() != text:
                held.put(folder + _COMMENTS.encode(), text.encode("utf-8", "replace"))
                filling.changes.append(
                    Change(who=called(line), at=_COMMENTS, before=before.strip(), after=text)
                )
        if line.report is not None:
            name = folder + held.feedback + b"/" + self.page.encode()
            if held.put(name, line.report):
                at = held.feedback.decode("utf-8", "replace")
                filling.changes.append(Change(who=called(line), at=at, before="", after=self.page))


@dataclass(slots=True)
class _Held:
    """The entries of the zip, by name; those that are put in replace their namesakes."""

    entries: list[Entry]
    name: str
    places: dict[bytes, int] = field(init=False)
    by_id: dict[str, set[bytes]] = field(init=False)
    root: bytes = field(init=False, default=b"")
    feedback: bytes = field(init=False, default=_FEEDBACK.encode())
    """The folder of feedback files, as the zip spells it."""

    def __post_init__(self) -> None:
        self.places = {one.raw: place for place, one in enumerate(self.entries)}
        self.by_id = {}
        for one in self.entries:
            parts = one.raw.split(b"/")
            if len(parts) < 3 or "/." in one.name:
                continue
            self.by_id.setdefault(folded(_eid(one.folders[1])), set()).add(b"/".join(parts[:2]))
            if folded(one.folders[2]) == folded(_FEEDBACK) and len(parts) > 3:
                self.feedback = parts[2]

    def grades(self) -> Entry:
        """The grade file.

        Raises:
            Unusable: when there is none, or several.
        """
        files = [one for one in self.entries if not one.is_folder and "/." not in one.name]
        found = [one for one in files if one.folders[1:] == [_GRADES]]
        if len(found) == 1:
            self.root = found[0].raw.split(b"/")[0]
            return found[0]
        if found:
            raise Unusable(f"{self.name}: {len(found)} grade files; it is no zip of one assignment")
        if any(one.name == _GRADES for one in files):
            raise Unusable(
                f"{self.name}: {_GRADES} lies in no folder; zip the folder, not its files"
            )
        if any(one.name.endswith("grades.xls") for one in files):
            raise Unusable(f"{self.name}: the grade file is an Excel one; download it as CSV")
        raise Unusable(
            f"{self.name}: no {_GRADES}; tick the grade file (CSV) in Sakai's 'Download All'"
        )

    def note_taken(self, notes: Notes) -> None:
        """Leave out what Sakai would take for grades, and note what it takes for something else."""
        root = self.root.decode("utf-8", "replace")
        if any(word in root for word in _TAKEN):
            says = f"Sakai would take every file in '{root}' for a comment; call the assignment otherwise"
            notes.add("name", says, unsafe=True)
        out = []
        for one in self.entries:
            if one.is_folder or "/." in one.name:
                continue
            deep = len(one.folders)
            if deep <= 2 and not one.name.endswith(_GRADES):
                says = f"'{one.name}' lies in no student's folder, and Sakai refuses the whole zip"
                notes.add("damaged", says, unsafe=True)
            elif deep > 2 and one.name.endswith(_GRADES):
                says = (
                    f"'{one.name}' is left out: Sakai would read it as grades; do not tick the "
                    "students' attachments when you upload"
                )
                notes.add("file", says, unsafe=True)
                out.append(one.raw)
            elif deep > 3 and any(word in "/".join(one.folders[3:]) for word in _TAKEN[:2]):
                notes.add("file", f"Sakai takes '{one.name}' for a comment, by its name")
        self._drop(set(out))

    def _drop(self, names: set[bytes]) -> None:
        self.entries = [one for one in self.entries if one.raw not in names]
        self.places = {one.raw: place for place, one in enumerate(self.entries)}

    def folder(self, row: Row, who: str, notes: Notes) -> bytes:
        """The student's folder with a slash, made where there is none; empty where it is unclear."""
        eid = row.at(_EID)
        found = sorted(self.by_id.get(folded(eid), set()))
        if len(found) == 1:
            return found[0] + b"/"
        if found:
            notes.add(
                "ambiguous", f"{who} has {len(found)} folders; no feedback goes in", unsafe=True
            )
            return b""
        if set(eid) & set("()/\\") or not eid:
            notes.add(
                "file", f"{who}: no folder can be made for the id '{eid}'; no feedback goes in"
            )
            return b""
        name = f"{row.at(2)}, {row.at(3)}({eid})".replace("/", "_").replace("\\", "_")
        return self.root + b"/" + name.encode("utf-8", "replace") + b"/"

    def text(self, raw: bytes) -> str:
        """The text of an entry; empty where there is none."""
        place = self.places.get(raw)
        if place is None:
            return ""
        return content(self.entries[place], self.name, _MOST_COMMENT).decode("utf-8", "replace")

    def put(self, raw: bytes, data: bytes) -> bool:
        """Set an entry's content; whether it is another than before."""
        place = self.places.get(raw)
        made = new_entry(raw, data)
        if place is None:
            self.places[raw] = len(self.entries)
            self.entries.append(made)
            return True
        old = self.entries[place]
        if (old.info.CRC, old.info.file_size) == (made.info.CRC, made.info.file_size):
            return False
        made.info.flag_bits = old.info.flag_bits & 0x800
        self.entries[place] = made
        return True

    def data(self) -> bytes:
        """The zip."""
        return joined(self.entries)


def _eid(folder: str) -> str:
    """Whose folder it is: the id in its last brackets, else its whole name."""
    if "(" in folder and folder.endswith(")"):
        return folder[folder.rindex("(") + 1 : -1]
    return folder


def _sheet(given: Given) -> Table:
    """Read the grade file, whose first lines have fewer cells than the rest.

    Raises:
        Unusable: when it is no grade file of Sakai.
    """
    lines = given.data.splitlines()
    if len(lines) <= _HEADER or not lines[_HEADER].strip():
        raise Unusable(f"{given.short}: not as Sakai writes it; download the zip again")
    header = Given(given.name, lines[_HEADER])
    mark = max(",;\t", key=lambda one: len(table(header, one).rows[0].cells))
    best = table(given, mark)
    if len(best.rows) <= _HEADER or len(best.rows[_HEADER].cells) < 4:
        raise Unusable(f"{given.short}: not as Sakai writes it; download the zip again")
    refuse_cut(best, _HEADER)
    return best


def _grade_column(header: Row) -> int:
    """Where the grades stand: fifth, or fourth for groups, whatever the heading's language."""
    for place in (4, 3):
        if folded(header.at(place)) == "grade":
            return place
    return 3 if len(header.cells) == 6 else 4


def _ids(row: Row) -> dict[str, str]:
    """A row's ids; the heading ``ID`` is another number in most rosters, so it is not compared."""
    return {"eid": row.at(_EID), "Display ID": row.at(0)}


def _note_kind(sheet: Table, marks: Marks, notes: Notes) -> None:
    """Note what the first line says: the assignment and how it is graded."""
    title, kind = sheet.rows[0].at(0), sheet.rows[0].at(1)
    if kind.endswith("_GRADE_TYPE") and kind != "SCORE_GRADE_TYPE":
        notes.add("column", f"'{title}' is not graded in points ({kind})", unsafe=True)
    if folded(title) not in (folded(marks.title), folded(marks.assignment)):
        notes.add("column", f"the zip is of '{title}', and the marks are of '{marks.title}'")
