"""Where each student stands: which attempt counts, how late it was, and what it comes to."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook._late import ON_TIME
from grader.gradebook.book import find_assignment
from grader.gradebook.people import People, extensions, people_in
from grader.gradebook.policy import (
    Attempt,
    Counting,
    Final,
    Lateness,
    Policy,
    Total,
    counting,
    lateness,
)
from grader.gradebook.tables import result, standing, submission
from grader.report.results import inert, points


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
    connection: Connection,
    name: str,
    policy: Policy,
    possible: Fraction,
    *,
    only: Collection[str] | None = None,
) -> list[Standing]:
    """Return where everybody stands, by label; roster students without a hand-in come last.

    Args:
        connection: to read from.
        name: the assignment.
        policy: of the course.
        possible: points of the assignment.
        only: students by id, as ``students`` gives them: a page of the class needs no more.
    """
    people = people_in(connection)
    left = _late_days(connection, name, policy, people)
    chosen = _class(connection, name, policy, people, possible, left, only)
    finals: dict[tuple[Fraction | None, Lateness | None], Final] = {}
    made = []
    for key, one in chosen.items():
        earned = None if one.number is None or one.open else one.row.earned
        final = None
        if one.number is not None:  # many have the same points
            final = finals.get((earned, one.late))
            if final is None:
                final = policy.final(name, earned, possible, one.late)
                finals[earned, one.late] = final
        made.append(_standing(key, one, people, earned, final))
    made.sort(key=lambda one: one.label)
    wanted = people.students if only is None else set(only) & set(people.students)
    return made + [_absent(key, people) for key in sorted(wanted) if key not in chosen]


def attempt_words(
    connection: Connection,
    name: str,
    policy: Policy,
    possible: Fraction,
    *,
    only: Collection[str] | None = None,
) -> dict[str, str]:
    """Say of each attempt of students who have several whether it counts, or which; by label.

    The arguments are those of ``standings``. No word tells of a mark.
    """
    people = people_in(connection)
    left = _late_days(connection, name, policy, people)
    chosen = _class(connection, name, policy, people, possible, left, only)
    return {
        label: _which(number, one)
        for one in chosen.values()
        if one.attempts > 1
        for number, label in enumerate(one.labels, start=1)
    }


def _which(number: int, chosen: _Chosen) -> str:
    this = f"This is attempt {number} of {chosen.attempts}"
    if number == chosen.number:
        return f"{this}, and it is the one that counts."
    if chosen.number is not None:
        return f"{this}. Attempt {chosen.number} counts, not this one."
    return f"{this}. Which one counts is open while marks wait for a person."


def students(connection: Connection, name: str) -> list[str]:
    """Return the ids of all who handed in, those of the roster as it writes them, sorted."""
    people = people_in(connection)
    query = (
        sa.select(submission.c.key)
        .where(submission.c.assignment_id == find_assignment(connection, name))
        .distinct()
    )
    return sorted({people.whose(key) or key for key in connection.execute(query).scalars()})


def _rows(connection: Connection, name: str, keys: Collection[str] | None = None) -> list[_Row]:
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
    if keys is not None:
        query = query.where(submission.c.key.in_(list(keys)))
    return [_Row(*row) for row in connection.execute(query)]


def _given_ids(
    connection: Connection, name: str, people: People, only: Collection[str] | None
) -> Collection[str] | None:
    """All ids under which the students of a page have handed in."""
    if only is None or not people.students:
        return only
    wanted = set(only)
    query = (
        sa.select(submission.c.key)
        .where(submission.c.assignment_id == find_assignment(connection, name))
        .distinct()
    )
    given = connection.execute(query).scalars()
    return [key for key in given if (people.whose(key) or key) in wanted]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The attempt of a student that counts, and what it was chosen from."""

    row: _Row
    number: int | None
    open: bool
    late: Lateness | None
    labels: tuple[str, ...]
    words: str

    @property
    def attempts(self) -> int:
        return len(self.labels)


