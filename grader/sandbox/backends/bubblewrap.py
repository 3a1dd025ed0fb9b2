"""Bubblewrap: a program that many Linux systems have, and that needs no root either.

Namespaces, an empty root with read-only binds and our filter of system calls are its work;
Landlock is put on from inside, before any student code. Each job starts an interpreter of its own
(no zygote, so imports take their time again), and a watchdog keeps the limits of its tree.

Nothing of it runs as root: called by root, it is started as a user id that owns nothing.
"""

from __future__ import annotations

import functools
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from grader.sandbox import Isolation, Job, Limits, Run
from grader.sandbox.backends import backends
from grader.sandbox.host import sources
from grader.sandbox.host.cold import Cold, innermost
from grader.sandbox.host.runtime import ENVIRONMENT, Runtime, runtime
from grader.sandbox.host.staged import reached, staged

_STUDENT = "1000"
_FIRST_USER, _USERS = 61_500, 400
"""As root: host user ids for boxes; they own nothing, and the native backend uses others."""
_MEGABYTE = 1 << 20
_WORK, _OWN = "/box", ("/box", "/tmp", "/dev/shm")  # noqa: S108  # of the box
_DEVICES = ("null", "zero", "full", "random", "urandom")
_STREAMS = (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2"))
_ETC = {
    "/etc/passwd": "root:x:0:0:root:/:/bin/false\nstudent:x:1000:1000:student:/box:/bin/sh\n",
    "/etc/group": "root:x:0:\nstudent:x:1000:\n",
    "/etc/hosts": "127.0.0.1 localhost box\n",
}
_LIMITS = {
    "STACK": 64 * _MEGABYTE,
    "MEMLOCK": _MEGABYTE,
    "MSGQUEUE": 0,
    "SIGPENDING": 256,
    "NICE": 0,
    "RTPRIO": 0,
}
_LAYERS = (
    *("user", "mount", "pid", "net", "ipc", "uts", "cgroup"),
    *("capabilities", "no_new_privs", "seccomp", "rlimits", "fds", "environment"),
    *("root", "masks", "inodes", "watchdog", "seeds"),
)


@backends.register
@dataclass(slots=True)
class Bubblewrap:
    """Runs each job in a sandbox of bubblewrap.

    Options: the ``venv`` whose interpreter boxes use (this one's where none is named), folders
    that are ``hidden`` from every box, pairs of a folder and the path at which it is ``shown`` to
    boxes, the ``program``, and whether ``landlock`` is put on as
    well where the kernel has it.

    >>> with Bubblewrap() as box:  # doctest: +SKIP
    ...     box(Job(steps=(Step(do="cell", data={"source": "1 + 1", "number": 1}),)))
    """

    venv: Path | None = None
    hidden: Sequence[str] = ()
    shown: Sequence[tuple[str, str]] = ()
    program: str = "bwrap"
    landlock: bool = True
    _empty: tempfile.TemporaryDirectory[str] | None = field(default=None, init=False, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def isolation(self) -> Isolation:
        """What stands between a job and this machine; a run adds whether Landlock does."""
        sized = "--size" in _help(self.program)
        return Isolation(
            level="L3",
            backend="bubblewrap",
            layers=(*_LAYERS, *(("disk",) if sized else ())),
            missing=() if sized else ("disk",),
            says="own namespaces, files and network, by bubblewrap; the kernel is shared",
        )

    def __call__(self, job: Job) -> Run:
        """Run one job in a sandbox of its own."""
        if not _help(self.program):
            why = f"there is no program {self.program} here; install the package bubblewrap"
            return Run(ended="box failed", why=why, isolation=self.isolation)
        shown = replace(runtime(job.runtime, self.venv, self.hidden), shown=tuple(self.shown))
        if self._empty is None:
            self._empty = _made_empty()
        texts = _Texts()
        return Cold(
            command=self._command(shown, job.limits, texts, Path(self._empty.name)),
            environment=ENVIRONMENT,
            runtime=shown,
            folder=_WORK,
            path=shown.path,
            limits=job.limits,
            cwd="/",
            walls={"landlock": _allowed(shown)} if self.landlock else {},
            passed=texts.descriptors,
            further={**_LIMITS, "NPROC": job.limits.processes},
            own=_OWN,
            relayed=True,
            inner=innermost,
        )(job, self.isolation)

    def _command(self, shown: Runtime, limits: Limits, texts: _Texts, empty: Path) -> list[str]:
        """The whole command; the order of mounts is that of its words."""
        ids = ["--uid", _STUDENT, "--gid", _STUDENT, "--hostname", "box"]
        # All, and these two once more: of all, bubblewrap would let them fail in silence.
        apart = ["--unshare-all", "--unshare-user", "--unshare-cgroup", "--as-pid-1"]
        ends = ["--die-with-parent", "--new-session", "--cap-drop", "ALL"]
        filtered = ["--seccomp", texts.add(sources.program(f"{os.uname().machine}.bpf"))]
        words = [*apart, *ids, *ends, *filtered]
        words += [*_devices(), "--proc", "/proc"]
        size = ["--size", str(limits.disk_mb * _MEGABYTE)]
        for folder in _OWN:  # before the binds: an interpreter may lie below /tmp
            words += [*(size if "--size" in _help(self.program) else []), "--tmpfs", folder]
        for path, content in _ETC.items():
            words += ["--ro-bind-data", texts.add(content.encode()), path]
        shows = [
            *((bind, bind) for bind in sorted(shown.binds)),
            *_masks(shown, empty),
            *shown.shown,
        ]
        as_root = os.getuid() == 0
        origins = [origin for origin, _ in shows]
        for origin, (_, target) in zip(
            reached(origins) if as_root else origins, shows, strict=True
        ):
            words += ["--ro-bind", origin, target]
        for link, target in shown.links:
            words += ["--symlink", target, link]
        words += ["--remount-ro", "/", "--chdir", _WORK, "--"]
        words += [shown.python, *sources.ARGUMENTS, "0"]
        command = [shutil.which(self.program) or self.program, *words]
        user = _FIRST_USER + secrets.randbelow(_USERS)
        return staged(command, origins, user) if as_root else command

    def close(self) -> None:
        """Nothing runs between jobs; only an empty folder is taken away."""
        if self._empty is not None:
            self._empty.cleanup()
            self._empty = None


class _Texts:
    """Short texts that bubblewrap is given, each by a descriptor."""

    def __init__(self) -> None:
        self.descriptors: list[int] = []

    def add(self, data: bytes) -> str:
        """Return the number of a descriptor from which the text can be read."""
        out, into = os.pipe()
        self.descriptors.append(out)
        with os.fdopen(into, "wb") as file:  # far less than a pipe holds
            file.write(data)
        return str(out)


def _masks(shown: Runtime, empty: Path) -> Iterable[tuple[str, str]]:
    """What is shown empty, and what is shown in its place."""
    for mask in map(Path, shown.masks):
        if mask.exists() and not mask.is_symlink():
            yield str(empty / ("folder" if mask.is_dir() else "file")), str(mask)


def _made_empty() -> tempfile.TemporaryDirectory[str]:
    """What is shown in place of masked things: an empty folder, an empty file."""
    made = tempfile.TemporaryDirectory(prefix="grader-", ignore_cleanup_errors=True)
    Path(made.name, "folder").mkdir(mode=0o755)
    Path(made.name, "file").touch(mode=0o644)
    return made


def _devices() -> Iterable[str]:
    """Five devices and no terminal, as in a native box."""
    words: list[str] = []
    for name in _DEVICES:
        words += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for name, target in _STREAMS:
        words += ["--symlink", f"/proc/self/fd{target}", f"/dev/{name}"]
    return words


def _allowed(shown: Runtime) -> dict[str, Any]:
    """What Landlock lets a box touch; what is not there is left out inside."""
    return {
        "read_execute": [*shown.binds, *(place for _, place in shown.shown), "/etc", "/proc"],
        "read_write": list(_OWN),
        "devices": [f"/dev/{name}" for name in _DEVICES],
    }


@functools.cache
def _help(program: str) -> str:
    """What this bubblewrap can do, in its own words; empty where there is none."""
    found = shutil.which(program)
    if found is None:
        return ""
    try:
        told = subprocess.run([found, "--help"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return (told.stdout + told.stderr).decode("utf-8", "replace")
