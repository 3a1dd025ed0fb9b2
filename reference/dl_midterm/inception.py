"""Problem 10.2: output size and convolution operations of two inception modules.

Source: Szegedy et al., "Going Deeper with Convolutions" (2014), figure 2: (a) the naive module,
(b) the module with dimension reductions. Stride 1 and "same" padding throughout. An operation is
one multiplication with its addition, unless `per_product` says otherwise.

`shape` is `[height, width, channels]` of the input. `filters` has a number for each convolution:
"1x1", "3x3", "5x5" and, for the reduced module, "3x3_reduce", "5x5_reduce", "pool_projection".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

#: The convolutions that look at more than one pixel, and the side of their kernels.
WIDE = {"3x3": 3, "5x5": 5}
#: What each branch of the reduced module ends with.
BRANCH_ENDS = ("1x1", "3x3", "5x5", "pool_projection")

#: A convolution: side of its kernel, channels that it reads, filters.
_Convolution = tuple[int, int, int]


def _filters(filters: Mapping[str, int], name: str) -> int:
    number = filters.get(name)
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise ValueError(f"filters[{name!r}] is {number!r}; give a whole number of at least 1")
    return number


def _size(shape: Sequence[int]) -> tuple[int, int, int]:
    if len(shape) != 3 or min(shape) < 1:
        raise ValueError(f"shape is {shape!r}; give [height, width, channels], each at least 1")
    return shape[0], shape[1], shape[2]


def _naive(depth: int, filters: Mapping[str, int]) -> dict[str, list[_Convolution]]:
    sides = {"1x1": 1, **WIDE}
    return {name: [(side, depth, _filters(filters, name))] for name, side in sides.items()}


def _reduced(depth: int, filters: Mapping[str, int]) -> dict[str, list[_Convolution]]:
    branches = {"1x1": [(1, depth, _filters(filters, "1x1"))]}
    for name, side in WIDE.items():
        middle = _filters(filters, f"{name}_reduce")
        branches[name] = [(1, depth, middle), (side, middle, _filters(filters, name))]
    branches["pool"] = [(1, depth, _filters(filters, "pool_projection"))]
    return branches


def _weights(branches: Mapping[str, Sequence[_Convolution]]) -> dict[str, int]:
    return {
        name: sum(side**2 * depth * count for side, depth, count in steps)
        for name, steps in branches.items()
    }


def _operations(
    shape: Sequence[int], branches: Mapping[str, Sequence[_Convolution]], per_product: int = 1
) -> dict[str, int]:
    if per_product not in {1, 2}:
        raise ValueError(f"per_product is {per_product!r}; give 1, or 2 to count additions as well")
    height, width, _ = _size(shape)
    factor = height * width * per_product
    return {name: factor * weights for name, weights in _weights(branches).items()}


def naive_channels(shape: Sequence[int], filters: Mapping[str, int]) -> int:
    """Channels after concatenation in the naive module: all filters and the pooled input.

    Args:
        shape: `[height, width, channels]` of the input, each at least 1.
        filters: filters of "1x1", "3x3" and "5x5", each at least 1.

    Raises:
        ValueError: a number is missing or below 1.

    >>> naive_channels([8, 8, 4], {"1x1": 1, "3x3": 2, "5x5": 3})
    10
    """
    depth = _size(shape)[2]
    return sum(steps[-1][2] for steps in _naive(depth, filters).values()) + depth


def reduced_channels(shape: Sequence[int], filters: Mapping[str, int]) -> int:
    """Channels after concatenation in the reduced module: the last convolution of each branch.

    Args:
        shape: `[height, width, channels]` of the input, each at least 1.
        filters: filters of all six convolutions, each at least 1.

    Raises:
        ValueError: a number is missing or below 1.

    >>> six = {"1x1": 1, "3x3": 2, "5x5": 3, "3x3_reduce": 7, "5x5_reduce": 8, "pool_projection": 4}
    >>> reduced_channels([8, 8, 9], six)
    10
    """
    branches = _reduced(_size(shape)[2], filters)
    return sum(steps[-1][2] for steps in branches.values())


def naive_shape(shape: Sequence[int], filters: Mapping[str, int]) -> list[int]:
    """Output `[height, width, channels]` of the naive module.

    Args:
        shape: `[height, width, channels]` of the input, each at least 1.
        filters: filters of "1x1", "3x3" and "5x5", each at least 1.

    Raises:
        ValueError: a number is missing or below 1.

    >>> naive_shape([8, 8, 4], {"1x1": 1, "3x3": 2, "5x5": 3})
    [8, 8, 10]
    """
    return [*shape[:2], naive_channels(shape, filters)]


def reduced_shape(shape: Sequence[int], filters: Mapping[str, int]) -> list[int]:
    """Output `[height, width, channels]` of the reduced module.

    Args:
        shape: `[height, width, channels]` of the input, each at least 1.
        filters: filters of all six convolutions, each at least 1.

    Raises:
        ValueError: a number is missing or below 1.

    >>> six = {"1x1": 1, "3x3": 2, "5x5": 3, "3x3_reduce": 7, "5x5_reduce": 8, "pool_projection": 4}
    >>> reduced_shape([8, 8, 9], six)
    [8, 8, 10]
    """
    return [*shape[:2], reduced_channels(shape, filters)]


def naive_operations(
    shape: Sequence[int], filters: Mapping[str, int], per_product: int = 1
) -> dict[str, int]:
    """Convolution operations of the naive module by branch; pooling has none.

    Args:
        shape: `[height, width, channels]` of the input, each at least 1.
        filters: filters of "1x1", "3x3" and "5x5", each at least 1.
        per_product: 1, or 2 to count a multiplication and an addition as two (ACCEPTED form).

    Returns:
        Operations under "1x1", "3x3" and "5x5".

    Raises:
        ValueError: a number is missing or out of its range.

    >>> naive_operations([1, 1, 1], {"1x1": 1, "3x3": 1, "5x5": 1})
    {'1x1': 1, '3x3': 9, '5x5': 25}
    """
    return _operations(shape, _naive(_size(shape)[2], filters), per_product)


def reduced_operations(
    shape: Sequence[int], filters: Mapping[str, int], per_product: int = 1
) -> dict[str, int]:
    """Convolution operations of the reduced module by branch, the reducing 1x1 ones in theirs.

    Args:
        shape: `[height, width, channels]` of the input, each at least 1.
        filters: filters of all six convolutions, each at least 1.
        per_product: 1, or 2 to count a multiplication and an addition as two (ACCEPTED form).

    Returns:
        Operations under "1x1", "3x3", "5x5" and "pool".

    Raises:
        ValueError: a number is missing or out of its range.

    >>> ones = dict.fromkeys(
    ...     ["1x1", "3x3", "5x5", "3x3_reduce", "5x5_reduce", "pool_projection"], 1)
    >>> reduced_operations([1, 1, 1], ones)
    {'1x1': 1, '3x3': 10, '5x5': 26, 'pool': 1}
    """
    return _operations(shape, _reduced(_size(shape)[2], filters), per_product)


def naive_total(shape: Sequence[int], filters: Mapping[str, int], per_product: int = 1) -> int:
    """All convolution operations of the naive module; arguments as for `naive_operations`.

    Raises:
        ValueError: a number is missing or out of its range.

    >>> naive_total([32, 32, 256], {"1x1": 128, "3x3": 192, "5x5": 96})
    1115684864
    """
    return sum(naive_operations(shape, filters, per_product).values())


def reduced_total(shape: Sequence[int], filters: Mapping[str, int], per_product: int = 1) -> int:
    """All convolution operations of the reduced module; arguments as for `reduced_operations`.

    Raises:
        ValueError: a number is missing or out of its range.

    >>> ones = dict.fromkeys(
    ...     ["1x1", "3x3", "5x5", "3x3_reduce", "5x5_reduce", "pool_projection"], 1)
    >>> reduced_total([1, 1, 1], ones)
    38
    """
    return sum(reduced_operations(shape, filters, per_product).values())


def naive_operations_with_biases(
    shape: Sequence[int], filters: Mapping[str, int]
) -> dict[str, int]:
    """ACCEPTED form: multiplications with their additions, and one more addition for each bias.

    Arguments, result and errors as for `naive_operations`.

    >>> naive_operations_with_biases([1, 1, 1], {"1x1": 1, "3x3": 1, "5x5": 1})
    {'1x1': 2, '3x3': 10, '5x5': 26}
    """
    height, width, _ = _size(shape)
    branches = naive_operations(shape, filters)
    return {name: n + height * width * filters[name] for name, n in branches.items()}


def reduced_operations_with_biases(
    shape: Sequence[int], filters: Mapping[str, int]
) -> dict[str, int]:
    """ACCEPTED form: multiplications with their additions, and one more addition for each bias.

    Arguments, result and errors as for `reduced_operations`.

    >>> ones = dict.fromkeys(
    ...     ["1x1", "3x3", "5x5", "3x3_reduce", "5x5_reduce", "pool_projection"], 1)
    >>> reduced_operations_with_biases([1, 1, 1], ones)
    {'1x1': 2, '3x3': 12, '5x5': 28, 'pool': 2}
    """
    height, width, depth = _size(shape)
    branches = _reduced(depth, filters)
    biases = {name: sum(step[2] for step in steps) for name, steps in branches.items()}
    products = _operations(shape, branches)
    return {name: n + height * width * biases[name] for name, n in products.items()}
