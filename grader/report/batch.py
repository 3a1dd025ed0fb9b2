"""A batch: the summaries of a class, and the two files that machines read of it.

What is written is sorted by student, so that the same hand-ins give the same bytes. A class of
thousands is not held: its summaries are read anew for each pass over them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from grader.report import Problem
from grader.report.results import ending_in, inert, points
from grader.report.summary import Summary
from grader.rubric import Rubric

Decided = tuple[str, Fraction, Fraction]
"""A mark that a person decided: its part, what was proposed, what was decided, in points."""


def _no_pairs() -> Iterable[Decided]:
    return ()


@dataclass(slots=True)
class Counts:
    """What is counted over a class, one summary at a time."""

    count: int = 0
    unreadable: int = 0
    open_marks: int = 0
    problems: set[Problem] = field(default_factory=set)

    def add(self, result: Summary) -> None:
        """Count one student in."""
        self.count += 1
        self.unreadable += result.unreadable
        self.open_marks += len(result.open)
        self.problems.update(result.problems)


@dataclass(slots=True, kw_only=True)
class Batch:
    """The summaries of a class: a list as they came, or a source that is read when needed."""

    rubric: Rubric
    made_with: Mapping[str, str]
    results: list[Summary] = field(default_factory=list)
    summaries: Callable[[], Iterator[Summary]] | None = None
    """Gives a fresh iterator over all summaries by student; ``results`` is not looked at then."""
    notes: tuple[Problem, ...] = ()
    """What is to be said of the class beside the problems of single hand-ins."""
    decided: Callable[[], Iterable[Decided]] = _no_pairs
    """Gives the marks that had a proposal and were decided by a person."""
    _counts: Counts | None = field(default=None, init=False, repr=False)

    def ordered(self) -> Iterator[Summary]:
        """Yield the summaries by student.

        Raises:
            ValueError: when the source does not give them in that order.
        """
        if self.summaries is None:
            yield from sorted(self.results, key=lambda result: result.student)
            return
        counts, last = Counts(), None
        for result in self.summaries():
            if last is not None and result.student < last:
                raise ValueError(f"summaries have to come by student; {last!r} came too early")
            last = result.student
            counts.add(result)
            yield result
        self._counts = counts

    def counted(self, counts: Counts) -> None:
        """Take counts that are known from before, so that the source is not read for them."""
        self._counts = counts

    @property
    def counts(self) -> Counts:
        """What is counted over the class; a source is read for it once at most."""
        if self.summaries is None:
            counts = Counts()
            for result in self.results:
                counts.add(result)
            return counts
        if self._counts is None:
            for _ in self.ordered():
                pass
        return self._counts or Counts()

    @property
    def count(self) -> int:
        """How many hand-ins there are."""
        return self.counts.count

    @property
    def problems(self) -> list[Problem]:
        """The problems of all hand-ins, each once, sorted."""
        return sorted({*self.counts.problems, *self.notes})

    @property
    def unreadable(self) -> int:
        """How many hand-ins could not be read whole."""
        return self.counts.unreadable

    @property
    def open_marks(self) -> int:
        """How many parts wait for a person, over all students."""
        return self.counts.open_marks


class ResultsFile:
    """results.json of a batch in pieces: a start, one piece for each student, an end."""

    def __init__(self, batch: Batch) -> None:
        """Take the batch; its problems stand at the top."""
        head = {
            "schema": 1,
            "assignment": batch.rubric.assignment,
            "made_with": dict(batch.made_with),
            "problems": [{"path": p.path, "what": p.what} for p in batch.problems],
        }
        # the list is ended by hand, after students that are not known yet
        self.start, self.end = ending_in(head, "results", [_HERE]).rsplit(_HERE, 1)
        self.end += "\n"
        self._first = True

    def student(self, result: Summary) -> str:
        """Return the piece of one student."""
        between, self._first = ("" if self._first else ",\n"), False
        return between + result.json


_HERE = "\N{NULL}"
"""A sign that JSON holds as an escape only."""


def results_json(batch: Batch) -> str:
    """Return results.json of a batch, one line per part."""
    file = ResultsFile(batch)
    return "".join([file.start, *(file.student(r) for r in batch.ordered()), file.end])


def grades_csv(batch: Batch) -> str:
    """Return the grade sheet: an open part is blank, and so is the total while any is open."""
    lines = (grades_line(result) for result in batch.ordered())
    return "".join([grades_head(batch), *lines])


def grades_head(batch: Batch) -> str:
    """Return the first line of the grade sheet."""
    return csv_line(["student", *(part.id for part in batch.rubric.parts), "earned", "open"])


def grades_line(result: Summary) -> str:
    """Return the line of one student in the grade sheet."""
    row = [_two(cell.earned) for cell in result.cells]
    return csv_line([inert(result.student), *row, _two(result.earned), len(result.open)])


def csv_line(row: Iterable[object]) -> str:
    """Return one line of CSV."""
    sheet = io.StringIO()
    csv.writer(sheet, lineterminator="\n").writerow(row)
    return sheet.getvalue()


def _two(value: Fraction | None) -> str:
    return "" if value is None else f"{points(value, 2)}"
