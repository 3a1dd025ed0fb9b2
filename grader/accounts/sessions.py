"""Sessions: a random cookie, of which the gradebook holds a hash; they end by themselves."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.accounts.who import Who, role_of
from grader.gradebook.book import Book
from grader.gradebook.tables import account, signed_in

IDLE = timedelta(hours=8)
"""A session ends when nobody has used it for so long."""
LONGEST = timedelta(hours=24)
"""A session ends after so long in any case."""
_NOTED = timedelta(minutes=1)
"""A use is written down when the last one that was is older than this."""
_MOST = 20
"""So many sessions one account has at once; beyond it the oldest ends."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of a gradebook."""

    book: Book
    idle: timedelta = IDLE
    longest: timedelta = LONGEST

    def begin(self, number: int) -> str:
        """Begin a session of an account, and return its cookie."""
        return self.book.write(lambda connection: self.begin_in(connection, number))

    def begin_in(self, connection: Connection, number: int) -> str:
        """Begin a session within a write."""
        cookie, now = secrets.token_urlsafe(32), self.book.now()
        connection.execute(sa.delete(signed_in).where(signed_in.c.ends <= now))
        own = sa.select(signed_in.c.digest).where(signed_in.c.account_id == number)
        held = connection.execute(own.order_by(signed_in.c.began.desc())).scalars().all()
        for digest in held[_MOST - 1 :]:
            connection.execute(sa.delete(signed_in).where(signed_in.c.digest == digest))
        connection.execute(
            sa.insert(signed_in).values(
                digest=hashed(cookie),
                account_id=number,
                csrf=secrets.token_urlsafe(32),
                began=now,
                seen=now,
                ends=now + self.longest,
            )
        )
        return cookie

    def who(self, cookie: str) -> Who | None:
        """Return whose session a cookie is of, None where it has ended or never was."""
        if not cookie or len(cookie) > 200:
            return None
        digest, now = hashed(cookie), self.book.now()
        query = (
            sa.select(signed_in, account.c.name, account.c.role, account.c.key, account.c.active)
            .join(account, account.c.id == signed_in.c.account_id)
            .where(signed_in.c.digest == digest)
        )
        row = self.book.read(lambda connection: connection.execute(query).one_or_none())
        if row is None or not row.active or row.ends <= now or row.seen + self.idle <= now:
            return None
        if row.seen + _NOTED <= now:
            seen = sa.update(signed_in).where(signed_in.c.digest == digest).values(seen=now)
            self.book.write(lambda connection: connection.execute(seen))
        return Who(
            id=row.account_id, name=row.name, role=role_of(row.role), key=row.key, csrf=row.csrf
        )

    def leave(self, cookie: str) -> None:
        """End the session of a cookie."""
        gone = sa.delete(signed_in).where(signed_in.c.digest == hashed(cookie))
        self.book.write(lambda connection: connection.execute(gone))


def end_all(connection: Connection, number: int) -> None:
    """End all sessions of an account (in a write)."""
    connection.execute(sa.delete(signed_in).where(signed_in.c.account_id == number))


def hashed(token: str) -> str:
    """Return what is stored of a random token; it is long, so that a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
