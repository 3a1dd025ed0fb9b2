"""A table of an LMS, of which only the cells that we fill in change; every other byte stays.

Encoding, byte order mark, delimiter, line ends, quotes and spaces are those of the file. So a
header in any language comes back as it was, and an id keeps its leading zeros.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from grader.export._guard import inert
from grader.export._plan import Given, Unusable

LARGEST = 200_000_000
"""Bytes of the largest file that is filled in."""
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_NUMBER = re.compile(r"\s*-?\d+(?:[.,]\d+)?\s*")


@dataclass(slots=True)
class Cell:
    """One cell: its text, and its bytes as they stand in the file."""

    text: str
    raw: str


@dataclass(slots=True)
class Row:
    """One row, the line of the file that it starts in, and the line end after it."""

    number: int
    cells: list[Cell]
    end: str

    @property
    def texts(self) -> list[str]:
        """The cells' texts without spaces around them, composed (NFC)."""
        return [unicodedata.normalize("NFC", cell.text).strip() for cell in self.cells]

    def at(self, column: int) -> str:
        """The text of a cell, empty where the row is shorter."""
        if column >= len(self.cells):
            return ""
        return unicodedata.normalize("NFC", self.cells[column].text).strip()

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it."""
        return not any(cell.text.strip() for cell in self.cells)


@dataclass(slots=True)
class Table:
    """A whole file; ``set`` changes a cell, and ``data`` gives the bytes."""

    name: str
    rows: list[Row]
    codec: str
    mark: bytes
    delimiter: str
    quoted: bool
    """Whether every cell of the file is quoted."""

    def set(self, row: Row, column: int, text: str) -> None:
        """Write one cell; a row that is too short gets empty cells up to it."""
        while len(row.cells) <= column:
            row.cells.append(Cell("", '""' if self.quoted else ""))
        if row.cells[column].text != text:
            row.cells[column] = Cell(text, self._raw(text))

    def _raw(self, text: str) -> str:
        body = inert(text)
        plain = not (set(body) & {'"', self.delimiter, "\n", "\r"}) and body == body.strip()
        if plain and not self.quoted:
            return body
        return '"' + body.replace('"', '""') + '"'

    def decimal(self, columns: Iterator[int] | range | None = None) -> str:
        """The decimal mark of its numbers: a comma where some have one, and none has a point."""
        if self.delimiter == ",":
            quoted = [c.text for r in self.rows for c in r.cells if c.raw.startswith('"')]
            numbers = [text for text in quoted if _NUMBER.fullmatch(text)]
            points = any(
                "." in c.text and _NUMBER.fullmatch(c.text) for r in self.rows for c in r.cells
            )
        else:
            chosen = None if columns is None else set(columns)
            numbers = [
                c.text
                for r in self.rows
                for place, c in enumerate(r.cells)
                if (chosen is None or place in chosen) and _NUMBER.fullmatch(c.text)
            ]
            points = any("." in text for text in numbers)
        return "," if not points and any("," in text for text in numbers) else "."

    @property
    def data(self) -> bytes:
        """The file's bytes, those of untouched cells as they were."""
        body = "".join(
            self.delimiter.join(cell.raw for cell in row.cells) + row.end for row in self.rows
        )
        return self.mark + body.encode(self.codec)


def table(given: Given, delimiters: str = ",;\t") -> Table:
    """Read a table so that it can be written back byte by byte.

    Raises:
        Unusable: when it is empty, too large, no text in a known encoding, or a quote never ends.
    """
    name = given.short
    if len(given.data) > LARGEST:
        raise Unusable(f"{name}: {len(given.data)} bytes; at most {LARGEST} are read")
    text, codec, mark = _decoded(given)
    if not text.strip():
        raise Unusable(f"{name}: empty; export it from the LMS again")
    delimiter = _delimiter(text, delimiters)
    rows = list(_rows(text, delimiter, name))
    cells = [cell for row in rows for cell in row.cells if not row.blank]
    quoted = bool(cells) and all(cell.raw.startswith('"') for cell in cells)
    return Table(name, rows, codec, mark, delimiter, quoted)


def _decoded(given: Given) -> tuple[str, str, bytes]:
    data, name = given.data, given.short
    mark, codec = next(((m, c) for m, c in _MARKS if data.startswith(m)), (b"", ""))
    if not mark:
        zeros = (data[:400:2].count(0), data[1:400:2].count(0))
        half = max(1, len(data[:400]) // 4)
        codec = "utf-16-le" if zeros[1] > half else "utf-16-be" if zeros[0] > half else "utf-8"
    try:
        return data[len(mark) :].decode(codec), codec, mark
    except UnicodeDecodeError as error:
        if codec != "utf-8" or mark:
            raise Unusable(
                f"{name}: no {codec} text at byte {error.start}; was it cut off? Export it again"
            ) from error
    try:
        return data.decode("cp1252"), "cp1252", b""
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1", b""


def _delimiter(text: str, delimiters: str) -> str:
    """The one that gives its first lines the most fields, the same in each; the first if none."""
    lines = [line for line in text.splitlines()[:20] if line.strip(" ;,\t")][:3]

    def fields(mark: str) -> tuple[bool, int]:
        counts = [len(next(iter(_rows(line, mark, ""))).cells) for line in lines if _closed(line)]
        return (len(set(counts)) == 1, min(counts, default=1))

    best = max(delimiters, key=lambda mark: (fields(mark)[1] > 1, *fields(mark)))
    return best if fields(best)[1] > 1 else max(delimiters, key=lines[0].count)


def _closed(line: str) -> bool:
    return line.count('"') % 2 == 0


def _rows(text: str, delimiter: str, name: str) -> Iterator[Row]:
    """Split a text into rows of cells (RFC 4180, with stray quotes taken as they stand)."""
    special = re.compile(f"[{re.escape(delimiter)}\r\n]")
    at, line, size = 0, 1, len(text)
    while at < size:
        cells: list[Cell] = []
        start = line
        while True:
            began = at
            if text.startswith('"', at):
                value, at = _quoted(text, at, name, line)
                line += value.count("\n")
            else:
                value = ""
            found = special.search(text, at)
            stop = found.start() if found else size
            value += text[at:stop]
            cells.append(Cell(value, text[began:stop]))
            at = stop
            if found and found.group() == delimiter:
                at += 1
                continue
            break
        end = "\r\n" if text.startswith("\r\n", at) else text[at : at + 1]
        at += len(end)
        line += 1
        yield Row(start, cells, end)


def _quoted(text: str, at: int, name: str, line: int) -> tuple[str, int]:
    """The value of a quoted cell, and where its closing quote ends."""
    pieces = []
    place = at + 1
    while True:
        found = text.find('"', place)
        if found < 0:
            if not name:
                return text[at + 1 :], len(text)
            raise Unusable(
                f"{name}:{line}: a quote is opened and never closed; is the file only half there?"
            )
        pieces.append(text[place:found])
        if text.startswith('""', found):
            pieces.append('"')
            place = found + 2
            continue
        return "".join(pieces), found + 1
