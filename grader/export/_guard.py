"""Cells that a spreadsheet would take for a formula are made text (CWE-1236)."""

from __future__ import annotations

import re

_PARTS = re.compile('[",;\t\r\n]')
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def inert(text: str) -> str:
    """Return a cell that no spreadsheet runs: what could start a formula gets a quote in front.

    >>> inert("=1+1"), inert("Ann"), inert("-0.5"), inert("-0,5"), inert(" =A1")
    ("'=1+1", 'Ann', '-0.5', '-0,5', "' =A1")
    """
    bare = text.lstrip(" \u00a0\ufeff")
    if bare.startswith(_FORMULA) and not _number(text):
        return f"'{text}"
    return text


def formula(text: str) -> bool:
    """Whether a spreadsheet might run a cell."""
    return inert(text) != text


def parted(text: str) -> bool:
    """Whether a cell has to be quoted: any sign in it may part cells for some spreadsheet.

    Which one does depends on the reader's language, not on the file: a cell ``Ann;=1+1`` of a
    file with commas is two cells where lists are parted by semicolons. Numbers stay as they are.

    >>> parted("Ann;=1+1"), parted("Lee, Ann"), parted("17,5"), parted("Ann")
    (True, True, False, False)
    """
    return bool(_PARTS.search(text)) and not _number(text)


def _number(text: str) -> bool:
    """Whether a cell is a plain negative number, which no spreadsheet runs."""
    body = text[1:] if text[:1] in "+-" else text
    whole, _, rest = body.replace(",", ".", 1).partition(".")
    return body.isascii() and whole.isdigit() and (not rest or rest.isdigit())
