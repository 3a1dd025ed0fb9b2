"""Hand-ins on disk: whose they are, and the bytes of their files."""

from __future__ import annotations

import itertools
import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.pipeline.receipts import owners
from grader.variants import Variant

LARGEST = 50_000_000
"""Bytes of one file; more is not read, and said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandIn:
    """One student's hand-in as received: paths below one file or folder."""

    student: str
    paths: tuple[tuple[str, Path], ...]
    twin: bool = False
    key: str = ""
    """The id that the file or folder is named by; ``student`` tells twins apart."""
    variant: Variant | None = None
    """The student's numbers, where they were drawn already."""


def hand_ins(paths: Iterable[Path]) -> list[HandIn]:
    """Return the hand-ins at the given files and folders.

    The name without extension is the student's id; a second hand-in of one id is kept as
    ``id~2``, and both are marked as twins. Folders that intake made are whose it says.
    """
    listed = list(paths)
    told = _told(listed)
    keyed = [(told.get(path) or named(path), path) for path in listed]
    counts = Counter(name for name, _ in keyed)
    by_hand = {name for name, path in keyed if path not in told}
    taken: set[str] = set()
    found = []
    for name, path in keyed:
        student = next(
            s for s in _numbered(name) if s not in taken and (s == name or s not in counts)
        )
        taken.add(student)
        found.append(
            HandIn(
                student=student,
                paths=tuple(_files(path)),
                twin=counts[name] > 1 and name in by_hand,
                key=name,
            )
        )
    return found


def _told(paths: Iterable[Path]) -> dict[Path, str]:
    """Whose folders are that intake made: attempts stand side by side, and are no twins."""
    folders = {path: path.absolute() for path in paths}
    known = {folder: owners(folder) for folder in {one.parent for one in folders.values()}}
    return {
        path: known[whole.parent][whole.name]
        for path, whole in folders.items()
        if whole.name in known[whole.parent]
    }


def named(path: Path) -> str:
    """Return the id that a file or folder is named by."""
    whole = path if path.name else path.resolve()
    return whole.name if path.is_dir() else whole.stem


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}~{number}" for number in itertools.count(2))


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    """All files below a path but hidden ones; links are named, and not followed later."""
    if not path.is_dir() or path.is_symlink():
        yield path.name, path
        return
    found = []
    for folder, inner, names in os.walk(path):
        inner[:] = [name for name in inner if not _hidden(name)]
        linked = [name for name in inner if Path(folder, name).is_symlink()]
        for name in (*names, *linked):
            if not _hidden(name):
                file = Path(folder, name)
                found.append((file.relative_to(path).parts, file))
    for parts, file in sorted(found):
        yield "/".join(parts), file


def _hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def read(hand_in: HandIn) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the files of a hand-in, and why those that could not be read were not."""
    files: dict[str, bytes] = {}
    lost: dict[str, str] = {} if hand_in.paths else {"the hand-in": "holds no file"}
    for name, path in hand_in.paths:
        try:
            files[name] = _bytes(path)
        except OSError as error:
            lost[name] = f"cannot be read: {error.strerror or error}"
    return files, lost


def _bytes(path: Path) -> bytes:
    """The bytes of a regular file; a link, a pipe or a device is refused, not waited for."""
    if path.is_symlink():
        raise OSError("it is a link, and links are not followed")
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError("it is no regular file")
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise OSError(f"it is larger than {LARGEST // 1_000_000} MB")
    return data


def oversized(hand_in: HandIn, lost: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """Yield the regular files among those that were not read: they were too large to be."""
    paths = dict(hand_in.paths)
    for name in lost:
        path = paths.get(name)
        if path is not None and not path.is_symlink() and path.is_file():
            yield name, path
