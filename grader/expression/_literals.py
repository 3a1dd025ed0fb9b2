"""Numbers as people write them: digit grouping, decimal comma, exponents, magnitudes, percent.

``1,234`` is read as a thousand and more, ``3,16`` and ``0,378`` as decimals; a caller that
knows what commas mean in a text says so. What else the digits could mean comes after the
first reading.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import Literal as Choice
from typing import TypeAlias

from grader.expression._tree import Literal

Comma: TypeAlias = Choice["grouping", "decimal"]
"""What a comma before three digits means: 1,234 as a thousand or as one and a bit."""

RUN = (
    r"\d+(?:(?:[.,'\u2019\u066c\u00a0\u2009\u202f]|\{,\}|\{\.\}|\\,|~|[ ](?=\d{3}(?!\d)))\d+)*"
    r"|\.\d+"
)
"""Digits with all that may separate them; each round of the group eats at least one mark."""

_LONGEST = 1_000
_MOST_DIGITS = 400
"""A longer run of digits is no number."""
_MARK = re.compile(r"\D+")
_EXPONENT = re.compile(r"[eE]([+\-\u2212]?\d{1,4})(?![\w.])")
_WORD = re.compile(
    r"(?:[ \u00a0~]|\\[, ])?(?:\\(?:text|mathrm)\{\s?)?"
    r"(hundred|thousand|million|mil|mln|mio|mn|billion|bln|(?-i:bn|Bn)|trillion|tn|lakh|lac|crore)s?(?![A-Za-z])\}?",
    re.IGNORECASE,
)
_LETTER = re.compile(
    r"([KkMBG])(?:(?![A-Za-z0-9_^({\\])|(?=FLOP|MAC|Op|op))"
    r"|[ \u00a0]([KkMBG])(?:(?![A-Za-z0-9_^({\\]|\s*[=+*/^_(×·\-])|(?=FLOP|MAC))"
)
_PERCENT = re.compile(
    r"\s?(?:\\?%|\\text\{\s?\\?%\s?\})|\s{0,24}(?:percent|per\s?cent|pct)(?![a-z])", re.IGNORECASE
)
_SIZE = {
    "hundred": 2,
    "thousand": 3,
    "k": 3,
    "million": 6,
    "mil": 6,
    "mln": 6,
    "mio": 6,
    "mn": 6,
    "m": 6,
    "billion": 9,
    "bln": 9,
    "bn": 9,
    "b": 9,
    "g": 9,
    "trillion": 12,
    "tn": 12,
    "lakh": 5,
    "lac": 5,
    "crore": 7,
}


def scan(
    text: str, start: int, end: int, comma: Comma | None = None
) -> tuple[int, tuple[Literal, ...]]:
    """Read the run of digits ``text[start:end]`` and what belongs to it.

    Returns:
        Where the number ends (a run that is a list such as 3,2,5 ends early) and its readings,
        the likeliest first; none where the digits are no number (1.2.3, or far too many).
    """
    length, readings = _grouped(text[start:end], comma)
    if not readings:
        return end, ()
    if length < end - start:
        return start + length, readings
    exponent = _EXPONENT.match(text, end)
    if exponent:
        end = exponent.end()
        shift = int(exponent[1].replace("\u2212", "-"))
        readings = tuple(scaled(reading, shift) for reading in readings)
    size = _WORD.match(text, end) or _LETTER.match(text, end)
    if size:
        end = size.end()
        shift = _SIZE[next(group for group in size.groups() if group).lower()]
        readings = tuple(scaled(reading, shift) for reading in readings)
    percent = _PERCENT.match(text, end)
    if percent:
        end = percent.end()
        readings = tuple(replace(scaled(reading, -2, percent=True)) for reading in readings)
    return end, readings


def scaled(literal: Literal, shift: int, percent: bool = False) -> Literal:
    """Return the number times ``10 ** shift``: the digits shown stay, their unit moves."""
    size = Fraction(10) ** max(-_LONGEST, min(shift, _LONGEST))
    unit = (literal.slack or Fraction(1)) * size
    value = literal.value * size
    whole = unit <= 1 and value.denominator == 1 and not (percent or literal.percent)
    return replace(
        literal, value=value, slack=None if whole else unit, percent=percent or literal.percent
    )


def _grouped(run: str, comma: Comma | None) -> tuple[int, tuple[Literal, ...]]:
    if len(run) > _MOST_DIGITS:
        return len(run), ()
    groups, marks = _MARK.split(run), _MARK.findall(run)
    if not marks:
        return len(run), (_literal(run, ""),)
    if run[0] == ".":
        return len(run), (_literal("", groups[1]),)
    marks = [_plain(mark) for mark in marks]
    readings = _as_whole(groups, marks, comma)
    if readings:
        return len(run), readings
    if set(marks) == {"."}:
        return len(run), ()
    return _first_of_a_list(run, groups, marks, comma)


def _plain(mark: str) -> str:
    return {"{,}": ",", "{.}": "."}.get(mark, mark if mark in ",." else " ")


def _as_whole(groups: list[str], marks: list[str], comma: Comma | None) -> tuple[Literal, ...]:
    """All readings of a run that take it as one number, the likeliest first."""
    last = marks[-1]
    readings = []
    if len(set(marks)) == 1 and _is_grouping(groups, last):
        readings.append(_literal("".join(groups), ""))
    decimal = marks.count(last) == 1 and last in ",."
    if decimal and (
        len(marks) == 1 or (len(set(marks)) == 2 and _is_grouping(groups[:-1], marks[0]))
    ):
        literal = _literal("".join(groups[:-1]), groups[-1])
        first = len(marks) == 1 and (
            last == "." if comma is None else (last == ",") == (comma == "decimal")
        )
        readings.insert(0 if first else len(readings), literal)
    return tuple(readings)


def _is_grouping(groups: list[str], mark: str) -> bool:
    first, rest = groups[0], groups[1:]
    if not rest:
        return True
    if first.startswith("0") or len(first) > 3:
        return False
    if all(len(group) == 3 for group in rest):
        return True
    indian = len(rest[-1]) == 3 and all(len(group) == 2 for group in rest[:-1])
    return mark == "," and indian and len(first) <= 2


def _first_of_a_list(
    run: str, groups: list[str], marks: list[str], comma: Comma | None
) -> tuple[int, tuple[Literal, ...]]:
    """Take the first item of digits that commas or spaces list, such as 3,2,3.16."""
    cut = next((i for i, mark in enumerate(marks) if mark != "."), 0)
    if "." in marks[:cut] and cut > 1:
        return len(run), ()
    if marks[cut] == "," and "." not in marks and comma == "decimal":
        cut += 1
    kept = groups[: cut + 1]
    end = [match.start() for match in _MARK.finditer(run)][cut] if cut < len(marks) else len(run)
    return end, (_literal(kept[0], kept[1] if len(kept) > 1 else ""),)


def _literal(whole: str, part: str) -> Literal:
    digits = (whole + part).lstrip("0")
    value = Fraction(int(whole + part or "0"), 10 ** len(part))
    slack = Fraction(1, 10 ** len(part)) if part else None
    return Literal(value, len(part), max(1, len(digits)), slack)
