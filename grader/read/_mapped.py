"""Numbers that are mapped to keys: how they are written, and what may make them another number."""

from __future__ import annotations

import re
from fractions import Fraction

from grader.model import Number
from grader.read._cues import REVISION, TURN

_POWER_OF_TEN = r"10\s{0,2}\^\s{0,2}[({]?\s{0,2}[-+]?\s?\d{1,2}"
NUMBER = re.compile(
    r"(?P<sign>(?<![\w)])[-−–]\s?)?"
    r"(?P<number>(?<![\w./])(?:\d{1,6}\s?/\s?\d{1,9}(?![\d/])|"
    + _POWER_OF_TEN
    + r"|(?:\d{1,12}(?:[.,]\d{1,12})?|[.,]\d{1,12})(?:\s?(?:x|\*)\s?"
    + _POWER_OF_TEN
    + r"|[eE][-+]?\d{1,2})?)"
    r"(?![\d%]|[.,]\d|(?:st|nd|rd|th|x)\b|[A-Za-z_]*\d))"
)
"""A number, with a unit that is glued to it or not; not 2nd, not 3x3, and no share."""
_POWER = re.compile(
    r"(?:(?P<front>[\d.,]+)\s?(?:x|\*)\s?)?10\s*\^\s*[({]?\s*(?P<power>[-+]?\s?\d+)"
)
_SET_OFF = re.compile(r"[)\].]?\s+[-−–]\s|[)\].]?\s*[-−–]{2,}")
"""A dash with room on both sides sets the value off its key."""
_ONLY_A_DASH = re.compile(r"[)\].]?\s+[-−–]")
_SEPARATED = re.compile(r"\s*[)\].]?\s*(?:[:=≈~]|[-=]+>|→|⇒|\bis\b)\s*[-−–≈~$(]*\s?")
_BOUND = re.compile(r"(?:(?<![-=–—])[<>≤≥≠]=?|!=|±|\+/-)\s*$")
_DENIED = re.compile(
    r"(?:\b(?:not|never|no|nor|first|initially|originally|old)|n't)\W+(?:\w+\W+)?$", re.IGNORECASE
)
_GOES_ON = re.compile(r"\s?[½⅓⅔¼¾‰]|\s?(?:[\^*/·×+±]|[-−]\s?(?=\d)|\.\.)\s?[\d({/-]")
_BETWEEN = re.compile(
    r"\b(?:or|maybe|perhaps|possibly|no|not|then)\b|[|/?=≈→⇒]|[-=]>", re.IGNORECASE
)
"""Two values with one of these between them: a reader cannot tell which is meant."""
_REASON = re.compile(r"\b(?:because|since|due\s+to)\b", re.IGNORECASE)
"""What follows holds numbers that are no values."""
_IN_WORDS = re.compile(
    r"\b(?:minus|negative|below|above|under|over|up\s+to|(?:at|no)\s+(?:least|most|more|less)"
    r"|(?:more|less|fewer|greater|smaller|larger)\s+than)\W*$",
    re.IGNORECASE,
)
TWO = "more than one value is given"


def is_separated(between: str) -> bool:
    """Whether nothing but a sign of assignment stands between a key and a value."""
    return _SEPARATED.fullmatch(between) is not None


def is_negative(found: re.Match[str], before: str) -> bool:
    """Whether the dash of a number is its sign.

    Args:
        found: the number.
        before: what stands between it and its key, or the beginning of the text.
    """
    return found["sign"] is not None and not _SET_OFF.fullmatch(f"{before}{found['sign']}")


def otherwise(before: str, between: str, behind: str) -> str:
    """Say what a number may be instead, or nothing.

    Args:
        before: what stands between it and its key, with its sign.
        between: what stands between it and another number that is given for its key, if any.
        behind: what follows it.
    """
    if _ONLY_A_DASH.fullmatch(before):
        return "a dash may be a sign"
    if _BOUND.search(before) or _IN_WORDS.search(before):
        return "a bound is given, or a sign in words,"
    if _DENIED.search(before):
        return "a value is taken back"
    if _GOES_ON.match(behind):
        return "more than a number is given"
    plainly = _REASON.split(between)[0]
    return TWO if _BETWEEN.search(plainly) or taken_back(between) else ""


def taken_back(text: str) -> bool:
    """Whether words say that what stands before may be wrong."""
    return bool(REVISION.search(text) or TURN.search(text))


def number(text: str, *, negative: bool = False) -> Number:
    """Return the number that a text is.

    >>> float(number("1,5", negative=True).value)
    -1.5
    """
    value = _value(text)
    return Number(value=-value if negative else value)


def _value(text: str) -> Fraction:
    top, slash, bottom = text.partition("/")
    if slash:
        below = int(bottom)
        return Fraction(int(top), below) if below else Fraction(10) ** 12
    power = _POWER.match(text)
    if power:
        front = Fraction((power.group("front") or "1").replace(",", "."))
        return front * Fraction(10) ** int(power.group("power").replace(" ", ""))
    return Fraction(text.replace(",", ".") if not text.startswith((".", ",")) else "0." + text[1:])
