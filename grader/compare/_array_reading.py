"""Any value that stands for an array of numbers, as a plain numpy array in native byte order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import Any, TypeAlias

import numpy as np

from grader.compare._array_text import DEEPEST, NoArray, read_text
from grader.model import Number, Opaque, Series, Tensor

MOST = 200_000_000
"""Elements of an array that are compared."""
_LISTED = 2_000_000
"""Elements of nested lists that are read."""
Array: TypeAlias = np.ndarray[Any, Any]
_KINDS = {"b": "bool", "i": "int", "u": "int", "O": "int", "f": "float", "c": "complex"}
_NOT_READ = {
    "U": "texts",
    "S": "bytes",
    "M": "dates",
    "m": "spans of time",
    "V": "records of several fields; give one field",
}


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """An array of truth values, integers (``object`` where they are large), floats or complex.

    ``dtype`` is the name of the element type where it came from (``bfloat16``), "" for numbers
    that were written without one.
    """

    array: Array
    dtype: str = ""

    @property
    def kind(self) -> str:
        """One of ``bool``, ``int``, ``float``, ``complex``."""
        return _KINDS[self.array.dtype.kind]

    @property
    def named(self) -> str:
        """The element type, for messages and for ``dtype: exact``."""
        return self.dtype or (
            "int" if self.array.dtype.kind == "O" else str(self.array.dtype.newbyteorder("="))
        )


def take(value: Any) -> Taken:
    """Return the array that a value stands for: array, tensor, nested lists, text or one number.

    Raises:
        NoArray: with a hint, for any other value.

    >>> take([[1, 2], [3, 4]]).array.shape, take("[0.5 1]").kind
    ((2, 2), 'float')
    """
    if isinstance(value, Series):
        value = value.data
    if isinstance(value, Tensor):
        return Taken(_checked(value.array), value.dtype)
    if isinstance(value, np.ndarray | np.generic):
        found = _checked(value)
        return Taken(found, "" if found.dtype.kind == "O" else found.dtype.name)
    if isinstance(value, str):
        nested, dtype = read_text(value)
        return Taken(_listed(nested), dtype)
    if isinstance(value, Opaque):
        raise NoArray(f"a value of type {value.type[:60]} is no array")
    if isinstance(value, list | tuple | bool | int | float | complex | Fraction | Number):
        return Taken(_listed(value))
    raise NoArray("nothing is given" if value is None else f"a {type(value).__name__} is no array")


def _checked(value: Any) -> Array:
    if isinstance(value, np.ma.MaskedArray):
        raise NoArray("some elements may be masked; fill them first, or give the data alone")
    array = np.asarray(value)
    kind = array.dtype.kind
    if array.size > MOST:
        raise NoArray(f"more than {MOST:,} elements are given")
    if kind in _NOT_READ:
        raise NoArray(f"the elements are {_NOT_READ[kind]}, not numbers")
    if kind == "O":
        if array.size > _LISTED or not all(type(one) is int for one in array.ravel().tolist()):
            raise NoArray(
                "the elements are objects, not numbers; convert them to a type of numbers"
            )
        return _listed(array.tolist())
    if kind not in _KINDS:
        raise NoArray(f"the elements are of type {str(array.dtype)[:60]}, not numbers")
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _listed(value: Any) -> Array:
    """Nested lists as an array; every level has lists of one length."""
    shape: list[int] = []
    level: Sequence[Any] = [_unboxed(value)]
    while level and any(isinstance(one, list | tuple) for one in level):
        if not all(isinstance(one, list | tuple) for one in level):
            raise NoArray("numbers and lists are mixed on one level")
        sizes = {len(one) for one in level}
        if len(sizes) > 1:
            raise NoArray("the rows have different lengths: " + _few(sizes))
        if len(shape) == DEEPEST:
            raise NoArray(f"the lists are nested more than {DEEPEST} deep")
        (size,) = sizes
        if size * len(level) > _LISTED:
            raise NoArray(f"more than {_LISTED:,} elements are given")
        shape.append(size)
        level = [_unboxed(one) for one in chain.from_iterable(level)]
    return _typed(level).reshape(shape)


def _few(sizes: set[int]) -> str:
    told = sorted(sizes)
    return ", ".join(map(str, told[:4])) + (", …" if len(told) > 4 else "")


def _unboxed(value: Any) -> Any:
    """A plain number or list; what is no number is refused later, by its type."""
    if type(value) in (int, float, list):
        return value
    if isinstance(value, Tensor):
        value = value.array
    if isinstance(value, np.ndarray | np.generic):
        return _checked(value).tolist()
    if isinstance(value, Number):
        value = value.value
    if isinstance(value, Fraction):
        try:
            return int(value) if value.denominator == 1 else float(value)
        except OverflowError as error:
            raise NoArray("a number is larger than a float can be") from error
    return value


def _typed(flat: Sequence[Any]) -> Array:
    kinds = set(map(type, flat))
    if not kinds:
        return np.zeros(0)
    if kinds == {bool}:
        return np.array(flat, dtype=bool)
    if bool in kinds:
        raise NoArray("truth values and numbers are mixed")
    other = kinds - {int, float, complex}
    if other:
        name = min(kind.__name__ for kind in other)
        raise NoArray(
            f"an element is {'missing' if name == 'NoneType' else f'a {name}'}, no number"
        )
    if kinds == {int}:
        return _whole(flat)
    try:
        return np.array(flat, dtype=complex if complex in kinds else float)
    except OverflowError as error:
        raise NoArray("a number is larger than a float can be") from error


def _whole(flat: Sequence[int]) -> Array:
    """Integers in the smallest of int64, uint64 and Python's own that holds all of them."""
    low, high = min(flat), max(flat)
    if low >= -(2**63) and high < 2**63:
        return np.array(flat, dtype=np.int64)
    if low >= 0 and high < 2**64:
        return np.array(flat, dtype=np.uint64)
    array = np.empty(len(flat), dtype=object)
    array[:] = flat
    return array
