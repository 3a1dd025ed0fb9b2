"""How well proposals agree with what people decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from grader.statistics._figures import MINIMUM

Pair = tuple[Fraction, Fraction]
"""What was proposed, and what a person decided: shares of the points of a part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Figures over ``pairs`` marks that had a proposal and were decided by a person."""

    pairs: int
    same: Fraction | None
    """The share of pairs that are exactly the same."""
    difference: Fraction | None
    """The mean absolute difference, as a share of the points."""
    kappa: Fraction | None
    """Weighted kappa with quadratic weights; None also where both always say the same one thing."""


def agreement(pairs: Iterable[Pair]) -> Agreement:
    """Return the agreement of pairs, exactly.

    With weights (x − y)² weighted kappa (Cohen 1968, Weighted kappa, Psychol. Bull. 70, 213-220) is
    1 − mean((x − y)²) / mean((x − y′)²), where x and y′ are drawn from the two margins apart; the
    mean below the line is var(x) + var(y) + (mean(x) − mean(y))². Levels need not be evenly spaced:
    their values are their distances.

    >>> half, full = Fraction(1, 2), Fraction(1)
    >>> agreement([(full, full), (half, half), (full, half), (half, half), (full, full)]).kappa
    Fraction(8, 13)
    """
    counts = Counter(pairs)
    count = counts.total()
    if count < MINIMUM:
        return Agreement(pairs=count, same=None, difference=None, kappa=None)

    def mean(of: Iterable[tuple[Fraction, int]]) -> Fraction:
        return sum((value * times for value, times in of), Fraction(0)) / count

    squared = mean(((x - y) ** 2, n) for (x, y), n in counts.items())
    one, other = (mean((pair[side], n) for pair, n in counts.items()) for side in (0, 1))
    squares = mean((x * x + y * y, n) for (x, y), n in counts.items())
    by_chance = squares - 2 * one * other
    return Agreement(
        pairs=count,
        same=Fraction(sum(n for (x, y), n in counts.items() if x == y), count),
        difference=mean((abs(x - y), n) for (x, y), n in counts.items()),
        kappa=1 - squared / by_chance if by_chance else None,
    )
