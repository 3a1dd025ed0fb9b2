"""Formulas that were typeset: fractions and roots are told by the bars that are drawn in them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.collect._pdf.lines import lines_of
from grader.collect._pdf.shapes import Box, Shapes
from grader.collect._pdf.words import Word

_MOST_BARS = 400
_PLAIN = re.compile(r"[\w.,]+")
_ROOT = "√"
_UNDER = 0.16
"""Lines under words stand no further from them, in sizes of the font."""


def typeset(words: Sequence[Word], shapes: Shapes) -> list[Word]:
    """Return words with each fraction as one word, ``(a)/(b)``, and roots with brackets."""
    left = list(words)
    bars = sorted(shapes.level, key=lambda bar: bar.width)[:_MOST_BARS]
    for bar in bars:
        if 3 < bar.width < 400 and not _is_rule(bar, shapes):
            left = _folded(left, bar)
    return left


def _is_rule(bar: Box, shapes: Shapes) -> bool:
    """Whether a bar belongs to a table or a frame: an upright line touches it."""
    return any(
        line.y0 - 2 <= bar.y0 <= line.y1 + 2 and bar.x0 - 2 <= line.x0 <= bar.x1 + 2
        for line in shapes.upright
    ) or any(
        other is not bar
        and abs(other.y0 - bar.y0) < 1
        and (abs(other.x0 - bar.x1) < 2 or abs(other.x1 - bar.x0) < 2)
        for other in shapes.level
    )


def _folded(words: list[Word], bar: Box) -> list[Word]:
    inside = [w for w in words if bar.x0 - 1.5 <= w.x0 and w.x1 <= bar.x1 + 1.5]
    above = _near(inside, bar, above=True)
    below = _near(inside, bar, above=False)
    if above and below and _is_fraction(above, below, bar) and not _underlines(bar, above, words):
        rest = [w for w in words if w not in above and w not in below]
        made = _fraction(above, below, bar, _beside(bar, rest))
        at = next(n for n, w in enumerate(words) if w in above or w in below)
        return [*rest[:at], made, *rest[at:]]
    if below and not above:
        return _rooted(words, below, bar)
    return words


def _near(words: Sequence[Word], bar: Box, *, above: bool) -> list[Word]:
    """The words right above or below a bar, scripts of theirs included."""
    y = bar.y0
    if above:
        low = [w for w in words if 0 < y - w.y < 1.0 * w.size]
        base = max((w.y for w in low), default=None)
        return (
            []
            if base is None
            else [w for w in words if 0 < y - w.y < 2.2 * w.size and w.y > base - w.size]
        )
    high = [w for w in words if 0.55 * w.size < w.y - y < 1.45 * w.size]
    base = min((w.y for w in high), default=None)
    return (
        []
        if base is None
        else [w for w in words if 0.2 * w.size < w.y - y < 2.0 * w.size and w.y < base + w.size]
    )


def _is_fraction(above: Sequence[Word], below: Sequence[Word], bar: Box) -> bool:
    """Whether two rows of words are centred on a bar that is as wide as the wider of them."""
    spans = [(min(w.x0 for w in row), max(w.x1 for w in row)) for row in (above, below)]
    size = max(w.size for w in (*above, *below))
    middles = [(a + b) / 2 for a, b in spans]
    widest = max(b - a for a, b in spans)
    centred = all(abs(m - (bar.x0 + bar.x1) / 2) < 0.06 * bar.width + 0.12 * size for m in middles)
    return centred and bar.width - widest < 0.9 * size and not _gapped(above) and not _gapped(below)


def _underlines(bar: Box, above: Sequence[Word], words: Sequence[Word]) -> bool:
    """Whether a bar may be drawn under words: it is close to them, as long as they, and alone."""
    if min((bar.y0 - w.y) / w.size for w in above) >= _UNDER:
        return False
    wide = max(w.x1 for w in above) - min(w.x0 for w in above)
    return wide > bar.width - 1.2 and _beside(bar, words) is None


def _beside(bar: Box, words: Sequence[Word]) -> Word | None:
    """The largest word right before or behind a bar that stands at half its height there."""
    near = [
        w
        for w in words
        if 0.1 * w.size < w.y - bar.y0 < 0.55 * w.size
        and min(abs(w.x0 - bar.x1), abs(bar.x0 - w.x1)) < 1.2 * w.size
    ]
    return max(near, key=lambda w: w.size, default=None)


def _gapped(row: Sequence[Word]) -> bool:
    """Whether a wide gap stands between words, as between the cells of a table."""
    ends = sorted((w.x0, w.x1) for w in row)
    reach = ends[0][1]
    for start, end in ends[1:]:
        if start - reach > 1.0 * row[0].size:
            return True
        reach = max(reach, end)
    return False


def _fraction(above: Sequence[Word], below: Sequence[Word], bar: Box, beside: Word | None) -> Word:
    """A fraction as one word, on the line of the word that stands beside it."""
    text = f"{_bracketed(above)}/{_bracketed(below)}"
    first = max((*above, *below), key=lambda w: w.size)
    size = max(first.size, beside.size) if beside else first.size
    y = beside.y if beside else bar.y0 + 0.3 * first.size
    return Word(text, bar.x0, bar.x1, y, size, first.font, True, first.advance)


def _bracketed(row: Sequence[Word]) -> str:
    text = " ".join(line.text(spaces=False) for line in lines_of(row))
    return text if _PLAIN.fullmatch(text) else f"({text})"


def _rooted(words: list[Word], below: list[Word], bar: Box) -> list[Word]:
    """Put what stands under the bar of a root into brackets."""
    base = max(w.y for w in below)
    root = next(
        (
            w
            for w in words
            if w.text.endswith(_ROOT)
            and abs(w.x1 - bar.x0) < 0.35 * w.size
            and abs(w.y - base) < 1.3 * w.size
        ),
        None,
    )
    if root is None:
        return words
    first, last = min(below, key=lambda w: w.x0), max(below, key=lambda w: w.x1)
    text = " ".join(line.text(spaces=False) for line in lines_of(below))
    whole = Word(
        f"{root.text}({text})",
        root.x0,
        last.x1,
        first.y,
        first.size,
        first.font,
        root.spaced,
        first.advance,
    )
    return [w for w in words if w is not root and w not in below] + [whole]
