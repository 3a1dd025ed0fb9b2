"""Data sets written into a folder that boxes are shown; the held-out part stays in memory."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grader.datasets import Damaged, DataSet, Images, Staged, Wanted, data_sets
from grader.datasets.synthetic import balanced

_Parts = tuple[Images, Images, Images]
"""Training, test and held-out images."""
_Rows = NDArray[np.int64]


def stage(folder: Path, wanted: Wanted) -> Staged:
    """Write the wanted sets into a folder, which is made, and readable by everybody.

    Raises:
        Damaged: when the instructor's folder cannot be used; the message names the file.
        UnknownKind: when there is no data set of a wanted name.
        FileExistsError: when something of that set lies in the folder already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    says, held_out = {}, {}
    for name in wanted.names:
        kind = data_sets.build(name, {})
        training, test, kept = _made(name, kind, wanted)
        kind.write(folder, training, test)
        held_out[name] = kept
        says[name] = _says(name, training, test, wanted)
    _readable(folder)
    return Staged(
        folder=folder,
        says=says,
        real=frozenset(wanted.names if wanted.folder else ()),
        sums=_sums(folder),
        held_out=held_out,
    )


def _says(name: str, training: Images, test: Images, wanted: Wanted) -> str:
    size = f"{len(training.labels)} training and {len(test.labels)} test images"
    if wanted.folder:
        return f"{name} from the instructor's folder: {size}, chosen by seed {wanted.seed}"
    return f"synthetic {name}: {size}, made by seed {wanted.seed}"


def _made(name: str, kind: DataSet, wanted: Wanted) -> _Parts:
    kept = wanted.test if wanted.held_out is None else wanted.held_out
    if wanted.folder is not None:
        return _real(name, kind, wanted.folder, wanted, kept)
    parts = []
    secret = wanted.seed if wanted.secret is None else wanted.secret
    counts = ((wanted.training, wanted.seed), (wanted.test, wanted.seed), (kept, secret))
    for part, (count, seed) in enumerate(counts):
        numbers = _numbers(name, seed, part)
        labels = balanced(count, numbers)
        parts.append(Images(kind.made(labels, numbers), labels))
    return parts[0], parts[1], parts[2]


def _real(name: str, kind: DataSet, folder: Path, wanted: Wanted, kept: int) -> _Parts:
    """Return the real sets; the test set is cut in two halves, class by class, by the seed."""
    if not folder.is_dir():
        raise Damaged(f"{kind.title}: {folder} is no folder. Name the folder that holds the set.")
    training, test = kind.read(folder)
    numbers = _numbers(name, wanted.seed, 0)
    secret = wanted.seed if wanted.secret is None else wanted.secret
    rows, ranks = _interleaved(test.labels, _numbers(name, secret, 2))
    shown, hidden = rows[ranks % 2 == 0][: wanted.test], rows[ranks % 2 == 1][:kept]
    chosen = _interleaved(training.labels, numbers)[0][: wanted.training]
    return (
        _some(training, numbers.permutation(chosen)),
        _some(test, numbers.permutation(shown)),
        _some(test, numbers.permutation(hidden)),
    )


def _interleaved(labels: _Rows, numbers: np.random.Generator) -> tuple[_Rows, _Rows]:
    """Return all rows, shuffled, so that any first n of them hold the classes evenly.

    Within each class the order is random; rows of the same rank in their class stand together,
    and the ranks are returned as well.
    """
    order = numbers.permutation(len(labels))
    by_class = order[np.argsort(labels[order], kind="stable")]
    counts = np.bincount(labels, minlength=1)
    rank = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)
    sorting = np.argsort(rank, kind="stable")
    return by_class[sorting], rank[sorting]


def _some(images: Images, rows: _Rows) -> Images:
    return Images(images.inputs[rows], images.labels[rows])


def _numbers(name: str, seed: int, part: int) -> np.random.Generator:
    """Return the random numbers of one part of one set: no two parts share theirs."""
    return np.random.default_rng([seed, zlib.crc32(name.encode()), part])


def _readable(folder: Path) -> None:
    """Open files and folders to everybody: a box's user owns nothing here."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)


def _sums(folder: Path) -> dict[str, str]:
    """Return md5 sums, the kind that torchvision asks for, by path below the folder."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())
    return {str(path.relative_to(folder)): _sum(path) for path in files}


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
