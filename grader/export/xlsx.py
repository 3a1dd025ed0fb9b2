"""A workbook for people: the marks, and the points of each part.

Text is text and never a formula: each text cell says so, and those that start as a formula have
Excel's quote prefix as well. Numbers are numbers. An open mark is an empty cell with a
colour, and a row of the sheet ``Open`` says why.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, ClassVar, Literal

from grader.export import formats
from grader.export._fill import Notes, called
from grader.export._guard import inert
from grader.export._marks import Line, Marks
from grader.export._own import moment, outgoing, part_points, plain, state
from grader.export._plan import Given, Plan, takes_none
from grader.export._zip import zipped

MOST = 32_767
"""Characters that a cell of Excel holds."""
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")
_HEADINGS = (
    "Student ID", "Name", "Email", "Section", "Points", "Possible", "Status", "Open",
    "Attempt", "Received (UTC)", "Late (seconds)", "Notes",
)  # fmt: skip
_WIDTHS = (16, 28, 28, 12, 10, 10, 10, 20, 10, 22, 14, 40)
_THEN = datetime(1980, 1, 1, tzinfo=UTC)


@formats.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Xlsx:
    """Sheets ``Marks``, ``Parts`` and ``Open``, with headers that stay in sight."""

    needs: ClassVar[str] = ""
    suffix: ClassVar[str] = ".xlsx"
    missing: Literal["leave", "zero"] = "leave"
    """What to write where nothing was handed in."""

    def plan(self, marks: Marks, into: Given | None) -> Plan:
        """Return the workbook; the same marks give the same bytes.

        Raises:
            ModuleNotFoundError: when openpyxl is not there, with the words that install it.
        """
        takes_none(into)
        notes = Notes()
        _, changes = outgoing(marks, notes, "Points", zero=self.missing == "zero")
        book = _Book()
        _marks_sheet(book, marks, self.missing)
        _parts_sheet(book, marks)
        _open_sheet(book, marks)
        for line in marks.lines:
            if any(len(text) > MOST for text in (line.key, line.name, "; ".join(line.words))):
                notes.add("too-long", f"{called(line)}: a text of more than {MOST} signs is cut")
        return Plan(output=book.data(), changes=changes, concerns=tuple(notes.concerns))


class _Book:
    """A workbook written row by row."""

    def __init__(self) -> None:
        try:
            import openpyxl  # noqa: PLC0415  # an extra, and slow to load
            from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
            from openpyxl.styles import Font, PatternFill  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                'workbooks need openpyxl; install it with: pip install "grader[lms]"'
            ) from error
        self._book = openpyxl.Workbook(write_only=True)
        self._cell = WriteOnlyCell
        self._bold, self._colour = Font(bold=True), PatternFill("solid", fgColor="FFF2CC")

    def sheet(self, title: str, widths: Iterable[float], freeze: str) -> Any:
        """Start a sheet; its header stays in sight."""
        made = self._book.create_sheet(title)
        made.freeze_panes = freeze
        for place, width in enumerate(widths):
            letter = chr(ord("A") + place)
            made.column_dimensions[letter].width = width
        return made

    def text(self, sheet: Any, text: str, *, bold: bool = False) -> Any:
        """A cell of text: a plain value where openpyxl would take it for nothing else."""
        clean = _NOT_XML.sub("\ufffd", text)[:MOST]
        risky = inert(clean) != clean
        if not bold and not risky and clean not in _ERRORS and not clean.startswith("="):
            return clean or None
        cell = self._cell(sheet, value=clean)
        cell.data_type = "s"  # text, whatever it looks like
        if risky:
            cell.quotePrefix = True
        if bold:
            cell.font = self._bold
        return cell

    def open(self, sheet: Any) -> Any:
        """An empty cell in colour: one for a whole sheet, since each is written at once."""
        cell = self._cell(sheet, value=None)
        cell.fill = self._colour
        return cell

    def data(self) -> bytes:
        """The workbook's bytes, without the hour at which it was made."""
        self._book.properties.created = _THEN.replace(tzinfo=None)
        out = io.BytesIO()
        self._book.save(out)
        with zipfile.ZipFile(out) as made:
            return zipped((entry.filename, _timeless(entry, made)) for entry in made.infolist())


def _timeless(entry: zipfile.ZipInfo, made: zipfile.ZipFile) -> bytes:
    data = made.read(entry)
    if entry.filename != "docProps/core.xml":
        return data
    then = _THEN.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + then, data)


def _marks_sheet(book: _Book, marks: Marks, missing: str) -> None:
    sheet = book.sheet("Marks", _WIDTHS, "C2")
    sheet.append([book.text(sheet, name, bold=True) for name in _HEADINGS])
    waits = book.open(sheet)
    for line in marks.lines:
        where = state(line)
        points: Any = plain(line.points)
        if where == "open":
            points = waits
        elif where == "missing":
            points = 0 if missing == "zero" else None
        words = [line.key, line.name, line.email, line.section]
        notes = "; ".join(line.words)
        sheet.append([
            *(book.text(sheet, word) for word in words),
            points, plain(marks.possible), where, book.text(sheet, " ".join(line.open)),
            line.attempt, moment(line) or None,
            line.late_seconds if line.received is not None else None,
            book.text(sheet, notes),
        ])  # fmt: skip


def _parts_sheet(book: _Book, marks: Marks) -> None:
    sheet = book.sheet("Parts", (16, 28), "C3")
    names = ["Student ID", "Name", *(part.id for part in marks.parts)]
    sheet.append([book.text(sheet, name, bold=True) for name in names])
    sheet.append(["", "Points possible", *(plain(part.points) for part in marks.parts)])
    waits = book.open(sheet)
    for line in marks.lines:
        got: dict[str, Fraction | None] = part_points(line)
        is_open = set(line.open)
        cells: list[Any] = [book.text(sheet, line.key), book.text(sheet, line.name)]
        for part in marks.parts:
            if part.id in is_open:
                cells.append(waits)
            else:
                cells.append(plain(got.get(part.id)))
        sheet.append(cells)


def _open_sheet(book: _Book, marks: Marks) -> None:
    """Why marks are open, a row a student; no sheet where none is."""
    some = [line for line in marks.lines if state(line) == "open"]
    if not some:
        return
    sheet = book.sheet("Open", (16, 28, 80), "A2")
    sheet.append([book.text(sheet, name, bold=True) for name in ("Student ID", "Name", "Why")])
    for line in some:
        sheet.append([book.text(sheet, text) for text in (line.key, line.name, _waits(line))])


def _waits(line: Line) -> str:
    parts = f": {', '.join(line.open)}" if line.open else ""
    return f"A person has to look{parts}. There is no mark yet."
