"""The one queue of the desk: in the order of arrival, but nobody's second before others' first.

One upload of a student is worked on at a time. What ran when a process ended waits again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.desk.rows import HandedIn, handed, rows
from grader.gradebook.book import Book
from grader.gradebook.tables import handed_in

MOST_TRIES = 3
"""What ended our process so often is worked on no more."""
_FRESH = 1.0
"""Seconds for which what is known of the queue is said again."""
_LAST = 40
"""An estimate rests on so many that were done last."""


def in_turn(connection: Connection) -> list[tuple[int, str]]:
    """Return numbers and students of all that waits, in the order in which it is taken."""
    query = (
        sa.select(handed_in.c.id, handed_in.c.key, handed_in.c.at)
        .where(handed_in.c.state == "waits")
        .order_by(handed_in.c.id)
    )
    waiting = [(row.id, row.key, row.at) for row in connection.execute(query)]
    if not waiting:
        return []
    since = min(at for _, _, at in waiting)
    served = (
        sa.select(handed_in.c.key, sa.func.count())
        .where(handed_in.c.state != "waits", handed_in.c.began >= since)
        .group_by(handed_in.c.key)
    )
    had = {str(key): int(count) for key, count in connection.execute(served)}
    return ordered([(number, key) for number, key, _ in waiting], had)


def ordered(waiting: Sequence[tuple[int, str]], had: Mapping[str, int]) -> list[tuple[int, str]]:
    """Return who is taken after whom: everybody's first, then everybody's second, and so on.

    Args:
        waiting: numbers and students, as they came.
        had: how many of each student were taken since the oldest that waits came.

    >>> ordered([(1, "eve"), (2, "eve"), (3, "ada")], {})
    [(1, 'eve'), (3, 'ada'), (2, 'eve')]
    >>> ordered([(2, "eve"), (3, "ada")], {"eve": 1})
    [(3, 'ada'), (2, 'eve')]
    """
    turns = dict(had)
    made = []
    for number, key in waiting:
        made.append((turns.get(key, 0), number, key))
        turns[key] = turns.get(key, 0) + 1
    return [(number, key) for _, number, key in sorted(made)]


def claim(book: Book) -> HandedIn | None:
    """Take the next one that waits, of a student of whom none runs; None where there is none."""

    def do(connection: Connection) -> HandedIn | None:
        running = sa.select(handed_in.c.key).where(handed_in.c.state == "runs")
        busy = set(connection.execute(running).scalars())
        for number, key in in_turn(connection):
            if key not in busy:
                row = connection.execute(rows().where(handed_in.c.id == number)).one()
                told = {**row.told, "tries": int(row.told.get("tries", 0)) + 1}
                taken = connection.execute(
                    sa.update(handed_in)
                    .where(handed_in.c.id == number, handed_in.c.state == "waits")
                    .values(state="runs", began=book.now(), ended=None, told=told)
                )
                if taken.rowcount:
                    return handed(connection.execute(rows().where(handed_in.c.id == number)).one())
        return None

    if not book.read(_waits):
        return None
    return book.write(do)


def _waits(connection: Connection) -> bool:
    query = sa.select(handed_in.c.id).where(handed_in.c.state == "waits").limit(1)
    return connection.execute(query).first() is not None


def done(book: Book, number: int, told: Mapping[str, Any], *, failed: bool = False) -> None:
    """Write down how one ended."""
    state = "failed" if failed else "done"
    values = {"state": state, "ended": book.now(), "told": dict(told)}
    query = sa.update(handed_in).where(handed_in.c.id == number, handed_in.c.state == "runs")
    book.write(lambda connection: connection.execute(query.values(**values)).rowcount)


def again(book: Book, number: int) -> bool:
    """Let one wait again that failed or is done; whether there was one."""
    query = sa.update(handed_in).where(
        handed_in.c.id == number, handed_in.c.state.in_(("failed", "done"))
    )
    values: dict[str, Any] = {"state": "waits", "began": None, "ended": None, "told": {}}
    return bool(book.write(lambda c: c.execute(query.values(**values)).rowcount))


def waits_again(book: Book, number: int | None = None) -> int:
    """Let what ran wait again, as nobody works on it any more; return how many that were.

    One that ended our process too often has failed.
    """

    def do(connection: Connection) -> int:
        query = rows().where(handed_in.c.state == "runs")
        if number is not None:
            query = query.where(handed_in.c.id == number)
        found = connection.execute(query).all()
        for row in found:
            given_up = int(row.told.get("tries", 0)) >= MOST_TRIES
            why = "working on it ended our program each time"
            told = {**row.told, "ours": why} if given_up else row.told
            change = {"state": "failed" if given_up else "waits", "told": told}
            change |= {"ended": book.now()} if given_up else {}
            where = sa.update(handed_in).where(handed_in.c.id == row.id)
            connection.execute(where.values(**change))
        return len(found)

    return book.write(do)


@dataclass(frozen=True, slots=True)
class Place:
    """How many go before one that waits, and how long that may take; None where nobody knows."""

    before: int
    seconds: float | None


@dataclass(slots=True)
class Line:
    """The queue as pages show it: looked at once a second, however many ask."""

    workers: int = 1
    _at: dict[int, int] = field(default_factory=dict)
    _pace: float | None = None
    _seen: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def place(self, book: Book, number: int) -> Place | None:
        """Return where one waits, None where it does not."""
        with self._lock:
            if number not in self._at or time.monotonic() - self._seen > _FRESH:
                self._look(book)
            before, pace = self._at.get(number), self._pace
        if before is None:
            return None
        seconds = None if pace is None else pace * (before + 1) / max(1, self.workers)
        return Place(before, seconds)

    def _look(self, book: Book) -> None:
        order = book.read(in_turn)
        self._at = {number: before for before, (number, _) in enumerate(order)}
        self._pace = pace(book)
        self._seen = time.monotonic()


def pace(book: Book) -> float | None:
    """Return how many seconds those took on average that were done last; None without any."""
    query = (
        sa.select(handed_in.c.began, handed_in.c.ended)
        .where(handed_in.c.state == "done", handed_in.c.began.is_not(None))
        .order_by(handed_in.c.id.desc())
        .limit(_LAST)
    )
    found = book.read(lambda connection: connection.execute(query).all())
    took = [max(timedelta(), end - began).total_seconds() for began, end in found if end]
    return sum(took) / len(took) if took else None
