"""The roster: who is in the course, and who a hand-in belongs to. Nobody is invented."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook.audit import log
from grader.gradebook.book import Book, assignment_id
from grader.gradebook.policy import Extension
from grader.gradebook.roster_file import Enrolled, Roster, id_header
from grader.gradebook.tables import assignment, extension, student, submission, written


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What a roster changed."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class People:
    """The roster, ready to be asked who a hand-in belongs to."""

    students: Mapping[str, Enrolled] = field(default_factory=dict)
    _others: Mapping[str, str | None] = field(default_factory=dict)

    def whose(self, key: str) -> str | None:
        """Return the id on the roster that a hand-in's id stands for, None where nobody's.

        It is the student's id, or another id of one student alone (login, e-mail, LMS id); a
        mark, or what else a roster says of somebody, is none.
        """
        key = unicodedata.normalize("NFC", written(key))
        return key if key in self.students else self._others.get(key.casefold())

    def unknown(self, key: str) -> bool:
        """Whether there is a roster, and nobody on it has this id."""
        return bool(self.students) and self.whose(key) is None


def enrol(book: Book, roster: Roster, *, replace: bool = False) -> Enrolment:
    """Take a roster in; with ``replace`` those who are not in it are no longer active.

    Raises:
        GradebookError: when it cannot be written.
    """
    rows = {one.id: one for one in map(_storable, roster.rows)}

    def do(connection: Connection) -> Enrolment:
        known = _students(connection, every=True)
        added = [key for key in rows if key not in known]
        changed = [key for key, one in rows.items() if key in known and known[key] != (one, True)]
        gone = (
            [key for key, (_, active) in known.items() if active and key not in rows]
            if replace
            else []
        )
        for key in added:
            connection.execute(sa.insert(student).values(key=key, active=True, **_row(rows[key])))
        for key in changed:
            where = student.c.key == key
            connection.execute(
                sa.update(student).where(where).values(active=True, **_row(rows[key]))
            )
        for key in gone:
            connection.execute(sa.update(student).where(student.c.key == key).values(active=False))
        counts = {"added": len(added), "changed": len(changed), "gone": len(gone)}
        log(connection, book, "roster", data=counts)
        return Enrolment(added=tuple(added), changed=tuple(changed), gone=tuple(gone))

    return book.write(do)


def _storable(one: Enrolled) -> Enrolled:
    """The student as the database gives it back."""
    return replace(
        one,
        id=unicodedata.normalize("NFC", written(one.id)),
        name=written(one.name),
        email=written(one.email),
        section=written(one.section),
    )


def people(book: Book) -> People:
    """Return the roster; it is empty where the instructor gave none."""
    return book.read(people_in)


def enrolled(connection: Connection, key: str) -> bool:
    """Whether a student has this id on the roster, letter for letter; anybody has where there is none.

    An account's id is never looked for among other ids: those may be another student's by now.
    """
    own = sa.select(student.c.id).where(student.c.key == key, student.c.active)
    anybody = sa.select(student.c.id).limit(1)  # who is gone too: then there was a roster
    return (
        connection.execute(own).first() is not None or connection.execute(anybody).first() is None
    )


def outside(book: Book) -> tuple[int, list[str]]:
    """Return how many on the roster have handed in to any assignment, and the ids of all others."""

    def ask(connection: Connection) -> tuple[int, list[str]]:
        known = people_in(connection)
        keys = connection.execute(sa.select(submission.c.key).distinct()).scalars().all()
        inside = {known.whose(key) for key in keys if not known.unknown(key)}
        return len(inside), sorted(key for key in keys if known.unknown(key))

    return book.read(ask)


def people_in(connection: Connection) -> People:
    """Return the roster as one connection sees it."""
    found = {key: one for key, (one, _) in _students(connection).items()}
    others: dict[str, str | None] = {}
    for key, one in found.items():
        ids = {text for header, text in one.others.items() if id_header(header)}
        for other in {one.email, *ids} - {""}:
            folded = unicodedata.normalize("NFC", other).casefold()
            # what two students share says nothing
            others[folded] = key if others.get(folded, key) == key else None
    return People(found, others)


def _students(connection: Connection, *, every: bool = False) -> dict[str, tuple[Enrolled, bool]]:
    query = sa.select(student).order_by(student.c.id)
    rows = connection.execute(query if every else query.where(student.c.active))
    return {
        row.key: (
            Enrolled(
                id=row.key, name=row.name, email=row.email, section=row.section, others=row.others
            ),
            row.active,
        )
        for row in rows
    }


def _row(one: Enrolled) -> dict[str, object]:
    return {
        "name": one.name,
        "email": one.email,
        "section": one.section,
        "others": dict(one.others),
    }


def extend(
    book: Book,
    name: str,
    key: str,
    *,
    due: datetime | None = None,
    closes: datetime | None = None,
    reason: str,
) -> None:
    """Give one student a later due time for an assignment; without one, take it back.

    Raises:
        GradebookError: when it cannot be written.
    """
    key = unicodedata.normalize("NFC", written(key))

    def do(connection: Connection) -> None:
        connection.execute(
            sa.insert(extension).values(
                assignment_id=assignment_id(connection, name),
                key=key,
                due=due,
                closes=closes,
                author=book.author,
                at=book.now(),
                reason=reason,
            )
        )
        log(connection, book, "extension", assignment=name, who=key, data={"due": str(due)})

    book.write(do)


def extensions(connection: Connection, name: str) -> dict[str, Extension]:
    """Return the extensions of an assignment that hold, by student, whatever id they name."""
    query = (
        sa.select(extension.c.key, extension.c.due, extension.c.closes)
        .join(assignment, assignment.c.id == extension.c.assignment_id)
        .where(assignment.c.name == name)
        .order_by(extension.c.id)
    )
    people = people_in(connection)
    last: dict[str, tuple[datetime | None, datetime | None]] = {}
    for row in connection.execute(query):
        last[people.whose(row.key) or row.key] = (row.due, row.closes)
    return {
        key: Extension(due=due, closes=closes)
        for key, (due, closes) in last.items()
        if due or closes
    }
