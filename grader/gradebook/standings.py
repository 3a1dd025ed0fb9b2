"""Where each student stands: which attempt counts, how late it was, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook.book import find_assignment
from grader.gradebook.people import People, extensions, people_in
from grader.gradebook.policy import Attempt, Lateness, Policy, counting, lateness
from grader.gradebook.tables import result, standing, submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One student of one assignment; without an attempt nothing was handed in."""

    key: str
    name: str
    section: str
    attempt: int | None
    attempts: int
    label: str
    submission_id: int | None
    result_id: int | None
    received: datetime | None
    points: Fraction | None
    final: Fraction | None
    late: Lateness | None
    words: tuple[str, ...]
    on_roster: bool


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    key: str
    attempt: int
    label: str
    received: datetime
    result: int | None
    earned: Fraction | None


def standings(
    connection: Connection, name: str, policy: Policy, possible: Fraction
) -> list[Standing]:
    """Return where everybody stands, by label; roster students without a hand-in come last.

    Args:
        connection: to read from.
        name: the assignment.
        policy: of the course.
        possible: points of the assignment.
    """
    people = people_in(connection)
    longer = extensions(connection, name)
    found: dict[str, list[_Row]] = {}
    for row in _rows(connection, name):
        found.setdefault(people.whose(row.key) or row.key, []).append(row)
    made = [
        _standing(key, rows, people, policy, longer.get(key), name, possible)
        for key, rows in found.items()
    ]
    made.sort(key=lambda one: one.label)
    absent = sorted(key for key in people.students if key not in found)
    return made + [_absent(key, people) for key in absent]


def _rows(connection: Connection, name: str) -> list[_Row]:
    query = (
        sa.select(
            submission.c.id,
            submission.c.key,
            submission.c.attempt,
            submission.c.label,
            submission.c.received,
            standing.c.result_id,
            result.c.earned,
        )
        .outerjoin(standing, standing.c.submission_id == submission.c.id)
        .outerjoin(result, result.c.id == standing.c.result_id)
        .where(submission.c.assignment_id == find_assignment(connection, name))
        .order_by(submission.c.id)
    )
    return [_Row(*row) for row in connection.execute(query)]


def _standing(
    key: str,
    rows: Sequence[_Row],
    people: People,
    policy: Policy,
    extension: object,
    name: str,
    possible: Fraction,
) -> Standing:
    rules, deadline = policy.of(name), policy.deadline(name)
    late = [lateness(row.received, deadline, extension) for row in rows]  # type: ignore[arg-type]
    attempts = [
        Attempt(number=number, points=row.earned, most=possible, late=one)
        for number, (row, one) in enumerate(zip(rows, late, strict=True), start=1)
    ]
    chosen = counting(attempts, rules.attempts, rules.max_attempts)
    number = chosen.number
    row = rows[number - 1] if number is not None else rows[-1]
    own = late[number - 1] if number is not None else None
    points = None if number is None or chosen.open else row.earned
    final = policy.final(name, points, possible, own) if number is not None else None
    student = people.students.get(key)
    return Standing(
        key=key,
        name=student.name if student else "",
        section=student.section if student else "",
        attempt=number,
        attempts=len(rows),
        label=row.label,
        submission_id=row.id,
        result_id=row.result,
        received=row.received,
        points=points,
        final=final.points if final else None,
        late=own,
        words=tuple(
            filter(
                None, (*([chosen.words] if chosen.words else []), *(final.steps if final else ()))
            )
        ),
        on_roster=student is not None or not people.students,
    )


def _absent(key: str, people: People) -> Standing:
    student = people.students[key]
    return Standing(
        key=key,
        name=student.name,
        section=student.section,
        attempt=None,
        attempts=0,
        label=key,
        submission_id=None,
        result_id=None,
        received=None,
        points=None,
        final=None,
        late=None,
        words=("nothing was handed in",),
        on_roster=True,
    )
