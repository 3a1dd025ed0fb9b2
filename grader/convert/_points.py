"""How otter shares the points of a question among its tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any


def fraction(value: Any) -> Fraction:
    """Return points as they are written, exactly.

    Raises:
        ValueError: when it is no number, or below 0.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"its points are {value!r}, which is no number")
    made = Fraction(str(value))
    if made < 0:
        raise ValueError(f"its points are {value!r}, which is below 0")
    return made


def shared(total: Any, own: Sequence[Any]) -> list[Fraction]:
    """Return the points of each test, as ``TestFile.resolve_test_file_points`` of otter does.

    Args:
        total: what the question is worth: a number, a list with an entry for each test,
            ``{each: …}``, or None.
        own: what each test says itself, None where it says nothing.

    Raises:
        ValueError: when they do not go together.

    >>> [str(one) for one in shared(4, [1, None, None])], [str(one) for one in shared(None, [None] * 3)]
    (['1', '3/2', '3/2'], ['1/3', '1/3', '1/3'])
    """
    if isinstance(total, Mapping):
        total = fraction(total.get("each", 1)) * len(own)
    if isinstance(total, list):
        if len(total) != len(own):
            raise ValueError(f"it lists {len(total)} points for {len(own)} tests")
        own, total = total, None
    points = [None if one is None else fraction(one) for one in own]
    said = sum((one for one in points if one is not None), Fraction(0))
    left = sum(one is None for one in points)
    each = Fraction(0)
    if total is not None:
        whole = total if isinstance(total, Fraction) else fraction(total)
        if said > whole:
            raise ValueError(f"its tests are worth {said}, and it only {whole}")
        each = (whole - said) / left if left else Fraction(0)
    elif said == 0 and left:
        each = Fraction(1, left)
    return [each if one is None else one for one in points]
