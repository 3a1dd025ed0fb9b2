"""The marks of a class on their way to an LMS: what counts for each student, and nothing open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from grader.export import Line, Marks, Part, PartMark
from grader.gradebook.book import Book
from grader.gradebook.people import People, people_in
from grader.gradebook.policy import Policy
from grader.gradebook.results import data_of, exact
from grader.gradebook.roster_file import id_header
from grader.gradebook.standings import Standing, standings
from grader.pipeline.assignment import Assignment
from grader.pipeline.files import safe_name

_AT_ONCE = 500
_REASONS = 3
_FEEDBACK = 4000


def marks_out(
    book: Book,
    assignment: Assignment,
    policy: Policy,
    *,
    reports: Path | None = None,
    downloaded: Mapping[str, Sequence[str]] | None = None,
    lms_ids: Mapping[str, Mapping[str, str]] | None = None,
) -> Marks:
    """Return the marks that count, one line a student of the roster, in the order of their ids.

    Who is not on the roster is in no table, as on the class page.

    Args:
        book: the gradebook.
        assignment: whose marks.
        policy: of the course: lateness, attempts, caps, rounding.
        reports: the folder of the students' pages, where they are wanted.
        downloaded: names of files as the LMS's download had them, by student.
        lms_ids: ids that the LMS's download named, by student.
    """
    parts = assignment.rubric.parts
    possible = sum((part.points for part in parts), Fraction(0))
    name = assignment.rubric.assignment

    def read(
        connection: Connection,
    ) -> tuple[list[Standing], People, dict[int, tuple[PartMark, ...]]]:
        rows = [r for r in standings(connection, name, policy, possible) if r.on_roster]
        ids = [row.result_id for row in rows if row.result_id is not None]
        full = {part.id: part.points for part in parts}
        return rows, people_in(connection), dict(_results(connection, ids, full))

    rows, roster, found = book.read(read)
    return Marks(
        assignment=name,
        title=assignment.rubric.title,
        possible=policy.of(name).points_out_of or possible,
        parts=tuple(Part(id=part.id, title=part.ask, points=part.points) for part in parts),
        lines=tuple(
            _line(
                row,
                roster,
                policy,
                found.get(row.result_id or 0),
                None if reports is None else _report(reports, row),
                (downloaded or {}).get(row.key, ()),
                (lms_ids or {}).get(row.key, {}),
            )
            for row in sorted(rows, key=lambda row: row.key)
        ),
    )


def _results(
    connection: Connection, ids: Sequence[int], full: Mapping[str, Fraction]
) -> Iterator[tuple[int, tuple[PartMark, ...]]]:
    """What each result holds for exports: parts with exact points and what may be told."""
    for at in range(0, len(ids), _AT_ONCE):
        some = ids[at : at + _AT_ONCE]
        earned = exact(connection, some)
        for number, data in data_of(connection, some).items():
            own = earned.get(number, {})
            yield (
                number,
                tuple(_part(part, own.get(part["id"]), full) for part in data["parts"]),
            )


def _part(
    data: Mapping[str, Any], earned: Fraction | None, full: Mapping[str, Fraction]
) -> PartMark:
    """A part; words are told where points are missing, not where a person still decides."""
    points = None if data["review"] else earned
    told = [*(seen["says"] for seen in data["mistakes"]), *data["reasons"]][:_REASONS]
    lacks = points is not None and points < full.get(data["id"], points)
    return PartMark(
        id=data["id"],
        points=points,
        feedback="; ".join(dict.fromkeys(told)) if lacks else "",
    )


def _line(
    row: Standing,
    roster: People,
    policy: Policy,
    parts: tuple[PartMark, ...] | None,
    report: bytes | None,
    files: Sequence[str],
    lms_ids: Mapping[str, str],
) -> Line:
    student = roster.students.get(row.key)
    others = student.others if student else {}
    waiting = tuple(part.id for part in parts or () if part.points is None)
    final = None if row.final is None or waiting else policy.rounding.rounded(row.final)
    counts = row.attempt is not None and parts is not None
    return Line(
        key=row.key,
        name=row.name,
        email=student.email if student else "",
        section=row.section,
        ids={
            **{head: text for head, text in others.items() if id_header(head)},
            **lms_ids,
        },
        points=final if counts else None,
        handed_in=row.attempts > 0,
        open=waiting,
        parts=parts or (),
        feedback=_feedback(parts or (), row),
        words=row.words,
        received=row.received,
        late_seconds=row.late.seconds if row.late else 0,
        attempt=row.attempt,
        report=report,
        files=tuple(files),
    )


def _feedback(parts: Sequence[PartMark], row: Standing) -> str:
    """A few plain lines: what is not fully right, and how the mark came about."""
    told = [f"{part.id}: {part.feedback}" for part in parts if part.feedback]
    late = [row.late.words] if row.late is not None and row.late.seconds > 0 else []
    text = "\n".join([*late, *told])
    return text if len(text) <= _FEEDBACK else text[: _FEEDBACK - 1] + "…"


def _report(folder: Path, row: Standing) -> bytes | None:
    try:
        return (folder / f"{safe_name(row.label)}.html").read_bytes()
    except OSError:
        return None
