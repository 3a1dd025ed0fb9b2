"""Points as they are sent, read, shown, and compared."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from grader.export import number

_LARGEST = 10**9
_SENT = 6
"""Decimals of points that are sent: Moodle keeps five, Canvas and Open edX floats."""
_HALF = Fraction(1, 200)
"""What rounding to two decimals may change, and nothing else."""
_SHOWN = (2, 4, 6)
"""Decimals of points as they are shown: more only where two would look alike."""


def from_json(value: Any) -> Fraction | None:
    """Return points from JSON exactly as they are written there."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _LARGEST:
        return None
    return Fraction(repr(value))


def as_json(points: Fraction) -> int | float:
    """Return points as they are sent: at most six decimals, and never 0 for what is more.

    >>> as_json(Fraction(35, 2)), as_json(Fraction(2)), as_json(Fraction(2, 3))
    (17.5, 2, 0.666667)
    >>> as_json(Fraction(1, 400)), as_json(Fraction(1, 10**8))
    (0.0025, 1e-08)
    """
    text = number(points, _SENT)
    if text == "0":
        return float(points) if points else 0
    return float(text) if "." in text else int(text)


def closeness(possible: Fraction, there: Fraction) -> Fraction:
    """Return how far marks may lie apart and still be one, out of our points possible.

    That is half of the second decimal on the larger of both scales: a hundredth of our only point
    is a whole point in a column of 100.
    """
    return possible * _HALF / max(there, possible, Fraction(1))


def alike(one: Fraction | None, other: Fraction | None, close: Fraction) -> bool:
    """Return whether two marks are one; none is like none alone."""
    if one is None or other is None:
        return one is other
    return abs(one - other) <= close


def shown(one: Fraction | None, other: Fraction | None) -> tuple[str, str]:
    """Return two marks as they are shown, so that different ones look different."""
    texts = ("", "")
    for decimals in _SHOWN:
        texts = (
            "nothing" if one is None else number(one, decimals),
            "nothing" if other is None else number(other, decimals),
        )
        if one == other or texts[0] != texts[1]:
            break
    return texts
