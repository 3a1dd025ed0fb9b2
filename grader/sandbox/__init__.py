"""Boxes: functions from a Job to a Run. They never see expected values.

A backend (``backends``, one file each) gives a job's steps to a process that runs student code,
one after another, and measures and bounds that process from outside. ``host`` is the trusted
side of it; ``inside`` is what runs in the box, which imports nothing else of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from grader.sandbox.devices import Device

Ended: TypeAlias = Literal[
    "done",
    "raised",
    "refused",
    "timeout",
    "cpu",
    "memory",
    "output",
    "killed",
    "not reached",
    "box failed",
]
"""How a step or a job ended.

``done`` and ``raised`` (an exception of the code) leave the box alive; ``refused`` is a step that
cannot be done as it is written (no such name, not callable). ``timeout``, ``cpu``, ``memory`` and
``output`` name the limit that was overstepped, ``killed`` a process that ended on its own (a
crash, an exit); the steps after it are ``not reached``. ``box failed`` is our own fault, never the
student's.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a job may use, measured and enforced from outside.

    ``seconds`` is wall-clock time of the whole job, ``cpu_seconds`` processor time of its whole
    tree, ``memory_mb`` private memory of the tree, ``processes`` counts threads as well,
    ``disk_mb`` and ``files`` bound its own folder, ``output_bytes`` an answer, ``text_bytes`` what
    it prints (more is dropped, and ends the job at ten times as much).
    """

    seconds: float = 10.0
    cpu_seconds: float = 10.0
    memory_mb: int = 1024
    processes: int = 64
    disk_mb: int = 64
    files: int = 4096
    open_files: int = 256
    output_bytes: int = 8_000_000
    text_bytes: int = 400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do in a box, and the words it takes (``inside/serve.py`` lists them).

    ``seconds`` bounds this step alone, within what is left of the job's time.
    """

    do: str
    data: Mapping[str, Any] = field(default_factory=dict)
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What goes in: steps with plain data, files of the working folder, limits. No key.

    ``runtime`` names what is imported before: ``reading`` (our own parsers), ``science``,
    ``training``, or ``bare``. ``device`` is the GPU that was leased for it, with the memory that
    it may use; only ``native`` boxes can be given one, all others see none.
    """

    steps: tuple[Step, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    limits: Limits = Limits()
    runtime: str = "science"
    device: Device | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A piece of what a step printed, in order."""

    text: str
    stream: Literal["stdout", "stderr"] = "stdout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An exception of student code: its class, its message, and where in the student's code.

    ``cell`` is the number of the cell that the line stands in, None where it is not known.
    """

    type: str
    message: str = ""
    cell: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one step ended: plain data that came out, what it printed, what it raised.

    ``seconds`` is measured outside, from the step's start to its answer. ``cut`` says that it
    printed more than is kept.
    """

    ended: Ended
    value: Any = None
    raised: Raised | None = None
    text: tuple[Text, ...] = ()
    cut: bool = False
    why: str = ""
    seconds: float = 0.0

    @property
    def printed(self) -> str:
        """What was written to standard output, as one text."""
        return "".join(piece.text for piece in self.text if piece.stream == "stdout")


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """What stood between a job and this machine.

    ``level`` is L4 (namespaces, Landlock, seccomp, control groups), L3 (a watchdog in place of
    control groups; or another sandbox as strong), L2 (no namespaces), L1 (no Landlock), L0 (none).
    """

    level: str = "L0"
    backend: str = "none"
    layers: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    says: str = "NOT ISOLATED: this runs the code as you"

    def __str__(self) -> str:
        return f"{self.level} {self.backend}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came out: an outcome for each step, how it ended, and what was measured from outside.

    ``memory_mb`` is the most private memory that was seen, ``cpu_seconds`` that of the whole tree,
    ``device_mb`` the most memory of its GPU that was seen.
    """

    ended: Ended
    outcomes: tuple[Outcome, ...] = ()
    why: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory_mb: float = 0.0
    device_mb: float = 0.0
    isolation: Isolation = Isolation()

    @property
    def value(self) -> Any:
        """What the last step gave."""
        return self.outcomes[-1].value if self.outcomes else None


class Backend(Protocol):
    """A sandbox backend."""

    def __call__(self, job: Job) -> Run:
        """Run one job; never raise for anything that the job does."""
        ...

    def close(self) -> None:
        """End every process that was started."""
        ...
