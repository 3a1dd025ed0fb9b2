"""Landlock and a filter of system calls alone: for machines that let nobody make namespaces.

It is weaker than what has namespaces, and says so: level L2, which must be accepted by name. Made
for containers that hold nothing else. A box reads its runtime and its own folder, makes no internet
socket, and (with Landlock of version 6) signals and talks to nothing outside.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from grader.sandbox import Isolation, Job, Run
from grader.sandbox.backends import backends
from grader.sandbox.host import sources
from grader.sandbox.host.cold import Cold
from grader.sandbox.host.runtime import ENVIRONMENT, Runtime, runtime
from grader.sandbox.inside import landlock, seccomp

_SCOPES = 6
"""The version of Landlock that keeps signals and abstract sockets in."""
_FIRST_USER, _USERS = 61_950, 400
"""As root: host user ids for boxes; they own nothing but their folder."""
_DEVICES = ("null", "zero", "full", "random", "urandom")
_ETC = ("passwd", "group", "hosts", "nsswitch.conf", "localtime", "mime.types", "fonts", "ssl")
_PROC = ("self", "cpuinfo", "meminfo", "stat", "version", "filesystems", "sys/vm", "sys/kernel")
"""Of /proc a box reads this alone: not which programs others run, with which words."""
_LAYERS = ("no_new_privs", "landlock", "seccomp", "rlimits", "fds", "environment", "watchdog")
_MISSING = (
    *("user", "mount", "pid", "net", "ipc", "uts", "cgroup"),
    *("capabilities", "root", "disk", "inodes"),
)


@backends.register
@dataclass(slots=True)
class Landlocked:
    """Runs each job in a child process that shuts itself in before any student code.

    Options: the ``venv`` whose interpreter boxes use; this one's where none is named.

    >>> with Landlocked() as box:  # doctest: +SKIP
    ...     box(Job(steps=(Step(do="cell", data={"source": "1 + 1", "number": 1}),)))
    """

    venv: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def isolation(self) -> Isolation:
        """What stands between a job and this machine."""
        return Isolation(
            level="L2",
            backend="landlock",
            layers=tuple(layer for layer in _LAYERS if layer not in ("landlock", "seccomp")),
            missing=_MISSING,
            says=(
                "no namespaces: network and files are closed by Landlock and a filter of system"
                " calls; for a container that holds nothing else"
            ),
        )

    def __call__(self, job: Job) -> Run:
        """Run one job."""
        if why := _why_not():
            return Run(ended="box failed", why=why, isolation=self.isolation)
        shown = runtime(job.runtime, self.venv)
        user = _FIRST_USER + secrets.randbelow(_USERS) if os.getuid() == 0 else None
        with tempfile.TemporaryDirectory(prefix="grader-", ignore_cleanup_errors=True) as folder:
            Path(folder).chmod(0o711)
            work, temporary = Path(folder, "box"), Path(folder, "tmp")
            for own in (work, temporary):
                own.mkdir(mode=0o755)
                if user is not None:
                    os.chown(own, user, user)
            return Cold(
                command=[shown.python, *sources.ARGUMENTS, "0"],
                environment=_environment(work, temporary),
                runtime=shown,
                folder=str(work),
                path=shown.path,
                limits=job.limits,
                cwd=str(work),
                walls={"landlock": _allowed(shown, work, temporary), "filters": _filters()},
                user=user,
                further={} if user is None else {"NPROC": job.limits.processes},
            )(job, self.isolation)

    def close(self) -> None:
        """Nothing stays open between jobs."""


def _why_not() -> str:
    if sys.platform != "linux":
        return "landlock boxes need Linux"
    if landlock.abi() < _SCOPES:
        return f"Landlock is of version {landlock.abi()} here, and {_SCOPES} is needed (Linux 6.12)"
    return "" if seccomp.available() else "this kernel cannot filter system calls"


def _filters() -> dict[str, str]:
    machine = os.uname().machine
    return {machine: sources.program(f"{machine}-no-inet.bpf").hex()}


def _allowed(shown: Runtime, work: Path, temporary: Path) -> dict[str, Any]:
    """What Landlock lets a box touch; what is not there is left out inside."""
    return {
        "read_execute": [path for bind in shown.binds for path in _around(bind, shown.masks)],
        "read": [*(f"/etc/{name}" for name in _ETC), *(f"/proc/{name}" for name in _PROC)],
        "read_write": [str(work), str(temporary)],
        "devices": [f"/dev/{name}" for name in _DEVICES],
    }


def _around(path: str, masks: Iterable[str]) -> Iterator[str]:
    """Yield a folder, or what lies in it where something in it must not be read."""
    below = [mask for mask in masks if mask == path or mask.startswith(f"{path}/")]
    if not below:
        yield path
    elif path not in below:
        for entry in sorted(Path(path).iterdir()):
            yield from _around(str(entry), below)


def _environment(work: Path, temporary: Path) -> dict[str, str]:
    own = {"HOME": str(work), "TMPDIR": str(temporary)}
    caches = {"MPLCONFIGDIR": str(temporary / "mpl"), "IPYTHONDIR": str(temporary / "ipython")}
    return {**ENVIRONMENT, **own, **caches}
