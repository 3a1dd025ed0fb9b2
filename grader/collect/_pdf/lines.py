"""From words to lines: words that stand at one height; what is raised or lowered is marked so."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from grader.collect._pdf.words import Word

_LEVEL = 0.2
"""Words whose heights differ by less than this share of their size stand on one line."""
_SMALL = 0.93
_FAR = 0.62
_SCRIPT = 0.82
"""Words larger than this share of a number in the margin are no exponents of it."""
_NEAR = 8
"""Words that hung last on a line, among which those before a word are sought."""
_ID = re.compile(r"\d{1,2}(?:\.\d{1,2})+[a-h]?")
_WIDE_MARGIN = 5.0
_MARK = re.compile(r"[•◦▪‣∙●○■□–]|\(?\w{1,2}[.)]")


@dataclass(slots=True, eq=False)
class Line:
    """Words on one line, from left to right."""

    words: list[Word]
    y: float
    size: float
    page: int = 0
    raised: dict[int, int] = field(default_factory=dict)
    """For words of another height, by their place: 1 for raised, -1 for lowered."""
    inner: dict[int, int] = field(default_factory=dict)
    """For words that are raised or lowered once more, within what is raised or lowered."""
    bullet: bool = False
    edge: float = 0.0
    """How far to the right its column reaches."""

    @property
    def x0(self) -> float:
        """Where it begins."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """Where it ends."""
        return max(word.x1 for word in self.words)

    @property
    def mono(self) -> bool:
        """Whether all of it is printed in a font of equal widths."""
        signs = sum(len(w.text) for w in self.words)
        even = sum(len(w.text) for w in self.words if w.font.mono)
        return even >= 0.9 * signs

    @property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return all(word.font.bold for word in self.words)

    def text(self, first: int = 0, last: int | None = None, *, spaces: bool = True) -> str:
        """Return the words from one to another as text.

        ``spaces`` says whether the file holds its blanks; without, gaps are taken for blanks.
        """
        out: list[str] = []
        level = inner = 0
        stop = len(self.words) if last is None else last
        for n in range(first, stop):
            word = self.words[n]
            now = self.raised.get(n, 0)
            deep = self.inner.get(n, 0)
            gap = n > first and _apart(self.words[n - 1], word, spaces=spaces)
            if inner and (deep != inner or now != level):
                out.append("}")
                inner = 0
            if now != level and level:
                out.append("}")
            elif gap and now == level:
                out.append(" ")
            if now != level:
                if gap and not now:
                    out.append(" ")
                if now:
                    out.append("^{" if now > 0 else "_{")
            if deep != inner:
                out.append("^{" if deep > 0 else "_{")
            out.append(word.text)
            level, inner = now, deep
        out.append("}" * (bool(level) + bool(inner)))
        return "".join(out)


def _apart(before: Word, word: Word, *, spaces: bool) -> bool:
    """Whether a blank stands between two words."""
    gap = word.x0 - before.x1
    size = max(before.size, word.size)
    if word.spaced:
        return gap > -0.5 * size
    return gap > (0.28 if spaces and word.font.blank else 0.15) * size


def uses_spaces(words: Iterable[Word]) -> bool:
    """Whether a file holds blanks between its words, as most programs write them."""
    told = Counter(word.spaced for word in words)
    return told[True] * 2 > told[False]


def lines_of(words: Sequence[Word]) -> list[Line]:
    """Return the words of a page, or of a column of it, as lines from top to bottom.

    Large words come first, so that smaller ones find the line that they are raised from.
    """
    lines: list[Line] = []
    for group in _by_size(words):
        left = _attached(lines, group) if lines else group
        lines += _levels(left)
        lines.sort(key=lambda line: line.y)
    for line in lines:
        _order(line)
    lines = _with_marks(lines)
    lines.sort(key=lambda line: (line.y, line.x0))
    return lines


def _with_marks(lines: list[Line]) -> list[Line]:
    """Put the marks of lists that stand a little off their lines at the head of them."""
    marks = [line for line in lines if len(line.words) == 1 and _MARK.fullmatch(line.words[0].text)]
    for mark in marks:
        hosts = [
            line
            for line in lines
            if line is not mark
            and abs(line.y - mark.y) < 0.6 * line.size
            and 0 < line.x0 - mark.x1 < 3 * line.size
        ]
        if hosts:
            host = min(hosts, key=lambda line: abs(line.y - mark.y))
            host.words.insert(0, mark.words[0])
            host.raised = {n + 1: level for n, level in host.raised.items()}
            host.inner = {n + 1: level for n, level in host.inner.items()}
            lines.remove(mark)
    for label in lines:
        if _is_id(label):
            level = [
                line.y
                for line in lines
                if abs(line.y - label.y) < 0.6 * line.size
                and 0 < line.x0 - label.x1 < _WIDE_MARGIN * line.size
            ]
            label.y = min([label.y, *(y - 0.01 for y in level)])
    return lines


def _is_id(line: Line) -> bool:
    """Whether the number of a part is all that stands on a line, as in a margin."""
    return len(line.words) == 1 and bool(_ID.fullmatch(line.words[0].text))


def _by_size(words: Sequence[Word]) -> list[list[Word]]:
    groups: list[list[Word]] = []
    for word in sorted(words, key=lambda w: -w.size):
        if groups and word.size >= _SMALL * groups[-1][0].size:
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def _levels(words: Sequence[Word]) -> list[Line]:
    lines: list[Line] = []
    for word in sorted(words, key=lambda w: (w.y, w.x0)):
        last = lines[-1] if lines else None
        if last is not None and word.y - last.y <= _LEVEL * min(word.size, last.size):
            last.words.append(word)
        else:
            lines.append(Line([word], word.y, word.size))
    return lines


def _attached(lines: list[Line], small: Sequence[Word]) -> list[Word]:
    """Hang small words on lines of larger ones that they touch; return the others."""
    heights = [line.y for line in lines]
    left = sorted(small, key=lambda w: w.x0)
    for _ in range(3):
        rest = []
        for word in left:
            host = _host(lines, heights, word)
            if host is None:
                rest.append(word)
            else:
                host.words.append(word)
        if len(rest) == len(left):
            break
        left = rest
    return left


def _host(lines: list[Line], heights: list[float], word: Word) -> Line | None:
    best, nearest = None, 1.0
    reach = 4 * word.size
    for line in lines[bisect_left(heights, word.y - reach) : bisect_right(heights, word.y + reach)]:
        off = abs(word.y - line.y) / line.size
        if off > _FAR or off >= nearest:
            continue
        touch = min(max(word.x0 - w.x1, w.x0 - word.x1, 0.0) for w in line.words) / line.size
        if _is_id(line) and (word.size > _SCRIPT * line.size or touch > 0.4):
            continue
        if touch <= 0.4 or off < 0.05 or _goes_on(line, word):
            best, nearest = line, off
    return best


def _goes_on(line: Line, word: Word) -> bool:
    """Whether a word follows others that hang on a line at its own height, a wide sign apart."""
    return any(
        abs(w.y - word.y) < 0.05 * word.size
        and abs(w.size - word.size) < 0.02 * word.size
        and max(word.x0 - w.x1, w.x0 - word.x1) < line.size
        for w in reversed(line.words[-_NEAR:])
    )


def _order(line: Line) -> None:
    """Sort the words of a line, and note which are raised or lowered."""
    line.words.sort(key=lambda w: w.x0)
    line.size = max(w.size for w in line.words)
    full = [w for w in line.words if w.size >= _SMALL * line.size]
    heights = Counter[float]()
    for word in full:
        heights[word.y] += len(word.text)
    line.y = heights.most_common(1)[0][0]
    for n, word in enumerate(line.words):
        off = line.y - word.y
        if word.size < _SMALL * line.size and abs(off) > 0.07 * line.size:
            line.raised[n] = 1 if off > 0 else -1
    _nest(line)


def _nest(line: Line) -> None:
    """Note which words are raised or lowered within what is raised or lowered itself."""
    outer: Word | None = None
    for n, word in enumerate(line.words):
        if n not in line.raised or line.raised[n] != line.raised.get(n - 1):
            outer = word
        elif outer is not None and word.size < _SMALL * outer.size:
            off = outer.y - word.y
            if abs(off) > 0.07 * outer.size:
                line.inner[n] = 1 if off > 0 else -1
        else:
            outer = word
