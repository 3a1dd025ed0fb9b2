"""The order in which a page is read: one column after the other, where it has two or three."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from grader.collect._pdf.flow import flows
from grader.collect._pdf.lines import Line, lines_of
from grader.collect._pdf.words import Word

_FEWEST = 6
"""Lines that stand beside others, at least, where a page has columns."""
_FILLED = 0.6


def columns(words: Sequence[Word], width: float, deep: int = 0) -> list[list[Line]]:
    """Return the lines of a page in columns, in the order in which they are read."""
    told = flows(words) if not deep else None
    if told is not None:
        return [lines_of(block) for block in told]
    lines = lines_of(words)
    gutter = _gutter(lines, width) if deep < 2 else None
    if gutter is None:
        return [lines]
    out: list[list[Line]] = []
    band: list[Word] = []
    for line in lines:
        if any(w.x0 < gutter < w.x1 for w in line.words) or _bridges(line, gutter):
            out += _split(band, gutter, deep)
            out.append(lines_of(line.words))
            band = []
        else:
            band += line.words
    return out + _split(band, gutter, deep)


def _bridges(line: Line, gutter: float) -> bool:
    """Whether a line runs on through the gutter, a blank of it standing there by chance."""
    return any(
        a.x1 <= gutter <= b.x0 and b.x0 - a.x1 < 0.8 * line.size for a, b in pairwise(line.words)
    )


def _split(band: list[Word], gutter: float, deep: int) -> list[list[Line]]:
    left = [w for w in band if w.x1 <= gutter]
    right = [w for w in band if w.x1 > gutter]
    halves = [half for half in (left, right) if half]
    return [
        column
        for half in halves
        for column in columns(half, max(w.x1 for w in half) - min(w.x0 for w in half), deep + 1)
    ]


def _gutter(lines: Sequence[Line], width: float) -> float | None:
    """Where the gap between two columns of prose stands, if there is one."""
    if len(lines) < _FEWEST:
        return None
    gaps: list[tuple[float, float, Line]] = []
    for line in lines:
        for a, b in pairwise(line.words):
            if b.x0 - a.x1 > 0.9 * line.size:
                gaps.append((a.x1, b.x0, line))
    if len(gaps) < _FEWEST:
        return None
    start = min(line.x0 for line in lines)
    best = max(
        ((low + high) / 2 for low, high, _ in gaps),
        key=lambda x: sum(low < x < high for low, high, _ in gaps),
    )
    if not start + 0.2 * width < best < start + 0.8 * width:
        return None
    within = [(low, high, line) for low, high, line in gaps if low < best < high]
    low = max(low for low, _, _ in within)
    high = min(high for _, high, _ in within)
    through = sum(any(w.x0 < best < w.x1 for w in line.words) for line in lines)
    if len(within) < max(_FEWEST, through) or high <= low:
        return None
    return (low + high) / 2 if _prose(lines, (low + high) / 2) else None


def _prose(lines: Sequence[Line], gutter: float) -> bool:
    """Whether both sides are filled with running text, as no table's cells are."""
    for side in (0, 1):
        own = [
            (min(w.x0 for w in words), max(w.x1 for w in words), len(words))
            for line in lines
            if (words := [w for w in line.words if (w.x0 > gutter) == bool(side)])
            and not any(w.x0 < gutter < w.x1 for w in line.words)
        ]
        if len(own) < _FEWEST:
            return False
        span = max(b for _, b, _ in own) - min(a for a, _, _ in own)
        if median(b - a for a, b, _ in own) < _FILLED * span or median(n for *_, n in own) < 4:
            return False
    return True
