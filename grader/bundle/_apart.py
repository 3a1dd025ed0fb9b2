"""Boxes of another user: for root in a container that gives neither namespaces nor new kernels.

That is how hosted grading services run: as root, with student code beside it. A box is a process of
a user who owns nothing but its own folder, with no way to gain rights, a filter of system calls that
leaves it no internet socket, limits, and Landlock as far as this kernel has it. Files that
everybody may read can be read, and processes can be seen: level L1. With a Landlock that is new
enough they are closed: L2.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from grader.sandbox import Isolation, Job, Run
from grader.sandbox.backends.landlock import _allowed, _environment, _filters
from grader.sandbox.host import sources
from grader.sandbox.host.cold import Cold
from grader.sandbox.host.runtime import Runtime, runtime
from grader.sandbox.inside import landlock, seccomp

_FIRST_USER, _USERS = 62_400, 400
"""Host user ids for boxes; they own nothing but their folder."""
_LAYERS = ("another user", "no_new_privs", "rlimits", "fds", "environment", "watchdog")
_MISSING = ("mount", "pid", "net", "ipc", "uts", "cgroup", "capabilities", "root", "disk", "inodes")
_SHARED = ("/tmp", "/var/tmp", "/dev/shm", "/run/lock")  # noqa: S108  # they are emptied, not used
_GONE = 5.0
_SCOPES = 6
"""The version of Landlock that keeps signals and abstract sockets in."""
_FIRST_TO_GO = ("/bin/sh", "-c", 'echo 1000 >/proc/self/oom_score_adj; exec "$0" "$@"')
"""Where memory ends before a watchdog sees it, the kernel ends a box and not what marks."""


_WALLED = (
    "another user without rights; files and network are closed by Landlock and a filter of system"
    " calls; for a container that holds nothing else, with all secrets root's own"
)
_OPEN = (
    "another user without rights, and a filter of system calls: files that everybody may read can"
    " be read, processes can be seen; for a container that holds nothing else, with all secrets"
    " root's own"
)


@dataclass(slots=True)
class OtherUser:
    """Runs each job as a user of its own; needs root, and an interpreter that others can reach.

    Option: the ``venv`` whose interpreter boxes use; this one's where none is named.
    """

    venv: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def isolation(self) -> Isolation:
        """What stands between a job and this machine."""
        walled = landlock.abi() >= _SCOPES
        return Isolation(
            level="L2" if walled else "L1",
            backend="other-user",
            layers=_LAYERS,
            missing=_MISSING,
            says=_WALLED if walled else _OPEN,
        )

    def __call__(self, job: Job) -> Run:
        """Run one job."""
        if why := why_not():
            return Run(ended="box failed", why=why, isolation=self.isolation)
        shown = runtime(job.runtime, self.venv)
        user = _FIRST_USER + secrets.randbelow(_USERS)
        with tempfile.TemporaryDirectory(prefix="grader-", ignore_cleanup_errors=True) as folder:
            Path(folder).chmod(0o711)
            work, temporary = Path(folder, "box"), Path(folder, "tmp")
            for own in (work, temporary):
                own.mkdir(mode=0o700)
                os.chown(own, user, user)
            run = Cold(
                command=[*_FIRST_TO_GO, shown.python, *sources.ARGUMENTS, "0"],
                environment=_environment(work, temporary),
                runtime=shown,
                folder=str(work),
                path=shown.path,
                limits=job.limits,
                cwd=str(work),
                walls={"landlock": _opened(shown, work, temporary), "filters": _filters()},
                user=user,
                further={"NPROC": job.limits.processes},
                kill=lambda: end_all(user),
            )(job, self.isolation)
        clear(user)
        return _judged(run)

    def close(self) -> None:
        """Nothing stays open between jobs."""


def _opened(shown: Runtime, work: Path, temporary: Path) -> dict[str, Any]:
    """What Landlock leaves open; our own parsers are found in the folder that holds our package."""
    allowed = _allowed(shown, work, temporary)
    if shown.name == "reading":
        allowed["read"] = [*allowed["read"], str(Path(str(files("grader"))).parent)]
    return allowed


def why_not() -> str:
    """Why no box can be made here, empty where one can."""
    if sys.platform != "linux":
        return "boxes of another user need Linux"
    if os.geteuid() != 0:
        return "boxes of another user need root"
    return "" if seccomp.available() else "this kernel cannot filter system calls"


def _judged(run: Run) -> Run:
    """A box that could not filter system calls ran nothing that counts."""
    if run.ended == "box failed" or "seccomp" in run.isolation.layers:
        return run
    isolation = replace(run.isolation, level="L0", says="NOT ISOLATED: no filter of system calls")
    return Run(ended="box failed", why="no filter of system calls", isolation=isolation)


def end_all(user: int) -> None:
    """End every process of a user; new ones may be made meanwhile, so it goes on until none is."""
    until = time.monotonic() + _GONE
    while (left := list(_processes(user))) and time.monotonic() < until:
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.005)


def _processes(user: int) -> Iterator[int]:
    for name in os.listdir("/proc"):  # noqa: PTH208  # asked for many times a second
        if name.isdecimal():
            with contextlib.suppress(OSError):
                zombie = Path(f"/proc/{name}/stat").read_bytes().rpartition(b") ")[2][:1] == b"Z"
                if Path(f"/proc/{name}").stat().st_uid == user and not zombie:
                    yield int(name)


def clear(user: int) -> None:
    """Take away what a user left in folders that everybody may write; none of it runs any more."""
    for shared in _SHARED:
        with contextlib.suppress(OSError), os.scandir(shared) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if entry.stat(follow_symlinks=False).st_uid != user:
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        shutil.rmtree(entry.path, ignore_errors=True)
                    else:
                        Path(entry.path).unlink()
