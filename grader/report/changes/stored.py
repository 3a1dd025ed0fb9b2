"""Points as they are stored, read back as fractions.

Results hold points rounded to four decimals, and may hold them exactly beside that, as text. A
change of rounding is no change of a mark.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from grader.report.results import points

_DENOMINATORS = 60
"""Fractions of smaller denominators are further apart than four decimals can blur."""

Written = tuple[Fraction, bool] | None
"""Points, and whether they are exact; None where there are none."""


def written(data: Mapping[str, Any], name: str) -> Written:
    """Return the points that stored data has under a name, the exact ones where it has them.

    Raises:
        ValueError: if what is stored there is no number.

    >>> written({"earned": 1.6667}, "earned")
    (Fraction(5, 3), False)
    >>> written({"earned": 1.6667, "earned_exact": "5/3"}, "earned")
    (Fraction(5, 3), True)
    """
    exact = data.get(f"{name}_exact")
    value = data.get(name) if exact is None else exact
    if value is None:
        return None
    if isinstance(value, bool):
        raise ValueError(f"'{name}' is no number of points: {value}")
    if isinstance(value, int | Fraction):
        return Fraction(value), True
    if isinstance(value, float) and math.isfinite(value):
        return _simplest(Fraction(repr(value))), False
    if isinstance(value, str):
        try:
            return (
                (Fraction(value), True)
                if exact is not None
                else (_simplest(Fraction(value)), "/" in value)
            )
        except (ValueError, ZeroDivisionError):
            pass
    raise ValueError(f"'{name}' is no number of points: {str(value)[:40]!r}")


def _simplest(value: Fraction) -> Fraction:
    """The one fraction with a small denominator that is written like this, or the value itself."""
    simple = value.limit_denominator(_DENOMINATORS)
    return simple if points(simple) == points(value) else value


def aligned(before: Written, after: Written) -> tuple[Fraction | None, Fraction | None]:
    """Return both points; they are the same if nothing but their rounding differs.

    >>> aligned((Fraction("0.0156"), False), (Fraction(1, 64), True))
    (Fraction(1, 64), Fraction(1, 64))
    """
    if before is None or after is None:
        return before and before[0], after and after[0]
    (old, old_exact), (new, new_exact) = before, after
    if (old_exact and new_exact) or points(old) != points(new):
        return old, new
    same = old if old_exact else new
    return same, same
