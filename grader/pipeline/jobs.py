"""From cells and runs to jobs of a box, and back: what each part's runs gave.

One job runs the cells in order; behind the last cell of a part come the steps of its runs, since
names may be bound anew later. Functions are called last of all, the hidden inputs at the very end,
so that nothing which runs later can tell them; where a later cell binds anew what a function rests
on, its calls are in a job of their own that ends there. Figures are taken behind each cell. Where a
step overstays, what it belongs to is settled with that, and the rest is done in another job.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.collect.runs import Case, Drawn, Ran, RunKind
from grader.collect.runs._stops import LIMITS
from grader.collect.runs.call import Call
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
    own = [part for part in parts if any(part.id in cell.parts for cell in cells)]
    apart = [part for part in own if _is_rebound(part, cells, cases)]
    together = [_with(part, calls=False) if part in apart else part for part in own]
    _in_jobs(done, cells, [p for p in together if p.runs], cases, running, backend, files)
    for part in apart:
        first = done.runs.pop(part.id, {})
        upto = [cell for cell in cells if cell.number <= _last(part, cells)]
        _in_jobs(done, upto, [_with(part, calls=True)], cases, running, backend, files)
        done.runs[part.id] = {**first, **done.runs[part.id]}
    return done


def _with(part: Part, *, calls: bool) -> Part:
    """A part with those of its runs alone that call functions, or with the others."""
    runs = {name: spec for name, spec in part.runs.items() if (spec.kind in _CALLING) == calls}
    return part.model_copy(update={"runs": runs})


def _last(part: Part, cells: Sequence[Cell]) -> int:
    return max((cell.number for cell in cells if part.id in cell.parts), default=0)


def _is_rebound(part: Part, cells: Sequence[Cell], cases: Cases) -> bool:
    """Whether a later cell binds or alters anew what the called functions of a part rest on."""
    last = _last(part, cells)
    names = {
        str(step.data.get("function", "")).partition(".")[0]
        for name, spec in part.runs.items()
        if spec.kind == "call"
        for step in spec.built.steps(cases.get((part.id, name), ()))
    }
    if any(spec.kind == "drive" for spec in part.runs.values()):  # it may use any name
        names |= {name for cell in cells if part.id in cell.parts for name in cell.defines}
    before = [cell for cell in cells if cell.number <= last]
    todo = list(names)
    while todo:
        name = todo.pop()
        for cell in before:
            fresh = {*cell.uses, *cell.later} - names if name in cell.defines else set()
            names |= fresh
            todo += fresh
    names = {name for cell in before for name in cell.defines if name in names}
    return any(
        name in names and name not in cell.imports
        for cell in cells
        if cell.number > last
        for name in (*cell.defines, *cell.changes)
    )


def _in_jobs(
    done: Done,
    cells: Sequence[Cell],
    parts: Sequence[Part],
    cases: Cases,
    running: Running,
    backend: Backend,
    files: Mapping[str, bytes],
) -> None:
    """Run cells and the runs of parts, in as many jobs as it takes."""
    left = list(parts)
    skipped: dict[int, str] = {}
    for _ in range(MOST_JOBS):
        if not left:
            break
        kept = [cell for cell in cells if cell.number not in skipped]
        plan = planned(kept, left, cases, hidden=running.hidden)
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


def draws(part: Part) -> bool:
    """Whether it is asked what a part's code draws."""
    return any(spec.kind == "figure" for spec in part.runs.values())


def planned(
    cells: Sequence[Cell], parts: Sequence[Part], cases: Cases, *, hidden: bool = True
) -> list[Planned]:
    """Return all steps of a job in order; ``hidden`` tells of calls that do not say it themselves."""
    last = {part.id: _last(part, cells) for part in parts}
    drawing = {part.id for part in parts if draws(part)}
    plan: list[Planned] = []
    calls: list[tuple[int, Planned]] = []
    for cell in cells:
        data = {"source": cell.text, "number": cell.number}
        plan.append(Planned(step=Step(do="cell", data=data), cell=cell))
        if drawing:
            own = not drawing.isdisjoint(cell.parts)
            step = Step(do="figures", data={"close": True} if own else _CLOSE)
            plan.append(Planned(step=step, cell=cell, figures=own))
        for part in parts:
            for name, spec in part.runs.items() if last[part.id] == cell.number else ():
                steps = spec.built.steps(cases.get((part.id, name), ()))
                own_steps = [Planned(step=step, part=part.id, run=name) for step in steps]
                if spec.kind in _CALLING:
                    calls += [(_turn(spec.built, hidden=hidden), one) for one in own_steps]
                else:
                    plan += own_steps
    return plan + [one for _, one in sorted(calls, key=lambda call: call[0])]


def _turn(kind: RunKind, *, hidden: bool) -> int:
    """What may be shown comes before what is hidden."""
    if not isinstance(kind, Call):
        return 0
    return 2 if (hidden if kind.hidden is None else kind.hidden) else 1


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
    pairs = list(zip(plan, outcomes, strict=True))
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


def _until_error(cells: Sequence[tuple[Cell, Outcome]]) -> list[tuple[Cell, Outcome]]:
    """Where the first error stops all, what came behind it does not count."""
    first = next((n for n, (_, o) in enumerate(cells) if o.ended == "raised"), len(cells))
    return [(cell, o if n <= first else _NOT_REACHED) for n, (cell, o) in enumerate(cells)]


def _drawn(part: Part, pairs: Sequence[tuple[Planned, Outcome]]) -> Iterator[Drawn]:
    for one, outcome in pairs:
        if one.figures and one.cell is not None and part.id in one.cell.parts:
            for figure in _figures(outcome):
                yield Drawn(cell=one.cell, figure=figure)


def _figures(outcome: Outcome) -> list[Any]:
    value = outcome.value.get("figures") if isinstance(outcome.value, dict) else None
    return list(value) if isinstance(value, list) else []
