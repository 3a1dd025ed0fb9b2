"""Writes the lines, tables, listings and pictures of a PDF out as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.collect import _signs as signs
from grader.collect._pdf.code import Row, columns_of, listing, wrapped
from grader.collect._pdf.joins import joined, parted, starts_item
from grader.collect._pdf.lines import Line
from grader.collect._pdf.measure import Measure
from grader.collect._pdf.tables import Table

_BULLET = re.compile(r"[•◦▪‣∙●○■□–]\s*(?=\S)")
_LABEL = re.compile(
    r"\W*(?:(?:problem|question|exercise|task|part|section|answer|q)\b|\d{1,2}(?:\.\d{1,2}){0,2}\b|\(?[a-h]\))",
    re.IGNORECASE,
)
_LARGE = 1.13


@dataclass(slots=True, eq=False)
class Shown:
    """A picture, at its place on a page."""

    name: str
    page: int
    y: float


Item = Line | Table | Shown


@dataclass(slots=True)
class Writer:
    """Collects lines of Markdown, each with its page."""

    measure: Measure
    lines: list[str] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    _last: Line | None = None
    _table: tuple[int, int] | None = None
    _header: list[str] = field(default_factory=list)

    def write(self, items: Sequence[Item]) -> None:
        """Write all items of a document, in order."""
        at = 0
        while at < len(items):
            item = items[at]
            if isinstance(item, Table):
                self._write_table(item)
                at += 1
            elif isinstance(item, Shown):
                self._blank(item.page)
                self._put(f"![picture]({item.name})", item.page)
                self._blank(item.page)
                self._table = None
                at += 1
            elif item.mono:
                end = at + 1
                while end < len(items) and _is_listing(items[end]):
                    end += 1
                run = [i for i in items[at:end] if isinstance(i, Line)]
                self._write_text(run) if self.measure.mono else self._write_listing(run)
                at = end
            else:
                self._write_line(item)
                at += 1

    def _put(self, text: str, page: int) -> None:
        self.lines.append(text)
        self.pages.append(page)

    def _blank(self, page: int) -> None:
        if self.lines and self.lines[-1]:
            self._put("", page)

    def _write_table(self, table: Table) -> None:
        page, rows = table.lines[0].page, table.rows
        goes_on = self._table == (page - 1, len(table.columns)) and page == table.lines[0].page
        self._last = None
        if goes_on:
            if rows[0] == self._header:
                rows = rows[1:]
            while self.lines and not self.lines[-1]:
                self.lines.pop()
                self.pages.pop()
        else:
            self._blank(page)
            self._header = rows[0]
        for n, row in enumerate(rows):
            self._put("| " + " | ".join(row) + " |", page)
            if n == 0 and not goes_on:
                self._put("|" + "---|" * len(table.columns), page)
        self._blank(table.lines[-1].page)
        self._table = (table.lines[-1].page, len(table.columns))

    def _write_listing(self, lines: Sequence[Line]) -> None:
        self._last, self._table = None, None
        for chunk in listing(lines):
            rows = [row for row in chunk.rows if row.text.strip() or row is not chunk.rows[0]]
            if not rows:
                continue
            self._blank(rows[0].page)
            self._put("```" + chunk.lang, rows[0].page)
            for row in rows:
                self._put(row.text.replace("```", "'''"), row.page)
            self._put("```", rows[-1].page)
            self._blank(rows[-1].page)

    def _write_line(self, line: Line) -> None:
        last, self._last, self._table = self._last, line, None
        heading = self._is_heading(line)
        text = self._text(line)
        if not text:
            return
        if last is not None and self.lines and not heading and not line.bullet:
            whole = joined(self.lines[-1], text, last, line, self.measure)
            if whole is not None:
                self.lines[-1] = whole
                return
        if heading or last is None or parted(last, line, self.measure):
            self._blank(line.page)
        self._put(f"## {text}" if heading else text, line.page)
        if heading:
            self._blank(line.page)
            self._last = None

    def _write_text(self, lines: Sequence[Line]) -> None:
        """Write what an editor printed: each sign in its column, blank lines as they stood."""
        rows = columns_of(lines)
        for n, (line, row) in enumerate(zip(lines, rows, strict=True)):
            last = lines[n - 1] if n else None
            if last is not None and last.page == line.page:
                pitch = self.measure.pitch * line.size
                for _ in range(min(max(round((line.y - last.y) / pitch) - 1, 0), 3)):
                    self._put("", line.page)
            glue = self._glue(rows[n - 1], row) if n else None
            if glue is None:
                self._put(row.text, line.page)
            else:
                self.lines[-1] += glue + row.text

    def _glue(self, before: Row, row: Row) -> str | None:
        """What stood between two rows that an editor wrapped at the edge of the page."""
        fresh = row.text.startswith(" ") or signs.STRONG.match(row.text) or starts_item(row.text)
        return None if fresh or not self.lines[-1] else wrapped(before, row)

    def _text(self, line: Line) -> str:
        text = line.text(spaces=self.measure.spaces).strip()
        if line.bullet:
            return f"- {text}"
        return _BULLET.sub("- ", text, count=1) if _BULLET.match(text) else text

    def _is_heading(self, line: Line) -> bool:
        if line.bullet or self.measure.mono:
            return False
        text = line.text()
        letters = sum(c.isalnum() for c in text)
        if line.size >= _LARGE * self.measure.size and letters > 0:
            return len(text) < 160
        bold = line.bold and len(text) < 80 and "=" not in text and not text.endswith(".")
        return bold and bool(_LABEL.match(text)) and len(text.split()) <= 12


def _is_listing(item: Item) -> bool:
    return isinstance(item, Line) and item.mono
