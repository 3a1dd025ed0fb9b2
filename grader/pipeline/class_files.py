"""The files of a class as the gradebook holds it: pages, results, sheets, and when they are stale.

Each student's attempt that counts stands there, under the student's own id. What would come out as
it is, is not written again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.gradebook.book import Book
from grader.gradebook.decisions import marked_by_hand, pairs
from grader.gradebook.policy import Policy
from grader.gradebook.results import summaries
from grader.gradebook.standings import Standing, attempt_words, standings, standings_csv
from grader.gradebook.submissions import identical
from grader.pipeline.assignment import Assignment
from grader.pipeline.files import safe_name, write
from grader.pipeline.keys import SHOWS, digest_for, engine
from grader.report import Problem, render
from grader.report.attempts import put_attempt
from grader.report.batch import Batch, Counts
from grader.report.summary import Summary, named

_NAMED = 12
"""So many names stand in one line."""
_FILES = (
    "index.html",
    "results.json",
    "grades.csv",
    "statistics.json",
    "statistics.csv",
    "standings.csv",
)


def write_class(book: Book, assignment: Assignment, policy: Policy, out: Path) -> Batch:
    """Write the class pages, results and grade sheet, unless they are as they would be.

    Reports of students with several attempts say from now which of them counts.

    Raises:
        OSError: when the folder cannot be written.
    """
    name = assignment.rubric.assignment
    possible = assignment.rubric.possible
    rows = book.read(lambda connection: standings(connection, name, policy, possible))
    if any(row.attempts > 1 for row in rows):
        tell_attempts(book, assignment, policy, out / "reports")
    counted = _counted(rows)
    batch = _batch(book, assignment, rows, counted)
    sheet = standings_csv(rows, policy)
    stamp = _Stamp(out, _digest(assignment, counted, batch, sheet))
    counts = stamp.counts()
    if counts is not None:
        batch.counted(counts)
        return batch
    labels = {row.key: row.label for row in rows}
    stamp.clear()
    render.batch(batch, out, lambda key: safe_name(labels[key]))
    write(out / "standings.csv", sheet.encode("utf-8"))
    stamp.write(batch.counts)
    return batch


def tell_attempts(
    book: Book,
    assignment: Assignment,
    policy: Policy,
    reports: Path,
    *,
    only: Collection[str] | None = None,
) -> None:
    """Say on top of the reports of who has several attempts which of them counts.

    Args:
        book: the gradebook.
        assignment: whose reports.
        policy: of the course.
        reports: the folder where they are.
        only: students by id; all where it is None.

    Raises:
        OSError: when a report cannot be written.
    """
    name = assignment.rubric.assignment
    possible = assignment.rubric.possible
    words = book.read(
        lambda connection: attempt_words(connection, name, policy, possible, only=only)
    )
    for label, told in words.items():
        put_attempt(reports, safe_name(label), told)


def _counted(rows: Sequence[Standing]) -> dict[int, Standing]:
    """Who stands in the tables of the class, by result, in the order of students."""
    ordered = sorted(rows, key=lambda row: row.key)
    return {row.result_id: row for row in ordered if row.on_roster and row.result_id is not None}


def _batch(
    book: Book, assignment: Assignment, rows: Sequence[Standing], counted: dict[int, Standing]
) -> Batch:
    name = assignment.rubric.assignment

    def source() -> Iterator[Summary]:
        with book.reading() as connection:
            found = summaries(connection, list(counted))
            for row, one in zip(counted.values(), found, strict=True):
                yield named(one, row.key)

    return Batch(
        rubric=assignment.rubric,
        made_with=assignment.made_with,
        summaries=source,
        decided=lambda: pairs(book, name),
        notes=tuple(_notes(book, name, rows)),
    )


def _notes(book: Book, name: str, rows: Sequence[Standing]) -> Iterator[Problem]:
    for row in rows:
        if not row.on_roster:
            what = "is not on the roster; marked, but in no table until the roster has this id"
            yield Problem(path=row.key, what=what)
        if row.attempt is not None and row.attempts > 1:
            yield Problem(path=row.label, what=f"{row.attempts} hand-ins; this one counts")
        if row.late is not None and (row.late.seconds > 0 or row.late.refused):
            yield Problem(path=row.label, what=row.late.words)
    counting = {row.submission_id for row in rows}
    marked = book.read(lambda connection: marked_by_hand(connection, name))
    for of, (label, by_model) in marked.items():
        if of not in counting:
            by = "by a model" if by_model else "by hand"
            what = f"has a mark {by}, but another hand-in of this student counts"
            yield Problem(path=label, what=what)
    absent = [row.key for row in rows if not row.attempts]
    if absent:
        shown = ", ".join(absent[:_NAMED]) + (", …" if len(absent) > _NAMED else "")
        what = f"{len(absent)} on it have handed nothing in: {shown}"
        yield Problem(path="the roster", what=what)
    for group in identical(book, name):
        yield Problem(path=group[0], what=f"the same files as {', '.join(group[1:])}")


def _digest(assignment: Assignment, counted: dict[int, Standing], batch: Batch, sheet: str) -> str:
    """The hash of all that the files rest on."""
    decided = [[part, str(before), str(after)] for part, before, after in batch.decided()]
    inputs = [engine(SHOWS), dict(assignment.made_with), list(counted), sorted(batch.notes)]
    return digest_for([*inputs, decided, sheet])


@dataclass(frozen=True, slots=True)
class _Stamp:
    """What the files in a folder were made from, and what was counted then.

    It lies apart from the folder, which holds nothing of a clock.
    """

    out: Path
    digest: str

    @property
    def path(self) -> Path:
        return self.out.parent.parent / "stamps" / f"{self.out.name}.json"

    def counts(self) -> Counts | None:
        """The counts, None where files are missing, were touched, or rest on something else."""
        try:
            known = json.loads(self.path.read_text("utf-8"))
            if known["digest"] != self.digest or known["files"] != self._sizes():
                return None
            problems = {Problem(path=path, what=what) for path, what in known["problems"]}
            count, unreadable, waiting = known["counts"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return Counts(count=count, unreadable=unreadable, open_marks=waiting, problems=problems)

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)

    def write(self, counts: Counts) -> None:
        data = {
            "digest": self.digest,
            "files": self._sizes(),
            "counts": [counts.count, counts.unreadable, counts.open_marks],
            "problems": sorted([one.path, one.what] for one in counts.problems),
        }
        write(self.path, json.dumps(data).encode("utf-8"))

    def _sizes(self) -> list[list[Any]]:
        """Names, sizes and times of the files, so that one that was touched is seen."""
        files = [*(self.out / name for name in _FILES), *sorted(self.out.glob("class-*.html"))]
        return [[f.name, f.stat().st_size, f.stat().st_mtime_ns] for f in files]
