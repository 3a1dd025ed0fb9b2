"""The app on loopback with a small course, and students who are signed in; for tests of the desk."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
import uvicorn

from grader.accounts.sessions import Sessions
from grader.desk import rows
from grader.desk.limits import Limits
from grader.desk.service import Desk
from grader.gradebook import Book, open_book
from grader.gradebook.book import assignment_id, new_row
from grader.gradebook.tables import account, release
from grader.web.app import Settings, build

RIGHT = "Problem 1: 7\n\nProblem 2: 14\n"
PATIENCE = 90.0
LIMITS = Limits(free_bytes=0)


@dataclass(slots=True)
class Person:
    """Somebody with a browser: a cookie, and the word of the session."""

    http: httpx.Client
    cookie: str
    csrf: str

    def get(self, where: str) -> httpx.Response:
        """Open a page."""
        return self.http.get(where)

    def post(self, where: str, **data: str) -> httpx.Response:
        """Send a form without files."""
        return self.http.post(where, data={"csrf": self.csrf, **data})

    def hand_in(self, files: Mapping[str, bytes | str], where: str = "/me/sums") -> httpx.Response:
        """Send files by the form of a page."""
        sent = [("csrf", (None, self.csrf.encode()))]
        parts: list[Any] = [*sent]
        for name, data in files.items():
            own = data.encode() if isinstance(data, str) else data
            parts.append(("files", (name, own, "application/octet-stream")))
        return self.http.post(where, files=parts)

    def raw(
        self, body: Any, kind: str = "multipart/form-data; boundary=X", where: str = "/me/sums"
    ) -> httpx.Response:
        """Send bytes as they are."""
        return self.http.post(where, content=body, headers={"Content-Type": kind})


@dataclass(slots=True)
class Site:
    """The app, and what the tests look at behind it."""

    course: Path
    book: Book
    app: Any
    address: str = "127.0.0.1"
    port: int = 0
    people: list[httpx.Client] = field(default_factory=list)
    planted: tuple[str, ...] = ()
    before: set[Path] = field(default_factory=set)

    @property
    def host(self) -> str:
        """What browsers call it."""
        return f"{self.address}:{self.port}"

    @property
    def url(self) -> str:
        """Its origin."""
        return f"http://{self.host}"

    @property
    def desk(self) -> Desk:
        """The desk that it keeps open."""
        found: Desk = self.app.state.desk
        return found

    def limit(self, **changes: Any) -> None:
        """Take less."""
        self.desk.limits = replace(self.desk.limits, **changes)

    def person(self, key: str, role: str = "student") -> Person:
        """Make an account, and sign it in."""
        cookie, csrf = signed_in(self.book, key, role)
        name = self.app.state.cookies.name
        http = self._client({"Cookie": f"{name}={cookie}"})
        return Person(http, f"{name}={cookie}", csrf)

    def nobody(self) -> Person:
        """Somebody who is not signed in."""
        return Person(self._client({}), "", "nothing")

    def _client(self, headers: Mapping[str, str]) -> httpx.Client:
        own = {"Origin": self.url, **headers}
        http = httpx.Client(base_url=self.url, headers=own, timeout=PATIENCE, trust_env=False)
        self.people.append(http)
        return http

    def settled(self) -> None:
        """Wait until nothing waits or runs."""
        until = time.monotonic() + PATIENCE
        while (found := rows.counts(self.book))["waits"] + found["runs"]:
            assert time.monotonic() < until, found
            time.sleep(0.05)

    def kept(self) -> list[str]:
        """What is in the store, and what has a row."""
        return [*self.book.store.digests(), *(r.digest for r in rows.some(self.book, "waits"))]

    def arriving(self) -> list[Path]:
        """Files of uploads that are under way."""
        home = self.course / ".grader/desk/arriving"
        return [path for path in home.rglob("*") if path.is_file() and path.name != "lock"]

    def release(self, name: str, *, holds: bool = True, kind: str = "marks") -> None:
        """Show students their marks, or no longer."""

        def do(connection: Any) -> None:
            values = {
                "assignment_id": assignment_id(connection, name),
                "part": "",
                "kind": kind,
                "holds": holds,
                "author": "boss",
                "at": self.book.now(),
            }
            connection.execute(sa.insert(release).values(**values))

        self.book.write(do)


def signed_in(book: Book, key: str, role: str = "student") -> tuple[str, str]:
    """Make an account where there is none, and return a cookie and its word for forms."""

    def do(connection: Any) -> int:
        query = sa.select(account.c.id).where(account.c.name == key)
        known = connection.execute(query).scalar_one_or_none()
        if known is not None:
            return int(known)
        own = key if role == "student" else ""
        values = {"name": key, "role": role, "key": own, "password": "", "active": True}
        return new_row(connection, account, made=book.now(), **values)

    held = Sessions(book)
    cookie = held.begin(book.write(do))
    who = held.who(cookie)
    assert who is not None
    return cookie, who.csrf


@contextmanager
def site_of(course: Path, *, workers: int = 1, limits: Limits = LIMITS) -> Iterator[Site]:
    """Serve a course on loopback, in a thread, and end it."""
    book = open_book(course / ".grader", author="test")
    app = build(Settings(course=course, workers=workers, limits=limits))
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    site = Site(course, book, app)
    try:
        _until(lambda: server.started or not thread.is_alive())
        assert server.started, "the server did not start"
        site.port = server.servers[0].sockets[0].getsockname()[1]
        site.before = {path for path in course.rglob("*") if ".grader" not in path.parts}
        yield site
    finally:
        for http in site.people:
            http.close()
        server.should_exit = True
        thread.join()
        book.close()


def _until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds() and time.monotonic() < until:
        time.sleep(0.02)
