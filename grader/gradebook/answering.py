"""Answers to students who asked for another look, each written with the mark that it changes.

Who answers says what they had before them: the last answer, and the mark. Where either is another
one by now nothing is written, and they are told by whom.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook import acts
from grader.gradebook.acts import Left, Seen, Step
from grader.gradebook.audit import log
from grader.gradebook.book import Book, find_assignment, lock
from grader.gradebook.opening import Refused
from grader.gradebook.tables import request, request_answer, submission

Outcome = Literal["kept", "changed", "reopened"]


class Overtaken(Refused):
    """Somebody answered or marked since the page was made; ``left`` tells a mark that was given."""

    def __init__(self, words: str, left: tuple[Left, ...] = ()) -> None:
        super().__init__(words)
        self.left = left


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer to a request, and what its author had before them.

    Args:
        request: which one.
        outcome: of what is seen of it.
        text: told to the student.
        last: the answer that was the last one, 0 where there was none.
        seen: the mark, None where the hand-in had no result.
        points: what the part gets, where it changes.
        possible: the points of the part.
        once: a word of one form; the same change sent twice is one.
    """

    request: int
    outcome: Outcome
    text: str
    last: int
    seen: Seen | None
    points: Fraction = Fraction(0)
    possible: Fraction = Fraction(0)
    once: str = ""


def reply(book: Book, name: str, given: Reply) -> tuple[int, ...]:
    """Answer a request, and return the hand-ins that have another mark by it.

    Raises:
        Overtaken: when another answer or another mark came meanwhile; nothing is written then.
        Refused: when there is no such request, no text, or nobody who writes it.
    """
    if not given.text.strip() or given.outcome not in get_args(Outcome):
        raise Refused("write an answer: the student reads it")
    if not book.author.strip():
        raise Refused("an answer needs its author: set GRADER_AUTHOR to your name")
    asked = book.read(lambda connection: _asked(connection, name, given.request))
    if given.outcome != "changed":
        book.write(lambda connection: _answered(connection, book, name, asked, given, None))
        return ()
    step = acts.decide(
        book, name, asked.part, given.points, reason=given.text, possible=given.possible,
        seen={asked.submission_id: given.seen} if given.seen else {}, once=given.once,
        also=lambda connection, step: _answered(connection, book, name, asked, given, step),
    )  # fmt: skip
    return step.done


def _asked(connection: Connection, name: str, number: int) -> Any:
    query = (
        sa.select(request.c.part, request.c.submission_id, submission.c.key)
        .join(submission, submission.c.id == request.c.submission_id)
        .where(
            request.c.id == number,
            submission.c.assignment_id == find_assignment(connection, name),
        )
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise Refused(f"'{name}' has no request of number {number}")
    return row


def _answered(
    connection: Connection, book: Book, name: str, asked: Any, given: Reply,
    step: Step | None,
) -> None:  # fmt: skip
    """Write the answer, if all is as its author saw it; ``step`` is the change of the mark."""
    lock(connection, find_assignment(connection, name) or 0)
    _check_last(connection, given)
    if step is not None and not step.act:
        raise Overtaken(_MOVED, step.left)
    if given.outcome == "kept":
        _check_mark(connection, asked, given.seen)
    row = {"outcome": given.outcome, "text": given.text, "author": book.author, "at": book.now()}
    connection.execute(sa.insert(request_answer).values(request_id=given.request, **row))
    data = {"request": given.request, "outcome": given.outcome, "part": asked.part}
    log(connection, book, "request answered", assignment=name, who=asked.key, data=data)


_MOVED = "the mark of this answer is another one by now"


def _check_last(connection: Connection, given: Reply) -> None:
    query = (
        sa.select(request_answer)
        .where(request_answer.c.request_id == given.request)
        .order_by(request_answer.c.id.desc())
        .limit(1)
    )
    last = connection.execute(query).one_or_none()
    if last is not None and last.id != given.last:
        raise Overtaken(f"{last.author} answered this meanwhile")
    if last is None and given.outcome == "reopened":
        raise Overtaken("nobody has answered this yet")
    if last is not None and (last.outcome == "reopened") == (given.outcome == "reopened"):
        raise Overtaken(f"{last.author} answered this already")


def _check_mark(connection: Connection, asked: Any, seen: Seen | None) -> None:
    """Refuse that a mark stays which is not the one that was seen."""
    of = asked.submission_id
    if seen is None and acts.seen_now(connection, asked.part, [of]):
        raise Overtaken(_MOVED)
    if seen is not None and (left := acts.moved(connection, asked.part, {of: seen})):
        raise Overtaken(_MOVED, tuple(left.values()))
