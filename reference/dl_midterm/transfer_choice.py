"""Which of two ways of reusing a pretrained network did better, by what the runs printed.

A run arrives as ``{"log": {"final": {metric: value}, "best_accuracy": value}}``; None where there
is none. Accuracy on data that were not trained on counts before any other.

Source: Yosinski et al., *How transferable are features in deep neural networks?* (2014): early
layers are general, late ones specific, so that which way wins depends on data and training.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

ALIKE = 0.002
"""Accuracies that differ by less do not tell."""

HEAD_AT_MOST = 0.1
"""A head has fewer parameters than this share of the base that it stands on."""

_METRICS = ("test_accuracy", "val_accuracy", "accuracy")


def accuracy(run: Any) -> float | None:
    """Accuracy in [0, 1] that a run ended with, or its best one; None where it printed none.

    >>> accuracy({"log": {"final": {"val_accuracy": 0.97, "accuracy": 0.99}}}), accuracy(None)
    (0.97, None)
    """
    log = run.get("log") if isinstance(run, Mapping) else None
    if not isinstance(log, Mapping):
        return None
    final = log.get("final")
    shown = [final.get(name) for name in _METRICS] if isinstance(final, Mapping) else []
    for value in (*shown, log.get("best_accuracy")):
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
    return None


def better(first: Any, second: Any) -> list[str] | None:
    """Names of the approaches that may rightly be called better: "first", "second", or both.

    Args:
        first: the run with the whole base frozen.
        second: the run with only its first layers frozen.

    Returns:
        Both names where the runs are alike; None where a run printed no accuracy.

    >>> run = {"log": {"best_accuracy": 0.95}}
    >>> better(run, {"log": {"best_accuracy": 0.99}}), better(run, run), better(run, None)
    (['second'], ['first', 'second'], None)
    """
    one, two = accuracy(first), accuracy(second)
    if one is None or two is None:
        return None
    if abs(one - two) < ALIKE:
        return ["first", "second"]
    return ["first"] if one > two else ["second"]


def unfrozen_first(first: Any, second: Any) -> dict[str, Any]:
    """Trainable parameters of a first run that froze nothing, though its base should be frozen.

    Args:
        first: the run with the whole base frozen.
        second: the other run; it is not looked at.

    Raises:
        ValueError: the first run froze something, or printed no parameters.

    >>> run = {"log": {"params": {"trainable": 7, "non_trainable": 0}}}
    >>> unfrozen_first(run, None)
    {'trainable': 7}
    """
    del second
    trainable, frozen = _parameters(first)
    if frozen != 0:
        raise ValueError("the first run froze something; there is nothing to say of it")
    return {"trainable": trainable}


def exchanged(first: Any, second: Any) -> dict[str, Any]:
    """Trainable parameters of two runs of which only the second froze its base.

    Args:
        first: the run with the whole base frozen.
        second: the run with only its first layers frozen.

    Raises:
        ValueError: the first run froze something, or the second did not leave its head alone
            to be trained, or one of them printed no parameters.

    >>> free = {"log": {"params": {"trainable": 1000, "non_trainable": 0}}}
    >>> fixed = {"log": {"params": {"trainable": 10, "non_trainable": 990}}}
    >>> exchanged(free, fixed)
    {'first': 1000, 'second': 10}
    """
    one = unfrozen_first(first, second)["trainable"]
    trainable, frozen = _parameters(second)
    if trainable >= HEAD_AT_MOST * frozen:
        raise ValueError("the second run trains more than a head; the two are not exchanged")
    return {"first": one, "second": trainable}


def _parameters(run: Any) -> tuple[int, int]:
    log = run.get("log") if isinstance(run, Mapping) else None
    params = log.get("params") if isinstance(log, Mapping) else None
    shown = params if isinstance(params, Mapping) else {}
    trainable, frozen = shown.get("trainable"), shown.get("non_trainable")
    if not (isinstance(trainable, int) and isinstance(frozen, int) and min(trainable, frozen) >= 0):
        raise ValueError("a run printed no parameters; give one whose summary is shown")
    return trainable, frozen
