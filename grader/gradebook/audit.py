"""The log of a gradebook: what was done, when, by whom and to whom, by pseudonym.

Rows are only added; the database refuses to change or delete one. They are in the order of their
numbers, whatever a clock says.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook.book import Book
from grader.gradebook.tables import audit, pseudonym


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log."""

    number: int
    at: datetime
    author: str
    what: str
    assignment: str
    who: str
    data: Mapping[str, Any]


def log(
    connection: Connection,
    book: Book,
    what: str,
    *,
    assignment: str = "",
    who: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Add a line; ``who`` is a student's key, and is written as a pseudonym."""
    connection.execute(
        sa.insert(audit).values(
            at=book.now(),
            author=book.author,
            what=what,
            assignment=assignment,
            who=pseudonyms(connection, [who])[who] if who else "",
            data=dict(data or {}),
        )
    )


def pseudonyms(connection: Connection, keys: Iterable[str]) -> dict[str, str]:
    """Return the pseudonyms of students, made where there are none yet (in a write)."""
    wanted = list(dict.fromkeys(keys))
    query = sa.select(pseudonym.c.key, pseudonym.c.name).where(pseudonym.c.key.in_(wanted))
    known = {str(key): str(name) for key, name in connection.execute(query)}
    fresh = [
        {"key": key, "name": f"s-{secrets.token_hex(6)}"} for key in wanted if key not in known
    ]
    if fresh:
        connection.execute(sa.insert(pseudonym), fresh)
    return known | {row["key"]: row["name"] for row in fresh}


def entries(book: Book, *, assignment: str = "", who: str = "") -> Iterator[Entry]:
    """Yield the log, of one assignment or one student's key if named, oldest first."""
    query = sa.select(audit).order_by(audit.c.id)
    if assignment:
        query = query.where(audit.c.assignment == assignment)
    if who:
        known = sa.select(pseudonym.c.name).where(pseudonym.c.key == who).scalar_subquery()
        query = query.where(audit.c.who == known)
    with book.reading() as connection:
        for row in connection.execute(query):
            yield Entry(
                number=row.id,
                at=row.at,
                author=row.author,
                what=row.what,
                assignment=row.assignment,
                who=row.who,
                data=row.data,
            )
