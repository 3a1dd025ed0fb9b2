"""Packed files before they are kept: bombs are refused, within bounds of time and memory.

Nothing is unpacked to a disk. What is inside is looked at once more, in a box, when it is read.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader.collect._unpack import LARGEST, MOST_BYTES, MOST_ENTRIES, STEEPEST
from grader.desk.limits import NotTaken
from grader.desk.names import shown
from grader.intake._zip import true_name, unsafe, whole_is_refused

_BLOCK = 1 << 20
_SLACK = 1_000_000
"""A file that unpacks to no more is no bomb, however well it is packed."""
_OPENERS: tuple[tuple[bytes, Callable[[Path], Any]], ...] = (
    (b"\x1f\x8b\x08", gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ\x00", lzma.open),
)
_PROGRAMS = (b"\x7fELF", b"MZ\x90", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")


def looked_at(name: str, path: Path) -> None:
    """Look at one file that was uploaded.

    Raises:
        NotTaken: when it is a program, or an archive that is none to be unpacked.
    """
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(_PROGRAMS):
        raise NotTaken(f"“{shown(name)}” is a program; programs are handed in as their source")
    if head.startswith(b"PK\x03\x04"):
        _zip(name, path)
    for sign, opened in _OPENERS:
        if head.startswith(sign):
            _stream(name, path, opened)


def _zip(name: str, path: Path) -> None:
    """Believe a zip's own list no more than its bytes: what is read never exceeds the list."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return  # damaged: it is kept as it is, and what is whole in it is read in a box
    packed = max(1, path.stat().st_size)
    whole = sum(info.file_size for info in infos)
    why = ""
    if len(infos) > MOST_ENTRIES:
        why = f"holds more than {MOST_ENTRIES} entries"
    elif bad := next(filter(None, (unsafe(true_name(info)) for info in infos)), ""):
        why = f"holds an entry that is not taken: {bad}"
    elif found := whole_is_refused(infos):
        why = found
    elif whole > MOST_BYTES or any(info.file_size > LARGEST for info in infos):
        why = f"unpacks to more than {LARGEST // 1_000_000} MB in one file, or {MOST_BYTES // 1_000_000} MB in all"
    elif any(_steep(info.file_size, info.compress_size) for info in infos) or _steep(whole, packed):
        why = "unpacks to hundreds of times its size, as a bomb does"
    if why:
        raise NotTaken(f"“{shown(name)}” {why}; nothing of it was kept")


def _steep(whole: int, packed: int) -> bool:
    return whole > _SLACK and whole > STEEPEST * max(1, packed)


def _stream(name: str, path: Path, opened: Callable[[Path], Any]) -> None:
    """Read a stream to its end, or to where it is too much."""
    size, packed = 0, path.stat().st_size
    try:
        with opened(path) as stream:
            while block := stream.read(_BLOCK):
                size += len(block)
                if size > MOST_BYTES or _steep(size, packed):
                    break
    except (OSError, EOFError, lzma.LZMAError, ValueError):
        return  # damaged: what is whole in it is read in a box
    if size > MOST_BYTES or _steep(size, packed):
        raise NotTaken(
            f"“{shown(name)}” unpacks to far more than its size, as a bomb does; nothing of it was kept"
        )
