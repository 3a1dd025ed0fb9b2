"""The number that a written or read element stands for, where it stands for one."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from grader.compare import Comparator
from grader.model import Number
from grader.notation.clean import Unreadable
from grader.notation.number import read_number
from grader.notation.options import Notation

_PLAIN = Notation()


def size_by(comparator: Comparator) -> Callable[[Any], Fraction | float | None]:
    """Return a function that gives the real number of an element; None where it is none.

    Texts are read by the comparator's own notation, where it has one.
    """
    notation = comparator if isinstance(comparator, Notation) else _PLAIN

    def size(value: Any) -> Fraction | float | None:
        inner = value.value if isinstance(value, Number) else value
        if isinstance(inner, bool):
            return None
        if isinstance(inner, int | Fraction):
            return Fraction(inner)
        if isinstance(inner, float):
            return Fraction(inner) if math.isfinite(inner) else None
        return _read(inner, notation) if isinstance(inner, str) else None

    return size


def _read(text: str, notation: Notation) -> Fraction | None:
    try:
        written = read_number(text, notation)
    except Unreadable:
        return None
    return None if isinstance(written.real, float) or written.imag else written.real
