"""Files that a run writes: names that are harmless everywhere, contents whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_RESERVED = {
    "CON",
    "PRN",
    "AUX",
    "NUL",
    "INDEX",
    *(f"{d}{n}" for d in ("COM", "LPT") for n in range(1, 10)),
}


def safe_name(student: str) -> str:
    """Return a file name for a student: harmless on every system, different for different ids.

    >>> safe_name("ada")
    'ada'
    >>> safe_name("../x").startswith("..")
    False
    """
    kept = re.sub(r"[^A-Za-z0-9._~-]", "_", student)[:80].lstrip(".-")
    if kept == student and kept and kept.upper() not in _RESERVED:
        return kept
    return (
        f"{kept or 'student'}-{hashlib.sha256(student.encode('utf-8', 'replace')).hexdigest()[:8]}"
    )


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(data)
    part.replace(path)


def write_once(path: Path, data: bytes) -> None:
    """Write a file that is named by its own hash, unless it is there."""
    if not path.exists():
        write(path, data)


def copy_once(path: Path, source: Path) -> None:
    """Copy a file that is too large to be held to one named by its hash, unless it is there."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    shutil.copyfile(source, part)
    part.replace(path)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file that is too large to be held.

    Raises:
        OSError: when it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Stored(Mapping[str, bytes]):
    """Files that are named by their hash in a folder, read when asked for; some may be gone."""

    def __init__(self, folder: Path, digests: Iterable[str]) -> None:
        """Take the folder and the hashes that belong to a record."""
        self._folder = folder
        self._known = dict.fromkeys(digest for digest in digests if digest.isalnum())

    def __getitem__(self, digest: str) -> bytes:
        """Return the bytes of a file.

        Raises:
            KeyError: when the record has none of that hash, or its file is gone.
        """
        if digest not in self._known:
            raise KeyError(digest)
        try:
            return (self._folder / digest).read_bytes()
        except OSError as error:
            raise KeyError(digest) from error

    def __iter__(self) -> Iterator[str]:
        """Yield the hashes whose files are there."""
        return (digest for digest in self._known if (self._folder / digest).is_file())

    def __len__(self) -> int:
        """Return how many files are there."""
        return sum(1 for _ in self)
