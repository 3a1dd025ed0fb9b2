"""Columns that the file's own order tells: it finishes one of them before it begins the next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from grader.collect._pdf.words import Word

_FEWEST = 4
"""Lines of a column, at least."""
_BACK = 3.0
"""Sizes of the font by which the next column begins higher up than the last one ended."""
_MOST_OVER = 0.1
"""Share of a column's words that may run over into the next one, as those of a wide table do."""
_LABEL = re.compile(
    r"\W*(?:(?:problem|question|exercise|task|part|answer|q)\s?)?\(?\d{0,2}(?:\.\d{1,2})*[a-h]?\W*",
    re.IGNORECASE,
)
_MOST_LABELS = 0.8


def flows(words: Sequence[Word]) -> list[list[Word]] | None:
    """Return the words of a page by columns, with what stands above and below them, or None."""
    if not words:
        return None
    size = median(w.size for w in words)
    runs = _runs(words, size)
    blocks = [run for run in runs if _height(run, size) >= _FEWEST]
    if not 2 <= len(blocks) <= 3:
        return None
    head, foot = _ends(blocks, size)
    if not all(blocks) or not _beside(blocks, size) or any(map(_labels, blocks)):
        return None
    for run in runs:
        if _height(run, size) < _FEWEST and not _placed(run, blocks, head, foot):
            return None
    return [part for part in (head, *blocks, foot) if part]


def _runs(words: Sequence[Word], size: float) -> list[list[Word]]:
    """Words in the order of the file, parted where it goes back up the page."""
    runs = [[words[0]]]
    for before, word in pairwise(words):
        if word.y < before.y - _BACK * size:
            runs.append([])
        runs[-1].append(word)
    return runs


def _height(run: Sequence[Word], size: float) -> int:
    """How many lines words stand on."""
    return len({round(w.y / size) for w in run})


def _ends(blocks: list[list[Word]], size: float) -> tuple[list[Word], list[Word]]:
    """Take what stands above all columns from the first, and what runs below from the last."""
    top = min(w.y for block in blocks[1:] for w in block) - size
    right = min(w.x0 for w in blocks[1])
    over = [w.y for w in blocks[0] if w.x1 > right and w.y < top]
    lid = max(over, default=-1.0) + 0.5 * size
    head = [w for w in blocks[0] if over and w.y < lid]
    blocks[0] = [w for w in blocks[0] if not over or w.y >= lid]
    bottom = max((w.y for block in blocks[:-1] for w in block), default=0.0) + size
    edge = blocks[-1][0].x0 - size
    under = [w.y for w in blocks[-1] if w.x0 < edge and w.y > bottom]
    floor = min(under, default=0.0) - 0.5 * size
    foot = [w for w in blocks[-1] if under and w.y > floor]
    blocks[-1] = [w for w in blocks[-1] if not under or w.y <= floor]
    return head, foot


def _beside(blocks: Sequence[Sequence[Word]], size: float) -> bool:
    """Whether blocks stand beside each other, each to the right of the one before it."""
    for a, b in pairwise(blocks):
        left = min(w.x0 for w in b)
        if sum(w.x1 + 0.5 * size > left for w in a) > _MOST_OVER * len(a):
            return False
        low, high = (
            max(min(w.y for w in c) for c in (a, b)),
            min(max(w.y for w in c) for c in (a, b)),
        )
        least = min(max(w.y for w in c) - min(w.y for w in c) for c in (a, b))
        if high - low < 0.5 * least:
            return False
    return True


def _labels(block: Sequence[Word]) -> bool:
    """Whether nearly all that stands in a block are labels or numbers of lines."""
    rows: dict[int, list[str]] = {}
    for w in block:
        rows.setdefault(round(w.y), []).append(w.text)
    bare = sum(bool(_LABEL.fullmatch(" ".join(row))) for row in rows.values())
    return bare >= _MOST_LABELS * len(rows)


def _placed(
    run: Sequence[Word], blocks: Sequence[list[Word]], head: list[Word], foot: list[Word]
) -> bool:
    """Put a few words above, below or into the column that they stand in, if there is one."""
    top = min(w.y for block in blocks for w in block)
    bottom = max(w.y for block in blocks for w in block)
    head += [w for w in run if w.y < top]
    foot += [w for w in run if w.y > bottom]
    inside = [w for w in run if top <= w.y <= bottom]
    if not inside:
        return True
    x0, x1 = min(w.x0 for w in inside), max(w.x1 for w in inside)
    for n, block in enumerate(blocks):
        left = min(w.x0 for w in block)
        right = min(w.x0 for w in blocks[n + 1]) if n + 1 < len(blocks) else float("inf")
        if left - 1 <= x0 and x1 <= right:
            block.extend(inside)
            return True
    return False
