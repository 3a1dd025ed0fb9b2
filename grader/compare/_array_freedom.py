"""What an array is only fixed up to: a sign, a scale, an order, the names of labels.

Each freedom is one function that turns the given array as near to the truth as it allows, so that
what follows is the plain comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

import numpy as np

from grader.compare._array_gaps import Closeness, gaps
from grader.compare._array_reading import Array
from grader.compare._array_text import NoArray
from grader.compare._matching import assign

UpTo: TypeAlias = Literal[
    "nothing", "sign", "column-sign", "column-order", "row-order", "labels", "scale"
]
_MATCHED = 60
"""Rows, or labels, that are assigned so that most elements are right; more only where all are."""
_WORK = 20_000_000
_CODES = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Turned:
    """The array turned as far as is free.

    ``best``: no other way has more right elements; ``decides``: no other way is right as a whole
    where this one is not.
    """

    array: Array
    best: bool = True
    decides: bool = True


def turned(given: Array, truth: Array, near: Closeness, up_to: UpTo) -> Turned:
    """Return the given array, of the truth's shape, as near to the truth as the freedom allows.

    Raises:
        NoArray: where the elements are none that have this freedom (labels are integers).
    """
    if not given.size or up_to == "nothing":
        return Turned(given)
    with np.errstate(all="ignore"):
        return _WAYS[up_to](given, truth, near)


def _sign(given: Array, truth: Array, near: Closeness) -> Turned:
    other = negative(given)
    if gaps(given, truth, near).out <= gaps(other, truth, near).out:
        return Turned(given)
    return Turned(other)


def negative(given: Array) -> Array:
    """Return −a in a type that holds it."""
    if given.dtype.kind == "b":
        return given
    if given.dtype.kind in "iu":
        given = given.astype(np.int64 if _fits(given) else object)
    return np.asarray(-given)


def _fits(given: Array) -> bool:
    return not given.size or (int(given.min()) > -(2**63) and int(given.max()) < 2**63)


def _column_sign(given: Array, truth: Array, near: Closeness) -> Turned:
    """The sign of each column (of each vector, for one axis) by its product with the truth's."""
    if given.ndim < 2:
        return _sign(given, truth, near)
    along = np.real(_scaled(given).conj() * _scaled(truth)).sum(axis=-2, keepdims=True)
    return Turned(np.where(along < 0, negative(given), given))


def _scaled(array: Array) -> Array:
    """Floats of at most 1 in size, so that no product overflows."""
    array = array.astype(np.result_type(array.dtype, float) if array.dtype != object else float)
    size = np.abs(array)
    most = np.max(size, initial=0, where=np.isfinite(size))
    return array / most if most > 0 else array


def _scale(given: Array, truth: Array, near: Closeness) -> Turned:
    """Divided by the factor of least squares; a factor of 0 is none."""
    del near
    a, b = _floats(given).ravel(), _floats(truth).ravel()
    top, size = np.max(np.abs(a)), np.max(np.abs(b))
    if not (0 < top < np.inf and 0 < size < np.inf):
        return Turned(given)
    a, b = a / top, b / size
    factor = np.vdot(b, a) / np.vdot(b, b)
    if factor == 0 or not np.isfinite(factor):
        return Turned(given)
    return Turned((a / factor * size).reshape(given.shape))


def _floats(array: Array) -> Array:
    if array.dtype.kind == "c":
        return array
    try:
        return array.astype(np.float64)
    except OverflowError:
        return np.full(array.shape, np.inf)


def _row_order(given: Array, truth: Array, near: Closeness) -> Turned:
    if not given.ndim:
        return Turned(given)
    rows, right = given.reshape(len(given), -1), truth.reshape(len(truth), -1)
    order, best, decides = _order(rows, right, near)
    return Turned(given[order], best, decides)


def _column_order(given: Array, truth: Array, near: Closeness) -> Turned:
    if not given.ndim:
        return Turned(given)
    found = _row_order(np.moveaxis(given, -1, 0), np.moveaxis(truth, -1, 0), near)
    return Turned(np.moveaxis(found.array, 0, -1), found.best, found.decides)


