"""People who come from an LMS: found by its platform and its id of them, made where they are new.

An account that was made here keeps its role, whatever an LMS says: it may only be entered by who
the LMS vouches for once somebody here has linked both. Which student somebody is, the roster is
asked anew each time: whom it does not know, or says to be somebody else by now, does not come in.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.accounts.people import add_in, plain_name
from grader.accounts.sessions import Sessions, end_all
from grader.accounts.who import Role
from grader.gradebook.audit import log
from grader.gradebook.book import Book
from grader.gradebook.opening import Refused
from grader.gradebook.people import enrolled, people_in
from grader.gradebook.tables import account, account_subject

_NOBODY = "the course's roster does not say which student you are; ask the course's instructor"
_ANOTHER = (
    "the course's roster says by now that you are another student than the one you came in as; ask the "
    "course's instructor, who may give your account the right id"
)
_TAKEN = (
    "somebody else of the LMS came in as this student before; ask the course's instructor, who has to "
    "look whose account that is"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Whom an LMS vouches for.

    ``issuer``, ``client`` (our id there) and ``subject`` are theirs alone: several platforms may have
    one issuer, as hosted Canvas does. ``alone`` says that no other has it here; then accounts that
    were kept under the issuer alone are this platform's. ``own`` is the heading under which a roster
    may hold the LMS's id of a student.
    """

    issuer: str
    client: str = ""
    alone: bool = True
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

    @property
    def platform(self) -> str:
        """Whose id the subject is, as it is kept."""
        return _platform(self.issuer, self.client)


def arrive(sessions: Sessions, arrival: Arrival) -> str:
    """Begin a session for who came from an LMS, and return its cookie.

    The role follows the LMS where the account was made by it, and the student the roster.

    Raises:
        Refused: when they have no role here, are disabled, or are a student nobody here knows. What
            they had open here has ended then.
    """
    if arrival.role is None:
        raise Refused("the LMS does not say that you teach, assist or learn in this course")
    found = sessions.book.write(lambda connection: _arrived(connection, sessions, arrival))
    if isinstance(found, Refused):  # it was no error in there: that sessions ended is kept
        raise found
    return found


def _arrived(connection: Connection, sessions: Sessions, arrival: Arrival) -> str | Refused:
    role = arrival.role
    assert role is not None  # noqa: S101  # it was asked before
    row = _known(connection, arrival)
    if row is not None and not row.active:
        return Refused("this account is disabled; ask the course's instructor")
    try:
        number = _number(connection, sessions.book, arrival, role, row)
    except Refused as error:
        if row is not None:
            end_all(connection, row.id)
        return error
    return sessions.begin_in(connection, number)


def _known(connection: Connection, arrival: Arrival) -> Any:
    """The account of who comes, None where they are new."""
    row = _at(connection, arrival.platform, arrival.subject)
    if row is not None or not (arrival.client and arrival.alone):
        return row
    row = _at(connection, arrival.issuer, arrival.subject)  # of the time before clients counted
    if row is not None:
        old = (account_subject.c.issuer == arrival.issuer) & (
            account_subject.c.subject == arrival.subject
        )
        connection.execute(sa.update(account_subject).where(old).values(issuer=arrival.platform))
    return row


def _at(connection: Connection, platform: str, subject: str) -> Any:
    query = (
        sa.select(account)
        .join(account_subject, account_subject.c.account_id == account.c.id)
        .where(account_subject.c.issuer == platform, account_subject.c.subject == subject)
    )
    return connection.execute(query).one_or_none()


def _number(connection: Connection, book: Book, arrival: Arrival, role: Role, row: Any) -> int:
    """The account that may be entered, made or changed as the LMS and the roster say.

    Raises:
        Refused: when the roster does not know the student.
    """
    if row is not None and row.name not in _names(arrival):  # it was made here, and linked by hand
        if row.role == "student" and not enrolled(connection, row.key):
            raise Refused(_NOBODY)
        return int(row.id)
    key = _key(connection, book, arrival, row) if role == "student" else ""
    if row is None:
        return _made(connection, book, arrival, role, key)
    if (role, key) != (row.role, row.key):
        values = {"role": role, "key": key}
        connection.execute(sa.update(account).where(account.c.id == row.id).values(**values))
        end_all(connection, row.id)
        log(connection, book, "account role", who=key, data={"number": row.id, "role": role})
    return int(row.id)


