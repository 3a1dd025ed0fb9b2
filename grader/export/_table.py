"""A table of an LMS, of which only the cells that we fill in change; every other byte stays.

Encoding, byte order mark, delimiter, line ends, quotes and spaces are those of the file. So a
header in any language comes back as it was, and an id keeps its leading zeros.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from grader.export._guard import inert, parted
from grader.export._plan import Given, Unusable

LARGEST = 100_000_000
"""Bytes of the largest file that is filled in."""
MOST = 5_000_000
"""Cells of the largest: 10,000 students with 500 columns."""
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_NUMBER = re.compile(r"\s*-?\d+(?:[.,]\d+)?\s*")
_END = re.compile("[\r\n]")
_ENDS = re.compile("\r\n|\r|\n")
_HEAD = 100_000
"""So many characters tell the delimiter."""


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
        return [_composed(cell.text) for cell in self.cells]

    def at(self, column: int) -> str:
        """The text of a cell, empty where the row is shorter."""
        return _composed(self.cells[column].text) if column < len(self.cells) else ""

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
    unended: bool = False
    """Whether the last line has no line end, and others have one."""

    def set(self, row: Row, column: int, text: str) -> None:
        """Write one cell; a row that is too short gets empty cells up to it."""
        while len(row.cells) <= column:
            row.cells.append(Cell("", '""' if self.quoted else ""))
        if row.cells[column].text != text:
            row.cells[column] = Cell(text, self._raw(text))

    def _raw(self, text: str) -> str:
        body = inert(text)
        plain = not parted(body) and self.delimiter not in body and body == body.strip()
        if plain and not self.quoted:
            return body
        return '"' + body.replace('"', '""') + '"'

    def decimal(self, columns: Iterable[int] | None = None) -> str:
        """The decimal mark of its numbers: a comma where some have one, and none has a point.

        Args:
            columns: only these are looked at; otherwise all.
        """
        chosen = None if columns is None else set(columns)
        comma = False
        for row in self.rows:
            for place, cell in enumerate(row.cells):
                text = cell.text
                if ("," not in text and "." not in text) or not _NUMBER.fullmatch(text):
                    continue
                if chosen is not None and place not in chosen:
                    continue
                if "." in text:
                    return "."
                comma = True
        return "," if comma else "."

    @property
    def data(self) -> bytes:
        """The file's bytes, those of untouched cells as they were.

        A character that the file's encoding lacks is written as HTML has it (``&#215;``).
        """
        body = "".join(
            self.delimiter.join([cell.raw for cell in row.cells]) + row.end for row in self.rows
        )
        return self.mark + body.encode(self.codec, "xmlcharrefreplace")


def table(given: Given, delimiters: str = ",;\t", *, escape: str = "") -> Table:
    r"""Read a table so that it can be written back byte by byte.

    Args:
        given: the file.
        delimiters: the marks that may part its cells.
        escape: a character that takes a quote after it its meaning, as PHP's ``\`` does in
            files of Moodle; there a quote may also follow blanks.

    Raises:
        Unusable: when it is empty, too large, no text in a known encoding, or a quote never ends.
    """
    name = given.short
    if len(given.data) > LARGEST:
        raise Unusable(f"{name}: {len(given.data)} bytes; at most {LARGEST} are read")
    if given.data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Unusable(f"{name}: a workbook or a zip; give the CSV that the LMS exports")
    text, codec, mark = _decoded(given)
    if not text.strip():
        raise Unusable(f"{name}: empty; export it from the LMS again")
    if "\0" in text:
        raise Unusable(f"{name}: no text, or half-written; export it from the LMS again as CSV")
    delimiter, rows = _parted(text, delimiters, name, escape)
    if all(row.blank for row in rows):
        raise Unusable(f"{name}: nothing stands in its cells; export it from the LMS again")
    cells = (cell for row in rows if not row.blank for cell in row.cells)
    quoted = all(cell.raw.startswith('"') for cell in cells)
    unended = len(rows) > 2 and not rows[-1].end  # of a header and one row nothing is known
    return Table(name, rows, codec, mark, delimiter, quoted, unended)


def _parted(text: str, delimiters: str, name: str, escape: str) -> tuple[str, list[Row]]:
    """The mark that parts the cells, and the rows: where quotes never end, another mark may be it."""
    likely = _delimiter(text, delimiters, escape)
    refused = None
    for mark in (likely, *(other for other in delimiters if other != likely)):
        if (most := text.count(mark)) > MOST:
            raise Unusable(f"{name}: {most} cells; at most {MOST} are read")
        try:
            rows = list(_rows(text, mark, name, escape))
        except Unusable as error:
            refused = refused or error
            continue
        if refused is None or any(len(row.cells) > 1 for row in rows):
            return mark, rows
    raise refused or Unusable(f"{name}: no mark parts its cells")


def _composed(text: str) -> str:
    """A text without spaces around it, composed (NFC)."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFC", text).strip()


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


