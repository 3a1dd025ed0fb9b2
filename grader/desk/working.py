"""The threads that work on what waits at the desk; boxes do the work in processes of their own.

One process of a course works at a time, by a lock. The next one that starts finds what the one
before left running, and does it again: what is recorded already is not done twice.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any, Self
from zoneinfo import ZoneInfo

from grader.desk import examples, line, reading
from grader.desk.benches import Bench, Benches
from grader.desk.placing import NotPlaced, placed
from grader.desk.rows import HandedIn
from grader.desk.tray import locked
from grader.gradebook.book import Book
from grader.gradebook.policy import Policy, Rules
from grader.gradebook.submissions import Held, known
from grader.pipeline import course as batches
from grader.pipeline import hand_ins
from grader.pipeline.arrivals import arrivals
from grader.pipeline.class_files import write_class
from grader.pipeline.executors import Pool
from grader.pipeline.tasks import Tasks

_log = logging.getLogger(__name__)
_POLL, _AFTER_FAULT, _QUIET = 0.5, 2.0, 3.0
"""Seconds between two looks at the queue, after a fault, and before class pages are written."""
_LATER = "this machine does not run hand-ins; the course does it later"


class Postponed(ValueError):
    """It could not be done now, by no fault of the hand-in; the next try may do better."""


@dataclass(slots=True)
class Workers:
    """Threads of a course's desk; start them once in a process, and close them at its end.

    ``accept`` is a level of isolation below the usual one that the instructor accepts by name;
    ``rules`` are those of the course, as the desk keeps them.
    """

    course: Path
    book: Book
    count: int = 1
    accept: str | None = None
    rules: Callable[[], Policy] | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _wake: threading.Event = field(default_factory=threading.Event)
    _claiming: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)
    _graded: dict[str, float] = field(default_factory=dict)
    _unwritten: list[int] = field(default_factory=list)
    _benches: Benches = field(init=False)
    _lock: IO[str] | None = None

    def __post_init__(self) -> None:
        """Start nothing yet."""
        self._benches = Benches(self.course, self.accept)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Begin to work, as soon as no other process of this course does."""
        keeper = threading.Thread(target=self._keep, name="desk", daemon=True)
        self._threads.append(keeper)
        keeper.start()

    def wake(self) -> None:
        """Say that something waits, so that nobody waits for the next look."""
        self._wake.set()

    def close(self) -> None:
        """Let what runs end, and take nothing more."""
        self._stop.set()
        self._wake.set()
        for thread in list(self._threads):
            thread.join()
        self._threads.clear()
        self._benches.close()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @property
    def stopped(self) -> bool:
        """Whether it was told to end."""
        return self._stop.is_set()

    def _keep(self) -> None:
        """Wait until this process is the one that works; then take up what was left, and work."""
        place = self.course / ".grader" / "desk"
        place.mkdir(parents=True, exist_ok=True)
        while self._lock is None and not self.stopped:
            self._lock = locked(place / "working.lock")
            if self._lock is None:
                self._stop.wait(_POLL)
        while not self.stopped:
            try:
                line.waits_again(self.book)
                break
            except (ValueError, OSError):
                _log.exception("the queue could not be read")
                self._stop.wait(_AFTER_FAULT)
        others = [
            threading.Thread(target=self._work, name=f"desk-{number}", daemon=True)
            for number in range(1, self.count)
        ]
        for thread in others:
            thread.start()
        self._work(tidies=True)
        for thread in others:
            thread.join()

    def _work(self, *, tidies: bool = False) -> None:
        while not self.stopped:
            try:
                if self.step():
                    continue
                if tidies:
                    self._tidy()
            except Exception:  # noqa: BLE001  # logged, and tried again: the desk stays open
                _log.exception("the desk could not go on; it tries again")
                self._stop.wait(_AFTER_FAULT)
            self._wake.wait(_POLL)
            self._wake.clear()

    def step(self) -> bool:
        """Work on one that waits; whether there was one."""
        with self._claiming:
            while self._unwritten:  # else they would seem to run until the next start
                line.waits_again(self.book, self._unwritten[-1])
                self._unwritten.pop()
            row = line.claim(self.book)
        if row is None:
            return False
        try:
            self._carried(row)
        except Exception:
            with self._claiming:
                self._unwritten.append(row.number)
            raise
        return True

    def _carried(self, row: HandedIn) -> None:
        """Work on one, and write down how it ended.

        Raises:
            GradebookError: when that cannot be written.
        """
        try:
            told = self._done(row)
        except Postponed as error:
            _log.warning("hand-in %d waits again: %s", row.number, error)
            line.waits_again(self.book, row.number)
            self._stop.wait(_POLL)
        except Exception as error:  # noqa: BLE001  # logged, and told to the course staff
            named = "" if isinstance(error, NotPlaced) else f"{type(error).__name__}: "
            ours = f"{named}{error}"[:500]
            foreseen = isinstance(error, ValueError)  # a rubric that is broken, say
            _log.error("hand-in %d: %s", row.number, ours, exc_info=not foreseen)
            line.done(self.book, row.number, {**row.told, "ours": ours}, failed=True)
        else:
            line.done(self.book, row.number, {**row.told, **told})

    def _done(self, row: HandedIn) -> Mapping[str, Any]:
        with self._benches.at(row.assignment) as bench:
            if row.purpose == "check":
                return self._checked(row, bench)
            return self._submitted(row, bench)

    def _checked(self, row: HandedIn, bench: Bench) -> Mapping[str, Any]:
        checks = bench.checks(row.key)
        reader = bench.boxes.reader()
        try:
            record = reading.read(checks.plan, row, self.book.store, reader)
        finally:
            close = getattr(reader, "close", None)
            if close is not None:
                close()
        told = reading.told(checks.rubric, record)
        if checks.why:
            told["problems"].insert(0, ["", checks.why])
        if checks.examples is not None and not record.unreadable:
            tried = examples.tried(checks.examples, row, self.book.store, bench.boxes)
            for part in told["parts"]:
                part["tried"] = tried.get(part["id"], [])
        return told

    def _submitted(self, row: HandedIn, bench: Bench) -> Mapping[str, Any]:
        policy = self._policy()
        try:
            folder = placed(self.course, self.book, row, ZoneInfo(policy.time_zone))
        except NotPlaced as error:
            raise NotPlaced(f"it is kept, and not put in place: {error}") from error
        found = hand_ins([folder])
        doing = batches.plan(
            self.book,
            bench.assignment,
            found,
            bench.key,
            batches.Choice(keep=policy.regrade.never_lower),
        )
        held = known(self.book, row.assignment, arrivals(self.book, found))[0]
        if bench.refused:
            return {**_attempt(held), "graded": False, "why": _LATER, "ours": bench.refused}
        bench.prove()
        if doing.tasks:
            self._grade(row, bench, doing)
        self._graded[row.assignment] = time.monotonic()
        return {**_attempt(held), "graded": True}

    def _grade(self, row: HandedIn, bench: Bench, doing: batches.Plan) -> None:
        out = self.course / ".grader" / "out" / row.assignment
        make = partial(Tasks, files=self.book.store.folder, reports=out / "reports")
        run = Pool(partial(make, assignment=bench.assignment, boxes=bench.boxes), 1)
        own = make(assignment=bench.assignment)
        outcome = batches.carry_out(self.book, bench.assignment, doing, run, own)
        if outcome.postponed:
            raise Postponed("; ".join(outcome.postponed.values()))

    def _policy(self) -> Policy:
        if self.rules is None:
            self.rules = Rules(self.course)
        return self.rules()

    def _tidy(self) -> None:
        """Write the pages of a class when it has been quiet for a moment."""
        for name, at in list(self._graded.items()):
            if time.monotonic() - at < _QUIET:
                continue
            del self._graded[name]
            policy = self._policy()
            with self._benches.at(name) as bench:
                out = self.course / ".grader" / "out" / name
                write_class(self.book, bench.assignment, policy, out)


def _attempt(held: Held | None) -> dict[str, Any]:
    if held is None:
        return {}
    return {"submission": held.id, "attempt": held.attempt, "label": held.label}
