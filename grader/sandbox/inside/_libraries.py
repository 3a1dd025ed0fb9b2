"""Values of numpy, pandas and torch as plain data, where the code has imported these.

A reader takes the walk, a value of its exact type and a depth, and returns plain data, or a text
that says why the value is left out. Sizes are looked at before anything is copied: a view may
claim more than there is memory.
"""

from __future__ import annotations

import re
import sys
from base64 import b64encode
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

_DTYPE = re.compile(
    r"(?:\|[bui]1|[<>](?:[ui][248]|f[248]|c8|c16|U[1-9][0-9]{0,7}|m8"
    r"|[Mm]8\[(?:[1-9][0-9]{0,4})?(?:[YMWDhms]|[munpfa]s)\])|\|S[1-9][0-9]{0,7})"
)
_SCALARS = (
    *("bool_", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("longlong", "ulonglong", "intc", "uintc", "float16", "float32", "float64"),
    *("complex64", "complex128", "str_", "bytes_", "datetime64", "timedelta64"),
)
TENSORS = {
    "bool": "|b1",
    "uint8": "|u1",
    "int8": "|i1",
    "bfloat16": "<f4",
    "float16": "<f4",
    "float32": "<f4",
    "float64": "<f8",
    "complex64": "<c8",
    "complex128": "<c16",
    **{f"{sign}int{8 * size}": f"<{sign or 'i'}{size}" for sign in ("", "u") for size in (2, 4, 8)},
}
_PANDAS_DTYPES = (
    *("StringDtype", "CategoricalDtype", "BooleanDtype", "Float32Dtype", "Float64Dtype"),
    *(f"{sign}Int{size}Dtype" for sign in ("", "U") for size in (8, 16, 32, 64)),
)
_COLUMN_TYPES = (
    *("Series", "Index", "RangeIndex", "MultiIndex", "CategoricalIndex"),
    *("DatetimeIndex", "TimedeltaIndex"),
)
_bases = type.__dict__["__mro__"].__get__
_COLUMNS = 20_000
_DIMENSIONS, _EMPTY_DIMENSIONS, _LAST_SIGN = 32, 1_000_000, 0x10FFFF


def reader_of(kind: type) -> Callable[[Any, Any, int], Any] | None:
    """Return what reads values of a class, None for a class that is none of the libraries' own."""
    if _is(kind, "numpy", "ndarray"):
        return _array
    if is_scalar(kind):
        return _scalar
    if _is(kind, "pandas", "DataFrame"):
        return _frame
    if _is(kind, "pandas", "Series"):
        return _series
    if _is(kind, "torch", "Tensor") or _is(kind, "torch.nn", "Parameter"):
        return _tensor
    return None


def is_scalar(kind: type) -> bool:
    """Tell whether a class is one of numpy's own numbers, texts or times."""
    return any(_is(kind, "numpy", name) for name in _SCALARS)


def _is(kind: type, module: str, name: str) -> bool:
    # never imported here: without the module there are no values of it
    return module in sys.modules and getattr(sys.modules[module], name, None) is kind


def _array(walk: Any, value: Any, depth: int) -> Any:
    shape, dtype = value.shape, value.dtype
    if dtype.kind == "O" and len(shape) == 1:
        return _objects(walk, value, depth)
    if why := _unfit(shape, dtype):
        return why
    _take(walk, shape, dtype.itemsize)
    data = value.tobytes()
    if why := _broken(dtype, data):
        return why
    return {"$": "array", "dtype": dtype.str, "shape": list(shape), "of": _text(data)}


def _objects(walk: Any, value: Any, depth: int) -> Any:
    if value.size > walk.limit.items:
        return f"too large: {value.size} items"
    walk.limit.take(2, 60)
    items = walk.inner(value, sys.modules["numpy"].ndarray.tolist, depth)
    return items if type(items) is dict else {"$": "objects", "shape": [len(items)], "of": items}


def _scalar(walk: Any, value: Any, depth: int) -> Any:
    del depth
    array = sys.modules["numpy"].asarray(value)
    if why := _unfit((), array.dtype):
        return why
    _take(walk, (), array.dtype.itemsize)
    data = array.tobytes()
    return _broken(array.dtype, data) or {
        "$": "scalar",
        "dtype": array.dtype.str,
        "of": _text(data),
    }


def _unfit(shape: tuple[int, ...], dtype: Any) -> str:
    """Say why an array of such elements is not sent, if so."""
    if dtype.names is not None or not _DTYPE.fullmatch(dtype.str):
        return f"its elements are {str(dtype)[:100]}"
    if len(shape) > _DIMENSIONS:
        return f"has more than {_DIMENSIONS} dimensions"
    if 0 in shape and _product(side for side in shape if side) > _EMPTY_DIMENSIONS:
        return "is empty, with sides that are too long"
    return ""


def _broken(dtype: Any, data: bytes) -> str:
    """Say what is wrong with elements that were made from other bytes, if so."""
    if dtype.kind == "b" and data.translate(None, b"\0\1"):
        return "its truth values are none"
    if dtype.kind == "U" and data:
        signs = sys.modules["numpy"].frombuffer(data, f"{dtype.str[0]}u4")
        return "holds a sign that does not exist" if signs.max() > _LAST_SIGN else ""
    return ""


def _take(walk: Any, shape: tuple[int, ...], size: int) -> None:
    count = _product(shape) * size
    walk.limit.take(2 + len(shape), 150 + 20 * len(shape) + (count + 2) // 3 * 4)


def _product(sides: Any) -> int:
    product = 1
    for side in sides:
        product *= side
    return product


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _tensor(walk: Any, value: Any, depth: int) -> Any:
    del depth
    torch = sys.modules["torch"]
    own = torch.Tensor
    # a mode that the code has left switched on would see, and could change, each of these calls
    with getattr(torch._C, "DisableTorchFunction", nullcontext)():  # noqa: SLF001
        name = str(value.dtype).removeprefix("torch.")
        shape = tuple(int(side) for side in value.shape)
        device = str(value.device)
        if value.layout is not torch.strided or value.is_quantized or value.is_nested:
            return "is sparse, quantised or nested"
        if value.device.type == "meta" or name not in TENSORS:
            return f"its elements are {name[:40]} on {device[:40]}"
        if len(shape) > _DIMENSIONS:
            return f"has more than {_DIMENSIONS} dimensions"
        if 0 in shape and _product(side for side in shape if side) > _EMPTY_DIMENSIONS:
            return "is empty, with sides that are too long"
        _take(walk, shape, int(TENSORS[name][2:]))
        flat = own.resolve_neg(own.resolve_conj(own.cpu(own.detach(value))))
        flat = own.float(flat) if name in {"bfloat16", "float16"} else flat
        data = own.numpy(flat).astype(TENSORS[name], copy=False).tobytes()
        return _broken(sys.modules["numpy"].dtype(TENSORS[name]), data) or {
            "$": "tensor",
            "dtype": name,
            "shape": list(shape),
            "device": device[:40],
            "requires_grad": bool(value.requires_grad),
            "of": _text(data),
        }


def _frame(walk: Any, value: Any, depth: int) -> Any:
    rows, columns = value.shape
    if columns > _COLUMNS or rows * columns > walk.limit.text_bytes:
        return f"too large: {rows} rows, {columns} columns"
    walk.limit.take(3, 60)
    labels = _column(walk, value.columns, depth, whole=False)
    if type(labels) is dict:
        return f"its columns are left out: {labels['why']}"
    data = [_column(walk, value.iloc[:, place], depth + 1) for place in range(columns)]
    index = _column(walk, value.index, depth)
    return {"$": "frame", "columns": labels, "index": index, "data": data}


def _series(walk: Any, value: Any, depth: int) -> Any:
    walk.limit.take(3, 60)
    name = walk.plain(value.name, depth + 1)
    index, data = _column(walk, value.index, depth), _column(walk, value, depth)
    return {"$": "series", "name": name, "index": index, "data": data}


def _column(walk: Any, column: Any, depth: int, *, whole: bool = True) -> Any:
    """Return an index or a column as an array where it is one, else as a list of its values.

    Not ``whole``: always as a list.
    """
    kind = type(column)
    if not any(_is(kind, "pandas", name) for name in _COLUMN_TYPES):
        return walk.other(column, "its type is no plain one")
    dtype = column.dtype
    if not _is_ours(dtype):
        return walk.other(column, f"its elements are {str(dtype)[:100]}")
    # by the class: an object may hold other things under the names of its methods
    if whole and _is_numpy(dtype) and dtype.kind != "O":
        return walk.plain(kind.to_numpy(column), depth + 1)
    if len(column) > walk.limit.items:
        return walk.other(column, f"too large: {len(column)} items")
    walk.limit.take(1, 4)
    items = kind.to_numpy(column, dtype=object).tolist()
    return [walk.plain(item, depth + 2) for item in items]


def _is_ours(dtype: Any) -> bool:
    """Tell whether elements are the libraries' own, so that reading them runs no other code."""
    return _is_numpy(dtype) or any(_is(type(dtype), "pandas", name) for name in _PANDAS_DTYPES)


def _is_numpy(dtype: Any) -> bool:
    return any(base is sys.modules["numpy"].dtype for base in _bases(type(dtype)))
