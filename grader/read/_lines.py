"""An answer as lines and table cells with their places: what the numeric readers walk through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from grader.model import Answer, Piece, Place

_MARKER = re.compile(r"^\s*(?:[-*+•◦▪–—>]\s+)*(?:\(?(?:\d{1,2}|[a-h]|i{1,3}|iv|v)[.)]\s+(?=\S))?")
_STRUCK = re.compile(
    r"~~[^~\n]{1,300}~~|<(?:del|s)>[^<\n]{0,300}</(?:del|s)>|\\(?:cancel|sout|st)\{[^{}\n]{0,200}\}"
)
_NOISE = re.compile(
    r"\\(?:tag|label|ref)\{[^{}\n]{0,40}\}|<[a-zA-Z/][^<>\n]{0,80}>|https?://\S+"
    r"|!\[[^\]\n]{0,200}\]\([^)\n]{0,300}\)|(?<![-<\w])-{2,}(?![->])"
    r"|\[[^\]\n]{0,200}\]\((?:https?:|#|\.{0,2}/|mailto:)[^)\n]{0,300}\)"
)
_BRACE = re.compile(
    r"\\(?:under|over)brace(?![a-zA-Z])|(?<=\})\s?[_^]\s?\{(?:[^{}\n]|\{[^{}\n]{0,80}\}){0,80}\}"
)
"""An underbrace and the words below it, in a line that has one."""
_RULE = re.compile(r"^[\s|:\-+=]+$")
_NUMERIC = re.compile(
    r"[\s$*+\-−≈~√({\[]*(?:\d|\.\d|\\(?:sqrt|frac|dfrac|approx|mathbf|textbf|boxed)\b)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line, or one cell of a table row.

    ``title`` is the title of a cell's column, ``row`` the first cell of its row. ``marker`` is
    the sign of a list that stood before the text.
    """

    text: str
    place: Place
    title: str = ""
    row: str = ""
    marker: str = ""
    cell: bool = False
    number: int = 0
    """Its count in the answer: the cells of one row share it."""

    @property
    def head(self) -> str:
        """What heads a cell: its column's title and its row's first cell, where these are words."""
        row = "" if self.row == self.text or _is_number(self.row) else self.row
        return f"{self.title} {row}".strip()


def lines(answer: Answer) -> Iterator[Line]:
    """Yield the lines of prose, formulas, tables and printed output; code only where alone."""
    pieces = answer.of("prose", "math", "table", "output")
    count = 0
    for piece in pieces or answer.of("code", "heading"):
        yield from _of_piece(piece, count)
        count += piece.text.count("\n") + 1


def may_be_lost(answer: Answer) -> bool:
    """Whether a part of the answer is an image, or was swallowed by a conversion."""
    return bool(answer.of("image") or answer.lost) or "![" in answer.text


def blanked(text: str, pattern: re.Pattern[str]) -> str:
    """Return the text with all matches turned to spaces, so that places stay as they are."""
    return pattern.sub(lambda found: " " * len(found.group()), text)


def _of_piece(piece: Piece, count: int) -> Iterator[Line]:
    header: list[str] = []
    rows = piece.text.split("\n")
    for number, raw in enumerate(rows):
        if not raw.strip():
            continue
        text = blanked(blanked(raw.rstrip("\r"), _STRUCK), _NOISE)
        if "brace" in text:
            text = blanked(text, _BRACE)
        place = _at(piece.place, number)
        cells = _cells(text)
        if cells is None:
            header = []
            yield _line(text, place, count + number)
        elif not _RULE.match(text):
            titles = _is_rule(rows, number + 1) or not (header or _is_data(cells))
            yield from _of_row(cells, [] if titles else header, place, count + number)
            header = cells if titles else header


def _is_rule(rows: list[str], number: int) -> bool:
    """Whether a row is the line of dashes below the titles."""
    return number < len(rows) and "-" in rows[number] and _RULE.match(rows[number]) is not None


def _line(text: str, place: Place, number: int) -> Line:
    found = _MARKER.match(text)
    marker = found.group().strip() if found else ""
    if found and marker:
        text = " " * found.end() + text[found.end() :]
    return Line(text=text, place=place, marker=marker, number=number)


def _of_row(cells: list[str], header: list[str], place: Place, number: int) -> Iterator[Line]:
    for index, cell in enumerate(cells):
        if cell.strip():
            title = header[index] if index < len(header) else ""
            yield Line(text=cell, place=place, title=title, row=cells[0], cell=True, number=number)


def _cells(text: str) -> list[str] | None:
    """Return the cells of a table row, or None for a line that is none."""
    stripped = text.strip()
    if stripped.count("|") > 1 and (
        stripped.startswith("|") or stripped.count(" | ") > 0 or _RULE.match(stripped)
    ):
        return [cell.strip() for cell in stripped.strip("|").split("|")]
    if "\t" in stripped:
        return [cell.strip() for cell in stripped.split("\t")]
    return None


def _is_data(cells: list[str]) -> bool:
    return any(_is_number(cell) for cell in cells)


def _is_number(cell: str) -> bool:
    return _NUMERIC.match(cell) is not None


def _at(place: Place, offset: int) -> Place:
    if place.unit != "line":
        return place
    line = min(place.start + offset, max(place.start, place.end))
    return replace(place, start=line, end=line)