def _made(connection: Connection, book: Book, arrival: Arrival, role: Role, key: str) -> int:
    number = add_in(connection, book, _name(connection, arrival), role, key)
    link(connection, number, arrival.issuer, arrival.subject, client=arrival.client)
    told = {"number": number, "role": role, "from": "lms"}
    log(connection, book, "account", who=key, data=told)
    return number


def _name(connection: Connection, arrival: Arrival) -> str:
    """A name that only this person of this LMS has: an e-mail there may be anybody's here."""
    plain, told_apart = _names(arrival)
    taken = sa.select(account.c.id).where(account.c.name == plain)
    if plain != f"{arrival.subject} at {arrival.issuer}" or connection.execute(taken).first():
        return told_apart
    return plain


def _names(arrival: Arrival) -> tuple[str, str]:
    """The name of who comes, and the one where ids differ that would have one name.

    Names have no capitals, one form and an end; what is the id of somebody else may only differ there.
    """
    plain = plain_name(f"{arrival.subject[:120]} at {arrival.issuer[:120]}")
    whole = json.dumps([arrival.issuer, arrival.client, arrival.subject])
    return plain, f"{plain[:240]} {hashlib.sha256(whole.encode()).hexdigest()[:12]}"


def _key(connection: Connection, book: Book, arrival: Arrival, row: Any) -> str:
    """The id on the roster: by the LMS's own id, by the e-mail where the roster has none of it.

    Raises:
        Refused: when the roster does not say, or the e-mail alone says that it is another's.
    """
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
        (key,) = own
        _leave_to(connection, book, arrival, key)
        return key
    if own or len(by_mail) != 1 or known:
        raise Refused(_NOBODY)
    (key,) = by_mail
    if row is not None and row.key not in ("", key):  # people may change their e-mail in an LMS
        raise Refused(_ANOTHER)
    if any(one.active for one in _others(connection, arrival, key)):
        raise Refused(_TAKEN)
    return key


def _others(connection: Connection, arrival: Arrival, key: str) -> list[Any]:
    """Accounts of other people of the same LMS that stand for a student."""
    platforms = {arrival.platform, *([arrival.issuer] if arrival.alone else [])}
    query = (
        sa.select(account, account_subject.c.subject)
        .join(account_subject, account_subject.c.account_id == account.c.id)
        .where(
            account_subject.c.issuer.in_(platforms),
            account_subject.c.subject != arrival.subject,
            account.c.role == "student",
            account.c.key == key,
        )
    )
    return [*connection.execute(query)]


def _leave_to(connection: Connection, book: Book, arrival: Arrival, key: str) -> None:
    """Have nobody else of the LMS stand for the student whom the roster says this person to be."""
    for one in _others(connection, arrival, key):
        if one.name not in _names(replace(arrival, subject=one.subject)):
            continue  # somebody here has linked it by hand
        connection.execute(sa.update(account).where(account.c.id == one.id).values(key=""))
        end_all(connection, one.id)
        log(connection, book, "account role", data={"number": one.id, "role": "student"})


def _of(others: Any, wanted: str) -> str:
    return next((str(text) for name, text in others.items() if name.casefold() == wanted), "")


def link(
    connection: Connection, number: int, issuer: str, subject: str, *, client: str = ""
) -> None:
    """Say that an account is also somebody of an LMS (in a write)."""
    connection.execute(
        sa.insert(account_subject).values(
            account_id=number, issuer=_platform(issuer, client), subject=subject
        )
    )


def _platform(issuer: str, client: str) -> str:
    """A platform as it is kept: our own word for it may change, what both sides call it does not."""
    return json.dumps([issuer, client]) if client else issuer
