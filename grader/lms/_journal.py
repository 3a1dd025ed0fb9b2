"""What was sent, one line each, written before and after: a push that was killed goes on from it.

Users are written as a hash of where they are and which they are: the file names nobody. The
journal is never the only proof: what the LMS shows is asked first, and the journal knows what it
does not show, as a comment that somebody has taken away there again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from grader.lms._entries import Entry, File, Sending, Target, digest
from grader.lms._errors import LmsError

SENDING, VERIFIED, DIFFERS, REFUSED = "sending", "verified", "differs", "refused"


@dataclass(slots=True)
class Sent:
    """What is known of what one student was sent."""

    marks: list[str] = field(default_factory=list)
    comments: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    tried: set[str] = field(default_factory=set)
    """Comments that were on their way, whether they arrived or not."""


class Journal:
    """The journal of one assignment in one LMS."""

    def __init__(self, folder: Path, key: str) -> None:
        """Read what is there; a line that was half written when a push was killed is passed over.

        Args:
            folder: for all journals of a course.
            key: the assignment's (``Target.key``).
        """
        self.path = folder / f"{key}.jsonl"
        self._key = key
        self._sent: dict[str, Sent] = {}
        self.read()

    def read(self) -> None:
        """Read the file anew."""
        self._sent = {}
        if self.path.exists():
            for line in self.path.read_text("utf-8", errors="replace").splitlines():
                self._learn(line)

    def of(self, user: str) -> Sent:
        """Return what a user was sent so far."""
        return self._sent.get(self._who(user), Sent())

    def ours(self, entry: Entry) -> bool:
        """Tell whether the mark in the LMS is one that we sent, and none since."""
        sent = self.of(entry.user)
        return entry.mark is not None and any(Fraction(m) == entry.mark for m in sent.marks)

    def note(self, what: str, sending: Sending, **more: object) -> None:
        """Write what happens to a sending, so that it is on the disk before this returns."""
        row: dict[str, object] = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "what": what,
            "who": self._who(sending.user),
        }
        if sending.mark is not None:
            row["mark"] = str(sending.mark)
        if sending.comment:
            row["comment"] = digest(sending.comment)
        if sending.file is not None:
            row["file"] = sending.file.mark
        if sending.rubric:
            row["rubric"] = {one: str(points) for one, points in sending.rubric.items()}
        line = json.dumps({**row, **more}, sort_keys=True)
        self._append(line)
        self._learn(line)

    def _append(self, line: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = not self.path.exists()
        with self.path.open("a+b") as file:
            if fresh:
                self.path.chmod(0o600)
            size = file.seek(0, os.SEEK_END)
            torn = size > 0 and not self._ends_well(size)
            file.write((("\n" if torn else "") + line + "\n").encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())

    def _ends_well(self, size: int) -> bool:
        with self.path.open("rb") as file:
            file.seek(size - 1)
            return file.read(1) == b"\n"

    def _who(self, user: str) -> str:
        return hashlib.sha256(f"{self._key} {user}".encode()).hexdigest()[:16]

    def _learn(self, line: str) -> None:
        try:
            row: Any = json.loads(line)
            what, who = str(row["what"]), str(row["who"])
            mark = None if row.get("mark") is None else str(Fraction(str(row["mark"])))
        except (ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError):
            return
        sent = self._sent.setdefault(who, Sent())
        if mark is not None and what == SENDING:
            sent.marks.append(mark)
        elif mark is not None and what == VERIFIED:
            sent.marks = [mark]  # what was sent before it is in the LMS no more
        comment, file = row.get("comment"), row.get("file")
        if isinstance(comment, str):
            sent.tried.add(comment)
            if what == VERIFIED:
                sent.comments.add(comment)
        if isinstance(file, str) and what == VERIFIED:
            sent.files.add(file)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else push into the same assignment meanwhile.

        Raises:
            LmsError: when somebody does.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("a+b") as lock:
            try:
                _lock(lock.fileno())
            except OSError:
                raise LmsError(
                    f"somebody else pushes into this assignment now ({self.path.name}); wait until it is done"
                ) from None
            yield


def _lock(number: int) -> None:
    try:
        import fcntl  # noqa: PLC0415
    except ImportError:  # pragma: no cover  # Windows: one person, one machine
        return
    fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)


def already(sending: Sending, sent: Sent, target: Target) -> Sending:
    """Return a sending without comments and files that were sent and seen in the LMS once.

    Where a new comment takes the place of the one before, what was there once may be sent again.
    """
    if target.one_comment:
        return sending
    comment = "" if digest(sending.comment) in sent.comments else sending.comment
    file: File | None = sending.file
    if file is not None and file.mark in sent.files:
        file = None
    return Sending(
        user=sending.user,
        who=sending.who,
        mark=sending.mark,
        comment=comment,
        file=file,
        rubric=sending.rubric,
    )


def place(course: Path) -> Path:
    """Return where the journals of a course lie."""
    return course / ".grader" / "pushed"


def keyed(words: Mapping[str, str]) -> str:
    """Return a name for a journal: what can be read, and a hash that tells all apart.

    >>> at = {"lms": "canvas", "at": "https://c.example.edu", "course": "1", "assignment": "2"}
    >>> keyed(at).rpartition("-")[0], keyed(at) == keyed({**at, "at": "https://d.example.edu"})
    ('canvas-1-2', False)
    """
    whole = json.dumps(dict(words), sort_keys=True)
    shown = "-".join("".join(s for s in words[w] if s.isalnum()) for w in ("lms", "course", "assignment"))  # fmt: skip
    return f"{shown[:60]}-{hashlib.sha256(whole.encode()).hexdigest()[:12]}"
