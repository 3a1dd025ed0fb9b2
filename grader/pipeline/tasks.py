"""One hand-in of a gradebook: collected and marked, or marked again from its evidence.

A ``Task`` is plain and goes to any process; what comes back is what the gradebook records. Files
are in the store before that, so a row never names one that is not there.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.codec import NotPlain
from grader.gradebook.results import Gathered, Marked
from grader.gradebook.store import DERIVED, Lost, Store
from grader.gradebook.submissions import Received
from grader.marking.decided import Decision, decided
from grader.model import Broken
from grader.pipeline.answers import packed
from grader.pipeline.assignment import Assignment
from grader.pipeline.boxes import Boxes
from grader.pipeline.files import safe_name
from grader.pipeline.grading import mark_record
from grader.pipeline.hand_ins import HandIn
from grader.pipeline.keys import result_key
from grader.pipeline.records import Collecting, Collection, Record, failed
from grader.pipeline.swapped import others_of, swapped
from grader.report import Problem, render
from grader.report.handed_in import HandedIn
from grader.report.summary import summary
from grader.variants.others import Others


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be done with one hand-in; with ``known`` evidence it is not read again."""

    submission_id: int
    hand_in: HandIn
    files: tuple[Received, ...]
    key: str
    known: Gathered | None = None
    decisions: tuple[Decision, ...] = ()
    comments: tuple[tuple[str, str], ...] = ()
    """What the course staff wrote: part, "" for the whole hand-in, and text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of a task: ``marked``, or ``why`` it has to be done another time.

    ``carried`` holds files that were made where the gradebook's folders are not.
    """

    task: Task
    marked: Marked | None = None
    why: str = ""
    carried: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Tasks:
    """Does tasks, in each process of a run.

    ``files`` is the gradebook's store, ``reports`` the folder for reports, None to write none;
    with ``carry`` both are elsewhere, and what is made goes back with the answer.
    """

    assignment: Assignment
    files: Path
    reports: Path | None = None
    as_pdf: bool = False
    carry: bool = False
    boxes: Boxes | None = None
    _collecting: Collecting = field(init=False, repr=False)
    _others: Others | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Start nothing yet."""
        self._others = others_of(self.assignment)
        if self.boxes is None:
            self._collecting = Collecting(self.assignment)
        else:
            boxes = self.boxes
            self._collecting = Collecting(
                self.assignment, boxes.running, boxes.reader(), boxes.worlds, boxes.leases
            )

    def __call__(self, task: Task, /) -> Done:
        """Return what came of a task.

        Raises:
            OSError: when the disk is full, or cannot be written.
        """
        if not self.carry:
            return self._done(task, Store(self.files), self.reports)
        with tempfile.TemporaryDirectory(prefix="grader-") as name:
            folder = Path(name)
            reports = folder / "reports" if self.reports is not None else None
            done = self._done(task, Store(folder / "files"), reports)
            made = {
                path.relative_to(folder).as_posix(): path.read_bytes()
                for path in folder.rglob("*")
                if path.is_file()
            }
            return replace(done, carried=made)

    def given_up(self, task: Task) -> Done:
        """Return what is recorded of a hand-in that ended our own process: all is open."""
        record = failed(self.assignment, task.hand_in, "it ended the process that marks")
        return self._marked(task, Collection(record=record), Store(self.files), self.reports, None)

    def close(self) -> None:
        """End the worker that reads hand-ins."""
        self._collecting.close()

    def _done(self, task: Task, store: Store, reports: Path | None) -> Done:
        if task.known is not None:
            try:
                kept = _kept(task.known, store)
            except (Lost, NotPlain) as error:
                what = "its evidence is damaged" if isinstance(error, NotPlain) else str(error)
                return Done(task=task, why=f"{what}; `grader grade … --failed` reads it again")
            return self._marked(task, kept, store, reports, task.known)
        found = self._collecting(task.hand_in)
        if why := _changed(task, found.record):
            return Done(task=task, why=why)
        return self._marked(task, found, store, reports, None)

    def _marked(
        self,
        task: Task,
        found: Collection,
        store: Store,
        reports: Path | None,
        known: Gathered | None,
    ) -> Done:
        record = found.record
        gathered = known or self._keep(task, found, store)
        result = mark_record(self.assignment, record, gathered.sha256)
        problems = record.problems
        if self._others is not None and record.variant is not None:
            own = self.assignment.of(record.variant)
            problems = (*problems, *swapped(own, self._others, record, result.parts))
        result = decided(result, task.decisions)
        if reports is not None:
            why = render.student(
                self.assignment.of(record.variant).rubric,
                result,
                record.evidence,
                reports,
                safe_name(record.student),
                problems=record.problems,
                hand_in=HandedIn(record.shown, record.pictures, found.pictures),
                comments=task.comments,
                as_pdf=self.as_pdf,
            )
            if why:
                problems = (*problems, Problem(path=record.student, what=why))
        marked = Marked(
            submission_id=task.submission_id,
            evidence=gathered,
            key=result_key(self.assignment, gathered.sha256, task.decisions, task.comments),
            summary=summary(result, problems, unreadable=record.unreadable),
        )
        return Done(task=task, marked=marked)

    def _keep(self, task: Task, found: Collection, store: Store) -> Gathered:
        """Put evidence, pictures and the files as received into the store."""
        for received in found.received.values():
            store.put(received)
        for digest, path in found.unheld.items():
            store.put_file(path, digest)
        pictures = [store.put(picture) for picture in found.pictures.values()]
        sha256 = store.put(found.record.to_bytes(), packed=True)
        store.derived(sha256, "answers", lambda _: packed(found.record))
        return Gathered(
            key=task.key,
            sha256=sha256,
            blobs=tuple(sorted(set(pictures))),
            isolation=found.record.isolation,
            failed=_failed(found.record),
        )


def _kept(known: Gathered, store: Store) -> Collection:
    """What an earlier run left of one hand-in."""
    record = Record.from_bytes(store.get(known.sha256))
    return Collection(record=record, pictures=store.these(p.sha256 for p in record.pictures))


def _changed(task: Task, record: Record) -> str:
    """Why a hand-in is not what was taken in, empty where it is."""
    read = dict(record.files)
    for file in task.files:
        if file.sha256 and file.name not in read:
            return f"{file.name} was there and could not be read where it was to be; run it again"
        if file.sha256 and read[file.name] != file.sha256:
            return f"{file.name} changed while it was read; run it again"
    return ""


def _failed(record: Record) -> bool:
    """Whether something of ours went wrong, so that another try may do better."""
    return record.unreadable or any(
        isinstance(found, Broken) and found.cause == "ours"
        for part in record.evidence.values()
        for found in part.values()
    )


def unpack(done: Done, files: Path, reports: Path | None) -> Done:
    """Write what was carried here, and return the rest."""
    store = Store(files)
    for name, data in done.carried.items():
        kind, _, rest = name.partition("/")
        if kind == "reports" and reports is not None and "/" not in rest:
            reports.mkdir(parents=True, exist_ok=True)
            _whole(reports / rest, data)
        elif kind == "files":
            path = files / rest
            if path.suffix == ".z" or path.suffix[1:] in DERIVED:
                _whole(path, data)
            elif hashlib.sha256(data).hexdigest() == path.name:
                store.put(data)
    return replace(done, carried={})


def _whole(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        part.write(data)
    shutil.move(part.name, path)
