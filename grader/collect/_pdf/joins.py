"""Which lines go on in the next one: wrapped lines, torn words, the ends of paragraphs."""

from __future__ import annotations

import re

from grader.collect._pdf.lines import Line
from grader.collect._pdf.measure import Measure

LONGEST = 6_000
_TORN = re.compile(r"[^\W_]-$")
_STARTS = re.compile(r"([^\W\d_]+)")
_KEPT = frozenset(
    ("self", "non", "pre", "multi", "one", "two", "semi", "leave", "high", "low", "cross", "well")
)
_ENDS = (".", "?", "!", ":", ";")
_ID = re.compile(r"\d{1,2}(?:\.\d{1,2})+[a-h]?(?:\s|$)")
"""What begins like the number of a part; behind a whole sentence it is one."""
_MARK = re.compile(
    r"(?:[-*+•>#|]\s|(?:\d{1,2}(?:\.\d{1,2})*[.):]|\(?[a-hA-H][):.]|\([ivx\d]{1,4}\))\s+\S"
    r"|(?:problem|question|exercise|answer|part|q)\s?\d)",
    re.IGNORECASE,
)
_OPEN = re.compile(r"(?:[,(+=*/·×−–]|\b(?:and|or|of|with|to|in|are|is|the|than|both|from|for))$")
_SHORTEST = 15
"""Lines shorter than this, in sizes of the font, are not taken for wrapped."""


def joined(text: str, after: str, last: Line, line: Line, measure: Measure) -> str | None:
    """Return the text of two lines as one, where the first was wrapped; None where it ends.

    A line is wrapped where the next word had no room in it.
    """
    if text.endswith(_ENDS) and _ID.match(after):
        return None
    if not text or len(text) > LONGEST or text.startswith(("#", "|", "![", "```")):
        return None
    if _far(last, line, measure) or (
        line.y < last.y and last.page == line.page and _beside(last, line)
    ):
        return None
    torn = _TORN.search(text) is not None and (after[:1].islower() or after[:1].isdigit())
    if torn and (after[:1].islower() or not _fits(last, line)):
        return _mended(text, after, measure)
    if _fits(last, line) or (starts_item(after) and not _OPEN.search(text)):
        return None
    if last.page != line.page and text.endswith(_ENDS) and not after[:1].islower():
        return None
    return f"{text} {after}"


def starts_item(text: str) -> bool:
    """Return whether a line starts with the mark of a list, or the label of an answer.

    >>> starts_item("(b) True"), starts_item("3. one"), starts_item("3.5 is")
    (True, True, False)
    """
    return _MARK.match(text) is not None


def parted(last: Line, line: Line, measure: Measure) -> bool:
    """Whether a paragraph ends between two lines."""
    if last.page != line.page or line.y < last.y:
        ended = last.text().rstrip().endswith(_ENDS)
        return ended or not line.text()[:1].islower() or line.bullet
    return _far(last, line, measure)


def _far(last: Line, line: Line, measure: Measure) -> bool:
    if last.page != line.page or line.y < last.y:
        return False
    return line.y - last.y > 1.22 * measure.pitch * max(last.size, line.size) + 1


def _beside(last: Line, line: Line) -> bool:
    """Whether a line stands above the last one without standing in the next column."""
    return line.x0 < last.x1


def _fits(last: Line, line: Line) -> bool:
    """Whether the first word of a line had room at the end of the last one: the writer broke it."""
    word = line.words[0]
    end = last.x1 + 0.25 * last.size + (word.x1 - word.x0)
    return last.x1 - last.x0 < _SHORTEST * last.size or end < last.edge - 0.4 * last.size


def _mended(text: str, after: str, measure: Measure) -> str:
    """A word that was torn at the end of a line, with its hyphen where that belongs to it."""
    stem = text.rsplit(maxsplit=1)[-1][:-1]
    found = _STARTS.match(after)
    rest = found.group(1) if found else ""
    start = re.split(r"[^\w]", stem)[-1]
    keeps = (
        not rest
        or "-" in stem
        or not start.isalpha()
        or len(start) < 2
        or start.lower() in _KEPT
        or f"{start}-{rest}".lower() in measure.hyphens
    )
    return (text if keeps else text[:-1]) + after
