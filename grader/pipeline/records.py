"""Records: what was collected of each hand-in, made in killable workers and kept on disk."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from grader import codec
from grader.collect._cells import from_data
from grader.collect.runs.training import Training
from grader.model import Broken, Evidence, Picture, Shown
from grader.pipeline.assignment import Assignment, NoCourse
from grader.pipeline.files import digest_of
from grader.pipeline.hand_ins import HandIn, oversized, read
from grader.pipeline.pictures import checked
from grader.pipeline.running import Running
from grader.pipeline.worlds import World
from grader.report import Problem
from grader.sandbox import Backend, Limits, Run
from grader.sandbox.devices.leases import Leases
from grader.sandbox.process import ISOLATION, Worker, reading
from grader.variants import NotDealt, Variant, VariantProblem

TASK = "grader.collect._everything:task"
NO_NUMBERS = "the numbers of this student's paper could not be drawn"
COLLECT = Limits(seconds=60.0, memory_mb=2048, output_bytes=64_000_000)


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
    assignment: str = ""
    shown: tuple[Shown, ...] = ()
    """The files as people are shown them."""
    pictures: tuple[Picture, ...] = ()
    """The pictures in those files, and what the code drew, of no file; their bytes lie beside."""
    variant: Variant | None = None
    """The student's numbers, where they vary: those that the hand-in was read and run with."""

    @property
    def lacks_numbers(self) -> bool:
        """Whether it was left unread because its student's numbers could not be drawn."""
        return self.variant is None and any(NO_NUMBERS in one.what for one in self.problems)

    def to_bytes(self) -> bytes:
        """Return the record as canonical JSON."""
        return codec.dumps(
            {
                "schema": 1,
                "assignment": self.assignment,
                "student": self.student,
                "claims": self.claims,
                "files": [list(item) for item in self.files],
                "isolation": self.isolation,
                "problems": [asdict(problem) for problem in self.problems],
                "evidence": {part: dict(found) for part, found in self.evidence.items()},
                "unreadable": self.unreadable,
                "shown": list(self.shown),
                "pictures": list(self.pictures),
                **({"variant": self.variant.plain()} if self.variant is not None else {}),
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
                assignment=found["assignment"],
                student=found["student"],
                claims=found["claims"],
                files=tuple((name, digest) for name, digest in found["files"]),
                isolation=found["isolation"],
                problems=tuple(Problem(**problem) for problem in found["problems"]),
                evidence=found["evidence"],
                unreadable=found["unreadable"],
                shown=tuple(found["shown"]),
                pictures=tuple(found["pictures"]),
                variant=Variant.of(found["variant"]) if "variant" in found else None,
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise codec.NotPlain(f"these bytes are no evidence of a hand-in: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A record, and the bytes that belong to it: of pictures by hash, of files as received."""

    record: Record
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    received: Mapping[str, bytes] = field(default_factory=dict)
    unheld: Mapping[str, Path] = field(default_factory=dict)
    """Files as received that are too large to be held, by hash."""


class Collecting:
    """Collects one hand-in after another: read in a killable worker, run in boxes; no key in either."""

    def __init__(
        self,
        assignment: Assignment,
        backend: Backend | None = None,
        reader: Backend | None = None,
        worlds: Mapping[Training, World] | None = None,
        leases: Leases | None = None,
    ) -> None:
        """Start nothing yet; without a backend no code is run.

        ``reader`` reads hand-ins: a killable process of ours where none is given. ``worlds`` are
        what the boxes of trainings see, ``leases`` those of GPUs.
        """
        self._base = assignment
        self._backend = backend
        self._reader: Backend = reader if reader is not None else Worker()
        self._worlds = worlds or {}
        self._leases = leases
        self._take(assignment)

    def _take(self, assignment: Assignment) -> None:
        """Collect for this assignment from now on: the same one, or with another one's numbers."""
        self._assignment = assignment
        plan = replace(assignment.plan, program=self._backend is not None)
        self._plan = json.dumps(asdict(plan), ensure_ascii=False)
        self._running = (
            Running(
                rubric=assignment.rubric,
                cases=assignment.cases,
                backend=self._backend,
                ask=self._ask,
                worlds=self._worlds,
                leases=self._leases,
                given=assignment.files,
            )
            if self._backend is not None
            else None
        )

    def __call__(self, hand_in: HandIn, /) -> Collection:
        """Return what was collected of a hand-in; whatever its bytes are, this does not raise."""
        if self._base.variant is not None:
            try:
                hand_in = self._dealt(hand_in)
            except NotDealt as error:
                return _unread(self._base, hand_in, f"{NO_NUMBERS}: {error}")
            except VariantProblem:  # ours: it must cost nobody a mark
                return Collection(record=failed(self._base, hand_in, NO_NUMBERS))
        files, lost = read(hand_in)
        data = {"plan": self._plan, "lost": list(lost)}
        job = reading(TASK, data, files, COLLECT)
        run = _as_read(self._reader(job))
        if run.ended in ("killed", "box failed"):  # by somebody else, it may be: once more
            run = _as_read(self._reader(job))
        found = _collection(run, hand_in, files, lost, self._assignment)
        if self._running is None or run.ended != "done":
            return found
        return self._run(found, run.value["program"], files)

    def _dealt(self, hand_in: HandIn) -> HandIn:
        """Take the student's own numbers; those of a hand-in that nobody drew before are drawn."""
        variant = hand_in.variant or self._base.variant_of(hand_in.key or hand_in.student)
        self._take(self._base.of(variant))
        return replace(hand_in, variant=variant)

    def close(self) -> None:
        """End the worker; the backend is its owner's to close."""
        self._reader.close()

    def _run(self, read: Collection, program: Any, files: Mapping[str, bytes]) -> Collection:
        """Add what the hand-in's code gave when it was run; our own fault leaves it as not run."""
        record = read.record
        if self._running is None:
            return read
        try:
            found = self._running(from_data(program), files, record.student)
        except Exception as error:  # noqa: BLE001  # ours: it must cost nobody a mark
            what = f"running its code stopped: {type(error).__name__}: {error}"[:300]
            problem = Problem(path=record.student, what=what)
            return replace(read, record=replace(record, problems=(*record.problems, problem)))
        evidence = {part: {**own, **found.get(part, {})} for part, own in record.evidence.items()}
        isolation = self._running.isolation or record.isolation
        drawn = self._running.pictures
        record = replace(
            record,
            evidence=evidence,
            isolation=isolation,
            pictures=(*record.pictures, *drawn),
        )
        blobs = {picture.sha256: data for picture, data in drawn.items()}
        return replace(read, record=record, pictures={**read.pictures, **blobs})

    def _ask(self, task: str, data: Any) -> Any:
        """Ask the worker for another task on what came out of a box; None where it failed."""
        run = _as_read(self._reader(reading(task, data, limits=COLLECT)))
        return run.value if run.ended == "done" else None


def _unread(assignment: Assignment, hand_in: HandIn, why: str) -> Collection:
    """Keep a hand-in as received of which nothing is read: every mark stays open."""
    files, _ = read(hand_in)
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    record = replace(failed(assignment, hand_in, why), files=tuple(sorted(digests.items())))
    return Collection(record=record, received=files)


def _as_read(run: Run) -> Run:
    """A run of our own parser: an exception of its one step is how all of it ended."""
    outcome = run.outcomes[0] if run.outcomes else None
    if outcome is None or outcome.ended == "done" or run.ended != "done":
        return run
    words = outcome.raised
    why = f"{words.type}: {words.message}"[:300] if words is not None else outcome.why
    return replace(run, ended=outcome.ended, why=why)


def _collection(
    run: Run,
    hand_in: HandIn,
    files: Mapping[str, bytes],
    lost: Mapping[str, str],
    assignment: Assignment,
) -> Collection:
    done = run.ended == "done"
    claims = run.value["claims"] if done else None
    unheld = dict(_unheld(hand_in, lost))
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()} | {
        name: digest for digest, (name, _) in unheld.items()
    }
    problems = [*_lost(hand_in, lost), *_problems(hand_in, run, claims)]
    pictures, blobs = _pictures(run.value["pictures"] if done else ())
    record = Record(
        assignment=assignment.rubric.assignment,
        student=hand_in.student,
        claims=claims,
        files=tuple(sorted(digests.items())),
        isolation=str(run.isolation),
        problems=tuple(problems),
        evidence=codec.from_plain(run.value["evidence"]) if done else nothing(assignment, run.why),
        unreadable=bool(lost) or not done or bool(run.value["unread"]),
        shown=tuple(_shown(item) for item in run.value["transcripts"]) if done else (),
        pictures=pictures,
        variant=hand_in.variant,
    )
    kept = {digest: path for digest, (_, path) in unheld.items()}
    return Collection(record=record, pictures=blobs, received=files, unheld=kept)


def _unheld(hand_in: HandIn, lost: Iterable[str]) -> Iterator[tuple[str, tuple[str, Path]]]:
    """Name and path, by hash, of the files that are too large to be read."""
    for name, path in oversized(hand_in, lost):
        with contextlib.suppress(OSError):  # it cannot be read at all, which is said already
            yield digest_of(path), (name, path)


def _shown(item: Mapping[str, Any]) -> Shown:
    lines, numbers = tuple(map(str, item["lines"])), tuple(map(int, item["numbers"]))
    return Shown(**{**item, "lines": lines, "numbers": numbers})


def _pictures(items: Iterable[Mapping[str, Any]]) -> tuple[tuple[Picture, ...], dict[str, bytes]]:
    """The pictures that a worker encoded anew, and their bytes by hash."""
    made = [checked(item, str(item["file"]), str(item["name"])) for item in items]
    good = [one for one in made if one is not None]
    return tuple(picture for picture, _ in good), {one.sha256: data for one, data in good}


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


def nothing(assignment: Assignment, why: str) -> Evidence:
    """Return evidence of a hand-in whose reading stopped: every mark stays open."""
    broken = Broken(why=f"reading this hand-in stopped: {why}", cause="ours")
    return {
        part.id: {"answer": broken, **dict.fromkeys(part.readers(), broken)}
        for part in assignment.rubric.parts
    }


def failed(assignment: Assignment, hand_in: HandIn, why: str) -> Record:
    """Return the record of a hand-in that could not be collected by a fault of ours."""
    return Record(
        assignment=assignment.rubric.assignment,
        student=hand_in.student,
        claims=None,
        files=(),
        isolation=str(ISOLATION),
        problems=(Problem(path=hand_in.student, what=f"reading this hand-in stopped: {why}"),),
        evidence=nothing(assignment, why),
        unreadable=True,
        variant=hand_in.variant,
    )


def stored(out: Path, assignment: str) -> list[Path]:
    """Return the files of evidence that a run of an assignment left under ``out``.

    Raises:
        NoCourse: when there is none, or it is another assignment's.
        codec.NotPlain: when a file is damaged.
    """
    files = sorted((out / "evidence").glob("*.json"))
    if not files:
        raise NoCourse(f"{out}/evidence holds no evidence; grade with --out {out} first")
    for file in files:
        own = Record.from_bytes(file.read_bytes()).assignment
        if own != assignment:
            raise NoCourse(f"{file} is evidence of '{own}', not of '{assignment}'")
    return files
