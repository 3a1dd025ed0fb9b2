"""When an assignment is due for one student, and what counts, in sentences for that student."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook.book import Book
from grader.gradebook.people import extensions, people_in
from grader.gradebook.policy import Extension, Policy, lateness
from grader.gradebook.tables import assignment
from grader.gradebook.tables import extension as extended

_COUNTS = {
    "last": "Each hand-in is an attempt of its own, and the last one counts.",
    "best": "Each hand-in is an attempt of its own, and the best one counts.",
    "first": "Each hand-in is an attempt of its own, and the first one counts.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Sentences: when it is due, what it means to be late now ("" where it is not), what counts."""

    due: str
    late: str
    counts: str


def terms(book: Book, policy: Policy, name: str, key: str) -> Terms:
    """Return the terms of an assignment for a student, now."""
    zone, now = ZoneInfo(policy.time_zone), book.now()

    def ask(connection: Connection) -> Extension | None:
        any_of = (
            sa.select(extended.c.id)
            .join(assignment, assignment.c.id == extended.c.assignment_id)
            .where(assignment.c.name == name)
            .limit(1)
        )
        if connection.execute(any_of).first() is None:
            return None  # most have none, and a roster is long
        people = people_in(connection)
        return extensions(connection, name).get(people.whose(key) or key)

    extension, deadline, rules = book.read(ask), policy.deadline(name), policy.of(name)
    longer = extension.due if extension is not None else None
    due = max((one for one in (deadline.due, longer) if one is not None), default=None)
    late = lateness(now, deadline, extension, policy.late_days)
    words = ""
    if late.refused:
        words = (
            "It is closed. A hand-in is still kept, but by the course's rules it does not count."
        )
    elif late.seconds:
        words = f"A hand-in is late now: {late.words}."
    most = rules.max_attempts
    counts = _COUNTS[rules.attempts]
    return Terms(
        due=f"Due {told(due, zone)}" if due is not None else "There is no due time.",
        late=words,
        counts=f"{counts} {most} attempts are the most that count." if most else counts,
    )


def told(moment: datetime, zone: ZoneInfo) -> str:
    """Return a moment as people read it, in the time of the course."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"
