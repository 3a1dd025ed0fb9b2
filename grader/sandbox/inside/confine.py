"""A fresh child becomes a box: the order of steps is what makes it tight.

Descriptors first, then a wait for its user ids, its own mounts, limits, capabilities, Landlock
and, last, seccomp, which forbids most of what came before. A layer that is not named is left
out: that is how the tests learn that each of them is needed.
"""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import kernel, landlock, nodes, root, seccomp

INLET, OUTLET, HELLO = 3, 4, 5
"""Descriptors of the channel: steps come in, answers go out; 0 is empty, 1 and 2 are text.

On ``HELLO`` it says once that it is ready.
"""
_EVERY = (1 << 31) - 1

_MEGABYTE = 1 << 20
_STACK = 64 * _MEGABYTE


@dataclass(frozen=True)
class Layers:
    """Which layers are on, and what was prepared for them before the fork."""

    names: frozenset[str]
    landlock: Any = None
    seccomp: bytes = b""
    buried: Sequence[str] = ()
    """Binds that lie below folders which each box has of its own."""

    @property
    def flags(self) -> int:
        """Flags of the clone."""
        wanted = self.names - {"cgroup"}  # later: it begins where the box has entered its groups
        return sum(flag for name, flag in kernel.NAMESPACES.items() if name in wanted)


def descriptors(hello: int, inlet: int, outlet: int, text: int, layers: Layers) -> None:
    """Keep nothing in, text out twice, the channel and the hello; close everything else."""
    ends = (inlet, outlet, text, hello)
    high = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 10) for descriptor in ends]
    nothing = os.open("/dev/null", os.O_RDONLY)
    for descriptor, place in (
        (nothing, 0),
        (high[2], 1),
        (high[2], 2),
        (high[0], INLET),
        (high[1], OUTLET),
        (high[3], HELLO),
    ):
        os.dup2(descriptor, place)
    if "fds" in layers.names:
        os.closerange(HELLO + 1, _EVERY)


def become(user: int | None) -> None:
    """Take the ids that this user namespace maps; None where there is no such namespace."""
    if user is not None:
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        kernel.dumpable()
    kernel.die_with_parent()


def confine(
    layers: Layers, limits: dict[str, int], user: int | None, devices: Sequence[str] = ()
) -> None:
    """Shut this process in; what comes after runs in a box.

    ``devices`` are the nodes of the device that it was leased.

    Raises:
        OSError: when the kernel refuses one of the steps.
    """
    names = layers.names
    os.setsid()
    os.umask(0o022)
    become(user)
    if "cgroup" in names:
        kernel.unshare(kernel.NAMESPACES["cgroup"])
    if "uts" in names:
        socket.sethostname("box")
    if "mount" in names:
        nodes.show(devices)
        _mounts(limits, names, layers.buried)
        os.chdir(root.WORK)
    if "rlimits" in names:
        _limit(limits)
    if "no_new_privs" in names:
        if "capabilities" in names:
            kernel.drop_capabilities()
        kernel.no_new_privileges()
    if "landlock" in names:
        landlock.apply(landlock.with_controls(layers.landlock, devices))
    if "seccomp" in names:
        seccomp.apply(layers.seccomp)
    if "capabilities" in names and "no_new_privs" not in names:
        kernel.drop_capabilities()  # without that word the filters above need rights
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _mounts(limits: dict[str, int], names: frozenset[str], buried: Sequence[str]) -> None:
    """Its own folders on the common root, and a /proc that shows its own processes."""
    safe = kernel.MS_NOSUID | kernel.MS_NODEV
    bounds = f",size={limits['disk_mb'] * _MEGABYTE}" if "disk" in names else ""
    bounds += f",nr_inodes={limits['files']}" if "inodes" in names else ""
    for folder in (root.WORK, root.TEMPORARY, root.SHARED):
        mode = "0755" if folder == root.WORK else "1777"
        root.own_folder(folder, f"mode={mode}{bounds}", buried)
    if "pid" in names:
        kernel.mount("proc", root.PROC, "proc", safe | kernel.MS_NOEXEC)
        # No wall: its own threads have records of the same. No program needs these, though, and
        # what looks for them by their usual names finds nothing.
        for name in ("mem", "environ"):
            kernel.mount(root.CLOSED, f"{root.PROC}/1/{name}", "", kernel.MS_BIND)


def _limit(limits: dict[str, int]) -> None:
    """Limits per process; those of the whole tree are watched from outside."""
    own = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: limits["cpu_seconds"] + 1,
        resource.RLIMIT_FSIZE: limits["disk_mb"] * _MEGABYTE,
        resource.RLIMIT_NOFILE: limits["open_files"],
        resource.RLIMIT_NPROC: limits["processes"],
        resource.RLIMIT_STACK: _STACK,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_MEMLOCK: _MEGABYTE,
        resource.RLIMIT_SIGPENDING: 256,
        resource.RLIMIT_NICE: 0,
        resource.RLIMIT_RTPRIO: 0,
    }
    if limits["memory_mb"]:
        own[resource.RLIMIT_AS] = _address_space() + limits["memory_mb"] * _MEGABYTE
    for kind, limit in own.items():
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)  # noqa: PLW2901  # never above what is there
        resource.setrlimit(kind, (limit, limit))


def _address_space() -> int:
    """Bytes of address space that are taken already, by what the zygote imported."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()
