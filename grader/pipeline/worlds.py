"""What the boxes of trainings see instead of a network: data sets, made or the instructor's own."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from grader.collect.runs.training import Training
from grader.datasets import Images, Staged, Wanted
from grader.datasets.staging import stage
from grader.model import Cell

_PREFIX = "grader-data-"
PLACE = "/staged"
"""Below it boxes see the folders."""
WEIGHTS = f"{PLACE}/weights"


@dataclass(frozen=True, slots=True)
class World:
    """The data set of one training.

    ``held_out`` are images and labels that no box sees together: images alone, and only where
    trained weights are judged.
    """

    staged: Staged
    name: str
    place: str
    weights: str | None = None
    """Where boxes see the instructor's pretrained weights; without them they are random."""

    @property
    def held_out(self) -> Images:
        """Images to be predicted, and their labels."""
        return self.staged.held_out[self.name]

    @property
    def told(self) -> dict[str, Any]:
        """What a report says of it."""
        real = self.name in self.staged.real
        return {"data": self.staged.says[self.name], "synthetic": not real}

    def stage(self, cells: Sequence[Cell], seed: int, kind: Training) -> Mapping[str, Any]:
        """Return the data of the step ``stage``, for a program of these cells."""
        file = next((cell.place.file for cell in cells), "")
        argv = [file.rpartition("/")[2]] if file.endswith(".py") else None
        return self.staged.data(
            self.place,
            seed=seed,
            argv=argv,
            threads=kind.threads,
            weights=self.weights,
            deterministic=kind.deterministic,
        )


def own_folder() -> TemporaryDirectory[str]:
    """Return a folder of this process; those that killed runs of ours left are taken away."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        number = left.name.removeprefix(_PREFIX).partition("-")[0]
        with contextlib.suppress(OSError, ValueError):
            dead = Path("/proc/self").exists() and not Path(f"/proc/{int(number)}").exists()
            if dead and left.stat().st_uid == os.getuid():
                shutil.rmtree(left)
    return TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-")


def shown(staged: Mapping[Training, World], weights: Path | None) -> tuple[tuple[str, str], ...]:
    """Return pairs of a folder here and where boxes see it."""
    pairs = [(str(world.staged.folder), world.place) for world in staged.values()]
    pairs += [(str(weights.resolve()), WEIGHTS)] if weights is not None and pairs else []
    return tuple(dict.fromkeys(pairs))


def worlds(
    kinds: Iterable[Training],
    folder: Path,
    real: Path | None = None,
    weights: Path | None = None,
) -> dict[Training, World]:
    """Stage the data sets of trainings below a folder; equal ones once.

    Args:
        kinds: the trainings.
        folder: an empty folder of ours; each set has a folder of its own in it.
        real: the instructor's folder of real data sets, in torchvision's layout.
        weights: the instructor's folder of pretrained weights, which boxes are shown.

    Raises:
        Damaged: when a real data set cannot be used.
    """
    made: dict[tuple[str, int, int, int], World] = {}
    found = {}
    for kind in kinds:
        key = (kind.data, kind.images, kind.test, kind.held_out)
        if key not in made:
            name = "-".join(map(str, key))
            wanted = Wanted(
                names=(kind.data,),
                training=kind.images,
                test=kind.test,
                held_out=kind.held_out,
                secret=secrets.randbits(64),
                folder=real,
            )
            staged = stage(folder / name, wanted)
            seen_at = WEIGHTS if weights is not None else None
            made[key] = World(staged, kind.data, f"{PLACE}/{name}", seen_at)
        found[kind] = made[key]
    return found
