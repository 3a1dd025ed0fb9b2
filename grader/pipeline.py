"""One hand-in or many: collect in workers, mark, write evidence and results, report.

Everything here touches the world; what decides a mark is imported from ``marking``.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from grader import __version__, codec
from grader.collect import PartPlan, Plan
from grader.marking import mark
from grader.model import Broken, Evidence, Result
from grader.reference import Reference, ReferenceError_
from grader.report import Batch, Problem, render
from grader.rubric import Rubric, RubricError
from grader.sandbox import Job, Limits
from grader.sandbox.process import ISOLATION, Worker

READABLE = (".md", ".markdown", ".txt", ".text", ".json", ".py")
LARGEST = 50_000_000
COLLECT = Limits(seconds=30.0, memory_mb=2048)


class NoCourse(ValueError):
    """No course here, or no such assignment in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A rubric with its reference, keys and paper, loaded and ready to mark."""

    rubric: Rubric
    reference: Reference
    keys: Mapping[str, Any]
    paper: str
    made_with: Mapping[str, str]
    """Version and hashes of everything that marks rest on, beside the hand-ins."""
    call: Callable[[str, Mapping[str, Any]], Any] = field(repr=False)

    @property
    def plan(self) -> Plan:
        """What to collect; nothing of the key is in it."""
        parts = []
        for part in self.rubric.parts:
            readings = {name: (spec.kind, spec.options) for name, spec in part.readers().items()}
            find = part.find
            parts.append(PartPlan(id=part.id, ask=part.ask, phrases=find.phrases, ids=find.ids,
                                  defines=find.defines, answers=find.answers, also=find.also,
                                  readings=readings))
        return Plan(assignment=self.rubric.assignment, parts=tuple(parts), paper=self.paper)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandIn:
    """One student's hand-in as received: paths below one file or folder."""

    student: str
    paths: tuple[tuple[str, Path], ...]
    twin: bool = False


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
        return codec.dumps({
            "schema": 1, "student": self.student, "claims": self.claims,
            "files": [list(item) for item in self.files], "isolation": self.isolation,
            "problems": [asdict(problem) for problem in self.problems],
            "evidence": {part: dict(found) for part, found in self.evidence.items()},
            "unreadable": self.unreadable})

    @staticmethod
    def from_bytes(data: bytes) -> Record:
        """Return the record that ``to_bytes`` wrote.

        Raises:
            codec.NotPlain: when the bytes are something else.
        """
        found = codec.loads(data)
        try:
            return Record(
                student=found["student"], claims=found["claims"],
                files=tuple((name, digest) for name, digest in found["files"]),
                isolation=found["isolation"],
                problems=tuple(Problem(**problem) for problem in found["problems"]),
                evidence=found["evidence"], unreadable=found["unreadable"])
        except (KeyError, TypeError, ValueError) as error:
            raise codec.NotPlain(f"these bytes are no evidence of a hand-in: {error}") from error


def find_course(start: Path, assignment: str | None = None) -> Path:
    """Return the nearest folder at or above ``start`` that has ``rubrics/``.

    Raises:
        NoCourse: when there is none, or it lacks the assignment.
    """
    for folder in (start, *start.parents):
        if (folder / "rubrics").is_dir():
            if assignment is not None and not (folder / "rubrics" / f"{assignment}.yaml").is_file():
                known = sorted(path.stem for path in (folder / "rubrics").glob("*.yaml"))
                raise NoCourse(f"{folder.name}/rubrics has no '{assignment}'; it has: {', '.join(known)}")
            return folder
    raise NoCourse("no folder at or above this one has rubrics/; go into a course, or name it with --course")


def load_assignment(course: Path, name: str, *, paper: Path | None = None, keys: Path | None = None) -> Assignment:
    """Load a rubric with its reference, and check that every function it names exists.

    Raises:
        RubricError: when the rubric, the keys or the paper cannot be used.
        ReferenceError_: when the reference lacks a function or raises.
    """
    from grader.rubric import load

    rubric = load(course / "rubrics" / f"{name}.yaml")
    reference = Reference(course, name)
    for part in rubric.parts:
        for criterion in part.criteria:
            sources = [criterion.expect, *(a.source for _, a in criterion.attempts())]
            sources += [a.guard for _, a in criterion.attempts()] + [a.source for a in part.adjust]
            for source in filter(None, sources):
                reference.function(source)
    text = _paper(course, rubric, paper)
    known = {**rubric.keys, **_keys(keys)}
    return Assignment(rubric=rubric, reference=reference, keys=known, paper=text,
                      made_with=_made_with(rubric, reference, known), call=_Calls(reference))


