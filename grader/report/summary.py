"""What of one student's result the files of the class need: small, and plain to send around.

A class of thousands is held as summaries; the result itself is written out and let go.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.model import MistakeSeen, PartResult, Result, Why
from grader.report import Problem
from grader.report.feedback import State, settled, state
from grader.report.results import dumped, ending_in, result_json
from grader.report.text import shortened

_REASON = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One part of one student in the table of the class."""

    id: str
    state: State
    earned: Fraction | None
    proposed: Fraction | None
    why: Why | None
    detail: str
    mistakes: tuple[MistakeSeen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One student's line in the class; ``json`` is the result as results.json holds it."""

    student: str
    earned: Fraction | None
    settled: Fraction
    cells: tuple[Cell, ...]
    problems: tuple[Problem, ...]
    unreadable: bool
    json: str
    stored: tuple[str, ...] = ()
    """What is kept of the hand-in beside its evidence, by hash."""

    @property
    def open(self) -> tuple[str, ...]:
        """Ids of the parts that wait for a person."""
        return tuple(cell.id for cell in self.cells if cell.state == "waits")


def summary(
    result: Result,
    problems: Iterable[Problem] = (),
    *,
    unreadable: bool = False,
    stored: Iterable[str] = (),
) -> Summary:
    """Return what of a result the files of the class need."""
    return Summary(
        student=result.student,
        earned=result.earned,
        settled=settled(result),
        cells=tuple(_cell(part) for part in result.parts),
        problems=tuple(problems),
        unreadable=unreadable,
        json=result_json(result),
        stored=tuple(stored),
    )


def named(one: Summary, student: str) -> Summary:
    """Return a summary under the student's own id, where the hand-in has a label of its own."""
    if one.student == student:
        return one
    data = json.loads(one.json)
    parts = data.pop("parts", [])
    data = {**data, "student": student, "hand_in": one.student}
    lines = (dumped(part) for part in parts)
    return replace(one, student=student, json=ending_in(data, "parts", lines))


def _cell(part: PartResult) -> Cell:
    waits = part.review
    return Cell(
        id=part.id,
        state=state(part),
        earned=part.earned,
        proposed=part.proposed,
        why=part.why,
        detail=shortened(part.detail, _REASON) if waits else "",
        mistakes=part.mistakes,
    )
