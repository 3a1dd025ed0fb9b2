"""From a URL to a database that is up to date: SQLite in the course, PostgreSQL for a team."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.url import URL
from sqlalchemy.exc import ArgumentError, DBAPIError

_BUSY_MS = 60_000
"""How long a writer of SQLite waits for another one."""
_LOCK = 0x67726164
"""The number of PostgreSQL's advisory lock under which one process migrates."""


class GradebookError(ValueError):
    """The gradebook cannot be opened or written; the message says what to do."""


def database(url: str) -> Engine:
    """Return an engine for a URL, with the tables as this version wants them.

    Args:
        url: ``sqlite:///path`` or ``postgresql://user@host/name``.

    Raises:
        GradebookError: when it cannot be opened, is of a newer version, or no gradebook.
    """
    try:
        made = sa.engine.make_url(url)
    except ArgumentError as error:
        raise GradebookError(
            "the gradebook's address is no database URL; write sqlite:///PATH or "
            "postgresql://USER@HOST/NAME"
        ) from error
    engine = _engine(made)
    try:
        _migrated(engine, made)
    except DBAPIError as error:
        engine.dispose()
        raise GradebookError(f"{shown(made)} cannot be opened: {said(error)}") from error
    except GradebookError:
        engine.dispose()
        raise
    return engine


def shown(url: URL) -> str:
    """Return a URL as messages may show it: without a password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.render_as_string(hide_password=True)


def said(error: DBAPIError) -> str:
    """Return what a database said, in one line."""
    lines = str(error.orig).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _engine(url: URL) -> Engine:
    name = url.get_backend_name()
    if name == "sqlite":
        if url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(url, connect_args={"timeout": _BUSY_MS / 1000})
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    if name != "postgresql":
        raise GradebookError(f"a gradebook is kept in sqlite or postgresql, not in {name}")
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    try:
        return sa.create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
    except ImportError as error:
        raise GradebookError(
            "PostgreSQL needs psycopg: install grader's extra 'postgres'"
        ) from error


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by us, below
    for pragma in (
        "journal_mode=WAL",
        f"busy_timeout={_BUSY_MS}",
        "foreign_keys=ON",
        "synchronous=NORMAL",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the lock of a writer at once: one that is taken late may find that others were first."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option(
        "script_location", str(Path(__file__).parent / "migrations").replace("%", "%%")
    )
    config.attributes["connection"] = connection
    return config


def versions() -> list[str]:
    """Return the revisions of the tables, the newest last."""
    return [one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]


def migrate(engine: Engine, to: str = "head") -> None:
    """Lead a database to a revision, under a lock.

    Raises:
        GradebookError: when it is of a version that this program does not know.
    """
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
        now = _now(connection)
        if now is not None and now not in versions():
            raise _newer(engine.url, now)
        command.upgrade(_config(connection), to)


def _migrated(engine: Engine, url: URL) -> None:
    known = versions()
    with engine.connect() as connection:
        now = _now(connection)
        tables = set(sa.inspect(connection).get_table_names())
    if now == known[-1]:
        return
    if now is not None and now not in known:
        raise _newer(url, now)
    if now is None and tables - {"alembic_version"}:
        raise GradebookError(f"{shown(url)} is a database of something else, and no gradebook")
    if now is not None and url.get_backend_name() == "sqlite" and url.database:
        _copied(engine, Path(f"{url.database}.before-{known[-1]}"))
    migrate(engine)


def _copied(engine: Engine, path: Path) -> None:
    """Keep the database as it was before a migration."""
    if not path.exists():
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM INTO ?", (str(path),))


def _now(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _newer(url: URL, revision: str) -> GradebookError:
    return GradebookError(
        f"{shown(url)} was written by a newer grader (revision {revision}); update grader. "
        "Nothing was changed"
    )
