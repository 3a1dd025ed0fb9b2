"""Reading training curves: early stopping by generalisation loss, and learning-rate decay.

The curves of the paper are the instructor's: an instructor who has the validation errors, or the
learning rates, computes the letters with these functions. Epochs are positions in the list, from 0.

Source: Prechelt, "Early Stopping - But When?" (1998), section 2.2: GL(t) = 100 (E(t)/E_opt(t) - 1),
and the criterion GL_alpha: stop after the first epoch t with GL(t) > alpha.
"""

import math
from collections.abc import Mapping, Sequence


def generalization_loss(errors: Sequence[float]) -> list[float]:
    """Generalisation loss after each epoch, in percent above the smallest error so far.

    Args:
        errors: validation error after each epoch, above zero, in any unit.

    Returns:
        One number per epoch, never negative; 0 at each new minimum.

    Raises:
        ValueError: no errors, or one that is not finite and above zero.

    Source: Prechelt (1998), section 2.2.

    >>> generalization_loss([2.0, 1.0, 1.5])
    [0.0, 0.0, 50.0]
    """
    values = _errors(errors)
    return [100 * (value / min(values[: t + 1]) - 1) for t, value in enumerate(values)]


def stop_epoch(errors: Sequence[float], threshold: float) -> int | None:
    """First epoch whose generalisation loss exceeds the threshold; None if none does.

    Args:
        errors: validation error after each epoch, above zero.
        threshold: in percent, not negative.

    Raises:
        ValueError: as `generalization_loss`, or a negative threshold.

    Source: Prechelt (1998), criterion GL_alpha.

    >>> stop_epoch([2.0, 1.0, 1.2, 1.5], 30)
    3
    """
    return _first_above(generalization_loss(errors), threshold)


def best_epoch(errors: Sequence[float]) -> int:
    """Epoch of the smallest validation error; the earliest one where several share it.

    Raises:
        ValueError: as `generalization_loss`.

    >>> best_epoch([2.0, 1.0, 1.2, 1.5])
    1
    """
    values = _errors(errors)
    return values.index(min(values))


def overfitting_onset(errors: Sequence[float]) -> int | None:
    """First epoch after which the error never again is as small as its minimum; None if none.

    The epoch where overfitting starts, as seen by one who knows the whole curve.

    Raises:
        ValueError: as `generalization_loss`.

    >>> overfitting_onset([2.0, 1.0, 1.2, 1.0, 1.5])
    4
    """
    values = _errors(errors)
    after = len(values) - values[::-1].index(min(values))
    return after if after < len(values) else None


def overfitting_detected(errors: Sequence[float], threshold: float) -> int | None:
    """First epoch past the best one where the generalisation loss exceeds the threshold.

    Equals `stop_epoch` exactly where the criterion did not fire too early, on a bump.

    Raises:
        ValueError: as `stop_epoch`.

    >>> overfitting_detected([2.0, 1.5, 2.1, 1.0, 1.2, 1.5], 30)
    5
    """
    loss = generalization_loss(errors)
    best = best_epoch(errors)
    found = _first_above(loss[best:], threshold)
    return None if found is None else best + found


def stops_too_early(errors: Sequence[float], threshold: float) -> bool:
    """Whether the criterion fires before the best epoch.

    Raises:
        ValueError: as `stop_epoch`.

    >>> stops_too_early([2.0, 1.5, 2.1, 1.0, 1.2, 1.5], 30)
    True
    """
    stop = stop_epoch(errors, threshold)
    return stop is not None and stop < best_epoch(errors)


def letter_at(epoch: int | None, marks: Mapping[str, int]) -> str:
    """Letter of the marked epoch that is nearest to the given one.

    Args:
        epoch: an answer of the functions above.
        marks: letter -> epoch, as marked in the plot.

    Raises:
        ValueError: no epoch, no marks, or two marks equally near.

    >>> letter_at(19, {"A": 5, "B": 20})
    'B'
    """
    if epoch is None:
        raise ValueError("there is no such epoch on this curve; check the errors and the threshold")
    if not marks:
        raise ValueError("no marks; give a letter and an epoch for each")
    gaps = {letter: abs(at - epoch) for letter, at in marks.items()}
    near = [letter for letter, gap in gaps.items() if gap == min(gaps.values())]
    if len(near) > 1:
        raise ValueError(f"epoch {epoch} is equally near to {' and '.join(near)}; move a mark")
    return near[0]


