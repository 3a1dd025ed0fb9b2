"""Before a batch: the course's own solution goes through the same boxes, and has to pass.

A wrong mount or a missing library makes every notebook fail, or none be run. Then no hand-in is
marked at all, and the instructor is told why.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.collect.runs.training import Training
from grader.model import Evidence, Found, PartResult
from grader.pipeline.assignment import Assignment
from grader.pipeline.grading import mark_record
from grader.pipeline.hand_ins import HandIn
from grader.pipeline.records import Collecting, Record
from grader.pipeline.worlds import World
from grader.sandbox import Backend

_SHOWN = 6


class SolutionFails(ValueError):
    """The course's own solution does not earn full marks when it is run; the message says where."""


def check_solution(
    assignment: Assignment,
    backend: Backend,
    reader: Backend | None = None,
    worlds: Mapping[Training, World] | None = None,
    passed: Path | None = None,
) -> Record | None:
    """Run the course's own solution; return its record, None where the course has none.

    ``passed`` is a folder that remembers what passed: the same solution, rubric, reference, boxes
    and worlds are not run twice.

    Raises:
        SolutionFails: when a criterion that is marked by running code is not certain and full.
    """
    if assignment.solution is None:
        return None
    path = assignment.solution
    mark = passed / _digest(assignment, path, backend, worlds or {}) if passed else None
    if mark is not None and mark.exists():
        return None
    collecting = Collecting(assignment, backend, reader, worlds)
    try:
        own = HandIn(student="solution", paths=((path.name, path),), variant=assignment.variant)
        record = collecting(own).record
    finally:
        collecting.close()
    faults = list(
        _faults(assignment, mark_record(assignment, record).parts, record.evidence, worlds)
    )
    if faults:
        shown = [*faults[:_SHOWN], *([f"and {len(faults) - _SHOWN} more"] * (len(faults) > _SHOWN))]
        problems = [f"  {problem.path}: {problem.what}" for problem in record.problems]
        what = "the course's own solution does not earn full marks when it is run"
        head = f"{path}: {what} ({record.isolation}); no hand-in was marked"
        raise SolutionFails("\n".join([head, *(f"  {line}" for line in shown), *problems]))
    if mark is not None:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    return record


def _digest(
    assignment: Assignment, path: Path, backend: Backend, worlds: Mapping[Training, World]
) -> str:
    """The name under which a pass is remembered: all that it rests on."""
    rests_on = [
        assignment.made_with,
        hashlib.sha256(path.read_bytes()).hexdigest(),
        str(getattr(backend, "isolation", "")),
        str(getattr(backend, "venv", None)),
        sys.version,
        sorted(world.told["data"] for world in worlds.values()),
    ]
    return hashlib.sha256(json.dumps(rests_on, sort_keys=True).encode()).hexdigest()


def _faults(
    assignment: Assignment,
    results: tuple[PartResult, ...],
    evidence: Evidence,
    worlds: Mapping[Training, World] | None,
) -> Iterator[str]:
    for part, result in zip(assignment.rubric.parts, results, strict=True):
        for criterion, mark in zip(part.criteria, result.marks, strict=False):
            if criterion.ran is None:
                continue
            if not worlds and isinstance(part.runs[criterion.ran.read].built, Training):
                continue  # trainings are left out of this run
            run = evidence.get(part.id, {}).get(criterion.ran.read)
            if not isinstance(run, Found):
                why = f"it was not run: {run.why}" if run is not None else "it was not run"
            elif mark.earned != mark.possible:
                why = mark.detail or mark.reason
            else:
                continue
            yield f"part {part.id}, {criterion.id}: {why}"
