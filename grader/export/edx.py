"""Open edX's bulk grades: the file of the gradebook's "Download Grades", for "Import Grades".

Of each row only non-empty ``new_override-<subsection>`` cells act; a second row of one ``user_id``
is ignored; of two overrides in one row only the last acts; a grade is a number with a point, not
below 0 (openedx/edx-bulk-grades, bulk_grades/api.py, ``GradeCSVProcessor.preprocess_row``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from grader.export import formats
from grader.export._column import Column, Target, choose, text_table, write_marks
from grader.export._fill import Filling, Notes, seated
from grader.export._marks import Marks
from grader.export._match import folded
from grader.export._plan import Given, Plan, Unusable
from grader.export._table import Row

_OVERRIDE = "new_override-"
_ALWAYS = ("user_id", "course_id")
_IDS = ("username", "student_key")


@formats.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Edx:
    """The downloaded grades with the marks as overrides of one subsection."""

    needs: ClassVar[str] = "the bulk grades that Open edX exported (CSV)"
    suffix: ClassVar[str] = ".csv"
    column: str = ""
    """Short id or name of the subsection, where it is not called as the assignment is."""
    missing: Literal["leave", "zero"] = "leave"
    """What to write where nothing was handed in."""

    def plan(self, marks: Marks, into: Given | None) -> Plan:
        """Return what would change in the grades.

        Raises:
            Unusable: when the file is no bulk-grades export, or cut off.
        """
        found = text_table(into, self.needs, ",")
        header, *rows = [row for row in found.rows if not row.blank]
        names = header.texts
        lost = [name for name in _ALWAYS if name not in names]
        if lost:
            raise Unusable(f"{found.name}:{header.number}: no column {', '.join(lost)}")
        notes, filling = Notes(), Filling(found, header)
        chosen = choose(_subsections(names, rows), self.column, marks, notes)
        if chosen is None:
            return filling.plan(notes)
        _note_doubled(rows, names, chosen.place, notes)
        ids = _ids(names, marks)
        seats = seated(
            rows, marks, lambda row: {name: row.at(at) for name, at in ids}, lambda _: "", notes
        )
        before = f"previous_override-{names[chosen.place].removeprefix(_OVERRIDE)}"
        target = Target(
            column=chosen.place,
            zero=self.missing == "zero",
            seen=names.index(before) if before in names else None,
        )
        write_marks(filling, seats, target, notes)
        return filling.plan(notes)


def _subsections(names: Sequence[str], rows: Sequence[Row]) -> list[Column]:
    """The columns that act, each with the subsection's name as the rows say it."""
    found = []
    for place, name in enumerate(names):
        if name.startswith(_OVERRIDE):
            short = name.removeprefix(_OVERRIDE)
            at = names.index(f"name-{short}") if f"name-{short}" in names else None
            said = {row.at(at) for row in rows} - {""} if at is not None else set()
            found.append(Column(place, name, (short, name, *sorted(said))))
    return found


def _ids(names: Sequence[str], marks: Marks) -> list[tuple[str, int]]:
    """Columns that name a student; edX's own number counts only where the roster has it."""
    headings = {folded(heading) for line in marks.lines for heading in line.ids}
    wanted = (*_IDS, "user_id") if "user_id" in headings else _IDS
    return [(name, names.index(name)) for name in wanted if name in names]


def _note_doubled(rows: Sequence[Row], names: Sequence[str], ours: int, notes: Notes) -> None:
    """Note rows of which edX would not do what they say."""
    user = names.index("user_id")
    overrides = [at for at, name in enumerate(names) if name.startswith(_OVERRIDE) and at != ours]
    seen: dict[str, int] = {}
    for row in rows:
        first = seen.setdefault(row.at(user), row.number)
        if first != row.number:
            says = f"lines {first} and {row.number} have one user_id, and edX ignores the second"
            notes.add("duplicate", says, unsafe=True)
        others = [names[at] for at in overrides if row.at(at)]
        if others:
            says = f"line {row.number} has {', '.join(others)} as well, and edX takes one a row"
            notes.add("damaged", says, unsafe=True)
