"""LeNet-5: connections and trainable parameters, layer by layer.

The architecture is the literature's, so it stands here as constants; what the functions are
asked about (input size, kernel, maps) arrives as arguments. C3 has a module of its own:
`lenet5_c3`.

Source: LeCun, Bottou, Bengio, Haffner, "Gradient-Based Learning Applied to Document Recognition"
(Proceedings of the IEEE, 1998), section II.B, figure 2 and table I.
"""

INPUT = 32
KERNEL = 5
C1_MAPS, C3_MAPS, C5_MAPS, F6_UNITS, CLASSES = 6, 16, 120, 84, 10

C3_KERNELS = 60
"""Pairs of a C3 map and an S2 map that it reads: the crosses of table I."""


def output_size(size: int, kernel: int) -> int:
    """Side of the output of a convolution with stride 1 and no padding.

    Args:
        size: side of the square input, in pixels.
        kernel: side of the kernel, at most the size.

    Raises:
        ValueError: an argument below 1, or a kernel larger than the input.

    >>> output_size(32, 5)
    28
    """
    _positive(size=size, kernel=kernel)
    if kernel > size:
        raise ValueError(f"a {kernel}x{kernel} kernel does not fit into {size}x{size}")
    return size - kernel + 1


def feature_sizes(size: int) -> dict[str, int]:
    """Side of the feature maps of each layer of LeNet-5, for a square input of the given side.

    Raises:
        ValueError: an input that is too small, or does not divide by the subsampling.

    Source: LeCun et al. (1998), figure 2.

    >>> feature_sizes(32)
    {'C1': 28, 'S2': 14, 'C3': 10, 'S4': 5, 'C5': 1}
    """
    c1 = output_size(size, KERNEL)
    s2 = _halved(c1)
    c3 = output_size(s2, KERNEL)
    s4 = _halved(c3)
    return {"C1": c1, "S2": s2, "C3": c3, "S4": s4, "C5": output_size(s4, KERNEL)}


# The first convolution: connections.


def convolution_parameters(kernel: int, maps_in: int, maps_out: int) -> int:
    """Trainable parameters of a convolution: shared weights and one bias per output map.

    Args:
        kernel: side of the square kernel.
        maps_in: input maps that every output map reads.
        maps_out: output maps.

    Raises:
        ValueError: an argument below 1.

    >>> convolution_parameters(5, 1, 6)
    156
    """
    _positive(kernel=kernel, maps_in=maps_in, maps_out=maps_out)
    return maps_out * (maps_in * kernel**2 + 1)


def connections(size: int, kernel: int, maps_in: int, maps_out: int) -> int:
    """Connections of a convolution, the bias of each output unit counted as one.

    Args:
        size: side of the square input, in pixels.
        kernel: side of the square kernel; stride 1, no padding.
        maps_in: input maps that every output map reads.
        maps_out: output maps.

    Raises:
        ValueError: an argument below 1, or a kernel larger than the input.

    Source: LeCun et al. (1998), section II.B: C1 has 122,304 connections.

    >>> connections(32, 5, 1, 6)
    122304
    """
    return output_size(size, kernel) ** 2 * convolution_parameters(kernel, maps_in, maps_out)


def connections_without_bias(size: int, kernel: int, maps_in: int, maps_out: int) -> int:
    """ACCEPTED (half): connections of a convolution from input pixels alone, biases not counted.

    Args and errors: as `connections`.

    >>> connections_without_bias(32, 5, 1, 6)
    117600
    """
    return connections(size, kernel, maps_in, maps_out) - neurons(size, kernel, maps_in, maps_out)


def parameters_for_connections(size: int, kernel: int, maps_in: int, maps_out: int) -> int:
    """MISTAKE: the trainable parameters were counted for the connections.

    >>> parameters_for_connections(32, 5, 1, 6)
    156
    """
    output_size(size, kernel)
    return convolution_parameters(kernel, maps_in, maps_out)


def connections_over_input_size(size: int, kernel: int, maps_in: int, maps_out: int) -> int:
    """MISTAKE: the input's size was taken for the output's, as if the kernel sat on every pixel.

    >>> connections_over_input_size(32, 5, 1, 6)
    159744
    """
    output_size(size, kernel)
    return size**2 * convolution_parameters(kernel, maps_in, maps_out)


def neurons(size: int, kernel: int, maps_in: int, maps_out: int) -> int:
    """MISTAKE for connections: the output units were counted.

    >>> neurons(32, 5, 1, 6)
    4704
    """
    _positive(maps_in=maps_in, maps_out=maps_out)
    return output_size(size, kernel) ** 2 * maps_out


def connections_of_one_map(size: int, kernel: int, maps_in: int, maps_out: int) -> int:
    """MISTAKE: only one of the output maps was counted.

    >>> connections_of_one_map(32, 5, 1, 6)
    20384
    """
    return connections(size, kernel, maps_in, maps_out) // maps_out


def connections_with_one_bias_per_map(size: int, kernel: int, maps_in: int, maps_out: int) -> int:
    """MISTAKE: the bias was counted once per map, not once per unit.

    >>> connections_with_one_bias_per_map(32, 5, 1, 6)
    117606
    """
    return connections_without_bias(size, kernel, maps_in, maps_out) + maps_out


