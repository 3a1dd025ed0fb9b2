"""Lines in a font of equal widths: programs, and what they printed, told apart."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Literal

from grader.collect import _signs as signs
from grader.collect._pdf.lines import Line
from grader.collect._pdf.words import Word

Lang = Literal["python", "output", ""]

_PROMPT = re.compile(r"(In|Out)\s?\[[\s\d*]{0,6}\]\s?:?")
_SHELL = re.compile(r"^(\s*)[!%?].*$", re.MULTILINE)
_MOST_PARSED = 60_000
_MOST_JOINS = 30
_SHORTEST = 40
_PADDING = 3
"""Signs that the frame around a listing may take from the page."""


@dataclass(slots=True)
class Row:
    """One line of a listing, its indentation restored."""

    text: str
    page: int
    prompt: str = ""
    """``In`` or ``Out`` where a notebook's prompt stood before it."""
    room: int = 0
    """How many signs more the page had room for."""


@dataclass(slots=True)
class Chunk:
    """Rows without a blank line between them."""

    rows: list[Row]
    lang: Lang = ""
    blanks: int = 1
    """Blank lines before it; 0 where it stands in a box of its own."""


def listing(lines: Sequence[Line]) -> list[Chunk]:
    """Return the lines of a listing as chunks of one kind each."""
    if not lines:
        return []
    chunks = _chunks(lines)
    for n, chunk in enumerate(chunks):
        chunk.lang = _lang(chunk, chunks[:n])
    return _merged(chunks)


def columns_of(lines: Sequence[Line]) -> list[Row]:
    """Return lines with each sign in the column that it stands in."""
    bare = [_without_prompt(line) for line in lines]
    words = [word for own, _ in bare for word in own]
    if not words:
        return [Row("", line.page, prompt) for line, (_, prompt) in zip(lines, bare, strict=True)]
    advance = median(word.advance for word in words) or 1.0
    starts = [own[0].x0 for own, prompt in bare if own and not prompt]
    left = min(starts or [words[0].x0])
    edge = max(line.edge for line in lines)
    edge = max([edge, *(line.x1 for line in lines if line.x1 < edge + 4 * advance)])
    rows = []
    for (own, prompt), line in zip(bare, lines, strict=True):
        start = own[0].x0 if prompt and own else left
        room = int((edge - line.x1) / advance)
        rows.append(Row(_placed(own, start, advance), line.page, prompt, room))
    return rows


def _without_prompt(line: Line) -> tuple[list[Word], str]:
    head = ""
    for n, word in enumerate(line.words[:4]):
        head += word.text if not n else " " + word.text
        found = _PROMPT.fullmatch(head)
        if found and (head.endswith(":") or n + 1 == len(line.words)):
            return line.words[n + 1 :], found.group(1)
    return line.words, ""


def _placed(words: Sequence[Word], left: float, advance: float) -> str:
    text = ""
    for word in words:
        column = min(max(round((word.x0 - left) / advance), 0), 400)
        if text and (word.spaced or column > len(text)):
            column = max(column, len(text) + word.spaced)
        text += " " * (column - len(text)) + word.text
    return text


def _chunks(lines: Sequence[Line]) -> list[Chunk]:
    rows = columns_of(lines)
    gaps = [b.y - a.y if a.page == b.page else 0.0 for a, b in pairwise(lines)]
    near = [gap for gap, line in zip(gaps, lines, strict=False) if 0 < gap < 1.9 * line.size]
    pitch = median(near) if near else 1.2 * lines[0].size
    chunks = [Chunk([rows[0]])]
    for n, (row, gap) in enumerate(zip(rows[1:], gaps, strict=True)):
        torn = lines[n + 1].page != lines[n].page
        if row.prompt or gap > 1.35 * pitch:
            count = gap / pitch - 1
            box = bool(row.prompt) or abs(count - round(count)) > 0.09
            chunks.append(Chunk([row], blanks=0 if box else max(min(round(count), 4), 1)))
        elif torn and not row.text.startswith(" ") and not chunks[-1].rows[-1].text.startswith(" "):
            chunks.append(Chunk([row], blanks=1))
        else:
            chunks[-1].rows.append(row)
    return chunks


