"""Run the training programs of one hand-in: once as they are, watched, and once to be judged.

The cells of all parts that belong to one training are one program. It runs in a box with a data set
and no network, is watched there, and gives its weights away. These are judged in a fresh box which
gets images without labels; what they are worth is computed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from grader.collect.runs import Ran
from grader.collect.runs._told import told
from grader.collect.runs.training import Training
from grader.model import Cell, Evidence, Finding, Found
from grader.pipeline.evaluation import Judge, steps_of
from grader.pipeline.jobs import Done
from grader.pipeline.mending import Ask, Mending, Repair, Try, evidence_of
from grader.pipeline.needed import needed
from grader.pipeline.placing import Run1, placed
from grader.pipeline.worlds import World
from grader.rubric import Part, Rubric
from grader.sandbox import Backend, Job, Outcome, Run
from grader.sandbox.devices.leases import Leases

AGREEMENT = "grader.collect.runs._agreement:task"
_PROGRAM = "training"
"""The part that all cells of a training belong to, while it runs."""
_MOST_TRIES = 2
_STOPPED = "Enough"
_NOT_REACHED = Outcome(ended="not reached")


@dataclass(frozen=True, slots=True)
class Group:
    """One training: its name in the rubric, its kind, and the parts that ask for it."""

    name: str
    kind: Training
    parts: tuple[str, ...]

    @property
    def program(self) -> tuple[str, ...]:
        """Parts whose cells are its program."""
        return self.kind.of or self.parts


def groups(rubric: Rubric) -> list[Group]:
    """Return the trainings that a rubric asks for; equal ones of several parts are one."""
    found: dict[tuple[str, Training, tuple[str, ...]], list[str]] = {}
    for part in rubric.parts:
        for name, spec in part.runs.items():
            if isinstance(spec.built, Training):
                own = spec.built.of or (part.id,)
                found.setdefault((name, spec.built, own), []).append(part.id)
    return [Group(name, kind, tuple(parts)) for (name, kind, _), parts in found.items()]


@dataclass(slots=True, kw_only=True)
class Trainings:
    """Runs the trainings of one hand-in after another.

    Args:
        rubric: which trainings there are.
        backend: boxes whose runtime has torch.
        worlds: of each training, what its box sees.
        ask: asks the reader.
        leases: of GPUs, where there are some.
        student: for whom a GPU is leased.
    """

    rubric: Rubric
    backend: Backend
    worlds: Mapping[Training, World]
    ask: Ask
    leases: Leases | None = None
    student: str = ""
    isolation: str = field(default="", init=False)

    def __call__(self, program: Sequence[Cell], files: Mapping[str, bytes]) -> Evidence:
        """Return the findings of all trainings, by part; parts without code have none."""
        self.isolation = ""
        evidence: dict[str, dict[str, Finding]] = {}
        for group in groups(self.rubric):
            found = self._one(group, program, files)
            for part in group.parts if found else ():
                evidence.setdefault(part, {}).update(found)
        return evidence

    def _one(
        self, group: Group, program: Sequence[Cell], files: Mapping[str, bytes]
    ) -> dict[str, Finding]:
        cells = [_of_training(c, group.program) for c in _program(program, group.program)]
        if not any(cell.parts for cell in cells):
            return {}
        world = self.worlds.get(group.kind)
        if world is None:  # trainings are left out of this run
            return {}
        part = self._part(group)
        foreign = _foreign(program, group.program)
        run = placed(self.backend, self.leases, group.kind, self.student)
        trial = _Trial(group, part, world, run, files, foreign)
        first = trial(cells)
        mending = Mending(part, cells, lambda c, _, r: trial(c, r), self.ask, most=_MOST_TRIES)
        best = mending.best(first, alone=False)
        self.isolation = trial.isolation or self.isolation
        found = evidence_of(part, first, best)
        seen = found.get(group.name)
        if isinstance(seen, Found):
            found[group.name] = self._judged(seen, group, trial, cells, best, world)
        return found

    def _part(self, group: Group) -> Part:
        asked = next(part for part in self.rubric.parts if part.id == group.parts[0])
        return asked.model_copy(
            update={"id": _PROGRAM, "runs": {group.name: asked.runs[group.name]}}
        )

    def _judged(
        self,
        seen: Found,
        group: Group,
        trial: _Trial,
        cells: Sequence[Cell],
        best: Try,
        world: World,
    ) -> Found:
        """Add what is known outside of the box: what was printed, and what the weights are worth."""
        ran = best.done.runs[_PROGRAM][group.name]
        text = "\n".join(outcome.printed for _, outcome in ran.own)
        words = {"text": text, "updates": seen.value["updates"]}
        printed = self.ask(AGREEMENT, words) if seen.value["updates"]["count"] else None
        value = {
            **seen.value,
            "printed": printed if isinstance(printed, Mapping) else {},
            "world": {**world.told, "seed": group.kind.seeds[0], "updates": group.kind.updates},
        }
        if group.kind.evaluate and seen.value["updates"]["count"]:
            value["evaluated"] = list(self._evaluated(group, trial, cells, best, world))
        return replace(seen, value={**value, "told": list(told(value))})

    def _evaluated(
        self, group: Group, trial: _Trial, cells: Sequence[Cell], best: Try, world: World
    ) -> Iterator[dict[str, Any]]:
        """What the weights of each seed are worth; other seeds than the first train once more."""
        written = _written(cells, best.repair)
        for number, seed in enumerate(group.kind.seeds):
            tried = best if number == 0 else trial(cells, best.repair, seed)
            ran = tried.done.runs[_PROGRAM][group.name]
            judge = Judge(group.kind, world, trial.run, trial.files, trial.foreign)
            yield judge(written, ran.steps[-1] if ran.steps else _NOT_REACHED, seed)


class _Trial:
    """Runs a training program once, as written or after a repair."""

    def __init__(
        self,
        group: Group,
        part: Part,
        world: World,
        run: Run1,
        files: Mapping[str, bytes],
        foreign: frozenset[int],
    ) -> None:
        self.group, self.part, self.world = group, part, world
        self.run, self.files, self.foreign = run, files, foreign
        self.isolation = ""

    def __call__(
        self, cells: Sequence[Cell], repair: Repair | None = None, seed: int | None = None
    ) -> Try:
        """Return what came of one run."""
        kind = self.group.kind
        written = _written(cells, repair)
        stage = self.world.stage(written, kind.seeds[0] if seed is None else seed, kind)
        ahead, behind = kind.before(stage), kind.steps(())
        middle = list(steps_of(written, self.foreign))
        run = self.run(
            Job(
                steps=(*ahead, *(step for step, _ in middle), *behind),
                files=self.files,
                limits=kind.limits,
                runtime="training",
            )
        )
        self.isolation = str(run.isolation)
        outcomes = _all_of(run, len(ahead) + len(middle) + len(behind))
        pairs = zip(middle, outcomes[len(ahead) :], strict=False)
        stopped = _stopped(outcomes[len(ahead) + len(middle) :])
        every = [(cell, _unstopped(o, stopped)) for (_, cell), o in pairs if cell is not None]
        own = [(cell, o) for cell, o in every if cell.number not in self.foreign]
        ran = Ran(steps=outcomes[len(ahead) + len(middle) :], own=own, before=every)
        ours = next((o for o in outcomes[: len(ahead)] if o.ended != "done"), None)
        if ours is not None:
            # nothing of the student's ran before: whatever went wrong is our doing
            ran = replace(ran, steps=[replace(ours, ended="box failed")] * len(behind))
        done = Done(runs={self.part.id: {self.group.name: ran}}, isolation=self.isolation)
        return Try(done, {self.part.id: {self.group.name: kind.found(ran, ())}}, repair)


def _program(program: Sequence[Cell], own: Sequence[str]) -> list[Cell]:
    """The cells to be run: those that are needed, and all before the last of a part that is.

    A cell may alter a network by any of its parameters: of a part on which the training rests no
    cell is left out.
    """
    wanted = {cell.number: cell for cell in needed(program, own)}
    parts = {part for cell in wanted.values() for part in cell.parts} - set(own)
    last = max((c.number for c in program if set(own) & set(c.parts)), default=0)
    whole = {c.number: c for c in program if parts & set(c.parts) and c.number < last}
    return [one for _, one in sorted({**wanted, **whole}.items())]


def _foreign(program: Sequence[Cell], own: Sequence[str]) -> frozenset[int]:
    """Cells of other parts: what they define may be needed, what they train does not count."""
    return frozenset(c.number for c in program if c.parts and not set(own) & set(c.parts))


def _of_training(cell: Cell, program: Sequence[str]) -> Cell:
    """A cell with the one part that all of the program belongs to."""
    return replace(cell, parts=(_PROGRAM,) if set(program) & set(cell.parts) else ())


def _written(cells: Sequence[Cell], repair: Repair | None) -> list[Cell]:
    if repair is not None:
        pairs = zip(cells, repair.cells, strict=True)
        cells = [replace(cell, text=text, error="") for cell, text in pairs]
    return [cell for cell in cells if cell.text.strip()]


def _all_of(run: Run, count: int) -> list[Outcome]:
    """As many outcomes as there were steps."""
    left = Outcome(ended="box failed", why=run.why) if run.ended == "box failed" else _NOT_REACHED
    return [*run.outcomes, *[left] * count][:count]


def _stopped(own: Sequence[Outcome]) -> str:
    """Why we stopped the training, by what was looked at behind it."""
    value = own[0].value if own and own[0].ended == "done" else None
    why = value.get("stopped") if isinstance(value, Mapping) else ""
    return why if isinstance(why, str) else ""


def _unstopped(outcome: Outcome, stopped: str) -> Outcome:
    """A cell that we stopped ended as it should; an error of that name of the student's did not."""
    raised = outcome.raised
    if stopped and raised is not None and (raised.type, raised.message) == (_STOPPED, stopped):
        return replace(outcome, ended="done", raised=None)
    return outcome