def connections_if_dense(size: int, kernel: int, maps_in: int, maps_out: int) -> int:
    """MISTAKE: every output unit was joined to every input pixel, as in a dense layer.

    >>> connections_if_dense(32, 5, 1, 6)
    4821600
    """
    return neurons(size, kernel, maps_in, maps_out) * (size**2 * maps_in + 1)


# C5: why it is dense.


def covers_whole_input(size: int, kernel: int) -> bool:
    """Whether the kernel covers its whole input, so that the output is 1x1 and the layer dense.

    Source: LeCun et al. (1998), section II.B: C5 is called convolutional because a larger input
    would make its maps larger than 1x1.

    Raises:
        ValueError: as `output_size`.

    >>> covers_whole_input(5, 5), covers_whole_input(6, 5)
    (True, False)
    """
    return output_size(size, kernel) == 1


# The whole network.


def trainable_parameters() -> dict[str, int]:
    """Trainable parameters of each layer of LeNet-5 as published.

    S2 and S4 have one coefficient and one bias per map; the output's RBF centres are fixed.

    Source: LeCun et al. (1998), section II.B.

    >>> trainable_parameters()["C5"]
    48120
    """
    return {
        "C1": convolution_parameters(KERNEL, 1, C1_MAPS),
        "S2": 2 * C1_MAPS,
        "C3": C3_KERNELS * KERNEL**2 + C3_MAPS,
        "S4": 2 * C3_MAPS,
        "C5": convolution_parameters(KERNEL, C3_MAPS, C5_MAPS),
        "F6": F6_UNITS * (C5_MAPS + 1),
        "output": 0,
    }


def total_parameters() -> int:
    """Trainable parameters of LeNet-5 as published.

    Source: LeCun et al. (1998), section II.B ("60,000 trainable free parameters").

    >>> total_parameters()
    60000
    """
    return sum(trainable_parameters().values())


def total_parameters_with_dense_output() -> int:
    """ACCEPTED: the published network with a trainable dense output (84 to 10, with biases).

    >>> total_parameters_with_dense_output()
    60850
    """
    return total_parameters() + CLASSES * (F6_UNITS + 1)


def total_parameters_modern() -> int:
    """ACCEPTED: the common re-implementation: C3 reads all of S2, plain pooling, dense output.

    >>> total_parameters_modern()
    61706
    """
    layers = trainable_parameters()
    fewer = layers["S2"] + layers["S4"]
    more = convolution_parameters(KERNEL, C1_MAPS, C3_MAPS) - layers["C3"]
    return total_parameters_with_dense_output() - fewer + more


def largest_layer() -> str:
    """Name of the layer with most trainable parameters.

    >>> largest_layer()
    'C5'
    """
    layers = trainable_parameters()
    return max(layers, key=lambda name: layers[name])


def parameters_by_type() -> dict[str, int]:
    """Trainable parameters by type of layer, C5 counted as what it is here: fully connected.

    >>> parameters_by_type()
    {'convolution': 1672, 'subsampling': 44, 'fully connected': 58284}
    """
    layers = trainable_parameters()
    return {
        "convolution": layers["C1"] + layers["C3"],
        "subsampling": layers["S2"] + layers["S4"],
        "fully connected": layers["C5"] + layers["F6"] + layers["output"],
    }


def largest_type() -> str:
    """Type of layer with most trainable parameters.

    >>> largest_type()
    'fully connected'
    """
    types = parameters_by_type()
    return max(types, key=lambda name: types[name])


def parameters_by_type_by_name() -> dict[str, int]:
    """MISTAKE: C5 counted as a convolution because of its name, which makes convolutions largest.

    >>> parameters_by_type_by_name()
    {'convolution': 49792, 'subsampling': 44, 'fully connected': 10164}
    """
    types, c5 = parameters_by_type(), trainable_parameters()["C5"]
    types["convolution"] += c5
    types["fully connected"] -= c5
    return types


def _halved(size: int) -> int:
    if size % 2:
        raise ValueError(f"maps of {size}x{size} do not divide by 2x2; choose another input size")
    return size // 2


def _positive(**numbers: int) -> None:
    for name, number in numbers.items():
        if type(number) is not int or number < 1:
            raise ValueError(f"{name} is {number!r}; give a whole number of at least 1")


def smaller_dense_layers() -> list[str]:
    """MISTAKE: a layer of the type with most parameters was named, but not the largest layer.

    >>> smaller_dense_layers()
    ['F6', 'output']
    """
    layers = trainable_parameters()
    return [name for name in ("C5", "F6", "output") if name in layers and name != largest_layer()]


def second_largest_layer() -> str:
    """MISTAKE: the layer of the right type that comes next to the largest was named.

    >>> second_largest_layer()
    'F6'
    """
    layers = trainable_parameters()
    return sorted(layers, key=lambda name: layers[name])[-2]


def smaller_types() -> list[str]:
    """MISTAKE: a type of layer that does not hold most of the parameters, or a layer of it.

    >>> smaller_types()
    ['convolution', 'subsampling', 'C1', 'S2', 'C3', 'S4']
    """
    types = [name for name in parameters_by_type() if name != largest_type()]
    return [*types, *(name for name in trainable_parameters() if name in ("C1", "C3", "S2", "S4"))]
