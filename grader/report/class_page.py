"""One page of a hundred students, out of a class of any size."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from grader.report.feedback import NONE
from grader.report.summary import Cell, Summary
from grader.report.text import shortened
from grader.rubric import Rubric

PAGE = 100
"""Students on one page."""

_NAME = 80


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
class Head:
    """A part at the top of its column."""

    id: str
    ask: str
    possible: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The table of one page; ``before`` and ``after`` are links, "" where there is no such page."""

    title: str
    version: str
    number: int
    pages: int
    count: int
    possible: Fraction
    columns: tuple[Head, ...]
    rows: tuple[Row, ...]
    before: str
    after: str

    @property
    def first(self) -> int:
        """Which student of the class is the first here, counted from 1."""
        return (self.number - 1) * PAGE + 1

    @property
    def last(self) -> int:
        """Which student of the class is the last here."""
        return self.first + len(self.rows) - 1


def page_file(number: int) -> str:
    """Return the name of a page's file.

    >>> page_file(1), page_file(2)
    ('index.html', 'class-2.html')
    """
    return "index.html" if number == 1 else f"class-{number}.html"


def pages(count: int) -> int:
    """Return how many pages a class of so many has; an empty class has one."""
    return max(1, -(-count // PAGE))


def row(result: Summary, link: Callable[[str], str]) -> Row:
    """Return one student's line; ``link`` gives the address of a student's report."""
    return Row(
        student=shortened(result.student, _NAME),
        report=link(result.student),
        open=len(result.open),
        settled=result.settled,
        cells=result.cells,
    )


def grid(
    rubric: Rubric,
    results: Iterable[Summary],
    number: int,
    count: int,
    *,
    link: Callable[[str], str],
    address: Callable[[int], str] = page_file,
    version: str = "",
) -> Grid:
    """Return the table of one page.

    Args:
        rubric: whose parts are the columns.
        results: the students of this page, in their order.
        number: which page, from 1.
        count: how many students the class has.
        link: gives the address of a student's report.
        address: gives the address of a page.
        version: which grader marked.
    """
    heads = tuple(Head(id=p.id, ask=p.ask, possible=p.points) for p in rubric.parts)
    many = pages(count)
    return Grid(
        title=rubric.title,
        version=version,
        number=number,
        pages=many,
        count=count,
        possible=sum((head.possible for head in heads), NONE),
        columns=heads,
        rows=tuple(row(result, link) for result in results),
        before=address(number - 1) if number > 1 else "",
        after=address(number + 1) if number < many else "",
    )
