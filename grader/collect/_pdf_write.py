"""Writes the lines, tables, listings and pictures of a PDF out as Markdown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from grader.collect._pdf_code import columns_of, listing
from grader.collect._pdf_lines import Line
from grader.collect._pdf_tables import Table

_BULLET = re.compile(r"[•◦▪‣∙●○■□–]\s*(?=\S)")
_HYPHEN = re.compile(r"([^\W\d_]{2,})-$")
_LOWER = re.compile(r"([^\W\d_]+)(\S*)\s?")
_KEPT = frozenset(
    ("self", "non", "pre", "multi", "one", "two", "semi", "leave", "high", "low", "cross", "co")
)
_LABEL = re.compile(
    r"\W*(?:(?:problem|question|exercise|task|part|section|answer|q)\b|\d{1,2}(?:\.\d{1,2}){0,2}\b|\(?[a-h]\))",
    re.IGNORECASE,
)
_ENDS = (".", "?", "!", ":", ";")
_LARGE = 1.13


@dataclass(slots=True, eq=False)
class Shown:
    """A picture, at its place on a page."""

    name: str
    page: int
    y: float


Item = Line | Table | Shown


@dataclass(slots=True)
class Measure:
    """What a document's running text looks like."""

    size: float
    pitch: float
    """Distance of its lines, in sizes of the font."""
    mono: bool
    """Whether all of it is printed in a font of equal widths, as an editor prints."""
    spaces: bool
    hyphens: frozenset[str] = frozenset()
    """Words with a hyphen within a line."""


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
        if last is not None and not heading and self._joins(last, line):
            text = self._unhyphenated(text)
        elif heading or last is None or self._parted(last, line):
            self._blank(line.page)
        if text:
            self._put(f"## {text}" if heading else text, line.page)
        if heading:
            self._blank(line.page)
            self._last = None

    def _write_text(self, lines: Sequence[Line]) -> None:
        """Write what an editor printed: each sign in its column, blank lines as they stood."""
        last: Line | None = None
        for line, row in zip(lines, columns_of(lines), strict=True):
            if last is not None and last.page == line.page:
                pitch = self.measure.pitch * line.size
                for _ in range(min(max(round((line.y - last.y) / pitch) - 1, 0), 3)):
                    self._put("", line.page)
            self._put(row.text, line.page)
            last = line

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

    def _joins(self, last: Line, line: Line) -> bool:
        """Whether the last line ends within a word that this one goes on with."""
        if not self.lines or not self.lines[-1] or self.lines[-1].startswith(("#", "|")):
            while self.lines and not self.lines[-1] and last.page != line.page:
                self.lines.pop()
                self.pages.pop()
        if not self.lines or not _HYPHEN.search(self.lines[-1]) or line.bullet:
            return False
        found = _LOWER.match(line.text())
        return found is not None and found.group(1)[0].islower() and not self._far(last, line)

    def _unhyphenated(self, text: str) -> str:
        """Move the rest of a word to the line that it began on; return what is left."""
        found = _LOWER.match(text)
        begun = _HYPHEN.search(self.lines[-1])
        if found is None or begun is None:
            return text
        start, rest = begun.group(1), found.group(1)
        stem = self.lines[-1].split()[-1][:-1]
        keeps = (
            "-" in stem
            or start.lower() in _KEPT
            or f"{start}-{rest}".lower() in self.measure.hyphens
        )
        self.lines[-1] = (self.lines[-1] if keeps else self.lines[-1][:-1]) + rest + found.group(2)
        return text[found.end() :].lstrip()

    def _far(self, last: Line, line: Line) -> bool:
        if last.page != line.page or line.y < last.y:
            return False
        return line.y - last.y > 1.22 * self.measure.pitch * max(last.size, line.size) + 1

    def _parted(self, last: Line, line: Line) -> bool:
        """Whether a paragraph ends between two lines."""
        if last.page != line.page or line.y < last.y:
            ended = last.text().rstrip().endswith(_ENDS)
            return ended or not line.text()[:1].islower() or line.bullet
        return self._far(last, line)


def _is_listing(item: Item) -> bool:
    return isinstance(item, Line) and item.mono


def measure(columns: Sequence[Sequence[Line]], *, spaces: bool) -> Measure:
    """Return what the running text of a document looks like."""
    sizes, mono, total = Counter[float](), 0, 0
    for line in (line for column in columns for line in column):
        signs_ = sum(len(w.text) for w in line.words)
        total += signs_
        if line.mono:
            mono += signs_
        else:
            sizes[round(line.size, 1)] += signs_
    all_mono = mono >= 0.9 * total > 0
    if all_mono or not sizes:
        sizes = Counter(round(line.size, 1) for column in columns for line in column)
    size = sizes.most_common(1)[0][0] if sizes else 10.0
    return Measure(size, _pitch(columns, size), all_mono, spaces, _hyphened(columns))


def _pitch(columns: Sequence[Sequence[Line]], size: float) -> float:
    gaps = Counter[float]()
    for column in columns:
        for a, b in pairwise(column):
            if a.page == b.page and abs(a.size - size) < 0.5 and abs(b.size - size) < 0.5:
                gap = round((b.y - a.y) / size, 2)
                if 0.9 < gap < 2.2 and len(a.words) > 4:
                    gaps[gap] += 1
    if not gaps:
        return 1.25
    most = gaps.most_common(1)[0][1]
    return min(gap for gap, count in gaps.items() if count >= max(most * 0.34, 1))


def _hyphened(columns: Sequence[Sequence[Line]]) -> frozenset[str]:
    found = set()
    for column in columns:
        for line in column:
            for word in line.words[:-1]:
                if "-" in word.text[1:-1] and len(found) < 5_000:
                    found.add(word.text.strip(".,;:()").lower())
    return frozenset(found)