def _made_with(rubric: Rubric, reference: Reference, keys: Mapping[str, Any]) -> dict[str, str]:
    digest = hashlib.sha256(json.dumps(keys, sort_keys=True, default=str).encode()).hexdigest()
    return {"version": __version__, "rubric": rubric.hash, "reference": reference.hash, "keys": digest[:16]}


_LONGEST_KEY = 2_000


class _Calls:
    """Calls reference functions; the same call on literals is made once for a whole class."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._known: dict[str, Any] = {}

    def __call__(self, name: str, given: Mapping[str, Any]) -> Any:
        key = f"{name}({json.dumps(given, sort_keys=True, default=repr)})"
        if key in self._known:
            value = self._known[key]
        else:
            value = self._called(name, given)
            if len(self._known) > 20_000:
                self._known.clear()
            if len(key) < _LONGEST_KEY:  # a student's whole reading does not come again
                self._known[key] = value
        if isinstance(value, ValueError):
            raise value
        return value

    def _called(self, name: str, given: Mapping[str, Any]) -> Any:
        try:
            return self._reference.function(name)(**given)
        except ValueError as error:
            return error
        except ReferenceError_:
            raise
        except (ArithmeticError, LookupError, TypeError, AttributeError) as error:
            # A student's reading may be of any shape: what a reference cannot take earns nothing.
            return ValueError(f"{name}: {type(error).__name__}: {error}")


def _paper(course: Path, rubric: Rubric, paper: Path | None) -> str:
    path = paper if paper is not None else course / rubric.paper if rubric.paper else None
    if path is None:
        return ""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RubricError(f"{path}:1:1: the paper cannot be read ({error})") from error


def _keys(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        data = YAML(typ="safe").load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise RubricError(f"{path}:1:1: the keys cannot be read ({error})") from error
    keys = data.get("keys", data) if isinstance(data, dict) else None
    if not isinstance(keys, dict) or not all(isinstance(key, str) for key in keys):
        raise RubricError(f'{path}:1:1: keys are written as  "4.1": {{A: 0.1, …}}  with quoted part ids')
    return keys


def hand_ins(paths: Iterable[Path]) -> list[HandIn]:
    """Return the hand-ins at the given files and folders.

    The name without extension is the student's id; a second hand-in of one id is kept as
    ``id~2``, and both are marked as twins.
    """
    named = [(path.name if path.is_dir() else path.stem, path) for path in paths]
    counts = Counter(name for name, _ in named)
    taken: set[str] = set()
    found = []
    for name, path in named:
        student = next(s for s in _numbered(name) if s not in taken and (s == name or s not in counts))
        taken.add(student)
        found.append(HandIn(student=student, paths=tuple(_files(path)), twin=counts[name] > 1))
    return found


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}~{number}" for number in itertools.count(2))


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    if not path.is_dir():
        yield path.name, path
        return
    for file in sorted(path.rglob("*")):
        relative = file.relative_to(path)
        if file.is_file() and not file.is_symlink() and not any(p.startswith(".") for p in relative.parts):
            yield relative.as_posix(), file


def collect_all(assignment: Assignment, found: Iterable[HandIn], jobs: int,
                done: Callable[[Record], None] = lambda record: None) -> Iterator[Record]:
    """Collect hand-ins in ``jobs`` killable workers and yield records in the order given."""
    plan = json.dumps(asdict(assignment.plan), ensure_ascii=False, sort_keys=True)
    local = threading.local()
    workers: list[Worker] = []

    def one(hand_in: HandIn) -> Record:
        if not hasattr(local, "worker"):
            local.worker = Worker()
            workers.append(local.worker)
        record = _collect(local.worker, plan, hand_in, assignment)
        done(record)
        return record

    try:
        with ThreadPoolExecutor(max_workers=jobs) as pool:
            yield from _in_order(pool, one, list(found), ahead=4 * jobs)
    finally:
        for worker in workers:
            worker.close()


def _in_order(pool: ThreadPoolExecutor, work: Callable[[HandIn], Record], items: list[HandIn],
              ahead: int) -> Iterator[Record]:
    """Map in order with a bounded number of results in memory."""
    futures = []
    for position, item in enumerate(items):
        futures.append(pool.submit(work, item))
        if position >= ahead:
            yield futures[position - ahead].result()
            futures[position - ahead] = None  # type: ignore[call-overload]
    for future in futures[max(0, len(items) - ahead):]:
        if future is not None:
            yield future.result()


def _collect(worker: Worker, plan: str, hand_in: HandIn, assignment: Assignment) -> Record:
    files, problems, unreadable = _bytes(hand_in)
    run = worker(Job(task="grader.collect._everything:task", data=plan, files=files, limits=COLLECT))
    digests = tuple((name, hashlib.sha256(data).hexdigest()) for name, data in sorted(files.items()))
    claims = None
    if run.ended == "done":
        evidence = codec.from_plain(run.value["evidence"])
        claims = run.value["claims"]
        problems += [Problem(path=f"{hand_in.student}/{name}", what=what) for name, what in run.value["problems"]]
        unreadable = unreadable or bool(run.value["unread"])
        if claims is not None and claims != hand_in.student:
            problems.append(Problem(path=hand_in.student, what=f"answers.json says that it is from '{claims}'"))
    else:
        why = f"reading this hand-in stopped: {run.why}"
        broken = Broken(why=why, cause="ours")
        evidence = {p.id: {"answer": broken, **dict.fromkeys(p.readers(), broken)} for p in assignment.rubric.parts}
        problems.append(Problem(path=hand_in.student, what=why))
        unreadable = True
    if hand_in.twin:
        problems.append(Problem(path=hand_in.student, what="two hand-ins have this student's id; both are kept"))
    return Record(student=hand_in.student, claims=claims, files=digests, isolation=ISOLATION,
                  problems=tuple(problems), evidence=evidence, unreadable=unreadable)


def _bytes(hand_in: HandIn) -> tuple[dict[str, bytes], list[Problem], bool]:
    files: dict[str, bytes] = {}
    problems = []
    for name, path in hand_in.paths:
        try:
            if path.stat().st_size > LARGEST:
                raise OSError(f"larger than {LARGEST // 1_000_000} MB")
            files[name] = path.read_bytes()
        except OSError as error:
            problems.append(Problem(path=f"{hand_in.student}/{name}",
                                    what=f"cannot be read: {error.strerror or error}"))
    if not hand_in.paths:
        problems.append(Problem(path=hand_in.student, what="holds no file"))
    return files, problems, bool(problems)


def mark_record(assignment: Assignment, record: Record, digest: str | None = None) -> Result:
    """Return the result of one record; pure but for calls of the reference.

    ``digest`` is the hash of the record's bytes, where it is known already.
    """
    digest = digest or hashlib.sha256(record.to_bytes()).hexdigest()
    parts = mark(assignment.rubric, record.evidence, assignment.call, assignment.keys)
    return Result(student=record.student, claims=record.claims, files=record.files,
                  isolation=record.isolation, parts=parts,
                  made_from={**assignment.made_with, "evidence": digest[:16]})


def grade(assignment: Assignment, records: Iterable[Record], out: Path | None, *,
          keep_evidence: bool = True) -> Batch:
    """Mark records and write evidence and reports under ``out`` as they come.

    Results are sorted by student; memory grows with results, not with hand-ins' bytes.
    """
    batch = Batch(rubric=assignment.rubric, made_with=assignment.made_with)
    for record in records:
        data = record.to_bytes()
        result = mark_record(assignment, record, hashlib.sha256(data).hexdigest())
        batch.add(result, record.problems, unreadable=record.unreadable)
        if out is not None:
            name = safe_name(record.student)
            if keep_evidence:
                _write(out / "evidence" / f"{name}.json", data)
            render.student(batch.rubric, result, record.evidence, out / "reports", name,
                           problems=record.problems)
    if out is not None:
        render.batch(batch, out, safe_name)
    return batch


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


def safe_name(student: str) -> str:
    """Return a file name for a student: harmless on every system, different for different ids.

    >>> safe_name("ada")
    'ada'
    >>> safe_name("../x").startswith("..")
    False
    """
    kept = re.sub(r"[^A-Za-z0-9._~-]", "_", student)[:80].lstrip(".-")
    if kept == student and kept and kept.upper() not in _RESERVED:
        return kept
    return f"{kept or 'student'}-{hashlib.sha256(student.encode('utf-8', 'replace')).hexdigest()[:8]}"


_RESERVED = {"CON", "PRN", "AUX", "NUL", "INDEX", *(f"{d}{n}" for d in ("COM", "LPT") for n in range(1, 10))}


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(data)
    os.replace(part, path)
