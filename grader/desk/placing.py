"""A hand-in of the desk into the course: the student's folder below ``submissions/ASSIGNMENT``.

It goes the way of every download, so that attempts, lateness and what people changed by hand are
treated as ever. The time is the desk's own.
"""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from grader.desk.rows import HandedIn
from grader.gradebook.book import Book
from grader.gradebook.people import enrolled, people
from grader.gradebook.store import Store
from grader.intake import Download, Entry, File, Item, Source, Who
from grader.pipeline.allotting import Allotted
from grader.pipeline.files import write
from grader.pipeline.receipts import Busy
from grader.pipeline.receive import receive

KIND = "desk"
_PATIENCE = 60.0
_one_at_a_time = threading.Lock()


class NotPlaced(ValueError):
    """Something in the course speaks against it; course staff have to look."""


class _Uploaded(Source):
    """The files of one upload, read from the store; its ``path`` is the list of them."""

    def __init__(self, path: Path, row: HandedIn, store: Store) -> None:
        super().__init__(path)
        self._store = store
        self.entries = tuple(
            Entry(path=file.name, whole=file.name, size=file.size, place=place, time=row.at)
            for place, file in enumerate(row.files)
        )
        self._shas = [file.sha256 for file in row.files]

    def open(self, entry: Entry) -> IO[bytes]:
        """Open one file.

        Raises:
            OSError: when it is gone.
        """
        return self._store.path(self._shas[entry.place]).open("rb")


def placed(course: Path, book: Book, row: HandedIn, zone: ZoneInfo) -> Path:
    """Put a hand-in where ``grade`` looks, unless it is there; return its folder.

    Raises:
        NotPlaced: when something speaks against it.
        OSError: when it cannot be written, or another intake is at work for long.
        DamagedReceipts: when the receipts of earlier intakes are damaged.
    """
    if not book.read(lambda connection: enrolled(connection, row.key)):
        raise NotPlaced(f"no student on the roster has the id '{row.key}' any more")
    download = _download(course, book, row)
    item = download.items[0]
    allotted = Allotted(student=row.key, items=((download, item),), how="signed in")
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            with _one_at_a_time:
                done = receive(
                    course, row.assignment, [allotted], [download], zone, people=people(book)
                )
            break
        except Busy:
            if time.monotonic() > until:
                raise
        time.sleep(0.2)
    if done.unplaced or not done.placed:
        raise NotPlaced("; ".join(one.why for one in done.unplaced) or "it was not put in place")
    return course / "submissions" / row.assignment / done.placed[0].folder


def _download(course: Path, book: Book, row: HandedIn) -> Download:
    """The upload as a download of one hand-in: a list of names and hashes is its bytes."""
    listed = {
        "number": row.number,
        "at": row.at.isoformat(),
        "files": [[file.name, file.sha256, file.size] for file in row.files],
    }
    path = course / ".grader" / "desk" / "lists" / f"hand-in-{row.number}.json"
    if not path.exists():
        write(path, json.dumps(listed, indent=1).encode())
    source = _Uploaded(path, row, book.store)
    item = Item(
        label=f"hand-in {row.number}",
        who=(Who(ids={"id": row.key}),),
        files=tuple(File(name=entry.path, entry=entry) for entry in source.entries),
        received=row.at,
    )
    return Download(kind=KIND, why="handed in at the desk", items=(item,), left=(), source=source)
