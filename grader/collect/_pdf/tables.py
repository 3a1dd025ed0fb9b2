"""Tables of a page: lines whose words stand in columns with the same gaps between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from grader.collect._pdf.grids import grids
from grader.collect._pdf.lines import Line, lines_of
from grader.collect._pdf.shapes import Box, Shapes
from grader.collect._pdf.words import Word

Span = tuple[float, float]

_MARK = re.compile(
    r"(?:[•◦▪‣∙·*–—-]|\(?(?:\d{1,3}(?:\.\d{1,2}){0,2}|[A-Za-z]|[ivx]{1,4})[.):]|\d{1,2}\.\d{1,2})$"
)
_WIDE = 1.1
"""Gap between two cells, in sizes of the font, where the file holds no blanks."""
_BARE = 0.15
"""The same, where the file holds blanks but none there."""
_SIGNS = frozenset("+-−=·×*/<>≈≤≥±()[],.")
_APART = 2.6
"""Rows of a table stand no further apart, in sizes of the font."""


@dataclass(slots=True, eq=False)
class Table:
    """Rows of cells, and the lines of the page that they were made from."""

    rows: list[list[str]]
    columns: list[Span]
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class _Grown:
    """A table that is growing downwards: the gaps that all of its lines leave open."""

    rivers: list[Span]
    end: int
    multi: int


def tables(
    lines: Sequence[Line], shapes: Shapes, pitch: float, *, spaces: bool, left: float = -1e9
) -> list[Line | Table]:
    """Return the lines of a column, those that make up tables as tables.

    ``pitch`` is the distance of lines of running text, in sizes of their font; a frame that begins
    before ``left`` belongs to another column.
    """
    out: list[Line | Table] = []
    ruled = [grid for grid in grids(shapes) if grid.box.x0 > left]
    frame = [next((g for g in ruled if g.holds(n.x0, n.x1, n.y)), None) for n in lines]
    at = 0
    while at < len(lines):
        framed = frame[at]
        stop = at + 1
        while stop < len(lines) and frame[stop] is framed:
            stop += 1
        if framed is not None:
            edges = [(x, x) for x in framed.edges]
            out.append(_table(list(lines[at:stop]), edges, shapes, pitch, spaces=spaces))
            at = stop
            continue
        grown = _grow(lines[:stop], at, shapes, spaces=spaces)
        if grown is None:
            out.append(lines[at])
            at += 1
            continue
        own = list(lines[at : grown.end])
        out.append(_table(own, grown.rivers, shapes, pitch, spaces=spaces))
        at = grown.end
    return out


def cells(line: Line) -> list[Span]:
    """Return from where to where the parts of a line reach that wide gaps set apart."""
    edges = list(_breaks(line, spaces=False))
    starts = [line.x0, *(high for _, high in edges)]
    return list(zip(starts, [*(low for low, _ in edges), line.x1], strict=True))


def _breaks(line: Line, *, spaces: bool) -> list[Span]:
    """The gaps of a line that may part two cells."""
    out = []
    for n, (a, b) in enumerate(pairwise(line.words)):
        if n == 0 and _MARK.match(a.text):
            continue
        gap = b.x0 - a.x1
        math = a.text in _SIGNS or b.text in _SIGNS or line.raised.get(n) or line.raised.get(n + 1)
        blank = spaces and b.font.blank
        bare = blank and not b.spaced and gap > _BARE * line.size and not math
        if bare or gap > _WIDE * line.size:
            out.append((a.x1, b.x0))
    return out


def _grow(lines: Sequence[Line], at: int, shapes: Shapes, *, spaces: bool) -> _Grown | None:
    """Return the table that starts at a line, as far down as it goes."""
    first = lines[at]
    rivers = _breaks(first, spaces=spaces)
    if not rivers or first.mono:
        return None
    start, stop = first.x0, first.x1
    rows, multi, end = [rivers], 1, at + 1
    widest = 0.0
    last_multi = at
    for n in range(at + 1, len(lines)):
        line = lines[n]
        gap = line.y - lines[n - 1].y
        ruled = _ruled(shapes, lines[n - 1], line, start, stop)
        limit = _APART * first.size if multi < 3 else max(1.3 * widest, 1.5 * first.size)
        if gap > limit and not (ruled and gap < 4 * first.size):
            break
        kept = _narrowed(rivers, line, spaces=spaces)
        own = _breaks(line, spaces=spaces)
        if not kept or (line.mono and not ruled):
            break
        shared = [r for r in kept if any(a < r[1] and r[0] < b for a, b in own)]
        if own and not shared and not ruled:
            break
        inside = line.x0 > start - first.size and len(kept) >= len(rivers)
        if not own and not inside:
            break
        if own:
            multi, last_multi = multi + 1, n
            rows.append(own)
            widest = max(widest, gap) if multi > 2 or gap < 2.2 * first.size else widest
            start, stop = min(start, line.x0), max(stop, line.x1)
        rivers = kept
    end = _tail(lines, last_multi, rivers, shapes, spaces=spaces)
    rivers = _narrowed_all(_union(rows), lines[at:end], spaces=spaces)
    rivers = [r for r in rivers if _told(r, rows)]
    return _Grown(rivers, end, multi) if multi > 1 and rivers else None


def _union(rows: Sequence[Sequence[Span]]) -> list[Span]:
    """All gaps of all rows, overlapping ones as one."""
    out: list[Span] = []
    for low, high in sorted(gap for row in rows for gap in row):
        if out and low < out[-1][1]:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return out


def _narrowed_all(rivers: list[Span], lines: Sequence[Line], *, spaces: bool) -> list[Span]:
    for line in lines:
        rivers = _narrowed(rivers, line, spaces=spaces)
    return rivers


def _told(river: Span, rows: Sequence[Sequence[Span]]) -> bool:
    """Whether enough lines have a gap there that parts cells."""
    count = sum(any(a <= river[0] + 0.5 and river[1] <= b + 0.5 for a, b in row) for row in rows)
    return count * 3 >= len(rows) and count > 1


def _narrowed(rivers: Sequence[Span], line: Line, *, spaces: bool) -> list[Span]:
    """What the text of a line leaves open of gaps."""
    out = list(rivers)
    for start, end in _ink(line, spaces=spaces):
        cut: list[Span] = []
        for low, high in out:
            if end <= low or start >= high:
                cut.append((low, high))
                continue
            cut += [(a, b) for a, b in ((low, start), (end, high)) if b - a > 1.0]
        out = cut
    return out


def _ink(line: Line, *, spaces: bool) -> list[Span]:
    """From where to where words stand that belong together."""
    out: list[Span] = []
    for word in line.words:
        gap = word.x0 - out[-1][1] if out else 0.0
        blank = spaces and word.font.blank
        bare = blank and not word.spaced and gap > _BARE * line.size
        if not out or bare or gap > (_WIDE if blank else 0.5) * line.size:
            out.append((word.x0, word.x1))
        else:
            out[-1] = (out[-1][0], max(word.x1, out[-1][1]))
    return out


def _tail(
    lines: Sequence[Line], last: int, rivers: Sequence[Span], shapes: Shapes, *, spaces: bool
) -> int:
    """Where a table ends: lines that go on in a cell of its last row belong to it."""
    end = last + 1
    while end < len(lines):
        line, before = lines[end], lines[end - 1]
        close = line.y - before.y < 1.35 * line.size
        alone = bool(_narrowed(rivers, line, spaces=spaces)) and line.x0 > rivers[0][1] - 1
        below = any(
            0 < rule.y0 - line.y < 2 * line.size and rule.x0 < line.x0 and rule.x1 > line.x1
            for rule in shapes.level
        )
        if not (close and (alone or below)):
            break
        end += 1
    return end


def _ruled(shapes: Shapes, above: Line, below: Line, start: float, stop: float) -> bool:
    """Whether a rule stands between two lines, as between the rows of a table."""
    return any(
        above.y - 2 < rule.y0 < below.y and rule.x0 < stop and rule.x1 > start
        for rule in shapes.level
    )


def _table(
    lines: list[Line], rivers: list[Span], shapes: Shapes, pitch: float, *, spaces: bool
) -> Table:
    edges = [(low + high) / 2 for low, high in rivers]
    words = [w for line in lines for w in line.words]
    bands = _bands(lines, edges, shapes, pitch)
    rows = []
    for low, high in bands:
        row = []
        for left, right in zip([-1e9, *edges], [*edges, 1e9], strict=True):
            own = [w for w in words if left < (w.x0 + w.x1) / 2 <= right and low < w.y <= high]
            row.append(_cell(own, spaces=spaces))
        if any(row):
            rows.append(row)
    lefts = [*edges]
    spans = list(
        zip([min(w.x0 for w in words), *lefts], [*lefts, max(w.x1 for w in words)], strict=True)
    )
    return Table(_joined(rows), spans, lines)


def _cell(words: list[Word], *, spaces: bool) -> str:
    if not words:
        return ""
    return " ".join(line.text(spaces=spaces) for line in lines_of(words)).replace("|", "\\|")


def _bands(
    lines: Sequence[Line], edges: Sequence[float], shapes: Shapes, pitch: float
) -> list[Span]:
    """From where to where each row reaches."""
    top, bottom = lines[0].y - lines[0].size, lines[-1].y + lines[-1].size
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    rules = _levels(shapes.level, Box(left, top - 12, right, bottom + 12))
    inner = [y for y in rules if top + lines[0].size * 0.5 < y < bottom - lines[-1].size * 0.5]
    heights = [line.y for line in lines]
    if len(inner) > 1 and len(inner) + 1 >= 0.6 * _rows_at_least(heights, inner):
        cuts = [top - 50, *inner, bottom + 50]
        return list(pairwise(cuts))
    near = 1.06 * pitch * lines[0].size
    close = [b - a <= near for a, b in pairwise(heights)]
    stacked = any(close) and not all(close)
    cuts = [top - 50]
    for n, (a, b) in enumerate(pairwise(lines)):
        if not (stacked and _same_row(a, b, edges, near) and close[n]):
            cuts.append((a.y + b.y) / 2 + 0.1 * b.size)
    return list(pairwise([*cuts, bottom + 50]))


def _rows_at_least(heights: Sequence[float], inner: Sequence[float]) -> int:
    """How many of the bands between rules hold a line."""
    cuts = [-1e9, *inner, 1e9]
    return sum(any(a < y <= b for y in heights) for a, b in pairwise(cuts))


def _same_row(above: Line, below: Line, edges: Sequence[float], near: float) -> bool:
    """Whether a line goes on in a cell of the row above: it does not fill all columns anew."""
    del near

    def filled(line: Line) -> set[int]:
        return {sum((w.x0 + w.x1) / 2 > edge for edge in edges) for w in line.words}

    return len(filled(below)) <= len(edges) or len(filled(above)) <= len(edges)


def _levels(rules: Sequence[Box], area: Box) -> list[float]:
    """The heights of rules that cross a good part of an area."""
    heights: dict[float, float] = {}
    for rule in rules:
        if area.y0 <= rule.y0 <= area.y1 and rule.x1 > area.x0 and rule.x0 < area.x1:
            key = next((y for y in heights if abs(y - rule.y0) < 3), rule.y0)
            heights[key] = heights.get(key, 0.0) + min(rule.x1, area.x1) - max(rule.x0, area.x0)
    return sorted(y for y, length in heights.items() if length > 0.45 * area.width)


def _joined(rows: list[list[str]]) -> list[list[str]]:
    return [[cell.strip() for cell in row] for row in rows]
