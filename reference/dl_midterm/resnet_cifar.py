"""Problem 8: ResNet-18 on CIFAR10, its parameters and its level of chance.

Source of the architecture: He et al., "Deep Residual Learning for Image Recognition" (2015),
table 1 (stages and blocks), section 3.3 (projection shortcuts, option B) and section 4.2 (the
smaller networks for CIFAR10). Convolutions have no bias; batch normalisation follows each.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

#: Filters of the four stages (He et al. 2015, table 1).
STAGE_FILTERS = (64, 128, 256, 512)
#: Basic blocks a stage (He et al. 2015, table 1, columns "18-layer" and "34-layer").
BLOCKS_OF_18 = (2, 2, 2, 2)
BLOCKS_OF_34 = (3, 4, 6, 3)
#: Filters of the three stages of the networks for CIFAR10 (He et al. 2015, section 4.2).
SMALL_STAGE_FILTERS = (16, 32, 64)


def _positive(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} is {value!r}; give a whole number of at least 1")
    return value


def _stages(filters: Sequence[int], blocks: Sequence[int], norm: int, *, projections: bool) -> int:
    """Parameters of all stages; `norm` is how many each channel's batch normalisation has."""
    total, inputs = 0, filters[0]
    for outputs, count in zip(filters, blocks, strict=True):
        for _ in range(count):
            total += 9 * inputs * outputs + 9 * outputs * outputs + 2 * norm * outputs
            if projections and inputs != outputs:
                total += inputs * outputs + norm * outputs
            inputs = outputs
    return total


def _resnet(
    classes: int,
    stem_kernel: int,
    blocks: Sequence[int] = BLOCKS_OF_18,
    norm: int = 2,
    *,
    projections: bool = True,
) -> int:
    _positive("classes", classes)
    first, last = STAGE_FILTERS[0], STAGE_FILTERS[-1]
    stem = stem_kernel**2 * 3 * first + norm * first
    return (
        stem + _stages(STAGE_FILTERS, blocks, norm, projections=projections) + (last + 1) * classes
    )


def cifar_parameters(classes: int) -> int:
    """Trainable parameters of ResNet-18 with the 3x3 stem that is usual for 32x32 images.

    Args:
        classes: outputs of the head, at least 1.

    Raises:
        ValueError: `classes` is not a whole number of at least 1.

    Source: He et al. 2015, table 1, with a 3x3 stem in place of the 7x7 one.

    >>> cifar_parameters(10)
    11173962
    """
    return _resnet(classes, stem_kernel=3)


def torchvision_parameters(classes: int) -> int:
    """ACCEPTED form: trainable parameters of ResNet-18 with its 7x7 stem and a head of `classes`.

    Args:
        classes: outputs of the head, at least 1.

    Raises:
        ValueError: `classes` is not a whole number of at least 1.

    Source: He et al. 2015, table 1, column "18-layer".

    >>> torchvision_parameters(10)
    11181642
    """
    return _resnet(classes, stem_kernel=7)


def chance_loss(classes: int) -> float:
    """Cross-entropy (nats) of giving every class the same probability; training must fall below.

    Args:
        classes: number of classes, at least 1.

    Raises:
        ValueError: `classes` is not a whole number of at least 1.

    >>> round(chance_loss(10), 4)
    2.3026
    """
    return math.log(_positive("classes", classes))


def chance_accuracy(classes: int) -> float:
    """Accuracy, in [0, 1], of guessing among balanced classes.

    Args:
        classes: number of classes, at least 1.

    Raises:
        ValueError: `classes` is not a whole number of at least 1.

    >>> chance_accuracy(10)
    0.1
    """
    return 1 / _positive("classes", classes)


# Known mistakes


def cifar_parameters_with_other_head(head: int) -> int:
    """MISTAKE: the 3x3-stem form keeps a head of another size than there are classes.

    Args:
        head: outputs of the wrong head (1000 from ImageNet), at least 1.

    Raises:
        ValueError: `head` is not a whole number of at least 1.

    >>> cifar_parameters_with_other_head(1000)
    11681832
    """
    return cifar_parameters(head)


def torchvision_parameters_with_other_head(head: int) -> int:
    """MISTAKE: torchvision's form keeps a head of another size than there are classes.

    Args:
        head: outputs of the wrong head (1000 from ImageNet), at least 1.

    Raises:
        ValueError: `head` is not a whole number of at least 1.

    >>> torchvision_parameters_with_other_head(1000)
    11689512
    """
    return torchvision_parameters(head)


def parameters_without_batch_norm(classes: int) -> int:
    """MISTAKE: the scale and shift of batch normalisation are not counted (3x3 stem).

    Args:
        classes: outputs of the head, at least 1.

    Raises:
        ValueError: `classes` is not a whole number of at least 1.

    >>> parameters_without_batch_norm(10)
    11164362
    """
    return _resnet(classes, stem_kernel=3, norm=0)


def parameters_without_projections(classes: int) -> int:
    """MISTAKE: the 1x1 convolutions of the shortcuts are left out (3x3 stem).

    Args:
        classes: outputs of the head, at least 1.

    Raises:
        ValueError: `classes` is not a whole number of at least 1.

    >>> parameters_without_projections(10)
    11000138
    """
    return _resnet(classes, stem_kernel=3, projections=False)


def parameters_of_34_layers(classes: int) -> int:
    """MISTAKE: ResNet-34 in place of ResNet-18 (3x3 stem).

    Args:
        classes: outputs of the head, at least 1.

    Raises:
        ValueError: `classes` is not a whole number of at least 1.

    >>> parameters_of_34_layers(10)
    21282122
    """
    return _resnet(classes, stem_kernel=3, blocks=BLOCKS_OF_34)


def parameters_of_small_network(blocks: int, classes: int) -> int:
    """MISTAKE: the 6n+2-layer network of section 4.2 (ResNet-20 for n = 3) in place of ResNet-18.

    Args:
        blocks: basic blocks a stage (the n of 6n+2), at least 1.
        classes: outputs of the head, at least 1.

    Raises:
        ValueError: an argument is not a whole number of at least 1.

    Source: He et al. 2015, section 4.2, shortcuts without parameters (option A).

    >>> parameters_of_small_network(3, 10)
    269722
    """
    count, first = _positive("blocks", blocks), SMALL_STAGE_FILTERS[0]
    stages = _stages(SMALL_STAGE_FILTERS, [count] * 3, norm=2, projections=False)
    head = (SMALL_STAGE_FILTERS[-1] + 1) * _positive("classes", classes)
    return 27 * first + 2 * first + stages + head


def loss_floor_of_double_softmax(classes: int) -> float:
    """MISTAKE: softmax before a loss that applies it again; the loss then cannot go below this.

    A perfect first softmax gives 1 for the class and 0 else, so the second gives e / (e + n - 1).

    Args:
        classes: number of classes, at least 1.

    Raises:
        ValueError: `classes` is not a whole number of at least 1.

    >>> round(loss_floor_of_double_softmax(10), 4)
    1.4612
    """
    return math.log(math.e + _positive("classes", classes) - 1) - 1
