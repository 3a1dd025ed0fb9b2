"""The marks of a class on their way to an LMS: what counts for each student, and nothing open."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from grader.export import Concern, Line, Marks, Part, PartMark
from grader.gradebook.book import Book
from grader.gradebook.decisions import Comment, comments
from grader.gradebook.people import People, people_in
from grader.gradebook.policy import Policy
from grader.gradebook.results import data_of, exact
from grader.gradebook.roster_file import id_header
from grader.gradebook.standings import Standing, standings
from grader.pipeline.assignment import Assignment
from grader.pipeline.doubts import named
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
    possible = assignment.rubric.possible
    name = assignment.rubric.assignment

    def read(connection: Connection) -> _Read:
        every = standings(connection, name, policy, possible)
        rows = sorted((row for row in every if row.on_roster), key=lambda row: row.key)
        ids = [row.result_id for row in rows if row.result_id is not None]
        full = {part.id: part.points for part in parts}
        found = {number: (own, made) for number, own, made in _results(connection, ids, full)}
        return _Read(
            rows=rows,
            strangers=[row.key for row in every if not row.on_roster],
            roster=people_in(connection),
            parts={number: own for number, (own, _) in found.items()},
            made={number: made for number, (_, made) in found.items()},
            comments=comments(connection, [r.submission_id for r in rows if r.submission_id]),
        )

    seen = book.read(read)
    return Marks(
        assignment=name,
        title=assignment.rubric.title,
        possible=policy.of(name).points_out_of or possible,
        parts=tuple(Part(id=part.id, title=part.ask, points=part.points) for part in parts),
        lines=tuple(
            _line(
                row,
                seen,
                policy,
                None if reports is None else _report(reports, row),
                (downloaded or {}).get(row.key, ()),
                (lms_ids or {}).get(row.key, {}),
            )
            for row in seen.rows
        ),
        doubts=tuple(_doubts(seen, assignment)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What the gradebook holds of a class, as one connection saw it."""

    rows: Sequence[Standing]
    strangers: Sequence[str]
    roster: People
    parts: Mapping[int, tuple[PartMark, ...]]
    made: Mapping[int, Mapping[str, str]]
    """What each result was made from."""
    comments: Mapping[int, tuple[Comment, ...]]


def _doubts(seen: _Read, assignment: Assignment) -> Iterator[Concern]:
    """What a person has to know of these marks, wherever they go."""
    name = assignment.rubric.assignment
    now = {what: made for what, made in assignment.made_with.items() if what != "version"}
    pairs = [(row.key, seen.made.get(row.result_id or 0)) for row in seen.rows]
    old = [
        key
        for key, made in pairs
        if made is not None and any(made.get(what) != hash_ for what, hash_ in now.items())
    ]
    if old:
        says = "marked by another rubric, reference or key than those of now"
        shows = f"`grader regrade {name}` shows what that changes"
        yield Concern(code="stale", says=f"{named(old)}: {says}; {shows}", unsafe=True)
    new = [row.key for row in seen.rows if row.attempts and row.result_id is None]
    if new:
        says = f"{named(new)}: handed in and not marked yet; `grader grade {name}` does it"
        yield Concern(code="stale", says=says, unsafe=True)
    if seen.strangers:
        says = f"{named(seen.strangers)}: hand-ins of nobody on the roster; their marks go nowhere"
        yield Concern(code="unknown-id", says=says)


def _results(
    connection: Connection, ids: Sequence[int], full: Mapping[str, Fraction]
) -> Iterator[tuple[int, tuple[PartMark, ...], Mapping[str, str]]]:
    """What each result holds for exports: parts with exact points, and what it was made from."""
    for at in range(0, len(ids), _AT_ONCE):
        some = ids[at : at + _AT_ONCE]
        earned = exact(connection, some)
        for number, data in data_of(connection, some).items():
            own = earned.get(number, {})
            yield (
                number,
                tuple(_part(part, own.get(part["id"]), full) for part in data["parts"]),
                data["made_from"],
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
    seen: _Read,
    policy: Policy,
    report: bytes | None,
    files: Sequence[str],
    lms_ids: Mapping[str, str],
) -> Line:
    parts = seen.parts.get(row.result_id or 0)
    said = seen.comments.get(row.submission_id or 0, ())
    student = seen.roster.students.get(row.key)
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
        feedback=_feedback(parts or (), row, said),
        words=row.words,
        received=row.received,
        late_seconds=row.late.seconds if row.late else 0,
        attempt=row.attempt,
        report=report,
        files=tuple(files),
    )


def _feedback(parts: Sequence[PartMark], row: Standing, said: Sequence[Comment]) -> str:
    """A few plain lines: lateness, what a person wrote, and what is not fully right."""
    told = [row.late.words] if row.late is not None and row.late.seconds > 0 else []
    told += [f"{one.part}: {one.text}" if one.part else one.text for one in said]
    told += [f"{part.id}: {part.feedback}" for part in parts if part.feedback]
    text = "\n".join(told)
    return text if len(text) <= _FEEDBACK else text[: _FEEDBACK - 1] + "…"


def _report(folder: Path, row: Standing) -> bytes | None:
    """A student's page; it says what counts where that is another mark than the page's own."""
    try:
        page = (folder / f"{safe_name(row.label)}.html").read_bytes()
    except OSError:
        return None
    if row.final is None or row.final == row.points:
        return page
    note = f'<p role="note">{html.escape("; ".join(row.words))}</p>'
    return page.replace(b"</h1>", b"</h1>\n" + note.encode(), 1)
