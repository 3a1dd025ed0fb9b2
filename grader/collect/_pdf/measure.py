"""What the running text of a document looks like: its size, the distance of its lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from grader.collect._pdf.code import listing
from grader.collect._pdf.lines import Line


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
    all_mono = mono >= 0.9 * total > 0 and not _is_program(columns)
    if all_mono or not sizes:
        sizes = Counter(round(line.size, 1) for column in columns for line in column)
    size = sizes.most_common(1)[0][0] if sizes else 10.0
    return Measure(size, _pitch(columns, size), all_mono, spaces, _hyphened(columns))


def _is_program(columns: Sequence[Sequence[Line]]) -> bool:
    """Whether most of a document is code: a program that was printed, and no text."""
    code = rest = 0
    for chunk in listing([line for column in columns for line in column if line.mono]):
        count = sum(len(row.text.strip()) for row in chunk.rows)
        if chunk.lang == "python":
            code += count
        else:
            rest += count
    return code > 2 * rest


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
    found: set[str] = set()
    for column in columns:
        for line in column:
            for word in line.words[:-1]:
                if "-" in word.text[1:-1] and len(found) < 5_000:
                    found.add(word.text.strip(".,;:()").lower())
    return frozenset(found)


def overflowing(columns: Sequence[Sequence[Line]], width: float) -> list[Line]:
    """Return lines of equal widths that run into the edge of the page, and are cut off there."""
    lines = [line for column in columns for line in column]
    even = [line for line in lines if line.mono and line.words]
    if not even:
        return []
    advance = even[0].words[0].advance
    right = max(line.x1 for line in even)
    if right <= width - min(line.x0 for line in lines) + advance:
        return []
    found = [line for line in even if line.x1 > right - advance]
    return found if len(found) > 1 else []
