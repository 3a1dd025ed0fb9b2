"""The boxes of a run: where hand-ins are read, and where their code is run, or why it is not.

Both are made once, before there are several processes of ours; those share the zygotes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.collect.runs.training import Training
from grader.pipeline.assignment import Assignment
from grader.pipeline.training import groups
from grader.pipeline.warming import warming
from grader.pipeline.worlds import World, own_folder, shown, worlds
from grader.sandbox import Backend, Isolation, Job, Run
from grader.sandbox.backends.bubblewrap import Bubblewrap
from grader.sandbox.backends.landlock import Landlocked
from grader.sandbox.backends.native import Native
from grader.sandbox.devices.leases import Leases
from grader.sandbox.devices.nvml import Nvml
from grader.sandbox.doctor import LEVELS, NotEnough, required_level
from grader.sandbox.process import Worker


@dataclass(slots=True)
class Boxes:
    """Where hand-ins are read and run.

    ``reader`` makes a backend for reading, closed by who asked for it. ``running`` runs code; it
    is None where nothing is to be run, and ``refused`` says why where the rubric wants it.
    """

    reader: Callable[[], Backend]
    running: Backend | None = None
    refused: str = ""
    untrained: str = ""
    """Why trainings are not run where the rubric wants them."""
    worlds: Mapping[Training, World] = field(default_factory=dict)
    """What the boxes of trainings see."""
    leases: Leases | None = None
    """Of GPUs, where there are some and a training may use one."""
    _native: Native | None = None
    _folder: TemporaryDirectory[str] | None = None

    @property
    def isolation(self) -> Isolation | None:
        """What stands between the code and this machine; None where none is run."""
        return getattr(self.running, "isolation", None)

    def close(self) -> None:
        """End all boxes."""
        if self.running is not None and self.running is not self._native:
            self.running.close()
        if self._native is not None:
            self._native.close()
        if self._folder is not None:
            self._folder.cleanup()


class _Shared:
    """A backend that several readers use, and that none of them closes."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def __call__(self, job: Job) -> Run:
        """Run one job."""
        return self._backend(job)

    def close(self) -> None:
        """Nothing: its owner closes it."""


def boxes_for(
    assignment: Assignment,
    *,
    hidden: Sequence[Path] = (),
    accept: str | None = None,
    require: str | None = None,
    venv: Path | None = None,
    run: bool = True,
    train: bool = True,
    data: Path | None = None,
    weights: Path | None = None,
) -> Boxes:
    """Make the boxes that an assignment needs, the best that this machine has.

    Args:
        assignment: says whether code is run, and with which libraries.
        hidden: the course and whatever else no box may see, wherever it lies.
        accept: a level below L3 that the instructor accepts for other people's code, by name.
        require: refuse to grade at all below this level.
        venv: a virtual environment whose interpreter and packages student code uses.
        run: whether code is to be run.
        train: whether trainings are run as well.
        data: the instructor's folder of real data sets, for trainings.
        weights: the instructor's folder of pretrained weights.

    Raises:
        Damaged: when ``data`` cannot be used.
        NotEnough: when this machine has less than ``require``; nothing is read or run then.
    """
    runs, trains = wanted(assignment, run=run, train=train)
    trainings = [group.kind for group in groups(assignment.rubric)] if trains else []
    folder = own_folder() if trainings else None
    staged = worlds(trainings, Path(folder.name), data, weights) if folder else {}
    leases = _leases(trainings)
    seen = Seen(venv, _covered(hidden), shown(staged, weights))
    native = _native(assignment, seen, leases, runs=runs, trains=bool(trainings))
    made = Boxes(_reader(native), worlds=staged, leases=leases, _native=native, _folder=folder)
    if runs:
        runtime = assignment.rubric.run.runtime
        made.running, made.refused = _running(native, accept, seen, runtime)
        made.untrained = _untrained(made, native) if trainings else ""
        made.worlds = {} if made.untrained else made.worlds
    if require is not None:
        # hand-ins are read in boxes as well: nothing is read below what is required
        isolation = Isolation() if native is None else made.isolation or native.isolation
        if LEVELS.index(isolation.level) < LEVELS.index(require):
            made.close()
            raise NotEnough(
                f"isolation {require} is required, and this machine has {isolation.level}; "
                "nothing was read or run. See: grader doctor"
            )
    return made


