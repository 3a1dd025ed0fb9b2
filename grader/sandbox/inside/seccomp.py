"""The filter of system calls: read where our files are, put on where they are not.

``load`` is for the host or the zygote, ``apply`` for the box, just before a student's first line:
nothing after it may need a denied call. What is denied, and why, stands in
``grader/sandbox/filters/rules.toml``.
"""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

from . import syscalls

_SET_MODE_FILTER = 1
_GET_ACTION_AVAILABLE = 2
_FLAG_TSYNC = 1  # all threads of the process
_KILL_PROCESS = 0x80000000
_STEP_BYTES = 8


class _Program(ctypes.Structure):
    """``struct sock_fprog`` of linux/filter.h."""

    _fields_ = (("steps", ctypes.c_ushort), ("first", ctypes.c_char_p))


def name(*, exam: bool = False, inet: bool = True, machine: str | None = None) -> str:
    """Return the name of a filter.

    ``exam`` also denies file locks and starting programs, so that boxes cannot signal to each
    other; without ``inet`` no internet socket can be made, for hosts without network namespaces.
    """
    words = [machine or syscalls.machine()]
    words += ["exam"] if exam else []
    words += [] if inet else ["no-inet"]
    return "-".join(words)


def load(name: str) -> bytes:
    """Read a filter that was shipped with us.

    Raises:
        OSError: there is none of this name; the message says which there are.
    """
    folder = Path(__file__).parent.parent / "filters"
    try:
        return (folder / f"{name}.bpf").read_bytes()
    except FileNotFoundError:
        known = ", ".join(sorted(path.stem for path in folder.glob("*.bpf"))) or "none"
        raise FileNotFoundError(
            errno.ENOENT, f"no filter of system calls for {name}; there are: {known}"
        ) from None


def available() -> bool:
    """Say whether this kernel and machine can filter system calls as our filters need it."""
    action = ctypes.c_uint32(_KILL_PROCESS)
    try:
        syscalls.call("seccomp", _GET_ACTION_AVAILABLE, 0, ctypes.byref(action))
    except OSError:
        return False
    return True


def apply(program: bytes) -> None:
    """Put a filter on this process: all its threads, for good, and all that it will start.

    The caller has set ``no_new_privs``.

    Raises:
        OSError: the kernel refuses; nothing is filtered then.
    """
    steps, rest = divmod(len(program), _STEP_BYTES)
    if not steps or rest:
        raise OSError(errno.EINVAL, f"a filter of {len(program)} bytes is no list of steps")
    wanted = _Program(steps, program)
    try:
        thread = syscalls.call("seccomp", _SET_MODE_FILTER, _FLAG_TSYNC, ctypes.byref(wanted))
    except OSError as refused:
        why = refused.strerror or ""
        if refused.errno in {errno.EACCES, errno.EPERM}:
            why += " (is no_new_privs set, and is there no filter yet?)"
        raise OSError(refused.errno or errno.EINVAL, why) from None
    if thread:
        raise OSError(errno.EBUSY, f"seccomp: {os.strerror(errno.EBUSY)}: thread {thread}")
