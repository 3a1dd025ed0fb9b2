"""From cells and runs to jobs of a box, and back: what each part's runs gave.

One job runs the cells in order; behind the last cell of a part come the steps of its runs, since
names may be bound anew later. Figures are taken behind each cell. Where a step overstays, what it
belongs to is settled with that, and the rest is done in another job without it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from grader.collect.runs import Case, Drawn, Ran
from grader.collect.runs._stops import LIMITS
from grader.model import Cell
from grader.rubric import Part, Running
from grader.sandbox import Backend, Job, Limits, Outcome, Step

MOST_JOBS = 4
_CALLING = ("call", "drive")
Cases = Mapping[tuple[str, str], Sequence[Case]]
"""Part and name of a run to the inputs of its calls."""
_NOT_REACHED = Outcome(ended="not reached")
_CLOSE = {"close": True, "cell": 0}
"""Figures of no cell, since they count from 1: what was drawn is put away without a look at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A step, and what it is for: a cell, its figures, or a run of a part."""

    step: Step
    cell: Cell | None = None
    part: str = ""
    run: str = ""
    figures: bool = False


@dataclass(slots=True, kw_only=True)
class Done:
    """What came of all jobs of a hand-in: each part's runs, and which isolation there was."""

    runs: dict[str, dict[str, Ran]] = field(default_factory=dict)
    isolation: str = ""


def limits(running: Running) -> Limits:
    """Return what one job may use."""
    return Limits(
        seconds=running.seconds, cpu_seconds=running.cpu_seconds, memory_mb=running.memory_mb
    )


def carried_out(
    cells: Sequence[Cell],
    parts: Sequence[Part],
    cases: Cases,
    running: Running,
    backend: Backend,
    files: Mapping[str, bytes],
) -> Done:
    """Run the cells and all runs of the parts; this never raises for anything that they do."""
    done = Done()
    left = [part for part in parts if any(part.id in cell.parts for cell in cells)]
    skipped: dict[int, str] = {}
    for _ in range(MOST_JOBS):
        if not left:
            break
        plan = planned([c for c in cells if c.number not in skipped], left, cases)
        job = Job(
            steps=tuple(one.step for one in plan),
            files=files,
            limits=limits(running),
            runtime=running.runtime,
        )
        run = backend(job)
        done.isolation = str(run.isolation)
        outcomes = [*run.outcomes, *[_ended(run.ended, run.why)] * len(plan)][: len(plan)]
        at = next((n for n, o in enumerate(outcomes) if o.ended in LIMITS), None)
        culprit = plan[at] if at is not None else None
        left_out = "; ".join(skipped.values())
        for part in list(left):
            if culprit is None or _is_settled(part, plan, outcomes, culprit):
                done.runs[part.id] = _ran(part, plan, outcomes, running, left_out)
                left.remove(part)
        if culprit is not None and culprit.cell is not None:
            where = culprit.cell.place
            skipped[culprit.cell.number] = (
                f"{where} was left out: {LIMITS[outcomes[at or 0].ended]}"
            )
    for part in left:
        done.runs[part.id] = {
            name: Ran(left_out="; ".join(skipped.values()) or "it was not reached")
            for name in part.runs
        }
    return done


def draws(part: Part) -> bool:
    """Whether it is asked what a part's code draws."""
    return any(spec.kind == "figure" for spec in part.runs.values())


def planned(cells: Sequence[Cell], parts: Sequence[Part], cases: Cases) -> list[Planned]:
    """Return all steps of a job in order."""
    last = {
        part.id: max((c.number for c in cells if part.id in c.parts), default=0) for part in parts
    }
    drawing = {part.id for part in parts if draws(part)}
    plan: list[Planned] = []
    calls: list[Planned] = []
    for cell in cells:
        data = {"source": cell.text, "number": cell.number}
        plan.append(Planned(step=Step(do="cell", data=data), cell=cell))
        if drawing:
            own = not drawing.isdisjoint(cell.parts)
            step = Step(do="figures", data={"close": True} if own else _CLOSE)
            plan.append(Planned(step=step, cell=cell, figures=own))
        for part in parts:
            if last[part.id] == cell.number:
                rebound = {
                    name for later in cells if later.number > cell.number for name in later.defines
                }
                looked, called = _of_part(part, cases, rebound)
                plan += looked
                calls += called
    return plan + calls


