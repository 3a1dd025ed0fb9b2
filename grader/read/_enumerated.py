"""Lists of numbers inside a sentence: "they are 3, 2 and 1.7 for observations 1 to 3"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from grader.expression import Comma, parse_number
from grader.model import Number

_ROOT = r"(?:\\sqrt\s*\{\s*\d+\s*\}|(?:√|\bsqrt)\s*\(?\s*\d+\s*\)?)"
_MARKS = re.compile(r"\$|\*\*|\\(?:approx|,|;|quad)")
_STYLES = (
    (r"\d+(?:[.,]\d+)?", r"\s*(?:,\s+(?:and\s+)?|;\s*|\s+and\s+|,?\s*&\s*)"),
    (r"\d+(?:\.\d+)?", r"\s*(?:,\s*(?:and\s+)?|\s+and\s+)"),
)
_RANGE = r"\b[A-Za-z]{{0,14}}\.?[_\s]?{first}\s*(?:to|-|–|—|until|through|\.{{2,3}}|…)\s*[A-Za-z]{{0,14}}[_\s]?{last}(?!\d)"
_POINT = re.compile(r"\([\s0,]+\)|\b0\b|\b[A-Za-z]_?0\b")
_SORTED = re.compile(
    r"\b(?:sort|ascend|descend|increas|decreas|order(?:ed)?\s+(?:by|from)|revers|smallest|largest|nearest|closest|farthest|shortest"
    r"|but|not|wrong|instead)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enumerated:
    """One list, in the order of the keys; ``label`` is what leads to it."""

    numbers: tuple[Number, ...]
    label: str
    doubt: str = ""


def enumerated(text: str, count: int, comma: Comma | None) -> list[Enumerated]:
    """Return the lists of just so many numbers in a sentence.

    A list of the keys themselves, such as "5, 1 and 3", says which number belongs to which.
    """
    plain = _MARKS.sub(" ", text)
    for pattern, between in _patterns(count):
        matches = list(pattern.finditer(plain))
        found = [numbers for m in matches if (numbers := _numbers(m[0], between, comma))]
        if not found or len(found) != len(matches):
            continue
        spans = [m.span() for m in matches]
        orders = [_order(numbers) for numbers in found]
        lists = [i for i, order in enumerate(orders) if order is None] or list(range(len(found)))
        named = [order for order in orders if order is not None and len(lists) < len(found)]
        order = named[0] if len(named) == 1 else None
        doubt = _doubt(plain, spans, count, order is not None) or (
            "several lists of keys stand here" if len(named) > 1 else ""
        )
        return [
            Enumerated(
                numbers=tuple(found[i][place] for place in order or range(count)),
                label=plain[spans[i - 1][1] if i else 0 : spans[i][0]],
                doubt=doubt,
            )
            for i in lists
        ]
    return []


@lru_cache(maxsize=64)
def _patterns(count: int) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """For each style a pattern of the whole list, and one of what stands between two numbers."""
    made = []
    for number, between in _STYLES:
        one = rf"(?:[≈~]?\s?(?:{_ROOT}|{number}))"
        whole = rf"(?<![\w.,(\[]){one}(?:{between}{one}){{{count - 1}}}(?!\w|[.,]\d|{between}\d)"
        made.append((re.compile(whole), re.compile(between)))
    return tuple(made)


def _numbers(text: str, between: re.Pattern[str], comma: Comma | None) -> list[Number] | None:
    numbers = [parse_number(part, comma=comma) for part in between.split(text)]
    known = [number for number in numbers if number is not None]
    return known if len(known) == len(numbers) else None


def _order(numbers: list[Number]) -> list[int] | None:
    """Where each key stands, if the numbers are the keys 1 to n in any order."""
    values = [number.value for number in numbers]
    if sorted(values) != list(range(1, len(values) + 1)):
        return None
    return [values.index(key) for key in range(1, len(values) + 1)]


def _doubt(text: str, spans: list[tuple[int, int]], count: int, keyed: bool) -> str:
    """Why the order may be another one than that of the keys, or nothing."""
    rest = text
    for start, end in spans:
        rest = rest[:start] + " " * (end - start) + rest[end:]
    rest = re.sub(_RANGE.format(first=1, last=count), " ", rest)
    if re.search(r"\d", _POINT.sub(" ", rest)) or (not keyed and _SORTED.search(rest)):
        return "it is not certain which of these numbers belongs to what"
    return ""
