"""Data sets for student code that trains: made here, staged for boxes, held-out labels kept apart.

A box has no network, so the sets lie in a folder of ours in the layout that torchvision and Keras
expect, and boxes see that folder read-only. What a network is judged by never lies there: the
held-out images and their labels stay in the trusted process.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from grader.kinds import Kinds


class Damaged(ValueError):
    """A real data set that cannot be read; the message names the file and what to do."""


class Images(NamedTuple):
    """Images and the number of each one's class.

    ``inputs`` is uint8, images first: (n, height, width) or (n, height, width, 3), channels last;
    ``labels`` is int64, (n,).
    """

    inputs: NDArray[np.uint8]
    labels: NDArray[np.int64]


class DataSet(Protocol):
    """One kind of data set: how it is made, read and laid out; ``title`` is torchvision's name."""

    title: ClassVar[str]

    def made(self, labels: NDArray[np.int64], numbers: np.random.Generator) -> NDArray[np.uint8]:
        """Return one synthetic image for each label, as ``Images.inputs``."""
        ...

    def read(self, folder: Path) -> tuple[Images, Images]:
        """Return the real training set and test set below a folder.

        Raises:
            Damaged: when a file is missing or not what it should be.
        """
        ...

    def write(self, folder: Path, training: Images, test: Images) -> None:
        """Write both sets below a folder, as torchvision and Keras look for them."""
        ...


data_sets: Kinds[DataSet] = Kinds("grader.datasets.sets", "data set")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to stage.

    Options: the ``names`` of the sets (``cifar10``, ``mnist``), how many ``training`` and ``test``
    images there are at most, how many are ``held_out`` (as many as test images where nothing is
    said), the ``seed`` that chooses or makes them, and the ``folder`` with the instructor's real
    sets in torchvision's layout; without one they are synthetic.
    """

    names: tuple[str, ...] = ("cifar10", "mnist")
    training: int = 256
    test: int = 200
    held_out: int | None = None
    seed: int = 0
    secret: int | None = None
    """What chooses or makes the held-out part, so that nobody can make it anew; else the seed."""
    folder: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """What was staged in ``folder``.

    ``says`` tells of each set what it is, ``real`` names the sets that are not synthetic,
    ``sums`` are md5 sums of the files by their path below the folder, ``held_out`` are images and
    labels of each set that lie in no file.
    """

    folder: Path
    says: dict[str, str]
    real: frozenset[str] = frozenset()
    sums: dict[str, str] = field(default_factory=dict)
    held_out: dict[str, Images] = field(default_factory=dict)

    def data(self, place: str = "/staged", **others: Any) -> dict[str, Any]:
        """Return the data of a box's step ``stage`` that sees the folder at ``place``."""
        return {"folder": place, "sums": self.sums, **others}
