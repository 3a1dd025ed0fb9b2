"""A course with a desk: its gradebook, its tray, and a way to hand in."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from grader.desk.limits import Limits
from grader.desk.receiving import receive
from grader.desk.rows import HandedIn
from grader.desk.tray import Sent, Tray
from grader.gradebook import Book, open_book

ROOT = Path(__file__).parents[2]


@pytest.fixture
def book(course: Path) -> Iterator[Book]:
    """The gradebook of the small course."""
    opened = open_book(course / ".grader", author="desk")
    yield opened
    opened.close()


@pytest.fixture
def tray(course: Path) -> Iterator[Tray]:
    """Where uploads of the small course lie meanwhile."""
    with Tray(course / ".grader") as opened:
        yield opened


@pytest.fixture
def hand_in(book: Book, tray: Tray) -> Callable[..., HandedIn]:
    """Hand one text in, or files by name."""

    def send(key: str, text: str = "Problem 1: 7", **more: Any) -> HandedIn:
        into = more.pop("book", book)
        files = more.pop("files", {"answers.md": text.encode()})
        options = {
            "assignment": "sums",
            "purpose": "submit",
            "limits": Limits(free_bytes=0),
            "zone": ZoneInfo("UTC"),
        } | more
        sent = [Sent(name, io.BytesIO(data)) for name, data in files.items()]
        return receive(into, tray, sent, key=key, **options)

    return send


@pytest.fixture
def adding(course: Path) -> Path:
    """The small course with the assignment ``add`` beside its own, which runs code."""
    for name in ("rubrics/add.yaml", "reference/add.py", "reference/solutions/add.md"):
        (course / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, course / name)
    return course
