"""Problems 8 and 9: how many minibatches an epoch and a whole training have."""

from __future__ import annotations

import math


def _positive(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} is {value!r}; give a whole number of at least 1")
    return value


def steps_per_epoch(images: int, batch: int) -> int:
    """Minibatches in an epoch, the last one perhaps smaller.

    Args:
        images: images in the set, at least 1.
        batch: images in a minibatch, at least 1.

    Raises:
        ValueError: an argument is not a whole number of at least 1.

    >>> steps_per_epoch(50000, 128), steps_per_epoch(10000, 100)
    (391, 100)
    """
    return -(-_positive("images", images) // _positive("batch", batch))


def steps_per_epoch_drop_last(images: int, batch: int) -> int:
    """ACCEPTED form: full minibatches in an epoch, the incomplete last one dropped.

    Args:
        images: images in the set, at least 1.
        batch: images in a minibatch, at least 1.

    Raises:
        ValueError: an argument is not a whole number of at least 1.

    >>> steps_per_epoch_drop_last(50000, 128)
    390
    """
    return _positive("images", images) // _positive("batch", batch)


def last_batch(images: int, batch: int) -> int:
    """Images in the last minibatch of an epoch.

    Args:
        images: images in the set, at least 1.
        batch: images in a minibatch, at least 1.

    Raises:
        ValueError: an argument is not a whole number of at least 1.

    >>> last_batch(50000, 128)
    80
    """
    return images - batch * (steps_per_epoch(images, batch) - 1)


def total_steps(images: int, batch: int, epochs: int) -> int:
    """Minibatches in the whole training, so losses and accuracies that 8.3 asks for.

    Args:
        images: images in the training set, at least 1.
        batch: images in a minibatch, at least 1.
        epochs: passes over the set, at least 1.

    Raises:
        ValueError: an argument is not a whole number of at least 1.

    >>> total_steps(50000, 128, 5)
    1955
    """
    return steps_per_epoch(images, batch) * _positive("epochs", epochs)


def total_steps_drop_last(images: int, batch: int, epochs: int) -> int:
    """ACCEPTED form: minibatches in the whole training, incomplete last ones dropped.

    Args:
        images: images in the training set, at least 1.
        batch: images in a minibatch, at least 1.
        epochs: passes over the set, at least 1.

    Raises:
        ValueError: an argument is not a whole number of at least 1.

    >>> total_steps_drop_last(50000, 128, 5)
    1950
    """
    return steps_per_epoch_drop_last(images, batch) * _positive("epochs", epochs)


def split_sizes(images: int, held_out: float) -> list[int]:
    """Sizes of the training and the held-out part, the latter rounded up (as scikit-learn does).

    Args:
        images: images to split, at least 2.
        held_out: fraction held out, above 0 and below 1.

    Returns:
        `[training, held out]`.

    Raises:
        ValueError: an argument is out of its range, or a part would be empty.

    >>> split_sizes(60000, 0.2)
    [48000, 12000]
    """
    kept_back = math.ceil(images * held_out) if 0 < held_out < 1 else 0
    if not 0 < kept_back < images:
        raise ValueError(f"{held_out!r} of {images!r} images held out; no part may be empty")
    return [images - kept_back, kept_back]


def steps_per_epoch_with_split(images: int, batch: int, held_out: float) -> int:
    """ACCEPTED form: minibatches in an epoch after a part was held out for validation.

    Args:
        images: images to split, at least 2.
        batch: images in a minibatch, at least 1.
        held_out: fraction held out, above 0 and below 1.

    Raises:
        ValueError: an argument is out of its range.

    >>> steps_per_epoch_with_split(60000, 32, 0.2)
    1500
    """
    return steps_per_epoch(split_sizes(images, held_out)[0], batch)


# Known mistakes


def steps_with_other_batch(images: int, other_batch: int) -> int:
    """MISTAKE: minibatches of another size (the 100 of the test set, the 4 of a tutorial).

    Args:
        images: images in the training set, at least 1.
        other_batch: the wrong size of a minibatch, at least 1.

    Raises:
        ValueError: an argument is not a whole number of at least 1.

    >>> steps_with_other_batch(50000, 100)
    500
    """
    return steps_per_epoch(images, other_batch)


def total_steps_of_reference_code(images: int, batch: int, reference_epochs: int) -> int:
    """MISTAKE: the epochs of the reference code (200) are kept.

    Args:
        images: images in the training set, at least 1.
        batch: images in a minibatch, at least 1.
        reference_epochs: epochs of the code that was copied, at least 1.

    Raises:
        ValueError: an argument is not a whole number of at least 1.

    >>> total_steps_of_reference_code(50000, 128, 200)
    78200
    """
    return total_steps(images, batch, reference_epochs)


def steps_of_test_set(test_images: int, batch: int) -> int:
    """MISTAKE: the network is trained on the test set.

    Args:
        test_images: images of the test set, at least 1.
        batch: images in a minibatch, at least 1.

    Raises:
        ValueError: an argument is not a whole number of at least 1.

    >>> steps_of_test_set(10000, 32)
    313
    """
    return steps_per_epoch(test_images, batch)
