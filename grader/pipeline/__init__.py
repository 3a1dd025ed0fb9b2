"""One hand-in or many: collect in workers, mark, write evidence, results and reports.

Everything here touches the world; what decides a mark is imported from ``marking``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from grader.marking import mark
from grader.model import Result
from grader.pipeline.assignment import Assignment, NoCourse, find_course, load_assignment
from grader.pipeline.hand_ins import HandIn, hand_ins
from grader.pipeline.records import Record, collect_all, stored
from grader.report import Batch, render

__all__ = [
    "Assignment",
    "HandIn",
    "NoCourse",
    "Record",
    "collect_all",
    "find_course",
    "grade",
    "hand_ins",
    "load_assignment",
    "mark_record",
    "safe_name",
    "stored",
]


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


def grade(
    assignment: Assignment,
    records: Iterable[Record],
    out: Path | None,
    *,
    keep_evidence: bool = True,
) -> Batch:
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
            render.student(
                batch.rubric,
                result,
                record.evidence,
                out / "reports",
                name,
                problems=record.problems,
            )
    if out is not None:
        render.batch(batch, out, safe_name)
        _clear(out, {safe_name(result.student) for result in batch.results})
    return batch


def _clear(out: Path, written: set[str]) -> None:
    """Take away what an earlier run left of others: a folder holds one run."""
    for file in (*(out / "evidence").glob("*.json"), *(out / "reports").glob("*.*")):
        if file.stem not in written and file.suffix in (".json", ".html", ".md"):
            file.unlink()


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
    return (
        f"{kept or 'student'}-{hashlib.sha256(student.encode('utf-8', 'replace')).hexdigest()[:8]}"
    )


_RESERVED = {
    "CON",
    "PRN",
    "AUX",
    "NUL",
    "INDEX",
    *(f"{d}{n}" for d in ("COM", "LPT") for n in range(1, 10)),
}


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(data)
    part.replace(path)
