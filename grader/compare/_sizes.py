"""The number that a written or read element stands for, where it stands for one."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from grader.compare import Comparator
from grader.model import Number

_LONGEST = 400


def size_by(comparator: Comparator) -> Callable[[Any], Fraction | float | None]:
    """Return a function that gives the real number of an element; None where it is none."""

    def size(value: Any) -> Fraction | float | None:
        inner = value.value if isinstance(value, Number) else value
        if isinstance(inner, bool):
            return None
        if isinstance(inner, int):
            return Fraction(inner)
        if isinstance(inner, Fraction):
            return inner
        if isinstance(inner, float):
            return Fraction(inner) if math.isfinite(inner) else None
        return _read(inner) if isinstance(inner, str) else None

    del comparator
    return size


def _read(text: str) -> Fraction | None:
    text = text.strip().replace("−", "-")
    if not 0 < len(text) <= _LONGEST or "e" in text.casefold():
        return None
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
