"""Kinds of wrong arrays: what turns all elements into the right ones, where that is certain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from grader.compare._array_freedom import negative
from grader.compare._array_gaps import Closeness, gaps
from grader.compare._array_reading import Array

_MOST = 2_000_000
_SAMPLE = 64


def miss_of(given: Array, truth: Array, near: Closeness) -> str:
    """Return the kind of miss of a wrong array, one of ``MISSES``, or "" where none is certain.

    Arrays of truth values have none: their negation is no slip of a sign.

    >>> near = Closeness(absolute=1e-9, relative=1e-9)
    >>> miss_of(np.array([1.0, 4.0]), np.array([1.0, 2.0]), near)
    'squared'
    """
    if not 1 < truth.size <= _MOST or "b" in (given.dtype.kind, truth.dtype.kind):
        return ""
    near = replace(near, same_nan=False)
    with np.errstate(all="ignore"):
        if given.shape != truth.shape:
            turned = given.ndim > 1 and given.shape == truth.shape[::-1]
            return "shape-transposed" if turned and _alike(given.T, truth, near) else ""
        if given.ndim > 1 and given.shape == given.shape[::-1] and _alike(given.T, truth, near):
            return "shape-transposed"
        if _alike(given[::-1], truth, near):
            return "order-reversed"
        turns = _turns(given)
        return next((name for name, turn in turns if _alike(given, truth, near, turn)), "")


_Turn = Callable[[Array], Array]


def _turns(given: Array) -> Iterator[tuple[str, _Turn]]:
    """Kinds of misses, and what undoes them element by element."""
    yield "sign", negative
    if given.dtype.kind == "O":
        return
    yield "off-by-one", lambda a: a.astype(np.result_type(a, np.float64)) - 1
    yield "off-by-one", lambda a: a.astype(np.result_type(a, np.float64)) + 1
    for power in (2, -2):
        yield "factor-hundred", _times(10.0**power)
    for power in (1, -1, 3, -3, 6, -6):
        yield "factor-ten", _times(10.0**power)
    if given.dtype.kind != "c":
        yield "squared", lambda a: np.sqrt(a.astype(np.float64))
    yield "rooted", lambda a: np.square(a.astype(np.result_type(a, np.float64)))


def _times(factor: float) -> _Turn:
    return lambda a: np.asarray(a * factor)


def _alike(given: Array, truth: Array, near: Closeness, turn: _Turn = np.asarray) -> bool:
    """Whether the turned array is right; most are known to be wrong by their first elements."""
    part = (slice(0, _SAMPLE),) + (slice(0, 2),) * (truth.ndim - 1)
    if gaps(turn(given[part]), truth[part], near).out:
        return False
    return not gaps(turn(given), truth, near).out


def is_permuted(given: Array, truth: Array, near: Closeness) -> bool:
    """Whether all elements are right, but stand elsewhere."""
    if given.size > _MOST // 10 or {given.dtype.kind, truth.dtype.kind} & set("bcO"):
        return False
    return not gaps(np.sort(given, axis=None), np.sort(truth, axis=None), near).out
