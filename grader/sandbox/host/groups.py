"""Control groups: what the kernel itself counts and bounds for a whole tree, where it lets us.

Both versions are tried by doing: version 2 where our own group is delegated to us, version 1 as
root. Where neither works, ``groups`` gives None and the watchdog of ``tree`` does the work.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import secrets
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from grader.sandbox.host import left_groups

_ROOT = Path("/sys/fs/cgroup")
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Group:
    """The group of one box: a folder in each hierarchy."""

    memory: Path
    pids: Path
    cpu: Path
    version: int

    def limit(self, memory_mb: int, processes: int) -> None:
        """Set the limits; swap counts as memory where the kernel can say so."""
        if self.version == 2:
            _write(self.memory / "memory.max", memory_mb * _MEGABYTE)
            _try(self.memory / "memory.swap.max", 0)
            _try(self.memory / "memory.oom.group", 1)
        else:
            _write(self.memory / "memory.limit_in_bytes", memory_mb * _MEGABYTE)
            _try(self.memory / "memory.memsw.limit_in_bytes", memory_mb * _MEGABYTE)
        _write(self.pids / "pids.max", processes)

    def doors(self) -> list[int]:
        """Return descriptors by which a process moves itself in, by writing 0; close them.

        Moving another process in would wait for every processor; moving oneself does not.
        """
        name = "cgroup.procs" if self.version == 2 else "tasks"
        folders = dict.fromkeys((self.memory, self.pids, self.cpu))
        return [os.open(folder / name, os.O_WRONLY | os.O_CLOEXEC) for folder in folders]

    @property
    def cpu_seconds(self) -> float:
        """Processor time of the whole tree, of ended processes as well."""
        if self.version == 2:
            words = dict(line.split() for line in _read(self.cpu / "cpu.stat").splitlines())
            return int(words.get("usage_usec", 0)) / 1e6
        return int(_read(self.cpu / "cpuacct.usage") or 0) / 1e9

    @property
    def peak_mb(self) -> float:
        """The most memory that the tree has held."""
        name = "memory.peak" if self.version == 2 else "memory.max_usage_in_bytes"
        return int(_read(self.memory / name) or 0) / _MEGABYTE

    @property
    def ran_out(self) -> bool:
        """Whether the kernel ended a process of the tree for want of memory."""
        name = "memory.events" if self.version == 2 else "memory.oom_control"
        words = dict(line.split() for line in _read(self.memory / name).splitlines() if " " in line)
        return int(words.get("oom_kill", 0)) > 0

    def remove(self) -> None:
        """Take the group away; its processes have been ended, and may need a moment to go."""
        for folder in {self.memory, self.pids, self.cpu}:
            _remove(folder)


class Groups:
    """Makes a group for each box, below one of this process."""

    def __init__(self, folders: dict[str, Path], version: int) -> None:
        self._folders, self._version = folders, version
        self._owner = os.getpid()
        self._locks = [left_groups.hold(folder) for folder in set(folders.values())]

    @property
    def version(self) -> int:
        """Which version of control groups."""
        return self._version

    def new(self) -> Group:
        """Make a group.

        Raises:
            OSError: when the kernel refuses.
        """
        name = secrets.token_hex(6)
        made = {kind: folder / name for kind, folder in self._folders.items()}
        for folder in set(made.values()):
            folder.mkdir()
        return Group(**made, version=self._version)

    def close(self) -> None:
        """Take away the group of this process; one that was forked from it leaves it."""
        if self._owner != os.getpid():
            return
        for folder in set(self._folders.values()):
            for inner in folder.glob("*/"):
                _remove(inner, _AT_THE_END)
            _remove(folder, _AT_THE_END)
        while self._locks:
            if (lock := self._locks.pop()) >= 0:
                os.close(lock)


def groups() -> Groups | None:
    """Return control groups that work here, None where there are none."""
    for attempt in (_version_2, _version_1):
        made: Groups | None = None
        try:
            made = attempt()
            if made is not None:
                _proved(made)
                return made
        except (OSError, KeyError, ValueError):
            if made is not None:
                made.close()
    return None


def _proved(made: Groups) -> None:
    """Make a group, set its limits and let a process move in: by doing, not by guessing."""
    group = made.new()
    try:
        group.limit(64, 16)
        for door in group.doors():
            try:
                # a shell knows descriptors of one digit only, so its standard output is the door
                subprocess.run(["/bin/sh", "-c", "echo 0"], stdout=door, check=True, timeout=5)
            finally:
                os.close(door)
    except subprocess.SubprocessError as error:
        raise OSError(f"a process could not enter its group: {error}") from error
    finally:
        group.remove()


@functools.cache
def _own_groups() -> dict[str, str]:
    """The group of this process in each hierarchy: controller -> path; version 2 is ''."""
    found = {}
    for line in Path("/proc/self/cgroup").read_text("ascii", "replace").splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            found[controller] = path
    return found


def _version_2() -> Groups | None:
    for root in (_ROOT, _ROOT / "unified"):
        if not {"memory", "pids"} <= set(_read(root / "cgroup.controllers").split()):
            continue
        own = root / _own_groups()[""].lstrip("/")
        own = own.parent if own.name == "grader-leaf" else own
        left_groups.clear(own, root)
        folder = own / left_groups.name()
        folder.mkdir()
        try:
            _hand_on(own)
            _write(folder / "cgroup.subtree_control", "+memory +pids")
        except OSError:
            folder.rmdir()
            raise
        return Groups(dict.fromkeys(("memory", "pids", "cpu"), folder), 2)
    return None


def _hand_on(own: Path) -> None:
    """Let our own group's controllers work below it.

    The kernel wants no process in such a group itself: those that are there, we among them, move
    into a leaf of their own. Only a group that is delegated to us lets us do so.
    """
    try:
        _write(own / "cgroup.subtree_control", "+memory +pids")
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        leaf = own / "grader-leaf"
        leaf.mkdir(exist_ok=True)
        for pid in _read(own / "cgroup.procs").split():
            _write(leaf / "cgroup.procs", pid)
        _write(own / "cgroup.subtree_control", "+memory +pids")
        _own_groups.cache_clear()


def _version_1() -> Groups | None:
    folders: dict[str, Path] = {}
    try:
        for kind, controller in (("memory", "memory"), ("pids", "pids"), ("cpu", "cpuacct")):
            own = _ROOT / controller / _own_groups()[controller].lstrip("/")
            left_groups.clear(own, _ROOT / controller)
            folder = own / left_groups.name()
            folder.mkdir()
            folders[kind] = folder
    except (OSError, KeyError):
        for folder in folders.values():
            _remove(folder)
        raise
    return Groups(folders, 1)


_TRIES, _AT_THE_END = 100, 1000
"""How often a folder is tried, 5 ms apart: on a loaded machine ended processes are slow to go."""


def _remove(folder: Path, tries: int = _TRIES) -> None:
    """Take one folder away, as soon as the kernel has let its last process go."""
    for _ in range(tries):
        try:
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.005)
        else:
            return


def _write(path: Path, value: object) -> None:
    with path.open("w", encoding="ascii") as file:
        file.write(str(value))


def _try(path: Path, value: object) -> None:
    with contextlib.suppress(OSError):
        _write(path, value)


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace").strip()
    except OSError:
        return ""
