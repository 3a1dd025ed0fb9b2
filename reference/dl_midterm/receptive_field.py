"""Problem 12.1: the receptive field of a stack of layers, and whether it keeps the image's size.

A stack is a list of layers from input to output. A layer is a dict: "kernel" an int or `[h, w]`;
"stride" and "dilation" likewise, 1 if left out; "kind" is "conv" (if left out), "depthwise" or
"pool". Every function raises ValueError for an empty stack or a layer that is none.

Source: Araujo, Norris & Sim, "Computing Receptive Fields of Convolutional Neural Networks"
(Distill, 2019); the equivalence of small stacked kernels: Simonyan & Zisserman (2014), section 2.3.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Layer = Mapping[str, object]
Stack = Sequence[Layer]

KINDS = ("conv", "depthwise", "pool")


def _pair(layer: Layer, key: str, default: object = None) -> tuple[int, int]:
    """A setting of a layer as (height, width)."""
    value = layer.get(key, default)
    sides = value if isinstance(value, (list, tuple)) else (value, value)
    whole = [side for side in sides if isinstance(side, int) and not isinstance(side, bool)]
    if len(sides) != 2 or len(whole) != len(sides) or min(whole) < 1:
        raise ValueError(f"{key!r} is {value!r}; give a whole number of at least 1, or two of them")
    return whole[0], whole[1]


def _layers(stack: Stack) -> Stack:
    if not stack:
        raise ValueError("the stack is empty; give at least one layer")
    for layer in stack:
        if layer.get("kind", "conv") not in KINDS:
            raise ValueError(f"'kind' is {layer.get('kind')!r}; give one of {', '.join(KINDS)}")
        _pair(layer, "stride", 1)
    return stack


def _reach(layer: Layer) -> list[int]:
    """How many pixels beyond its own each output reads, by dimension."""
    kernel, dilation = _pair(layer, "kernel"), _pair(layer, "dilation", 1)
    return [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]


def jump(stack: Stack) -> list[int]:
    """Distance, in pixels of the input, between neighbours of the output: `[height, width]`.

    Args:
        stack: layers from input to output.

    >>> jump([{"kernel": 3, "stride": 2}, {"kernel": 3, "stride": [2, 1]}])
    [4, 2]
    """
    strides = [_pair(layer, "stride", 1) for layer in _layers(stack)]
    return [math.prod(stride[axis] for stride in strides) for axis in (0, 1)]


def receptive_field(stack: Stack) -> list[int]:
    """Pixels of the input that one output depends on: `[height, width]`.

    Each layer adds its dilated reach times the jump of the layers before it.

    Args:
        stack: layers from input to output.

    >>> receptive_field([{"kernel": 3}, {"kernel": 3}, {"kernel": 3}])
    [7, 7]
    >>> receptive_field([{"kernel": [1, 7]}, {"kernel": [7, 1]}])
    [7, 7]
    """
    field, step = [1, 1], [1, 1]
    for layer in _layers(stack):
        stride, reach = _pair(layer, "stride", 1), _reach(layer)
        field = [f + r * s for f, r, s in zip(field, reach, step, strict=True)]
        step = [s * t for s, t in zip(step, stride, strict=True)]
    return field


def same_padding(layer: Layer) -> list[list[int]]:
    """Pixels to add so that a layer of stride 1 keeps the size: `[[top, bottom], [left, right]]`.

    A dilated kernel of side k needs d * (k - 1) in all. Where that is odd (an even k and an odd d)
    both sides cannot have the same; the greater half goes to the bottom and right, as TensorFlow
    and PyTorch's `padding="same"` do.

    Args:
        layer: one layer; its stride must be 1.

    Raises:
        ValueError: the stride is not 1: no padding then keeps the size of every image.

    >>> same_padding({"kernel": [3, 2]})
    [[1, 1], [0, 1]]
    """
    if jump([layer]) != [1, 1]:
        raise ValueError(f"'stride' is {layer['stride']!r}; only a stride of 1 keeps every size")
    return [[reach // 2, reach - reach // 2] for reach in _reach(layer)]


def padding_explained(layer: Layer) -> str:
    """The padding that keeps the size, in words that a student can read.

    Args:
        layer: one layer; its stride must be 1.

    Raises:
        ValueError: the stride is not 1.

    >>> padding_explained({"kernel": 3})
    'A 3x3 kernel keeps the size with padding 1.'
    >>> padding_explained({"kernel": 2})
    'A 2x2 kernel keeps the size only when padded unequally: top 0, bottom 1, left 0, right 1.'
    """
    (top, bottom), (left, right) = same_padding(layer)
    name = "A {}x{} kernel keeps the size".format(*_pair(layer, "kernel"))
    if top != bottom or left != right:
        sides = f"top {top}, bottom {bottom}, left {left}, right {right}"
        return f"{name} only when padded unequally: {sides}."
    return f"{name} with padding {top if top == left else f'{top}x{left}'}."


def _padding(layer: Layer, padding: object) -> list[int]:
    """Pixels that a layer's padding adds in all, by dimension (stride 1)."""
    if padding == "same":
        return _reach(layer)
    if padding == "valid":
        return [0, 0]
    sides = padding if isinstance(padding, (list, tuple)) else (padding, padding)
    ends = [side if isinstance(side, (list, tuple)) else (side, side) for side in sides]
    if [len(end) for end in ends] != [2, 2] or any(
        isinstance(n, bool) or not isinstance(n, int) or n < 0 for end in ends for n in end
    ):
        raise ValueError(f"padding {padding!r}; give 'same', 'valid', a number or numbers a side")
    return [sum(end) for end in ends]