def _delimiter(text: str, delimiters: str, escape: str) -> str:
    """The one that gives its first lines the most fields, the same in each; the first if none."""
    head = text[:_HEAD]

    def fields(mark: str) -> tuple[bool, bool, bool, int]:
        rows = [row for row in islice(_rows(head, mark, "", escape), 10) if not _bare(row)]
        counts = [len(row.cells) for row in rows[:3]]
        least = min(counts, default=1)
        whole = rows[:-1] if len(rows) > 3 and len(text) > _HEAD else rows  # the last may be cut
        torn = any(_torn(cell.raw.strip()) for row in whole for cell in row.cells)
        return (least > 1, not torn, len(set(counts)) == 1, least)

    best = max(delimiters, key=fields)
    if fields(best)[0]:
        return best
    line = next((line for line in re.split(r"[\r\n]", head) if line.strip(" ;,\t")), "")
    return max(delimiters, key=lambda mark: (fields(mark)[1], line.count(mark)))


def _bare(row: Row) -> bool:
    """Whether a line holds nothing but separators and spaces."""
    return not any(cell.raw.strip(" ;,\t") for cell in row.cells)


def _torn(raw: str) -> bool:
    """Whether a quoted cell goes on behind its quote: another mark parts the cells."""
    return raw.startswith('"') and (len(raw) == 1 or not raw.endswith('"'))


def _rows(text: str, delimiter: str, name: str, escape: str = "") -> Iterator[Row]:
    """Split a text into rows of cells (RFC 4180, with stray quotes taken as they stand)."""
    at, line, size, stop = 0, 1, len(text), -1
    special = re.compile(f"[{re.escape(delimiter)}\r\n]")
    while at < size:
        cells: list[Cell] = []
        start = line
        more = True
        while more:
            if at > stop:  # the next line, or a quoted cell went on into one
                stop = _line_end(text, at)
            quote = text.find('"', at, stop)
            last = stop if quote < 0 else text.rfind(delimiter, at, quote)
            if last >= 0:  # cells without quotes are read at one go
                cells += [Cell(piece, piece) for piece in text[at:last].split(delimiter)]
                at = last
            if quote < 0:
                break
            at += last >= 0
            cell, at, crossed = _cell(text, at, special, delimiter, name, line, escape)
            cells.append(cell)
            line += crossed
            more = at < size and text[at] == delimiter
            at += more
        end = "\r\n" if text.startswith("\r\n", at) else text[at : at + 1]
        at += len(end)
        line += 1
        yield Row(start, cells, end)


def _line_end(text: str, at: int) -> int:
    """Where the line ends, that a place stands in."""
    found = _END.search(text, at)
    return found.start() if found else len(text)


def _cell(
    text: str,
    at: int,
    special: re.Pattern[str],
    delimiter: str,
    name: str,
    line: int,
    escape: str,
) -> tuple[Cell, int, int]:
    """One cell, where it ends, and the line ends inside of it."""
    began, value, crossed = at, "", 0
    if escape:
        while text.startswith((" ", "\t"), at) and delimiter != text[at]:
            at += 1
    if text.startswith('"', at):
        opened = at
        value, at = _quoted(text, at, name, line, escape)
        crossed = len(_ENDS.findall(text, opened, at))
    else:
        at = began
    found = special.search(text, at)
    stop = found.start() if found else len(text)
    return Cell(value + text[at:stop], text[began:stop]), stop, crossed


def _quoted(text: str, at: int, name: str, line: int, escape: str) -> tuple[str, int]:
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
        if escape and _escaped(text, place, found, escape):
            pieces.append('"')
            place = found + 1
            continue
        if text.startswith('""', found):
            pieces.append('"')
            place = found + 2
            continue
        return "".join(pieces), found + 1


def _escaped(text: str, start: int, quote: int, escape: str) -> bool:
    """Whether a quote is taken its meaning: an escape that is not one's itself stands before it."""
    at = quote
    while at > start and text[at - 1] == escape:
        at -= 1
    return (quote - at) % 2 == 1
