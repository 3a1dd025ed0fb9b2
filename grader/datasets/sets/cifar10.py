"""CIFAR10: ten classes of coloured images, 32 by 32 (Krizhevsky, 2009)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from grader.datasets import Damaged, Images, data_sets, pickled
from grader.datasets.synthetic import textures

_FOLDER = "cifar-10-batches-py"
_BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))
_ROW = 3 * 32 * 32
_NAMES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)


@data_sets.register
@dataclass(frozen=True, slots=True)
class Cifar10:
    """Five batches of training images and one of test images, as pickles of Python 2."""

    title: ClassVar[str] = "CIFAR10"

    def made(self, labels: NDArray[np.int64], numbers: np.random.Generator) -> NDArray[np.uint8]:
        """Return coloured textures, (n, 32, 32, 3)."""
        return textures(labels, numbers)

    def read(self, folder: Path) -> tuple[Images, Images]:
        """Return the real sets, from the folder of batches or the one above it."""
        own = folder if folder.name == _FOLDER else folder / _FOLDER
        parts = [_batch(own / name) for name in _BATCHES]
        inputs = np.concatenate([part.inputs for part in parts])
        labels = np.concatenate([part.labels for part in parts])
        return Images(inputs, labels), _batch(own / "test_batch")

    def write(self, folder: Path, training: Images, test: Images) -> None:
        """Write the batches; Keras finds them by links."""
        own = folder / _FOLDER
        own.mkdir(parents=True)
        chosen = np.array_split(np.arange(len(training.labels)), len(_BATCHES))
        for number, rows in enumerate(chosen, 1):
            part = Images(training.inputs[rows], training.labels[rows])
            says = f"training batch {number} of {len(_BATCHES)}"
            (own / f"data_batch_{number}").write_bytes(_pickle(part, says))
        (own / "test_batch").write_bytes(_pickle(test, "testing batch 1 of 1"))
        meta = {
            b"num_cases_per_batch": len(chosen[0]),
            b"label_names": [name.encode() for name in _NAMES],
            b"num_vis": _ROW,
        }
        (own / "batches.meta").write_bytes(pickled.written(meta))
        keras = folder / ".keras" / "datasets"
        (keras / f"{_FOLDER}-target").mkdir(parents=True)
        (keras / _FOLDER).symlink_to(f"../../{_FOLDER}")
        (keras / f"{_FOLDER}-target" / _FOLDER).symlink_to(f"../../../{_FOLDER}")


def _pickle(part: Images, says: str) -> bytes:
    names = [f"{_NAMES[label]}_{at:06d}.png" for at, label in enumerate(part.labels)]
    entry: dict[bytes, Any] = {
        b"batch_label": says.encode(),
        b"labels": part.labels.tolist(),
        b"data": part.inputs.transpose(0, 3, 1, 2).reshape(-1, _ROW),
        b"filenames": [name.encode() for name in names],
    }
    return pickled.written(entry)


def _batch(path: Path) -> Images:
    try:
        entry = pickled.read(path)
        data, labels = entry.get(b"data"), np.asarray(entry.get(b"labels"))
    except FileNotFoundError as error:
        raise _damaged(path, "it is not there") from error
    except (OSError, ValueError) as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(data, np.ndarray) or data.dtype != np.uint8 or data.shape[1:] != (_ROW,):
        raise _damaged(path, f"its images are not rows of {_ROW} bytes")
    if labels.shape != (len(data),) or (len(labels) and labels.dtype.kind not in "iu"):
        raise _damaged(path, f"it does not have one label for each of its {len(data)} images")
    if len(labels) and not 0 <= labels.min() <= labels.max() < len(_NAMES):
        raise _damaged(path, "a label is none of 0 to 9")
    inputs = np.ascontiguousarray(data.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
    return Images(inputs, labels.astype(np.int64))


def _damaged(path: Path, why: str) -> Damaged:
    return Damaged(
        f"CIFAR10: {path}: {why}. Have torchvision load CIFAR10 into the folder afresh, "
        "or name no folder: the images are then synthetic."
    )
