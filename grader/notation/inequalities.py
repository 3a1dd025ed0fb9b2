"""Inequalities as they are written, and the spans of numbers that they and intervals are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from grader.notation.splitting import Flaw

_INFINITE = frozenset(("inf", "infinity", "infty", "\\infty", "∞", "oo"))
RELATION = re.compile(r"<=|>=|=<|=>|!=|<>|==|[<>≤≥≠=]")
_LESS = frozenset(("<", "<=", "=<", "≤"))
_CLOSED = frozenset(("<=", "=<", "≤", ">=", "=>", "≥"))
_NAME = re.compile(r"(?!(?:pi|e|inf|oo)$)[^\W\d_]\w{0,12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """From ``low`` to ``high``, which are None where it has no end, without the points ``holes``."""

    low: Any
    high: Any
    low_in: bool = False
    high_in: bool = False
    holes: tuple[Any, ...] = ()
    variable: str = field(default="", compare=False, repr=False)
    """The letter of the inequality that it was written as."""
    met: bool = field(default=False, compare=False, repr=False)
    """Whether two conditions left it: it is empty where its ends are the wrong way round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What may be written: inequalities, closed ends at infinity, commas as decimal marks."""

    inequalities: bool = True
    closed_infinite: bool = False
    decimal_comma: bool = False
    separators: str = "auto"


def infinite(end: str) -> int:
    """Return 1 for plus infinity, -1 for minus infinity, 0 for anything else."""
    folded = "".join(end.split()).casefold()
    sign, bare = (-1, folded[1:]) if folded[:1] == "-" else (1, folded.removeprefix("+"))
    return sign if bare in _INFINITE else 0


def span_between(
    low: str, high: str, low_in: bool, high_in: bool, rules: Rules
) -> list[Span] | Flaw:
    """Return the span between two ends as written, which may be infinite, or what is wrong."""
    below, above = infinite(low), infinite(high)
    if below > 0 or above < 0:
        return Flaw("the left end is greater than the right one")
    if not rules.closed_infinite and ((below and low_in) or (above and high_in)):
        return Flaw("an end at infinity never belongs to an interval: write a round bracket there")
    return [
        Span(
            None if below else low,
            None if above else high,
            low_in and not below,
            high_in and not above,
        )
    ]


def read_inequality(text: str, rules: Rules) -> list[Span] | Flaw:
    """Return the numbers for which one or two inequalities hold, or what is wrong with them.

    >>> read_inequality("1 < x <= 2", Rules())
    [Span(low='1', high='2', low_in=False, high_in=True, holes=())]
    """
    signs = list(RELATION.finditer(text))
    if not signs:
        return Flaw("this is no interval: write two ends in brackets, such as (0, 1]")
    if not rules.inequalities:
        return Flaw("write an interval with brackets, no inequality")
    if len(signs) > 2:
        return Flaw("an inequality has at most two signs")
    starts = [0, *(sign.end() for sign in signs)]
    ends = [*(sign.start() for sign in signs), len(text)]
    sides = [text[a:b].strip() for a, b in zip(starts, ends, strict=True)]
    kinds = [sign.group() for sign in signs]
    if not all(sides):
        return Flaw("a side of the inequality is missing")
    return _one_sign(sides, kinds[0], rules) if len(kinds) == 1 else _chain(sides, kinds, rules)


def _one_sign(sides: list[str], kind: str, rules: Rules) -> list[Span] | Flaw:
    left, right = sides
    flipped = not _NAME.fullmatch(left)
    if flipped and not _NAME.fullmatch(right):
        return Flaw("one side of the inequality has to be a variable alone")
    end, name = (left, right) if flipped else (right, left)
    if kind in ("!=", "≠", "<>"):
        return [Span(None, None, holes=(end,), variable=name)]
    if kind in ("=", "=="):
        return [Span(end, end, True, True, variable=name)]
    closed = kind in _CLOSED
    if (kind in _LESS) != flipped:
        return _called(span_between("-inf", end, False, closed, rules), name)
    return _called(span_between(end, "inf", closed, False, rules), name)


def _chain(sides: list[str], kinds: list[str], rules: Rules) -> list[Span] | Flaw:
    low, name, high = sides
    low_in, high_in = kinds[0] in _CLOSED, kinds[1] in _CLOSED
    rising = [kind in _LESS for kind in kinds]
    if rising[0] != rising[1] or any(kind in ("=", "==", "!=", "≠", "<>") for kind in kinds):
        return Flaw("both signs of an inequality have to point the same way")
    if not _NAME.fullmatch(name):
        return Flaw("a variable has to stand in the middle of the inequality")
    if not rising[0]:
        low, high, low_in, high_in = high, low, high_in, low_in
    return _called(span_between(low, high, low_in, high_in, rules), name)


def _called(spans: list[Span] | Flaw, variable: str) -> list[Span] | Flaw:
    if isinstance(spans, Flaw):
        return spans
    return [replace(span, variable=variable) for span in spans]
