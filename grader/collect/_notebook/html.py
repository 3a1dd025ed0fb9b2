"""Tables and plain text out of the HTML that code shows (pandas does): read, never rendered.

The library's own parser takes quadratic time on tags and comments that do not end, so that a few
hundred kilobytes can stop it for minutes; tags of bounded length are looked for here.
"""

from __future__ import annotations

import html as entities
import re

MAX_HTML = 400_000
_MAX_ROWS, _MAX_COLUMNS, _MAX_CELL = 400, 60, 300
_BREAKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre"})
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]{0,15})(?:[\s/][^<>]{0,4000})?>")
_LONG_ENTITY = re.compile(r"&#\w{9,}")
_HIDDEN = frozenset({"style", "script", "head", "title"})


def written(html: str) -> list[str]:
    """Return HTML as lines: its tables as Markdown tables, other text as it reads.

    >>> written("<table><tr><th></th><th>mse</th></tr><tr><th>0</th><td>5.3</td></tr></table>")
    ['|  | mse |', '|---|---|', '| 0 | 5.3 |']
    """
    reader = _Reader()
    reader.feed(html[:MAX_HTML])
    return reader.done()


def _without_comments(html: str) -> str:
    kept, at = [], 0
    while (start := html.find("<!--", at)) >= 0:
        kept.append(html[at:start])
        end = html.find("-->", start)
        if end < 0:
            return "".join(kept)
        at = end + 3
    return "".join([*kept, html[at:]])


class _Reader:
    """Writes down cells of tables by row, and text outside of them by line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.rows: list[list[str]] = []
        self.text: list[str] = []
        self.tables = self.hidden = 0

    def feed(self, html: str) -> None:
        """Take a document in, tag by tag."""
        html, at = _without_comments(html), 0
        for tag in _TAG.finditer(html):
            self._data(html[at : tag.start()])
            (self._end if tag["end"] else self._start)(tag["name"].lower())
            at = tag.end()
        self._data(html[at:])

    def _start(self, tag: str) -> None:
        if tag in _HIDDEN:
            self.hidden += 1
        elif tag == "table":
            if not self.tables:
                self._end_line()
            self.tables += 1
        elif self.tables == 1 and tag == "tr":
            self._end_cell()
            self.rows.append([])
        elif self.tables == 1 and tag in {"td", "th"}:
            self._end_cell()
            if not self.rows:
                self.rows.append([])
            self.rows[-1].append("")
        elif tag in _BREAKS:
            self.text.append(" ")
            if not self.tables:
                self._end_line()

    def _end(self, tag: str) -> None:
        if tag in _HIDDEN:
            self.hidden = max(self.hidden - 1, 0)
        elif tag == "table" and self.tables:
            self.tables -= 1
            if not self.tables:
                self._end_table()
        elif self.tables == 1 and tag in {"td", "th", "tr"}:
            self._end_cell()
        elif tag in _BREAKS and not self.tables:
            self._end_line()

    def _data(self, data: str) -> None:
        if data and not self.hidden:
            self.text.append(entities.unescape(_LONG_ENTITY.sub("", data)))

    def _end_cell(self) -> None:
        text = " ".join("".join(self.text).split())
        self.text.clear()
        if text and self.rows and self.rows[-1] and len(self.rows) <= _MAX_ROWS:
            self.rows[-1][-1] = f"{self.rows[-1][-1]} {text}".strip()[:_MAX_CELL]

    def _end_line(self) -> None:
        text = "".join(self.text)
        self.text.clear()
        self.lines += [line.strip() for line in text.split("\n") if line.strip()]

    def _end_table(self) -> None:
        self._end_cell()
        rows = [row[:_MAX_COLUMNS] for row in self.rows[:_MAX_ROWS] if row]
        self.rows = []
        if not rows:
            return
        width = max(map(len, rows))
        shown = [_row([*row, *[""] * (width - len(row))]) for row in rows]
        self.lines += ["", shown[0], "|" + "---|" * width, *shown[1:], ""]

    def done(self) -> list[str]:
        """Return the lines, without blank ones at the ends."""
        if self.tables or self.rows:
            self._end_table()
        self._end_line()
        while self.lines and not self.lines[0]:
            self.lines.pop(0)
        while self.lines and not self.lines[-1]:
            self.lines.pop()
        return self.lines


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
