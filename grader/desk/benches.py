"""Assignments that are at hand for the desk: loaded, with boxes that are warm.

What was changed on disk is loaded anew; boxes that are still in use end when they no longer are.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.bundle._keyless import plan_json
from grader.desk.examples import published
from grader.pipeline import (
    Assignment,
    Boxes,
    boxes_for,
    check_solution,
    load_assignment,
    wanted,
)
from grader.pipeline.keys import evidence_key
from grader.rubric import Rubric
from grader.variants import NotDealt

NO_PAPER = "no paper with numbers of your own was given out to you; ask the course for yours"
Stamp = tuple[tuple[str, int, int], ...]
_MOST = 6
"""So many assignments are kept warm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What a self-check needs of an assignment: whose numbers it holds, where they vary."""

    rubric: Rubric
    plan: str
    examples: Assignment | None
    why: str = ""
    """What a student is told where these are not their own numbers."""


@dataclass(slots=True, kw_only=True)
class Bench:
    """One assignment with its boxes; ``plan`` is all of it that reading needs, and has no key."""

    assignment: Assignment
    boxes: Boxes
    plan: str
    key: str
    """Of the evidence that is gathered here."""
    stamp: Stamp
    passed: Path
    """A folder that remembers which solutions passed."""
    examples: Assignment | None = None
    """The assignment with nothing to run but what its rubric publishes."""
    users: int = 0
    old: bool = False
    _proving: threading.Lock = field(default_factory=threading.Lock)
    _proven: bool = False

    @property
    def refused(self) -> str:
        """Why hand-ins are not graded here, empty where they are."""
        return self.boxes.refused or self.boxes.untrained

    def checks(self, key: str) -> Checks:
        """Return what the self-check of a student needs, with the numbers of their paper.

        Raises:
            VariantProblem: when their numbers cannot be told.
        """
        own, why = self.assignment, ""
        try:
            own = own.of(own.variant_of(key))
        except NotDealt:  # it is read by the sample's words, and they are told
            why = NO_PAPER
        same = own is self.assignment
        examples = self.examples
        return Checks(
            rubric=own.rubric,
            plan=self.plan if same else plan_json(own),
            examples=examples if same or examples is None else published(own),
            why=why,
        )

    def prove(self) -> None:
        """See once that the course's own solution passes here, before anybody is graded.

        Raises:
            SolutionFails: when it does not; then nobody is.
        """
        running, boxes = self.boxes.running, self.boxes
        with self._proving:
            if running is not None and not self._proven:
                check_solution(self.assignment, running, boxes.reader(), boxes.worlds, self.passed)
            self._proven = True


@dataclass(slots=True)
class Benches:
    """Benches by assignment, made when they are asked for; close them at the end."""

    course: Path
    accept: str | None = None
    _kept: dict[str, Bench] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _making: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def at(self, name: str) -> Iterator[Bench]:
        """Give the bench of an assignment as it is now.

        Raises:
            ValueError: when the rubric, the reference or the solution cannot be used.
            OSError: when this machine fails.
        """
        bench = self._taken(name)
        try:
            yield bench
        finally:
            with self._lock:
                bench.users -= 1
                ended = bench.old and not bench.users
            if ended:
                bench.boxes.close()

    def close(self) -> None:
        """End all boxes; nobody is at a bench any more."""
        with self._lock:
            kept, self._kept = list(self._kept.values()), {}
        for bench in kept:
            bench.boxes.close()

    def _taken(self, name: str) -> Bench:
        stamp = stamp_of(self.course, name)
        with self._making:  # one after the other: two of one assignment are made for nothing
            with self._lock:
                bench = self._kept.get(name)
                if bench is not None and bench.stamp == stamp:
                    bench.users += 1
                    return bench
            made = _made(self.course, name, stamp, self.accept)
            with self._lock:
                gone = [self._kept.pop(name)] if name in self._kept else []
                while len(self._kept) >= _MOST:
                    gone.append(self._kept.pop(next(iter(self._kept))))
                for old in gone:
                    old.old = True
                idle = [old for old in gone if not old.users]
                self._kept[name] = made
                made.users = 1
        for old in idle:
            old.boxes.close()
        return made


def _made(course: Path, name: str, stamp: Stamp, accept: str | None) -> Bench:
    given = {kind: course / ".grader" / "given" / f"{name}.{kind}" for kind in ("paper", "keys")}
    paths = {kind: path if path.exists() else None for kind, path in given.items()}
    assignment = load_assignment(course, name, **paths)
    examples = published(assignment)
    runs, trains = wanted(assignment)
    boxes = boxes_for(assignment, hidden=[course, *filter(None, paths.values())], accept=accept)
    try:
        able = boxes.running is not None
        key = evidence_key(
            assignment, runs=runs and able, trains=trains and able and not boxes.untrained
        )
        return Bench(
            assignment=assignment,
            boxes=boxes,
            plan=plan_json(assignment),
            key=key,
            stamp=stamp,
            passed=course / ".grader" / "passed",
            examples=examples if able else None,
        )
    except BaseException:
        boxes.close()
        raise


def stamp_of(course: Path, name: str) -> Stamp:
    """Return what tells whether an assignment's files are as they were."""
    reference = course / "reference"
    files = [
        course / "rubrics" / f"{name}.yaml",
        reference / f"{name}.py",
        *sorted((reference / name).rglob("*.py")),
        *sorted((reference / "solutions").glob(f"{name}.*")),
        *sorted((course / ".grader" / "given").glob(f"{name}.*")),
    ]
    found = []
    for file in files:
        with contextlib.suppress(OSError):
            status = file.stat()
            found.append((str(file), status.st_mtime_ns, status.st_size))
    return tuple(found)
