"""How far a total can be trusted: Cronbach's alpha and the standard error of measurement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.statistics._figures import MINIMUM, Floats, constant, rounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Figures of the total over students all of whose marks are decided, and over ``parts``."""

    students: int
    left_out: int
    """Students of whom a mark is still open."""
    parts: tuple[str, ...]
    unused: tuple[str, ...]
    """Parts that are decided for less than half of the students: waiting for them would leave out
    too many."""
    flat: tuple[str, ...]
    """Parts in which all students earned the same: they have no variance and are not counted."""
    alpha: float | None
    error: float | None
    """The standard error of measurement, in points."""
    without: Mapping[str, float]
    """Alpha if a part were left out; only for parts where there is such a figure."""


def alpha(points: Floats) -> float | None:
    """Return Cronbach's alpha of students × parts, or None where there is none.

    k / (k − 1) · (1 − Σ var(part) / var(total)), over k parts that vary (Cronbach 1951, Coefficient
    alpha and the internal structure of tests, Psychometrika 16, 297-334, formula 2). There is none
    for fewer than two such parts, for fewer than ``MINIMUM`` students, or for totals that are all
    the same.

    >>> twice = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0], [4.0, 4.0], [5.0, 5.0]])
    >>> alpha(twice)
    1.0
    """
    if len(points) < MINIMUM:
        return None
    used = points[:, points.min(axis=0) < points.max(axis=0)]
    count = used.shape[1]
    total = rounded(used.sum(axis=1))
    if count < 2 or constant(total):
        return None
    parts = float(used.var(axis=0, ddof=1).sum())
    found = count / (count - 1) * (1 - parts / float(total.var(ddof=1)))
    return min(1.0, float(found))


def reliability(ids: Sequence[str], points: Floats) -> Reliability:
    """Return how far the total can be trusted.

    Args:
        ids: the parts, in the order of the columns.
        points: students × parts, NaN where a mark is open.
    """
    decided = ~np.isnan(points)
    often = 2 * decided.sum(axis=0) >= max(len(points), 1)
    complete = decided[:, often].all(axis=1) & often.any()
    cases = points[complete][:, often]
    names = [id_ for id_, used in zip(ids, often, strict=True) if used]
    flat = [constant(cases[:, n]) for n in range(len(names))]
    varied = tuple(id_ for id_, same in zip(names, flat, strict=True) if not same)
    cases = cases[:, ~np.array(flat, dtype=bool)]
    whole = alpha(cases)
    without = {id_: alpha(np.delete(cases, n, axis=1)) for n, id_ in enumerate(varied)}
    return Reliability(
        students=int(complete.sum()),
        left_out=len(points) - int(complete.sum()),
        parts=varied,
        unused=tuple(id_ for id_, used in zip(ids, often, strict=True) if not used),
        flat=tuple(id_ for id_, same in zip(names, flat, strict=True) if same),
        alpha=whole,
        error=None if whole is None else float(cases.sum(axis=1).std(ddof=1) * np.sqrt(1 - whole)),
        without={id_: value for id_, value in without.items() if value is not None},
    )
