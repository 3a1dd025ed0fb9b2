"""Signs of Markdown and of lists around values: no part of what is compared."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.notation.splitting import Flaw, cleaned, entry, outline, readings
from grader.notation.tables import read_table

_MARKER = re.compile(r"[^\S\n]*(?:[-*+•◦▪–—]|\(?(?:\d{1,2}|[A-Za-z])[.)])[^\S\n]+(?=\S)")
_DASH = re.compile(r"[^\S\n]*[-–—+][^\S\n]+(?:[^\w\s]|\d|\w(?!\w))")
"""A dash before a number or a letter, which may be its sign; before a word it is none."""
_COUNT = re.compile(r"[^\S\n]*\(?(\d{1,2})[.)]")
_EMPHASIS = (
    re.compile(r"(\*\*|__)(?=\S)([^*\n]{1,300}?)(?<=\S)\1"),
    re.compile(r"(?<![\w*])(\*)(?=[^\s*])([^*\n]{1,300}?)(?<=[^\s*])\*(?![\w*])"),
    re.compile(r"(`{1,2})([^`\n]{1,300})\1"),
    re.compile(r"(\$)([^$\n]{1,300})\$"),
)
_CELLS = re.compile(r"\s*[;|\t]\s*|,\s+")


def unmarked(text: str) -> str:
    """Return a text without signs of lists before its lines, emphasis, and dollars of formulas.

    >>> unmarked("- **a**: 1"), unmarked("$a = 1$, `b` = 2")
    ('a: 1', 'a = 1, b = 2')
    """
    text = "\n".join(_MARKER.sub("", line, count=1) for line in text.splitlines())
    for emphasis in _EMPHASIS:
        text = emphasis.sub(r"\2", text)
    return text


def unlisted(text: str) -> tuple[str, bool]:
    r"""Return the lines of a list without the signs before them, and whether those are no signs.

    A dash before each of several lines may be a minus. Numbers count from 1; a text without such
    signs before each of its lines is returned as it is.

    >>> unlisted("- 1\n- 4"), unlisted("* 1\n* 4"), unlisted("1. 5\n2. 7")
    (('1\n4', False), ('1\n4', True), ('5\n7', True))
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or not all(_MARKER.match(line) for line in lines):
        return text, True
    counts = [found[1] for line in lines if (found := _COUNT.match(line))]
    if counts and counts != [str(at) for at in range(1, len(lines) + 1)]:
        return text, True
    bare = "\n".join(_MARKER.sub("", line, count=1) for line in lines)
    return bare, not all(_DASH.match(line) for line in lines)


def as_rows(text: str) -> str:
    r"""Return entries with their keys as rows of a table; a text that has none as it is.

    >>> as_rows("- a: 1\n- b: 2"), as_rows("a = 1, b = 2")
    ('a\t1\nb\t2', 'a\t1\nb\t2')
    """
    text = unmarked(text)
    lines = [line for line in text.splitlines() if line.strip()]
    ways = [lines] if len(lines) > 1 else _pieces(text)
    for way in ways:
        pairs = [pair for piece in way if (pair := entry(piece))]
        if len(pairs) == len(way):
            return "\n".join("\t".join((key, *_CELLS.split(cells))) for key, cells in pairs)
    return text


def turned(text: str) -> Iterator[str]:
    r"""Yield a table with its columns as rows, where it is one.

    >>> list(turned("| a | b |\n|---|---|\n| 1 | 2 |"))
    ['a\t1\nb\t2']
    """
    rows = read_table(text)
    if not isinstance(rows, Flaw) and len({len(row) for row in rows}) == 1:
        yield "\n".join("\t".join(map(str, row)) for row in zip(*rows, strict=True))


def _pieces(text: str) -> list[list[str]]:
    text = cleaned(text)
    found = outline(text)
    if isinstance(found, Flaw):
        return []
    ways = readings(text[1:-1] if found.pair else text, "auto", decimal_comma=False)
    return [] if isinstance(ways, Flaw) else ways
