"""What was handed in at the desk, as its table holds it: who, when, which files, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.desk.tray import Kept
from grader.gradebook.book import Book
from grader.gradebook.people import people_in
from grader.gradebook.tables import assignment, handed_in, submission

Purpose = Literal["submit", "check"]
State = Literal["waits", "runs", "done", "failed"]
_MANY = 1_000
_SAME = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """One upload with its receipt: the number, the time and the hashes."""

    number: int
    assignment: str
    key: str
    purpose: Purpose
    at: datetime
    digest: str
    files: tuple[Kept, ...]
    state: State
    began: datetime | None
    ended: datetime | None
    told: Mapping[str, Any]

    @property
    def waits(self) -> bool:
        """Whether it is not done yet."""
        return self.state in ("waits", "runs")


def handed(row: sa.Row[Any]) -> HandedIn:
    """Return a row of ``rows`` as what it is."""
    return HandedIn(
        number=row.id,
        assignment=row.assignment,
        key=row.key,
        purpose=row.purpose,
        at=row.at,
        digest=row.digest,
        files=tuple(Kept(name=name, sha256=sha, size=size) for name, sha, size in row.files),
        state=row.state,
        began=row.began,
        ended=row.ended,
        told=row.told,
    )


def rows() -> sa.Select[Any]:
    """Return the query for all rows, with the names of their assignments."""
    return sa.select(handed_in, assignment.c.name.label("assignment")).join(
        assignment, assignment.c.id == handed_in.c.assignment_id
    )


def one(book: Book, number: int) -> HandedIn | None:
    """Return one upload, None where there is none of this number."""

    def ask(connection: Connection) -> HandedIn | None:
        row = connection.execute(rows().where(handed_in.c.id == number)).one_or_none()
        return None if row is None else handed(row)

    return book.read(ask)


def own(
    book: Book, name: str, key: str, purpose: Purpose | None = None, most: int = 50
) -> list[HandedIn]:
    """Return what a student handed in for an assignment, the newest first."""
    query = rows().where(assignment.c.name == name, handed_in.c.key == key)
    if purpose is not None:
        query = query.where(handed_in.c.purpose == purpose)
    query = query.order_by(handed_in.c.id.desc()).limit(most)
    return book.read(lambda connection: [handed(row) for row in connection.execute(query)])


def brought(book: Book, name: str, key: str) -> list[datetime]:
    """Return when hand-ins of a student came that the desk did not take: the course staff has them."""
    here = own(book, name, key, "submit", _MANY)
    numbers = {row.told.get("submission") for row in here}

    def ask(connection: Connection) -> list[datetime]:
        query = (
            sa.select(submission.c.id, submission.c.key, submission.c.received)
            .join(assignment, assignment.c.id == submission.c.assignment_id)
            .where(assignment.c.name == name)
            .order_by(submission.c.received)
        )
        people = people_in(connection)
        whose = people.whose(key) or key
        return [
            row.received
            for row in connection.execute(query)
            if row.id not in numbers and (people.whose(row.key) or row.key) == whose
        ]

    # one that is being put in place has its number only when it is done, and its time at once
    return [at for at in book.read(ask) if not any(abs(at - row.at) < _SAME for row in here)]


def some(book: Book, state: State, most: int = 100) -> list[HandedIn]:
    """Return what is in a state: what waits or runs oldest first, else the newest first."""
    order = handed_in.c.id if state in ("waits", "runs") else handed_in.c.id.desc()
    query = rows().where(handed_in.c.state == state).order_by(order).limit(most)
    return book.read(lambda connection: [handed(row) for row in connection.execute(query)])


def counts(book: Book) -> dict[str, int]:
    """Return how many are in each state."""
    query = sa.select(handed_in.c.state, sa.func.count()).group_by(handed_in.c.state)
    found = book.read(lambda connection: [tuple(row) for row in connection.execute(query)])
    return {"waits": 0, "runs": 0, "done": 0, "failed": 0} | {str(s): int(n) for s, n in found}
