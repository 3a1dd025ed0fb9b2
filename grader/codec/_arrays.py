"""Arrays as tagged data and back. What is sent is checked before anything is allocated."""

from __future__ import annotations

import base64
import binascii
import math
import re
import sys
from typing import TYPE_CHECKING, Any

from grader.codec._bounds import BARE, DIMENSIONS, EMPTY_DIMENSIONS, NotPlain

if TYPE_CHECKING:
    import numpy as np

_DTYPE = re.compile(
    r"(?:\|[bui]1|[<>](?:[ui][248]|f[248]|c8|c16|U[1-9][0-9]{0,7}|m8"
    r"|[Mm]8\[(?:[1-9][0-9]{0,4})?(?:[YMWDhms]|[munpfa]s)\])|\|S[1-9][0-9]{0,7})"
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
"""The types of a tensor's elements, and in which their bytes are sent."""
_LAST_SIGN = 0x10FFFF


def is_array(value: Any) -> bool:
    """Tell whether a value is an array of numpy and of no class derived from it."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(value) is numpy.ndarray


def is_scalar(value: Any) -> bool:
    """Tell whether a value is one of numpy's own numbers, texts or times."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(value) in {
        numpy.str_,
        numpy.bytes_,
        *numpy.sctypeDict.values(),
    }


def text_of(data: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(data).decode("ascii")


def bytes_of(text: Any) -> bytes:
    """Return the bytes that base64 stands for.

    Raises:
        NotPlain: for anything but base64 as it is written by everybody.
    """
    if type(text) is not str:
        raise NotPlain("bytes must be written as base64")
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except ValueError as error:
        raise NotPlain(f"bytes are not base64: {error}") from error
    if len(text) != _encoded(len(data)):
        raise NotPlain("bytes are not base64: its length is wrong")
    return data


def dtype_of(array: np.ndarray[Any, Any]) -> str:
    """Return the name of an array's element type.

    Raises:
        NotPlain: for structured, object, extended and other types that are not sent.
    """
    name = str(array.dtype.str)
    if array.dtype.names is not None or not _DTYPE.fullmatch(name):
        raise NotPlain(f"cannot keep an array of {str(array.dtype)[:100]}")
    return name


def make(dtype: Any, shape: Any, of: Any) -> np.ndarray[Any, Any]:
    """Return a read-only array of what was sent.

    Raises:
        NotPlain: when type, shape and bytes do not fit each other, or hold what they cannot.
    """
    if type(dtype) is not str or not _DTYPE.fullmatch(dtype):
        raise NotPlain("an array has an unknown element type")
    import numpy as np  # noqa: PLC0415  # only where there are arrays

    kind = np.dtype(dtype)
    sides = sides_of(shape)
    if type(of) is not str or len(of) != _encoded(math.prod(sides) * kind.itemsize):
        raise NotPlain(
            f"an array has another number of bytes than its shape needs: {list(sides)}"[:200]
        )
    data = bytes_of(of)
    if len(data) != math.prod(sides) * kind.itemsize:
        raise NotPlain(
            f"an array has {len(data)} bytes, other than its shape needs: {list(sides)}"[:200]
        )
    _check(kind, data)
    return np.ndarray(sides, kind, buffer=data)


def sides_of(shape: Any) -> tuple[int, ...]:
    """Return a shape that was sent.

    Raises:
        NotPlain: for too many sides, or a side that is no size.
    """
    if type(shape) is not list or len(shape) > DIMENSIONS:
        raise NotPlain(f"a shape must be a list of at most {DIMENSIONS} sizes")
    if not all(type(side) is int and 0 <= side < BARE for side in shape):
        raise NotPlain("a shape has a side that is no size")
    if 0 in shape and math.prod(side for side in shape if side) > EMPTY_DIMENSIONS:
        raise NotPlain(f"an empty array has sides of more than {EMPTY_DIMENSIONS}")
    return tuple(shape)


def _encoded(count: int) -> int:
    return (count + 2) // 3 * 4


def _check(kind: np.dtype[Any], data: bytes) -> None:
    """Refuse bytes that no honest array holds: they break code that reads the array."""
    if kind.kind == "b" and data.translate(None, b"\0\1"):
        raise NotPlain("an array of truth values holds something else")
    if kind.kind == "U" and data:
        import numpy as np  # noqa: PLC0415

        if np.frombuffer(data, f"{kind.str[0]}u4").max() > _LAST_SIGN:
            raise NotPlain("an array of texts holds a sign that does not exist")
