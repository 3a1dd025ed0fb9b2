"""Problem 10.2: the known wrong ways to size and count the two inception modules.

Words, arguments and source as in `inception`: `shape` is `[height, width, channels]` of the input,
`filters` the filters of each convolution. All functions raise ValueError when a number is missing
or below 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

#: Side of the kernel of each convolution that makes a part of the output.
SIDES = {"1x1": 1, "3x3": 3, "5x5": 5}
#: Side of the pooling window (Szegedy et al. 2014, figure 2).
WINDOW = 3


def _filters(filters: Mapping[str, int], name: str) -> int:
    number = filters.get(name)
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise ValueError(f"filters[{name!r}] is {number!r}; give a whole number of at least 1")
    return number


def _size(shape: Sequence[int]) -> tuple[int, int, int]:
    if len(shape) != 3 or min(shape) < 1:
        raise ValueError(f"shape is {shape!r}; give [height, width, channels], each at least 1")
    return shape[0], shape[1], shape[2]


def _pixels(shape: Sequence[int]) -> int:
    height, width, _ = _size(shape)
    return height * width


def _naive_weights(depth: int, filters: Mapping[str, int]) -> dict[str, int]:
    return {name: side**2 * depth * _filters(filters, name) for name, side in SIDES.items()}


def _reduced_weights(depth: int, filters: Mapping[str, int], read: int = 0) -> dict[str, int]:
    """Weights by branch; `read` is the depth that wide convolutions read if not the reduced one."""
    weights = {"1x1": depth * _filters(filters, "1x1")}
    for name in ("3x3", "5x5"):
        middle = _filters(filters, f"{name}_reduce")
        wide = SIDES[name] ** 2 * (read or middle) * _filters(filters, name)
        weights[name] = depth * middle + wide
    return {**weights, "pool": depth * _filters(filters, "pool_projection")}


def naive_shape_without_pooling(shape: Sequence[int], filters: Mapping[str, int]) -> list[int]:
    """MISTAKE: the channels of the pooled input are left out of the concatenation (naive).

    >>> naive_shape_without_pooling([8, 8, 4], {"1x1": 1, "3x3": 2, "5x5": 3})
    [8, 8, 6]
    """
    height, width, _ = _size(shape)
    return [height, width, sum(_filters(filters, name) for name in SIDES)]


def naive_shape_with_projection(shape: Sequence[int], filters: Mapping[str, int]) -> list[int]:
    """MISTAKE: the pooling of the naive module is given the projection of the reduced one.

    >>> naive_shape_with_projection(
    ...     [8, 8, 4], {"1x1": 1, "3x3": 2, "5x5": 3, "pool_projection": 5})
    [8, 8, 11]
    """
    height, width, channels = naive_shape_without_pooling(shape, filters)
    return [height, width, channels + _filters(filters, "pool_projection")]


def reduced_shape_without_projection(shape: Sequence[int], filters: Mapping[str, int]) -> list[int]:
    """MISTAKE: the pooled input keeps its channels in the reduced module.

    >>> reduced_shape_without_projection([8, 8, 4], {"1x1": 1, "3x3": 2, "5x5": 3})
    [8, 8, 10]
    """
    height, width, channels = naive_shape_without_pooling(shape, filters)
    return [height, width, channels + shape[2]]


def reduced_shape_with_reductions(shape: Sequence[int], filters: Mapping[str, int]) -> list[int]:
    """MISTAKE: the outputs of the reducing convolutions are concatenated as well.

    >>> reduced_shape_with_reductions([8, 8, 4], {"1x1": 1, "3x3": 2, "5x5": 3,
    ...     "3x3_reduce": 10, "5x5_reduce": 20, "pool_projection": 5})
    [8, 8, 41]
    """
    height, width, channels = naive_shape_with_projection(shape, filters)
    reductions = _filters(filters, "3x3_reduce") + _filters(filters, "5x5_reduce")
    return [height, width, channels + reductions]


def naive_parameters(shape: Sequence[int], filters: Mapping[str, int]) -> dict[str, int]:
    """MISTAKE: weights are counted, not operations (naive): the output's pixels are forgotten.

    >>> naive_parameters([8, 8, 2], {"1x1": 1, "3x3": 1, "5x5": 1})
    {'1x1': 2, '3x3': 18, '5x5': 50}
    """
    return _naive_weights(_size(shape)[2], filters)


def reduced_parameters(shape: Sequence[int], filters: Mapping[str, int]) -> dict[str, int]:
    """MISTAKE: weights are counted, not operations (reduced): the output's pixels are forgotten.

    >>> reduced_parameters([8, 8, 2], {"1x1": 1, "3x3": 1, "5x5": 1,
    ...     "3x3_reduce": 1, "5x5_reduce": 1, "pool_projection": 1})
    {'1x1': 2, '3x3': 11, '5x5': 27, 'pool': 2}
    """
    return _reduced_weights(_size(shape)[2], filters)


def naive_operations_without_depth(
    shape: Sequence[int], filters: Mapping[str, int]
) -> dict[str, int]:
    """MISTAKE: the channels that each kernel reads are forgotten (naive).

    >>> naive_operations_without_depth([1, 2, 7], {"1x1": 1, "3x3": 1, "5x5": 1})
    {'1x1': 2, '3x3': 18, '5x5': 50}
    """
    weights = _naive_weights(1, filters)
    return {name: _pixels(shape) * number for name, number in weights.items()}


def reduced_operations_without_depth(
    shape: Sequence[int], filters: Mapping[str, int]
) -> dict[str, int]:
    """MISTAKE: the channels that each kernel reads are forgotten (reduced).

    >>> reduced_operations_without_depth([1, 2, 7], {"1x1": 1, "3x3": 1, "5x5": 1,
    ...     "3x3_reduce": 4, "5x5_reduce": 4, "pool_projection": 1})
    {'1x1': 2, '3x3': 26, '5x5': 58, 'pool': 2}
    """
    weights = _reduced_weights(1, filters, read=1)
    return {name: _pixels(shape) * number for name, number in weights.items()}


def naive_operations_with_pooling(
    shape: Sequence[int], filters: Mapping[str, int]
) -> dict[str, int]:
    """MISTAKE: the 3x3 pooling is counted, a step for each pixel of its window (naive).

    >>> naive_operations_with_pooling([1, 1, 1], {"1x1": 1, "3x3": 1, "5x5": 1})["pool"]
    9
    """
    depth = _size(shape)[2]
    weights = {**_naive_weights(depth, filters), "pool": WINDOW**2 * depth}
    return {name: _pixels(shape) * number for name, number in weights.items()}


def reduced_operations_with_pooling(
    shape: Sequence[int], filters: Mapping[str, int]
) -> dict[str, int]:
    """MISTAKE: the 3x3 pooling is counted, a step for each pixel of its window (reduced).

    >>> reduced_operations_with_pooling([1, 1, 1], {"1x1": 1, "3x3": 1, "5x5": 1,
    ...     "3x3_reduce": 1, "5x5_reduce": 1, "pool_projection": 1})["pool"]
    10
    """
    depth = _size(shape)[2]
    weights = _reduced_weights(depth, filters)
    weights["pool"] += WINDOW**2 * depth
    return {name: _pixels(shape) * number for name, number in weights.items()}


def reduced_operations_projection_on_own_filters(
    shape: Sequence[int], filters: Mapping[str, int]
) -> dict[str, int]:
    """MISTAKE: the pool projection is thought to read as many channels as it has filters.

    >>> reduced_operations_projection_on_own_filters([1, 1, 9], {"1x1": 1, "3x3": 1, "5x5": 1,
    ...     "3x3_reduce": 1, "5x5_reduce": 1, "pool_projection": 4})["pool"]
    16
    """
    weights = _reduced_weights(_size(shape)[2], filters)
    weights["pool"] = _filters(filters, "pool_projection") ** 2
    return {name: _pixels(shape) * number for name, number in weights.items()}


def reduced_operations_without_reductions(
    shape: Sequence[int], filters: Mapping[str, int]
) -> dict[str, int]:
    """MISTAKE: the reducing convolutions themselves are not counted.

    >>> reduced_operations_without_reductions([1, 1, 9], {"1x1": 1, "3x3": 1, "5x5": 1,
    ...     "3x3_reduce": 2, "5x5_reduce": 1, "pool_projection": 1})
    {'1x1': 9, '3x3': 18, '5x5': 25, 'pool': 9}
    """
    depth = _size(shape)[2]
    weights = _reduced_weights(depth, filters)
    for name in ("3x3", "5x5"):
        weights[name] -= depth * _filters(filters, f"{name}_reduce")
    return {name: _pixels(shape) * number for name, number in weights.items()}


def reduced_operations_on_all_channels(
    shape: Sequence[int], filters: Mapping[str, int]
) -> dict[str, int]:
    """MISTAKE: reductions are counted, but wide kernels still read every channel of the input.

    >>> reduced_operations_on_all_channels([1, 1, 9], {"1x1": 1, "3x3": 1, "5x5": 1,
    ...     "3x3_reduce": 2, "5x5_reduce": 1, "pool_projection": 1})
    {'1x1': 9, '3x3': 99, '5x5': 234, 'pool': 9}
    """
    depth = _size(shape)[2]
    weights = _reduced_weights(depth, filters, read=depth)
    return {name: _pixels(shape) * number for name, number in weights.items()}


def reduced_operations_without_projection(
    shape: Sequence[int], filters: Mapping[str, int]
) -> dict[str, int]:
    """MISTAKE: the convolution after the pooling is left out.

    >>> reduced_operations_without_projection([1, 1, 9], {"1x1": 1, "3x3": 1, "5x5": 1,
    ...     "3x3_reduce": 1, "5x5_reduce": 1, "pool_projection": 1})["pool"]
    0
    """
    weights = {**_reduced_weights(_size(shape)[2], filters), "pool": 0}
    return {name: _pixels(shape) * number for name, number in weights.items()}


def total(branches: Mapping[str, int]) -> int:
    """Sum over the branches of any of the counts above.

    >>> total({"1x1": 1, "3x3": 9})
    10
    """
    return sum(branches.values())
