"""Forms that were handed out and not filled in, and answers that break off."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.model import Piece

_IDLE = re.compile(
    r"""\s*(?:(?:\#.*|pass|\.\.\.|\"\"\".*\"\"\"|'''.*'''|return(?:\s+None)?|@\w.*
    |(?:async\s+)?def\s.*:|class\s.*:|if\s+__name__.*:|import\s.*|from\s.*)\s*(?:\#.*)?)?$""",
    re.VERBOSE,
)
_CALLS = re.compile(r"\s*(?:import|from)\s")
_RULE = re.compile(r"[\s|:-]*$")
_BLANK_CELL = re.compile(r"[\s?.…_-]*$")
_DANGLING = frozenset(
    ["the", "an", "and", "or", "our", "its", "their", "because", "than", "we", "which", "plus"]
)
_DANGLING_PAIRS = frozenset({"to add", "have to", "has to", "of a", "with a", "is a", "so that"})
_LONG = 25
"""Words from which on prose above an empty form may be an answer."""


def is_blank_form(piece: Piece) -> bool:
    r"""Whether code does nothing yet, or a table has no cell filled in beside its first column.

    >>> from grader.model import Place
    >>> at = Place(file="a", start=1, end=1)
    >>> [is_blank_form(Piece(kind="code", text=t, place=at)) for t in ("# your code", "x = 1")]
    [True, False]
    """
    lines = [line for line in piece.text.split("\n") if line.strip()]
    if piece.kind == "code":
        idle = all(_IDLE.match(line) for line in lines)
        return idle and not all(_CALLS.match(line) for line in lines)
    if piece.kind != "table":
        return False
    lines = lines[:400]
    mark = "|" if "|" in lines[0] else "\t"
    rows = [line.strip("\r\n").strip(" ").removeprefix("|").removesuffix("|") for line in lines]
    rows = [row for row in rows[1:] if not _RULE.match(row) or mark == "\t"]
    cells = [row.split(mark)[1:] for row in rows]
    return bool(rows) and any(cells) and all(_BLANK_CELL.match(c) for row in cells for c in row)


def filled(pieces: Sequence[Piece]) -> tuple[list[Piece], bool]:
    """Return pieces without blank forms, and without what only introduces them.

    The second value says whether long prose was left out so, which a person has to judge.
    """
    blank = [n for n, piece in enumerate(pieces) if is_blank_form(piece)]
    kept = [piece for n, piece in enumerate(pieces) if n not in blank]
    if not blank or any(piece.kind not in {"prose", "heading"} for piece in kept):
        return list(pieces) if not blank else kept, False
    behind = list(pieces[blank[-1] + 1 :])
    if behind:
        return kept, False
    return [], sum(len(piece.text.split()) for piece in kept) > _LONG


def breaks_off(pieces: Sequence[Piece]) -> bool:
    """Whether the last sentence of an answer stops before its last word came."""
    last = next((piece for piece in reversed(pieces) if piece.kind != "image"), None)
    if last is None or last.kind != "prose":
        return False
    words = last.text.rstrip("*_ ").rsplit("\n", 1)[-1].split()
    if len(words) < 5:
        return False
    return words[-1] in _DANGLING or " ".join(words[-2:]) in _DANGLING_PAIRS