# Known mistakes: early stopping.


def generalization_loss_as_printed(errors: Sequence[float]) -> list[float]:
    """MISTAKE: the printed formula by rules of precedence, 100 E/E_opt - 1: 99 too much.

    >>> generalization_loss_as_printed([2.0, 1.0, 1.5])
    [99.0, 99.0, 149.0]
    """
    return [loss + 99 for loss in generalization_loss(errors)]


def stop_epoch_as_printed(errors: Sequence[float], threshold: float) -> int | None:
    """MISTAKE: stopped by `generalization_loss_as_printed`: below 99 % at once.

    >>> stop_epoch_as_printed([2.0, 1.0, 1.2, 1.5], 30)
    0
    """
    return _first_above(generalization_loss_as_printed(errors), threshold)


def stop_epoch_absolute(errors: Sequence[float], threshold: float) -> int | None:
    """MISTAKE: the rise above the minimum was taken in the error's own unit, not relative to it.

    The threshold of p percent became a rise of p / 100.

    >>> stop_epoch_absolute([4.0, 2.0, 2.2, 2.6], 30)
    3
    """
    values = _errors(errors)
    return _first_above([100 * (e - min(values[: t + 1])) for t, e in enumerate(values)], threshold)


def stop_epoch_from_last(errors: Sequence[float], threshold: float) -> int | None:
    """MISTAKE: each error was compared with the epoch before, not with the minimum so far.

    >>> stop_epoch_from_last([2.0, 1.0, 1.2, 1.5, 3.0], 30)
    4
    """
    values = _errors(errors)
    last = [values[0], *values[:-1]]
    loss = [100 * (e / before - 1) for e, before in zip(values, last, strict=True)]
    return _first_above(loss, threshold)


def stop_epoch_from_final_minimum(errors: Sequence[float], threshold: float) -> int | None:
    """MISTAKE: errors were compared with the minimum of the whole curve, which lies ahead.

    >>> stop_epoch_from_final_minimum([2.0, 1.0, 1.2, 1.5], 30)
    0
    """
    values = _errors(errors)
    return _first_above([100 * (e / min(values) - 1) for e in values], threshold)


def best_epoch_at_first_dip(errors: Sequence[float]) -> int:
    """MISTAKE: the first local minimum was taken for the smallest error.

    >>> best_epoch_at_first_dip([2.0, 1.5, 1.6, 1.0, 1.2])
    1
    """
    rise = overfitting_at_first_rise(errors)
    return len(errors) - 1 if rise is None else rise - 1


def overfitting_at_first_rise(errors: Sequence[float]) -> int | None:
    """MISTAKE: the first rise of the validation error, a bump, was taken for overfitting.

    >>> overfitting_at_first_rise([2.0, 1.5, 1.6, 1.0, 1.2])
    2
    """
    values = _errors(errors)
    return next((t for t in range(1, len(values)) if values[t] > values[t - 1]), None)


# Learning-rate decay.


def decayed(initial: float, decay: float, updates: float) -> float:
    """Learning rate after a number of updates under time-based decay.

    Args:
        initial: learning rate before the first update, above zero.
        decay: decay per update, not negative.
        updates: updates done, not negative.

    Raises:
        ValueError: an argument out of its range.

    Source: the `decay` argument of Keras' SGD; initial / (1 + decay * updates).

    >>> decayed(0.5, 0.25, 4)
    0.25
    """
    _check_decay(initial, decay, updates)
    return initial / (1 + decay * updates)


