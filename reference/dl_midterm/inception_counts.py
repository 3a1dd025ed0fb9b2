"""Problem 10.2b: operations as they follow from a student's own earlier or other number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import inception


def naive_operations_at(
    size: Mapping[str, Any], shape: Sequence[int], filters: Mapping[str, int]
) -> dict[str, int]:
    """ACCEPTED form: the naive module on the height and width of the student's own output size.

    Args:
        size: `{"dims": [height, width, channels]}` as the student gave it.
        shape: `[height, width, channels]` of the input.
        filters: filters of "1x1", "3x3" and "5x5", each at least 1.

    Raises:
        ValueError: the size has no height and width, or they are the input's own.

    >>> naive_operations_at({"dims": [1, 1, 9]}, [8, 8, 2], {"1x1": 1, "3x3": 1, "5x5": 1})["3x3"]
    18
    """
    return inception.naive_operations(_own(size, shape), filters)


def reduced_operations_at(
    size: Mapping[str, Any], shape: Sequence[int], filters: Mapping[str, int]
) -> dict[str, int]:
    """ACCEPTED form: the reduced module on the student's own height and width.

    Raises:
        ValueError: as `naive_operations_at`.

    >>> six = {"1x1": 1, "3x3": 1, "5x5": 1, "3x3_reduce": 1, "5x5_reduce": 1, "pool_projection": 1}
    >>> reduced_operations_at({"dims": [1, 1, 9]}, [8, 8, 2], six)["pool"]
    2
    """
    return inception.reduced_operations(_own(size, shape), filters)


def naive_operations_doubled(
    other: Mapping[str, Any], shape: Sequence[int], filters: Mapping[str, int]
) -> dict[str, int]:
    """ACCEPTED form: a multiplication and an addition count as two, in both modules.

    Args:
        other: `{"total": number, …}` that the student gave for the reduced module.
        shape: `[height, width, channels]` of the input.
        filters: filters of all convolutions.

    Raises:
        ValueError: the other module is not counted by twos.
    """
    _doubled(other, inception.reduced_operations(shape, filters))
    return inception.naive_operations(shape, filters, 2)


def reduced_operations_doubled(
    other: Mapping[str, Any], shape: Sequence[int], filters: Mapping[str, int]
) -> dict[str, int]:
    """ACCEPTED form: a multiplication and an addition count as two, in both modules.

    Raises:
        ValueError: the naive module is not counted by twos.
    """
    _doubled(other, inception.naive_operations(shape, filters))
    return inception.reduced_operations(shape, filters, 2)


def _own(size: Mapping[str, Any], shape: Sequence[int]) -> list[int]:
    dims = size.get("dims") or [None]
    if len(dims) != 3 or not all(isinstance(d, int) and d > 0 for d in dims[:2]):
        raise ValueError(f"the size {size!r} has no height and width")
    if list(dims[:2]) == list(shape[:2]):
        raise ValueError("the height and width are the input's own")
    return [dims[0], dims[1], shape[2]]


def _doubled(other: Mapping[str, Any], single: Mapping[str, int]) -> None:
    total, truth = other.get("total"), 2 * sum(single.values())
    if not isinstance(total, int | float) or abs(total - truth) > truth / 100:
        raise ValueError("the other module is not counted by twos")
