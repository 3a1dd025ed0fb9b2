"""What Python has no function for: mounts, namespaces, capabilities, one clone with everything.

Names and numbers are those of the kernel's headers (linux/mount.h, sched.h, capability.h,
prctl.h); every call raises OSError with the call's name when the kernel refuses.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

from . import syscalls

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
MNT_DETACH = 2

NAMESPACES = {
    "mount": 0x00020000,
    "cgroup": 0x02000000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "user": 0x10000000,
    "pid": 0x20000000,
    "net": 0x40000000,
}
"""Flags of clone(2) and unshare(2)."""

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_CAPABILITY_VERSION = 0x20080522
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
# The clone must not give the interpreter's lock away: the child has this thread alone.
_locked = ctypes.PyDLL(None, use_errno=True) if sys.platform == "linux" else None


def _call(name: str, *arguments: object) -> int:
    result = int(getattr(_libc, name)(*arguments))
    if result < 0:
        reason = ctypes.get_errno()
        raise OSError(reason, f"{name}: {os.strerror(reason)}")
    return result


def mount(source: str, target: str, kind: str, flags: int = 0, options: str = "") -> None:
    """Mount; ``kind`` is the file system's type, empty for binds and changes of flags."""
    words = (os.fsencode(word) if word else None for word in (source, target, kind))
    first, second, third = words
    _call("mount", first, second, third, ctypes.c_ulong(flags), os.fsencode(options) or None)


def read_only(target: str, *, below: bool = True) -> None:
    """Make a mount, and all below it, read-only, without set-uid programs and devices."""

    class Attributes(ctypes.Structure):
        _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "userns")]

    wanted = Attributes(MS_RDONLY | MS_NOSUID | MS_NODEV, 0, 0, 0)
    syscalls.call(
        "mount_setattr",
        ctypes.c_int(_AT_FDCWD),
        os.fsencode(target),
        ctypes.c_uint(_AT_RECURSIVE if below else 0),
        ctypes.byref(wanted),
        ctypes.c_size_t(ctypes.sizeof(wanted)),
    )


def change_root(root: str) -> None:
    """Make ``root``, a mount point, the root of this mount namespace, and let the old one go."""
    os.chdir(root)
    syscalls.call("pivot_root", b".", b".")
    _call("umount2", b".", MNT_DETACH)
    os.chdir("/")


def unshare(flags: int) -> None:
    """Leave namespaces for fresh ones."""
    _call("unshare", ctypes.c_int(flags))


def clone(flags: int) -> int:
    """Fork into fresh namespaces by one system call; return as ``os.fork`` does.

    The interpreter's own hooks run around it, the C library's do not: the caller has one
    thread, and is process 1 of its pid namespace just as the child is of its own, so that the
    thread id which the C library remembers stays true.
    """
    python = ctypes.pythonapi
    number = ctypes.c_long(syscalls.number("clone"))
    python.PyOS_BeforeFork()
    pid = int(
        _locked.syscall(  # type: ignore[union-attr]  # only where there is such a library
            number, ctypes.c_long(flags | signal.SIGCHLD), None, None, None, None
        )
    )
    if pid == 0:
        python.PyOS_AfterFork_Child()
        return 0
    reason = ctypes.get_errno()
    python.PyOS_AfterFork_Parent()
    if pid < 0:
        raise OSError(reason, f"clone: {os.strerror(reason)}")
    return pid


def die_with_parent() -> None:
    """Ask to be killed when the parent ends."""
    _call("prctl", _PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0)


def drop_capabilities() -> None:
    """Give every capability away, now and for all programs that will be started."""
    for capability in range(_last_capability + 1):
        _call("prctl", _PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0)
    _call("prctl", _PR_CAP_AMBIENT, ctypes.c_ulong(_PR_CAP_AMBIENT_CLEAR_ALL), 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _call("capset", ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)()))


def _read_last_capability() -> int:
    try:
        with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError):
        return 40  # Linux 5.9; a newer kernel says it itself


_last_capability = _read_last_capability()


def no_new_privileges() -> None:
    """Let no program that is started gain rights: set-uid bits mean nothing from now on."""
    _call("prctl", _PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), 0, 0, 0)


def dumpable() -> None:
    """Own the files below /proc/self again after a change of user."""
    _call("prctl", _PR_SET_DUMPABLE, ctypes.c_ulong(1), 0, 0, 0)


_MADV_COLLAPSE = 25
_HUGE = 2 << 20


def collapse() -> int:
    """Gather this process's own memory into huge pages; return how many bytes were tried.

    A fork copies one entry for a huge page instead of 512, and its end undoes one. The kernel may
    refuse any range, which costs nothing.
    """
    tried = 0
    with open("/proc/self/maps", encoding="utf-8", errors="replace") as file:
        lines = file.read().splitlines()
    for line in lines:
        span, rights, _, device, *_ = line.split()
        if not rights.startswith("rw") or device != "00:00":
            continue
        begin, end = (int(part, 16) for part in span.split("-"))
        begin, end = -(-begin // _HUGE) * _HUGE, end // _HUGE * _HUGE
        for at in range(begin, end, _HUGE):
            tried += _HUGE
            _libc.madvise(  # type: ignore[union-attr]  # only where there is such a library
                ctypes.c_void_p(at), ctypes.c_size_t(_HUGE), _MADV_COLLAPSE
            )
    return tried
