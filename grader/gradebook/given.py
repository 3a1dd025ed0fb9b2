"""Keys and paper that an instructor gave on the command line: remembered, every version.

What is graded once with keys is regraded with them, unless others are given.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook.audit import log
from grader.gradebook.book import Book, assignment_id, find_assignment
from grader.gradebook.tables import answer_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The texts of a file of keys and of a paper, as they were given; None where none was."""

    keys: str | None = None
    paper: str | None = None


def given(book: Book, name: str) -> Given:
    """Return what was given last for an assignment."""
    return book.read(lambda connection: _last(connection, name))


def remember(book: Book, name: str, new: Given) -> Given:
    """Remember what is given now, and return what holds: what is not given stays as it was.

    Raises:
        GradebookError: when it cannot be written.
    """

    def do(connection: Connection) -> Given:
        last = _last(connection, name)
        now = Given(
            keys=last.keys if new.keys is None else new.keys,
            paper=last.paper if new.paper is None else new.paper,
        )
        if now != last:
            _insert(connection, book, name, now)
        return now

    return book.write(do)


def _last(connection: Connection, name: str) -> Given:
    query = (
        sa.select(answer_key.c.data)
        .where(answer_key.c.assignment_id == find_assignment(connection, name))
        .order_by(answer_key.c.id.desc())
        .limit(1)
    )
    data: dict[str, Any] = connection.execute(query).scalar_one_or_none() or {}
    return Given(keys=data.get("keys"), paper=data.get("paper"))


def _insert(connection: Connection, book: Book, name: str, now: Given) -> None:
    assignment = assignment_id(connection, name)
    query = sa.select(sa.func.count()).where(answer_key.c.assignment_id == assignment)
    data = {"keys": now.keys, "paper": now.paper}
    # an earlier version may come back, and is another row then
    rests_on = [connection.execute(query).scalar_one(), data]
    digest = hashlib.sha256(json.dumps(rests_on, sort_keys=True).encode()).hexdigest()
    row = {
        "assignment_id": assignment,
        "digest": digest,
        "data": data,
        "author": book.author,
        "at": book.now(),
    }
    connection.execute(sa.insert(answer_key).values(**row))
    log(connection, book, "keys or paper", assignment=name, data={"digest": digest[:16]})
