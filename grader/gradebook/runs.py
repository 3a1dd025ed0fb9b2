"""Batches, applied regrades and undos: when they began, what they rested on, how they ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook.audit import log
from grader.gradebook.book import Book, assignment_id, new_row
from grader.gradebook.decisions import decisions, take_back
from grader.gradebook.opening import Refused
from grader.gradebook.results import data_of, holding
from grader.gradebook.tables import assignment, change, run, standing, submission
from grader.marking.decided import digest

_LONGEST = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One row of the table of runs."""

    id: int
    kind: str
    state: str
    began: datetime
    author: str
    made_with: Mapping[str, Any]
    told: Mapping[str, Any]


def begin(book: Book, name: str, kind: str, made_with: Mapping[str, Any]) -> int:
    """Begin a run, and return its number."""

    def do(connection: Connection) -> int:
        return begin_in(connection, book, name, kind, made_with)

    return book.write(do)


def begin_in(
    connection: Connection, book: Book, name: str, kind: str, made_with: Mapping[str, Any]
) -> int:
    """Begin a run within a write."""
    return new_row(
        connection,
        run,
        assignment_id=assignment_id(connection, name),
        kind=kind,
        state="running",
        began=book.now(),
        author=book.author,
        made_with=dict(made_with),
        told={},
    )


def tell(book: Book, number: int, told: Mapping[str, Any]) -> None:
    """Say something of a run while it goes on; its end says it anew."""
    row = sa.update(run).where(run.c.id == number, run.c.state == "running")
    book.write(lambda connection: connection.execute(row.values(told=dict(told))))


def end(book: Book, name: str, number: int, state: str, told: Mapping[str, Any]) -> None:
    """End a run, and write it into the log."""
    book.write(lambda connection: end_in(connection, book, name, number, state, told))


def end_in(
    connection: Connection, book: Book, name: str, number: int, state: str, told: Mapping[str, Any]
) -> None:
    """End a run within a write."""
    kind = connection.execute(sa.select(run.c.kind).where(run.c.id == number)).scalar_one()
    values = {"state": state, "ended": book.now(), "told": dict(told)}
    connection.execute(sa.update(run).where(run.c.id == number).values(**values))
    log(connection, book, kind, assignment=name, data={"run": number, "state": state, **told})


def others(connection: Connection, name: str, number: int, now: datetime) -> bool:
    """Whether another batch has begun and not ended of late; it may have been killed."""
    query = (
        sa.select(run.c.id)
        .join(assignment, assignment.c.id == run.c.assignment_id)
        .where(assignment.c.name == name, run.c.state == "running", run.c.id != number)
        .where(run.c.began > now - _LONGEST)
    )
    return connection.execute(query.limit(1)).first() is not None


def last_applied(connection: Connection, name: str) -> Run | None:
    """Return the last run of an assignment that changed marks and is not undone."""
    query = (
        sa.select(run)
        .join(assignment, assignment.c.id == run.c.assignment_id)
        .where(assignment.c.name == name, run.c.kind.in_(("regrade", "grade")))
        .where(run.c.state == "applied")
        .where(sa.exists().where(change.c.run_id == run.c.id))
        .order_by(run.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Run(
        id=row.id,
        kind=row.kind,
        state=row.state,
        began=row.began,
        author=row.author,
        made_with=row.made_with,
        told=row.told,
    )


def changes_of(connection: Connection, number: int) -> dict[int, tuple[int, int]]:
    """Return what a run changed: result before and after, by hand-in."""
    query = sa.select(change).where(change.c.run_id == number)
    return {row.submission_id: (row.before_id, row.after_id) for row in connection.execute(query)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What an undo did: the run, hand-ins that have their earlier result again, and those left."""

    run: Run
    back: tuple[int, ...]
    left: Mapping[int, str]
    unsaid: tuple[int, ...] = ()
    """Of those that are back, where people decided what the earlier result does not say."""


def undo(book: Book, name: str) -> Undone:
    """Undo the last run that changed marks of an assignment.

    A hand-in that something newer has marked since, or a person, is left as it is, and named. What
    people decided before the run is nothing newer, though the result before it may not say it: a
    mark may be given while the rubric is another one than that of the result.

    Raises:
        Refused: when there is nothing to undo.
    """

    def do(connection: Connection) -> Undone:
        last = last_applied(connection, name)
        if last is None:
            raise Refused(f"nothing that changed marks of '{name}' is left to undo")
        moved = changes_of(connection, last.id)
        now = holding(connection, list(moved))
        made = _digests(connection, [one for both in moved.values() for one in both])
        then = _held(connection, list(moved))
        take_back(connection, book, last.id)
        held = _held(connection, list(moved))
        back, left, unsaid = [], {}, []
        for of, (before, after) in moved.items():
            if now.get(of) != after:
                left[of] = "it was marked again since"
            elif then[of] != made[after] and held[of] != made[before]:
                left[of] = "a person has marked it since"
            else:
                if held[of] != made[before]:
                    unsaid.append(of)
                where = standing.c.submission_id == of
                connection.execute(sa.update(standing).where(where).values(result_id=before))
                back.append(of)
        own = begin_in(connection, book, name, "undo", {"of": last.id})
        connection.execute(sa.update(run).where(run.c.id == last.id).values(state="undone"))
        end_in(
            connection,
            book,
            name,
            own,
            "applied",
            {"of": last.id, "back": len(back), "left": len(left)},
        )
        return Undone(run=last, back=tuple(back), left=left, unsaid=tuple(unsaid))

    return book.write(do)


def _held(connection: Connection, ids: list[int]) -> dict[int, str]:
    """The hash of the decisions that hold of each hand-in, as its result would say it."""
    found = decisions(connection, ids)
    return {of: digest(found.get(of, ()))[:16] for of in ids}


def _digests(connection: Connection, results: list[int]) -> dict[int, str]:
    """The hash of the decisions in each result."""
    found: dict[int, str] = {}
    for at in range(0, len(results), 200):
        for of, data in data_of(connection, results[at : at + 200]).items():
            found[of] = data["made_from"].get("decisions", "")
    return found


def labels(connection: Connection, ids: list[int]) -> dict[int, str]:
    """Return the labels of hand-ins."""
    found: dict[int, str] = {}
    for at in range(0, len(ids), 500):
        query = sa.select(submission.c.id, submission.c.label).where(
            submission.c.id.in_(ids[at : at + 500])
        )
        found.update((row.id, row.label) for row in connection.execute(query))
    return found
