"""Every test that asks for a `database_url` runs on SQLite and on a real PostgreSQL server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.gradebook import Book, open_book
from tests.gradebook.postgres import Server, postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """The one server of the session; skips, loudly, where there is no program for it."""
    with postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of the test's own."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'gradebook.sqlite3'}"
        return
    server: Server = request.getfixturevalue("postgres_server")
    with server.database() as url:
        yield url


@pytest.fixture
def book(tmp_path: Path, database_url: str) -> Iterator[Book]:
    """An empty gradebook, written by Ann."""
    opened = open_book(tmp_path, database_url, author="Ann", patience=30)
    yield opened
    opened.close()
