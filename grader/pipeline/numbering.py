"""Each hand-in that is read gets its student's numbers, before it goes to any worker.

So workers, here or on a cluster, need no secret. A hand-in that was read before keeps the numbers
of then, or nothing is done at all: nobody is marked by numbers that were not on the paper.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from grader.variants import NotDealt, Variant, VariantProblem
from grader.variants.ledger import dealt


def numbered(book: Book, assignment: Assignment, tasks: Sequence[Task]) -> tuple[Task, ...]:
    """Return tasks with the numbers of those that are read; as they are where none vary.

    Raises:
        VariantProblem: without the secret, or where numbers are not those of before.
    """
    name = assignment.rubric.assignment
    if all(task.known is not None for task in tasks):
        return tuple(tasks)
    if assignment.variant is None:
        _refuse_dealt(assignment)
        return tuple(tasks)
    number = book.read(lambda connection: find_assignment(connection, name)) or 0
    before = book.read(lambda connection: states(connection, number, None))
    roster = people(book)
    made = []
    for task in tasks:
        if task.known is None:
            earlier = _numbers(book, assignment, before.get(task.submission_id))
            key = roster.whose(task.hand_in.key) or task.hand_in.key
            try:
                own = with_numbers(assignment, task.hand_in, earlier, key=key)
            except NotDealt:  # this one is left open, and says why; the others are marked
                own = task.hand_in
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


def _refuse_dealt(assignment: Assignment) -> None:
    """Refuse to read as if all had the same numbers where papers with own ones are out."""
    name = assignment.rubric.assignment
    if dealt(assignment.course, name):
        raise VariantProblem(
            f"{assignment.course / 'rubrics' / f'{name}.yaml'}: papers with numbers of each "
            "student's own were dealt out, and there is no `variants:` any more; bring it back, or "
            "give the assignment another name"
        )


def _numbers(book: Book, assignment: Assignment, state: State | None) -> Variant | None:
    """The numbers with which a hand-in was read before."""
    if state is None or state.evidence is None:
        return None
    try:
        record = Record.from_bytes(book.store.get(state.evidence.sha256))
    except (Lost, NotPlain, OSError):
        return None  # what was dealt out is on the ledger still, if it came from here
    if record.lacks_numbers:
        return None  # nothing was read of it; there may be a paper by now
    if record.variant is None:
        name = assignment.rubric.assignment
        raise VariantProblem(
            f"{assignment.course / 'rubrics' / f'{name}.yaml'}: {record.student} was marked before "
            "numbers varied, by numbers that are the same for all; give the assignment with "
            "`variants:` another name"
        )
    return record.variant