def _of_part(
    part: Part, cases: Cases, rebound: Collection[str]
) -> tuple[list[Planned], list[Planned]]:
    """Steps of a part's runs: those behind its last cell, and those behind all cells.

    Functions are called last of all: nothing that runs later can tell their hidden inputs, and one
    that hangs ends the job. Where a later cell binds the function's name anew, it is called at once.
    """
    looked: list[Planned] = []
    called: list[Planned] = []
    ordered = sorted(part.runs.items(), key=lambda item: item[1].kind in _CALLING)
    for name, spec in ordered:
        steps = spec.built.steps(cases.get((part.id, name), ()))
        wanted = {str(step.data.get("function", "")).partition(".")[0] for step in steps}
        late = spec.kind in _CALLING and wanted.isdisjoint(rebound)
        own = [Planned(step=step, part=part.id, run=name) for step in steps]
        (called if late else looked).extend(own)
    return looked, called


def _ended(ended: Any, why: str) -> Outcome:
    """What became of a step of which the box told nothing."""
    if ended == "box failed":
        return Outcome(ended="box failed", why=why)
    return _NOT_REACHED


def _is_settled(
    part: Part, plan: Sequence[Planned], outcomes: Sequence[Outcome], culprit: Planned
) -> bool:
    """Whether all of a part was done, or what overstayed is its own."""
    if culprit.part == part.id or (culprit.cell and part.id in culprit.cell.parts):
        return True
    own = [
        outcome
        for one, outcome in zip(plan, outcomes, strict=True)
        if one.part == part.id or (one.cell and part.id in one.cell.parts)
    ]
    return all(outcome.ended != "not reached" for outcome in own)


def _ran(
    part: Part,
    plan: Sequence[Planned],
    outcomes: Sequence[Outcome],
    running: Running,
    left_out: str,
) -> dict[str, Ran]:
    pairs = list(zip(plan, _silenced(plan, outcomes), strict=True))
    before = [(one.cell, o) for one, o in pairs if one.cell is not None and not one.figures]
    end = max((c.number for c, _ in before if part.id in c.parts), default=0)
    before = [(cell, o) for cell, o in before if cell.number <= end]
    if running.stop_at_error:
        before = _until_error(before)
    own = [(cell, outcome) for cell, outcome in before if part.id in cell.parts]
    drawn = list(_drawn(part, pairs))
    stopped = running.stop_at_error and any(o.ended == "not reached" for _, o in own)
    return {
        name: Ran(
            steps=[
                _NOT_REACHED if stopped else o
                for one, o in pairs
                if one.part == part.id and one.run == name
            ],
            own=own,
            before=before,
            figures=[] if stopped else drawn,
            left_out=left_out,
        )
        for name in part.runs
    }


def _silenced(plan: Sequence[Planned], outcomes: Sequence[Outcome]) -> Iterator[Outcome]:
    """What cells say that run behind calls is left out: it may tell inputs that are hidden."""
    called = False
    for one, outcome in zip(plan, outcomes, strict=True):
        called = called or one.step.do == "call"
        raised = outcome.raised
        if called and one.cell is not None and raised is not None:
            yield replace(outcome, raised=replace(raised, type="Exception", message=""))
        else:
            yield outcome


def _until_error(cells: Sequence[tuple[Cell, Outcome]]) -> list[tuple[Cell, Outcome]]:
    """Where the first error stops all, what came behind it does not count."""
    first = next((n for n, (_, o) in enumerate(cells) if o.ended == "raised"), len(cells))
    return [(cell, o if n <= first else _NOT_REACHED) for n, (cell, o) in enumerate(cells)]


def _drawn(part: Part, pairs: Sequence[tuple[Planned, Outcome]]) -> Iterator[Drawn]:
    """What a part's cells drew; what was drawn behind calls may tell their inputs."""
    called = False
    for one, outcome in pairs:
        called = called or one.step.do in ("call", "drive")
        if one.figures and one.cell is not None and part.id in one.cell.parts:
            for figure in _figures(outcome):
                yield Drawn(cell=one.cell, figure=figure, hidden=called)


def _figures(outcome: Outcome) -> list[Any]:
    value = outcome.value.get("figures") if isinstance(outcome.value, dict) else None
    return list(value) if isinstance(value, list) else []
