"""Runs a program as a container of Docker's own profile lets it: no namespaces, no mounts, few rights.

As root, on x86-64. ``--no-landlock`` gives it a kernel without Landlock as well. What is closed is
that part of Docker's default profile which boxes need (moby/profiles, seccomp/default.json).
"""

import ctypes
import os
import struct
import sys

_KEPT = {0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31}  # Docker's default capabilities
_PR_CAPBSET_DROP, _PR_SET_SECCOMP, _FILTER = 24, 22, 2
_NEW_NAMESPACES = 0x7E020000
_EPERM, _ENOSYS = 1, 38
_CLOSED = {272: _EPERM, 308: _EPERM, 165: _EPERM, 155: _EPERM, 435: _ENOSYS}
_LANDLOCK = dict.fromkeys((444, 445, 446), _ENOSYS)
_CLONE = 56


def _program(closed):
    """BPF: load the number; each closed call fails; clone fails with flags for namespaces."""
    steps = [(0x20, 0, 0, 0)]
    for number, error in closed.items():
        steps += [(0x15, 0, 1, number), (0x06, 0, 0, 0x00050000 | error)]
    steps += [(0x15, 0, 3, _CLONE), (0x20, 0, 0, 16), (0x45, 0, 1, _NEW_NAMESPACES)]
    steps += [(0x06, 0, 0, 0x00050000 | _EPERM), (0x06, 0, 0, 0x7FFF0000)]
    return b"".join(struct.pack("<HBBI", *step) for step in steps), len(steps)


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def main(words):
    closed = dict(_CLOSED)
    if words[0] == "--no-landlock":
        closed |= _LANDLOCK
        words = words[1:]
    libc = ctypes.CDLL(None, use_errno=True)
    steps, length = _program(closed)
    own = _Filter(length, steps)
    if libc.prctl(_PR_SET_SECCOMP, _FILTER, ctypes.byref(own), 0, 0):
        raise OSError(ctypes.get_errno(), "no filter could be set")
    for capability in range(41):
        if capability not in _KEPT:
            libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    os.execvp(words[0], words)


if __name__ == "__main__":
    main(sys.argv[1:])
