"""MNIST: ten classes of digits, 28 by 28, grey (LeCun, Cortes and Burges, 1998)."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from grader.datasets import Damaged, Images, data_sets
from grader.datasets.synthetic import digits

_SHAPE = (28, 28)
_CLASSES = 10


@data_sets.register
@dataclass(frozen=True, slots=True)
class Mnist:
    """Four files of bytes behind a big-endian header (IDX), plain and compressed; Keras' archive."""

    title: ClassVar[str] = "MNIST"

    def made(self, labels: NDArray[np.int64], numbers: np.random.Generator) -> NDArray[np.uint8]:
        """Return drawn digits, (n, 28, 28)."""
        return digits(labels, numbers)

    def read(self, folder: Path) -> tuple[Images, Images]:
        """Return the real sets, from ``MNIST/raw``, ``raw`` or the folder itself."""
        places = (folder / self.title / "raw", folder / "raw", folder)
        own = next((place for place in places[:2] if place.is_dir()), places[2])
        if own == folder and not list(folder.glob("train-images*")):
            own = places[0]
        return _pair(own, "train"), _pair(own, "t10k")

    def write(self, folder: Path, training: Images, test: Images) -> None:
        """Write the four files, twice, and Keras' one."""
        own = folder / self.title / "raw"
        own.mkdir(parents=True)
        for name, images in (("train", training), ("t10k", test)):
            files = {"images-idx3": images.inputs, "labels-idx1": images.labels.astype(np.uint8)}
            for kind, array in files.items():
                data = _idx(array)
                (own / f"{name}-{kind}-ubyte").write_bytes(data)
                small = gzip.compress(data, compresslevel=1, mtime=0)
                (own / f"{name}-{kind}-ubyte.gz").write_bytes(small)
        keras = folder / ".keras" / "datasets"
        keras.mkdir(parents=True, exist_ok=True)
        np.savez(
            keras / "mnist.npz",
            x_train=training.inputs,
            y_train=training.labels.astype(np.uint8),
            x_test=test.inputs,
            y_test=test.labels.astype(np.uint8),
        )


def _idx(array: NDArray[np.uint8]) -> bytes:
    head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return head + np.ascontiguousarray(array).tobytes()


def _pair(folder: Path, name: str) -> Images:
    images, labels = folder / f"{name}-images-idx3-ubyte", folder / f"{name}-labels-idx1-ubyte"
    inputs, numbers = _array(images, 3), _array(labels, 1)
    if inputs.shape[1:] != _SHAPE:
        raise _damaged(images, "its images are not 28 by 28")
    if len(inputs) != len(numbers):
        raise _damaged(labels, f"it has {len(numbers)} labels for {len(inputs)} images")
    if len(numbers) and numbers.max() >= _CLASSES:
        raise _damaged(labels, "a label is none of 0 to 9")
    return Images(inputs, numbers.astype(np.int64))


def _array(path: Path, dimensions: int) -> NDArray[np.uint8]:
    packed = path.with_name(f"{path.name}.gz")
    try:
        data = path.read_bytes() if path.exists() else gzip.decompress(packed.read_bytes())
    except FileNotFoundError as error:
        raise _damaged(path, "it is not there") from error
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(packed if packed.exists() else path, str(error)) from error
    head = 4 + 4 * dimensions
    if len(data) < head or data[:4] != bytes((0, 0, 8, dimensions)):
        raise _damaged(path, "it does not begin as a file of bytes in IDX form")
    shape = struct.unpack(f">{dimensions}I", data[4:head])
    if len(data) - head != math.prod(shape):
        raise _damaged(path, f"it should have {math.prod(shape)} bytes, and has {len(data) - head}")
    return np.frombuffer(data, np.uint8, offset=head).reshape(shape)


def _damaged(path: Path, why: str) -> Damaged:
    return Damaged(
        f"MNIST: {path}: {why}. Have torchvision load MNIST into the folder afresh, "
        "or name no folder: the images are then synthetic."
    )
