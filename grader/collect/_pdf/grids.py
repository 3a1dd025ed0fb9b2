"""Ruled tables: where upright rules part a frame into columns, whatever gaps the words leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.collect._pdf.shapes import Box, Shapes

_TOUCH = 3.0
"""Rules that are nearer to each other than this, in points, meet."""
_MOST_RULES = 1_500
_SHARE = 0.45
"""How much of a frame's height a rule has to run along to part columns."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A frame, and where upright rules part it."""

    box: Box
    edges: tuple[float, ...]
    """Where inner rules stand, from left to right."""

    def holds(self, x0: float, x1: float, y: float) -> bool:
        """Whether a line of text lies within the frame."""
        inside = self.box.x0 - _TOUCH < x0 and x1 < self.box.x1 + _TOUCH
        return inside and self.box.y0 - 1 < y < self.box.y1 + 1


def grids(shapes: Shapes) -> list[Grid]:
    """Return the frames of a page that upright rules part into two columns or more."""
    rules = [*shapes.level, *shapes.upright][:_MOST_RULES]
    found = []
    for group in _touching(rules):
        made = _grid([rules[n] for n in group])
        if made is not None:
            found.append(made)
    return found


def _grid(rules: Sequence[Box]) -> Grid | None:
    box = Box(
        min(r.x0 for r in rules),
        min(r.y0 for r in rules),
        max(r.x1 for r in rules),
        max(r.y1 for r in rules),
    )
    levels = _places([r.y0 for r in rules if r.width > r.height])
    lengths: dict[float, float] = {}
    for rule in (r for r in rules if r.height > r.width):
        x = next((x for x in lengths if abs(x - rule.x0) < _TOUCH), rule.x0)
        lengths[x] = lengths.get(x, 0.0) + rule.height
    edges = sorted(
        x
        for x, length in lengths.items()
        if length > _SHARE * box.height and box.x0 + 2 * _TOUCH < x < box.x1 - 2 * _TOUCH
    )
    return Grid(box, tuple(edges)) if edges and len(levels) > 1 else None


def _places(values: Sequence[float]) -> list[float]:
    """Values that differ by more than rules that meet do."""
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > _TOUCH:
            out.append(value)
    return out


def _touching(rules: Sequence[Box]) -> list[list[int]]:
    """Groups of rules that meet, by their places; each is compared with those near its height."""
    order = sorted(range(len(rules)), key=lambda n: rules[n].y0)
    head = list(range(len(rules)))

    def find(n: int) -> int:
        while head[n] != n:
            head[n] = head[head[n]]
            n = head[n]
        return n

    open_: list[int] = []
    for n in order:
        open_ = [m for m in open_ if rules[m].y1 + _TOUCH >= rules[n].y0]
        for m in open_:
            if _meet(rules[m], rules[n]):
                head[find(m)] = find(n)
        open_.append(n)
    groups: dict[int, list[int]] = {}
    for n in range(len(rules)):
        groups.setdefault(find(n), []).append(n)
    return [group for group in groups.values() if len(group) > 3]


def _meet(one: Box, other: Box) -> bool:
    across = one.x0 - _TOUCH <= other.x1 and other.x0 - _TOUCH <= one.x1
    return across and one.y0 - _TOUCH <= other.y1 and other.y0 - _TOUCH <= one.y1
