"""What has to be remembered between requests, and shared by processes: one SQLite file.

Logins that have begun (each can be taken once), courses that launches told us of, the last time
that each score was sent with, and a hash of the last comment.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.lti.registration import Course

MOST = 100_000
"""So many begun logins are kept; beyond it the oldest go, so that a flood fills no disk."""
STEP = 1_000_000
"""Microseconds between two scores of one student: Moodle compares whole seconds."""
_MOST_COLUMNS = 50
"""So many columns of one assignment are kept: two are too many to choose from already."""
_TABLES = """
CREATE TABLE IF NOT EXISTS once (name TEXT PRIMARY KEY, data TEXT NOT NULL, ends REAL NOT NULL);
CREATE INDEX IF NOT EXISTS once_ends ON once (ends);
CREATE TABLE IF NOT EXISTS course (platform TEXT, deployment TEXT, context TEXT, data TEXT NOT NULL,
  PRIMARY KEY (platform, deployment, context));
CREATE TABLE IF NOT EXISTS sent (name TEXT PRIMARY KEY, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS said (name TEXT PRIMARY KEY, comment TEXT NOT NULL);
"""


class Store:
    """A store in a file that several processes may use, or in memory for one."""

    def __init__(self, path: Path | None = None, most: int = MOST) -> None:
        """Open the store; without a path it lasts as long as this object."""
        self._path = path
        self._most = most
        self._lock = threading.Lock()
        self._memory: sqlite3.Connection | None = None
        if path is None:
            self._memory = sqlite3.connect(
                ":memory:", isolation_level=None, check_same_thread=False
            )
        else:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        with self._open() as connection:
            if path is not None:
                connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_TABLES)

    def close(self) -> None:
        """Close what is open; a store in a file needs no closing."""
        if self._memory is not None:
            self._memory.close()

    def keep(self, name: str, data: str, ends: float, now: float) -> None:
        """Keep something under a secret name until a time; only a hash of the name is stored."""
        with self._write() as connection:
            connection.execute("DELETE FROM once WHERE ends <= ?", (now,))
            connection.execute("INSERT INTO once VALUES (?, ?, ?)", (_hashed(name), data, ends))
            (count,) = connection.execute("SELECT count(*) FROM once").fetchone()
            if count > self._most:
                connection.execute(
                    "DELETE FROM once WHERE name IN (SELECT name FROM once ORDER BY ends LIMIT ?)",
                    (count - self._most,),
                )

    def take(self, name: str, now: float) -> str | None:
        """Return what is kept under a name, once: of two who ask at the same time one gets it."""
        with self._write() as connection:
            row = connection.execute(
                "SELECT data, ends FROM once WHERE name = ?", (_hashed(name),)
            ).fetchone()
            connection.execute("DELETE FROM once WHERE name = ?", (_hashed(name),))
        return None if row is None or row[1] <= now else str(row[0])

    def learn(self, course: Course, *, over: bool = True) -> None:
        """Remember where a course's services are; what a launch left out stays as it was.

        Without ``over`` what is known stays as well.
        """
        key = (course.platform, course.deployment, course.context)
        with self._write() as connection:
            row = connection.execute(
                "SELECT data FROM course WHERE platform = ? AND deployment = ? AND context = ?", key
            ).fetchone()
            known = Course.model_validate_json(row[0]) if row else None
            new = course if known is None else _merged(known, course, over=over)
            connection.execute(
                "INSERT OR REPLACE INTO course VALUES (?, ?, ?, ?)", (*key, new.model_dump_json())
            )

    def courses(self) -> tuple[Course, ...]:
        """Return the courses that launches came from."""
        with self._open() as connection:
            rows = connection.execute("SELECT data FROM course ORDER BY platform, context")
            return tuple(Course.model_validate_json(row[0]) for row in rows.fetchall())

    def next_time(self, lineitem: str, user: str, now: int) -> int:
        """Return the time of a new score in microseconds: now, and after the last one's second.

        A platform refuses a score whose time is not later than the one that it has: Moodle with
        409, in whole seconds (mod/lti/service/gradebookservices, resources/scores.php), Open edX
        with 400 (xblock-lti-consumer, extensions/rest_framework/serializers.py).
        """
        name = _hashed(f"{lineitem}\n{user}")
        with self._write() as connection:
            row = connection.execute("SELECT at FROM sent WHERE name = ?", (name,)).fetchone()
            at = now if row is None else max(now, int(row[0]) + STEP)
            connection.execute("INSERT OR REPLACE INTO sent VALUES (?, ?)", (name, at))
        return at

    def say(self, lineitem: str, user: str, comment: str) -> None:
        """Remember the comment that a student was sent; only its hash is stored."""
        row = (_hashed(f"{lineitem}\n{user}"), _hashed(comment))
        with self._write() as connection:
            connection.execute("INSERT OR REPLACE INTO said VALUES (?, ?)", row)

    def said(self, lineitem: str, user: str, comment: str) -> bool:
        """Return whether this comment is the last that the student was sent."""
        name = _hashed(f"{lineitem}\n{user}")
        with self._open() as connection:
            row = connection.execute("SELECT comment FROM said WHERE name = ?", (name,)).fetchone()
        return row is not None and row[0] == _hashed(comment)

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        if self._memory is not None:
            with self._lock:
                yield self._memory
            return
        assert self._path is not None  # noqa: S101  # one of both is there
        with contextlib.closing(
            sqlite3.connect(self._path, timeout=30, isolation_level=None)
        ) as connection:
            connection.execute("PRAGMA synchronous = NORMAL")  # whole after a crash, maybe not last
            yield connection

    @contextlib.contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


def _merged(known: Course, new: Course, *, over: bool) -> Course:
    """Return what is known after a launch; it takes away no column and no link of before."""
    merged = (new.over(known) if over else known.over(new)).model_dump()
    merged["columns"] = _joined(known.columns, new.columns)
    merged["links"] = _joined(known.links, new.links)
    return Course.model_validate(merged)


def _joined(
    known: Mapping[str, tuple[str, ...]], new: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    names = dict.fromkeys([*known, *new])
    return {
        name: tuple(dict.fromkeys([*known.get(name, ()), *new.get(name, ())]))[:_MOST_COLUMNS]
        for name in names
    }


def _hashed(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
