"""What was found of hand-ins and what it earned: kept under the key of all that it rests on.

A result is never changed: another one takes its place, and which one holds is a row of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook.book import Book, lock, new_row
from grader.gradebook.tables import cell, change, evidence, result, standing, submission
from grader.model import MistakeSeen
from grader.report import Problem
from grader.report.summary import Cell, Summary

CHUNK = 200
"""Hand-ins that are read or written at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Evidence of a hand-in: its key, the hash of its record, and the files beside it."""

    key: str
    sha256: str
    blobs: tuple[str, ...]
    isolation: str
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What was made of one hand-in, to be recorded."""

    submission_id: int
    evidence: Gathered
    key: str
    summary: Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is known of one hand-in under a key of evidence."""

    evidence: Gathered | None
    result_key: str | None
    """The key of the result that holds, None where there is none."""


def state_of(connection: Connection, submission_id: int, evidence_key: str) -> State | None:
    """Return what is known of one hand-in."""
    return _states(connection, evidence_key, submission.c.id == submission_id).get(submission_id)


def states(connection: Connection, assignment: int, evidence_key: str | None) -> dict[int, State]:
    """Return what is known of every hand-in of an assignment.

    Without a key, the evidence on which the result that holds was made.
    """
    return _states(connection, evidence_key, submission.c.assignment_id == assignment)


def _states(
    connection: Connection, evidence_key: str | None, which: sa.ColumnElement[bool]
) -> dict[int, State]:
    held = (
        sa.select(standing.c.submission_id, result.c.key, result.c.evidence_id)
        .join(result, result.c.id == standing.c.result_id)
        .subquery()
    )
    query = (
        sa.select(submission.c.id, held.c.key, evidence)
        .outerjoin(held, held.c.submission_id == submission.c.id)
        .outerjoin(
            evidence,
            evidence.c.id == held.c.evidence_id
            if evidence_key is None
            else sa.and_(
                evidence.c.submission_id == submission.c.id, evidence.c.key == evidence_key
            ),
        )
        .where(which)
        .order_by(evidence.c.id)
    )
    return {
        row[0]: State(evidence=_gathered(row), result_key=row[1])
        for row in connection.execute(query)
    }


def _gathered(row: sa.Row[Any]) -> Gathered | None:
    own = row._mapping  # noqa: SLF001  # SQLAlchemy's public way to columns by table
    if own[evidence.c.sha256] is None:
        return None
    return Gathered(
        key=own[evidence.c.key],
        sha256=own[evidence.c.sha256],
        blobs=tuple(own[evidence.c.blobs]),
        isolation=own[evidence.c.isolation],
        failed=own[evidence.c.failed],
    )


def record(book: Book, assignment: int, marked: Sequence[Marked], *, stand: bool, run: int) -> None:
    """Record results; with ``stand`` they take the place of those before them.

    What is recorded already is left as it is, so that two who grade at once do no harm.

    Raises:
        GradebookError: when it cannot be written.
    """

    def do(connection: Connection) -> None:
        lock(connection, assignment)
        made = _recorded(connection, book, marked)
        if stand:
            put(connection, run, made)

    if marked:
        book.write(do)


def _recorded(connection: Connection, book: Book, marked: Sequence[Marked]) -> dict[int, int]:
    """Result ids by hand-in."""
    ids = [one.submission_id for one in marked]
    found = {
        (row.submission_id, row.key, row.sha256): row.id
        for row in connection.execute(
            sa.select(
                evidence.c.submission_id, evidence.c.key, evidence.c.sha256, evidence.c.id
            ).where(evidence.c.submission_id.in_(ids))
        )
    }
    known = {
        (row.submission_id, row.key): row.id
        for row in connection.execute(
            sa.select(result.c.submission_id, result.c.key, result.c.id).where(
                result.c.submission_id.in_(ids)
            )
        )
    }
    made, cells = {}, []
    for one in marked:
        at = (one.submission_id, one.key)
        if at not in known:
            from_ = (one.submission_id, one.evidence.key, one.evidence.sha256)
            if from_ not in found:
                found[from_] = _evidence(connection, book, one)
            known[at] = _result(connection, book, one, found[from_])
            cells += _cells(one.summary, known[at])
        made[one.submission_id] = known[at]
    if cells:
        connection.execute(sa.insert(cell), cells)
    return made


def _evidence(connection: Connection, book: Book, one: Marked) -> int:
    own = one.evidence
    return new_row(
        connection,
        evidence,
        submission_id=one.submission_id,
        key=own.key,
        sha256=own.sha256,
        blobs=list(own.blobs),
        made=book.now(),
        isolation=own.isolation,
        failed=own.failed,
    )


def _result(connection: Connection, book: Book, one: Marked, evidence_id: int) -> int:
    own = one.summary
    return new_row(
        connection,
        result,
        submission_id=one.submission_id,
        evidence_id=evidence_id,
        key=one.key,
        made=book.now(),
        earned=own.earned,
        settled=own.settled,
        open=len(own.open),
        unreadable=own.unreadable,
        problems=[[problem.path, problem.what] for problem in own.problems],
        data=own.json,
    )


def _cells(own: Summary, result_id: int) -> list[dict[str, Any]]:
    return [
        {
            "result_id": result_id,
            "position": number,
            "part": one.id,
            "state": one.state,
            "earned": one.earned,
            "proposed": one.proposed,
            "why": one.why,
            "detail": one.detail,
            "mistakes": [[seen.id, seen.says] for seen in one.mistakes],
        }
        for number, one in enumerate(own.cells)
    ]


def put(connection: Connection, run: int, results: Mapping[int, int]) -> None:
    """Let results hold, by hand-in; what they take the place of is noted under the run."""
    now = holding(connection, list(results))
    fresh = [{"submission_id": of, "result_id": to} for of, to in results.items() if of not in now]
    if fresh:
        connection.execute(sa.insert(standing), fresh)
    moved = {of: to for of, to in results.items() if of in now and now[of] != to}
    for of, to in moved.items():
        where = standing.c.submission_id == of
        connection.execute(sa.update(standing).where(where).values(result_id=to))
    noted = _noted(connection, run, list(moved))
    rows = [
        {"run_id": run, "submission_id": of, "before_id": now[of], "after_id": to}
        for of, to in moved.items()
        if of not in noted
    ]
    if rows:
        connection.execute(sa.insert(change), rows)
    for of in noted:
        where = sa.and_(change.c.run_id == run, change.c.submission_id == of)
        connection.execute(sa.update(change).where(where).values(after_id=moved[of]))


def _noted(connection: Connection, run: int, ids: Sequence[int]) -> set[int]:
    query = sa.select(change.c.submission_id).where(
        change.c.run_id == run, change.c.submission_id.in_(ids)
    )
    return set(connection.execute(query).scalars())


def holding(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """Return the results that hold, by hand-in."""
    found: dict[int, int] = {}
    for at in range(0, len(ids), 500):
        query = sa.select(standing.c.submission_id, standing.c.result_id).where(
            standing.c.submission_id.in_(ids[at : at + 500])
        )
        found.update((row.submission_id, row.result_id) for row in connection.execute(query))
    return found


def by_key(connection: Connection, keys: Mapping[int, str]) -> dict[int, int]:
    """Return the results of given keys, by hand-in; those that were never made are left out."""
    found: dict[int, int] = {}
    ids = list(keys)
    for at in range(0, len(ids), 500):
        query = sa.select(result.c.submission_id, result.c.key, result.c.id).where(
            result.c.submission_id.in_(ids[at : at + 500])
        )
        found |= {of: to for of, key, to in connection.execute(query) if keys[of] == key}
    return found


# -- reading


def summaries(connection: Connection, results: Sequence[int]) -> Iterator[Summary]:
    """Yield summaries of results, in the order given, a few at a time in memory."""
    for at in range(0, len(results), CHUNK):
        some = results[at : at + CHUNK]
        cells: dict[int, list[Cell]] = {}
        query = sa.select(cell).where(cell.c.result_id.in_(some))
        for row in connection.execute(query.order_by(cell.c.result_id, cell.c.position)):
            cells.setdefault(row.result_id, []).append(_cell(row))
        rows = (
            sa.select(result, submission.c.label)
            .join(submission, submission.c.id == result.c.submission_id)
            .where(result.c.id.in_(some))
        )
        found = {row.id: row for row in connection.execute(rows)}
        for one in some:
            yield _summary(found[one], cells.get(one, []))


def _cell(row: sa.Row[Any]) -> Cell:
    return Cell(
        id=row.part,
        state=row.state,
        earned=row.earned,
        proposed=row.proposed,
        why=row.why,
        detail=row.detail,
        mistakes=tuple(MistakeSeen(id=id_, says=says) for id_, says in row.mistakes),
    )


def _summary(row: sa.Row[Any], cells: Sequence[Cell]) -> Summary:
    return Summary(
        student=row.label,
        earned=row.earned,
        settled=row.settled,
        cells=tuple(cells),
        problems=tuple(Problem(path=path, what=what) for path, what in row.problems),
        unreadable=row.unreadable,
        json=row.data,
    )


def data_of(connection: Connection, results: Sequence[int]) -> dict[int, Any]:
    """Return the plain data of results, by result."""
    query = sa.select(result.c.id, result.c.data).where(result.c.id.in_(list(results)))
    return {row.id: json.loads(row.data) for row in connection.execute(query)}


def exact(connection: Connection, results: Sequence[int]) -> dict[int, dict[str, Fraction | None]]:
    """Return what each part earned, exactly, by result."""
    found: dict[int, dict[str, Fraction | None]] = {}
    query = sa.select(cell.c.result_id, cell.c.part, cell.c.earned).where(
        cell.c.result_id.in_(list(results))
    )
    for row in connection.execute(query):
        found.setdefault(row.result_id, {})[row.part] = row.earned
    return found