def _class(
    connection: Connection,
    name: str,
    policy: Policy,
    people: People,
    possible: Fraction | None,
    left: Mapping[str, int],
    only: Collection[str] | None = None,
) -> dict[str, _Chosen]:
    """Which attempt counts, for every student with a hand-in."""
    longer = {people.whose(key) or key: e for key, e in extensions(connection, name).items()}
    found: dict[str, list[_Row]] = {}
    for row in _rows(connection, name, _given_ids(connection, name, people, only)):
        found.setdefault(people.whose(row.key) or row.key, []).append(row)
    rules, deadline = policy.of(name), policy.deadline(name)
    timeless = deadline.due is None and deadline.closes is None and not longer
    made = {}
    known: dict[tuple[Fraction | None, Lateness], Counting] = {}
    for key, rows in found.items():
        late = (
            [ON_TIME] * len(rows)
            if timeless
            else [
                lateness(r.received, deadline, longer.get(key), left.get(key, policy.late_days))
                for r in rows
            ]
        )
        alone = (rows[0].earned, late[0])
        chosen = known.get(alone) if len(rows) == 1 else None
        if chosen is None:
            attempts = [
                Attempt(number=number, points=row.earned, most=possible, late=one)
                for number, (row, one) in enumerate(zip(rows, late, strict=True), start=1)
            ]
            chosen = counting(attempts, rules.attempts, rules.max_attempts)
            if len(rows) == 1:  # most have one attempt, and many the same points
                known[alone] = chosen
        at = chosen.number
        made[key] = _Chosen(
            row=rows[at - 1] if at is not None else rows[-1],
            number=at,
            open=chosen.open,
            late=late[at - 1] if at is not None else None,
            labels=tuple(row.label for row in rows),
            words=chosen.words,
        )
    return made


def _late_days(connection: Connection, name: str, policy: Policy, people: People) -> dict[str, int]:
    """Late days of the term that each student has left: what was due before has spent some."""
    if not policy.late_days:
        return {}
    due = {one: policy.deadline(one).due for one in policy.assignments}
    own = due.get(name)
    before = sorted(
        (at, one) for one, at in due.items() if at is not None and own is not None and at < own
    )
    left: dict[str, int] = {}
    for _, one in before:
        for key, chosen in _class(connection, one, policy, people, None, left).items():
            spent = chosen.late.late_days if chosen.late else 0
            left[key] = left.get(key, policy.late_days) - spent
    return left


def _standing(
    key: str, chosen: _Chosen, people: People, earned: Fraction | None, final: Final | None
) -> Standing:
    row, number, own = chosen.row, chosen.number, chosen.late
    student = people.students.get(key)
    return Standing(
        key=key,
        name=student.name if student else "",
        section=student.section if student else "",
        attempt=number,
        attempts=chosen.attempts,
        label=row.label,
        submission_id=row.id,
        result_id=row.result,
        received=row.received,
        points=earned,
        final=final.points if final else None,
        late=own,
        words=tuple(filter(None, (chosen.words, *(final.steps if final else ())))),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseTotal:
    """One student over the whole course."""

    key: str
    name: str
    points: Mapping[str, Fraction | None]
    total: Total


def totals(
    connection: Connection, policy: Policy, possible: Mapping[str, Fraction]
) -> list[CourseTotal]:
    """Return what everybody has in the course, by student: groups, weights, the lowest dropped.

    Args:
        connection: to read from.
        policy: of the course.
        possible: points of each assignment that counts so far.
    """
    found: dict[str, dict[str, Fraction | None]] = {}
    names: dict[str, str] = {}
    for assignment, full in possible.items():
        for one in standings(connection, assignment, policy, full):
            if one.on_roster:
                names[one.key] = one.name
                own = found.setdefault(one.key, {})
                own |= {assignment: one.final} if one.attempts else {}
    return [
        CourseTotal(key=key, name=names[key], points=own, total=policy.total(own, possible))
        for key, own in sorted(found.items())
    ]


def plain(row: Standing, policy: Policy) -> dict[str, Any]:
    """Return a row as plain data."""
    final = None if row.final is None else policy.rounding.rounded(row.final)
    return {
        "student": row.key,
        "name": row.name,
        "section": row.section,
        "attempts": row.attempts,
        "counts": row.attempt or "",
        "received": row.received.isoformat() if row.received else "",
        "late_seconds": row.late.seconds if row.late else "",
        "points": "" if row.points is None else points(row.points),
        "final": "" if final is None else points(final),
        "on_roster": row.on_roster,
        "how": "; ".join(row.words),
    }


_HEAD = ("student", "name", "section", "attempts", "counts", "received", "late_seconds", "points", "final", "on_roster", "how")  # fmt: skip


def standings_csv(rows: Iterable[Standing], policy: Policy) -> str:
    """Return where everybody stands as CSV: points before lateness, and what counts in the end."""
    sheet = io.StringIO()
    lines = csv.writer(sheet, lineterminator="\n")
    lines.writerow(_HEAD)
    for row in rows:
        lines.writerow([inert(str(value)) for value in plain(row, policy).values()])
    return sheet.getvalue()
