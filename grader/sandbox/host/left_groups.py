"""Control groups that killed runs left: found by the names that runs give, and taken away.

A run's folder says which process made it, and that process holds a lock on it: the kernel lets
go of it by itself, and keeps it from runs in other pid namespaces as well, where the number says
nothing.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections import deque
from collections.abc import Iterator
from pathlib import Path

_PAST = "grader-"
_MOST = 1000
"""Folders that are looked through: what lies beyond stays until a run has its place near there."""


def name() -> str:
    """Return a fresh name for the folder of this process."""
    return f"{_PAST}{os.getpid()}-{secrets.token_hex(3)}"


def hold(folder: Path) -> int:
    """Lock a folder as that of a living run; return the descriptor, -1 where it cannot be.

    The lock is there until the descriptor is closed here and in processes forked from this one.
    """
    import fcntl  # noqa: PLC0415  # there is none on Windows

    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return -1
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return -1
    return descriptor


def clear(near: Path, hierarchy: Path) -> None:
    """Take away what dead runs left in ``near``, and elsewhere in the same hierarchy.

    Groups with a process in them stay, and those of runs that live: the kernel refuses the
    first, the number in the name and the lock tell the second.
    """
    for parent in dict.fromkeys((near, *_below(hierarchy))):
        if os.access(parent, os.W_OK):
            for folder in parent.glob(f"{_PAST}*-*"):
                _clear(folder)


def _clear(folder: Path) -> None:
    pid = folder.name.removeprefix(_PAST).split("-")[0]
    if not pid.isdecimal() or Path(f"/proc/{pid}").exists():
        return
    lock = hold(folder)
    if lock < 0:
        return
    try:
        for inner in (*folder.glob("*/"), folder):
            with contextlib.suppress(OSError):
                inner.rmdir()
    finally:
        os.close(lock)


def _below(hierarchy: Path) -> Iterator[Path]:
    """The first folders of a hierarchy, those nearest to its root first."""
    waiting = deque([hierarchy])
    for _ in range(_MOST):
        if not waiting:
            return
        parent = waiting.popleft()
        yield parent
        with contextlib.suppress(OSError), os.scandir(parent) as entries:
            waiting.extend(
                Path(entry)
                for entry in entries
                if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(_PAST)
            )
