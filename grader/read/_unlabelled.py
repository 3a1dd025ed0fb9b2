"""Lists that no labels make: heads, bullets, blocks between blank lines, lines, separators."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from grader.read._item_labels import labels

Holds = Callable[[int, int], bool]
"""Whether the text between two places holds what an item of the list is made of."""

_BULLET = re.compile(r"^([ ]*)(?:[-*+•>]|#{1,6})[ ]+(?=\S)", re.MULTILINE)
_ONE = re.compile(r"^[ ]{0,3}(?:#{1,6} )?(?:1[.)]|\(1\))\s", re.MULTILINE)
_HIGHER = re.compile(r"^[ ]{0,3}(?:#{1,6} )?\(?[2-9][.)]\s", re.MULTILINE)
_ANY_MARK = re.compile(r"^[ ]*(?:[-*+•>]+[ ]+)?(?:\(?(?:\d{1,2}|[a-h]|[ivx]{1,4})[.):]|[-*+•])\s")
_JOINS = re.compile(r"^\s*(?:\+|→|then\b|followed\b|and\b|&|x\s?\d)", re.IGNORECASE)
_SEPARATORS = tuple(
    re.compile(pattern)
    for pattern in (
        r";",
        r"\|",
        r"(?<=\])\s{0,3},?\s{0,3}(?=\[)",
        r"(?<=\))\s{0,3},\s{0,3}(?=\()",
        r"\s/\s",
        r"(?<=[A-Za-z0-9)])\.\s",
        r",",
    )
)
_INNER = re.compile(r"[+→-]|\bthen\b|\bfollowed\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item: its place in the list from 1, its label as written, and where its text stands."""

    index: int
    label: str = ""
    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the item's own text."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list: where it begins, its items, and items that are said again before or behind it."""

    start: int
    items: tuple[Item, ...]
    again: tuple[Item, ...] = ()
    earlier: tuple[Item, ...] = ()
    labelled: bool = True
    headless: bool = False
    """Whether the labels begin with the second item: the first one may be lost."""
    unread: bool = False
    """Whether items are named, but not so that the names make the list."""


def spots(places: Sequence[int]) -> Holds:
    """Return what holds something where places, in rising order, lie in a stretch of text."""
    return lambda start, end: bisect_left(places, start) < bisect_left(places, end)


def unlabelled(text: str, holds: Holds) -> Items | None:
    """Return the list that heads, bullets, blocks, lines or separators make of a text."""
    for way in (_by_heads, _by_ones, by_bullets, _by_blocks, _by_lines):
        items = way(text, holds)
        if items is not None and len(items.items) > 1:
            return _named(text, _finer(text, items, holds))
    return _inline(text, holds)


def lines_of(text: str) -> list[tuple[int, int]]:
    found, start = [], 0
    for line in text.split("\n"):
        if line.strip():
            found.append((start, start + len(line)))
        start += len(line) + 1
    return found


def _cut(text: str, starts: Sequence[int], holds: Holds) -> Items | None:
    ends = [*starts[1:], len(text)]
    parts = [(start, end) for start, end in zip(starts, ends, strict=True) if holds(start, end)]
    if not parts:
        return None
    made = tuple(Item(index=i, start=start, end=end) for i, (start, end) in enumerate(parts, 1))
    return Items(start=starts[0], items=made, labelled=False)


def _by_heads(text: str, holds: Holds) -> Items | None:
    """Lines that hold nothing, each above marked lines that do."""
    lines = lines_of(text)
    heads = [
        a
        for (a, b), (c, d) in pairwise(lines)
        if not _ANY_MARK.match(text[a:b])
        and not holds(a, b)
        and _ANY_MARK.match(text[c:d])
        and holds(c, d)
    ]
    return _cut(text, heads, holds) if len(heads) > 1 else None


def by_bullets(text: str, holds: Holds) -> Items | None:
    found = list(_BULLET.finditer(text))
    if len(found) < 2:
        return None
    outer = min(len(match[1]) for match in found)
    return _cut(text, [match.start() for match in found if len(match[1]) == outer], holds)


def _by_ones(text: str, holds: Holds) -> Items | None:
    """Markdown numbers every item "1."."""
    found = [match.start() for match in _ONE.finditer(text)]
    return _cut(text, found, holds) if len(found) > 1 and not _HIGHER.search(text) else None


def _by_blocks(text: str, holds: Holds) -> Items | None:
    """Blocks between blank lines, where some of them has several lines that hold something."""
    starts = [0, *(match.end() for match in re.finditer(r"\n[ ]*\n", text))]
    ends = [*starts[1:], len(text)]
    lines = [line for line in lines_of(text) if holds(*line)]
    full = [sum(a <= start < b for start, _ in lines) for a, b in zip(starts, ends, strict=True)]
    if sum(n > 0 for n in full) < 2 or max(full) < 2:
        return None
    return _cut(text, starts, holds)


def _by_lines(text: str, holds: Holds) -> Items | None:
    starts = [a for a, b in lines_of(text) if holds(a, b) and not _JOINS.match(text[a:b])]
    return _cut(text, starts, holds) if len(starts) > 1 else None


def _finer(text: str, items: Items, holds: Holds) -> Items:
    """Items that hold lists themselves, such as ``a; b`` in every line, are cut again."""
    parts = [item.of(text) for item in items.items]
    if len(parts) > 4 or not all(";" in part or " | " in part for part in parts[:-1]):
        return items
    starts = sorted(
        {item.start for item in items.items}
        | {
            match.end()
            for item in items.items
            for match in re.compile(r";|\s\|\s").finditer(text, item.start, item.end)
        }
    )
    return _cut(text, starts, holds) or items


def _named(text: str, items: Items) -> Items:
    """A line at the end that names an earlier item says that one again."""
    kept = list(items.items)
    again: list[Item] = []
    while len(kept) > 1:
        item = kept[-1]
        own = item.of(text)
        found = [(s, e, i) for i, s, e in labels(own) if i < item.index]
        if not found or any(True for other in kept[:-1] for _ in labels(other.of(text))):
            break
        _, end, index = min(found)
        again.insert(0, replace(item, index=index, start=item.start + end))
        kept.pop()
    return replace(items, items=tuple(kept), again=(*items.again, *again))


def _inline(text: str, holds: Holds) -> Items | None:
    """A list inside one line, by the first separator that makes one; what leads to it ends with ":"."""
    lines = [line for line in lines_of(text) if holds(*line)]
    if not lines:
        return None
    begin, end = lines[0][0], lines[-1][1]
    for match in re.compile(r":\s|\.\s").finditer(text, begin, end):
        if holds(begin, match.end()):
            break
        begin = match.end()
    for separator in _SEPARATORS:
        starts = [begin, *(match.end() for match in separator.finditer(text, begin, end)), end]
        items = _cut(text, starts, holds)
        if items is None or len(items.items) < 2:
            continue
        if separator.pattern == "," and not any(
            _INNER.search(item.of(text)) for item in items.items
        ):
            continue
        return items
    return _cut(text, [begin], holds)
