"""One-time links: a random token, of which the gradebook holds a hash; it lets in once, then no more."""

from __future__ import annotations

import secrets
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.accounts.sessions import Sessions, hashed
from grader.gradebook.audit import log
from grader.gradebook.book import Book
from grader.gradebook.opening import Refused
from grader.gradebook.tables import account, one_time

LASTS = timedelta(hours=48)
_LONGEST = timedelta(days=14)
_TRIES = timedelta(days=1)
"""Links that ended are forgotten after this, used or not."""


def make(book: Book, number: int, lasts: timedelta = LASTS) -> str:
    """Return the token of a new link for an account; an earlier one that nobody used ends.

    Raises:
        Refused: when there is no such account, it is disabled, or the time is too long.
    """
    if not timedelta(0) < lasts <= _LONGEST:
        raise Refused(f"a link lasts up to {_LONGEST.days} days")
    token = secrets.token_urlsafe(32)

    def do(connection: Connection) -> None:
        query = sa.select(account).where(account.c.id == number)
        row = connection.execute(query).one_or_none()
        if row is None or not row.active:
            raise Refused("there is no such account, or it is disabled")
        now = book.now()
        connection.execute(sa.delete(one_time).where(one_time.c.ends <= now - _TRIES))
        connection.execute(sa.delete(one_time).where(one_time.c.account_id == number))
        connection.execute(
            sa.insert(one_time).values(
                digest=hashed(token), account_id=number, made=now, ends=now + lasts
            )
        )
        log(connection, book, "account link", who=row.key, data={"number": number})

    book.write(do)
    return token


def use(sessions: Sessions, token: str) -> str | None:
    """Begin a session for who has a link's token, and return its cookie; of two who ask one gets it."""
    if not token or len(token) > 200:
        return None
    book, digest = sessions.book, hashed(token)

    def do(connection: Connection) -> str | None:
        now = book.now()
        taken = connection.execute(
            sa.update(one_time)
            .where(one_time.c.digest == digest, one_time.c.used.is_(None), one_time.c.ends > now)
            .values(used=now)
        )
        if taken.rowcount != 1:
            return None
        query = (
            sa.select(account)
            .join(one_time, one_time.c.account_id == account.c.id)
            .where(one_time.c.digest == digest, account.c.active)
        )
        row = connection.execute(query).one_or_none()
        if row is None:
            return None
        log(connection, book, "account link used", who=row.key, data={"number": row.id})
        return sessions.begin_in(connection, row.id)

    return book.write(do)
