"""The header of a gradebook of Canvas, as its importer reads it.

Source: instructure/canvas-lms lib/gradebook_importer.rb (header?, update_column_count,
NON_ASSIGNMENT_COLUMN_HEADERS) and app/models/abstract_assignment.rb (title_and_id).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.export._match import folded
from grader.export._plan import Unusable
from grader.export._table import Row, Table

_TITLE = re.compile(r"(.*)\s\((\d+)\)")
_TOTALS = re.compile(
    "Current Score|Current Points|Current Grade|Final Score|Final Points|Final Grade"
    "|Override Score|Override Grade|Override Status"
)
_LOGIN = re.compile(r"SIS\s+Login\s+ID")
_USER = re.compile(r"SIS\s+User\s+ID")
_INTEGRATION = re.compile(r"Integration\s+ID")
_ACCOUNT = re.compile(r"Root\s+Account")
_FORMULA = re.compile(r'\s*="(.*)"', re.DOTALL)


def titled(header: str) -> tuple[str, str | None]:
    """Return an assignment's title and its id in Canvas, None where the heading has none.

    >>> titled("Midterm (12)"), titled("Midterm"), titled("Essay (2) (34)")
    (('Midterm', '12'), ('Midterm', None), ('Essay (2)', '34'))
    """
    found = _TITLE.fullmatch(header)
    return (found[1], found[2]) if found else (header, None)


def kept(header: str) -> bool:
    """Whether Canvas takes a column for an assignment, and not for one of its totals.

    >>> kept("Midterm (12)"), kept("Final Grade Essay (13)")
    (True, False)
    """
    return not _TOTALS.search(header)


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a gradebook by their place."""

    row: Row
    names: int
    """Columns of the name: one, or two (last, first)."""
    id_columns: tuple[int, ...]
    """Canvas id, SIS user id, SIS login id: in the order in which Canvas asks them."""
    first: int
    """The first column behind those of the student."""

    @property
    def assignments(self) -> list[int]:
        """Columns that are assignments for certain: with an id, and no total."""
        return [
            at
            for at, text in enumerate(self.row.texts)
            if at >= self.first and titled(text)[1] is not None and kept(text)
        ]

    def find(self, wanted: Iterable[str]) -> list[int]:
        """The columns of an assignment by heading, id or title; the first wish that is met."""
        texts = self.row.texts
        places = range(self.first, len(texts))
        for text in wanted:
            for fits in (
                lambda one, text=text: one == text.strip(),
                lambda one, text=text: titled(one)[1] == text.strip(),
                lambda one, text=text: folded(titled(one)[0]) == folded(text),
            ):
                found = [at for at in places if texts[at] and fits(texts[at])]
                if found:
                    return found
        return []

    def ids(self, row: Row) -> dict[str, str]:
        """A row's ids by heading, in the order in which Canvas asks them."""
        return {self.row.at(at): row.at(at) for at in self.id_columns}

    def name(self, row: Row) -> str:
        """A row's whole name; the quotes that Canvas puts around a formula are taken off."""
        cells = [_bare(row.at(at)) for at in range(self.names)]
        return cells[0] if self.names == 1 else f"{cells[1]} {cells[0]}".strip()


def _bare(text: str) -> str:
    found = _FORMULA.fullmatch(text)
    return found[1] if found else text


def skipped(row: Row, delimiter: str) -> bool:
    """Whether Canvas skips a line: nothing but separators and spaces, and some of them."""
    line = delimiter.join(cell.raw for cell in row.cells)
    return bool(line) and not line.strip(";, ")


def header_of(sheet: Table) -> Header:
    """Return the header of a gradebook.

    Raises:
        Unusable: when Canvas would refuse it.
    """
    row = next((row for row in sheet.rows if not skipped(row, sheet.delimiter)), None)
    texts = row.texts if row is not None else []
    one = len(texts) > 3 and "Student" in texts[0] and "ID" in texts[1]
    two = len(texts) > 4 and "LastName" in texts[0] and "FirstName" in texts[1] and "ID" in texts[2]
    if row is None or not (one or two):
        raise Unusable(
            f"{sheet.name}: no gradebook of Canvas; its first line has to begin with Student, ID. "
            "Export it there (Gradebook, Export) and give that file as it is"
        )
    names = 2 if texts[0] == "LastName" and texts[1] == "FirstName" else 1
    header = _columns(row, names)
    if header is None:
        raise Unusable(
            f"{sheet.name}: the column Section is not where Canvas wants it, behind the ids; "
            "export the gradebook again and leave its columns as they are"
        )
    return header


def _columns(row: Row, names: int) -> Header | None:
    """Find the columns of ids by their place, as the importer does."""
    texts = [*row.texts, "", "", "", "", ""]
    at = names + 1
    ids = [names]
    if _LOGIN.search(texts[at]):
        ids.append(at)
        at += 1
    elif _USER.search(texts[at]) and _LOGIN.search(texts[at + 1]):
        ids += [at, at + 1]
        at += 2
        at += bool(_INTEGRATION.search(texts[at]))
        at += bool(_ACCOUNT.search(texts[at]))
    return Header(row, names, tuple(ids), at + 1) if "Section" in texts[at] else None


def strange(sheet: Table, head: Header) -> Iterator[str]:
    """What Canvas would not read as we do: encodings, loose quotes, lines that are too short.

    It takes the separator that parts each of the first three lines into as many cells, and a
    wrong one where they differ (identify_delimiter).
    """
    if not sheet.codec.startswith("utf-8"):
        yield f"Canvas reads UTF-8 alone, and this file is {sheet.codec}; export it again"
    width = len(head.row.cells)
    for row in sheet.rows[:3]:
        if len(row.cells) != width:
            yield f"line {row.number}: {len(row.cells)} of {width} cells; Canvas would not see it is CSV"
    for row in sheet.rows:
        for cell in row.cells:
            if '"' in cell.raw and cell.raw != '"' + cell.text.replace('"', '""') + '"':
                yield f"line {row.number}: loose quotes in {cell.text[:40]!r}; Canvas refuses them"
        if len(row.cells) < width and row.at(0) and "Points Possible" not in row.at(0):
            yield f"line {row.number}: {len(row.cells)} of {width} cells; is the file half there?"
