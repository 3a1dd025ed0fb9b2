"""One answer as the review shows it: its pieces with what was read, its marks, the whole hand-in.

Everything is what the gradebook keeps: the marks of the result that holds, and the evidence that
they were made from. Nothing is read, run or marked again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.codec import NotPlain
from grader.gradebook.book import Book
from grader.gradebook.store import Lost
from grader.gradebook.submissions import Received, files_of
from grader.gradebook.tables import assignment, evidence, result, standing, submission
from grader.model import Answer, Finding, Found, Mark, MistakeSeen, PartResult, Piece, Result
from grader.pipeline.records import Record
from grader.report.compose import report
from grader.report.feedback import Feedback, Link, Run, Sheet
from grader.report.feedback import Piece as Shown
from grader.report.handed_in import HandedIn
from grader.rubric import Rubric
from grader.web.review_frames import pages

_ALL = 2_000_000
"""So many characters of one answer are shown where all is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """An answer laid out: its marks as data, and the files around it."""

    feedback: Feedback
    sheets: tuple[Sheet, ...]
    unshown: int
    left: int
    """Characters of the answer that are not shown."""
    written: tuple[tuple[int, str], ...]
    """Files that can be shown as a page: their number and name."""
    ask: str = ""
    """What was asked with the student's own numbers, where numbers vary and these are known."""


@dataclass(frozen=True, slots=True)
class _Row:
    data: str
    sha256: str


def laid_out(
    book: Book, rubric: Rubric, submission_id: int, part: str, *, every: bool = False
) -> Laid | None:
    """Return an answer as it is shown; None where nothing of it is graded.

    Args:
        book: the gradebook.
        rubric: of the assignment, with the words of the parts.
        submission_id: whose answer.
        part: which one.
        every: whether an answer is shown up to its end, however long it is.
    """
    row = book.read(lambda connection: _row(connection, submission_id))
    if row is None:
        return None
    data = json.loads(row.data)
    marked = next((one for one in data["parts"] if one["id"] == part), None)
    if marked is None or all(one.id != part for one in rubric.parts):
        return None
    record = _record(book, row.sha256)
    findings = dict(record.evidence.get(part, {})) if record else {}
    hand_in = _hand_in(book, record)
    made = _one_part(data, part_result(marked))
    theirs = own_rubric(rubric, record) if rubric.variants is not None else None
    whole = report(theirs or rubric, made, {part: findings}, (), hand_in)
    feedback = whole.parts[0]
    if every and feedback.left:
        feedback = replace(feedback, pieces=_to_the_end(findings), left=0)
    return Laid(
        feedback=feedback,
        sheets=whole.sheets,
        unshown=whole.unshown,
        left=feedback.left,
        written=pages(record, _files(book, submission_id)) if record else (),
        ask=next(one.ask for one in theirs.parts if one.id == part) if theirs else "",
    )


def own_rubric(rubric: Rubric, record: Record | None) -> Rubric | None:
    """Return a rubric with the numbers of a student's own paper.

    None where they vary, and the hand-in does not tell them, or they fit the rubric no longer.
    """
    if rubric.variants is None:
        return rubric
    if record is None or record.variant is None:
        return None
    try:
        return rubric.with_numbers(record.variant.numbers)
    except ValueError:  # the rubric has become another one since
        return None


def belongs(connection: Connection, name: str, submission_id: int) -> bool:
    """Return whether a hand-in is one of an assignment."""
    query = (
        sa.select(submission.c.id)
        .join(assignment, assignment.c.id == submission.c.assignment_id)
        .where(submission.c.id == submission_id, assignment.c.name == name)
    )
    return connection.execute(query).first() is not None


def part_result(data: Mapping[str, Any]) -> PartResult:
    """Return one part of a result from the plain data that is kept of it."""
    why = data["why"]
    return PartResult(
        id=data["id"],
        possible=_points(data["possible"]) or Fraction(0),
        earned=_points(data["earned"]),
        proposed=_points(data["proposed"]),
        verdict=data["verdict"],
        why=why,
        detail=data["reasons"][0] if why and data["reasons"] else "",
        read=data["read"],
        where=(),
        reasons=tuple(data["reasons"]),
        mistakes=tuple(MistakeSeen(id=one["id"], says=one["says"]) for one in data["mistakes"]),
        marks=tuple(
            Mark(
                id=one["id"],
                possible=_points(one["possible"]) or Fraction(0),
                earned=_points(one["earned"]),
                proposed=_points(one["proposed"]),
                reason=one["reason"],
                why=why if one["earned"] is None else None,
            )
            for one in data["criteria"]
        ),
    )


def files_and_record(book: Book, submission_id: int) -> tuple[Sequence[Received], Record | None]:
    """Return the files of a hand-in as received, and what was collected of them."""
    row = book.read(lambda connection: _row(connection, submission_id))
    return _files(book, submission_id), _record(book, row.sha256) if row else None


def _points(value: float | None) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def _row(connection: Connection, submission_id: int) -> _Row | None:
    query = (
        sa.select(result.c.data, evidence.c.sha256)
        .join(standing, standing.c.result_id == result.c.id)
        .join(evidence, evidence.c.id == result.c.evidence_id)
        .where(standing.c.submission_id == submission_id)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _Row(row.data, row.sha256)


def _record(book: Book, sha256: str) -> Record | None:
    """What was collected; None where it is lost or damaged, which costs only the answer's text."""
    try:
        return Record.from_bytes(book.store.get(sha256))
    except (Lost, NotPlain):
        return None


def _hand_in(book: Book, record: Record | None) -> HandedIn:
    if record is None:
        return HandedIn()
    blobs = book.store.these(picture.sha256 for picture in record.pictures)
    return HandedIn(record.shown, record.pictures, blobs)


def _one_part(data: Mapping[str, Any], part: PartResult) -> Result:
    return Result(
        student=data["student"],
        claims=None,
        files=(),
        isolation=data["isolation"],
        made_from={},
        parts=(part,),
    )


def _files(book: Book, submission_id: int) -> Sequence[Received]:
    return files_of(book, [submission_id]).get(submission_id, [])


def _to_the_end(findings: Mapping[str, Finding]) -> tuple[Shown, ...]:
    """The whole pieces, as plain text."""
    found = findings.get("answer")
    answer = found.value if isinstance(found, Found) and isinstance(found.value, Answer) else None
    pieces: tuple[Piece, ...] = answer.pieces if answer else ()
    room, out = _ALL, []
    for piece in pieces:
        text = piece.text[:room]
        room -= len(text)
        if text.strip():
            out.append(Shown(kind=piece.kind, runs=(Run(text),), place=Link(str(piece.place))))
    return tuple(out)
