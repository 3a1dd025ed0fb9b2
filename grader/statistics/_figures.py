"""The figures that others are made of: spread, correlation, the best and the weakest of a class.

Points are NaN while a mark is open. Sums of points that are equal but for the order of adding are
made equal by rounding, so that no tie is broken by noise.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

MINIMUM = 5
"""Figures of fewer students say nothing, or tell one student's mark."""

SMALLEST_GROUP = 3
"""The best 27 % of ten students; of fewer, one student alone would move the figure."""

_GROUP = 0.27
_DECIMALS = 9

Floats: TypeAlias = NDArray[np.float64]


def rounded(values: Floats) -> Floats:
    """Return values without the noise of adding."""
    return np.round(values, _DECIMALS)


def constant(values: Floats) -> bool:
    """Whether all values are the same."""
    return values.size == 0 or bool(values.min() == values.max())


def deviation(values: Floats) -> float | None:
    """Return the standard deviation of a sample (n − 1), or None where there are too few."""
    return float(values.std(ddof=1)) if len(values) >= MINIMUM else None


def pearson(one: Floats, other: Floats) -> float | None:
    """Return Pearson's correlation, or None where there are too few or one does not vary.

    >>> pearson(np.array([1.0, 2, 3, 4, 5]), np.array([9.0, 9, 9, 9, 9])) is None
    True
    """
    if len(one) < MINIMUM or constant(one) or constant(other):
        return None
    x, y = one - one.mean(), other - other.mean()
    spread = float(np.linalg.norm(x) * np.linalg.norm(y))
    return float(np.clip(x @ y / spread, -1, 1)) if spread else None


def scores(points: Floats, possible: Floats) -> Floats:
    """Return each student's share of the points that are decided.

    Args:
        points: students × parts, NaN where a mark is open.
        possible: points of each part.

    Returns:
        One share per student; NaN for those of whom less than half is decided, counted in points of
        the parts that are decided for anybody.
    """
    decided = ~np.isnan(points)
    of = decided @ possible
    enough = (of > 0) & (2 * of >= decided.any(axis=0) @ possible)
    earned = np.nansum(points, axis=1)
    return rounded(np.where(enough, earned / np.where(of > 0, of, 1), np.nan))


def group(students: int) -> int:
    """Return how many of so many students are the upper 27 %, and how many the lower.

    27 % tells the groups apart best where totals are normal (Kelley 1939, The selection of upper
    and lower groups for the validation of test items, J. Educ. Psychol. 30, 17-24).

    >>> group(10), group(100)
    (3, 27)
    """
    return int(_GROUP * students + 0.5)


def upper(values: Floats) -> Floats:
    """Return how much each student belongs to the upper 27 %: 1, 0, or a part where they are tied.

    Students who are tied at the edge share the places that are left, so that their order changes
    nothing. The sum is ``group(len(values))``.

    >>> upper(np.array([9.0, 5, 5, 5, 4, 3, 2, 1, 1, 0])).round(2)[:5]
    array([1.  , 0.67, 0.67, 0.67, 0.  ])
    """
    size = group(len(values))
    if not size:
        return np.zeros(len(values))
    edge = np.sort(values)[-size]
    above, tied = values > edge, values == edge
    return np.where(above, 1.0, np.where(tied, (size - above.sum()) / tied.sum(), 0.0))
