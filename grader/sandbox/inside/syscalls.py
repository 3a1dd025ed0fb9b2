"""System calls that the C library has no function for, by number."""

from __future__ import annotations

import ctypes
import errno
import os
import sys

NUMBERS = {
    "x86_64": {"clone": 56, "pivot_root": 155, "seccomp": 317},
    "aarch64": {"clone": 220, "pivot_root": 41, "seccomp": 277},
}
"""Numbers that differ from machine to machine (asm/unistd.h)."""

COMMON = {
    "mount_setattr": 442,
    "landlock_create_ruleset": 444,
    "landlock_add_rule": 445,
    "landlock_restrict_self": 446,
}
"""Numbers that are the same on both."""

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
if _libc is not None:
    _libc.syscall.restype = ctypes.c_long
_machine = os.uname().machine if sys.platform == "linux" else sys.platform
_numbers = COMMON | NUMBERS.get(_machine, {}) if _machine in NUMBERS else {}


def machine() -> str:
    """Return the machine's name as the kernel says it, or the system's where that is not Linux."""
    return _machine


def number(name: str) -> int:
    """Return the number of a call.

    Raises:
        OSError: this machine has no such call, or we do not know it (ENOSYS).
    """
    if name not in _numbers:
        raise OSError(errno.ENOSYS, f"{name}: not known on {_machine}")
    return _numbers[name]


def call(name: str, *arguments: object) -> int:
    """Make a system call; whole numbers are passed as C long, other things as ctypes does.

    Raises:
        OSError: the kernel refuses, or this machine has no such call (ENOSYS); it says which.
    """
    if _libc is None:
        raise OSError(errno.ENOSYS, f"{name}: not known on {_machine}")
    wanted = ctypes.c_long(number(name))
    words = (ctypes.c_long(word) if isinstance(word, int) else word for word in arguments)
    result = int(_libc.syscall(wanted, *words))
    if result < 0:
        reason = ctypes.get_errno()
        raise OSError(reason, f"{name}: {os.strerror(reason)}")
    return result
