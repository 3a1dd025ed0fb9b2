"""The class on one page: who earned what, and what waits for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from grader.report import Problem
from grader.report.batch import Batch
from grader.report.chart import Chart, chart
from grader.report.feedback import NONE, ROLES, WAITS, State
from grader.report.summary import Cell, Summary
from grader.report.text import shortened

_NAME, _REASON = 80, 300
_MISTAKES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One student's line in the table of the class."""

    student: str
    report: str
    open: int
    settled: Fraction
    cells: tuple[Cell, ...]

    @property
    def suggested(self) -> Fraction | None:
        """Points if every proposal stands, or None where nothing was marked or proposed.

        A part without a proposal adds none.
        """
        waiting = [cell.proposed for cell in self.cells if cell.state == "waits"]
        if len(waiting) == len(self.cells) and not any(p is not None for p in waiting):
            return None
        return self.settled + sum((points for points in waiting if points is not None), NONE)


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
    shares: list[Fraction] = field(default_factory=list)
    """What was earned of the points, for each mark that is decided."""

    @property
    def share(self) -> int | None:
        """The mean share of points over decided marks in percent, or None where there is none."""
        if not self.shares:
            return None
        return int(100 * sum(self.shares, NONE) / len(self.shares) + Fraction(1, 2))

    @property
    def causes(self) -> str:
        """Why marks of this part wait, and how many for each cause."""
        counts = Counter(waiting.why for waiting in self.waiting)
        return ", ".join(
            f"{why} {count}" if len(counts) > 1 else why for why, count in counts.most_common()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequent:
    """A known mistake, and how many students made it."""

    part: str
    id: str
    says: str
    students: int


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What the class page shows."""

    title: str
    version: str
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    problems: tuple[Problem, ...]
    mistakes: tuple[Frequent, ...] = ()
    charts: tuple[Chart, ...] = ()
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
        return sum((column.possible for column in self.columns), NONE)


def overview(batch: Batch, name: Callable[[str], str]) -> Overview:
    """Return what the class page shows; ``name`` gives the file name of a student's report."""
    columns = {p.id: Column(id=p.id, ask=p.ask, possible=p.points) for p in batch.rubric.parts}
    rows = tuple(_row(result, name) for result in batch.sorted)
    for row in rows:
        for cell in row.cells:
            column = columns[cell.id]
            column.counts[cell.state] += 1
            if cell.earned is not None and column.possible:
                column.shares.append(cell.earned / column.possible)
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
        mistakes=_frequent(batch),
        charts=tuple(_charts(rows, sum((c.possible for c in columns.values()), NONE))),
    )


def _frequent(batch: Batch) -> tuple[Frequent, ...]:
    """The mistakes that most students made, those of more students first."""
    ways = {
        (part.id, attempt.id)
        for part in batch.rubric.parts
        for criterion in part.criteria
        for role, attempt in criterion.attempts()
        if role in ROLES
    }
    counts: Counter[tuple[str, str]] = Counter()
    says: dict[tuple[str, str], str] = {}
    for result in batch.sorted:
        made = {(cell.id, seen.id): seen.says for cell in result.cells for seen in cell.mistakes}
        counts.update(key for key in made if key not in ways)
        says |= made
    order = {part.id: number for number, part in enumerate(batch.rubric.parts)}
    ranked = sorted(counts, key=lambda key: (-counts[key], order[key[0]], key[1]))
    return tuple(
        Frequent(
            part=part, id=id_, says=shortened(says[part, id_], _REASON), students=counts[part, id_]
        )
        for part, id_ in ranked[:_MISTAKES]
    )


def _charts(rows: Sequence[Row], possible: Fraction) -> Iterator[Chart]:
    """How points are distributed: of hand-ins marked to the end, and of proposals, apart."""
    done = [row.settled for row in rows if not row.open]
    if done:
        yield chart("Marked to the end", done, possible)
    proposed = [row.suggested for row in rows if row.open and row.suggested is not None]
    if proposed:
        yield chart("If every proposal stands", proposed, possible, final=False)


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
