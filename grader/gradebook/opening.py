"""From a URL to a database that is up to date: SQLite in the course, PostgreSQL for a team."""

from __future__ import annotations

import contextlib
import glob
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.url import URL
from sqlalchemy.exc import ArgumentError, DBAPIError

if TYPE_CHECKING:
    from alembic.config import Config

_BUSY_MS = 60_000
"""How long a writer of SQLite waits for another one."""
_LOCK = 0x67726164
"""The number of PostgreSQL's advisory lock under which one process migrates."""


class GradebookError(ValueError):
    """The gradebook cannot be opened or written; the message says what to do."""


class Refused(GradebookError):
    """The gradebook works, but not for what was asked: there is no such hand-in, or no reason."""


def database(url: str) -> Engine:
    """Return an engine for a URL, with the tables as this version wants them.

    Args:
        url: ``sqlite:///path`` or ``postgresql://user@host/name``.

    Raises:
        GradebookError: when it cannot be opened, is of a newer version, or no gradebook.
    """
    try:
        made = sa.engine.make_url(url)
        engine = _engine(made)
    except (ArgumentError, ValueError) as error:
        if isinstance(error, GradebookError):
            raise
        raise GradebookError(
            "the gradebook's address is no database URL; write sqlite:///PATH or "
            "postgresql://USER@HOST/NAME"
        ) from error
    try:
        _patiently_migrated(engine, made)
    except DBAPIError as error:
        engine.dispose()
        raise GradebookError(f"{shown(made)} cannot be opened: {said(error)}") from error
    except GradebookError:
        engine.dispose()
        raise
    return engine


def _patiently_migrated(engine: Engine, url: URL) -> None:
    """SQLite does not wait while another process turns a fresh file into one with a WAL."""
    until = time.monotonic() + _BUSY_MS / 1000
    while True:
        try:
            return _migrated(engine, url)
        except DBAPIError as error:
            if "database is locked" not in str(error.orig) or time.monotonic() > until:
                raise
        time.sleep(0.05)


def shown(url: URL) -> str:
    """Return a URL as messages may show it: without a password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    plain = url.set(drivername=url.get_backend_name(), query={})  # a query may hold a password too
    return plain.render_as_string(hide_password=True)


def said(error: DBAPIError) -> str:
    """Return what a database said, in one line."""
    lines = str(error.orig).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _engine(url: URL) -> Engine:
    name = url.get_backend_name()
    if name == "sqlite":
        if "\0" in (url.database or ""):
            raise GradebookError("the gradebook's address holds a NUL; write sqlite:///PATH")
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
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the lock of a writer at once: one that is taken late may find that others were first."""
    options = connection.get_execution_options()
    if not options.get("bare", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes", False) else "BEGIN")


def bare(engine: Engine) -> Connection:
    """Return a connection to SQLite without transactions, for what it does in none."""
    return engine.connect().execution_options(bare=True)


def _config(connection: Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415  # only where tables are changed

    config = Config()
    config.set_main_option(
        "script_location", str(Path(__file__).parent / "migrations").replace("%", "%%")
    )
    config.attributes["connection"] = connection
    return config


def versions() -> list[str]:
    """Return the revisions of the tables, the newest last: their files are named by them."""
    files = (Path(__file__).parent / "migrations" / "versions").glob("[0-9]*_*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def migrate(engine: Engine, to: str = "head") -> None:
    """Lead a database to a revision, under a lock.

    Raises:
        GradebookError: when it is of a version that this program does not know.
    """
    with engine.connect().execution_options(writes=True) as connection, _links_loose(connection):
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
        now = _now(connection)
        if now is not None and now not in versions():
            raise _newer(engine.url, now)
        from alembic import command  # noqa: PLC0415  # only where tables are changed

        command.upgrade(_config(connection), to)


@contextlib.contextmanager
def _links_loose(connection: Connection) -> Iterator[None]:
    """Give a transaction in which SQLite's tables can be made anew; their links hold at its end.

    SQLite changes a table by making another one and dropping the old one, which rows elsewhere
    point to; its checks can only be put off outside of a transaction.
    """
    if connection.dialect.name != "sqlite":
        with connection.begin():
            yield
        return
    own: Any = connection.connection.dbapi_connection
    own.execute("PRAGMA foreign_keys=OFF").close()
    try:
        with connection.begin():
            yield
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if broken is not None:
                raise GradebookError(
                    f"{shown(connection.engine.url)}: a row of {broken[0]} points to a row that is "
                    "gone, so its tables were left as they are; bring back a copy that is whole"
                )
    finally:
        own.execute("PRAGMA foreign_keys=ON").close()


def _migrated(engine: Engine, url: URL) -> None:
    known = versions()
    with engine.connect() as connection:
        # in this order: another process may be making the tables meanwhile
        tables = set(sa.inspect(connection).get_table_names())
        now = _now(connection)
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
    """Keep the database as it was before a migration, whole or not at all."""
    if path.exists():
        return
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with bare(engine) as connection:
            connection.exec_driver_sql("VACUUM INTO ?", (str(part),))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def copies(url: URL) -> list[Path]:
    """Return the copies of a database that were kept before migrations."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return []
    own = Path(url.database)
    return sorted(own.parent.glob(f"{glob.escape(own.name)}.before-*"))


def _now(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _newer(url: URL, revision: str) -> GradebookError:
    return GradebookError(
        f"{shown(url)} was written by a newer grader (revision {revision}); update grader. "
        "Nothing was changed"
    )
