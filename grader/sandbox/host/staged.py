"""As root: start a program as a user who owns nothing, yet can reach what it shall show.

An interpreter often lies where only its owner may walk (below /root). In a mount namespace of its
own, each file and folder is bound to a short path that everybody can reach; then the user id is
given up, for good, and the program started.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

_PLACE = "/tmp"  # a mount point that is everywhere; covered in that namespace only
_SOURCE = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *words):
    if getattr(libc, name)(*words) < 0:
        sys.exit(name + ": " + os.strerror(ctypes.get_errno()))
def mount(source, target, kind, flags, options=None):
    call("mount", os.fsencode(source), os.fsencode(target), kind, ctypes.c_ulong(flags), options)
place, user, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
command = sys.argv[4 + count:]
call("unshare", 0x20000)
mount("none", "/", None, 0x44000)
opened = [os.open(path, os.O_PATH) for path in sys.argv[4:4 + count]]
mount("tmpfs", place, b"tmpfs", 6, b"mode=0755")
os.umask(0o022)
for number, source in enumerate(opened):
    target = place + "/" + str(number)
    if os.fstat(source).st_mode & 0o170000 == 0o040000:
        os.mkdir(target)
    else:
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY))
    mount("/proc/self/fd/" + str(source), target, None, 0x5000)
    os.close(source)
os.setgroups([])
os.setresgid(user, user, user)
os.setresuid(user, user, user)
os.execv(command[0], command)
"""


def reached(sources: Sequence[str]) -> list[str]:
    """Return the paths at which ``staged`` shows the files and folders, in their order."""
    return [f"{_PLACE}/{number}" for number in range(len(sources))]


def staged(command: Sequence[str], sources: Sequence[str], user: int) -> list[str]:
    """Return the command that shows ``sources`` at their short paths and starts the other one.

    Args:
        command: the program, by its absolute path, and its words; paths are those of ``reached``.
        sources: files and folders, absolute.
        user: the user and group id that it is started as.
    """
    python = os.path.realpath(sys.executable)
    own = [_PLACE, str(user), str(len(sources)), *sources]
    return [python, "-I", "-S", "-c", _SOURCE, *own, *command]
