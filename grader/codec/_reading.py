"""Tagged data as values: a closed table, by exact type, with bounds on all that is made."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from grader.codec import _arrays
from grader.codec._bounds import BARE, NotPlain, unlike, whole
from grader.model import Frame, Opaque, Series, Tensor

Words: TypeAlias = Mapping[str, Callable[[dict[str, Any]], Any]]
"""Further words that a reader takes: what makes one from its fields."""
_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_SIMPLE = (bool, int, float, str, complex, bytes, type(None))


class Reader:
    """Makes values of data that was parsed from JSON, whoever sent it.

    ``words`` are accepted beside the tags of values; without any, integers follow the rule of
    messages as well.
    """

    def __init__(self, *, depth: int, words: Words | None = None) -> None:
        """Read up to a depth, and words if there are any."""
        self._depth = depth
        self._words = words
        self._tags: dict[str, Callable[[dict[str, Any], int], Any]] = {
            "int": lambda data, _: whole(_only(data)),
            "float": lambda data, _: _float(data),
            "bytes": lambda data, _: _arrays.bytes_of(_only(data)),
            "complex": self._complex,
            "tuple": lambda data, depth: tuple(self._items(_only(data), depth)),
            "dict": self._dict,
            "array": lambda data, _: _arrays.make(*_fields(data, "dtype", "shape", "of")),
            "scalar": lambda data, _: _scalar(data),
            "objects": self._objects,
            "frame": self._frame,
            "series": self._series,
            "tensor": lambda data, _: _tensor(data),
            "other": lambda data, _: _opaque(data),
        }

    def value(self, data: Any, depth: int = 0) -> Any:
        """Return the value that the data stands for.

        Raises:
            NotPlain: when a tag is unknown, its fields are wrong, or it is nested too deeply.
        """
        kind = type(data)
        if kind is int and self._words is None and not -BARE < data < BARE:
            raise NotPlain("a number in a message is too large to stand bare")
        if kind is float and not math.isfinite(data):
            raise NotPlain("a number is too large")
        if kind is list:
            return self._items(data, depth)
        if kind is not dict:
            return data
        self._check(depth)
        if "$" not in data:
            return {key: self.value(item, depth + 1) for key, item in data.items()}
        tag = data["$"]
        make = self._tags.get(tag) if type(tag) is str else None
        return make(data, depth) if make else self._word(tag, data, depth)

    def _check(self, depth: int) -> None:
        if depth > self._depth:
            raise NotPlain(f"nested deeper than {self._depth}")

    def _word(self, tag: Any, data: dict[str, Any], depth: int) -> Any:
        if type(tag) is not str or tag not in (self._words or ()):
            raise NotPlain(f"unknown word {str(tag)[:40]!r} in data")
        fields = {key: self.value(item, depth + 1) for key, item in data.items() if key != "$"}
        return (self._words or {})[tag](fields)

    def _items(self, data: Any, depth: int) -> list[Any]:
        self._check(depth)
        if type(data) is not list:
            raise NotPlain("items must stand in a list")
        return [self.value(item, depth + 1) for item in data]

    def _complex(self, data: dict[str, Any], depth: int) -> complex:
        parts = self._items(_only(data), depth)
        if len(parts) != 2 or not all(type(part) is float for part in parts):
            raise NotPlain("a complex number must have two parts")
        return complex(*parts)

    def _dict(self, data: dict[str, Any], depth: int) -> dict[Any, Any]:
        self._check(depth)
        pairs = _only(data)
        if type(pairs) is not list or not all(type(p) is list and len(p) == 2 for p in pairs):
            raise NotPlain("a dict must be a list of pairs")
        keys = [self.value(key, depth + 1) for key, _ in pairs]
        if not all(is_key(key) for key in keys):
            raise NotPlain("a dict has a key that is no plain value")
        if not unlike(keys, len(keys)):
            raise NotPlain("a dict has keys that are made to collide")
        made = {
            key: self.value(item, depth + 1) for key, (_, item) in zip(keys, pairs, strict=True)
        }
        if len(made) != len(pairs):
            raise NotPlain("a dict has the same key twice")
        return made

    def _objects(self, data: dict[str, Any], depth: int) -> Any:
        shape, of = _fields(data, "shape", "of")
        items = self._items(of, depth)
        if _arrays.sides_of(shape) != (len(items),):
            raise NotPlain("an array of objects has another number of them")
        import numpy as np  # noqa: PLC0415  # only where there are arrays

        made = np.empty(len(items), dtype=object)
        for place, item in enumerate(items):
            made[place] = item
        made.setflags(write=False)
        return made

    def _frame(self, data: dict[str, Any], depth: int) -> Frame:
        columns, index, columns_data = _fields(data, "columns", "index", "data")
        labels = self._items(columns, depth + 1)
        values = self._items(columns_data, depth + 1)
        rows = self.value(index, depth + 1)
        if len(labels) != len(values):
            raise NotPlain("a table has more or fewer columns than labels")
        _same_length(rows, *values)
        return Frame(columns=tuple(labels), index=rows, data=tuple(values))

    def _series(self, data: dict[str, Any], depth: int) -> Series:
        name, index, values = (
            self.value(item, depth + 1) for item in _fields(data, "name", "index", "data")
        )
        _same_length(index, values)
        return Series(name=name, index=index, data=values)


def is_key(value: Any) -> bool:
    """Tell whether a value may be a key of a dict: plain, and never changing."""
    if type(value) is tuple:
        return all(is_key(item) for item in value)
    return type(value) in _SIMPLE or _arrays.is_scalar(value)


def _fields(data: dict[str, Any], *names: str) -> list[Any]:
    if data.keys() != {"$", *names}:
        raise NotPlain(f"'{data['$']}' in data has wrong fields")
    return [data[name] for name in names]


def _only(data: dict[str, Any]) -> Any:
    return _fields(data, "of")[0]


def _float(data: dict[str, Any]) -> float:
    name = _only(data)
    if type(name) is not str or name not in _FLOATS:
        raise NotPlain("a number that is not finite must be nan, inf or -inf")
    return float(name)  # anew: as keys, two nan are two


def _scalar(data: dict[str, Any]) -> Any:
    dtype, of = _fields(data, "dtype", "of")
    return _arrays.make(dtype, [], of)[()]


def _tensor(data: dict[str, Any]) -> Tensor:
    dtype, shape, device, grad, of = _fields(
        data, "dtype", "shape", "device", "requires_grad", "of"
    )
    if type(dtype) is not str or dtype not in _arrays.TENSORS:
        raise NotPlain("a tensor has an unknown element type")
    if type(device) is not str or len(device) > 40 or type(grad) is not bool:
        raise NotPlain("a tensor has wrong fields")
    array = _arrays.make(_arrays.TENSORS[dtype], shape, of)
    return Tensor(array=array, dtype=dtype, device=device, requires_grad=grad)


def _opaque(data: dict[str, Any]) -> Opaque:
    name, why = _fields(data, "type", "why")
    if type(name) is not str or type(why) is not str or len(name) > 1000 or len(why) > 1000:
        raise NotPlain("a value of another type must say which, and why it is not here")
    return Opaque(type=name, why=why)


def _same_length(*columns: Any) -> None:
    counts = set()
    for column in columns:
        if type(column) is Opaque:
            continue
        if type(column) is not list and not (_arrays.is_array(column) and column.ndim == 1):
            raise NotPlain("a column must be a list or an array of one side")
        counts.add(len(column))
    if len(counts) > 1:
        raise NotPlain("columns of a table have different lengths")
