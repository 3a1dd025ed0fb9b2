"""People who come from an LMS: found by its issuer and its id of them, made where they are new.

An account that was made here keeps its role, whatever an LMS says: it may only be entered by who
the LMS vouches for once somebody here has linked both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.accounts.people import add_in, plain_name
from grader.accounts.sessions import Sessions, end_all
from grader.accounts.who import Role
from grader.gradebook.audit import log
from grader.gradebook.opening import Refused
from grader.gradebook.people import people_in
from grader.gradebook.tables import account, account_subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Whom an LMS vouches for.

    ``issuer`` and ``subject`` are theirs alone; ``own`` is the heading under which a roster may
    hold the LMS's id of a student.
    """

    issuer: str
    subject: str
    name: str = ""
    email: str = ""
    teaches: bool = False
    assists: bool = False
    learns: bool = False
    own: str = ""

    @property
    def role(self) -> Role | None:
        """What they are here; an assistant marks."""
        if self.teaches:
            return "instructor"
        if self.assists:
            return "marker"
        return "student" if self.learns else None


def arrive(sessions: Sessions, arrival: Arrival) -> str:
    """Begin a session for who came from an LMS, and return its cookie.

    The role follows the LMS where the account was made by it.

    Raises:
        Refused: when they have no role here, are disabled, or are a student nobody here knows.
    """
    if arrival.role is None:
        raise Refused("the LMS does not say that you teach, assist or learn in this course")
    return sessions.book.write(lambda connection: _arrived(connection, sessions, arrival))


def _arrived(connection: Connection, sessions: Sessions, arrival: Arrival) -> str:
    book, role = sessions.book, arrival.role
    assert role is not None  # noqa: S101  # it was asked before
    query = (
        sa.select(account)
        .join(account_subject, account_subject.c.account_id == account.c.id)
        .where(
            account_subject.c.issuer == arrival.issuer, account_subject.c.subject == arrival.subject
        )
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        number = _made(connection, sessions, arrival, role)
        return sessions.begin_in(connection, number)
    if not row.active:
        raise Refused("this account is disabled; ask the course's instructor")
    if role != row.role and row.name == _name(arrival):  # it was made by the LMS, which knows best
        key = _key(connection, arrival) if role == "student" else ""
        values = {"role": role, "key": key}
        connection.execute(sa.update(account).where(account.c.id == row.id).values(**values))
        end_all(connection, row.id)
        log(connection, book, "account role", who=key, data={"number": row.id, "role": role})
    return sessions.begin_in(connection, row.id)


def _made(connection: Connection, sessions: Sessions, arrival: Arrival, role: Role) -> int:
    key = _key(connection, arrival) if role == "student" else ""
    number = add_in(connection, sessions.book, _name(arrival), role, key)
    connection.execute(
        sa.insert(account_subject).values(
            account_id=number, issuer=arrival.issuer, subject=arrival.subject
        )
    )
    told = {"number": number, "role": role, "from": "lms"}
    log(connection, sessions.book, "account", who=key, data=told)
    return number


def _name(arrival: Arrival) -> str:
    """A name that only this person of this LMS has: an e-mail there may be anybody's here."""
    return plain_name(f"{arrival.subject[:120]} at {arrival.issuer[:120]}")


def _key(connection: Connection, arrival: Arrival) -> str:
    """The id on the roster: by the LMS's own id, by the e-mail where the roster has none of it."""
    found = people_in(connection)
    wanted = arrival.own.casefold()
    own = {
        key
        for key, one in found.students.items()
        if wanted and _of(one.others, wanted) == arrival.subject
    }
    mail = arrival.email.strip().casefold()
    by_mail = {key for key, one in found.students.items() if mail and one.email.casefold() == mail}
    known = {key for key in by_mail if wanted and _of(found.students[key].others, wanted)}
    if len(own) == 1 and by_mail <= own:
        return own.pop()
    if not own and len(by_mail) == 1 and not known:  # people may change their e-mail in an LMS
        return by_mail.pop()
    raise Refused(
        "the course's roster does not say which student you are; ask the course's instructor"
    )


def _of(others: Any, wanted: str) -> str:
    return next((str(text) for name, text in others.items() if name.casefold() == wanted), "")


def link(connection: Connection, number: int, issuer: str, subject: str) -> None:
    """Say that an account is also somebody of an LMS (in a write)."""
    connection.execute(
        sa.insert(account_subject).values(account_id=number, issuer=issuer, subject=subject)
    )
