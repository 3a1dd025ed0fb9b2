"""Digits with all that may stand among them: grouping, a decimal mark, an exponent.

``1,234`` can be a thousand and more, or one and a bit. The notation decides; where it leaves both
open, both are returned, the likeliest first, and whoever compares tries them all.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.notation.options import Form, Notation

MOST_DIGITS, MOST_ZEROS = 4_000, 4_000
"""More digits, or an exponent of more zeros, than any answer has."""

_AUTO = ",.' _"
late = functools.cache(re.compile)
"""Patterns that most numbers never meet are compiled when they are first needed."""
_RUN = r"(?P<digits>\d+(?:(?:[.,'_]|\{,\}|\{\.\}|\\[,;! ]|~|[ ](?=\d))\d+)*(?:\.(?![\d.])|,(?=[eE]))?|[.,]\d+(?:[ ]\d{3})*)"
_EXPONENT = r"[eE]([+-]?)(\d{1,6})(?![\w.])"
_MARK = r"\{,\}|\{\.\}|\\[,;! ]|\D"
_SPACES = {"\\,": " ", "\\;": " ", "\\!": " ", "\\ ": " ", "~": " ", "{,}": ",", "{.}": "."}
_TENS = tuple(10**power for power in range(64))


@dataclass(frozen=True, slots=True)
class Digits:
    """A number in digits: its value, and how many digits are shown.

    ``decimals`` counts the digits after the mark, with an exponent taken off (1.2e3 has none).
    ``significant`` counts from the first digit that is not 0, zeros at the end of a whole number
    too; ``least`` does not count these. ``unit`` is the worth of the last digit shown, of the last
    one that surely counts in ``rough``.
    """

    value: Fraction
    form: Form = "integer"
    decimals: int = 0
    significant: int = 1
    least: int = 1
    unit: Fraction = Fraction(1)
    doubtful: bool = False
    """Whether the conventions leave open which of several readings is meant."""
    mark: str = ""
    """The decimal mark that this reading rests on, or ``""`` where it would be read so with any."""


def power_of_ten(exponent: int) -> Fraction:
    """Return 10 to a whole power; see ``MOST_ZEROS`` for what callers have to refuse."""
    if 0 <= exponent < len(_TENS):
        return Fraction(_TENS[exponent])
    return Fraction(10) ** exponent


def shifted(
    digits: Digits, exponent: int, form: Form | None = None, *, all_count: bool = False
) -> Digits:
    """Return the number times a power of ten: the digits shown stay, their worth moves.

    With ``all_count`` all digits are meant: 1.20e3 and 120e1 show three, 1200 two to four.
    """
    size = power_of_ten(exponent)
    return Digits(
        digits.value * size,
        form or digits.form,
        max(0, digits.decimals - exponent),
        digits.significant,
        digits.significant if all_count else digits.least,
        digits.unit * size,
        digits.doubtful,
        digits.mark,
    )


def scan(text: str, start: int, notation: Notation) -> tuple[int, tuple[Digits, ...]]:
    """Read the digits at a place of a text, and an exponent (1.2e-3) right behind them.

    Returns:
        Where the number ends, and its readings, the likeliest first. No reading where digits do
        stand there but are no number by this notation (``1,23`` where commas group); the end is
        ``start`` where no digits stand.
    """
    run = late(_RUN).match(text, start)
    if run is None:
        return start, ()
    end = run.end()
    digits = run["digits"]
    if len(digits) > MOST_DIGITS:
        return end, ()
    readings, used = _readings(digits, notation.decimal, notation.thousands, notation.groups)
    if used < len(digits):
        return start + used, readings
    exponent = late(_EXPONENT).match(text, end)
    if exponent is None or not readings:
        return end, readings
    zeros = int(exponent[1] + exponent[2])
    if abs(zeros) > MOST_ZEROS:
        return exponent.end(), ()
    return exponent.end(), tuple(
        shifted(reading, zeros, "scientific", all_count=True) for reading in readings
    )


def _readings(
    run: str, decimal: str, thousands: str, groups: str
) -> tuple[tuple[Digits, ...], int]:
    """Return all readings of a run, and how many of its characters they take."""
    if run.isdigit():
        return (_number(run, "", ""),), len(run)
    whole = _as_one(run, decimal, thousands, groups)
    if whole or " " not in run:
        return whole, len(run)
    # Blanks that do not group end the number: 2 1/2, 3 4 5.
    cut = run.index(" ")
    return _readings(run[:cut], decimal, thousands, groups)[0], cut


@functools.lru_cache(maxsize=4096)
def _as_one(run: str, decimal: str, thousands: str, groups: str) -> tuple[Digits, ...]:
    marks = [_SPACES.get(mark, mark) for mark in late(_MARK).findall(run)]
    parts = late(_MARK).split(run)
    found: list[Digits] = []
    for mark in _decimal_marks(decimal):
        grouping = _grouping_marks(mark, decimal, thousands)
        reading = _under(parts, marks, mark, grouping, groups)
        if reading is not None and all(reading.value != other.value for other in found):
            found.append(reading)
    return _ranked(found, marks) if len(found) > 1 else tuple(found)


def _ranked(found: list[Digits], marks: list[str]) -> tuple[Digits, ...]:
    """A point is likelier a decimal mark; what a single comma means nobody can tell."""
    doubtful = marks == [","]
    return tuple(replace(reading, doubtful=doubtful) for reading in found)


def _decimal_marks(decimal: str) -> str:
    return decimal if decimal in ".," else ".,"


def _grouping_marks(mark: str, decimal: str, thousands: str) -> str:
    if decimal == "either":
        return (thousands if thousands != "auto" else _AUTO).translate({44: None, 46: None})
    if thousands == "auto":
        return _AUTO.replace(mark, "")
    return thousands.replace(mark, "")


def _under(
    parts: list[str], marks: list[str], decimal: str, grouping: str, groups: str
) -> Digits | None:
    """Read digits where one mark is the decimal mark, and others may group."""
    at = marks.index(decimal) if decimal in marks else len(marks)
    before, after = marks[:at], marks[at + 1 :]
    if len(set(before)) > 1 or not set(before) <= set(grouping):
        return None
    if not _are_groups(parts[: at + 1], groups) if before else False:
        return None
    tail = parts[at + 1 :]
    if after and not _are_tail_groups(tail, after, grouping):
        return None
    whole = "".join(parts[: at + 1])
    return _number(whole, "".join(tail), decimal if at < len(marks) else "")


def _are_groups(parts: list[str], groups: str) -> bool:
    first, rest = parts[0], parts[1:]
    if first.startswith("0") or not first:
        return False
    threes = len(first) <= 3 and all(len(part) == 3 for part in rest)
    lakhs = len(first) <= 2 and len(rest[-1]) == 3 and all(len(part) == 2 for part in rest[:-1])
    if groups == "strict":
        return threes
    if groups == "indian":
        return lakhs or (len(rest) == 1 and threes)
    return threes or lakhs


def _are_tail_groups(tail: list[str], marks: list[str], grouping: str) -> bool:
    """Whether blanks group the decimals by threes: 12.345 678 9."""
    if set(marks) != {" "} or " " not in grouping:
        return False
    return all(len(part) == 3 for part in tail[:-1]) and 0 < len(tail[-1]) <= 3


def _number(whole: str, part: str, mark: str) -> Digits:
    digits = (whole + part).lstrip("0")
    places = len(part)
    value = Fraction(int(whole + part or "0"), _TENS[places] if places < 64 else 10**places)
    significant = len(digits) or max(1, places)
    if mark:
        return Digits(
            value, "decimal", places, significant, significant, power_of_ten(-places), mark=mark
        )
    least = len(digits.rstrip("0")) or 1
    return Digits(value, "integer", 0, significant, least)
