"""How far two arrays of one shape lie apart, element by element, in one pass over both.

Memory is read once, in chunks whose temporaries stay in the cache; only chunks that hold an
element which is out, or is not finite, are looked at again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from grader.compare._array_reading import Array

CHUNK = 1 << 15
_SLACK = 4 * float(np.finfo(np.float64).eps)
"""Relative; what two decimal numbers lose by being stored as floats (100.01 − 100 > 0.01)."""
_Place: TypeAlias = Callable[[Array], Array]
"""From positions in memory to positions in C order."""
Combine: TypeAlias = Literal["either", "all", "sum"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closeness:
    """When elements are alike. Relative is to the truth: that is not symmetric, as is usual.

    ``either``: |a − b| ≤ max(absolute, relative·|b|); ``all``: ≤ the smaller of both; ``sum``: ≤
    absolute + relative·|b|, as numpy's isclose.
    """

    absolute: float
    relative: float
    combine: Combine = "either"
    same_nan: bool = False
    same_infinity: bool = True

    @property
    def exact(self) -> bool:
        """Whether only equal elements are alike."""
        if self.combine == "all":
            return not (self.absolute and self.relative)
        return not (self.absolute or self.relative)

    def allowed(self, sizes: Array, out: Array | None = None) -> Array:
        """Return the greatest allowed difference where the truth has these absolute values."""
        room = np.multiply(sizes, self.relative, out=out)
        if self.combine == "sum":
            return np.add(room, self.absolute, out=room)
        least = np.maximum if self.combine == "either" else np.minimum
        return least(room, self.absolute, out=room)


@dataclass(slots=True)
class Gaps:
    """What is out: how many elements, and of these the greatest differences with their places.

    Places are positions in the flattened array (C order); ``size`` counts all elements.
    """

    size: int
    out: int = 0
    greatest: float = -1.0
    greatest_at: int = 0
    relative: float = -1.0
    relative_at: int = 0
    nans: int = 0
    nan_at: int = 0
    infinities: int = 0
    infinity_at: int = 0

    @property
    def share(self) -> float:
        """The part of the elements that are right."""
        return 1.0 if not self.size else 1 - self.out / self.size

    def note(self, places: Array, given: Array, apart: Array, sizes: Array) -> None:
        """Add elements that are out: their places, values, differences, and sizes of the truth."""
        self.out += len(places)
        if given.dtype.kind in "fc":
            self._odd(places, given)
        if len(places):
            finite = np.where(np.isfinite(apart), apart, -1.0)
            self._measure(finite, sizes, lambda at: places[at])

    def add(self, count: int, start: int, apart: Array, sizes: Array, place: _Place) -> None:
        """Add a chunk of finite elements; the difference is 0 where one is not out."""
        self.out += count
        self._measure(apart, sizes, lambda at: place(at + start))

    def _measure(self, apart: Array, sizes: Array, place: _Place) -> None:
        """Keep the greatest differences; of equal ones the first, whatever the layout."""
        self.greatest, self.greatest_at = _most(apart, place, (self.greatest, self.greatest_at))
        sizes = sizes if sizes.min() > 0 else np.where(sizes > 0, sizes, np.inf)
        fair = np.divide(apart, sizes, out=apart)
        self.relative, self.relative_at = _most(fair, place, (self.relative, self.relative_at))

    def _odd(self, places: Array, given: Array) -> None:
        for test, count, first in (
            (np.isnan, "nans", "nan_at"),
            (np.isinf, "infinities", "infinity_at"),
        ):
            found = places[np.flatnonzero(test(given))]
            if not len(found):
                continue
            at = int(found.min())
            setattr(self, first, min(at, getattr(self, first)) if getattr(self, count) else at)
            setattr(self, count, getattr(self, count) + len(found))


def _most(sizes: Array, place: _Place, best: tuple[float, int]) -> tuple[float, int]:
    peak = sizes.max()
    most = float(peak)
    if most < best[0] or not 0 < most < math.inf:
        return best
    at = int(place(np.flatnonzero(sizes == peak)).min())
    return most, min(at, best[1]) if most == best[0] else at


def gaps(given: Array, truth: Array, near: Closeness) -> Gaps:
    """Return where two arrays of one shape differ by more than is allowed; it never warns."""
    found = Gaps(given.size)
    one, other, place = _flattened(given, truth)
    with np.errstate(all="ignore"):
        kinds = one.dtype.kind + other.dtype.kind
        if set(kinds) <= set("b"):
            _by_chunk(one, other, _unequal_truths, found, place)
        elif set(kinds) <= set("iuO"):
            one, other = _one_type(one, other)
            _by_chunk(one, other, _whole(near), found, place)
        elif near.exact and "O" in kinds + ("O" * _beyond(one, other)):
            _by_chunk(one.astype(object), other.astype(object), _objects, found, place)
        else:
            if "O" in kinds:
                one, other = _as_floats(one), _as_floats(other)
            _floats(one, other, near, found, place)
    return found


_Out: TypeAlias = tuple[Array, Array, Array]
"""Positions in a chunk that are out, their differences, and the sizes of the truth there."""


def _flattened(one: Array, other: Array) -> tuple[Array, Array, _Place]:
    """Both as rows of memory, copied only where their layouts differ, and places in C order."""
    shape = one.shape
    turned = one.ndim > 1 and not (one.flags.c_contiguous and other.flags.c_contiguous)
    if turned and one.flags.f_contiguous and other.flags.f_contiguous:
        size = range(one.ndim)

        def place(at: Array) -> Array:
            index = np.unravel_index(at, shape[::-1])
            return np.ravel_multi_index(tuple(index[axis] for axis in reversed(size)), shape)

        return one.T.reshape(-1), other.T.reshape(-1), place
    return (
        np.ascontiguousarray(one).reshape(-1),
        np.ascontiguousarray(other).reshape(-1),
        lambda at: at,
    )


def _by_chunk(
    one: Array, other: Array, out: Callable[[Array, Array], _Out], found: Gaps, place: _Place
) -> None:
    for start in range(0, one.size, CHUNK):
        x, y = one[start : start + CHUNK], other[start : start + CHUNK]
        if x.dtype.kind != "O" and np.array_equal(x, y):
            continue
        at, apart, sizes = out(x, y)
        found.note(place(at + start), x[at], apart, sizes)


def _unequal_truths(one: Array, other: Array) -> _Out:
    at = np.flatnonzero(one != other)
    nothing = np.full(len(at), -1.0)
    return at, nothing, nothing


def _whole(near: Closeness) -> Callable[[Array, Array], _Out]:
    """Exact differences of integers of one type; of int64 they need all 64 bits of a uint64."""

    def out(one: Array, other: Array) -> _Out:
        at = np.flatnonzero(one != other)
        x, y = one[at], other[at]
        apart = np.where(x > y, x - y, y - x)
        if apart.dtype == np.int64:
            apart = apart.view(np.uint64)
        far, sizes = _as_floats(apart), np.abs(_as_floats(y))
        if not near.exact:
            kept = ~(far <= near.allowed(sizes) + _SLACK * sizes)
            at, far, sizes = at[kept], far[kept], sizes[kept]
        return at, far, sizes

    return out


def _objects(one: Array, other: Array) -> _Out:
    """Integers against floats without tolerance: Python compares these exactly."""
    pairs = zip(one.tolist(), other.tolist(), strict=True)
    at = np.array([i for i, (x, y) in enumerate(pairs) if x != y], dtype=np.intp)
    sizes = np.abs(_as_floats(other[at]))
    return at, np.abs(_as_floats(one[at]) - _as_floats(other[at])), np.abs(sizes)


def _one_type(one: Array, other: Array) -> tuple[Array, Array]:
    """Integer arrays in one type that holds the values of both."""
    both = []
    for array in (one, other):
        fits = array.dtype.kind != "O" and (
            array.dtype != np.uint64 or not array.size or int(array.max()) < 2**63
        )
        both.append(array.astype(np.int64, copy=False) if fits else array)
    if both[0].dtype == both[1].dtype:
        return both[0], both[1]
    if all(a.dtype.kind != "O" and (not a.size or int(a.min()) >= 0) for a in both):
        return both[0].astype(np.uint64, copy=False), both[1].astype(np.uint64, copy=False)
    return both[0].astype(object), both[1].astype(object)


def _beyond(one: Array, other: Array) -> bool:
    """Whether an integer is too large for a float to hold it exactly."""
    return any(
        array.size > 0
        and array.dtype.kind in "iu"
        and max(int(array.max()), -int(array.min())) > 2**53
        for array in (one, other)
    )


def _as_floats(array: Array) -> Array:
    """Numbers in at least double precision's kind; integers beyond it become infinite."""
    if array.dtype.kind != "O":
        return array.astype(np.float64) if array.dtype.kind in "biu" else array
    return np.array([_float(one) for one in array.tolist()], dtype=float)


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _floats(one: Array, other: Array, near: Closeness, found: Gaps, place: _Place) -> None:
    work = np.result_type(one, other, np.float64)
    real = np.result_type(np.abs(np.zeros(1, work)))
    length = min(CHUNK, one.size)
    rows, spare = np.empty((3, length), real), np.empty(length, real)
    typed = np.empty((3, length), work)
    for start in range(0, one.size, CHUNK):
        x, y = one[start : start + CHUNK], other[start : start + CHUNK]
        d, t, sizes = rows[:, : x.size]
        x, y = _in(typed[0, : x.size], x), _in(typed[1, : x.size], y)
        if work == real:
            np.abs(np.subtract(x, y, out=d), out=d)
        else:
            np.abs(np.subtract(x, y, out=typed[2, : x.size]), out=d)
        near.allowed(np.abs(y, out=sizes), out=t)
        t -= d
        if t.min() >= 0:  # NaN, and infinity − infinity, are never
            continue
        if not math.isfinite(d.max()):
            at, far, size = _out(x, y, d, near)
            found.note(place(at + start), x[at], far, size)
            continue
        if not near.exact:
            t += np.multiply(sizes, _SLACK, out=spare[: x.size])
        out = np.less(t, 0)
        count = int(np.count_nonzero(out))
        if count:
            found.add(count, start, np.multiply(d, out, out=d), sizes, place)


def _in(room: Array, values: Array) -> Array:
    """The values in the type that is worked in; ufuncs that convert on the way are slower."""
    if values.dtype == room.dtype:
        return values
    np.copyto(room, values)
    return room


def _out(one: Array, other: Array, apart: Array, near: Closeness) -> _Out:
    """The elements of a chunk that are out, decided with care."""
    sizes = np.abs(other)
    room = near.allowed(sizes)
    if not near.exact:
        room += _SLACK * sizes
    usual = np.isfinite(one) & np.isfinite(other)
    fine = usual & (apart <= room) & np.isfinite(apart)
    wide = usual & ~np.isfinite(apart)
    if wide.any():  # the difference is beyond floats, the allowance may be too
        fine |= wide & (np.abs(one / 4 - other / 4) <= near.allowed(sizes / 4))
    if near.same_infinity:
        fine |= np.isinf(one) & (one == other)
    if near.same_nan:
        fine |= np.isnan(one) & np.isnan(other)
    at = np.flatnonzero(~fine)
    return at, apart[at], sizes[at]
