"""Tables without rules: lines whose cells are set apart by bars, commas, gaps or single blanks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from grader.read._lines import Line

_SEPARATORS = (
    re.compile(r"\s*\|\s*"),
    re.compile(r"\s*[,;]\s*"),
    re.compile(r"\s{2,}"),
    re.compile(r"\s+"),
)
_LETTER, _DIGIT = re.compile(r"[A-Za-z]"), re.compile(r"\d")
_COLUMNS, _ROWS = 3, 2


def gridded(every: Sequence[Line], words: Sequence[str]) -> list[Line]:
    """Return the lines with those of a grid as cells; its titles hold one of the words.

    A line is the head of a grid where it is all titles, and the lines below it fall into as many
    cells, numbers among them.
    """
    made: list[Line] = []
    index = 0
    while index < len(every):
        rows = _grid(every, index, words)
        if rows:
            titles = rows[0]
            for offset, cells in enumerate(rows[1:], start=1):
                made += _cells(every[index + offset], cells, titles)
        else:
            made.append(every[index])
        index += max(1, len(rows))
    return made


def _grid(every: Sequence[Line], first: int, words: Sequence[str]) -> list[list[str]]:
    """The cells of the grid that begins at a line, titles first, or nothing."""
    head = every[first]
    text = head.text.lower()
    if head.cell or _DIGIT.match(text.strip()) or not any(word.lower() in text for word in words):
        return []
    for separator in _SEPARATORS:
        titles = separator.split(head.text.strip())
        if len(titles) < _COLUMNS or not all(_LETTER.match(title) for title in titles):
            continue
        rows = [titles]
        for line in every[first + 1 :]:
            cells = separator.split(line.text.strip(" |"))
            if line.cell or len(cells) != len(titles) or not any(map(_DIGIT.search, cells)):
                break
            rows.append(cells)
        if len(rows) > _ROWS:
            return rows
    return []


def _cells(line: Line, cells: Sequence[str], titles: Sequence[str]) -> Iterator[Line]:
    for cell, title in zip(cells, titles, strict=True):
        yield replace(line, text=cell, title=title, row=cells[0], cell=True)
