"""Which lines of a document start with a label, and what kind of line each is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from grader.collect import _labels as labels
from grader.collect._items import LETTER
from grader.collect._labels import Label, Tree
from grader.collect._nouns import names_problem
from grader.collect._text import Text

_CELL = re.compile(r"[^|\t]{1,40}(?=[|\t])")


@dataclass(frozen=True, slots=True)
class Line:
    """A label, the line that it stands on, and what kind of line that is."""

    at: int
    label: Label
    text: str
    kind: str
    deep: bool = False
    """Whether it is a heading below the problems' headings."""
    whole: bool = False
    """Whether ``Part 2`` can only be a problem's label here, and not one of a piece of it."""
    listed: bool = False
    """Whether it only announces items that follow: ``11.1 (c) and (d)`` above ``(c) …``."""


def label_lines(text: Text, tree: Tree) -> list[Line]:
    """Return the lines of a document that start with a label, in order."""
    read = list(_read(text))
    nouns = {names_problem(line.label.word) for line in read if line.label.path in tree.exact}
    if True not in nouns:  # else the document calls the parts otherwise, and these pieces of them
        read = [replace(line, whole=_whole(tree, line.label)) for line in read]
    numbered = [
        line.label.heading
        for line in read
        if line.label.heading
        and line.label.path[0].isdigit()
        and (len(line.label.path) == 1 or not line.label.word)
    ]
    top = min(numbered, default=1)
    fenced = {line.at for line in read if _fenced(text, line.at)}
    if len(read) > len(fenced) + 2:  # a heading within a fence is what a fence shows
        read = [line for line in read if line.at not in fenced or not line.label.heading]
    return [replace(line, deep=line.label.heading > top and not line.label.word) for line in read]


def _whole(tree: Tree, label: Label) -> bool:
    """Whether no problem has a piece that ``Part 2`` could mean, so that it is a part's own label."""
    head = label.path[:1]
    if not label.piece or head in tree.groups:
        return False
    return not any(tree.within(group, head) for group in tree.groups.values())


def _fenced(text: Text, line: int) -> bool:
    block = text.block_of[line]
    return block >= 0 and text.blocks[block].fenced


def _read(text: Text) -> Iterator[Line]:
    for n, line in enumerate(text.lines):
        kind = text.kind(n)
        label = None
        if kind in {"prose", "heading"}:
            label = labels.read(line)
        elif "```" in line and line.lstrip()[:3] != "```":
            label = labels.read(line[: line.index("```")])
        elif kind == "code" and "#" in line:
            label = _comment(line)
        elif kind == "table":
            label = _row(line)
        if label is not None:
            yield Line(n, label, line, kind or "", listed=label.several and _lists(text, n, label))


def _lists(text: Text, n: int, label: Label) -> bool:
    """Whether the line ends with its label, and the next one starts with the last letter read."""
    after = text.next_line(n)
    if text.lines[n][label.end :].strip() or after >= len(text.lines):
        return False
    item = LETTER.match(text.lines[after])
    return item is not None and item.group(1).strip("()").lower() == label.path[-1]


def _comment(line: str) -> Label | None:
    """The label in a comment of code that says ``# Question 7.2`` or ``# Part 2``."""
    at = line.find("#")
    if line[:at].strip():
        return None
    label = labels.read(line.replace("#", " "), at)
    return label if label is not None and label.word else None


def _row(line: str) -> Label | None:
    """The label in the first cell of a row, where that holds nothing else."""
    at = len(line) - len(line.lstrip(" |\t"))
    cell = _CELL.match(line, at)
    if cell is None:
        return None
    first = line[: cell.end()].rstrip()
    label = labels.read(first, at)
    if label is None or label.end < len(first):
        return None
    end = cell.end()
    while end < len(line) and line[end] in " |\t":
        end += 1
    return replace(label, end=end)
