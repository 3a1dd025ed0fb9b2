"""A folder that one program at a time works in."""

from __future__ import annotations

import contextlib
import fcntl
from pathlib import Path
from typing import BinaryIO

from grader.pipeline.executors.needs import NoRoom


def claim(folder: Path) -> BinaryIO:
    """Keep other programs out until what is returned is closed, or this program ends.

    Raises:
        NoRoom: when another one is in there; each would take the other's answers away.
    """
    lock = (folder / "lock").open("wb")
    try:
        with contextlib.suppress(OSError):  # a file system may have no locks
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise NoRoom(
                    f"another grader waits for the same jobs (it holds {folder}); let it come to its "
                    "end, or stop it. Nothing was run"
                ) from None
    except NoRoom:
        lock.close()
        raise
    return lock
