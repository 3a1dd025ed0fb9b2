"""A small course with accounts, the app around it, and a real server for browsers.

``site_of`` is the app in this process: ``site.as_("instructor")``, ``site.as_("student:ada")``.
``serving`` listens on loopback: ``server.url``, ``server.sign_in(context, "marker")``. The fixtures
``site`` and ``server`` of ``conftest.py`` are these with the small course. Import this at the top of
a test module that needs it: without the extra ``web`` its tests are skipped.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="not run: starlette is not installed (extra web)")
pytest.importorskip("uvicorn", reason="not run: uvicorn is not installed (extra web)")
pytest.importorskip("argon2", reason="not run: argon2-cffi is not installed (extra web)")
pytest.importorskip("httpx", reason="not run: httpx is not installed (extra web)")

import uvicorn
from sqlalchemy import select

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would rather have another client than httpx
    from starlette.testclient import TestClient

from grader.accounts import people
from grader.accounts.sessions import Sessions
from grader.gradebook import Book, open_book
from grader.gradebook.people import enrol
from grader.gradebook.roster_file import Enrolled, Roster
from grader.gradebook.tables import account
from grader.web.app import Settings, build

HOST = "127.0.0.1"


def account_of(book: Book, who: str) -> int:
    """Return the account of a role, made where there is none: "marker", "student:ada"."""
    role, _, key = who.partition(":")
    name = f"{key or role}@example.edu"
    query = select(account.c.id).where(account.c.name == name)
    found = book.read(lambda connection: connection.execute(query).scalar_one_or_none())
    own = key if role == "student" else ""
    return found or people.add(book, name, role, key=own).id


def with_roster(course: Path) -> Book:
    """Open the gradebook of a course with two students on the roster."""
    book = open_book(course / ".grader", author="setup")
    rows = [
        Enrolled(id="ada", name="Ada Lovelace", email="ada@example.edu", section="A", others={}),
        Enrolled(id="bob", name="Bob <b>Bold</b>", email="bob@example.edu", section="B", others={}),
    ]
    enrol(book, Roster(rows=tuple(rows), problems=()))
    return book


@dataclass
class Site:
    """The app in this process."""

    app: Any
    book: Book
    course: Path
    base: str = f"http://{HOST}"
    _clients: list[Any] = field(default_factory=list)

    def client(self, base: str = "", **more: Any) -> Any:
        """Return a browser of nobody: it says where its pages are from, as browsers do."""
        made = TestClient(
            self.app, base_url=base or self.base, headers={"Origin": base or self.base}, **more
        )
        self._clients.append(made)
        return made

    def as_(self, who: str, base: str = "", **more: Any) -> Any:
        """Return a browser in which somebody is signed in; ``client.csrf`` is their word."""
        made = self.client(base, **more)
        if not who:
            return made
        cookie = Sessions(self.book).begin(account_of(self.book, who))
        made.cookies.set(self.app.state.cookies.name, cookie)
        made.csrf = self.app.state.door.who(cookie).csrf
        return made

    def close(self) -> None:
        for client in self._clients:
            client.close()


@contextlib.contextmanager
def site_of(course: Path, **settings: Any) -> Iterator[Site]:
    """Open the app around a course; nobody works on what students hand in unless ``workers`` do."""
    book = with_roster(course)
    app = build(Settings(course=course, **{"workers": 0, **settings}), book)
    made = Site(app, book, course, settings.get("public") or f"http://{HOST}")
    with TestClient(app, base_url=made.base):
        yield made
        made.close()


@dataclass
class Server:
    """The app behind a real port."""

    app: Any
    book: Book
    course: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def cookie(self, who: str) -> tuple[str, str]:
        """Return the name and value of a new session's cookie."""
        return self.app.state.cookies.name, Sessions(self.book).begin(account_of(self.book, who))

    def sign_in(self, context: Any, who: str) -> None:
        """Sign somebody in, in a browser's context of playwright."""
        name, value = self.cookie(who)
        context.add_cookies([{"name": name, "value": value, "url": self.url}])


@contextlib.contextmanager
def serving(course: Path, **settings: Any) -> Iterator[Server]:
    """Serve a course on a free port of loopback until the block ends."""
    listener = socket.create_server((HOST, 0))
    port = listener.getsockname()[1]
    book = with_roster(course)
    app = build(Settings(course=course, port=port, **{"workers": 0, **settings}), book)
    config = uvicorn.Config(
        app, log_level="error", access_log=False, ws="none", timeout_graceful_shutdown=5
    )
    own = uvicorn.Server(config)
    thread = threading.Thread(target=own.run, args=([listener],), name="server")
    thread.start()
    try:
        until = time.monotonic() + 60
        while not own.started and thread.is_alive() and time.monotonic() < until:
            time.sleep(0.02)
        assert own.started
        yield Server(app, replace(book), course, port)
    finally:
        own.should_exit = True
        thread.join(60)
        listener.close()
        assert not thread.is_alive()
