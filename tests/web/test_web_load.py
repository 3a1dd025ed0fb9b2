"""Five hundred students hand in within a minute, and the server is killed in the middle of it.

Every receipt that somebody saw has its files whole in the store and one row. What was sent again,
since no receipt came, is there once.
"""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="not run: the extra web is not installed")
pytest.importorskip("uvicorn", reason="not run: the extra web is not installed")
pytest.importorskip("httpx", reason="not run: httpx is not installed")

import httpx

from grader.desk import rows
from grader.gradebook import Book, open_book
from tests.web.student_site import signed_in

pytestmark = pytest.mark.slow

STUDENTS, THREADS, KILLED_AT, GRADED = 500, 12, 200, 10
PATIENCE = 240.0
ROOT = Path(__file__).parents[2]
SERVE = """
import pathlib, socket, sys
import uvicorn
from grader.desk.limits import Limits
from grader.web.app import Settings, build
course = pathlib.Path(sys.argv[1])
app = build(Settings(course=course, workers=1, limits=Limits(free_bytes=0)))
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
config = uvicorn.Config(app, log_level="error", access_log=False)
uvicorn.Server(config).run(sockets=[listener])
"""


@dataclass(slots=True)
class Server:
    """The app in a process of its own, which may be killed and started anew."""

    course: Path
    url: str = ""
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and learn where it listens."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(self.course)], stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"

    def end(self, how: signal.Signals) -> None:
        """End it."""
        if self._process is not None:
            with self._process:
                os.kill(self._process.pid, how)
                self._process.wait(PATIENCE)
            self._process = None


@dataclass(slots=True)
class Seen:
    """What students saw."""

    receipts: dict[str, str] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    again: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def served(course: Path) -> Iterator[Server]:
    server = Server(course)
    server.start()
    try:
        yield server
    finally:
        server.end(signal.SIGTERM)


def text_of(key: str) -> bytes:
    return f"# {key}\ndef add(a, b):\n    return a + b\n".encode()


def send(server: Server, http: Any, key: str, cookie: str, csrf: str, seen: Seen) -> None:
    """Hand in as a student does who sends it again until there is a receipt."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        url, began = server.url, time.monotonic()
        headers = {"Origin": url, "Cookie": f"grader-0={cookie}"}
        parts = [("csrf", (None, csrf.encode())), ("files", ("add.py", text_of(key)))]
        try:
            got = http.post(f"{url}/me/add", files=parts, headers=headers)
            assert got.status_code in (303, 429, 503), got.text
            if got.status_code == 303:
                shown = http.get(f"{url}{got.headers['location']}", headers=headers)
                assert shown.status_code == 200, shown.text
                with seen.lock:
                    seen.receipts[key] = got.headers["location"]
                    seen.took.append(time.monotonic() - began)
                return
        except httpx.TransportError:
            with seen.lock:
                seen.again += 1
        time.sleep(0.2)
    raise AssertionError(f"{key} never got a receipt")


def test_five_hundred_hand_in_within_a_minute_and_nothing_is_lost(
    course: Path, record_property: Any
) -> None:
    for name in ("rubrics/add.yaml", "reference/add.py", "reference/solutions/add.md"):
        (course / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, course / name)
    book = open_book(course / ".grader", author="test")
    try:
        people = {f"s{n:03}": signed_in(book, f"s{n:03}") for n in range(STUDENTS)}
        with served(course) as server:
            seen, seconds = rush(server, people)
            whole(book, seen)
            queue_is_shown(server, people, seen)
            graded(book)
        whole(book, seen)
    finally:
        book.close()
    figures = {
        "hand-ins a second": round(STUDENTS / seconds, 1),
        "median": round(statistics.median(seen.took), 3),
        "worst": round(max(seen.took), 3),
        "sent again": seen.again,
        "seconds": round(seconds, 1),
    }
    record_property("figures", figures)
    print(figures)


def rush(server: Server, people: dict[str, tuple[str, str]]) -> tuple[Seen, float]:
    """All hand in at once; the server is killed after some receipts, and started anew."""
    seen, began = Seen(), time.monotonic()
    todo = iter(list(people.items()))
    lock = threading.Lock()

    def work() -> None:
        with httpx.Client(timeout=60, trust_env=False) as http:
            while True:
                with lock:
                    one = next(todo, None)
                if one is None:
                    return
                send(server, http, one[0], *one[1], seen)

    with ThreadPoolExecutor(THREADS) as pool:
        working = [pool.submit(work) for _ in range(THREADS)]
        while len(seen.receipts) < KILLED_AT and not all(one.done() for one in working):
            time.sleep(0.01)
        server.end(signal.SIGKILL)
        server.start()
        for one in working:
            one.result()
    return seen, time.monotonic() - began


def whole(book: Book, seen: Seen) -> None:
    """Every receipt has its row and its bytes; nobody has two."""
    assert len(seen.receipts) == STUDENTS
    assert sum(rows.counts(book).values()) == STUDENTS
    for key, where in seen.receipts.items():
        (row,) = rows.own(book, "add", key)
        assert where == f"/me/add/receipt/{row.number}"
        (file,) = row.files
        assert book.store.get(file.sha256) == text_of(key)


def queue_is_shown(server: Server, people: dict[str, tuple[str, str]], seen: Seen) -> None:
    """The last ones see how many are before them."""
    last = max(seen.receipts, key=lambda key: int(seen.receipts[key].rpartition("/")[2]))
    headers = {"Cookie": f"grader-0={people[last][0]}"}
    shown = httpx.get(f"{server.url}/me/add", headers=headers, trust_env=False, timeout=60)
    assert "before it" in shown.text


def graded(book: Book) -> None:
    """It goes on to be graded, what ran when the server was killed too."""
    until = time.monotonic() + PATIENCE
    while rows.counts(book)["done"] < GRADED and time.monotonic() < until:
        time.sleep(0.2)
    found = rows.counts(book)
    assert found["done"] >= GRADED
    assert found["failed"] == 0
