"""The boxes of the machine that a bundle is on: the best of them, tried against what it guards."""

from __future__ import annotations

import os
import secrets
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from grader.bundle import _apart
from grader.bundle.settings import Settings
from grader.pipeline import Assignment, Boxes, boxes_for
from grader.sandbox import Backend, Isolation, Job, Limits, Run, Step
from grader.sandbox.backends.landlock import Landlocked
from grader.sandbox.backends.native import Native
from grader.sandbox.doctor import LEVELS
from grader.sandbox.process import Worker, reading

CANARY = "GRADER_TRIAL"
"""A variable of the environment of the processes that mark: who can read it can read them."""
_SECONDS = 30.0


@dataclass(slots=True)
class Bounded:
    """A backend whose jobs get what this machine can give them, and end before the whole does.

    Time on the clock is as much longer as processors are slower here; memory is bounded by what is
    there. A run that meets such a bound leaves its marks open, as every limit does.
    """

    backend: Backend
    memory_mb: int
    cpus: float
    until: float
    """When the last job has to be over (``time.monotonic``)."""
    seen: Isolation | None = None
    """What a first job said of the walls around it."""
    own: bool = False
    """Whether nobody else uses the backend."""

    @property
    def isolation(self) -> Isolation:
        """What stands between a job and this machine."""
        own: Isolation = getattr(self.backend, "isolation", Isolation())
        return own if self.seen is None else self.seen

    def __call__(self, job: Job) -> Run:
        """Run one job."""
        own = job.limits
        left = max(0.5, self.until - time.monotonic())
        limits = replace(
            own,
            memory_mb=min(own.memory_mb, self.memory_mb),
            seconds=min(own.seconds / min(1.0, self.cpus), left),
        )
        return self.backend(replace(job, limits=limits))

    def close(self) -> None:
        """End what was started; native boxes of others go on, as hand-ins are read in them too."""
        if self.own or not isinstance(self.backend, Native):
            self.backend.close()


def boxes(
    assignment: Assignment, settings: Settings, guarded: Sequence[Path], until: float
) -> Boxes:
    """Return the best boxes of this machine; ``running`` is None where they are not good enough.

    Args:
        assignment: what is to be read and run.
        settings: what was asked for.
        guarded: files and folders that no box may read or write, wherever they lie.
        until: when the last job has to be over (``time.monotonic``).
    """
    made = boxes_for(
        assignment, hidden=guarded, accept=settings.require, run=settings.run, train=False
    )
    cold = None if _is_native(made) else _cold()
    if cold is not None and (made.refused or isinstance(made.running, Landlocked)):
        # as strong as Landlock's own boxes where there are those, and nothing of them stays behind
        if LEVELS.index(cold.isolation.level) >= LEVELS.index(settings.require):
            made.running, made.refused = cold, ""
        elif made.running is None:
            made.refused = _too_little(cold.isolation, settings.require)
    memory = settings.box_mb
    if made.running is not None:
        why, seen = reached(made.running, guarded)
        made.running = Bounded(made.running, memory, settings.cpus, until, seen)
        if why:
            made.running.close()
            made.running, made.refused = None, f"student code was not run: {why}"
    if cold is not None and _reads(cold):
        made.reader = lambda: cold
    inner = made.reader
    made.reader = lambda: Bounded(inner(), memory, settings.cpus, until)
    return made


def _is_native(made: Boxes) -> bool:
    return made._native is not None  # noqa: SLF001


def _cold() -> _apart.OtherUser | None:
    """Boxes of another user, where they work here."""
    if _apart.why_not():
        return None
    backend = _apart.OtherUser()
    return backend if backend(Job(steps=(), runtime="bare")).ended == "done" else None


def _reads(backend: Backend) -> bool:
    """Whether our own parsers can be loaded in its boxes."""
    run = backend(reading("grader.sandbox.process:echo", "here"))
    return run.ended == "done" and bool(run.value == "here")


def _too_little(isolation: Isolation, required: str) -> str:
    return (
        f"student code was not run: the bundle asks for isolation {required}, and this machine "
        f"has {isolation.level} ({isolation.says}). Make it with --require {isolation.level} to "
        "run code there all the same"
    )


def reached(backend: Backend, guarded: Sequence[Path]) -> tuple[str, Isolation]:
    """Say what a box of a backend could reach that it must not, "" if nothing, and its isolation."""
    token = os.environ.get(CANARY) or secrets.token_hex(8)
    source = files("grader.bundle").joinpath("_reach.py").read_text("utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        words = [
            [str(path) for path in guarded if path.exists()],
            [os.getpid(), os.getppid()],
            token,
            server.getsockname()[1],
        ]
        data = {"source": source, "function": "reach", "args": words}
        limits = Limits(seconds=_SECONDS, cpu_seconds=_SECONDS, memory_mb=128)
        job = Job(steps=(Step(do="drive", data=data),), limits=limits, runtime="bare")
        run = backend(job)
    return _said(run), run.isolation


def _said(run: Run) -> str:
    if run.ended != "done" or not isinstance(run.value, dict):
        return f"the trial of its boxes ended early ({run.why or run.ended})"
    done = run.value.get("result")
    if not isinstance(done, list):
        return "the trial of its boxes told nothing"
    return f"in a box, {', '.join(map(str, done))}" if done else ""


def reader(settings: Settings, guarded: Sequence[Path], until: float) -> Backend:
    """Return where hand-ins are read when nothing is run: boxes if there are such, else a process.

    Args:
        settings: what was asked for.
        guarded: files and folders that no native box may read or write.
        until: when the last job has to be over (``time.monotonic``).
    """
    chosen: Backend | None = _native(guarded)
    if chosen is None:
        cold = _cold()
        chosen = cold if cold is not None and _reads(cold) else Worker()
    return Bounded(chosen, settings.box_mb, settings.cpus, until, own=True)


def _native(guarded: Sequence[Path]) -> Native | None:
    """Native boxes that read and reach nothing that is guarded, None where this machine has none."""
    if sys.platform != "linux":
        return None
    native = Native(hidden=[str(path.resolve()) for path in guarded])
    try:
        native.start("reading")
        if not native.lacks("reading") and _reads(native) and not reached(native, guarded)[0]:
            return native
    except OSError:
        pass
    native.close()
    return None