def decay_from(initial: float, rate: float, updates: float) -> float:
    """Decay value that brings the initial learning rate down to the given one.

    Args:
        initial: learning rate before the first update.
        rate: learning rate read from a plot, above zero and at most the initial one.
        updates: updates done by then, above zero.

    Raises:
        ValueError: an argument out of its range.

    >>> decay_from(0.5, 0.25, 4)
    0.25
    """
    _check_decay(initial, 0.0, updates)
    if not 0 < rate <= initial or updates == 0:
        raise ValueError(f"rate is {rate} after {updates} updates; give one in (0, {initial}]")
    return (initial / rate - 1) / updates


def gentlest_first(decays: Sequence[float]) -> list[float]:
    """The decay values from the one that keeps the learning rate highest to the most aggressive.

    Raises:
        ValueError: a value is negative or not finite.

    >>> gentlest_first([0.1, 0.001, 0.01])
    [0.001, 0.01, 0.1]
    """
    for decay in decays:
        _check_decay(1.0, decay, 0)
    return sorted(decays)


def match_decays(
    rates: Mapping[str, float], decays: Sequence[float], initial: float, updates: float
) -> dict[str, float]:
    """Letter -> decay value, from learning rates that were read off a plot.

    Args:
        rates: letter -> learning rate after `updates` updates.
        decays: the decay values to hand out, one per letter.
        initial: learning rate before the first update.
        updates: updates done, above zero.

    Returns:
        The gentlest decay for the highest rate, and so on. Distances do not matter: order does.

    Raises:
        ValueError: not one decay per letter, equal rates, or a rate that no decay gives.

    >>> match_decays({"A": 0.01, "B": 0.09}, [0.1, 0.001], 0.1, 100)
    {'A': 0.1, 'B': 0.001}
    """
    if len(rates) != len(decays) or len(set(rates.values())) != len(rates):
        raise ValueError(f"{len(rates)} rates, {len(decays)} decays; give one each, rates distinct")
    fitted = {letter: decay_from(initial, rate, updates) for letter, rate in rates.items()}
    ranked = sorted(fitted, key=lambda letter: fitted[letter])
    handed = dict(zip(ranked, gentlest_first(decays), strict=True))
    return {letter: handed[letter] for letter in rates}


# Known mistakes: decay. They take and raise what the right function takes and raises.


def decayed_exponentially(initial: float, decay: float, updates: float) -> float:
    """MISTAKE: another schedule, initial * exp(-decay * updates).

    >>> decayed_exponentially(0.5, 0.1, 0)
    0.5
    """
    _check_decay(initial, decay, updates)
    return initial * math.exp(-decay * updates)


def decayed_linearly(initial: float, decay: float, updates: float) -> float:
    """MISTAKE: another schedule, initial * (1 - decay * updates); it even goes below zero.

    >>> decayed_linearly(0.5, 0.25, 2)
    0.25
    """
    _check_decay(initial, decay, updates)
    return initial * (1 - decay * updates)


def aggressive_first(decays: Sequence[float]) -> list[float]:
    """MISTAKE: a large decay value taken for a large learning rate; the order is reversed.

    >>> aggressive_first([0.1, 0.001, 0.01])
    [0.1, 0.01, 0.001]
    """
    return gentlest_first(decays)[::-1]


def _errors(errors: Sequence[float]) -> list[float]:
    values = list(errors)
    if not values:
        raise ValueError("no errors; give one validation error per epoch")
    for t, value in enumerate(values):
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"the error of epoch {t} is {value}; give finite ones above zero")
    return values


def _first_above(losses: Sequence[float], threshold: float) -> int | None:
    if not (math.isfinite(threshold) and threshold >= 0):
        raise ValueError(f"threshold is {threshold}; give a percentage of at least 0")
    return next((t for t, loss in enumerate(losses) if loss > threshold), None)


def _check_decay(initial: float, decay: float, updates: float) -> None:
    if not all(map(math.isfinite, (initial, decay, updates))):
        raise ValueError("initial, decay and updates must be finite numbers")
    if initial <= 0 or decay < 0 or updates < 0:
        raise ValueError(
            f"initial is {initial}, decay {decay}, updates {updates}; "
            "give an initial rate above zero, the others not negative"
        )
