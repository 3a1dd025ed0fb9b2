"""Our own CSV: one row a student, a column a part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Literal

from grader.export import formats
from grader.export._fill import Notes
from grader.export._marks import Line, Marks
from grader.export._own import csv_of, moment, note_formulas, outgoing, part_points, shown, state
from grader.export._plan import Given, Plan, takes_none

HEADINGS = (
    "Student ID", "Name", "Email", "Section", "Points", "Possible", "Status", "Open",
    "Attempt", "Received (UTC)", "Late (seconds)",
)  # fmt: skip


@formats.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """One row a student: ids, the mark, where it stands, and the points of each part."""

    needs: ClassVar[str] = ""
    suffix: ClassVar[str] = ".csv"
    separator: str = ","
    """Between cells; with ``;`` the decimal mark is a comma, as spreadsheets then want it."""
    bom: bool = False
    """Whether to start with the mark that tells Excel of UTF-8."""
    missing: Literal["leave", "zero"] = "leave"
    """What to write where nothing was handed in."""

    def plan(self, marks: Marks, into: Given | None) -> Plan:
        """Return the file; open marks are empty cells, and named under ``Open``.

        Raises:
            Unusable: when a file is given.
            ValueError: when the separator is no single sign.
        """
        takes_none(into)
        if len(self.separator) != 1 or self.separator in '"\r\n':
            raise ValueError(f"separator is one sign, not {self.separator!r}")
        notes = Notes()
        _, changes = outgoing(marks, notes, "Points", zero=self.missing == "zero")
        note_formulas(marks.lines, notes)
        output = csv_of(self._rows(marks), self.separator, bom=self.bom)
        return Plan(output=output, changes=changes, concerns=tuple(notes.concerns))

    def _rows(self, marks: Marks) -> Iterator[list[str]]:
        yield [*HEADINGS, *(part.id for part in marks.parts)]
        for line in marks.lines:
            where = state(line)
            points = line.points if where == "final" else None
            if where == "missing" and self.missing == "zero":
                points = Fraction(0)
            got = part_points(line)
            yield [
                line.key, line.name, line.email, line.section,
                self._number(points), self._number(marks.possible), where,
                " ".join(line.open), _count(line.attempt), moment(line), _late(line),
                *(self._number(got.get(part.id)) for part in marks.parts),
            ]  # fmt: skip

    def _number(self, value: Fraction | None) -> str:
        mark = "," if self.separator == ";" else "."
        return "" if value is None else shown(value, mark)


def _count(value: int | None) -> str:
    return "" if value is None else str(value)


def _late(line: Line) -> str:
    return str(line.late_seconds) if line.received is not None else ""
