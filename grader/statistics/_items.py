"""One part over the class: how hard it is, and whether it tells good from weak students."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from grader.statistics._figures import (
    MINIMUM,
    SMALLEST_GROUP,
    Floats,
    deviation,
    group,
    pearson,
    scores,
    upper,
)

BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Figures of one part. Shares are of its points: 0 is nothing and 1 is all of them."""

    id: str
    possible: Fraction
    counts: Mapping[str, int]
    """How many students stand how: right, partly, wrong, missing, waits."""
    decided: int
    """How many marks are decided; difficulty, deviation and bins rest on these."""
    bins: tuple[int, ...]
    """How many shares lie in each tenth; the last tenth holds full points too."""
    difficulty: float | None
    """The mean share: the higher, the easier."""
    deviation: float | None
    """The standard deviation of the share."""
    lowest: float | None
    highest: float | None
    discrimination: float | None
    """Pearson's correlation of the share with what was earned of all other parts."""
    compared: int
    """How many students the discrimination rests on."""
    upper_lower: float | None
    """The mean share of the upper 27 % of the class less that of the lower 27 %."""
    group: int
    """How many students each of these two groups has."""


def items(
    ids: Sequence[str],
    possible: Sequence[Fraction],
    counts: Sequence[Mapping[str, int]],
    points: Floats,
) -> tuple[Item, ...]:
    """Return the figures of each part.

    Args:
        ids: the parts, in the order of the columns.
        possible: their points.
        counts: how many students stand how, for each part.
        points: students × parts, NaN where a mark is open.
    """
    worth = np.array([float(value) for value in possible])
    whole = scores(points, worth)
    return tuple(
        _item(id_, possible[n], counts[n], points, worth, whole, n) for n, id_ in enumerate(ids)
    )


def _item(
    id_: str,
    possible: Fraction,
    counts: Mapping[str, int],
    points: Floats,
    worth: Floats,
    whole: Floats,
    at: int,
) -> Item:
    decided = ~np.isnan(points[:, at]) & (worth[at] > 0)
    shares = points[:, at] / (worth[at] or 1)
    known = shares[decided]
    rest = scores(np.delete(points, at, axis=1), np.delete(worth, at))
    both = decided & ~np.isnan(rest)
    ranked = decided & ~np.isnan(whole)
    size = group(int(ranked.sum()))
    enough = len(known) >= MINIMUM
    return Item(
        id=id_,
        possible=possible,
        counts=dict(counts),
        decided=len(known),
        bins=_bins(known),
        difficulty=float(known.mean()) if enough else None,
        deviation=deviation(known),
        lowest=float(known.min()) if enough else None,
        highest=float(known.max()) if enough else None,
        discrimination=pearson(shares[both], rest[both]),
        compared=int(both.sum()),
        upper_lower=_upper_lower(shares[ranked], whole[ranked]) if size >= SMALLEST_GROUP else None,
        group=size,
    )


def _bins(shares: Floats) -> tuple[int, ...]:
    tenths = np.clip(np.floor(shares * BINS + 1e-9), 0, BINS - 1).astype(int)
    return tuple(int(count) for count in np.bincount(tenths, minlength=BINS))


def _upper_lower(shares: Floats, whole: Floats) -> float:
    """The index of discrimination D (Kelley 1939): mean of the upper less mean of the lower."""
    return float((upper(whole) - upper(-whole)) @ shares / group(len(whole)))
