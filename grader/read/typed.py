"""The answer as it was typed, for comparisons that read text themselves: numbers, sets, formulas.

    read: {kind: typed}
    compare: {kind: set, of: {kind: number, absolute: 0.01}}

Made for answer boxes (``answers.json``) and short answers; for an answer with its working use
``number``, ``formula`` and the other kinds, which find the result among all that is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from grader.model import Answer, Finding, Found, Missing, Piece, Place
from grader.read import readers
from grader.read._prose import doubt
from grader.read._struck import struck_in_part, without_struck

_SHOWN = 200
_DASHED = "a dash stands before the value: a sign, or that of a list"
_DASH = re.compile(r"[-−–]\s+[-−–]?[\d.]")
_LONGEST = 10_000


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """Reads the text of an answer; code, output, headings and images are no part of it.

    Nor is what is struck out (``~~9.81~~``).
    """

    take: Literal["whole", "last-line"] = "whole"
    """Whether the last line alone counts, as where the result stands below the working."""
    labels: tuple[str, ...] = ()
    """Words that may stand before the value, with ``=`` or ``:``, and are taken off: ``x``."""

    def read(self, answer: Answer) -> Finding:
        """Return the text, or why there is none."""
        pieces = answer.of("prose", "math", "table")
        lines = [
            (piece, line.strip())
            for piece in pieces
            for line in without_struck(piece.text).splitlines()
        ]
        lines = [(piece, line) for piece, line in lines if line]
        if not lines:
            struck = any(piece.text.strip() for piece in pieces)
            why = "all that is written is struck out" if struck else "nothing is written"
            return Missing(why=why, doubt=doubt(answer))
        if self.take == "last-line":
            lines = lines[-1:]
        text = self._without_label("\n".join(line for _, line in lines)[: _LONGEST + 1])
        unsure = doubt(answer) or struck_in_part(text) or (_DASHED if _is_dashed(lines) else "")
        return Found(value=text, where=_places(lines), quote=_short(text), doubt=unsure)

    def _without_label(self, text: str) -> str:
        """Take off "x =" before each value: x = 2 or x = 3, and x1 = 2, x2 = 3."""
        for label in self.labels:
            name = rf"{re.escape(label)}(?:_?\{{?\d{{1,3}}\}}?|[₀-₉]{{1,3}})?"
            text = re.sub(
                rf"(?<![\w.]){name}\s*(?:=(?!=)|:(?!=)|≈)\s*", "", text, flags=re.IGNORECASE
            )
        return text


def _is_dashed(lines: list[tuple[Piece, str]]) -> bool:
    """Whether a value in a document stands behind a dash: in an answer box that is a sign."""
    piece, first = lines[0]
    return piece.place.unit != "entry" and _DASH.match(first) is not None


def _places(lines: list[tuple[Piece, str]]) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(piece.place for piece, _ in lines))


def _short(text: str) -> str:
    quote = " ".join(text.split())
    return quote if len(quote) <= _SHOWN else quote[: _SHOWN - 1] + "…"
