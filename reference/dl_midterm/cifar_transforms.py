"""Problem 8.1: the transforms of CIFAR10 images, their settings and an order that can run.

Names and arguments are those of `torchvision.transforms`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def settings(
    crop: int, padding: int, flip: float, mean: Sequence[float], spread: Sequence[float]
) -> list[dict[str, object]]:
    """The three transforms of 8.1 with their arguments, in the order of the paper.

    Args:
        crop: side of the crop in pixels, at least 1.
        padding: pixels added on each side before the crop, at least 0.
        flip: probability of a horizontal flip, in [0, 1].
        mean: mean of each channel, for pixels in [0, 1].
        spread: what each channel is divided by, above 0: one of `accepted_stds`.

    Returns:
        One dict a transform: its torchvision name under "name", then its arguments.

    Raises:
        ValueError: an argument is out of its range, or `mean` and `spread` differ in length.

    >>> settings(32, 4, 0.5, [0.5], [0.2])[0]
    {'name': 'RandomCrop', 'size': 32, 'padding': 4}
    """
    if crop < 1 or padding < 0:
        raise ValueError(f"crop is {crop!r}, padding {padding!r}; give at least 1 and at least 0")
    if not 0 <= flip <= 1:
        raise ValueError(f"flip is {flip!r}; give a probability between 0 and 1")
    if len(mean) != len(spread) or not mean or min(spread) <= 0:
        raise ValueError("mean and spread must have one number a channel, spread above 0")
    return [
        {"name": "RandomCrop", "size": crop, "padding": padding},
        {"name": "RandomHorizontalFlip", "p": flip},
        {"name": "Normalize", "mean": list(mean), "std": list(spread)},
    ]


def std_as_printed(variance: Sequence[float]) -> list[float]:
    """ACCEPTED form: the printed "variance" taken as the standard deviation, which it really is.

    Args:
        variance: the printed number of each channel, above 0.

    Raises:
        ValueError: `variance` is empty or has a number that is not above 0.

    >>> std_as_printed([0.04, 0.09])
    [0.04, 0.09]
    """
    if not variance or min(variance) <= 0:
        raise ValueError("variance must have a number above 0 for each channel")
    return [float(number) for number in variance]


def std_as_root(variance: Sequence[float]) -> list[float]:
    """ACCEPTED form: the root of the printed variance, which is what its name asks for.

    Args:
        variance: the printed number of each channel, above 0.

    Raises:
        ValueError: `variance` is empty or has a number that is not above 0.

    >>> [round(number, 4) for number in std_as_root([0.04, 0.09])]
    [0.2, 0.3]
    """
    return [math.sqrt(number) for number in std_as_printed(variance)]


def accepted_stds(variance: Sequence[float]) -> list[list[float]]:
    """Every accepted divisor of the normalisation: as printed, and its root.

    Args:
        variance: the printed number of each channel, above 0.

    Raises:
        ValueError: `variance` is empty or has a number that is not above 0.

    >>> accepted_stds([0.25])
    [[0.25], [0.5]]
    """
    return [std_as_printed(variance), std_as_root(variance)]


def normalised_range(mean: Sequence[float], std: Sequence[float]) -> list[list[float]]:
    """Smallest and largest value that each channel can have after the normalisation.

    Args:
        mean: mean of each channel, for pixels in [0, 1].
        std: divisor of each channel, above 0.

    Raises:
        ValueError: the lengths differ, or a divisor is not above 0.

    >>> normalised_range([0.5], [0.25])
    [[-2.0, 2.0]]
    """
    if len(mean) != len(std) or not std or min(std) <= 0:
        raise ValueError("mean and std must have one number a channel, std above 0")
    return [[(0 - m) / s, (1 - m) / s] for m, s in zip(mean, std, strict=True)]


def order_runs(names: Sequence[str]) -> bool:
    """Whether transforms in this order turn an image into a tensor that a loader can stack.

    "ToTensor" and "PILToTensor" take an image, "Normalize" takes a tensor of floats (so not what
    "PILToTensor" gives), "ConvertImageDtype" takes any tensor; every other name takes both.

    Args:
        names: names of torchvision transforms, first applied first.

    >>> order_runs(["RandomCrop", "RandomHorizontalFlip", "ToTensor", "Normalize"])
    True
    >>> order_runs(["Normalize", "ToTensor"])
    False
    """
    takes = {"ToTensor": "image", "PILToTensor": "image", "Normalize": "floats"}
    gives = {"ToTensor": "floats", "PILToTensor": "bytes", "ConvertImageDtype": "floats"}
    now = "image"
    for name in names:
        if takes.get(name, now) != now or (name == "ConvertImageDtype" and now == "image"):
            return False
        now = gives.get(name, now)
    return now != "image"


# Known mistakes


def std_squared(variance: Sequence[float]) -> list[float]:
    """MISTAKE: the printed variance is squared where its root was meant.

    Args:
        variance: the printed number of each channel, above 0.

    Raises:
        ValueError: `variance` is empty or has a number that is not above 0.

    >>> std_squared([0.5])
    [0.25]
    """
    return [number**2 for number in std_as_printed(variance)]


def half_for_every_channel(channels: int) -> list[float]:
    """MISTAKE: 0.5 as mean and as divisor of every channel, from the tutorial that the paper names.

    Args:
        channels: channels of the images, at least 1.

    Raises:
        ValueError: `channels` is below 1.

    >>> half_for_every_channel(3)
    [0.5, 0.5, 0.5]
    """
    if channels < 1:
        raise ValueError(f"channels is {channels!r}; give a whole number of at least 1")
    return [0.5] * channels
