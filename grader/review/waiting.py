"""What waits, by part: counted in one query over the results that hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook import Book
from grader.gradebook.book import find_assignment
from grader.gradebook.decisions import by_model
from grader.gradebook.tables import cell, decision, request, request_answer, standing, submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """One part: answers that wait, marks by hand that hold, requests that are open.

    An answer that was marked by hand waits for nobody, be its result made again already or not.
    ``by_model`` are marks that a model gave where it was turned on; they are not among those by hand.
    """

    part: str
    waiting: int
    by_hand: int
    requests: int
    by_model: int = 0


def waiting(book: Book, name: str, only: Collection[int] | None = None) -> dict[str, Waits]:
    """Return what waits, by part; parts of which nothing is to be told are left out.

    Args:
        book: the gradebook.
        name: the assignment.
        only: the hand-ins that count, as ``standings`` tells them; every attempt unless given.
    """

    def ask(connection: Connection) -> dict[str, Waits]:
        number = find_assignment(connection, name)
        counts = (
            _waiting(connection, number, only),
            *_by_hand(connection, number, only),
            _asked(connection, number, only),
        )
        parts = sorted({part for each in counts for part in each})
        return {
            part: Waits(
                part=part,
                waiting=counts[0].get(part, 0),
                by_hand=counts[1].get(part, 0),
                by_model=counts[2].get(part, 0),
                requests=counts[3].get(part, 0),
            )
            for part in parts
        }

    return book.read(ask)


def closed(book: Book, name: str, part: str) -> frozenset[int]:
    """Return the hand-ins whose mark of a part is nobody's to change by a review.

    The grader is certain of it, no person gave it, and no student asked for another look.
    """

    def ask(connection: Connection) -> frozenset[int]:
        number = find_assignment(connection, name)
        query = (
            sa.select(submission.c.id)
            .join(standing, standing.c.submission_id == submission.c.id)
            .join(cell, cell.c.result_id == standing.c.result_id)
            .where(
                submission.c.assignment_id == number, cell.c.part == part, cell.c.state != "waits"
            )
        )
        settled = set(connection.execute(query).scalars())
        for some in (_held_by_hand(number), _open_requests(number)):
            settled -= {of for of, own in connection.execute(some) if own == part}
        return frozenset(settled)

    return book.read(ask)


def _waiting(
    connection: Connection, number: int | None, only: Collection[int] | None
) -> dict[str, int]:
    hand = _held_by_hand(number).subquery()
    same = sa.and_(hand.c.submission_id == submission.c.id, hand.c.part == cell.c.part)
    query = (
        sa.select(submission.c.id, cell.c.part)
        .join(standing, standing.c.submission_id == submission.c.id)
        .join(cell, cell.c.result_id == standing.c.result_id)
        .outerjoin(hand, same)
        .where(submission.c.assignment_id == number, cell.c.state == "waits")
        .where(hand.c.part.is_(None))
    )
    if only is None:
        held = query.subquery()
        grouped = sa.select(held.c.part, sa.func.count()).group_by(held.c.part)
        return {str(part): int(count) for part, count in connection.execute(grouped)}
    return _counted(connection.execute(query).all(), only)


def _by_hand(
    connection: Connection, number: int | None, only: Collection[int] | None
) -> tuple[dict[str, int], dict[str, int]]:
    """Marks by hand that hold: those of people, and those that models gave."""
    rows = connection.execute(_held_by_hand(number).add_columns(decision.c.author)).all()
    theirs = [row for row in rows if by_model(row.author)]
    return _counted([row for row in rows if not by_model(row.author)], only), _counted(theirs, only)


def _held_by_hand(number: int | None) -> sa.Select[Any]:
    last = (
        sa.select(sa.func.max(decision.c.id))
        .join(submission, submission.c.id == decision.c.submission_id)
        .where(submission.c.assignment_id == number, decision.c.kind == "hand")
        .group_by(decision.c.submission_id, decision.c.part)
    )
    return sa.select(decision.c.submission_id, decision.c.part).where(
        decision.c.id.in_(last), decision.c.points.is_not(None)
    )


def _asked(
    connection: Connection, number: int | None, only: Collection[int] | None
) -> dict[str, int]:
    return _counted(connection.execute(_open_requests(number)).all(), only)


def _open_requests(number: int | None) -> sa.Select[Any]:
    last = (
        sa.select(sa.func.max(request_answer.c.id))
        .where(request_answer.c.request_id == request.c.id)
        .correlate(request)
        .scalar_subquery()
    )
    return (
        sa.select(request.c.submission_id, request.c.part)
        .join(submission, submission.c.id == request.c.submission_id)
        .outerjoin(request_answer, request_answer.c.id == last)
        .where(
            submission.c.assignment_id == number,
            sa.or_(request_answer.c.id.is_(None), request_answer.c.outcome == "reopened"),
        )
    )


def _counted(rows: Iterable[Any], only: Collection[int] | None) -> dict[str, int]:  # fmt: skip
    counting = None if only is None else frozenset(only)
    found: dict[str, int] = {}
    for row in rows:
        of, part = int(row[0]), str(row[1])
        if counting is None or of in counting:
            found[part] = found.get(part, 0) + 1
    return found
