"""A desk that is open: what a server keeps of it while it runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from grader.desk import receiving
from grader.desk.limits import Limits
from grader.desk.line import Line, Place
from grader.desk.rows import HandedIn, Purpose
from grader.desk.tray import Sent, Tray
from grader.desk.working import Workers
from grader.gradebook.book import Book
from grader.gradebook.policy import Policy, Rules


@dataclass(slots=True)
class Desk:
    """The desk of a course; close it when the server ends.

    Args:
        course: its folder.
        book: the gradebook, in the name of the desk.
        limits: what is taken.
        workers: how many threads work on what waits; with 0 another process does.
        accept: a level of isolation below the usual one that the instructor accepts by name.
    """

    course: Path
    book: Book
    limits: Limits = field(default_factory=Limits)
    workers: int = 1
    accept: str | None = None
    line: Line = field(init=False)
    _tray: Tray = field(init=False)
    _workers: Workers = field(init=False)
    _rules: Rules = field(init=False)

    def __post_init__(self) -> None:
        """Open the desk: what waits is worked on from now.

        Raises:
            RubricError: when the rules of the course are broken.
        """
        self._rules = Rules(self.course)
        self._tray = Tray(self.course / ".grader")
        self.line = Line(max(1, self.workers))
        self._workers = Workers(self.course, self.book, self.workers, self.accept, self._rules)
        if self.workers:
            self._workers.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let what runs end, and take nothing more."""
        self._workers.close()
        self._tray.close()

    @property
    def policy(self) -> Policy:
        """The rules of the course as they are now; as they were last while their file is broken."""
        return self._rules()

    def receive(
        self, book: Book, sent: Iterable[Sent], *, assignment: str, key: str, purpose: Purpose
    ) -> HandedIn:
        """Keep what a student sends, and return its receipt (see ``receiving.receive``).

        Args:
            book: the gradebook, in the name of who sends it.
            sent: the files.
            assignment: its name.
            key: the student's.
            purpose: to be graded, or only to be checked.
        """
        policy = self.policy
        row = receiving.receive(
            book,
            self._tray,
            sent,
            assignment=assignment,
            key=key,
            purpose=purpose,
            limits=self._limits(policy, assignment),
            zone=ZoneInfo(policy.time_zone),
        )
        self._workers.wake()
        return row

    def checks_left(self, assignment: str, key: str) -> int:
        """Return how many checks a student may still ask for today."""
        policy = self.policy
        limits, zone = self._limits(policy, assignment), ZoneInfo(policy.time_zone)
        return receiving.left_today(self.book, assignment, key, limits, zone)

    def place(self, row: HandedIn) -> Place | None:
        """Return where an upload waits, None where it does not."""
        return self.line.place(self.book, row.number) if row.state == "waits" else None

    def wake(self) -> None:
        """Say that something waits again."""
        self._workers.wake()

    def _limits(self, policy: Policy, assignment: str) -> Limits:
        return replace(self.limits, checks_a_day=policy.of(assignment).checks_a_day)
