"""Marks made again from evidence after people decided: for many at once, or in the background.

What is ended in between is not lost: the decision is in the gradebook, and the next settling, or the
next ``grader grade``, finds each hand-in whose result does not say it yet.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook import Book, GradebookError
from grader.gradebook.book import find_assignment
from grader.gradebook.opening import Refused
from grader.gradebook.people import people_in
from grader.gradebook.policy import load
from grader.gradebook.results import Marked, data_of, holding, record
from grader.gradebook.runs import begin, end
from grader.gradebook.tables import submission
from grader.pipeline import Assignment
from grader.pipeline.class_files import tell_attempts
from grader.pipeline.regrade import todo
from grader.pipeline.tasks import Task, Tasks
from grader.review.answers import moved

CHUNK = 100
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Hand-ins marked again, and those left alone: rubric, reference or keys have changed since."""

    done: tuple[int, ...]
    outdated: tuple[int, ...]
    failed: tuple[tuple[int, str], ...] = ()

    @property
    def words(self) -> str:
        """What a person has to do; "" where that is nothing."""
        if not self.outdated:
            return ""
        count = len(self.outdated)
        are, they = ("hand-in is", "it was") if count == 1 else ("hand-ins are", "they were")
        return (
            f"{count} decided {are} not marked again yet, as rubric, reference or keys have changed "
            f"since {they} graded: `grader regrade` shows what that does, --apply lets it hold, and "
            "the decisions with it"
        )


def unsettled(book: Book, assignment: Assignment) -> tuple[int, ...]:
    """Return hand-ins whose result does not say yet what people decided, or what has changed."""
    try:
        return tuple(one.submission_id for one in todo(book, assignment, ()).tasks)
    except Refused:
        return ()


def settle(
    book: Book, assignment: Assignment, ids: Iterable[int], *, reports: Path | None = None
) -> Settled:
    """Mark hand-ins again from their evidence, with what people decided.

    Args:
        book: the gradebook.
        assignment: what marks rest on now.
        ids: the hand-ins.
        reports: where their reports are written; not at all unless given.

    Raises:
        GradebookError: when the database stays away.
    """
    wanted = sorted(set(ids))
    done: list[int] = []
    outdated: list[int] = []
    failed: list[tuple[int, str]] = []
    for at in range(0, len(wanted), CHUNK):
        tasks = _tasks(book, assignment, wanted[at : at + CHUNK])
        old = _outdated(book, assignment, tasks)
        outdated += old
        marked, missed = _again(
            book, assignment, [one for one in tasks if one.submission_id not in old], reports
        )
        done += [one.submission_id for one in marked]
        failed += missed
        if marked and reports is not None:
            _tell_attempts(book, assignment, [one.submission_id for one in marked], reports)
    return Settled(done=tuple(done), outdated=tuple(outdated), failed=tuple(failed))


def _tell_attempts(book: Book, assignment: Assignment, ids: list[int], reports: Path) -> None:
    """Say in the reports of these students which attempt counts: each was just written anew."""
    try:
        policy = load(assignment.course / "rubrics" / "course.yaml")
    except ValueError:  # somebody is changing the rules: the next grading says it
        return
    query = sa.select(submission.c.key).where(submission.c.id.in_(ids)).distinct()

    def ask(connection: Connection) -> list[str]:
        people = people_in(connection)
        return [people.whose(key) or key for key in connection.execute(query).scalars()]

    tell_attempts(book, assignment, policy, reports, only=book.read(ask))


def _tasks(book: Book, assignment: Assignment, ids: list[int]) -> list[Task]:
    name = assignment.rubric.assignment

    def ask(connection: Connection) -> frozenset[str]:
        query = sa.select(submission.c.label).where(
            submission.c.id.in_(ids),
            submission.c.assignment_id == find_assignment(connection, name),
        )
        return frozenset(connection.execute(query).scalars())

    labels = book.read(ask)
    if not labels:
        return []
    found = todo(book, assignment, (), only=labels).tasks
    return [one for one in found if one.submission_id in ids and one.known is not None]


def _outdated(book: Book, assignment: Assignment, tasks: list[Task]) -> set[int]:
    """Those that another rubric, reference or key marked: their other marks might change unseen."""
    ids = [one.submission_id for one in tasks]
    held = book.read(lambda connection: holding(connection, ids))
    data = book.read(lambda connection: data_of(connection, list(held.values())))
    now = dict(assignment.made_with)
    return {of for of, result in held.items() if not _same(data[result].get("made_from", {}), now)}


def _same(then: dict[str, str], now: dict[str, str]) -> bool:
    return all(then.get(name) == value for name, value in now.items())


def _again(
    book: Book, assignment: Assignment, tasks: list[Task], reports: Path | None
) -> tuple[list[Marked], list[tuple[int, str]]]:
    if not tasks:
        return [], []
    name = assignment.rubric.assignment
    number = book.read(lambda connection: find_assignment(connection, name)) or 0
    work = Tasks(assignment=assignment, files=book.store.folder, reports=reports)
    try:
        done = [work(task) for task in tasks]
    finally:
        work.close()
    marked = [one.marked for one in done if one.marked is not None]
    run = begin(book, name, "mark", assignment.made_with)
    record(book, number, marked, stand=True, run=run)
    end(book, name, run, "applied", {"hand_ins": len(marked)})
    return marked, [(one.task.submission_id, one.why) for one in done if one.marked is None]


class Settling:
    """A thread that settles what it is given; ``add`` without ids means all that is unsettled."""

    def __init__(
        self,
        book: Book,
        load: Callable[[str], Assignment],
        reports: Callable[[str], Path] | None = None,
    ) -> None:
        """Start nothing yet; ``reports`` tells where the reports of an assignment are written."""
        self._book, self._load, self._reports = book, load, reports
        self._waiting: queue.Queue[tuple[str, tuple[int, ...] | None] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name="settling", daemon=True)
        self.trouble: dict[str, str] = {}
        """By assignment, what a person has to do."""
        self._as_of: dict[str, object] = {}

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def add(self, name: str, ids: Iterable[int] | None = None) -> None:
        """Let hand-ins of an assignment be marked again soon."""
        self._waiting.put((name, None if ids is None else tuple(ids)))

    def told(self, name: str) -> str:
        """Return what a person has to do for an assignment; once something moved, it is looked at anew."""
        words = self.trouble.get(name, "")
        if words:
            now = self._book.read(moved)
            if self._as_of.get(name) != now:
                self._as_of[name] = now
                self.add(name)
        return words

    def wait(self) -> None:
        """Return when all that was added is done."""
        self._waiting.join()

    def stop(self, patience: float = 60) -> None:
        """End after what was added; what is left is found at the next start."""
        self._waiting.put(None)
        self._thread.join(patience)

    def _run(self) -> None:
        while True:
            given = self._waiting.get()
            try:
                if given is None:
                    return
                self._one(*given)
            finally:
                self._waiting.task_done()

    def _one(self, name: str, ids: tuple[int, ...] | None) -> None:
        try:
            loaded = self._load(name)
            some = unsettled(self._book, loaded) if ids is None else ids
            reports = self._reports(name) if self._reports is not None else None
            self.trouble[name] = settle(self._book, loaded, some, reports=reports).words
        except GradebookError as error:
            self.trouble[name] = str(error)
        except Exception:  # noqa: BLE001  # logged; the thread goes on with the others
            _LOG.exception("settling of %s failed", name)
            self.trouble[name] = "marks could not be made again; the log says why"
