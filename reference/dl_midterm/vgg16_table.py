"""Problem 10.1: activations and parameters of every layer of VGG16, biases not counted.

Source: Simonyan & Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition"
(2014), table 1, column D: 3x3 convolutions with stride 1 and padding 1, 2x2 poolings with stride 2,
two dense layers of 4096 and one of a unit a class. A row is a dict
`{"layer": name, "activations": int, "parameters": int}`; rows go from the input to the last layer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

#: Filters of VGG16's convolutions; 0 is a pooling layer (table 1, D).
COLUMN_D = (
    *(64, 64, 0, 128, 128, 0, 256, 256, 256, 0),
    *(512, 512, 512, 0, 512, 512, 512, 0),
)
#: The same of VGG19 (table 1, E).
COLUMN_E = (
    *(64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0),
    *(512, 512, 512, 512, 0, 512, 512, 512, 512, 0),
)
#: Units of the two hidden dense layers (table 1).
HIDDEN = (4096, 4096)

Row = dict[str, str | int]


@dataclass(frozen=True)
class _Layer:
    """One layer and the shapes (height, width, channels) that go in and out of it."""

    kind: str
    source: tuple[int, int, int]
    shape: tuple[int, int, int]

    @property
    def name(self) -> str:
        return f"CONV3-{self.shape[2]}" if self.kind == "CONV3" else self.kind

    @property
    def activations(self) -> int:
        return self.shape[0] * self.shape[1] * self.shape[2]

    @property
    def parameters(self) -> int:
        height, width, depth = self.source
        window = {"CONV3": 9, "FC": height * width}.get(self.kind, 0)
        return window * depth * self.shape[2]

    @property
    def biases(self) -> int:
        return self.shape[2] if self.kind in {"CONV3", "FC"} else 0


def _layers(
    shape: Sequence[int], classes: int, column: Sequence[int] = COLUMN_D, lost: int = 0
) -> list[_Layer]:
    """All layers; `lost` is how many pixels a convolution takes off each side (0 when padded)."""
    if len(shape) != 3 or min(*shape, classes) < 1:
        raise ValueError(f"shape {shape!r}, {classes!r} classes; give [height, width, channels]")
    height, width, depth = shape
    layers = [_Layer("INPUT", (height, width, depth), (height, width, depth))]
    for filters in column:
        source = layers[-1].shape
        height, width, depth = source
        if filters:
            new = _Layer("CONV3", source, (height - lost, width - lost, filters))
        else:
            new = _Layer("POOL2", source, (height // 2, width // 2, depth))
        if min(new.shape) < 1:
            raise ValueError(f"images of {shape[0]}x{shape[1]} are too small; give larger sides")
        layers.append(new)
    for units in (*HIDDEN, classes):
        layers.append(_Layer("FC", layers[-1].shape, (1, 1, units)))
    return layers


def _rows(
    layers: Sequence[_Layer],
    activations: Callable[[_Layer], int] = lambda layer: layer.activations,
    parameters: Callable[[_Layer], int] = lambda layer: layer.parameters,
) -> list[Row]:
    return [
        {"layer": one.name, "activations": activations(one), "parameters": parameters(one)}
        for one in layers
    ]


def rows(shape: Sequence[int], classes: int) -> list[Row]:
    """The table: one row a layer, biases not counted.

    Args:
        shape: `[height, width, channels]` of the image, sides of at least 32.
        classes: units of the last layer, at least 1.

    Raises:
        ValueError: `shape` is not three such numbers, or the image is too small.

    >>> rows([224, 224, 3], 1000)[1]
    {'layer': 'CONV3-64', 'activations': 3211264, 'parameters': 1728}
    """
    return _rows(_layers(shape, classes))


def total_parameters(shape: Sequence[int], classes: int) -> int:
    """Weights of the whole network, biases not counted.

    Args:
        shape: `[height, width, channels]` of the image, sides of at least 32.
        classes: units of the last layer, at least 1.

    Raises:
        ValueError: `shape` is not three such numbers, or the image is too small.

    >>> total_parameters([224, 224, 3], 1000)
    138344128
    """
    return sum(layer.parameters for layer in _layers(shape, classes))


def total_activations(shape: Sequence[int], classes: int) -> int:
    """Activations of all rows of the table, the input's row too.

    Args:
        shape: `[height, width, channels]` of the image, sides of at least 32.
        classes: units of the last layer, at least 1.

    Raises:
        ValueError: `shape` is not three such numbers, or the image is too small.

    >>> total_activations([224, 224, 3], 1000)
    15237608
    """
    return sum(layer.activations for layer in _layers(shape, classes))


def total_activations_without_input(shape: Sequence[int], classes: int) -> int:
    """ACCEPTED form: activations of all layers, the input not being one.

    Args:
        shape: `[height, width, channels]` of the image, sides of at least 32.
        classes: units of the last layer, at least 1.

    Raises:
        ValueError: `shape` is not three such numbers, or the image is too small.

    >>> total_activations_without_input([224, 224, 3], 1000)
    15087080
    """
    return sum(layer.activations for layer in _layers(shape, classes)[1:])


def total_activations_of_weight_layers(shape: Sequence[int], classes: int) -> int:
    """ACCEPTED form: activations of convolutions and dense layers; neither input nor poolings.

    Args:
        shape: `[height, width, channels]` of the image, sides of at least 32.
        classes: units of the last layer, at least 1.

    Raises:
        ValueError: `shape` is not three such numbers, or the image is too small.

    >>> total_activations_of_weight_layers([224, 224, 3], 1000)
    13556712
    """
    return sum(layer.activations for layer in _layers(shape, classes) if layer.parameters)


def total_memory(shape: Sequence[int], classes: int, bytes_each: int) -> int:
    """ACCEPTED form: bytes that the activations of all rows take in a forward pass.

    Args:
        shape: `[height, width, channels]` of the image, sides of at least 32.
        classes: units of the last layer, at least 1.
        bytes_each: bytes of one number, 4 for single precision.

    Raises:
        ValueError: `shape` is not three such numbers, or the image is too small.

    >>> total_memory([224, 224, 3], 1000, 4)
    60950432
    """
    return bytes_each * total_activations(shape, classes)


# Known mistakes


def rows_with_biases(shape: Sequence[int], classes: int) -> list[Row]:
    """MISTAKE: biases are counted, against the instruction.

    Args:
        shape: `[height, width, channels]` of the image, sides of at least 32.
        classes: units of the last layer, at least 1.

    Raises:
        ValueError: `shape` is not three such numbers, or the image is too small.

    >>> rows_with_biases([224, 224, 3], 1000)[1]["parameters"]
    1792
    """
    return _rows(_layers(shape, classes), parameters=lambda one: one.parameters + one.biases)


def total_parameters_with_biases(shape: Sequence[int], classes: int) -> int:
    """MISTAKE: the total with biases, against the instruction.

    Args:
        shape: `[height, width, channels]` of the image, sides of at least 32.
        classes: units of the last layer, at least 1.

    Raises:
        ValueError: `shape` is not three such numbers, or the image is too small.

    >>> total_parameters_with_biases([224, 224, 3], 1000)
    138357544
    """
    return sum(layer.parameters + layer.biases for layer in _layers(shape, classes))


def rows_before_pooling(shape: Sequence[int], classes: int) -> list[Row]:
    """MISTAKE: the row of a pooling layer has the activations that go into it.

    Args:
        shape: `[height, width, channels]` of the image, sides of at least 32.
        classes: units of the last layer, at least 1.

    Raises:
        ValueError: `shape` is not three such numbers, or the image is too small.

    >>> rows_before_pooling([224, 224, 3], 1000)[3]
    {'layer': 'POOL2', 'activations': 3211264, 'parameters': 0}
    """

    def entering(one: _Layer) -> int:
        height, width, depth = one.source
        return height * width * depth if one.kind == "POOL2" else one.activations

    return _rows(_layers(shape, classes), activations=entering)


def rows_without_channels(shape: Sequence[int], classes: int) -> list[Row]:
    """MISTAKE: activations are height times width; the channels are forgotten.

    Args:
        shape: `[height, width, channels]` of the image, sides of at least 32.
        classes: units of the last layer, at least 1.

    Raises:
        ValueError: `shape` is not three such numbers, or the image is too small.

    >>> rows_without_channels([224, 224, 3], 1000)[1]["activations"]
    50176
    """

    def plane(one: _Layer) -> int:
        return one.activations if one.kind == "FC" else one.shape[0] * one.shape[1]

    return _rows(_layers(shape, classes), activations=plane)


def rows_without_padding(shape: Sequence[int], classes: int) -> list[Row]:
    """MISTAKE: each convolution is thought to take two pixels off, as if it were not padded.

    Args:
        shape: `[height, width, channels]` of the image, sides of at least 212.
        classes: units of the last layer, at least 1.

    Raises:
        ValueError: `shape` is not three such numbers, or the image is too small.

    >>> rows_without_padding([224, 224, 3], 1000)[1]["activations"]
    3154176
    """
    return _rows(_layers(shape, classes, lost=2))


def rows_without_input_depth(shape: Sequence[int], classes: int) -> list[Row]:
    """MISTAKE: a kernel is 3x3 whatever the depth it reads; `3*3*64` for the first two rows.

    Args:
        shape: `[height, width, channels]` of the image, sides of at least 32.
        classes: units of the last layer, at least 1.

    Raises:
        ValueError: `shape` is not three such numbers, or the image is too small.

    >>> rows_without_input_depth([224, 224, 3], 1000)[2]["parameters"]
    576
    """

    def flat(one: _Layer) -> int:
        return 9 * one.shape[2] if one.kind == "CONV3" else one.parameters

    return _rows(_layers(shape, classes), parameters=flat)


def rows_without_filters(shape: Sequence[int], classes: int) -> list[Row]:
    """MISTAKE: the parameters of one filter stand for those of the layer.

    Args:
        shape: `[height, width, channels]` of the image, sides of at least 32.
        classes: units of the last layer, at least 1.

    Raises:
        ValueError: `shape` is not three such numbers, or the image is too small.

    >>> rows_without_filters([224, 224, 3], 1000)[2]["parameters"]
    576
    """

    def single(one: _Layer) -> int:
        return 9 * one.source[2] if one.kind == "CONV3" else one.parameters

    return _rows(_layers(shape, classes), parameters=single)


def rows_dense_on_channels_only(shape: Sequence[int], classes: int) -> list[Row]:
    """MISTAKE: the first dense layer is thought to read the 512 channels, not the 7x7 maps.

    Args:
        shape: `[height, width, channels]` of the image, sides of at least 32.
        classes: units of the last layer, at least 1.

    Raises:
        ValueError: `shape` is not three such numbers, or the image is too small.

    >>> rows_dense_on_channels_only([224, 224, 3], 1000)[-3]["parameters"]
    2097152
    """

    def channels(one: _Layer) -> int:
        return one.source[2] * one.shape[2] if one.kind == "FC" else one.parameters

    return _rows(_layers(shape, classes), parameters=channels)


def rows_pooling_with_parameters(shape: Sequence[int], classes: int) -> list[Row]:
    """MISTAKE: a pooling layer is given a trainable 2x2 window for each channel.

    Args:
        shape: `[height, width, channels]` of the image, sides of at least 32.
        classes: units of the last layer, at least 1.

    Raises:
        ValueError: `shape` is not three such numbers, or the image is too small.

    >>> rows_pooling_with_parameters([224, 224, 3], 1000)[3]["parameters"]
    256
    """

    def windows(one: _Layer) -> int:
        return 4 * one.shape[2] if one.kind == "POOL2" else one.parameters

    return _rows(_layers(shape, classes), parameters=windows)


def rows_of_vgg19(shape: Sequence[int], classes: int) -> list[Row]:
    """MISTAKE: the rows of VGG19 (column E) in place of VGG16 (column D).

    Args:
        shape: `[height, width, channels]` of the image, sides of at least 32.
        classes: units of the last layer, at least 1.

    Raises:
        ValueError: `shape` is not three such numbers, or the image is too small.

    >>> len(rows_of_vgg19([224, 224, 3], 1000)), len(rows([224, 224, 3], 1000))
    (25, 22)
    """
    return _rows(_layers(shape, classes, column=COLUMN_E))


def total_activations_of_course_notes() -> int:
    """MISTAKE: 24 million, a total that is widely copied although its own rows do not add up to it.

    Source: Stanford CS231n lecture notes, "Convolutional Networks", VGGNet in detail ("TOTAL
    memory: 24M * 4 bytes"); the rows printed above it add up to 15.2 million.

    >>> total_activations_of_course_notes()
    24000000
    """
    return 24_000_000
