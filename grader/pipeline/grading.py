"""Grading one hand-in after another: collect, mark, write what is the student's own.

One of these lives in each trusted process of a run, with one untrusted worker beside it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from grader.marking import mark
from grader.model import Result
from grader.pipeline.assignment import Assignment
from grader.pipeline.hand_ins import HandIn
from grader.pipeline.names import safe_name
from grader.pipeline.records import Collecting, Record, failed
from grader.report import render
from grader.report.summary import Summary, summary

Source = HandIn | Path
"""A hand-in to be read, or the file of evidence that an earlier run left of one."""


def mark_record(assignment: Assignment, record: Record, digest: str | None = None) -> Result:
    """Return the result of one record; pure but for calls of the reference.

    ``digest`` is the hash of the record's bytes, where it is known already.
    """
    digest = digest or hashlib.sha256(record.to_bytes()).hexdigest()
    parts = mark(assignment.rubric, record.evidence, assignment.call, assignment.keys)
    return Result(
        student=record.student,
        claims=record.claims,
        files=record.files,
        isolation=record.isolation,
        parts=parts,
        made_from={**assignment.made_with, "evidence": digest[:16]},
    )


@dataclass(slots=True, kw_only=True)
class Grading:
    """Grades hand-ins, or stored evidence of them, into a folder."""

    assignment: Assignment
    out: Path | None
    keep_evidence: bool = True
    _collecting: Collecting = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Start nothing yet."""
        self._collecting = Collecting(self.assignment)

    def __call__(self, source: Source, /) -> Summary:
        """Return the summary of one hand-in; its evidence and reports are written.

        Raises:
            codec.NotPlain: when stored evidence is damaged.
            OSError: when the folder cannot be written.
        """
        if isinstance(source, Path):
            return self._graded(Record.from_bytes(source.read_bytes()))
        return self._graded(self._collecting(source))

    def given_up(self, source: Source) -> Summary:
        """Return the summary of a hand-in that ended our own process: all its marks are open."""
        if isinstance(source, Path):
            source = HandIn(student=source.stem, paths=())
        return self._graded(failed(self.assignment, source, "it ended the process that marks"))

    def close(self) -> None:
        """End the worker that reads hand-ins."""
        self._collecting.close()

    def _graded(self, record: Record) -> Summary:
        data = record.to_bytes()
        result = mark_record(self.assignment, record, hashlib.sha256(data).hexdigest())
        if self.out is not None:
            name = safe_name(record.student)
            if self.keep_evidence:
                _write(self.out / "evidence" / f"{name}.json", data)
            render.student(
                self.assignment.rubric,
                result,
                record.evidence,
                self.out / "reports",
                name,
                problems=record.problems,
            )
        return summary(result, record.problems, unreadable=record.unreadable)


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(data)
    part.replace(path)