def _order(rows: Array, right: Array, near: Closeness) -> tuple[Array, bool, bool]:
    """Which given row stands where; whether that is the best order, and whether it decides."""
    here = np.empty(len(right), dtype=np.intp)
    here[_sorted(right)] = _sorted(rows)
    if not gaps(rows[here], right, near).out:
        return here, True, True
    if len(rows) > _MATCHED or rows.size * len(rows) > _WORK:
        decides = _is_line(rows, right, near) or _lonely(rows, right, near)
        return here, False, decides
    weights = [
        [Fraction(rows.shape[1] - gaps(row, one, near).out) for row in rows] for one in right
    ]
    return _completed(assign(weights), len(rows)), True, True


def _is_line(rows: Array, right: Array, near: Closeness) -> bool:
    """Whether these are single real numbers: in sorted order they are right if in any order."""
    real = {rows.dtype.kind, right.dtype.kind} <= set("biuf")
    return rows.shape[1] == 1 and real and near.relative < 1 and not np.isnan(right).any()


def _lonely(rows: Array, right: Array, near: Closeness) -> bool:
    """Whether one of the first rows of the truth has no given row near it."""
    if len(rows) > 2000:
        return False
    return any(all(gaps(row, one, near).out for row in rows) for one in right[:3])


def _sorted(rows: Array) -> Array:
    if rows.dtype.kind == "O":
        keys = rows.tolist()
        return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.intp)
    return np.lexsort(rows.T[::-1]) if rows.shape[1] > 1 else np.argsort(rows[:, 0], kind="stable")


def _completed(partners: list[int | None], count: int) -> Array:
    """An order of all rows: those without a partner take the places that are left."""
    left = iter(sorted(set(range(count)) - set(partners)))
    return np.array([next(left) if at is None else at for at in partners], dtype=np.intp)


def _labels(given: Array, truth: Array, near: Closeness) -> Turned:
    """Labels renamed one to one so that most elements agree, by the table of both groupings."""
    del near
    a_names, a = coded(given)
    b_names, b = coded(truth)
    if len(a_names) * len(b_names) > _WORK:
        raise NoArray("there are more labels than can be compared")
    table = np.bincount(b * len(a_names) + a, minlength=len(a_names) * len(b_names))
    table = table.reshape(len(b_names), len(a_names))
    exact = (np.count_nonzero(table, axis=0) == 1).all() and len(a_names) == len(b_names)
    if exact and (np.count_nonzero(table, axis=1) == 1).all():
        partners: list[int | None] = list(map(int, table.argmax(axis=1)))
    elif max(table.shape) <= _MATCHED:
        partners = assign([[Fraction(int(count)) for count in row] for row in table])
    else:
        partners = []
    fresh = (
        int(b_names.max()) + 1
        if int(b_names.max()) < 2**62
        else int(b_names.min()) - len(a_names) - 1
    )
    names = np.arange(fresh, fresh + len(a_names), dtype=np.int64)
    for place, at in enumerate(partners):
        if at is not None:
            names[at] = b_names[place]
    return Turned(names[a].reshape(given.shape), best=bool(partners))


def coded(labels: Array) -> tuple[Array, Array]:
    """Return the sorted labels, and for each element the place of its label among them.

    Raises:
        NoArray: where the labels are not whole.
    """
    labels = _whole(labels).ravel()
    low = int(labels.min())
    if int(labels.max()) - low >= _CODES:
        names, codes = np.unique(labels, return_inverse=True)
        return names, codes.ravel()
    labels = labels - low
    present = np.bincount(labels) > 0
    return np.flatnonzero(present) + low, (np.cumsum(present) - 1)[labels]


def _whole(labels: Array) -> Array:
    if labels.dtype.kind in "biu" and _fits(labels):
        return labels.astype(np.int64)
    if labels.dtype.kind == "f" and (np.abs(labels) < 2**53).all() and (labels % 1 == 0).all():
        return labels.astype(np.int64)
    raise NoArray("labels are whole numbers")


_WAYS: Mapping[UpTo, Callable[[Array, Array, Closeness], Turned]] = {
    "sign": _sign,
    "column-sign": _column_sign,
    "column-order": _column_order,
    "row-order": _row_order,
    "labels": _labels,
    "scale": _scale,
}
