"""Tables and plain text out of the HTML that code shows (pandas does): read, never rendered."""

from __future__ import annotations

from html.parser import HTMLParser

MAX_HTML = 400_000
_MAX_ROWS, _MAX_COLUMNS, _MAX_CELL = 400, 60, 300
_BREAKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre"})
_HIDDEN = frozenset({"style", "script", "head", "title"})


def written(html: str) -> list[str]:
    """Return HTML as lines: its tables as Markdown tables, other text as it reads.

    >>> written("<table><tr><th></th><th>mse</th></tr><tr><th>0</th><td>5.3</td></tr></table>")
    ['|  | mse |', '|---|---|', '| 0 | 5.3 |']
    """
    reader = _Reader()
    reader.feed(html[:MAX_HTML])
    reader.close()
    return reader.done()


class _Reader(HTMLParser):
    """Writes down cells of tables by row, and text outside of them by line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.rows: list[list[str]] = []
        self.text: list[str] = []
        self.tables = self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
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

    def handle_endtag(self, tag: str) -> None:
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

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.text.append(data)

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
