"""Grading one hand-in after another: collect, mark, write what is the student's own.

One of these lives in each trusted process of a run, with one untrusted worker beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.marking import mark
from grader.model import Result
from grader.pipeline.assignment import Assignment
from grader.pipeline.boxes import Boxes
from grader.pipeline.files import Stored, copy_once, safe_name, write, write_once
from grader.pipeline.hand_ins import HandIn
from grader.pipeline.records import (
    NO_NUMBERS,
    Collecting,
    Collection,
    Record,
    failed,
    nothing,
)
from grader.report import Problem, render
from grader.report.handed_in import HandedIn
from grader.report.summary import Summary, summary

Source = HandIn | Path
"""A hand-in to be read, or the file of evidence that an earlier run left of one."""


READING = "reading only"
"""The isolation of a result for which no code was run: it claims nothing."""


def mark_record(assignment: Assignment, record: Record, digest: str | None = None) -> Result:
    """Return the result of one record; pure but for calls of the reference.

    ``digest`` is the hash of the record's bytes, where it is known already.
    """
    digest = digest or hashlib.sha256(record.to_bytes()).hexdigest()
    evidence = record.evidence
    if (assignment.variant is None) != (record.variant is None):
        evidence = nothing(assignment, NO_NUMBERS)  # nobody is marked by another's numbers
    assignment = assignment.of(record.variant)
    parts = mark(assignment.rubric, evidence, assignment.call, assignment.keys)
    return Result(
        student=record.student,
        claims=record.claims,
        files=record.files,
        isolation=record.isolation if _was_run(assignment, record) else READING,
        parts=parts,
        made_from={**assignment.made_with, "evidence": digest[:16]},
    )


def _was_run(assignment: Assignment, record: Record) -> bool:
    """Whether something came of running this hand-in's code."""
    parts = assignment.rubric.parts
    return any(name in record.evidence.get(part.id, {}) for part in parts for name in part.runs)


@dataclass(slots=True, kw_only=True)
class Grading:
    """Grades hand-ins, or stored evidence of them, into a folder."""

    assignment: Assignment
    out: Path | None
    keep_evidence: bool = True
    as_pdf: bool = False
    boxes: Boxes | None = None
    """Where hand-ins are read and run; without it a process of ours reads, and nothing is run."""
    _collecting: Collecting = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Start nothing yet."""
        if self.boxes is None:
            self._collecting = Collecting(self.assignment)
        else:
            reader = self.boxes.reader()
            self._collecting = Collecting(
                self.assignment, self.boxes.running, reader, self.boxes.worlds, self.boxes.leases
            )

    def __call__(self, source: Source, /) -> Summary:
        """Return the summary of one hand-in; its evidence and reports are written.

        Raises:
            codec.NotPlain: when stored evidence is damaged.
            OSError: when the folder cannot be written.
        """
        if isinstance(source, Path):
            return self._graded(_stored_collection(source))
        return self._graded(self._collecting(source))

    def given_up(self, source: Source) -> Summary:
        """Return the summary of a hand-in that ended our own process: all its marks are open."""
        if isinstance(source, Path):
            source = HandIn(student=source.stem, paths=())
        record = failed(self.assignment, source, "it ended the process that marks")
        return self._graded(Collection(record=record))

    def close(self) -> None:
        """End the worker that reads hand-ins."""
        self._collecting.close()

    def _graded(self, found: Collection) -> Summary:
        record = found.record
        data = record.to_bytes()
        result = mark_record(self.assignment, record, hashlib.sha256(data).hexdigest())
        problems = record.problems
        if self.out is not None:
            name = safe_name(record.student)
            if self.keep_evidence:
                self._keep(found, name, data)
            why = render.student(
                self.assignment.of(record.variant).rubric,
                result,
                record.evidence,
                self.out / "reports",
                name,
                problems=record.problems,
                hand_in=HandedIn(record.shown, record.pictures, found.pictures),
                as_pdf=self.as_pdf,
            )
            if why:
                problems = (*problems, Problem(path=record.student, what=why))
        return summary(
            result,
            problems,
            unreadable=record.unreadable,
            stored=[*_stored(record)],
        )

    def _keep(self, found: Collection, name: str, data: bytes) -> None:
        """Write the evidence, its pictures, and the files as received, each under its hash."""
        if self.out is None:
            return
        folder = self.out / "evidence"
        for digest, picture in found.pictures.items():
            write_once(folder / "pictures" / digest, picture)
        for received in found.received.values():
            write_once(folder / "received" / hashlib.sha256(received).hexdigest(), received)
        for digest, path in found.unheld.items():
            copy_once(folder / "received" / digest, path)
        write(folder / f"{name}.json", data)


def _stored_collection(source: Path) -> Collection:
    """What an earlier run left of one hand-in."""
    record = Record.from_bytes(source.read_bytes())
    folder = source.parent
    pictures = Stored(folder / "pictures", (picture.sha256 for picture in record.pictures))
    received = Stored(folder / "received", (digest for _, digest in record.files))
    return Collection(record=record, pictures=pictures, received=received)


def _stored(record: Record) -> Iterator[str]:
    """Names below ``evidence`` of what is kept of a record beside the record itself."""
    yield from (f"pictures/{picture.sha256}" for picture in record.pictures)
    yield from (f"received/{digest}" for _, digest in record.files)
