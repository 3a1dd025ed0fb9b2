"""What the desk takes, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from grader.pipeline.hand_ins import LARGEST


class NotTaken(ValueError):
    """What was sent is not taken; the message tells the student why, and what to do."""


class TooMuch(NotTaken):
    """There is too much of it: a file, all files, or how often."""


class Full(NotTaken):
    """The desk takes nothing more for the moment; nothing was kept."""

    seconds = 60
    """After how long to try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one upload, of one student, and of the queue."""

    files: int = 20
    file_bytes: int = LARGEST
    all_bytes: int = 100_000_000
    waiting: int = 5_000
    """How much waits at once, of all students."""
    own_waiting: int = 5
    """How much of one student waits at once."""
    checks_a_day: int = 20
    same_within: timedelta = timedelta(minutes=10)
    """The same files sent again so soon are the same upload."""
    free_bytes: int = 500_000_000
    """So much of the disk is left free."""
