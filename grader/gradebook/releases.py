"""What an instructor turned on by name: students see their marks, a model's proposals stand."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook.audit import log
from grader.gradebook.book import Book, assignment_id, find_assignment
from grader.gradebook.opening import Refused
from grader.gradebook.tables import release as releases

Kind = Literal["marks", "model"]


def release(book: Book, name: str, kind: Kind, *, holds: bool, part: str = "") -> None:
    """Turn something on or off, in the author's name.

    Raises:
        Refused: when a model is turned on for no part, or by nobody.
    """
    if kind == "model" and not part:
        raise Refused("a model is turned on for one part at a time: name the part")
    if not book.author.strip():
        raise Refused("this needs its author: set GRADER_AUTHOR to your name")

    def do(connection: Connection) -> None:
        connection.execute(
            sa.insert(releases).values(
                assignment_id=assignment_id(connection, name),
                part=part,
                kind=kind,
                holds=holds,
                author=book.author,
                at=book.now(),
            )
        )
        data = {"kind": kind, "part": part, "holds": holds}
        log(connection, book, "release", assignment=name, data=data)

    book.write(do)


def turned_on_by(connection: Connection, name: str, kind: Kind, part: str = "") -> str:
    """Return who turned it on, "" where it is off."""
    row = connection.execute(_last(connection, name, kind, part)).first()
    return str(row.author) if row is not None and row.holds else ""


def last_turned_on(
    connection: Connection, name: str, kind: Kind, part: str = ""
) -> sa.Row[Any] | None:
    """Return by which row it was turned on last, whether or not it was turned off since."""
    query = _last(connection, name, kind, part).where(releases.c.holds)
    return connection.execute(query).first()


def _last(connection: Connection, name: str, kind: Kind, part: str) -> sa.Select[Any]:
    return (
        sa.select(releases)
        .where(
            releases.c.assignment_id == find_assignment(connection, name),
            releases.c.kind == kind,
            releases.c.part == part,
        )
        .order_by(releases.c.id.desc())
        .limit(1)
    )