def wanted(assignment: Assignment, *, run: bool = True, train: bool = True) -> tuple[bool, bool]:
    """Return whether code is to be run for an assignment, and whether trainings are."""
    runs = run and any(part.runs for part in assignment.rubric.parts)
    return runs, runs and train and bool(groups(assignment.rubric))


@dataclass(frozen=True, slots=True)
class Seen:
    """What boxes see of this machine: an interpreter, what is hidden, which folders are shown."""

    venv: Path | None = None
    hidden: tuple[str, ...] = ()
    shown: tuple[tuple[str, str], ...] = ()


def _leases(trainings: Sequence[Training]) -> Leases | None:
    """Leases of this machine's GPUs, where a training may use one."""
    if all(kind.device == "cpu" for kind in trainings):
        return None
    leases = Leases(driver=Nvml())
    return leases if leases.devices else None


def _native(
    assignment: Assignment, seen: Seen, leases: Leases | None, *, runs: bool, trains: bool
) -> Native | None:
    """Native boxes that have been tried, None where this machine makes none."""
    if sys.platform != "linux":
        return None
    native = Native(
        venv=seen.venv,
        hidden=seen.hidden,
        shown=seen.shown,
        pool=1,
        warm={"reading": (warming(assignment),)},
        devices=leases,
    )
    names = ["reading", *([assignment.rubric.run.runtime] if runs else [])]
    names += ["training"] if trains and "training" not in names else []
    try:
        native.start(*names)
        works = not native.lacks("reading") and all(
            native(Job(steps=(), runtime=name)).ended == "done" for name in names
        )
    except OSError:
        works = False
    if works:
        return native
    native.close()
    return None


def _untrained(made: Boxes, native: Native | None) -> str:
    """Why no training can be run in these boxes, empty where one can."""
    if made.running is None:
        return "trainings were not run either"
    if not isinstance(made.running, Native | Bubblewrap):
        return "trainings were not run: these boxes cannot be shown a data set (see grader doctor)"
    lacks = native.lacks("training") if native is not None else ()
    names = ", ".join(dict.fromkeys(name.partition(".")[0] for name in lacks))
    if lacks:
        return (
            f"trainings were not run: their Python lacks {names}. Install them (grader's extra is "
            "called train), or name an environment that has them with --runtime"
        )
    return ""


def _covered(hidden: Sequence[Path]) -> tuple[str, ...]:
    return tuple(str(path.resolve()) for path in hidden)


def _reader(native: Native | None) -> Callable[[], Backend]:
    """Boxes where there are such, else a killable process of ours beside each that marks."""
    return Worker if native is None else partial(_Shared, native)


def _running(
    native: Native | None, accept: str | None, seen: Seen, runtime: str
) -> tuple[Backend | None, str]:
    """The best backend for student code, or why there is none."""
    needed = required_level(accept)
    weaker = "L0"
    if native is not None:
        if lacks := native.lacks(runtime):
            names = ", ".join(dict.fromkeys(name.partition(".")[0] for name in lacks))
            return None, (
                f"student code was not run: its Python lacks {names}. Install them (grader's extra "
                "is called run), or name an environment that has them with --runtime"
            )
        weaker = native.isolation.level
        if LEVELS.index(weaker) >= LEVELS.index(needed):
            return native, ""
    for other in () if native is not None else _others(seen, runtime):
        weaker = max(weaker, other.isolation.level)
        if LEVELS.index(other.isolation.level) >= LEVELS.index(needed):
            return other, ""
    if needed == "L0":
        from grader.sandbox.backends.none import Unisolated  # noqa: PLC0415  # rarely wanted

        return Unisolated(own=True), ""
    return None, (
        f"student code was not run: grading other people's code needs isolation {needed}, and this "
        f"machine has {weaker}. `grader doctor` says what is missing and how to get it; "
        f"--accept-isolation {weaker} runs it all the same"
    )


def _others(seen: Seen, runtime: str) -> Iterator[Bubblewrap | Landlocked]:
    """Backends that start an interpreter for each job, strongest first, where a trial ends well."""
    if sys.platform != "linux":
        return
    # Landlock can show a folder and hide nothing below it
    wrapped = Bubblewrap(venv=seen.venv, hidden=seen.hidden, shown=seen.shown)
    for backend in (wrapped, Landlocked(venv=seen.venv)):
        try:
            works = backend(Job(steps=(), runtime=runtime)).ended == "done"
        except OSError:
            works = False
        if works:
            yield backend
        else:
            backend.close()
