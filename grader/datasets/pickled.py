"""Pickles of Python 2, as CIFAR's files are: written by us, and read without running anything.

In these files texts are byte strings of Python 2. ``pickle.load`` gives them as ``str`` with
``encoding="latin1"`` (torchvision) and as ``bytes`` with ``encoding="bytes"`` (Keras, and programs
that open the files themselves), which no pickle of Python 3 does.
"""

from __future__ import annotations

import io
import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Plain = dict[bytes, Any]

_ARRAY = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
_UINT8 = (
    b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
)
_HARMLESS = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
}


def written(value: Plain) -> bytes:
    r"""Return a pickle (protocol 2) of a dict of integers, byte strings, lists and uint8 arrays.

    >>> pickle.loads(written({b"labels": [3, 300]}), encoding="latin1")
    {'labels': [3, 300]}
    """
    return b"\x80\x02" + _value(value) + b"."


def _value(value: Any) -> bytes:
    if isinstance(value, bytes):
        if len(value) < 256:
            return b"U" + bytes([len(value)]) + value
        return b"T" + struct.pack("<i", len(value)) + value
    if isinstance(value, int):
        return b"J" + struct.pack("<i", value)
    if isinstance(value, list):
        return b"](" + b"".join(map(_value, value)) + b"e"
    if isinstance(value, dict):
        return b"}(" + b"".join(_value(key) + _value(own) for key, own in value.items()) + b"u"
    return _array(np.ascontiguousarray(value, np.uint8))


def _array(array: NDArray[np.uint8]) -> bytes:
    shape = b"(" + b"".join(_value(size) for size in array.shape) + b"t"
    return _ARRAY + b"(K\x01" + shape + _UINT8 + b"\x89" + _value(array.tobytes()) + b"tb"


class _Reader(pickle.Unpickler):
    """Makes arrays and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _HARMLESS:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return super().find_class(module, name)


def read(path: Path) -> Plain:
    """Return the dict of a file of CIFAR's, its keys as bytes.

    Raises:
        ValueError: when the file is no such pickle, or asks for more than arrays.
        OSError: when it cannot be read.
    """
    try:
        found = _Reader(io.BytesIO(path.read_bytes()), encoding="bytes").load()
    except OSError:
        raise
    except Exception as error:
        raise ValueError(f"it is not a pickle of arrays ({error})") from error
    if not isinstance(found, dict):
        raise ValueError("it holds no dict")
    return {key.encode() if isinstance(key, str) else key: own for key, own in found.items()}
