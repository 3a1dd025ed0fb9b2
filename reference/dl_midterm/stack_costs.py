"""Problems 12.2 and 12.3: parameters and computations of a stack that reads and gives C channels.

A stack is a list of layers from input to output, each a dict: "kernel" an int or `[h, w]`; "stride"
likewise, 1 if left out; "kind" "conv" (if left out), "depthwise" (each filter reads one channel) or
"pool" (no parameters, no computations); "groups" of a convolution, 1 if left out; "filters" an int
or a multiple of C in words such as "C", "2C", "C/4" or "3C/2". A convolution without "filters" has
C; other kinds then keep the channels that they read. `channels` is the number that C stands for.

Padding is "same", so a layer of stride 1 keeps height and width. A computation is a multiplication
with its addition; `multiply_add` 2 counts both. Every function raises ValueError for an empty
stack, a layer that is none, a number out of its range, or channels that cannot be split as said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

Layer = Mapping[str, object]
Stack = Sequence[Layer]
#: A number of channels: power of C (0 or 1) and what it is multiplied by.
_Depth = tuple[int, Fraction]
#: Power of C to coefficient.
Polynomial = dict[int, int | Fraction]

_MULTIPLE = re.compile(r"(\d*) ?\*? ?C(?: ?/ ?(\d+))?")
_C = (1, Fraction(1))


def _positive(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} is {value!r}; give a whole number of at least 1")
    return value


def _pair(layer: Layer, key: str, default: object = None) -> tuple[int, int]:
    value = layer.get(key, default)
    sides = value if isinstance(value, (list, tuple)) else (value, value)
    if len(sides) != 2:
        raise ValueError(f"{key!r} is {value!r}; give a whole number, or two of them")
    return _positive(key, sides[0]), _positive(key, sides[1])


def _depth(filters: object) -> _Depth:
    """`"3C/2"` as (1, 3/2), 64 as (0, 64)."""
    if not isinstance(filters, str):
        return 0, Fraction(_positive("'filters'", filters))
    found = _MULTIPLE.fullmatch(filters.strip())
    if not found or "0" in (found[1], found[2]):
        raise ValueError(f"'filters' is {filters!r}; give a number or a multiple of C like 'C/4'")
    return 1, Fraction(int(found[1] or 1), int(found[2] or 1))


def _walk(stack: Stack) -> Iterator[tuple[Layer, str, _Depth, _Depth]]:
    """Each layer with its kind and the channels that it reads and gives."""
    if not stack:
        raise ValueError("the stack is empty; give at least one layer")
    reads = _C
    for layer in stack:
        kind = layer.get("kind", "conv")
        if kind not in {"conv", "depthwise", "pool"}:
            raise ValueError(f"'kind' is {kind!r}; give 'conv', 'depthwise' or 'pool'")
        default = _C if kind == "conv" else reads
        gives = _depth(layer["filters"]) if "filters" in layer else default
        yield layer, str(kind), reads, gives
        reads = gives


def _monomials(stack: Stack) -> Iterator[tuple[_Depth, _Depth]]:
    """Weights and biases of each layer, as a power of C and its coefficient."""
    for layer, kind, reads, gives in _walk(stack):
        height, width = _pair(layer, "kernel")
        seen = reads if kind == "conv" else (0, Fraction(kind == "depthwise"))
        groups = _positive("'groups'", layer.get("groups", 1))
        weights = height * width * seen[1] * gives[1] / groups
        biases = gives if kind != "pool" else (0, Fraction(0))
        yield (seen[0] + gives[0], weights), biases


def _whole(value: Fraction, channels: int) -> int:
    if value.denominator != 1:
        raise ValueError(f"C = {channels} cannot be split as the layers say; give another C")
    return int(value)


def _channel_counts(stack: Stack, channels: int) -> Iterator[tuple[Layer, str, int, int]]:
    """Each layer, its kind, the channels that it reads and gives, as numbers; groups must fit."""
    c = _positive("channels", channels)
    for layer, kind, reads, gives in _walk(stack):
        seen, made = (_whole(k * c**power, c) for power, k in (reads, gives))
        groups = _positive("'groups'", layer.get("groups", 1))
        if seen % groups or made % groups:
            raise ValueError(f"{seen} and {made} channels do not make {groups} groups")
        yield layer, kind, seen, made


def _counts(stack: Stack, channels: int) -> Iterator[tuple[Layer, int, int]]:
    """Each layer with its weights and its biases."""
    for layer, kind, seen, made in _channel_counts(stack, channels):
        height, width = _pair(layer, "kernel")
        groups = _positive("'groups'", layer.get("groups", 1))
        per_filter = {"conv": seen // groups, "depthwise": 1, "pool": 0}[kind]
        yield layer, height * width * per_filter * made, made if kind != "pool" else 0


def _collected(terms: Iterator[_Depth]) -> Polynomial:
    sums: dict[int, Fraction] = {}
    for power, coefficient in terms:
        sums[power] = sums.get(power, Fraction(0)) + coefficient
    return {
        power: int(sums[power]) if sums[power].denominator == 1 else sums[power]
        for power in sorted(sums, reverse=True)
        if sums[power]
    }


def _per_product(multiply_add: int) -> int:
    if multiply_add not in {1, 2}:
        raise ValueError(f"multiply_add is {multiply_add!r}; give 1, or 2 to count additions too")
    return multiply_add


def keeps_channels(stack: Stack) -> bool:
    """Whether the stack gives C channels for the C that it reads.

    Args:
        stack: layers from input to output.

    >>> keeps_channels([{"kernel": 1, "filters": "C/4"}, {"kernel": 7, "filters": "C"}])
    True
    """
    return list(_walk(stack))[-1][3] == _C


def parameters_by_layer(stack: Stack, channels: int, *, bias: bool = False) -> list[int]:
    """Trainable parameters of each layer.

    Args:
        stack: layers from input to output.
        channels: the number that C stands for, at least 1.
        bias: whether each filter has a bias; both ways are ACCEPTED.

    >>> parameters_by_layer([{"kernel": 5}, {"kernel": 3}], 10, bias=True)
    [2510, 910]
    """
    return [weights + bias * biases for _, weights, biases in _counts(stack, channels)]


def parameters(stack: Stack, channels: int, *, bias: bool = False) -> int:
    """Trainable parameters of the whole stack; arguments as for `parameters_by_layer`.

    >>> parameters([{"kernel": 3}] * 3, 10), parameters([{"kernel": 7}], 10)
    (2700, 4900)
    """
    return sum(parameters_by_layer(stack, channels, bias=bias))


def parameter_polynomial(stack: Stack, *, bias: bool = False) -> Polynomial:
    """Trainable parameters as a polynomial in C: power to coefficient, powers falling.

    Args:
        stack: layers from input to output.
        bias: whether each filter has a bias; both ways are ACCEPTED.

    >>> parameter_polynomial([{"kernel": 3}] * 3, bias=True)
    {2: 27, 1: 3}
    """
    pairs = _monomials(stack)
    return _collected(term for pair in pairs for term in pair[: 1 + bias])


def computations_by_layer(
    stack: Stack,
    height: int,
    width: int,
    channels: int,
    multiply_add: int = 1,
    *,
    bias: bool = False,
) -> list[int]:
    """Computations of each layer, padded "same": output pixels times weights.

    Args:
        stack: layers from input to output.
        height: rows of the image, at least 1.
        width: columns of the image, at least 1.
        channels: the number that C stands for, at least 1.
        multiply_add: 1, or 2 to count a multiplication and an addition as two (ACCEPTED).
        bias: whether adding a bias counts as one more (ACCEPTED).

    >>> computations_by_layer([{"kernel": 3}, {"kernel": 3}], 4, 5, 10)
    [18000, 18000]
    """
    factor = _per_product(multiply_add)
    size, found = (_positive("height", height), _positive("width", width)), []
    for layer, weights, biases in _counts(stack, channels):
        down, right = _pair(layer, "stride", 1)
        size = (-(-size[0] // down), -(-size[1] // right))
        found.append(size[0] * size[1] * (factor * weights + bias * biases))
    return found


def computations(
    stack: Stack,
    height: int,
    width: int,
    channels: int,
    multiply_add: int = 1,
    *,
    bias: bool = False,
) -> int:
    """Computations of the whole stack; arguments as for `computations_by_layer`.

    >>> computations([{"kernel": 3}, {"kernel": 3}], 4, 5, 10)
    36000
    """
    return sum(computations_by_layer(stack, height, width, channels, multiply_add, bias=bias))


def computation_polynomial(
    stack: Stack, multiply_add: int = 1, *, bias: bool = False
) -> Polynomial:
    """Computations over H*W, as a polynomial in C: power to coefficient, powers falling.

    Args:
        stack: layers from input to output, all of stride 1.
        multiply_add: 1, or 2 to count a multiplication and an addition as two (ACCEPTED).
        bias: whether adding a bias counts as one more (ACCEPTED).

    >>> computation_polynomial([{"kernel": 3}] * 3, 2)
    {2: 54}
    """
    if any(_pair(layer, "stride", 1) != (1, 1) for layer in stack):
        raise ValueError("a stride is not 1; the computations are then no multiple of H*W")
    factor = _per_product(multiply_add)
    terms = [
        term
        for (power, k), biases in _monomials(stack)
        for term in ((power, factor * k), biases)[: 1 + bias]
    ]
    return _collected(iter(terms))


def most_and_least(counts: Mapping[str, int | float | Fraction]) -> dict[str, list[str]]:
    """Names of the architectures that need most and least, all of them where several tie.

    Args:
        counts: name of each architecture to its count, at least one.

    >>> most_and_least({"7x7": 4900, "three 3x3": 2700, "four": 2700})
    {'most': ['7x7'], 'least': ['three 3x3', 'four']}
    """
    if not counts:
        raise ValueError("there are no counts; give at least one")
    most, least = max(counts.values()), min(counts.values())
    return {
        "most": [name for name, count in counts.items() if count == most],
        "least": [name for name, count in counts.items() if count == least],
    }


# Known mistakes


def parameters_channels_once(stack: Stack, channels: int, *, bias: bool = False) -> int:
    """MISTAKE: C where C² is right: each kernel is thought to read one channel.

    Arguments as for `parameters_by_layer`.

    >>> parameters_channels_once([{"kernel": 3}] * 3, 10)
    270
    """
    flat = [
        {**layer, "kind": "depthwise", "filters": made} if kind == "conv" else layer
        for layer, kind, _, made in _channel_counts(stack, channels)
    ]
    return parameters(flat, channels, bias=bias)


def parameters_single_channel(stack: Stack, *, bias: bool = False) -> int:
    """MISTAKE: C = 1, one channel and one filter, where the paper says C.

    Args:
        stack: layers from input to output; no filters like "C/4".
        bias: whether each filter has a bias.

    >>> parameters_single_channel([{"kernel": 2}, {"kernel": 6}], bias=True)
    42
    """
    return parameters(stack, 1, bias=bias)


def parameters_one_bias_a_layer(stack: Stack, channels: int) -> int:
    """MISTAKE: each layer has one bias, where each of its filters has one.

    Args:
        stack: layers from input to output.
        channels: the number that C stands for, at least 1.

    >>> parameters_one_bias_a_layer([{"kernel": 3}] * 3, 10)
    2703
    """
    return sum(weights + (biases > 0) for _, weights, biases in _counts(stack, channels))


def parameters_side_once(stack: Stack, channels: int) -> int:
    """MISTAKE: k where k² is right: the longer side of a kernel stands for its area.

    Args:
        stack: layers from input to output.
        channels: the number that C stands for, at least 1.

    >>> parameters_side_once([{"kernel": 3}] * 3, 10)
    900
    """
    rows = [{**layer, "kernel": [1, max(_pair(layer, "kernel"))]} for layer in stack]
    return parameters(rows, channels)


def computations_without_size(stack: Stack, channels: int, multiply_add: int = 1) -> int:
    """MISTAKE: H*W is forgotten, so parameters stand for computations.

    Args:
        stack: layers from input to output.
        channels: the number that C stands for, at least 1.
        multiply_add: 1 or 2.

    >>> computations_without_size([{"kernel": 3}] * 3, 10)
    2700
    """
    return _per_product(multiply_add) * parameters(stack, channels)


def computations_channels_once(
    stack: Stack, height: int, width: int, channels: int, multiply_add: int = 1
) -> int:
    """MISTAKE: C where C² is right: each kernel is thought to read one channel.

    Arguments as for `computations_by_layer`; all strides 1.

    >>> computations_channels_once([{"kernel": 3}, {"kernel": 3}], 4, 5, 10)
    3600
    """
    pixels = _positive("height", height) * _positive("width", width)
    return pixels * _per_product(multiply_add) * parameters_channels_once(stack, channels)


def computations_single_channel(
    stack: Stack, height: int, width: int, multiply_add: int = 1
) -> int:
    """MISTAKE: C = 1, one channel and one filter, where the paper says C.

    Arguments as for `computations_by_layer`; no filters like "C/4".

    >>> computations_single_channel([{"kernel": 2}, {"kernel": 6}], 15, 15)
    9000
    """
    return computations(stack, height, width, 1, multiply_add)


def computations_without_padding(
    stack: Stack, height: int, width: int, channels: int, multiply_add: int = 1
) -> int:
    """MISTAKE: the image shrinks from layer to layer, although the stack has to keep its size.

    Arguments as for `computations_by_layer`; all strides and dilations 1.

    >>> computations_without_padding([{"kernel": 3}, {"kernel": 3}], 6, 5, 1)
    126
    """
    total = 0
    for layer, weights, _ in _counts(stack, channels):
        down, right = _pair(layer, "kernel")
        height, width = height - down + 1, width - right + 1
        if min(height, width) < 1:
            raise ValueError("nothing is left of the image; give a larger one")
        total += height * width * weights
    return _per_product(multiply_add) * total
