"""The class as a whole: its figures, and what waits for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

from grader.report import Problem
from grader.report.batch import Batch
from grader.report.chart import Chart, chart
from grader.report.class_page import Row, row
from grader.report.feedback import NONE, ROLES, WAITS
from grader.report.summary import Summary
from grader.report.text import shortened
from grader.rubric import Rubric
from grader.statistics import Frequent, Item, Statistics, Tally

_NAME, _REASON = 80, 300
_MISTAKES = 15
_SHOWN = 20
"""Waiting marks of one part that are listed."""
_PROBLEMS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One mark that waits for a person."""

    student: str
    report: str
    why: str
    detail: str
    proposed: Fraction | None


@dataclass(slots=True, kw_only=True)
class Queue:
    """What waits of one part: counts of all, and the first few."""

    why: Counter[str] = field(default_factory=Counter)
    first: list[Waiting] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many marks wait."""
        return self.why.total()

    @property
    def more(self) -> int:
        """How many are not listed."""
        return self.count - len(self.first)

    @property
    def causes(self) -> str:
        """Why marks of this part wait, and how many for each cause."""
        return ", ".join(
            f"{why} {count}" if len(self.why) > 1 else why
            for why, count in sorted(self.why.items(), key=lambda pair: (-pair[1], pair[0]))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One part over the whole class."""

    id: str
    ask: str
    possible: Fraction
    item: Item
    waiting: Queue
    without: float | None
    """Alpha of the total if this part were left out."""

    @property
    def share(self) -> int | None:
        """The mean share of points over decided marks in percent, or None where too few are."""
        share = self.item.difficulty
        return None if share is None else int(100 * share + 0.5 + 1e-9)


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What the class page shows beside the students."""

    title: str
    version: str
    count: int
    done: int
    """How many hand-ins are marked to the end."""
    waiting: int
    """How many marks wait for a person."""
    columns: tuple[Column, ...]
    problems: tuple[Problem, ...]
    more_problems: int
    statistics: Statistics
    mistakes: tuple[Frequent, ...] = ()
    charts: tuple[Chart, ...] = ()
    most = 10
    """More problems than this are folded away."""

    @cached_property
    def possible(self) -> Fraction:
        """Points that can be earned in all."""
        return sum((column.possible for column in self.columns), NONE)


def overview(batch: Batch, name: Callable[[str], str]) -> Overview:
    """Return the class as a whole, in one pass over it; memory grows by a few bytes per student.

    ``name`` gives the file name of a student's report.
    """
    seen = _Seen(batch.rubric)
    for result in batch.ordered():
        seen.add(result, lambda student: f"reports/{name(student)}.html")
    for part, proposed, decided in batch.decided():
        seen.tally.pair(part, proposed, decided)
    figures = seen.tally.statistics()
    problems = batch.problems
    possible = batch.rubric.possible
    return Overview(
        title=batch.rubric.title,
        version=batch.made_with.get("version", ""),
        count=figures.students,
        done=seen.done.total(),
        waiting=sum(queue.count for queue in seen.queues.values()),
        columns=tuple(
            Column(
                id=part.id,
                ask=part.ask,
                possible=part.points,
                item=item,
                waiting=seen.queues[part.id],
                without=figures.reliability.without.get(part.id),
            )
            for part, item in zip(batch.rubric.parts, figures.items, strict=True)
        ),
        problems=tuple(_short(problem) for problem in problems[:_PROBLEMS]),
        more_problems=max(0, len(problems) - _PROBLEMS),
        statistics=figures,
        mistakes=tuple(
            replace(one, says=shortened(one.says, _REASON)) for one in figures.mistakes[:_MISTAKES]
        ),
        charts=tuple(_charts(seen, possible)),
    )


class _Seen:
    """What is gathered in one pass."""

    def __init__(self, rubric: Rubric) -> None:
        self.tally = Tally({part.id: part.points for part in rubric.parts}, harmless(rubric))
        self.queues = {part.id: Queue() for part in rubric.parts}
        self.done: Counter[Fraction] = Counter()
        self.suggested: Counter[Fraction] = Counter()

    def add(self, result: Summary, link: Callable[[str], str]) -> None:
        self.tally.add(result.cells)
        line = row(result, link)
        if not line.open:
            self.done[line.settled] += 1
        elif line.suggested is not None:
            self.suggested[line.suggested] += 1
        for cell in result.cells:
            if cell.state == "waits":
                _wait(self.queues[cell.id], line, cell.id)


def _wait(queue: Queue, line: Row, part: str) -> None:
    cell = next(cell for cell in line.cells if cell.id == part)
    why = WAITS[cell.why][0].lower() if cell.why else ""
    queue.why[why] += 1
    if len(queue.first) < _SHOWN:
        queue.first.append(
            Waiting(
                student=line.student,
                report=line.report,
                why=why,
                detail=cell.detail,
                proposed=cell.proposed,
            )
        )


def harmless(rubric: Rubric) -> set[tuple[str, str]]:
    """Return the ways of a rubric that are recognised and are no mistakes, as part and id."""
    return {
        (part.id, attempt.id)
        for part in rubric.parts
        for criterion in part.criteria
        for role, attempt in criterion.attempts()
        if role in ROLES
    }


def _charts(seen: _Seen, possible: Fraction) -> Iterator[Chart]:
    """How points are distributed: of hand-ins marked to the end, and of proposals, apart."""
    if seen.done:
        yield chart("Marked to the end", seen.done, possible)
    if seen.suggested:
        yield chart("If every proposal stands", seen.suggested, possible, final=False)


def _short(problem: Problem) -> Problem:
    path, what = shortened(problem.path, _NAME), shortened(problem.what, _REASON)
    return Problem(path=path, what=what)
