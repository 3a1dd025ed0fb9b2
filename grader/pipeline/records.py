"""Records: what was collected of each hand-in, made in killable workers and kept on disk."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from grader import codec
from grader.model import Broken, Evidence
from grader.pipeline.assignment import Assignment, NoCourse
from grader.pipeline.hand_ins import HandIn, read
from grader.report import Problem
from grader.sandbox import Job, Limits, Run
from grader.sandbox.process import ISOLATION, Worker

TASK = "grader.collect._everything:task"
COLLECT = Limits(seconds=30.0, memory_mb=2048)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What was collected of one hand-in; written to disk, and all that marking needs."""

    student: str
    claims: str | None
    files: tuple[tuple[str, str], ...]
    isolation: str
    problems: tuple[Problem, ...]
    evidence: Evidence
    unreadable: bool = False

    def to_bytes(self) -> bytes:
        """Return the record as canonical JSON."""
        return codec.dumps(
            {
                "schema": 1,
                "student": self.student,
                "claims": self.claims,
                "files": [list(item) for item in self.files],
                "isolation": self.isolation,
                "problems": [asdict(problem) for problem in self.problems],
                "evidence": {part: dict(found) for part, found in self.evidence.items()},
                "unreadable": self.unreadable,
            }
        )

    @staticmethod
    def from_bytes(data: bytes) -> Record:
        """Return the record that ``to_bytes`` wrote.

        Raises:
            codec.NotPlain: when the bytes are something else.
        """
        found = codec.loads(data)
        try:
            return Record(
                student=found["student"],
                claims=found["claims"],
                files=tuple((name, digest) for name, digest in found["files"]),
                isolation=found["isolation"],
                problems=tuple(Problem(**problem) for problem in found["problems"]),
                evidence=found["evidence"],
                unreadable=found["unreadable"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise codec.NotPlain(f"these bytes are no evidence of a hand-in: {error}") from error


def collect_all(assignment: Assignment, found: Iterable[HandIn], jobs: int) -> Iterator[Record]:
    """Collect hand-ins in ``jobs`` killable workers and yield records in the order given."""
    plan = json.dumps(asdict(assignment.plan), ensure_ascii=False, sort_keys=True)
    local = threading.local()
    workers: list[Worker] = []

    def one(hand_in: HandIn) -> Record:
        if not hasattr(local, "worker"):
            local.worker = Worker()
            workers.append(local.worker)
        return _collect(local.worker, plan, hand_in, assignment)

    try:
        with ThreadPoolExecutor(max_workers=jobs) as pool:
            yield from _in_order(pool, one, list(found), ahead=4 * jobs)
    finally:
        for worker in workers:
            worker.close()


def _in_order(
    pool: ThreadPoolExecutor, work: Callable[[HandIn], Record], items: list[HandIn], ahead: int
) -> Iterator[Record]:
    """Map in order with a bounded number of results in memory."""
    futures = []
    for position, item in enumerate(items):
        futures.append(pool.submit(work, item))
        if position >= ahead:
            yield futures[position - ahead].result()
            futures[position - ahead] = None  # type: ignore[call-overload]
    for future in futures[max(0, len(items) - ahead) :]:
        if future is not None:
            yield future.result()


def _collect(worker: Worker, plan: str, hand_in: HandIn, assignment: Assignment) -> Record:
    files, lost = read(hand_in)
    data = {"plan": plan, "lost": list(lost)}
    run = worker(Job(task=TASK, data=data, files=files, limits=COLLECT))
    done = run.ended == "done"
    claims = run.value["claims"] if done else None
    digests = ((name, hashlib.sha256(data).hexdigest()) for name, data in sorted(files.items()))
    problems = [*_lost(hand_in, lost), *_problems(hand_in, run, claims)]
    return Record(
        student=hand_in.student,
        claims=claims,
        files=tuple(digests),
        isolation=ISOLATION,
        problems=tuple(problems),
        evidence=codec.from_plain(run.value["evidence"]) if done else _nothing(assignment, run),
        unreadable=bool(lost) or not done or bool(run.value["unread"]),
    )


def _lost(hand_in: HandIn, lost: Mapping[str, str]) -> Iterator[Problem]:
    for name, what in lost.items():
        path = f"{hand_in.student}/{name}" if name in dict(hand_in.paths) else hand_in.student
        yield Problem(path=path, what=what)


def _problems(hand_in: HandIn, run: Run, claims: str | None) -> Iterator[Problem]:
    student = hand_in.student
    if run.ended != "done":
        yield Problem(path=student, what=f"reading this hand-in stopped: {run.why}")
    else:
        for name, what in run.value["problems"]:
            yield Problem(path=f"{student}/{name}", what=what.removeprefix(f"{name}: "))
    if claims is not None and claims != student:
        yield Problem(path=student, what=f"answers.json says that it is from '{claims}'")
    if hand_in.twin:
        yield Problem(path=student, what="two hand-ins have this student's id; both are kept")


def _nothing(assignment: Assignment, run: Run) -> Evidence:
    """Evidence of a hand-in whose reading stopped: every mark stays open."""
    broken = Broken(why=f"reading this hand-in stopped: {run.why}", cause="ours")
    return {
        part.id: {"answer": broken, **dict.fromkeys(part.readers(), broken)}
        for part in assignment.rubric.parts
    }


def stored(out: Path) -> Iterator[Record]:
    """Yield the records that a run left under ``out``.

    Raises:
        NoCourse: when there is no evidence.
        codec.NotPlain: when a file of it is damaged.
    """
    files = sorted((out / "evidence").glob("*.json"))
    if not files:
        raise NoCourse(f"{out}/evidence holds no evidence; grade with --out {out} first")
    for file in files:
        yield Record.from_bytes(file.read_bytes())
