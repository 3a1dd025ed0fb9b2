"""How much of one answer its readers are given, so that each reads in bounded time.

Every reader gets the same bounded answer, and none has to count for itself. What is left out
is never taken for nothing: the readings of a cut answer carry a doubt, and a person looks.
"""

from __future__ import annotations

import re
from dataclasses import replace

from grader.model import Answer, Broken, Finding, Piece

MOST_CHARACTERS = 60_000
MOST_ROWS = 400
LONGEST_LINE = 8_000
CUT = "the answer is longer than what is read"
_WIDE = re.compile(r"[ \t]{81,}|\n{41,}")
_DIGITS = re.compile(r"\d{401,}")
"""More digits than any number has; what stands there is no number."""


def bounded(answer: Answer) -> tuple[Answer, bool]:
    """Return what is read of an answer, and whether anything was left out.

    >>> from grader.model import Place
    >>> place = Place(file="a.md", start=1, end=1)
    >>> answer = Answer(pieces=(Piece(kind="prose", text="7" * 500, place=place),))
    >>> shown, cut = bounded(answer)
    >>> shown.text, cut
    ('…', True)
    """
    answer = _squeezed(answer)
    left = MOST_CHARACTERS
    shown: list[Piece] = []
    for piece in answer.pieces:
        text = _bounded(piece)[:left]
        left -= len(text)
        if text or not piece.text:
            shown.append(piece if text == piece.text else replace(piece, text=text))
    pieces = tuple(shown)
    return (answer, False) if pieces == answer.pieces else (replace(answer, pieces=pieces), True)


def _squeezed(answer: Answer) -> Answer:
    """The answer without boundless runs of blanks, which say nothing and cost readers much."""
    if not any(_WIDE.search(piece.text) for piece in answer.pieces):
        return answer
    pieces = (
        replace(piece, text=_WIDE.sub(lambda run: run.group()[:40], piece.text))
        for piece in answer.pieces
    )
    return replace(answer, pieces=tuple(pieces))


def doubted(finding: Finding) -> Finding:
    """Return a reading of a cut answer: what was left out may say otherwise."""
    if isinstance(finding, Broken) or finding.doubt:
        return finding
    return replace(finding, doubt=CUT)


def _bounded(piece: Piece) -> str:
    text = piece.text[: 4 * MOST_CHARACTERS]
    text = _DIGITS.sub("…", text)
    if len(text) <= min(MOST_ROWS, LONGEST_LINE):
        return text
    lines = text.split("\n")
    if piece.kind in ("table", "math", "prose"):
        lines = lines[:MOST_ROWS]
    return "\n".join(line[:LONGEST_LINE] for line in lines)
