"""A batch into the gradebook: what is missing is done, in parallel, and recorded as it comes.

Kill it at any moment and run it again: what was recorded is not done twice, and what was not
recorded is done.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.engine import Connection

from grader.gradebook.book import Book, find_assignment
from grader.gradebook.decisions import comments_of, decisions
from grader.gradebook.opening import GradebookError
from grader.gradebook.people import people
from grader.gradebook.results import Gathered, Marked, State, record, state_of, states
from grader.gradebook.runs import begin, changes_of, end, others, tell
from grader.gradebook.store import Lost
from grader.gradebook.submissions import Arrived, Held, known, take_in
from grader.pipeline.arrivals import arrivals
from grader.pipeline.assignment import Assignment
from grader.pipeline.crew import Died
from grader.pipeline.hand_ins import HandIn
from grader.pipeline.keys import result_key
from grader.pipeline.numbering import numbered
from grader.pipeline.tasks import Done, Task, Tasks, unpack
from grader.report.summary import Summary

_AT_ONCE = 40
_SECONDS = 1.0
"""Results are recorded when there are so many of them, or so much time has gone by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which hand-ins are done, of those whose result is missing or rests on something older.

    ``only`` names students; ``changed`` leaves those alone whose own files were marked before;
    ``failed`` tries those again, and only those, that a fault of ours or a damaged file left open.
    """

    only: frozenset[str] = frozenset()
    changed: bool = False
    failed: bool = False
    keep: bool = False
    """Whether marks that were made before stay, as the course's policy never lowers them unseen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a batch would do."""

    tasks: tuple[Task, ...]
    done: int
    """Hand-ins for which nothing is to be done."""
    left: int = 0
    """Hand-ins that the choice leaves alone though their result is missing or older."""
    unknown: tuple[str, ...] = ()
    """Ids that are not on the roster."""
    missing: tuple[str, ...] = ()
    """Names of ``only`` that no hand-in has."""

    @property
    def collected(self) -> list[Task]:
        """Those that are read, and whose code is run."""
        return [task for task in self.tasks if task.known is None]

    @property
    def marked(self) -> list[Task]:
        """Those that are marked again from evidence."""
        return [task for task in self.tasks if task.known is not None]


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a batch did."""

    run: int
    recorded: int = 0
    postponed: dict[str, str] = field(default_factory=dict)
    changed: int = 0
    """Hand-ins that had another result before."""
    elsewhere: int = 0
    """Hand-ins that somebody else, who grades at the same time, had done meanwhile."""


Run = Callable[[Iterable[Task]], Iterator[Done | Died[Task]]]
Watch = Callable[[Iterator[Summary], int], Iterable[Summary]]


def plan(
    book: Book,
    assignment: Assignment,
    hand_ins: Sequence[HandIn],
    key: str,
    choice: Choice,
    *,
    dry: bool = False,
) -> Plan:
    """Return what is to be done; hand-ins are taken in, but in a dry run.

    Args:
        book: the gradebook.
        assignment: what marks rest on.
        hand_ins: as found on disk.
        key: of evidence (``keys.evidence_key``).
        choice: which of them.
        dry: whether nothing is written.
    """
    name = assignment.rubric.assignment
    roster = people(book)
    chosen, missing = _chosen(hand_ins, choice.only)
    arrived = arrivals(book, chosen, remember=not dry)
    # attempts are numbered as they were received, whatever their files are called
    order = sorted(range(len(arrived)), key=lambda at: (arrived[at].received, arrived[at].origin))
    sorted_ = [arrived[at] for at in order]
    held: Sequence[Held | None]
    held = known(book, name, sorted_) if dry else take_in(book, name, sorted_)
    now = book.read(lambda connection: _now(connection, name, key))
    tasks, done, left = [], 0, 0
    for at, one in zip(order, held, strict=True):
        task = _task(arrived[at], chosen[at], one, now, key, choice, book)
        if task is None or _is_done(
            assignment, task, now, choice
        ):  # it did not fail, and only those that did are asked for
            done += 1
        elif (choice.changed or choice.keep) and not choice.failed and _is_marked(one, now):
            left += 1
        elif task.known is not None and not book.store.has(task.known.sha256):
            tasks.append(replace(task, known=None))  # its evidence is gone: read again
        else:
            tasks.append(task)
    tasks.sort(key=lambda task: task.hand_in.student)
    return Plan(
        tasks=tuple(tasks) if dry else numbered(book, assignment, tasks),
        done=done,
        left=left,
        unknown=tuple(sorted({one.key for one in arrived if roster.unknown(one.key)})),
        missing=missing,
    )


@dataclass(frozen=True, slots=True)
class _Now:
    states: dict[int, State]
    decisions: dict[int, Any]
    comments: dict[int, tuple[tuple[str, str], ...]]


def _now(connection: Connection, name: str, key: str) -> _Now:
    assignment = find_assignment(connection, name)
    if assignment is None:
        return _Now({}, {}, {})
    found = states(connection, assignment, key)
    return _Now(found, decisions(connection, list(found)), comments_of(connection, list(found)))


def _chosen(
    hand_ins: Sequence[HandIn], only: frozenset[str]
) -> tuple[Sequence[HandIn], tuple[str, ...]]:
    if not only:
        return hand_ins, ()
    chosen = [one for one in hand_ins if {one.key, one.student} & only]
    found = {name for one in chosen for name in (one.key, one.student)}
    return chosen, tuple(sorted(only - found))


def _task(
    arrived: Arrived,
    hand_in: HandIn,
    held: Held | None,
    now: _Now,
    key: str,
    choice: Choice,
    book: Book,
) -> Task | None:
    """The task of a hand-in, None where the choice leaves it alone."""
    state = now.states.get(held.id) if held else None
    evidence = state.evidence if state else None
    if choice.failed:
        if evidence is None or not (evidence.failed or _is_damaged(book, evidence)):
            return None
        evidence = None
    label = held.label if held else hand_in.student
    return Task(
        submission_id=held.id if held else 0,
        hand_in=replace(hand_in, student=label, twin=hand_in.twin or bool(held and held.twin)),
        files=arrived.files,
        key=key,
        known=evidence,
        decisions=now.decisions.get(held.id, ()) if held else (),
        comments=now.comments.get(held.id, ()) if held else (),
    )


def _is_marked(held: Held | None, now: _Now) -> bool:
    state = now.states.get(held.id) if held else None
    return state is not None and state.result_key is not None


def _is_damaged(book: Book, evidence: Gathered) -> bool:
    try:
        book.store.get(evidence.sha256)
    except (Lost, OSError):
        return True
    return False


def _is_done(assignment: Assignment, task: Task, now: _Now, choice: Choice) -> bool:
    if choice.failed or task.known is None:
        return False
    key = result_key(assignment, task.known.sha256, task.decisions, task.comments)
    return now.states[task.submission_id].result_key == key


def carry_out(
    book: Book,
    assignment: Assignment,
    doing: Plan,
    run: AbstractContextManager[Run],
    own: Tasks,
    *,
    watch: Watch = lambda summaries, _count: summaries,
) -> Outcome:
    """Do a plan, and record each result as it comes.

    Args:
        book: the gradebook.
        assignment: what marks rest on.
        doing: the plan.
        run: an executor, not entered yet.
        own: where files go here; it records hand-ins that ended a process.
        watch: shows progress.

    Raises:
        GradebookError: when the database stays away. What was recorded is kept.
        OSError: when the disk is full. What was recorded is kept.
    """
    name = assignment.rubric.assignment
    outcome = Outcome(run=begin(book, name, "grade", assignment.made_with))
    tell(book, outcome.run, {"of": len(doing.tasks)})  # for who watches from elsewhere
    number = book.read(lambda connection: find_assignment(connection, name))
    state = "stopped"
    try:
        with run as work:
            recorder = _Recorder(book, number or 0, outcome)
            try:
                todo = _still_missing(book, assignment, doing.tasks, outcome)
                done = _finished(work(todo), own, outcome)
                for _ in watch(recorder.each(done), len(doing.tasks)):
                    pass
            finally:
                recorder.flush()
        state = "applied"
    except GradebookError:
        state = ""  # it was waited for long enough; the run stays as one that never ended
        raise
    finally:
        if state:
            _ended(book, name, outcome, state, len(doing.tasks))
    return outcome


def _ended(book: Book, name: str, outcome: Outcome, state: str, count: int) -> None:
    outcome.changed = len(book.read(lambda connection: changes_of(connection, outcome.run)))
    told = {"recorded": outcome.recorded, "changed": outcome.changed, "of": count}
    end(book, name, outcome.run, "applied" if outcome.changed else state, told)


def _still_missing(
    book: Book, assignment: Assignment, tasks: Sequence[Task], outcome: Outcome
) -> Iterator[Task]:
    """Yield tasks as they are drawn, but for those that another grader has done meanwhile.

    Where another one is at work, this one begins elsewhere, so that they share the class.
    """
    name = assignment.rubric.assignment
    alone = not book.read(lambda connection: others(connection, name, outcome.run, book.now()))
    start = 0 if alone or not tasks else secrets.randbelow(len(tasks))
    for task in (*tasks[start:], *tasks[:start]):
        if not alone and _was_done(book, assignment, task):
            outcome.elsewhere += 1
        else:
            yield task


def _was_done(book: Book, assignment: Assignment, task: Task) -> bool:
    state = book.read(lambda connection: state_of(connection, task.submission_id, task.key))
    if state is None or state.evidence is None or state.evidence.failed:
        return False
    key = result_key(assignment, state.evidence.sha256, task.decisions, task.comments)
    return state.result_key == key


def _finished(
    answers: Iterable[Done | Died[Task]], own: Tasks, outcome: Outcome
) -> Iterator[Marked]:
    for answer in answers:
        done = own.given_up(answer.item) if isinstance(answer, Died) else answer
        done = unpack(done, own.files, own.reports) if done.carried else done
        if done.marked is None:
            outcome.postponed[done.task.hand_in.student] = done.why
        else:
            yield done.marked


@dataclass(slots=True)
class _Recorder:
    book: Book
    assignment: int
    outcome: Outcome
    waiting: list[Marked] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)

    def each(self, marked: Iterable[Marked]) -> Iterator[Summary]:
        for one in marked:
            self.waiting.append(one)
            if len(self.waiting) >= _AT_ONCE or time.monotonic() - self.since > _SECONDS:
                self.flush()
            yield one.summary

    def flush(self) -> None:
        some, self.waiting = self.waiting, []
        self.since = time.monotonic()
        record(self.book, self.assignment, some, stand=True, run=self.outcome.run)
        self.outcome.recorded += len(some)
