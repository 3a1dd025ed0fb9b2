"""Hand-ins on disk as the gradebook takes them in: whose, when received, and the hash of each file.

A file that has not changed since it was hashed is not read again.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook.book import Book
from grader.gradebook.submissions import Arrived, Received
from grader.gradebook.tables import seen
from grader.pipeline.files import digest_of
from grader.pipeline.hand_ins import HandIn


@dataclass(slots=True)
class _Hashes:
    """Known hashes by path and stamp, and those that are new."""

    known: dict[str, tuple[str, str]]
    fresh: dict[str, tuple[str, str]] = field(default_factory=dict)

    def of(self, path: Path, status: object) -> str:
        """Return the hash of a regular file.

        Raises:
            OSError: when it cannot be read.
        """
        stamp = " ".join(
            str(getattr(status, name))
            for name in ("st_size", "st_mtime_ns", "st_ctime_ns", "st_ino")
        )
        name = str(path.absolute())
        at, sha = self.known.get(name, ("", ""))
        if at != stamp:
            sha = digest_of(path)
            self.fresh[name] = (stamp, sha)
        return sha


def arrivals(book: Book, hand_ins: Sequence[HandIn], *, remember: bool = True) -> list[Arrived]:
    """Return what hand-ins are for the gradebook, in the same order.

    Args:
        book: remembers hashes of files.
        hand_ins: as found on disk.
        remember: whether new hashes are written down; not in a dry run.
    """
    rows = book.read(lambda connection: connection.execute(sa.select(seen)).all())
    hashes = _Hashes({row.path: (row.stamp, row.sha256) for row in rows})
    made = [_arrived(hand_in, hashes) for hand_in in hand_ins]
    if remember and hashes.fresh:
        book.write(lambda connection: _remember(connection, hashes.fresh))
    return made


def _arrived(hand_in: HandIn, hashes: _Hashes) -> Arrived:
    files, times = [], []
    for name, path in hand_in.paths:
        try:
            status = path.lstat()
            times.append(status.st_mtime)
            regular = stat.S_ISREG(status.st_mode)
            sha = hashes.of(path, status) if regular else ""
            size, lost = status.st_size, "" if regular else "it is no regular file"
        except OSError as error:
            sha, size, lost = "", 0, f"cannot be read: {error.strerror or error}"
        files.append(Received(name=name, sha256=sha, size=size, lost=lost))
    return Arrived(
        key=_text(hand_in.key or hand_in.student),
        received=datetime.fromtimestamp(max(times, default=0.0), UTC),
        files=tuple(files),
        origin=_origin(hand_in),
        twin=hand_in.twin,
    )


def _origin(hand_in: HandIn) -> str:
    """The file or folder that the hand-in was."""
    if not hand_in.paths:
        return ""
    name, path = hand_in.paths[0]
    folder = path.absolute()
    for _ in range(name.count("/") + (1 if len(hand_in.paths) > 1 or "/" in name else 0)):
        folder = folder.parent
    return str(folder)


def _text(name: str) -> str:
    """A file name as text that can be stored: bytes that are no text are escaped."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _remember(connection: Connection, fresh: dict[str, tuple[str, str]]) -> None:
    for some in _chunks(list(fresh), 500):
        connection.execute(sa.delete(seen).where(seen.c.path.in_(some)))
        connection.execute(
            sa.insert(seen),
            [{"path": path, "stamp": fresh[path][0], "sha256": fresh[path][1]} for path in some],
        )


def _chunks(items: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (items[at : at + size] for at in range(0, len(items), size))
