"""System calls that the C library has no function for, by number."""

from __future__ import annotations

import ctypes
import errno
import os
import sys

NUMBERS = {
    "x86_64": {"seccomp": 317},
    "aarch64": {"seccomp": 277},
}
"""Numbers that differ from machine to machine (asm/unistd.h)."""

COMMON = {
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


def call(name: str, *arguments: object) -> int:
    """Make a system call; whole numbers are passed as C long, other things as ctypes does.

    Raises:
        OSError: the kernel refuses, or this machine has no such call (ENOSYS); it says which.
    """
    if _libc is None or name not in _numbers:
        raise OSError(errno.ENOSYS, f"{name}: not known on {_machine}")
    words = (ctypes.c_long(word) if isinstance(word, int) else word for word in arguments)
    result = int(_libc.syscall(ctypes.c_long(_numbers[name]), *words))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result
