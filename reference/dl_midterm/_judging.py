"""What functions that judge the numbers of a run share: judgements, and rows of finite numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

Judgement = dict[str, Any]
"""``{credit, reasons, mistakes, certain}``; what cannot be judged is a ValueError."""


def judgement(
    credit: float | str, *reasons: str, mistake: str = "", certain: bool = True
) -> Judgement:
    """Return a judgement as the engine takes it.

    >>> judgement("1/2", "one of two")["credit"]
    '1/2'
    """
    return {
        "credit": str(credit),
        "reasons": [reason for reason in reasons if reason],
        "mistakes": [mistake] if mistake else [],
        "certain": certain,
    }


def numbers(values: Any) -> list[float]:
    """Return a row of finite numbers; empty where it is none.

    >>> numbers([1, 2.5]), numbers([1, None]), numbers("ab")
    ([1.0, 2.5], [], [])
    """
    if not isinstance(values, Sequence) or isinstance(values, str | bytes):
        return []
    row = []
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return []
        try:
            number = float(value)
        except OverflowError:
            return []
        if not math.isfinite(number) or abs(number) > 1e100:
            return []
        row.append(number)
    return row


def pairs(x: Any, y: Any) -> tuple[list[float], list[float]]:
    """Return the points of which both numbers are finite.

    >>> pairs([1, None, 3], [4, 5, 6])
    ([1.0, 3.0], [4.0, 6.0])
    """
    left, right = [], []
    for a, b in zip(x or [], y or [], strict=False):
        if numbers([a, b]):
            left.append(float(a))
            right.append(float(b))
    return left, right
