"""Accounts: who has one, and what is done to it. All of it is told in the log.

The log knows students by pseudonym; the staff's own names are in it as what they did is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.accounts import passwords
from grader.accounts.sessions import end_all
from grader.accounts.who import Role, role_of
from grader.gradebook.audit import log
from grader.gradebook.book import Book, new_row
from grader.gradebook.opening import Refused
from grader.gradebook.people import people_in
from grader.gradebook.tables import account, account_subject, one_time, written

_LONGEST = 254


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account, without its password's hash."""

    id: int
    name: str
    role: Role
    key: str
    active: bool
    made: datetime
    has_password: bool
    from_lms: bool = False


def plain_name(text: str) -> str:
    """Return a name as accounts have it: one form, no capitals, nothing unseen in it.

    >>> plain_name("  Ada@Example.EDU ")
    'ada@example.edu'

    Raises:
        Refused: when it is none.
    """
    name = unicodedata.normalize("NFKC", written(text)).strip().casefold()
    odd = any(
        unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for sign in name
    )
    if not name or len(name) > _LONGEST or odd:
        raise Refused(f"a name has 1 to {_LONGEST} characters that can be seen; an e-mail is good")
    return name


def add(book: Book, name: str, role: str, *, key: str = "", password: str = "") -> Account:
    """Make an account.

    Args:
        book: the gradebook, in the name of who does it.
        name: what the person signs in with, an e-mail for example.
        role: ``instructor``, ``marker`` or ``student``.
        key: the student's id on the roster; nobody else has one.
        password: theirs; without one they come by a one-time link or from the LMS.

    Raises:
        Refused: when the name is taken, or the student is not on the roster.
    """
    plain, known = plain_name(name), role_of(role)
    hash_ = passwords.hashed(password) if password else ""

    def do(connection: Connection) -> int:
        if _row(connection, plain) is not None:
            raise Refused(f"there is an account '{plain}' already")
        own = _key(connection, known, key)
        number = add_in(connection, book, plain, known, own, hash_)
        log(connection, book, "account", who=own, data={"number": number, "role": known})
        return number

    return of_number(book, book.write(do))


def add_in(
    connection: Connection, book: Book, name: str, role: Role, key: str, hash_: str = ""
) -> int:
    """Make the row of an account within a write."""
    values = {"name": name, "role": role, "key": key, "password": hash_, "made": book.now()}
    return new_row(connection, account, active=True, **values)


def _key(connection: Connection, role: Role, key: str) -> str:
    if role != "student":
        if key:
            raise Refused("only a student has an id on the roster; leave it out")
        return ""
    own = people_in(connection).whose(key) if key else None
    if own is None:
        raise Refused(
            f"no student on the roster has the id '{key}'; `grader roster FILE` takes a roster in, and "
            "`grader roster` lists who is on it"
        )
    return own


def every(book: Book) -> list[Account]:
    """Return all accounts, by role and name."""

    def ask(connection: Connection) -> list[Account]:
        outside = set(connection.execute(sa.select(account_subject.c.account_id)).scalars())
        rows = connection.execute(sa.select(account).order_by(account.c.role, account.c.name))
        return [_account(row, from_lms=row.id in outside) for row in rows]

    return book.read(ask)


def of_number(book: Book, number: int) -> Account:
    """Return an account.

    Raises:
        Refused: when there is none.
    """
    outside = sa.exists().where(account_subject.c.account_id == account.c.id)
    query = sa.select(account, outside.label("outside")).where(account.c.id == number)
    row = book.read(lambda connection: connection.execute(query).one_or_none())
    if row is None:
        raise Refused("there is no such account")
    return _account(row, from_lms=bool(row.outside))


def named(book: Book, name: str) -> Account:
    """Return the account with a name.

    Raises:
        Refused: when there is none.
    """
    plain = plain_name(name)
    row = book.read(lambda connection: _row(connection, plain))
    if row is None:
        raise Refused(f"there is no account '{plain}'; grader account list shows them")
    return _account(row)


def checked(book: Book, name: str, password: str) -> Account | None:
    """Return whose name and password these are, None where they are nobody's.

    A hash of weaker settings is made anew. Names that nobody has take as long as others.
    """
    try:
        plain = plain_name(name)
    except Refused:
        plain = ""
    row = book.read(lambda connection: _row(connection, plain))
    stored = row.password if row is not None and row.active else ""
    if not passwords.fits(stored, password) or row is None:
        return None
    if passwords.is_old(stored):
        fresh = passwords.renewed(password)
        renew = sa.update(account).where(account.c.id == row.id, account.c.password == stored)
        book.write(lambda connection: connection.execute(renew.values(password=fresh)))
    return _account(row)


def set_password(book: Book, number: int, password: str) -> None:
    """Give an account a password; all its sessions and links end.

    Raises:
        Refused: when it is too short or too long, or there is no such account.
    """
    hash_ = passwords.hashed(password)
    _change(book, number, "password", {"password": hash_}, {})


def set_role(book: Book, number: int, role: str, *, key: str = "") -> None:
    """Give an account another role; all its sessions end.

    Raises:
        Refused: when it is the last instructor's, or a student's without an id on the roster.
    """
    known = role_of(role)

    def values(connection: Connection) -> dict[str, Any]:
        return {"role": known, "key": _key(connection, known, key)}

    _change(book, number, "role", values, {"role": known}, keeps=known == "instructor")


def set_active(book: Book, number: int, *, active: bool) -> None:
    """Let an account in again, or no longer; then all its sessions and links end.

    Raises:
        Refused: when it is the last instructor's.
    """
    what = "enabled" if active else "disabled"
    _change(book, number, what, {"active": active}, {}, keeps=active)


def _change(
    book: Book,
    number: int,
    what: str,
    values: Any,
    data: Mapping[str, Any],
    *,
    keeps: bool = True,
) -> None:
    """Change an account; ``keeps`` says that an instructor remains one who can come in."""

    def do(connection: Connection) -> None:
        query = sa.select(account).where(account.c.id == number)
        row = connection.execute(query.with_for_update()).one_or_none()
        if row is None:
            raise Refused("there is no such account")
        if row.role == "instructor" and row.active and not keeps and _instructors(connection) == 1:
            raise Refused("this is the last instructor; make another one first")
        new = values(connection) if callable(values) else values
        connection.execute(sa.update(account).where(account.c.id == number).values(**new))
        end_all(connection, number)
        connection.execute(sa.delete(one_time).where(one_time.c.account_id == number))
        for key in dict.fromkeys((row.key, new.get("key") or row.key)):  # whose it was, whose it is
            log(connection, book, f"account {what}", who=key, data={"number": number, **data})

    book.write(do)


def _instructors(connection: Connection) -> int:
    query = sa.select(account.c.id).where(account.c.role == "instructor", account.c.active)
    return len(connection.execute(query.with_for_update()).all())


def are_any(book: Book) -> bool:
    """Whether somebody could come in as instructor."""
    query = sa.select(account.c.id).where(account.c.role == "instructor", account.c.active)
    return book.read(lambda connection: connection.execute(query.limit(1)).first()) is not None


def _row(connection: Connection, name: str) -> Any:
    return connection.execute(sa.select(account).where(account.c.name == name)).one_or_none()


def _account(row: Any, *, from_lms: bool = False) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        role=role_of(row.role),
        key=row.key,
        active=row.active,
        made=row.made,
        has_password=bool(row.password),
        from_lms=from_lms,
    )
