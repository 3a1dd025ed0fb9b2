"""Spans put in order: reversed ones refused, empty ones dropped, touching ones merged."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeAlias

from grader.compare._elements import plain
from grader.notation.inequalities import Span
from grader.notation.splitting import Flaw

Size: TypeAlias = "Fraction | float"
SizeOf: TypeAlias = Callable[[Any], "Size | None"]


@dataclass(frozen=True, slots=True)
class Sized:
    """A span with the numbers that its ends stand for; infinite ones where it has no end."""

    span: Span
    low: Size
    high: Size


def in_order(spans: list[Span], size_of: SizeOf, *, merged: bool) -> list[Span] | Flaw | None:
    """Return spans from left to right; None where an end is no number that can be compared.

    With ``merged``, parts that overlap or touch become one. Empty parts are dropped.
    """
    sized: list[Sized] = []
    for span in spans:
        one = _sized(span, size_of)
        if one is None:
            return None
        if one.low > one.high and span.met:
            continue
        if one.low > one.high:
            return Flaw("the left end is greater than the right one")
        pieces = _pierced(one, size_of)
        if pieces is None:
            return None
        sized += [piece for piece in pieces if not _empty(piece)]
    sized.sort(key=lambda one: (one.low, not one.span.low_in, one.high))
    if merged:
        sized = _merged(sized)
    return [one.span for one in sized]


def _sized(span: Span, size_of: SizeOf) -> Sized | None:
    low = -math.inf if span.low is None else size_of(span.low)
    high = math.inf if span.high is None else size_of(span.high)
    if low is None or high is None:
        return None
    return Sized(span, low, high)


def _empty(one: Sized) -> bool:
    return one.low == one.high and not (one.span.low_in and one.span.high_in)


def _pierced(one: Sized, size_of: SizeOf) -> list[Sized] | None:
    """The span without its holes, as several spans."""
    holes = []
    for hole in one.span.holes:
        size = size_of(hole)
        if size is None:
            return None
        holes.append((size, hole))
    rest = replace(one, span=replace(one.span, holes=()))
    pieces = []
    for size, hole in sorted(holes, key=lambda pair: pair[0]):
        if size < rest.low or size > rest.high or (size == rest.low and not rest.span.low_in):
            continue
        left = replace(rest.span, high=hole, high_in=False)
        pieces.append(Sized(left, rest.low, size))
        rest = Sized(replace(rest.span, low=hole, low_in=False), size, rest.high)
    return [*pieces, rest]


def _merged(sized: list[Sized]) -> list[Sized]:
    merged: list[Sized] = []
    for one in sized:
        last = merged[-1] if merged else None
        touches = last is not None and (
            one.low < last.high or (one.low == last.high and (one.span.low_in or last.span.high_in))
        )
        if last is None or not touches:
            merged.append(one)
            continue
        low_in = last.span.low_in or (one.low == last.low and one.span.low_in)
        longer = one if one.high > last.high else last
        high_in = longer.span.high_in or (
            one.high == last.high and (one.span.high_in or last.span.high_in)
        )
        span = Span(last.span.low, longer.span.high, low_in, high_in)
        merged[-1] = Sized(span, last.low, longer.high)
    return merged


def written(spans: list[Span]) -> str:
    """Return a union as it is written canonically.

    >>> written([Span(None, "3", False, True), Span("5", "5", True, True)])
    '(-∞, 3] ∪ {5}'
    """
    return (
        " ∪ ".join(_one(span) for span in spans[:50]) + (" ∪ …" if len(spans) > 50 else "") or "∅"
    )


def _one(span: Span) -> str:
    low = "-∞" if span.low is None else plain(span.low)
    high = "∞" if span.high is None else plain(span.high)
    if span.low is not None and span.low == span.high and span.low_in and span.high_in:
        body = f"{{{low}}}"
    else:
        sign = "; " if "," in low + high else ", "
        body = f"{'[' if span.low_in else '('}{low}{sign}{high}{']' if span.high_in else ')'}"
    holes = ", ".join(plain(hole) for hole in span.holes[:20])
    return f"{body} \\ {{{holes}}}" if holes else body
