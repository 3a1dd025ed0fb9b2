"""Arrays and tensors of numbers: shape, type of the elements, finite or not, and the values.

    compare: {kind: array, absolute: 1e-6, relative: 1e-4}
    compare: {kind: array, up_to: column-sign}        # eigenvectors
    compare: {kind: array, up_to: labels, credit: share}   # clusters

A numpy array, a tensor, nested lists, or their text: ``[[1, 2], [3, 4]]``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, ClassVar, Literal

import numpy as np

from grader.compare import comparators
from grader.compare._array_freedom import Turned, UpTo, turned
from grader.compare._array_gaps import Closeness, Combine, Gaps, gaps
from grader.compare._array_misses import is_permuted, miss_of
from grader.compare._array_reading import Taken, take
from grader.compare._array_telling import by_count, by_dtype, by_shape, by_values, written
from grader.compare._array_text import NoArray
from grader.model import Verdict, invalid, unsure, unusable
from grader.notation.options import check_choices

_ABSOLUTE, _RELATIVE = 1e-12, 1e-9
"""What rounding explains: of the largest element expected, and of each element's own size."""
_DIGITS = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float32": 2.0**-23}
"""Spacing of the numbers next to 1 in types of fewer digits than Python's own."""


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Array:
    """Every element has to be near the truth's; how memory holds them does not matter.

    >>> Array(absolute=0.1).compare("[[1, 2], [3, 4.5]]", [[1, 2], [3, 4]]).reason
    '1 of 4 elements is out; the greatest difference is 0.5, at [1, 1]'
    """

    absolute: float | None = None
    """The allowed difference. Where neither tolerance is given, floats may differ by 1e-8 or a
    part of 1e-5, and integers not at all; where one is given, the other is 0."""
    relative: float | None = None
    """The allowed difference as a part of the expected element's size."""
    combine: Combine = "either"
    """``either`` tolerance is enough, ``all`` are needed, or their ``sum`` counts, as in numpy."""
    nan: Literal["never", "same-place"] = "never"
    """Whether NaN is right where NaN is expected."""
    infinities: Literal["equal", "never"] = "equal"
    """Whether an infinity is right where the same one is expected."""
    dtype: Literal["any", "kind", "exact"] = "any"
    """Whether the elements' type matters: not, its kind (integer, float, complex), or its name.
    Truth values are never numbers."""
    shape: Literal["exact", "broadcast", "squeeze"] = "exact"
    """``broadcast``: the answer may be spread to the shape; ``squeeze``: sides of 1 do not count."""
    up_to: UpTo = "nothing"
    """What is free: the ``sign`` of all, or of each column (``column-sign``), the order of rows or
    columns, the names of integer ``labels``, or a factor other than 0 (``scale``)."""
    share: float = 1.0
    """The part of the elements that has to be right for full credit."""
    credit: Literal["all", "share"] = "all"
    """What else earns: nothing, or the part of the elements that is right."""
    tell: bool = True
    """Whether the reason says how far elements are out; beside a 0 that is the value itself."""

    EXAMPLES: ClassVar[tuple[dict[str, Any], ...]] = (
        {
            "options": {"up_to": "column-sign"},
            "text": "[[1, -2], [3, -4]]",
            "truth": [[1, 2], [3, 4]],
        },
        {"options": {}, "text": "[[1, 3], [2, 4]]", "truth": [[1, 2], [3, 4]]},
        {"options": {"absolute": 0.01}, "text": "array([0.5, nan, 2.2])", "truth": [0.5, 1.0, 2.0]},
    )

    def __post_init__(self) -> None:
        """Refuse options that they cannot have."""
        check_choices(self, Array)
        for name in ("absolute", "relative"):
            size = getattr(self, name)
            if size is None:
                continue
            if isinstance(size, bool) or not isinstance(size, int | float) or not 0 <= size < 1e300:
                raise ValueError(f"'{name}' lies between 0 and 1e300; got {size!r}")
        if isinstance(self.share, bool) or not isinstance(self.share, int | float):
            raise ValueError("'share' is a number above 0, and at most 1")
        if not 0 < self.share <= 1:
            raise ValueError("'share' is a number above 0, and at most 1")

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the credit, and what is out: how many, how far, and where; not what is right."""
        try:
            expected = take(truth)
        except NoArray:
            return unusable("the expected value is no array of numbers")
        try:
            given = take(value)
        except NoArray as hint:
            return invalid(f"this is no array of numbers: {hint}")
        if (given.kind == "bool") != (expected.kind == "bool"):
            asked = "numbers" if given.kind == "bool" else "truth values"
            return invalid(
                f"the elements are {_KINDS[given.kind]}; {asked} are asked for", written(given)
            )
        if self._is_open(expected):
            return unsure(
                "the expected value holds what is no finite number; nothing can be equal to it"
            )
        return self._compared(given, expected)

    def _is_open(self, expected: Taken) -> bool:
        """Whether the truth holds what by these options is never right."""
        if expected.kind not in ("float", "complex"):
            return False
        if self.nan == "never" and bool(np.isnan(np.min(expected.array, initial=0))):
            return True
        return self.infinities == "never" and bool(np.isinf(expected.array).any())

    def _near(self, given: Taken, expected: Taken) -> Closeness:
        usual = self.absolute is None and self.relative is None
        floats = not {given.kind, expected.kind} <= {"int", "bool"}
        steps = _STEPS * max(_step(given), _step(expected)) if usual and floats else 0.0
        least = max(_least(given), _least(expected)) if usual and floats else 0.0
        return Closeness(
            absolute=max(max(_ABSOLUTE, steps / 1000) * _largest(expected), least)
            if usual and floats
            else self.absolute or 0.0,
            relative=max(_RELATIVE, steps) if usual and floats else self.relative or 0.0,
            combine="either"
            if (self.absolute is None) != (self.relative is None)
            else self.combine,
            same_nan=self.nan == "same-place",
            same_infinity=self.infinities == "equal",
        )

    def _compared(self, given: Taken, expected: Taken) -> Verdict:
        near = self._near(given, expected)
        one, other = self._shaped(given.array, expected.array)
        if one.shape != other.shape:
            return by_shape(given, miss_of(one, other, near) if self.up_to == "nothing" else "")
        if self.dtype != "any" and not self._same_type(given, expected):
            return by_dtype(given, exact=self.dtype == "exact")
        if self.up_to not in ("nothing", "labels") and not gaps(one, other, near).out:
            return by_values(given, Gaps(one.size), one.shape, Fraction(1), "")
        if self.up_to == "labels":
            near = Closeness(absolute=0, relative=0)
        try:
            free = turned(one, other, near, self.up_to)
        except NoArray as hint:
            return invalid(f"{hint}", written(given))
        found = gaps(free.array, other, near)
        if not found.out:
            return by_values(given, found, one.shape, Fraction(1), "")
        return self._wrong(given, expected, (one, other), free, found, near)

    def _wrong(
        self,
        given: Taken,
        expected: Taken,
        pair: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]],
        free: Turned,
        found: Gaps,
        near: Closeness,
    ) -> Verdict:
        credit = self._credit(found)
        certain = free.best or credit == 1 or (self._is_whole and free.decides)
        miss = ""
        odd = found.nans or found.infinities
        if certain and credit < 1 and self.up_to == "nothing" and not odd:
            miss = miss_of(*pair, near) or ("permuted" if is_permuted(*pair, near) else "")
        if self.up_to == "labels":
            verdict = by_count(given, found, credit)
        else:
            verdict = by_values(given, found, pair[1].shape, credit, miss, tell=self.tell)
        if self.up_to == "scale" and credit < 1 and (self.credit == "share" or self.share < 1):
            told = f"{verdict.reason}; by another factor more may be right"
            return replace(verdict, certain=False, reason=told)
        if not certain:
            return replace(
                verdict, certain=False, reason=f"{verdict.reason}; another order may be nearer"
            )
        if credit < 1 and self._is_short(given, expected, free.array, pair[1], near):
            told = f"{verdict.reason}; {given.named} has no more digits"
            return replace(verdict, certain=False, credit=Fraction(1), reason=told, miss="")
        return verdict

    @property
    def _is_whole(self) -> bool:
        return self.credit == "all" and self.share == 1

    def _credit(self, found: Gaps) -> Fraction:
        right = Fraction(found.size - found.out, found.size)
        if right >= Fraction(str(self.share)):
            return Fraction(1)
        return right if self.credit == "share" else Fraction(0)

    def _shaped(
        self, one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]
    ) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        if one.shape == other.shape or self.shape == "exact":
            return one, other
        if self.shape == "squeeze":
            return one.squeeze(), other.squeeze()
        try:
            return np.broadcast_to(one, other.shape), other
        except ValueError:
            return one, other

    def _same_type(self, given: Taken, expected: Taken) -> bool:
        return (
            given.kind == expected.kind if self.dtype == "kind" else given.named == expected.named
        )

    def _is_short(
        self,
        given: Taken,
        expected: Taken,
        one: np.ndarray[Any, Any],
        other: np.ndarray[Any, Any],
        near: Closeness,
    ) -> bool:
        """Whether all that is out is lost to a type of few digits, so that a person decides."""
        digits = 4 * _DIGITS.get(given.named, 0.0)
        if not digits or digits <= 4 * _DIGITS.get(expected.named, 0.0) or digits <= near.relative:
            return False
        return not gaps(one, other, replace(near, relative=digits, combine="either")).out


_KINDS = {
    "bool": "truth values",
    "int": "integers",
    "float": "floats",
    "complex": "complex numbers",
}


_STEPS = 16
"""So many steps between neighbouring numbers of the coarser type are rounding."""


def _step(taken: Taken) -> float:
    """The relative step between neighbouring numbers of an array's type."""
    kind = taken.array.dtype
    return float(np.finfo(kind).eps) if kind.kind in "fc" else 0.0


def _least(taken: Taken) -> float:
    """The step between an array's numbers next to 0, where no relative one is left."""
    kind = taken.array.dtype
    return float(np.finfo(kind).smallest_subnormal) if kind.kind in "fc" else 0.0


def _largest(expected: Taken) -> float:
    """The largest finite size among the elements, 0 where there is none."""
    array = expected.array
    if array.dtype.kind not in "fciu" or not array.size:
        return 0.0
    with np.errstate(all="ignore"):
        largest = float(max(abs(array.max()), abs(array.min())) if array.dtype.kind != "c" else 0)
        if np.isfinite(largest) and array.dtype.kind != "c":
            return largest
        sizes = np.abs(array[np.isfinite(array)])
        largest = float(sizes.max(initial=0))
    return largest if np.isfinite(largest) else 0.0
