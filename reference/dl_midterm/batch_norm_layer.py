"""Problems 11.4 and 11.5: what a batch of one gives, and the parameters of a normalised layer.

Source: Ioffe & Szegedy, "Batch Normalization" (2015), algorithm 1 (gamma and beta are learned, one
each for every feature) and section 3.2 (the bias of the layer before is superfluous).
"""

from __future__ import annotations

from collections.abc import Sequence


def _positive(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} is {value!r}; give a whole number of at least 1")
    return value


def _weights(inputs: int, outputs: int, *, bias: bool) -> int:
    made = _positive("outputs", outputs)
    return _positive("inputs", inputs) * made + (made if bias else 0)


def output_of_batch_of_one(beta: Sequence[float]) -> list[float]:
    """What training gives for the only example of a batch: beta, whatever the example is.

    The mean is the example itself, so what is scaled is 0; the variance is 0.

    Args:
        beta: shift of each feature.

    >>> output_of_batch_of_one([0.5, -1])
    [0.5, -1.0]
    """
    return [float(shift) for shift in beta]


def dense_layer_parameters(inputs: int, outputs: int) -> int:
    """Trainable parameters of a dense layer without bias and its batch normalisation.

    Args:
        inputs: inputs of the layer, at least 1.
        outputs: outputs of the layer, at least 1; each has a gamma and a beta.

    Raises:
        ValueError: an argument is not a whole number of at least 1.

    >>> dense_layer_parameters(20, 30)
    660
    """
    return _weights(inputs, outputs, bias=False) + 2 * outputs


def dense_layer_parameters_with_bias(inputs: int, outputs: int) -> int:
    """ACCEPTED form: the dense layer keeps its bias, which batch normalisation makes superfluous.

    Args:
        inputs: inputs of the layer, at least 1.
        outputs: outputs of the layer, at least 1.

    Raises:
        ValueError: an argument is not a whole number of at least 1.

    >>> dense_layer_parameters_with_bias(20, 30)
    690
    """
    return _weights(inputs, outputs, bias=True) + 2 * outputs


# Known mistakes; `bias` says whether the dense layer has one


def parameters_with_running_statistics(inputs: int, outputs: int, *, bias: bool = False) -> int:
    """MISTAKE: running mean and variance, which nothing trains, are counted as trainable.

    Args:
        inputs: inputs of the layer, at least 1.
        outputs: outputs of the layer, at least 1.
        bias: whether the dense layer has a bias.

    Raises:
        ValueError: `inputs` or `outputs` is not a whole number of at least 1.

    >>> parameters_with_running_statistics(20, 30)
    720
    """
    return _weights(inputs, outputs, bias=bias) + 4 * outputs


def parameters_normalising_inputs(inputs: int, outputs: int, *, bias: bool = False) -> int:
    """MISTAKE: gamma and beta for each input of the layer, not for each output.

    Args:
        inputs: inputs of the layer, at least 1.
        outputs: outputs of the layer, at least 1.
        bias: whether the dense layer has a bias.

    Raises:
        ValueError: `inputs` or `outputs` is not a whole number of at least 1.

    >>> parameters_normalising_inputs(20, 30)
    640
    """
    return _weights(inputs, outputs, bias=bias) + 2 * inputs


def parameters_without_batch_norm(inputs: int, outputs: int, *, bias: bool = False) -> int:
    """MISTAKE: the parameters of batch normalisation are left out.

    Args:
        inputs: inputs of the layer, at least 1.
        outputs: outputs of the layer, at least 1.
        bias: whether the dense layer has a bias.

    Raises:
        ValueError: `inputs` or `outputs` is not a whole number of at least 1.

    >>> parameters_without_batch_norm(20, 30), parameters_without_batch_norm(20, 30, bias=True)
    (600, 630)
    """
    return _weights(inputs, outputs, bias=bias)


def parameters_with_one_pair(inputs: int, outputs: int, *, bias: bool = False) -> int:
    """MISTAKE: one gamma and one beta for the whole layer.

    Args:
        inputs: inputs of the layer, at least 1.
        outputs: outputs of the layer, at least 1.
        bias: whether the dense layer has a bias.

    Raises:
        ValueError: `inputs` or `outputs` is not a whole number of at least 1.

    >>> parameters_with_one_pair(20, 30), parameters_with_one_pair(20, 30, bias=True)
    (602, 632)
    """
    return _weights(inputs, outputs, bias=bias) + 2


def parameters_of_batch_norm_only(outputs: int) -> int:
    """MISTAKE: the weights of the dense layer are left out.

    Args:
        outputs: outputs of the layer, at least 1.

    Raises:
        ValueError: `outputs` is not a whole number of at least 1.

    >>> parameters_of_batch_norm_only(30)
    60
    """
    return dense_layer_parameters(1, outputs) - outputs


def statements() -> dict[str, bool]:
    """Which of the four statements on batch normalisation the instructor's key holds true.

    In their order: one batch is processed faster; layers are coupled less; outputs are more alike
    across dimensions; weights may be initialised close to zero.

    Source: Ioffe and Szegedy, *Batch Normalization* (2015), sections 1, 3.1 and 3.3; the key of
    the instructor for the last one.

    >>> statements()
    {'a': False, 'b': True, 'c': True, 'd': False}
    """
    return {"a": False, "b": True, "c": True, "d": False}
