"""Each hand-in that is read gets its student's numbers, before it goes to any worker.

So workers, here or on a cluster, need no secret. A hand-in that was read before keeps the numbers
of then, or nothing is done at all: nobody is marked by numbers that were not on the paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.codec import NotPlain
from grader.gradebook.book import Book, find_assignment
from grader.gradebook.people import people
from grader.gradebook.results import State, states
from grader.gradebook.store import Lost
from grader.pipeline.assignment import Assignment
from grader.pipeline.hand_ins import HandIn
from grader.pipeline.records import Record
from grader.pipeline.tasks import Task
from grader.variants import Variant


def numbered(book: Book, assignment: Assignment, tasks: Sequence[Task]) -> tuple[Task, ...]:
    """Return tasks with the numbers of those that are read; as they are where none vary.

    Raises:
        VariantProblem: without the secret, or where numbers are not those of before.
    """
    if assignment.variant is None or all(task.known is not None for task in tasks):
        return tuple(tasks)
    name = assignment.rubric.assignment
    number = book.read(lambda connection: find_assignment(connection, name)) or 0
    before = book.read(lambda connection: states(connection, number, None))
    roster = people(book)
    made = []
    for task in tasks:
        if task.known is None:
            earlier = _numbers(book, before, task.submission_id)
            key = roster.whose(task.hand_in.key) or task.hand_in.key
            own = with_numbers(assignment, task.hand_in, earlier, key=key)
            made.append(replace(task, hand_in=own))
        else:
            made.append(task)
    return tuple(made)


def with_numbers(
    assignment: Assignment, hand_in: HandIn, before: Variant | None = None, *, key: str = ""
) -> HandIn:
    """Return a hand-in with its student's numbers.

    Args:
        assignment: what is asked.
        hand_in: the hand-in.
        before: what it was read with before.
        key: whose it is, where that is another name than that of the file or folder.

    Raises:
        VariantProblem: as ``numbered``.
    """
    if assignment.variant is None:
        return hand_in
    variant = assignment.variant_of(key or hand_in.key or hand_in.student, before)
    return replace(hand_in, variant=variant)


def _numbers(book: Book, before: Mapping[int, State], submission: int) -> Variant | None:
    """The numbers with which a hand-in was read before."""
    state = before.get(submission)
    if state is None or state.evidence is None:
        return None
    try:
        return Record.from_bytes(book.store.get(state.evidence.sha256)).variant
    except (Lost, NotPlain, OSError):
        return None  # what was dealt out is on the ledger still, if it came from here
