"""A gradebook: a database and a store of files, with the ways to read and write them safely.

A write is one transaction; one whose connection is lost is done again, whole. What follows in this
package are functions of a ``Book``, a file for each thing that it holds.
"""

from __future__ import annotations

import getpass
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from grader.gradebook.opening import GradebookError, database, said, shown
from grader.gradebook.store import Store
from grader.gradebook.tables import assignment as assignments

Made = TypeVar("Made")

FILE = "gradebook.sqlite3"
ADDRESS = "GRADER_GRADEBOOK"
"""The environment's word for a team's database; a URL may hold a password, so no file names it."""
PATIENCE = 60.0
"""Seconds for which a lost database is asked again."""


def utc_now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


def author_here() -> str:
    """Return who works: ``GRADER_AUTHOR``, else the name of the account."""
    named = os.environ.get("GRADER_AUTHOR", "").strip()
    if named:
        return named
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "unknown"


@dataclass(frozen=True, slots=True)
class Book:
    """An open gradebook.

    ``now`` is the clock; ``author`` is who is told in decisions and in the log.
    """

    engine: Engine
    store: Store
    author: str
    now: Callable[[], datetime] = utc_now
    patience: float = PATIENCE

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database, whatever others write meanwhile."""
        try:
            with self._snapshot() as connection:
                yield connection
        except DBAPIError as error:
            raise self._plain(error) from error

    @contextmanager
    def _snapshot(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    def read(self, ask: Callable[[Connection], Made]) -> Made:
        """Return what a function reads; asked again where the connection is lost."""

        def once() -> Made:
            with self._snapshot() as connection:
                return ask(connection)

        return self._patiently(once)

    def write(self, do: Callable[[Connection], Made]) -> Made:
        """Do a write whole or not at all; done again where the connection is lost.

        ``do`` must rest on nothing but the database, as it may be called more than once. Where the
        connection is lost in the very commit, the server is asked what became of it.

        Raises:
            GradebookError: when the database stays away, is full or may not be written.
        """
        sent: list[tuple[int, Made]] = []  # what may have been committed unheard

        def once() -> Made:
            with self.engine.connect().execution_options(writes=True) as connection:
                if sent and _was_done(connection, sent[-1][0], self.patience):
                    return sent[-1][1]
                with connection.begin():
                    made = do(connection)
                    number = _number(connection)
                    if number is not None:
                        sent.append((number, made))
                return made

        return self._patiently(once)

    def _patiently(self, once: Callable[[], Made]) -> Made:
        until, pause, met = time.monotonic() + self.patience, 0.05, 0
        while True:
            try:
                return once()
            except DBAPIError as error:
                met += getattr(error.orig, "sqlstate", None) == _MET
                if not _passes(error) or met > _MEETINGS or time.monotonic() > until:
                    raise self._plain(error) from error
            time.sleep(pause)
            pause = min(2.0, 2 * pause)

    def _plain(self, error: DBAPIError) -> GradebookError:
        where = shown(self.engine.url)
        return GradebookError(
            f"{where}: {said(error)}. What is done is kept: run it again when this is mended"
        )

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


_AGAIN = ("database is locked", "connection", "server closed", "terminating", "could not connect")
_MET = "23505"
"""Two made the same row at once: the one who comes second finds it when asking again."""
_MEETINGS = 5
_SERIAL = ("40001", "40P01", "55P03", "57P03", _MET)


def _number(connection: Connection) -> int | None:
    """The number of a transaction, under which PostgreSQL knows later what became of it."""
    if connection.dialect.name != "postgresql":
        return None
    query = "SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)"
    return int(connection.execute(sa.text(query)).scalar_one())


def _was_done(connection: Connection, number: int, patience: float) -> bool:
    """Whether a transaction whose connection was lost in its commit has been committed."""
    until = time.monotonic() + patience
    query = sa.text("SELECT pg_xact_status(CAST(CAST(:number AS text) AS xid8))")
    while True:
        with connection.begin():
            status = connection.execute(query, {"number": number}).scalar_one()
        if status != "in progress":
            return bool(status == "committed")
        if time.monotonic() > until:
            where = shown(connection.engine.url)
            raise GradebookError(f"{where} has not said whether a write was done; look at the log")
        time.sleep(0.05)  # the server has not yet seen that the other end is gone


def _passes(error: DBAPIError) -> bool:
    """Whether asking again may help: a lost connection, a lock, two writers that met."""
    if error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _SERIAL:
        return True
    words = str(error.orig).casefold()
    return isinstance(error, sa.exc.OperationalError) and any(word in words for word in _AGAIN)


def open_book(
    state: Path, url: str | None = None, *, author: str | None = None, patience: float = PATIENCE
) -> Book:
    """Open the gradebook of a course, and make it where there is none.

    Args:
        state: the course's ``.grader`` folder; files are kept in it in any case.
        url: a database elsewhere; the environment's ``GRADER_GRADEBOOK`` unless given.
        author: who works.
        patience: seconds for which a lost database is asked again.

    Raises:
        GradebookError: when it cannot be opened.
    """
    url = url or os.environ.get(ADDRESS) or f"sqlite:///{state / FILE}"
    try:
        engine = database(url)
    except OSError as error:
        raise GradebookError(f"{error.filename}: {error.strerror}") from error
    return Book(engine, Store(state / "files"), author or author_here(), patience=patience)


def assignment_id(connection: Connection, name: str) -> int:
    """Return the row of an assignment, made where there is none (in a write)."""
    found = find_assignment(connection, name)
    if found is not None:
        return found
    return new_row(connection, assignments, name=name)


def new_row(connection: Connection, table: sa.Table, **values: object) -> int:
    """Insert a row, and return its id."""
    made = connection.execute(sa.insert(table).values(**values)).inserted_primary_key
    if made is None:
        raise GradebookError(f"the database gave a row of {table.name} no id")
    return int(made[0])


def find_assignment(connection: Connection, name: str) -> int | None:
    """Return the row of an assignment, None where nothing of it was ever graded."""
    query = sa.select(assignments.c.id).where(assignments.c.name == name)
    return connection.execute(query).scalar_one_or_none()


def lock(connection: Connection, assignment: int) -> None:
    """Let no other process write hand-ins of this assignment until this transaction ends.

    SQLite has one writer at a time anyhow.
    """
    if connection.dialect.name == "postgresql":
        row = sa.select(assignments.c.id).where(assignments.c.id == assignment)
        connection.execute(row.with_for_update())
