"""Comments that are used again: for one part, one assignment, or the whole course."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook import Book
from grader.gradebook.book import assignment_id, find_assignment
from grader.gradebook.tables import phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One of them."""

    id: int
    text: str
    points: Fraction | None
    part: str
    course: bool
    author: str


def phrases(book: Book, name: str, part: str | None = None) -> list[Phrase]:
    """Return those of an assignment, or those that fit one of its parts; newest first."""

    def ask(connection: Connection) -> list[Phrase]:
        own = find_assignment(connection, name)
        query = sa.select(phrase).where(
            sa.or_(phrase.c.assignment_id == own, phrase.c.assignment_id.is_(None)),
            phrase.c.withdrawn.is_(False),
        )
        if part is not None:
            query = query.where(phrase.c.part.in_(["", part]))
        rows = connection.execute(query.order_by(phrase.c.id.desc()).limit(300))
        return [
            Phrase(
                id=row.id,
                text=row.text,
                points=row.points,
                part=row.part,
                course=row.assignment_id is None,
                author=row.author,
            )
            for row in rows
        ]

    return book.read(ask)


def keep(book: Book, name: str, text: str, points: Fraction | None, scope: str) -> None:
    """Keep a comment; ``scope`` is ``course``, ``assignment`` or ``part:ID``."""

    def do(connection: Connection) -> None:
        own = None if scope == "course" else assignment_id(connection, name)
        part = scope.removeprefix("part:") if scope.startswith("part:") else ""
        connection.execute(
            sa.insert(phrase).values(
                assignment_id=own,
                part=part,
                text=text,
                points=points,
                author=book.author,
                at=book.now(),
                withdrawn=False,
            )
        )

    book.write(do)


def take_out(book: Book, name: str, number: int) -> None:
    """No longer offer a comment; where it was given it stays."""

    def do(connection: Connection) -> None:
        own = find_assignment(connection, name)
        connection.execute(
            sa.update(phrase)
            .where(
                phrase.c.id == number,
                sa.or_(phrase.c.assignment_id == own, phrase.c.assignment_id.is_(None)),
            )
            .values(withdrawn=True)
        )

    book.write(do)
