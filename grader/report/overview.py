"""The class on one page: who earned what, and what waits for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from grader.report import Problem
from grader.report.batch import Batch
from grader.report.feedback import WAITS, State
from grader.report.summary import Cell, Summary
from grader.report.text import shortened

_NAME, _REASON = 80, 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One student's line in the table of the class."""

    student: str
    report: str
    open: int
    settled: Fraction
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One mark that waits for a person."""

    row: Row
    why: str
    detail: str
    proposed: Fraction | None


@dataclass(slots=True, kw_only=True)
class Column:
    """One part over the whole class."""

    id: str
    ask: str
    possible: Fraction
    counts: Counter[State] = field(default_factory=Counter)
    waiting: list[Waiting] = field(default_factory=list)

    @property
    def causes(self) -> str:
        """Why marks of this part wait, and how many for each cause."""
        counts = Counter(waiting.why for waiting in self.waiting)
        return ", ".join(
            f"{why} {count}" if len(counts) > 1 else why for why, count in counts.most_common()
        )


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What the class page shows."""

    title: str
    version: str
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    problems: tuple[Problem, ...]
    most = 10
    """More problems than this are folded away."""

    @cached_property
    def waiting(self) -> int:
        """How many marks wait for a person."""
        return sum(len(column.waiting) for column in self.columns)

    @cached_property
    def done(self) -> int:
        """How many hand-ins are marked to the end."""
        return sum(not row.open for row in self.rows)

    @cached_property
    def possible(self) -> Fraction:
        """Points that can be earned in all."""
        return sum((column.possible for column in self.columns), Fraction(0))


def overview(batch: Batch, name: Callable[[str], str]) -> Overview:
    """Return what the class page shows; ``name`` gives the file name of a student's report."""
    columns = {p.id: Column(id=p.id, ask=p.ask, possible=p.points) for p in batch.rubric.parts}
    rows = tuple(_row(result, name) for result in batch.sorted)
    for row in rows:
        for cell in row.cells:
            column = columns[cell.id]
            column.counts[cell.state] += 1
            if cell.state == "waits":
                why = WAITS[cell.why][0].lower() if cell.why else ""
                column.waiting.append(
                    Waiting(row=row, why=why, proposed=cell.proposed, detail=cell.detail)
                )
    return Overview(
        title=batch.rubric.title,
        version=batch.made_with.get("version", ""),
        rows=rows,
        columns=tuple(columns.values()),
        problems=tuple(_short(problem) for problem in batch.problems),
    )


def _short(problem: Problem) -> Problem:
    path, what = shortened(problem.path, _NAME), shortened(problem.what, _REASON)
    return Problem(path=path, what=what)


def _row(result: Summary, name: Callable[[str], str]) -> Row:
    return Row(
        student=shortened(result.student, _NAME),
        report=f"reports/{name(result.student)}.html",
        open=len(result.open),
        settled=result.settled,
        cells=result.cells,
    )
