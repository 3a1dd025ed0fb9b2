"""The process that marks over there: reads, marks what needs no code, runs code, marks the rest.

Each step leaves results behind, so that a job that is cut off shows what was done by then. All of
the key stays in this process and below ``source``, which is root's own.
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader.bundle import _first, _keyless, _trial
from grader.bundle._marks import marks
from grader.bundle._metadata import Metadata, metadata
from grader.bundle._results import of_marks, only_read
from grader.bundle.agent import ROOT
from grader.bundle.settings import FILE, Settings
from grader.gradebook.policy import load as load_policy
from grader.pipeline import (
    Assignment,
    Boxes,
    Collecting,
    HandIn,
    Record,
    SolutionFails,
    check_solution,
    hand_ins,
    load_assignment,
    mark_record,
)

_GRACE = 2.0
"""Seconds in which a last run is marked and written."""
_CHECK = 1800.0
"""Seconds for the course's own solution while the bundle is set up."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Where things lie over there."""

    root: Path

    @property
    def source(self) -> Path:
        """The bundle, unpacked: root's own."""
        return self.root / "source"

    @property
    def results(self) -> Path:
        """What Gradescope reads at the end."""
        return self.root / "results" / "results.json"

    @property
    def guarded(self) -> list[Path]:
        """What no box may read or write."""
        inner = [*self.source.glob("*"), *(self.source / "course" / "rubrics").glob("*")]
        own = [self.root / name for name in ("submission", "submission_metadata.json")]
        return [self.source, self.results.parent, self.results, *own, *inner]


def main(words: list[str]) -> int:
    """Mark the submission, or check the course's own solution; return 0 when that was done."""
    tree = Tree(Path(os.environ.get(ROOT, "/autograder")))
    settings = Settings.from_json((tree.source / FILE).read_text("utf-8"))
    _close(tree)
    if words[:1] == ["check"]:
        return _check(tree, settings)
    until = (float(words[1]) if words[1:] else time.monotonic()) + settings.ends - _GRACE
    for results in _stages(tree, settings, until):
        _first.write(tree.results, results)
    say(f"memory: this process held {_held():.0f} MB, the largest box {_held(below=True):.0f} MB")
    return 0


def say(line: str) -> None:
    """Tell course staff: what is printed is shown to nobody else."""
    print("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line), flush=True)  # noqa: T201


def _close(tree: Tree) -> None:
    """Leave the key, the results and the submission to root alone."""
    for path in (tree.source, tree.results.parent, tree.root / "submission"):
        with contextlib.suppress(OSError):
            path.chmod(0o700)
    with contextlib.suppress(OSError):
        (tree.root / "submission_metadata.json").chmod(0o600)


def _stages(tree: Tree, settings: Settings, until: float) -> Iterator[dict[str, Any]]:
    """Yield results, each more than the one before; the last is final."""
    began = time.monotonic()
    told = metadata(tree.root / "submission_metadata.json")
    for unknown in told.problems:
        say(unknown)
    hand_in = _hand_in(tree.root / "submission", told.student)
    if not settings.key:
        yield _only_read(tree, settings, hand_in, until)
        return
    loaded = _loaded(tree, settings)
    boxes = _trial.boxes(loaded, settings, tree.guarded, until)
    try:
        _tell(boxes, settings)
        record = _collected(loaded, boxes, hand_in, run=False)
        if boxes.running is not None:
            yield _first.provisional(_marked(tree, loaded, record, told, settings))
            if _passes(tree, loaded, boxes):
                record = _collected(loaded, boxes, hand_in, run=True)
        for problem in record.problems:
            say(f"{problem.path}: {problem.what}")
        last = _marked(tree, loaded, record, told, settings, tell=True)
        yield {**last, "execution_time": round(time.monotonic() - began, 1)}
    finally:
        boxes.close()


def _hand_in(folder: Path, student: str) -> HandIn:
    if not folder.is_dir():
        return HandIn(student=student, paths=())
    return replace(hand_ins([folder])[0], student=student, key=student)


def _loaded(tree: Tree, settings: Settings) -> Assignment:
    course = tree.source / "course"
    return load_assignment(
        course,
        settings.assignment,
        paper=course / settings.paper if settings.paper else None,
        keys=course / settings.keys if settings.keys else None,
    )


def _collected(loaded: Assignment, boxes: Boxes, hand_in: HandIn, *, run: bool) -> Record:
    collecting = Collecting(loaded, boxes.running if run else None, boxes.reader(), boxes.worlds)
    try:
        return collecting(hand_in).record
    finally:
        collecting.close()


def _marked(
    tree: Tree,
    loaded: Assignment,
    record: Record,
    told: Metadata,
    settings: Settings,
    *,
    tell: bool = False,
) -> dict[str, Any]:
    policy = load_policy(tree.source / "course" / "rubrics" / "course.yaml")
    result = mark_record(loaded, record)
    made, notes = marks(loaded, result, told, policy)
    if tell:
        say(f"result: {result.isolation}; attempt {told.attempt}; open: {', '.join(result.open)}")
        for note in (*notes, *made.lines[0].words):
            say(note)
    return of_marks(made, settings)


def _passes(tree: Tree, loaded: Assignment, boxes: Boxes) -> bool:
    """Whether the course's own solution passes here; else no student's code is run."""
    if boxes.running is None:
        return False
    try:
        check_solution(loaded, boxes.running, boxes.reader(), passed=tree.source / "passed")
    except SolutionFails as error:
        say(f"student code was not run: {error}")
        return False
    return True


def _tell(boxes: Boxes, settings: Settings) -> None:
    isolation = boxes.isolation
    if isolation is not None:
        say(f"isolation: {isolation} (asked for: {settings.require}): {isolation.says}")
        say(f"layers: {', '.join(isolation.layers)}; missing: {', '.join(isolation.missing)}")
    for line in filter(None, (boxes.refused, boxes.untrained)):
        say(line)


def _only_read(tree: Tree, settings: Settings, hand_in: HandIn, until: float) -> dict[str, Any]:
    """The results of a bundle without a key."""
    plan = (tree.source / _keyless.FILE).read_text("utf-8")
    reader = _trial.reader(settings, tree.guarded, until)
    try:
        found = _keyless.record(plan, hand_in, reader)
    finally:
        reader.close()
    say(f"read by {found.isolation}; no key is in this bundle, and no code was run")
    return only_read(_keyless.results(plan, found), settings)


def _check(tree: Tree, settings: Settings) -> int:
    """Run the course's own solution once, while the bundle is set up."""
    if not settings.key:
        say("this bundle holds no key, and runs no code")
        return 0
    loaded = _loaded(tree, settings)
    boxes = _trial.boxes(loaded, settings, tree.guarded, time.monotonic() + _CHECK)
    try:
        _tell(boxes, settings)
        return 0 if boxes.running is None or _passes(tree, loaded, boxes) else 1
    finally:
        boxes.close()


def _held(*, below: bool = False) -> float:
    who = resource.RUSAGE_CHILDREN if below else resource.RUSAGE_SELF
    return resource.getrusage(who).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
