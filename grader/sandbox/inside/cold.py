"""A process that runs one job and was started for it: no zygote.

What shuts it in (bubblewrap, a container, nothing at all) stands around it already; where it is
asked to, it adds Landlock and a filter of system calls itself. Frames come in by its standard
input and go out by its standard output; what student code prints, to either stream, goes to
standard error.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any

from .channel import Channel
from .prepare import imported, prepared
from .reseed import reseed
from .serve import serve

_PR_SET_CHILD_SUBREAPER = 36
_MEGABYTE = 1 << 20


def main(*, settings: dict[str, Any]) -> None:
    """Serve one job; returns when the channel closes."""
    own = _channel()
    os.chdir(settings["folder"])
    sys.path[:] = [*settings["path"]] or sys.path
    # Before the imports: what they might start would otherwise stay outside of Landlock.
    on = _walls(settings["walls"]) if settings["walls"] else []
    missing = imported(settings["imports"])
    state = prepared(with_ipython="IPython" in settings["imports"] and "IPython" not in missing)
    state.folder = settings["folder"]
    reseed()
    _limit(settings["limits"])
    own.write({"ready": True, "missing": missing, "walls": on})
    serve(own, state)


def _channel() -> Channel:
    """Keep both ways of the channel, nothing to read, one way for text; close all else."""
    if os.name == "posix":
        _close_all_above(2)
    inlet, outlet = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return Channel(inlet, outlet)


def _close_all_above(last: int) -> None:
    """Close what a program that started us may have left open: folders outside, above all."""
    for folder in ("/proc/self/fd", "/dev/fd"):
        with contextlib.suppress(OSError):
            for name in os.listdir(folder):
                if int(name) > last:
                    with contextlib.suppress(OSError):
                        os.close(int(name))
            return
    os.closerange(last + 1, min(os.sysconf("SC_OPEN_MAX"), 1 << 20))


def _walls(wanted: dict[str, Any]) -> list[str]:
    """Put up what this kernel has of the walls that are asked for, and return their names.

    Raises:
        OSError: when the kernel has one of them and it cannot be put up.
    """
    from . import kernel, landlock, seccomp, syscalls  # noqa: PLC0415  # only on Linux

    kernel.no_new_privileges()
    on = []
    if wanted.get("landlock") and landlock.abi():
        # What an image of a container lacks cannot be allowed, and need not be.
        named = wanted["landlock"].items()
        there: dict[str, Any] = {
            kind: [p for p in paths if os.path.exists(p)] for kind, paths in named
        }
        landlock.apply(landlock.prepare(**there))
        on.append("landlock")
    program = wanted.get("filters", {}).get(syscalls.machine())
    if program and seccomp.available():
        seccomp.apply(bytes.fromhex(program))
        on.append("seccomp")
    return on


def _limit(limits: dict[str, int]) -> None:
    """Limits of this process and each that it starts, beyond what its own start took."""
    if sys.platform == "linux":
        _adopt()
    try:
        import resource  # noqa: PLC0415  # only on Unix
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    for name, limit in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}", None)
        if kind is None:
            continue
        more = 0
        if name == "CPU":
            more = round(used.ru_utime + used.ru_stime)
        elif name == "AS":
            more = _address_space()
            if not more:
                continue  # macOS counts addresses, but bounds nothing by them
        hard = resource.getrlimit(kind)[1]
        most = limit + more if hard == resource.RLIM_INFINITY else min(limit + more, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def _adopt() -> None:
    """Stay the parent of every descendant, so that the tree can be measured and ended whole."""
    import ctypes  # noqa: PLC0415  # only on Linux

    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, ctypes.c_ulong(1), 0, 0, 0)


def _address_space() -> int:
    """Bytes of address space that are taken already, 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
