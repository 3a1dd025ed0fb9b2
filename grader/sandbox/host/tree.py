"""What a tree of processes uses, read from /proc: private memory, processor time, processes.

Private memory is what the tree costs: pages that children share with the zygote cost nothing.
They are counted by a cheap estimate first (anonymous and shared-memory pages beyond those that
the box began with) and exactly (``smaps_rollup``) only where the estimate nears the limit.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_FEW_FILES = 256
_HELD = {"socket:": 208 << 10, "pipe:": 64 << 10}
"""What the kernel holds at most for each end, unless it was asked for more."""
_MOST = 4096
"""Processes that are looked at: a box may have far fewer."""


@dataclass(frozen=True, slots=True)
class Used:
    """What a tree uses at one moment."""

    memory_mb: float = 0.0
    cpu_seconds: float = 0.0
    processes: int = 0


class Tree:
    """A process and all its descendants."""

    def __init__(self, pid: int) -> None:
        """Take the root of the tree as it is now; what it uses now is not the student's."""
        self._pid = pid
        self._began = _anonymous(pid)
        self._ticks: dict[tuple[int, str], int] = {}
        self._most_ticks = 0

    def used(self, near_mb: float) -> Used:
        """Return what is used now; memory is exact where it nears ``near_mb``."""
        pids = list(descendants(self._pid))
        threads = waited = 0
        for pid in pids:
            began, own, of_children, own_threads = _times(pid)
            self._ticks[pid, began] = max(own, self._ticks.get((pid, began), 0))
            waited += own + of_children
            threads += own_threads
        # the time of children that nobody waited for is known from when they were seen alone
        self._most_ticks = max(self._most_ticks, waited, sum(self._ticks.values()))
        # at most this: the first process shares with the zygote what it began with
        most = sum(map(_anonymous, pids)) - self._began
        if most > near_mb * (1 << 20):
            most = sum(map(_private, pids))
        most += _buffered(pids)
        return Used(max(0, most) / (1 << 20), self._most_ticks / _TICK, threads)


def descendants(pid: int) -> Iterator[int]:
    """Yield a process and all below it; a box's first process adopts those whose parent ended."""
    waiting, seen = [pid], 0
    while waiting and seen < _MOST:
        own = waiting.pop()
        seen += 1
        yield own
        waiting += _children(own)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return found
    for thread in threads:
        found += map(int, _read(f"/proc/{pid}/task/{thread}/children").split())
    return found


def _times(pid: int) -> tuple[str, int, int, int]:
    """When it began, its clock ticks, those of children it waited for, and its threads."""
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    if len(fields) < 20:
        return "", 0, 0, 0
    return fields[19], sum(map(int, fields[11:13])), sum(map(int, fields[13:15])), int(fields[17])


def _anonymous(pid: int) -> int:
    """Bytes of anonymous and shared memory that are resident."""
    total = 0
    for line in _read(f"/proc/{pid}/status").splitlines():
        if line.startswith(("RssAnon:", "RssShmem:")):
            total += int(line.split()[1]) * 1024
    return total


def _private(pid: int) -> int:
    """Bytes that this process alone holds, and its share of what several of the tree hold."""
    total = 0
    for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith(("Private_Clean:", "Private_Dirty:", "Pss_Shmem:")):
            total += int(line.split()[1]) * 1024
    return total


def _buffered(pids: list[int]) -> int:
    """Bytes that the kernel may hold in sockets and pipes of a tree that has many of them."""
    if sum(map(_open_files, pids)) <= _FEW_FILES:
        return 0
    total = 0
    for pid in pids:
        for name in _listed(f"/proc/{pid}/fd"):
            try:
                kind = os.readlink(f"/proc/{pid}/fd/{name}")
            except OSError:
                continue
            total += next((size for word, size in _HELD.items() if kind.startswith(word)), 0)
    return total


def _open_files(pid: int) -> int:
    return len(_listed(f"/proc/{pid}/fd"))


def _listed(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except (OSError, ValueError):
        return ""
