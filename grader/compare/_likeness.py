"""Whether one text holds another, matches its stars, or is a few letters away."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from grader.compare._folding import Folding

_SLIP = 6
"""Letters from which on one wrong letter is no other word."""
_DIGITS = re.compile(r"\d+")


def holds(text: str, part: str, *, whole: bool = False, first: bool = False) -> bool:
    """Whether a text contains a part, or starts with it; ``whole``: at the edges of words.

    >>> holds("a scar", "car"), holds("a scar", "car", whole=True)
    (True, False)
    """
    if not part:
        return False
    at = text.find(part)
    while at >= 0 and not (first and at):
        end = at + len(part)
        inside = at > 0 and text[at - 1].isalnum() and part[0].isalnum()
        inside = inside or (text[end : end + 1].isalnum() and part[-1].isalnum())
        if not (whole and inside):
            return True
        at = text.find(part, at + 1)
    return False


def is_wild(text: str, right: str, folding: Folding) -> bool:
    r"""Whether a folded text is a right one, whose stars stand for any text (``\*``: a star).

    >>> is_wild("a frog!", "*frog*", Folding()), is_wild("frog", "f\\*g", Folding())
    (True, False)
    """
    right = right.strip() if folding.trim else right
    ends = replace(folding, trim=False)
    pieces = [
        ends.fold(piece.replace("\0", "*"))
        for piece in right.replace("\0", "").replace(r"\*", "\0").split("*")
    ]
    if len(pieces) == 1:
        return text == folding.fold(pieces[0])
    head, *middle, tail = pieces
    if not (text.startswith(head) and text.endswith(tail)) or len(text) < len(head) + len(tail):
        return False
    at, end = len(head), len(text) - len(tail)
    for piece in middle:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def edits(one: str, other: str, *, exchanges: bool, most: int | None = None) -> int:
    """Return how many letters are changed, added or taken away (Levenshtein 1966).

    With ``exchanges`` two neighbours that change places are one edit (optimal string alignment).
    More than ``most`` edits are given as ``most + 1``.

    >>> edits("form", "from", exchanges=False), edits("form", "from", exchanges=True)
    (2, 1)
    """
    from rapidfuzz.distance import OSA, Levenshtein  # noqa: PLC0415  # only where it is asked for

    kind = OSA if exchanges else Levenshtein
    return int(kind.distance(one, other, score_cutoff=most))


def is_near(given: str, wanted: str, distance: float, *, exchanges: bool, digits: str) -> bool:
    """Whether the edits are few enough, below half of the text, and leave its digits alone."""
    longer = max(len(given), len(wanted))
    most = math.floor(distance * longer + 1e-9) if distance < 1 else int(distance)
    most = min(most, (longer - 1) // 2)
    if digits == "exact" and _DIGITS.findall(given) != _DIGITS.findall(wanted):
        return False
    return most > 0 and edits(given, wanted, exchanges=exchanges, most=most) <= most


def is_slip(given: str, wanted: str) -> bool:
    """Whether one letter, not the first, is wrong in a text long enough to know it by the others."""
    if min(len(given), len(wanted)) < _SLIP or given[0] != wanted[0]:
        return False
    if _DIGITS.findall(given) != _DIGITS.findall(wanted) or abs(len(given) - len(wanted)) > 1:
        return False
    return edits(given, wanted, exchanges=True, most=1) == 1
