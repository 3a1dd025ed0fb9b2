"""A histogram of points, laid out in numbers: the template only draws it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

WIDTH, HEIGHT = 480, 200
_LEFT, _TOP, _BOTTOM = 8, 24, 40
_BINS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: its box, its count, where that is written."""

    x: float
    y: float
    width: float
    height: float
    count: int
    middle: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A number on the axis of points."""

    x: float
    points: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A histogram; ``ranges`` say the same in words, each as (from, to, how many)."""

    title: str
    final: bool
    count: int
    median: Fraction
    possible: Fraction
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    ranges: tuple[tuple[Fraction, Fraction, int], ...]
    width = WIDTH
    height = HEIGHT
    left = _LEFT
    right = WIDTH - _LEFT
    base = HEIGHT - _BOTTOM
    foot = HEIGHT - _BOTTOM + 16


def chart(
    title: str,
    points: Iterable[Fraction] | Mapping[Fraction, int],
    possible: Fraction,
    *,
    final: bool = True,
) -> Chart:
    """Return the histogram of points out of those that are possible; the top bin holds its end.

    ``points`` are one for each hand-in, or how many hand-ins have how many points.
    """
    often = Counter(points)
    step = _step(possible)
    bins = max(1, -(-possible // step))
    counts = [0] * bins
    for value, many in often.items():
        counts[min(max(int(value // step), 0), bins - 1)] += many
    wide = (WIDTH - 2 * _LEFT) / bins
    room = HEIGHT - _TOP - _BOTTOM
    return Chart(
        title=title,
        final=final,
        count=often.total(),
        median=_median(often),
        possible=possible,
        bars=tuple(
            _bar(n, count, wide, room * count / max(counts)) for n, count in enumerate(counts)
        ),
        ticks=tuple(Tick(x=round(_LEFT + wide * n, 2), points=step * n) for n in range(bins + 1)),
        ranges=tuple(
            (step * n, min(step * (n + 1), possible), count)
            for n, count in enumerate(counts)
            if count
        ),
    )


def _median(often: Counter[Fraction]) -> Fraction:
    """The middle value, or half way between the two in the middle."""
    count, below, middle = often.total(), 0, []
    for value in sorted(often):
        first, below = below, below + often[value]
        middle += [value for place in ((count - 1) // 2, count // 2) if first <= place < below]
    return sum(middle, Fraction(0)) / 2


def _bar(number: int, count: int, wide: float, high: float) -> Bar:
    left = _LEFT + wide * number
    return Bar(
        x=round(left + 1.5, 2),
        y=round(HEIGHT - _BOTTOM - high, 2),
        width=round(wide - 3, 2),
        height=round(high, 2),
        count=count,
        middle=round(left + wide / 2, 2),
    )


def _step(possible: Fraction) -> Fraction:
    """A round number of points that parts them into at most a dozen bins."""
    size = Fraction(1, 100)
    while True:
        for factor in (1, 2, 5):
            if possible <= size * factor * _BINS:
                return size * factor
        size *= 10
