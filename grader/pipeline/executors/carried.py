"""Hand-ins that travel: where machines share no folder, the bytes of the files go along.

On the other side they are files again, below a folder of their own, and whatever could not be
read here cannot be read there: a link is a link, a pipe a pipe, a missing file missing.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from grader.pipeline.crew import Work
from grader.pipeline.hand_ins import HandIn
from grader.pipeline.tasks import Task

_LINK, _SPECIAL, _CLOSED, _GONE = "link", "special", "closed", "gone"


@dataclass(frozen=True, slots=True)
class Packed:
    """A hand-in or its task and, for each of its paths, the file's bytes or why there are none."""

    item: HandIn | Task
    contents: tuple[bytes | str, ...]

    @contextmanager
    def unpacked(self) -> Iterator[HandIn | Task]:
        """Have the hand-in's files below a folder of this machine, for as long as it is open."""
        with TemporaryDirectory(prefix="grader-hand-in-") as folder:
            hand_in, paths = _hand_in(self.item), []
            for number, (name, _) in enumerate(hand_in.paths):
                # numbered: a student's own name for a file decides nothing on this machine
                path = Path(folder) / str(number)
                _write(path, self.contents[number])
                paths.append((name, path))
            there = replace(hand_in, paths=tuple(paths))
            yield replace(self.item, hand_in=there) if isinstance(self.item, Task) else there


def packed(item: Any) -> Any:
    """Return a hand-in, or the task of one, with its bytes; anything else as it is."""
    if not isinstance(item, HandIn | Task):
        return item
    return Packed(item, tuple(_content(path) for _, path in _hand_in(item).paths))


class Unpacking:
    """Work on hand-ins, or their tasks, that came with their bytes."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def __call__(self, item: Any, /) -> Any:
        """Return what the work makes of the hand-in."""
        if not isinstance(item, Packed):
            return self._work(item)
        with item.unpacked() as there:
            return self._work(there)

    def close(self) -> None:
        """End the work."""
        self._work.close()


def _hand_in(item: HandIn | Task) -> HandIn:
    return item.hand_in if isinstance(item, Task) else item


def _content(path: Path) -> bytes | str:
    try:
        if path.is_symlink():
            return _LINK
        if not stat.S_ISREG(path.stat().st_mode):
            return _SPECIAL
        return path.read_bytes()
    except OSError as error:
        return _CLOSED if error.errno == errno.EACCES else _GONE


def _write(path: Path, content: bytes | str) -> None:
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == _LINK:
        path.symlink_to("nowhere")
    elif content == _SPECIAL:
        os.mkfifo(path)
    elif content == _CLOSED:
        path.touch(mode=0)
