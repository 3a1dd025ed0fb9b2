"""Values as tagged data, the reverse of reading: for evidence, and for inputs made outside."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from grader.codec import _arrays
from grader.codec._bounds import BARE, NotPlain, digits_of
from grader.codec._reading import is_key
from grader.model import Frame, Opaque, Series, Tensor


class Writer:
    """Makes JSON data of values, by exact type.

    ``bare`` leaves integers of any size as JSON numbers, as evidence has them; ``exact`` keeps
    tuples apart from lists. ``word`` takes what is none of the types here.
    """

    def __init__(
        self,
        *,
        depth: int,
        bare: bool,
        exact: bool,
        word: Callable[[Writer, Any, int], Any] | None = None,
    ) -> None:
        """Write down to a depth."""
        self._depth = depth
        self._bare = bare
        self._exact = exact
        self._word = word

    def data(self, value: Any, depth: int = 0) -> Any:
        """Return the value as JSON data.

        Raises:
            NotPlain: for a value of any other type, or one nested too deeply.
        """
        if depth > self._depth:
            raise NotPlain(f"nested deeper than {self._depth}")
        kind = type(value)
        if kind is str or kind is bool or value is None:
            return value
        if kind is int:
            return self._int(value)
        if kind is float:
            return value if math.isfinite(value) else {"$": "float", "of": repr(value)}
        if kind is list or (kind is tuple and not self._exact):
            return [self.data(item, depth + 1) for item in value]
        if kind is dict:
            return self._dict(value, depth)
        if kind is tuple:
            return {"$": "tuple", "of": [self.data(item, depth + 1) for item in value]}
        made = self._word(self, value, depth) if self._word else None
        return self._other(value, depth) if made is None else made

    def _int(self, value: int) -> Any:
        if -BARE < value < BARE:
            return value
        digits = digits_of(value)
        return value if self._bare else {"$": "int", "of": digits}

    def _dict(self, value: dict[Any, Any], depth: int) -> Any:
        if "$" not in value and all(type(key) is str for key in value):
            return {key: self.data(item, depth + 1) for key, item in value.items()}
        if not all(is_key(key) for key in value):
            raise NotPlain("cannot keep a dict with a key that is no plain value")
        exact = Writer(depth=self._depth, bare=self._bare, exact=True)
        pairs = [
            [exact.data(key, depth + 1), self.data(item, depth + 1)] for key, item in value.items()
        ]
        return {"$": "dict", "of": pairs}

    def _other(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind is bytes:
            return {"$": "bytes", "of": _arrays.text_of(value)}
        if kind is complex:
            parts = [self.data(value.real, depth + 1), self.data(value.imag, depth + 1)]
            return {"$": "complex", "of": parts}
        if kind is Opaque:
            return {"$": "other", "type": value.type, "why": value.why}
        if kind is Tensor:
            return _tensor(value)
        if kind is Frame:
            return self._frame(value, depth)
        if kind is Series:
            parts = [self.data(part, depth + 1) for part in (value.name, value.index, value.data)]
            return {"$": "series", **dict(zip(("name", "index", "data"), parts, strict=True))}
        if _arrays.is_array(value):
            return self._array(value, depth)
        if _arrays.is_scalar(value):
            return _scalar(value)
        raise NotPlain(f"cannot keep a {kind.__name__}")

    def _frame(self, value: Frame, depth: int) -> Any:
        return {
            "$": "frame",
            "columns": [self.data(label, depth + 2) for label in value.columns],
            "index": self.data(value.index, depth + 1),
            "data": [self.data(column, depth + 2) for column in value.data],
        }

    def _array(self, value: Any, depth: int) -> Any:
        if value.dtype.kind == "O" and value.ndim == 1:
            items = [self.data(item, depth + 1) for item in value.tolist()]
            return {"$": "objects", "shape": [len(items)], "of": items}
        _arrays.sides_of(list(value.shape))
        dtype, of = _arrays.dtype_of(value), _arrays.text_of(value.tobytes())
        return {"$": "array", "dtype": dtype, "shape": list(value.shape), "of": of}


def _scalar(value: Any) -> Any:
    import numpy as np  # noqa: PLC0415  # the value is one of its own

    array = np.asarray(value)
    return {
        "$": "scalar",
        "dtype": _arrays.dtype_of(array),
        "of": _arrays.text_of(array.tobytes()),
    }


def _tensor(value: Tensor) -> Any:
    if _arrays.TENSORS.get(value.dtype) != _arrays.dtype_of(value.array):
        raise NotPlain(f"a tensor of {value.dtype} cannot have elements of {value.array.dtype}")
    _arrays.sides_of(list(value.array.shape))
    return {
        "$": "tensor",
        "dtype": value.dtype,
        "shape": list(value.array.shape),
        "device": value.device,
        "requires_grad": value.requires_grad,
        "of": _arrays.text_of(value.array.tobytes()),
    }
