"""Problem 9: how many parameters of VGG19 train when it is frozen wholly, partly or not at all.

The convolution base is Simonyan & Zisserman, "Very Deep Convolutional Networks" (2014), table 1,
column E: 3x3 kernels with biases, each pooling halves the image. Dense layers come after it; their
outputs are the argument `widths`, first to last: `[10]` is one dense head for ten classes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

#: Filters of VGG19's convolutions; 0 is a pooling layer (Simonyan & Zisserman 2014, table 1, E).
COLUMN_E = (
    *(64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0),
    *(512, 512, 512, 512, 0, 512, 512, 512, 512, 0),
)
#: The same of VGG16 (table 1, D), for whoever took the smaller network.
COLUMN_D = (
    *(64, 64, 0, 128, 128, 0, 256, 256, 256, 0),
    *(512, 512, 512, 0, 512, 512, 512, 0),
)
#: Filters of the last convolution, so depth of the features.
DEPTH = 512
#: Each of the five poolings halves the image.
SHRINKS_BY = 32
_MOST_MODELS = 200


def _positive(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} is {value!r}; give a whole number of at least 1")
    return value


def _sizes(column: Sequence[int], channels: int) -> list[int]:
    """Parameters of each layer of a column, biases counted; a pooling layer has none."""
    depth, sizes = _positive("channels", channels), []
    for filters in column:
        sizes.append((9 * depth + 1) * filters)
        depth = filters or depth
    return sizes


def convolution_parameters(channels: int) -> int:
    """Parameters of VGG19's convolution base, biases counted.

    Args:
        channels: channels of the images, 3 for the pretrained network.

    Raises:
        ValueError: `channels` is not a whole number of at least 1.

    Source: Simonyan & Zisserman 2014, table 1, column E.

    >>> convolution_parameters(3)
    20024384
    """
    return sum(_sizes(COLUMN_E, channels))


def feature_count(height: int, width: int) -> int:
    """Features that the convolution base gives for one image, flattened.

    Args:
        height: rows of the image in pixels, at least 32.
        width: columns of the image in pixels, at least 32.

    Raises:
        ValueError: a side is below 32, so nothing is left after five poolings.

    >>> feature_count(32, 32), feature_count(224, 224)
    (512, 25088)
    """
    if height < SHRINKS_BY or width < SHRINKS_BY:
        raise ValueError(f"images of {height}x{width}; give sides of at least {SHRINKS_BY}")
    return DEPTH * (height // SHRINKS_BY) * (width // SHRINKS_BY)


def dense_parameters(features: int, widths: Sequence[int]) -> int:
    """Parameters of the dense layers after the base, biases counted.

    Args:
        features: inputs of the first dense layer, at least 1.
        widths: outputs of each dense layer, first to last; empty for none.

    Raises:
        ValueError: a number is not a whole number of at least 1.

    >>> dense_parameters(512, [10])
    5130
    """
    sides = [_positive("features", features), *(_positive("a width", w) for w in widths)]
    return sum((inputs + 1) * outputs for inputs, outputs in pairwise(sides))


def total_parameters(features: int, widths: Sequence[int]) -> int:
    """Parameters of base and dense layers together, trained or not.

    Args:
        features: inputs of the first dense layer, at least 1.
        widths: outputs of each dense layer, first to last.

    Raises:
        ValueError: a number is not a whole number of at least 1.

    >>> total_parameters(512, [10])
    20029514
    """
    return convolution_parameters(3) + dense_parameters(features, widths)


def trainable_base_frozen(features: int, widths: Sequence[int]) -> int:
    """Trainable parameters of 9.1: the base is frozen, the dense layers are trained.

    Args:
        features: inputs of the first dense layer, at least 1.
        widths: outputs of each dense layer, first to last.

    Raises:
        ValueError: a number is not a whole number of at least 1.

    >>> trainable_base_frozen(512, [10])
    5130
    """
    return dense_parameters(features, widths)


def trainable_last_layer_only(features: int, widths: Sequence[int]) -> int:
    """ACCEPTED form of 9.1: all is frozen but a new last dense layer (4096 inputs in torchvision).

    Args:
        features: inputs of the first dense layer, at least 1.
        widths: outputs of each dense layer, first to last, at least one.

    Raises:
        ValueError: a number is not a whole number of at least 1, or there is no dense layer.

    >>> trainable_last_layer_only(25088, [4096, 4096, 10])
    40970
    """
    if not widths:
        raise ValueError("widths is empty; give the outputs of at least one dense layer")
    return dense_parameters([features, *widths][-2], widths[-1:])


def frozen_parameters(count: int) -> dict[str, int]:
    """Parameters in the first `count` layers of VGG19 by every consistent way of counting layers.

    Args:
        count: how many are frozen, at least 1.

    Returns:
        Way of counting to frozen parameters of the base. What counts as a layer is for
        "keras_layers" the input, each convolution and pooling (as in Keras's `vgg19.layers`), for
        "layers_without_input" each convolution and pooling, for "convolutions" and "weight_layers"
        whatever has weights (dense layers come after all 16 convolutions), for
        "torchvision_modules" each convolution, ReLU and pooling (as in `vgg19().features`), for
        "parameter_tensors" each weight and each bias (as in `vgg19().parameters()`).

    Raises:
        ValueError: `count` is not a whole number from 1 to 16, the convolutions of VGG19.

    >>> frozen_parameters(2)["convolutions"], frozen_parameters(2)["keras_layers"]
    (38720, 1792)
    """
    sizes = _sizes(COLUMN_E, 3)
    convolutions = [size for size in sizes if size]
    if _positive("count", count) > len(convolutions):
        raise ValueError(f"count is {count}, but VGG19 has {len(convolutions)} convolutions")
    modules = [n for size in sizes for n in ([size, 0] if size else [0])]
    tensors = [n for size, f in zip(sizes, COLUMN_E, strict=True) if f for n in (size - f, f)]
    ways = {
        "keras_layers": [0, *sizes],
        "layers_without_input": sizes,
        "convolutions": convolutions,
        "weight_layers": convolutions,
        "torchvision_modules": modules,
        "parameter_tensors": tensors,
    }
    return {way: sum(layers[:count]) for way, layers in ways.items()}


def trainable_first_layers_frozen(
    count: int, features: int, widths: Sequence[int]
) -> dict[str, int]:
    """Trainable parameters of 9.2, the first `count` layers frozen, by each way of counting.

    Args:
        count: how many layers are frozen, from 1 to 16.
        features: inputs of the first dense layer, at least 1.
        widths: outputs of each dense layer, first to last.

    Returns:
        Way of counting (see `frozen_parameters`) to trainable parameters. Every one is ACCEPTED.

    Raises:
        ValueError: a number is out of its range.

    >>> trainable_first_layers_frozen(10, 512, [10])["keras_layers"]
    18294026
    """
    total = total_parameters(features, widths)
    return {way: total - frozen for way, frozen in frozen_parameters(count).items()}


# Known mistakes


def trainable_nothing_frozen(features: int, widths: Sequence[int]) -> int:
    """MISTAKE: nothing is frozen, so the whole network is trained.

    Args:
        features: inputs of the first dense layer, at least 1.
        widths: outputs of each dense layer, first to last.

    Raises:
        ValueError: a number is not a whole number of at least 1.

    >>> trainable_nothing_frozen(512, [10])
    20029514
    """
    return total_parameters(features, widths)


def trainable_last_layers_frozen(count: int, features: int, widths: Sequence[int]) -> int:
    """MISTAKE: the last `count` layers of the base are frozen and the first are trained.

    Layers are counted as Keras does, poolings included.

    Args:
        count: how many are frozen, at least 1.
        features: inputs of the first dense layer, at least 1.
        widths: outputs of each dense layer, first to last.

    Raises:
        ValueError: a number is not a whole number of at least 1.

    >>> trainable_last_layers_frozen(10, 512, [10])
    2330698
    """
    frozen = sum(_sizes(COLUMN_E, 3)[-_positive("count", count) :])
    return total_parameters(features, widths) - frozen


def trainable_outer_layers_frozen(count: int, features: int, widths: Sequence[int]) -> int:
    """MISTAKE: the layers of the outer model are frozen; the whole base is the first one of them.

    The outer model is taken as base, flatten, then the dense layers.

    Args:
        count: how many are frozen, at least 1.
        features: inputs of the first dense layer, at least 1.
        widths: outputs of each dense layer, first to last.

    Raises:
        ValueError: a number is not a whole number of at least 1.

    >>> trainable_outer_layers_frozen(10, 512, [10])
    0
    """
    sides = [features, *widths]
    frozen_dense = max(0, _positive("count", count) - 2)
    return dense_parameters(sides[min(frozen_dense, len(widths))], widths[frozen_dense:])


def dense_parameters_without_bias(features: int, widths: Sequence[int]) -> int:
    """MISTAKE: the biases of the dense layers are not counted.

    Args:
        features: inputs of the first dense layer, at least 1.
        widths: outputs of each dense layer, first to last.

    Raises:
        ValueError: a number is not a whole number of at least 1.

    >>> dense_parameters_without_bias(512, [10])
    5120
    """
    return dense_parameters(features, widths) - sum(widths)


def vgg16_convolution_parameters(channels: int) -> int:
    """MISTAKE: VGG16 in place of VGG19.

    Args:
        channels: channels of the images, 3 for the pretrained network.

    Raises:
        ValueError: `channels` is not a whole number of at least 1.

    Source: Simonyan & Zisserman 2014, table 1, column D.

    >>> vgg16_convolution_parameters(3)
    14714688
    """
    return sum(_sizes(COLUMN_D, channels))


def first_layer_replaced(channels: int) -> int:
    """MISTAKE: a new first convolution for grey images; its pretrained weights are thrown away.

    Args:
        channels: channels of the images that the new layer takes (1 for MNIST), at least 1.

    Raises:
        ValueError: `channels` is not a whole number of at least 1.

    >>> first_layer_replaced(1)
    20023232
    """
    return convolution_parameters(channels)


# What a comparison may ask for beside numbers


def frozen_by_count(count: int) -> dict[str, list[int]]:
    """Frozen parameters of the first `count` layers under every way of counting, as one list.

    Args:
        count: how many layers are frozen, from 1 to 16.

    Raises:
        ValueError: as `frozen_parameters`.

    >>> frozen_by_count(2)["frozen"]
    [1792, 38720]
    """
    return {"frozen": sorted(set(frozen_parameters(count).values()))}


def as_handed_in(other: object) -> dict[str, object]:
    """What was read from the other part's code, for a comparison of the two.

    Args:
        other: the reading, passed on as it is.

    >>> as_handed_in([1])
    {'other': [1]}
    """
    return {"other": other}


def files_of(other: Any) -> dict[str, list[str]]:
    """Files that the other part's training wrote, as its output names them.

    Args:
        other: a reading of the other part, ``{"log": {"saved": [name, …]}}``.

    Raises:
        ValueError: it wrote none.

    >>> files_of({"log": {"saved": ["best.h5"]}})
    {'files': ['best.h5']}
    """
    files = [name for name in _log_of(other).get("saved", []) if isinstance(name, str)]
    if not files:
        raise ValueError("the other part's output names no file; there is nothing to compare")
    return {"files": files}


def models_before(other: Any) -> dict[str, list[int]]:
    """Numbers that a session gave to models before it made the other part's.

    Keras counts the models of one kind in a session: sequential, sequential_1, sequential_2.

    Args:
        other: a reading of the other part, ``{"log": {"models": [{"number": 2}, …]}}``.

    Raises:
        ValueError: its output shows no model, or the first of the session.

    >>> models_before({"log": {"models": [{"kind": "sequential", "number": 2}]}})
    {'numbers': [0, 1]}
    """
    numbers = [one.get("number") for one in _log_of(other).get("models", [])]
    known = [n for n in numbers if isinstance(n, int) and not isinstance(n, bool)]
    if not known or not 0 < min(known) <= _MOST_MODELS:
        raise ValueError("the other part's output shows no model that others came before")
    return {"numbers": list(range(min(known)))}


def _log_of(reading: Any) -> Mapping[str, Any]:
    log = reading.get("log") if isinstance(reading, Mapping) else None
    if not isinstance(log, Mapping):
        raise ValueError("the other part has no log; give a reading of what it printed")
    return log