def _lang(chunk: Chunk, before: Sequence[Chunk]) -> Lang:
    prompt = chunk.rows[0].prompt
    if prompt:
        return "python" if prompt == "In" else "output"
    texts = [row.text for row in chunk.rows]
    strong, weak, logged, total = signs.count(texts)
    after = before[-1].lang if before else ""
    if logged * 2 > total:
        return "output" if after else ""
    tree = parsed("\n".join(texts))
    if after == "python" and _inside(chunk, before[-1], code=strong + weak):
        return "python"
    if tree is not None and not _printed(tree):
        return "python"
    if tree is None and (strong * 3 >= total or (strong and (strong + weak) * 5 >= 4 * total)):
        return "python"
    return "output" if after else ""


def _inside(chunk: Chunk, before: Chunk, *, code: int) -> bool:
    """Whether rows go on with a program: a bracket or a block of it is open."""
    opened = signs.unclosed([row.text for row in before.rows])
    indented = chunk.rows[0].text.startswith(" ")
    if chunk.blanks:
        return opened or indented
    return (opened or indented) and code * 2 >= len(chunk.rows)


def parsed(source: str) -> ast.Module | None:
    """Return the tree of a program, or None where the text is none."""
    source = _SHELL.sub(r"\1pass", textwrap.dedent(source[:_MOST_PARSED]))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _printed(tree: ast.Module) -> bool:
    """Whether all that a text holds are values, as programs print them."""
    if not tree.body:
        return False
    return all(
        (isinstance(node, ast.Expr) and not any(isinstance(n, ast.Call) for n in ast.walk(node)))
        or (isinstance(node, ast.AnnAssign) and node.value is None)
        for node in tree.body
    )


def _merged(chunks: list[Chunk]) -> list[Chunk]:
    """Join neighbouring chunks of one kind, and lines that a page was too narrow for."""
    out: list[Chunk] = []
    for chunk in chunks:
        last = out[-1] if out else None
        fresh = bool(chunk.rows[0].prompt)
        if last is not None and last.lang == chunk.lang and not fresh:
            blank = Row("", chunk.rows[0].page)
            last.rows += [blank] * max(chunk.blanks, 1) + chunk.rows
        else:
            out.append(chunk)
    for chunk in out:
        if chunk.lang == "python":
            chunk.rows = _unwrapped(chunk.rows)
    return out


def _unwrapped(rows: list[Row]) -> list[Row]:
    """Join lines of a program that were wrapped at the page's edge, where that mends it."""
    if parsed("\n".join(row.text for row in rows)) is not None:
        return rows
    for _ in range(_MOST_JOINS):
        at = _error(rows)
        if at is None:
            return rows
        better = next((b for n in (at, at - 1, at - 2) if (b := _mended(rows, n, at))), None)
        if better is None:
            return rows
        rows = better
    return rows


def wrapped(row: Row, after: Row) -> str | None:
    """What stood between two rows that are one line: a blank, nothing, or None where they are two.

    The next word had no room; where not even a sign had, it may have been cut within a word.
    """
    text = after.text.strip()
    if not text or len(row.text) < _SHORTEST or after.prompt:
        return None
    if row.room - _PADDING > len(text.split()[0]):
        return None
    return "" if row.room < 1 else " "


def _mended(rows: list[Row], n: int, at: int) -> list[Row] | None:
    if not 0 <= n < len(rows) - 1:
        return None
    glue = wrapped(rows[n], rows[n + 1])
    if glue is None:
        return None
    joined = _glued(rows, n, glue)
    now = _error(joined)
    return joined if now is None or now >= at else None


def _glued(rows: list[Row], n: int, glue: str) -> list[Row]:
    own, after = rows[n], rows[n + 1]
    one = Row(own.text + glue + after.text.lstrip(), own.page, own.prompt, after.room)
    return [*rows[:n], one, *rows[n + 2 :]]


def _error(rows: Sequence[Row]) -> int | None:
    """The row at which a program breaks, None where it does not."""
    source = _SHELL.sub(r"\1pass", "\n".join(row.text for row in rows)[:_MOST_PARSED])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except SyntaxError as error:
        return (error.lineno or 1) - 1
    except (ValueError, RecursionError, MemoryError):
        return None
    return None
