"""Commands as an ordinary user: what root starts here runs as a user who owns nothing.

An interpreter below /root cannot be reached by others. In a mount namespace of the command's own,
each folder that keeps others out is covered by one that shows only what tests need.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

NOBODY = 65534
_SOURCE = """
import ctypes, json, os, sys
user, covers, command = int(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3:]
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *words):
    if getattr(libc, name)(*words) < 0:
        sys.exit(name + ": " + os.strerror(ctypes.get_errno()))
def mount(source, target, kind, flags, options=None):
    call("mount", os.fsencode(source), os.fsencode(target), kind, ctypes.c_ulong(flags), options)
if covers:
    call("unshare", 0x20000)
    mount("none", "/", None, 0x44000)
for cover, shown in covers.items():
    opened = {path: os.open(path, os.O_PATH) for path in shown}
    mount("tmpfs", cover, b"tmpfs", 0, b"mode=0755")
    for path, file in opened.items():
        os.makedirs(path, exist_ok=True)
        mount("/proc/self/fd/" + str(file), path, None, 0x5000)
os.setgroups([])
os.setresgid(user, user, user)
os.setresuid(user, user, user)
os.execv(command[0], command)
"""


def ordinary(*words: str, timeout: float = 180) -> subprocess.CompletedProcess[str]:
    """Run this interpreter with these words as an ordinary user; as ourselves if we are one."""
    command = [sys.executable, *words]
    if os.getuid() == 0:
        covers = json.dumps(_covers())
        command = [sys.executable, "-I", "-S", "-c", _SOURCE, str(NOBODY), covers, *command]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
        cwd=Path(__file__).parents[2],
        env={"PATH": os.environ["PATH"], "HOME": "/tmp", "LANG": "C.UTF-8"},
    )


def why_not() -> str:
    """Why nothing can be run as an ordinary user here; empty where it can."""
    told = ordinary("-c", "import grader, os; assert os.getuid() != 0")
    return "" if told.returncode == 0 else (told.stderr.strip() or "no word").splitlines()[-1]


def _covers() -> dict[str, list[str]]:
    """Folders that keep others out -> what must be seen below them."""
    real = os.path.realpath(sys.executable)
    needed = {sys.prefix, sys.base_prefix, str(Path(real).parents[1]), str(Path.cwd())}
    covers: dict[str, list[str]] = {}
    for path in sorted(needed):
        above = (folder for folder in reversed(Path(path).parents))
        closed = next((folder for folder in above if not folder.stat().st_mode & 1), None)
        if closed is not None and not any(path.startswith(f"{p}/") for p in needed - {path}):
            covers.setdefault(str(closed), []).append(path)
    return covers


if __name__ == "__main__":  # python -m tests.sandbox.ordinary -m pytest ...
    done = ordinary(*sys.argv[1:], timeout=1200)
    print(done.stdout, done.stderr, sep="\n")
    sys.exit(done.returncode)
