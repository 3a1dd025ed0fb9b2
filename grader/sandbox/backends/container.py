"""A container of Docker or Podman, for machines where user namespaces are shut to us.

The image holds an interpreter and packages, and nothing of ours: our code is sent in. The
program's own profile of system calls stays on; our filter, and Landlock where the machine below
has it, are put on from inside, before any student code.
"""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from grader.sandbox import Isolation, Job, Limits, Run
from grader.sandbox.backends import backends
from grader.sandbox.host import sources
from grader.sandbox.host.cold import Cold
from grader.sandbox.host.runtime import ENVIRONMENT, Runtime, runtime

IMAGE = "grader-box"
_USER = "1000:1000"
_WORK, _TEMPORARY, _SHARED = "/box", "/tmp", "/dev/shm"  # noqa: S108  # of the box
_MEGABYTE = 1 << 20
_PATIENCE = 20
"""Seconds for a word of the program's own: it may have to wait for its daemon."""
_READABLE = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/opt", "/proc", "/dev")
_DEVICES = ("null", "zero", "full", "random", "urandom")
_LAYERS = (
    *("mount", "pid", "net", "ipc", "uts", "cgroup", "capabilities", "no_new_privs"),
    *("profile", "rlimits", "fds", "environment", "root", "masks", "disk", "inodes"),
    *("control groups", "seeds"),
)
_PROGRAMS_OWN = ("HOME", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "XDG_RUNTIME_DIR")
"""What the program itself needs to find its daemon or its store; the box sees none of it."""


@backends.register
@dataclass(slots=True)
class Container:
    """Runs each job in a container of its own, which is taken away with it.

    Options: the ``program`` (``docker`` or ``podman``), the ``image``, the ``python`` in it, and
    folders of the image that Landlock lets a box read beside the usual ones.

    >>> with Container(program="podman") as box:  # doctest: +SKIP
    ...     box(Job(steps=(Step(do="cell", data={"source": "1 + 1", "number": 1}),)))
    """

    program: str = "docker"
    image: str = IMAGE
    python: str = "python"
    readable: Sequence[str] = ()
    _started: set[str] = field(default_factory=set, init=False, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def isolation(self) -> Isolation:
        """What stands between a job and this machine; a run adds what it put up itself."""
        return Isolation(
            level="L3",
            backend="container",
            layers=_LAYERS,
            missing=("user",),
            says=f"a container of {self.program} without network; the kernel is shared",
        )

    def __call__(self, job: Job) -> Run:
        """Run one job in a container of its own."""
        if shutil.which(self.program) is None:
            why = f"there is no program {self.program} here"
            return Run(ended="box failed", why=why, isolation=self.isolation)
        name = f"grader-{secrets.token_hex(8)}"
        self._started.add(name)
        return Cold(
            command=self._command(name, job.limits),
            environment=_own_environment(),
            runtime=_runtime(job.runtime),
            folder=_WORK,
            limits=job.limits,
            walls={"landlock": self._allowed(), "filters": _filters()},
            relayed=True,
            meters_memory=True,
            inner=functools.partial(self._inner, name),
            kill=functools.partial(self._remove, name),
        )(job, self.isolation)

    def _command(self, name: str, limits: Limits) -> list[str]:
        """The whole command that starts a container."""
        own = f"mode=0755,uid=1000,gid=1000,nosuid,nodev,size={limits.disk_mb * _MEGABYTE}"
        passing = f"mode=1777,nosuid,nodev,size={limits.disk_mb * _MEGABYTE}"
        words = [self.program, "run", "--interactive", "--rm", "--pull", "never", "--name", name]
        words += ["--network", "none", "--ipc", "private", "--hostname", "box", "--read-only"]
        words += ["--tmpfs", f"{_WORK}:{own},exec,nr_inodes={limits.files}"]
        words += ["--tmpfs", f"{_TEMPORARY}:{passing},nr_inodes={limits.files}"]
        words += ["--shm-size", f"{limits.disk_mb}m", "--workdir", _WORK]
        words += ["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", _USER]
        words += ["--pids-limit", str(limits.processes)]
        words += ["--memory", f"{limits.memory_mb}m", "--memory-swap", f"{limits.memory_mb}m"]
        words += ["--ulimit", "core=0", "--log-driver", "none", "--entrypoint", ""]
        for key, value in ENVIRONMENT.items():
            if key != "PATH":  # the image knows where its interpreter is
                words += ["--env", f"{key}={value}"]
        return [*words, self.image, self.python, *sources.ARGUMENTS, "0"]

    def _allowed(self) -> dict[str, Any]:
        """What Landlock lets a box touch; what the image has not is left out inside."""
        return {
            "read_execute": [*_READABLE, *self.readable],
            "read_write": [_WORK, _TEMPORARY, _SHARED],
            "devices": [f"/dev/{name}" for name in _DEVICES],
        }

    def _inner(self, name: str, pid: int) -> int | None:
        """The interpreter as this machine sees it; None where its daemon is another machine's."""
        del pid
        told = self._ask("inspect", "--format", "{{.State.Pid}}", name)
        if not told.isdecimal() or int(told) == 0:
            return None
        with contextlib.suppress(OSError):
            said = Path(f"/proc/{told}/cmdline").read_bytes()
            if sources.ARGUMENTS[-1].encode() in said:
                return int(told)
        return None

    def _remove(self, name: str) -> None:
        """End and remove a container of ours; one that has ended has removed itself."""
        self._ask("rm", "--force", name)
        self._started.discard(name)

    def _ask(self, *words: str) -> str:
        """What the program answers; empty when it cannot."""
        try:
            told = subprocess.run(
                [self.program, *words],
                capture_output=True,
                timeout=_PATIENCE,
                check=False,
                env=_own_environment(),
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return told.stdout.decode("utf-8", "replace").strip() if told.returncode == 0 else ""

    def close(self) -> None:
        """Remove containers of ours that are still there."""
        for name in list(self._started):
            self._remove(name)


def _runtime(name: str) -> Runtime:
    """What is imported; where from, the image says."""
    return replace(runtime(name), path=(), binds=(), masks=(), links=())


def _filters() -> dict[str, str]:
    """Our filters for all machines: the container's may be another than ours."""
    folder = files("grader.sandbox.filters")
    named = {entry.name: entry for entry in folder.iterdir() if entry.name.endswith(".bpf")}
    plain = {name: entry for name, entry in named.items() if "-" not in name}
    return {name.removesuffix(".bpf"): entry.read_bytes().hex() for name, entry in plain.items()}


def _own_environment() -> dict[str, str]:
    kept = ("PATH", "SYSTEMROOT", *_PROGRAMS_OWN) if sys.platform == "win32" else _PROGRAMS_OWN
    own = {name: os.environ[name] for name in kept if name in os.environ}
    return {"PATH": os.environ.get("PATH", os.defpath)} | own
