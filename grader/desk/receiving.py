"""From an upload to a receipt: the bytes first, then one row in one transaction.

The same files sent again soon are the same upload, and get the same receipt.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.desk.limits import Full, Limits, TooMuch
from grader.desk.rows import HandedIn, Purpose, handed, rows
from grader.desk.tray import Kept, Sent, Tray
from grader.gradebook.audit import log
from grader.gradebook.book import Book, assignment_id, find_assignment, lock, new_row
from grader.gradebook.tables import handed_in

_UNDONE = ("waits", "runs")
_in_turn = threading.Lock()
"""Writers of this process wait here, where none is passed over, and not at the database."""


def receive(
    book: Book,
    tray: Tray,
    sent: Iterable[Sent],
    *,
    assignment: str,
    key: str,
    purpose: Purpose,
    limits: Limits,
    zone: ZoneInfo,
) -> HandedIn:
    """Keep what a student sends, and return its receipt.

    Args:
        book: the gradebook; its clock says when.
        tray: where files lie until all of them are there.
        sent: the files.
        assignment: its name.
        key: the student's.
        purpose: to be graded, or only to be checked.
        limits: what is taken.
        zone: of the course, whose days are counted.

    Raises:
        NotTaken: when it is not taken; then nothing of it was kept.
        Full: when there is no room; then nothing of it was kept.
        GradebookError: when the row cannot be written; then there is no receipt.
        OSError: when the files cannot be written; then there is no receipt.
    """
    if shutil.disk_usage(book.store.folder.parent).free < limits.free_bytes:
        raise Full("there is no room for more files here; tell the course staff. Nothing was kept")
    with tray.upload(sent, limits) as upload:
        files, digest = upload.files, _digest(upload.files)
        asked = _Asked(assignment, key, purpose, digest, limits, _midnight(book.now(), zone))
        known = book.read(lambda connection: asked.known(connection, book.now()))
        if known is not None:
            return known
        book.read(asked.room)
        upload.keep(book.store)
        with _in_turn:
            return book.write(lambda connection: asked.written(connection, book, files))


def left_today(book: Book, name: str, key: str, limits: Limits, zone: ZoneInfo) -> int:
    """Return how many checks a student may still ask for today."""
    since = _midnight(book.now(), zone)
    used = book.read(lambda connection: _checks(connection, name, key, since))
    return max(0, limits.checks_a_day - used)


class _Asked:
    """One upload that asks for a row."""

    def __init__(
        self,
        name: str,
        key: str,
        purpose: Purpose,
        digest: str,
        limits: Limits,
        today: datetime,
    ) -> None:
        self._name, self._key, self._purpose = name, key, purpose
        self._digest, self._limits, self._today = digest, limits, today

    def known(self, connection: Connection, now: datetime) -> HandedIn | None:
        """The row of the same files, where they are this student's newest and not long ago."""
        query = (
            rows()
            .where(
                handed_in.c.assignment_id == find_assignment(connection, self._name),
                handed_in.c.key == self._key,
                handed_in.c.purpose == self._purpose,
            )
            .order_by(handed_in.c.id.desc())
            .limit(1)
        )
        row = connection.execute(query).one_or_none()
        if row is None or row.digest != self._digest or row.state == "failed":
            return None
        soon = now - row.at <= self._limits.same_within
        return handed(row) if soon or row.state in _UNDONE else None

    def room(self, connection: Connection) -> None:
        """Refuse where too much waits already, or where the day's checks are used up."""
        waiting = sa.select(sa.func.count()).where(handed_in.c.state.in_(_UNDONE))
        if connection.execute(waiting).scalar_one() >= self._limits.waiting:
            raise Full(
                "too many hand-ins wait at the moment. Nothing was kept: send it again in a minute"
            )
        own = waiting.where(handed_in.c.key == self._key)
        if connection.execute(own).scalar_one() >= self._limits.own_waiting:
            raise Full(
                f"{self._limits.own_waiting} of your uploads wait already. This one was not kept: "
                "send it again when they are done"
            )
        if self._purpose == "check":
            used = _checks(connection, self._name, self._key, self._today)
            if used >= self._limits.checks_a_day:
                raise TooMuch(
                    f"all {used} checks of today are used up, and this one was not made. There are "
                    "new ones tomorrow; handing in is still possible"
                )

    def written(self, connection: Connection, book: Book, files: Sequence[Kept]) -> HandedIn:
        assignment = assignment_id(connection, self._name)
        lock(connection, assignment)
        now = book.now()
        if (known := self.known(connection, now)) is not None:
            return known
        self.room(connection)
        values: dict[str, Any] = {
            "assignment_id": assignment,
            "key": self._key,
            "purpose": self._purpose,
            "at": now,
            "digest": self._digest,
            "files": [[file.name, file.sha256, file.size] for file in files],
            "state": "waits",
            "told": {},
        }
        number = new_row(connection, handed_in, **values)
        what = "handed in" if self._purpose == "submit" else "self-check"
        log(connection, book, what, assignment=self._name, who=self._key, data={"number": number})
        return handed(connection.execute(rows().where(handed_in.c.id == number)).one())


def _digest(files: Sequence[Kept]) -> str:
    data = json.dumps([[file.name, file.sha256] for file in files])
    return hashlib.sha256(data.encode()).hexdigest()


def _checks(connection: Connection, name: str, key: str, since: datetime) -> int:
    query = sa.select(sa.func.count()).where(
        handed_in.c.assignment_id == find_assignment(connection, name),
        handed_in.c.key == key,
        handed_in.c.purpose == "check",
        handed_in.c.at >= since,
    )
    return int(connection.execute(query).scalar_one())


def _midnight(now: datetime, zone: ZoneInfo) -> datetime:
    return datetime.combine(now.astimezone(zone).date(), time(), zone)
