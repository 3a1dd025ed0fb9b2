"""Inputs made outside, as real objects: the reverse of encoding, for data that we sent."""

from __future__ import annotations

import sys
from base64 import b64decode
from typing import Any

from ._libraries import TENSORS

_WORD = 200
"""Letters of a text that may be a word of the code."""


def decode_args(data: Any) -> Any:
    """Return a fresh object for the data: arrays are writable, nothing is shared between calls.

    Raises:
        ValueError: for data that stands for no value.
        ImportError: when the library that an input needs is not here.
    """
    if type(data) is list:
        return [decode_args(item) for item in data]
    if type(data) is str:
        return _text(data)
    if type(data) is not dict:
        return data
    if "$" not in data:
        return {_text(key): decode_args(item) for key, item in data.items()}
    make = _TAGS.get(data["$"])
    if make is None:
        raise ValueError(f"data for student code has no value of kind {data['$']!r}")
    return make(data)


def _text(data: str) -> str:
    """A word as the one object that it is in source code: ``mode is "train"`` holds there."""
    return sys.intern(data) if type(data) is str and len(data) <= _WORD else data


def _array(data: Any, dtype: str | None = None) -> Any:
    import numpy as np  # noqa: PLC0415  # only where an input is an array

    raw = bytearray(b64decode(data["of"]))
    return np.ndarray(tuple(data.get("shape", ())), dtype or data["dtype"], buffer=raw).copy()


def _objects(data: Any) -> Any:
    import numpy as np  # noqa: PLC0415

    made = np.empty(len(data["of"]), dtype=object)
    for place, item in enumerate(data["of"]):
        made[place] = decode_args(item)
    return made


def _tensor(data: Any) -> Any:
    import torch  # noqa: PLC0415

    made = torch.from_numpy(_array(data, TENSORS[data["dtype"]]))
    made = made.to(device=data["device"], dtype=getattr(torch, data["dtype"]))
    return made.requires_grad_(data["requires_grad"])


def _frame(data: Any) -> Any:
    import pandas as pd  # type: ignore[import-untyped]  # noqa: PLC0415

    columns = dict(enumerate(map(decode_args, data["data"])))
    made = pd.DataFrame(columns, index=pd.Index(decode_args(data["index"])))
    made.columns = pd.Index(decode_args(data["columns"]))
    return made


def _series(data: Any) -> Any:
    import pandas as pd  # noqa: PLC0415

    index = pd.Index(decode_args(data["index"]))
    return pd.Series(decode_args(data["data"]), index=index, name=decode_args(data["name"]))


_TAGS: dict[str, Any] = {
    "int": lambda data: int(data["of"]),
    "float": lambda data: float(data["of"]),
    "bytes": lambda data: b64decode(data["of"]),
    "complex": lambda data: complex(*map(decode_args, data["of"])),
    "tuple": lambda data: tuple(map(decode_args, data["of"])),
    "dict": lambda data: {decode_args(key): decode_args(item) for key, item in data["of"]},
    "array": _array,
    "scalar": lambda data: _array(data)[()],
    "objects": _objects,
    "tensor": _tensor,
    "frame": _frame,
    "series": _series,
}
