"""Hand-ins as received: each content of a student once, numbered by attempt.

The number of an attempt counts; a clock that goes backwards changes no order.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook.book import Book, assignment_id, find_assignment, lock, new_row
from grader.gradebook.tables import submission, submission_file, written

_CHUNK = 500
Some = TypeVar("Some")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One file of a hand-in; ``lost`` says why it could not be read."""

    name: str
    sha256: str
    size: int
    lost: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A hand-in that is found on disk or comes from an LMS."""

    key: str
    received: datetime
    files: tuple[Received, ...]
    origin: str = ""
    twin: bool = False

    @property
    def digest(self) -> str:
        """The hash of all its files and their names."""
        rows = sorted((f.name, f.sha256 or f.lost) for f in self.files)
        return hashlib.sha256(repr(rows).encode("utf-8", "backslashreplace")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A hand-in that the gradebook holds."""

    id: int
    key: str
    attempt: int
    label: str
    digest: str
    received: datetime
    twin: bool
    new: bool = False


def take_in(book: Book, name: str, arrived: Sequence[Arrived]) -> list[Held]:
    """Hold hand-ins, those of known content once; the answers are in the same order.

    Those of one student are taken in by the time when they were received, so that the same
    hand-ins taken in again are the same attempts.

    Raises:
        GradebookError: when the gradebook cannot be written.
    """
    own = [_storable(one) for one in arrived]
    first = {one.key: at for at, one in reversed(list(enumerate(own)))}
    order = sorted(range(len(own)), key=lambda at: (first[own[at].key], own[at].received))
    held: dict[int, Held] = {}
    for at in range(0, len(order), _CHUNK):
        some = order[at : at + _CHUNK]
        rows = [own[number] for number in some]
        taken = book.write(lambda connection, rows=rows: _taken(connection, name, rows))  # type: ignore[misc]
        held.update(zip(some, taken, strict=True))
    return [held[at] for at in range(len(own))]


def _storable(one: Arrived) -> Arrived:
    """The hand-in under an id as it comes back from the database, however it was composed."""
    return replace(one, key=unicodedata.normalize("NFC", written(one.key)))


def known(book: Book, name: str, arrived: Sequence[Arrived]) -> list[Held | None]:
    """Return what is held of hand-ins, without holding new ones: for a dry run."""
    own = [_storable(one) for one in arrived]

    def ask(connection: Connection) -> list[Held | None]:
        found: dict[str, list[Held]] = {}
        keys = sorted({one.key for one in own})
        for some in _chunks(keys):
            found |= _by_key(connection, name, set(some))
        return [_same(found.get(one.key, []), one) for one in own]

    return book.read(ask)


def _taken(connection: Connection, name: str, arrived: Sequence[Arrived]) -> list[Held]:
    assignment = assignment_id(connection, name)
    lock(connection, assignment)
    found = _by_key(connection, name, {one.key for one in arrived})
    held = []
    for one in arrived:
        attempts = found.setdefault(one.key, [])
        same = _same(attempts, one)
        if same is None:
            same = _inserted(connection, assignment, one, attempts)
            attempts.append(replace(same, new=False))
        held.append(same)
    return held


def _same(attempts: Sequence[Held], one: Arrived) -> Held | None:
    """The attempt that this is: its newest of that content, unless others came between.

    They came between where this one was received after all that is held.
    """
    for number, attempt in enumerate(reversed(attempts)):
        if attempt.digest == one.digest:
            again = number > 0 and one.received > max(a.received for a in attempts)
            return None if again else attempt
    return None


def _by_key(connection: Connection, name: str, keys: set[str]) -> dict[str, list[Held]]:
    assignment = find_assignment(connection, name)
    found: dict[str, list[Held]] = {}
    if assignment is None:
        return found
    query = (
        sa.select(submission)
        .where(submission.c.assignment_id == assignment, submission.c.key.in_(list(keys)))
        .order_by(submission.c.attempt)
    )
    for row in connection.execute(query):
        found.setdefault(row.key, []).append(_held(row))
    return found


def _held(row: sa.Row[tuple[object, ...]]) -> Held:
    return Held(
        id=row.id,
        key=row.key,
        attempt=row.attempt,
        label=row.label,
        digest=row.digest,
        received=row.received,
        twin=row.twin,
    )


def _inserted(
    connection: Connection, assignment: int, one: Arrived, attempts: Sequence[Held]
) -> Held:
    attempt = attempts[-1].attempt + 1 if attempts else 1
    label = one.key if attempt == 1 else f"{one.key}~{attempt}"
    label = _free(connection, assignment, label)
    row = {
        "assignment_id": assignment,
        "key": one.key,
        "attempt": attempt,
        "label": label,
        "digest": one.digest,
        "received": one.received,
        "origin": one.origin,
        "twin": one.twin,
    }
    made = new_row(connection, submission, **row)
    if one.files:
        connection.execute(
            sa.insert(submission_file),
            [
                {
                    "submission_id": made,
                    "position": number,
                    "name": file.name,
                    "sha256": file.sha256,
                    "bytes": file.size,
                    "lost": file.lost,
                }
                for number, file in enumerate(one.files)
            ],
        )
    return Held(
        id=made,
        key=one.key,
        attempt=attempt,
        label=label,
        digest=one.digest,
        received=one.received,
        twin=one.twin,
        new=True,
    )


def _free(connection: Connection, assignment: int, label: str) -> str:
    """A label that no other hand-in has: somebody's id may look like another's second attempt."""
    taken = sa.select(sa.func.count()).where(submission.c.assignment_id == assignment)
    wanted = label
    while connection.execute(taken.where(submission.c.label == wanted)).scalar_one():
        wanted += "~"
    return wanted


def files_of(book: Book, ids: Sequence[int]) -> dict[int, list[Received]]:
    """Return the files of hand-ins, by hand-in."""

    def ask(connection: Connection) -> dict[int, list[Received]]:
        found: dict[int, list[Received]] = {}
        for some in _chunks(ids):
            query = (
                sa.select(submission_file)
                .where(submission_file.c.submission_id.in_(some))
                .order_by(submission_file.c.submission_id, submission_file.c.position)
            )
            for row in connection.execute(query):
                file = Received(name=row.name, sha256=row.sha256, size=row.bytes, lost=row.lost)
                found.setdefault(row.submission_id, []).append(file)
        return found

    return book.read(ask)


def held_of(book: Book, name: str) -> list[Held]:
    """Return all hand-ins of an assignment, by label."""

    def ask(connection: Connection) -> list[Held]:
        assignment = find_assignment(connection, name)
        query = sa.select(submission).where(submission.c.assignment_id == assignment)
        return sorted((_held(row) for row in connection.execute(query)), key=lambda h: h.label)

    return book.read(ask)


def identical(book: Book, name: str) -> list[list[str]]:
    """Return the groups of different students whose hand-ins are the same, byte for byte."""
    same: dict[str, dict[str, str]] = {}
    for held in held_of(book, name):
        same.setdefault(held.digest, {}).setdefault(held.key, held.label)
    return [sorted(group.values()) for group in same.values() if len(group) > 1]


def _chunks(ids: Sequence[Some]) -> Iterator[Sequence[Some]]:
    for at in range(0, len(ids), _CHUNK):
        yield ids[at : at + _CHUNK]