def _paddings(stack: Stack, padding: object) -> list[object]:
    """The padding of each layer; one that is not a list counts for all of them."""
    if not isinstance(padding, (list, tuple)):
        return [padding] * len(_layers(stack))
    if len(padding) != len(_layers(stack)):
        raise ValueError(f"{len(padding)} paddings for {len(stack)} layers; give one a layer")
    return list(padding)


def output_size(stack: Stack, padding: object, height: int, width: int) -> list[int]:
    """Size of the output: `[height, width]`.

    Args:
        stack: layers from input to output.
        padding: "same", "valid" or a number for all layers, or a list with one of these, `[h, w]`
            or `[[top, bottom], [left, right]]` for each layer.
        height: rows of the image, at least 1.
        width: columns of the image, at least 1.

    Raises:
        ValueError: `padding` is none of these, or nothing is left of the image.

    >>> output_size([{"kernel": 3}, {"kernel": 5, "stride": 2}], "valid", 11, 12)
    [3, 3]
    """
    size = [height, width]
    for layer, pad in zip(_layers(stack), _paddings(stack, padding), strict=True):
        stride, reach = _pair(layer, "stride", 1), _reach(layer)
        if pad == "same":
            size = [-(-n // s) for n, s in zip(size, stride, strict=True)]
        else:
            added = _padding(layer, pad)
            span = [n + a - r for n, a, r in zip(size, added, reach, strict=True)]
            size = [(n - 1) // s + 1 for n, s in zip(span, stride, strict=True)]
        if min(size) < 1:
            raise ValueError(f"nothing is left of {height}x{width}; give a larger image")
    return size


def keeps_shape(stack: Stack, padding: object) -> bool:
    """Whether the output is as high and wide as the input, for every image that is large enough.

    Args:
        stack: layers from input to output.
        padding: as for `output_size`.

    Raises:
        ValueError: `padding` is none of these.

    >>> keeps_shape([{"kernel": 3}, {"kernel": 5}], [1, 2]), keeps_shape([{"kernel": 2}], 1)
    (True, False)
    """
    grown = [0, 0]
    for layer, pad in zip(_layers(stack), _paddings(stack, padding), strict=True):
        added, reach = _padding(layer, pad), _reach(layer)
        grown = [g + a - r for g, a, r in zip(grown, added, reach, strict=True)]
    return grown == [0, 0] and jump(stack) == [1, 1]


def _same_if_equal(stack: Stack) -> list[tuple[object, ...]]:
    return [
        (layer.get("kind", "conv"), _pair(layer, "kernel"), _pair(layer, "dilation", 1))
        for layer in _layers(stack)
    ]


def first_equal(stacks: Sequence[Stack]) -> list[int]:
    """For each stack the index of the first one that is the same architecture (often its own).

    The same are stacks with the same kinds, kernels and dilations in the same order. A 1x1 layer
    counts as part of the stack; filters and padding do not make an architecture another one.

    Args:
        stacks: any number of stacks.

    >>> first_equal([[{"kernel": 7}], [{"kernel": 3}], [{"kernel": [7, 7]}]])
    [0, 1, 0]
    """
    keys = [_same_if_equal(stack) for stack in stacks]
    return [keys.index(key) for key in keys]


def distinct(stacks: Sequence[Stack]) -> list[int]:
    """Indices of the stacks that count: the first of each group that `first_equal` finds the same.

    Args:
        stacks: any number of stacks.

    >>> distinct([[{"kernel": 7}], [{"kernel": 3}], [{"kernel": [7, 7]}]])
    [0, 1]
    """
    return sorted(set(first_equal(stacks)))


# Known mistakes


def receptive_field_as_product(stack: Stack) -> list[int]:
    """MISTAKE: the sides of the kernels are multiplied.

    Args:
        stack: layers from input to output.

    >>> receptive_field_as_product([{"kernel": 3}, {"kernel": 3}])
    [9, 9]
    """
    kernels = [_pair(layer, "kernel") for layer in _layers(stack)]
    return [math.prod(kernel[axis] for kernel in kernels) for axis in (0, 1)]


def receptive_field_as_sum(stack: Stack) -> list[int]:
    """MISTAKE: the sides of the kernels are added, the overlap of a pixel forgotten.

    Args:
        stack: layers from input to output.

    >>> receptive_field_as_sum([{"kernel": 2}, {"kernel": 5}])
    [7, 7]
    """
    kernels = [_pair(layer, "kernel") for layer in _layers(stack)]
    return [sum(kernel[axis] for kernel in kernels) for axis in (0, 1)]


def receptive_field_of_largest(stack: Stack) -> list[int]:
    """MISTAKE: the largest kernel alone is thought to make the field.

    Args:
        stack: layers from input to output.

    >>> receptive_field_of_largest([{"kernel": 7}, {"kernel": 3}])
    [7, 7]
    """
    kernels = [_pair(layer, "kernel") for layer in _layers(stack)]
    return [max(kernel[axis] for kernel in kernels) for axis in (0, 1)]


def receptive_field_without_strides(stack: Stack) -> list[int]:
    """MISTAKE: the strides are left out.

    Args:
        stack: layers from input to output.

    >>> receptive_field_without_strides([{"kernel": 3, "stride": 2}, {"kernel": 3}])
    [5, 5]
    """
    return receptive_field([{**layer, "stride": 1} for layer in _layers(stack)])


def receptive_field_without_dilation(stack: Stack) -> list[int]:
    """MISTAKE: the dilations are left out.

    Args:
        stack: layers from input to output.

    >>> receptive_field_without_dilation([{"kernel": 3, "dilation": 3}])
    [3, 3]
    """
    return receptive_field([{**layer, "dilation": 1} for layer in _layers(stack)])
