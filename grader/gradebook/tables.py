"""The tables of a gradebook, as they are now; ``migrations`` lead here from every earlier form.

Points are exact fractions in text, times are UTC in text that sorts, documents are packed JSON.
Nothing that a decision or the log says is ever changed or deleted: what is no longer so is said by
a later row.
"""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


@lru_cache(maxsize=4096)
def _fraction(text: str) -> Fraction:
    """The same few points stand in a class over and over, and reading one is slow."""
    return Fraction(text)


class Points(TypeDecorator[Fraction]):
    """Exact points: ``5/3``."""

    impl = String(80)
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, dialect: Dialect) -> str | None:
        """Write a fraction."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Fraction | None:
        """Read a fraction."""
        return None if value is None else _fraction(value)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC, to the microsecond."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Write a moment; one without a zone is a bug."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        utc = value.astimezone(UTC).replace(tzinfo=None)
        return f"{utc.isoformat(timespec='microseconds')}Z"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Read a moment."""
        return None if value is None else datetime.fromisoformat(value)


class Plain(TypeDecorator[Any]):
    """A small document as JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        """Write canonical JSON; every sign outside ASCII is escaped, lone surrogates too."""
        return json.dumps(value, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read JSON; most documents are an empty list."""
        return [] if value == "[]" else None if value is None else json.loads(value)


def written(text: str) -> str:
    r"""Return a text as a database can hold it; texts that differ by escapes alone become one.

    >>> written("a\0b\udc80")
    'a\\x00b\\udc80'
    """
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


class Words(TypeDecorator[str]):
    """Text of anybody's: what no database can hold (a NUL, half a pair of surrogates) is escaped."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Write a text."""
        return None if value is None else written(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Read a text."""
        return value


class Packed(TypeDecorator[str]):
    """A long text, compressed."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Pack a text."""
        return None if value is None else zlib.compress(value.encode("utf-8", "surrogatepass"), 3)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Unpack a text."""
        return None if value is None else zlib.decompress(value).decode("utf-8", "surrogatepass")


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


def _to(table: str, *, name: str = "", null: bool = False) -> Column[int]:
    """A column that points to a row of another table."""
    return Column(name or f"{table}_id", Integer, ForeignKey(f"{table}.id"), nullable=null)


student = Table(
    "student",
    metadata,
    _id(),
    Column("key", Words, nullable=False, unique=True),
    Column("name", Words, nullable=False, default=""),
    Column("email", Words, nullable=False, default=""),
    Column("section", Words, nullable=False, default=""),
    Column("others", Plain, nullable=False, default=dict),
    Column("active", Boolean, nullable=False, default=True),
)
"""The roster: nobody is in it who is not in a list that the instructor gave."""

pseudonym = Table(
    "pseudonym",
    metadata,
    Column("key", Words, primary_key=True),
    Column("name", String(20), nullable=False, unique=True),
)
"""What the log calls somebody: random, and forgotten when the student is purged."""

assignment = Table(
    "assignment", metadata, _id(), Column("name", Words, nullable=False, unique=True)
)

submission = Table(
    "submission",
    metadata,
    _id(),
    _to("assignment"),
    Column("key", Words, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("label", Words, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("received", Instant, nullable=False),
    Column("origin", Words, nullable=False, default=""),
    Column("twin", Boolean, nullable=False, default=False),
    UniqueConstraint("assignment_id", "key", "attempt"),
    UniqueConstraint("assignment_id", "label"),
    Index("ix_submission_digest", "digest"),
)
"""One hand-in as received; ``key`` is the id that it came with, on the roster or not."""

submission_file = Table(
    "submission_file",
    metadata,
    Column("submission_id", Integer, ForeignKey("submission.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", Words, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("bytes", BigInteger, nullable=False),
    Column("lost", Words, nullable=False, default=""),
)

evidence = Table(
    "evidence",
    metadata,
    _id(),
    _to("submission"),
    Column("key", String(64), nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("blobs", Plain, nullable=False),
    Column("made", Instant, nullable=False),
    Column("isolation", Words, nullable=False),
    Column("failed", Boolean, nullable=False, default=False),
    UniqueConstraint("submission_id", "key", "sha256"),
)
"""What was collected of a hand-in under one plan, runtime and engine; the record is a stored file.

A collection that failed is done again under the same key, and an earlier result keeps its own: of
several under one key the last holds.
"""

result = Table(
    "result",
    metadata,
    _id(),
    _to("submission"),
    _to("evidence"),
    Column("key", String(64), nullable=False),
    Column("made", Instant, nullable=False),
    Column("earned", Points),
    Column("settled", Points, nullable=False),
    Column("open", Integer, nullable=False),
    Column("unreadable", Boolean, nullable=False),
    Column("problems", Plain, nullable=False),
    Column("data", Packed, nullable=False),
    UniqueConstraint("submission_id", "key"),
    Index("ix_result_evidence_id", "evidence_id"),
)

cell = Table(
    "cell",
    metadata,
    Column("result_id", Integer, ForeignKey("result.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("part", Words, nullable=False),
    Column("state", String(12), nullable=False),
    Column("earned", Points),
    Column("proposed", Points),
    Column("why", String(20)),
    Column("detail", Words, nullable=False),
    Column("mistakes", Plain, nullable=False),
)
"""One part of one result, for tables and queries."""

standing = Table(
    "standing",
    metadata,
    Column("submission_id", Integer, ForeignKey("submission.id"), primary_key=True),
    _to("result"),
    Index("ix_standing_result_id", "result_id"),
)
"""Which result of a hand-in holds."""

run = Table(
    "run",
    metadata,
    _id(),
    _to("assignment"),
    Column("kind", String(12), nullable=False),
    Column("state", String(12), nullable=False),
    Column("began", Instant, nullable=False),
    Column("ended", Instant),
    Column("author", Words, nullable=False),
    Column("made_with", Plain, nullable=False),
    Column("told", Plain, nullable=False, default=dict),
)
"""A batch, an applied regrade, an undo."""

change = Table(
    "change",
    metadata,
    Column("run_id", Integer, ForeignKey("run.id"), primary_key=True),
    Column("submission_id", Integer, ForeignKey("submission.id"), primary_key=True),
    Column("before_id", Integer, ForeignKey("result.id"), nullable=False),
    Column("after_id", Integer, ForeignKey("result.id"), nullable=False),
    Index("ix_change_submission_id", "submission_id"),
)
"""Which result took the place of which, and by which run."""

decision = Table(
    "decision",
    metadata,
    _id(),
    _to("submission"),
    Column("part", Words, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("points", Points),
    Column("proposed", Points),
    Column("author", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("reason", Words, nullable=False),
    _to("run", null=True),
    Index("ix_decision_submission_id", "submission_id"),
)
"""Marks by hand (``hand``), and marks that a regrade was not to lower (``kept``); without points it
withdraws the one before it."""

comment = Table(
    "comment",
    metadata,
    _id(),
    _to("submission"),
    Column("part", Words, nullable=False, default=""),
    Column("author", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("text", Words, nullable=False),
    _to("comment", name="instead_of", null=True),
    Index("ix_comment_submission_id", "submission_id"),
)

answer_key = Table(
    "answer_key",
    metadata,
    _id(),
    _to("assignment"),
    Column("digest", String(64), nullable=False),
    Column("data", Plain, nullable=False),
    Column("author", Words, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("assignment_id", "digest"),
)
"""Keys that no reference computes, as an instructor gave them, every version."""

extension = Table(
    "extension",
    metadata,
    _id(),
    _to("assignment"),
    Column("key", Words, nullable=False),
    Column("due", Instant),
    Column("closes", Instant),
    Column("author", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("reason", Words, nullable=False),
    Index("ix_extension_key", "key"),
)
"""A later due time of one student; the last row of a student and assignment holds."""

audit = Table(
    "audit",
    metadata,
    _id(),
    Column("at", Instant, nullable=False),
    Column("author", Words, nullable=False),
    Column("what", String(40), nullable=False),
    Column("assignment", Words, nullable=False, default=""),
    Column("who", String(20), nullable=False, default=""),
    Column("data", Plain, nullable=False, default=dict),
)
"""The log: only added to (the database itself refuses the rest), and with pseudonyms."""

seen = Table(
    "seen",
    metadata,
    Column("path", Words, primary_key=True),
    Column("stamp", Words, nullable=False),
    Column("sha256", String(64), nullable=False),
)
"""Hashes of files on disk that have not changed since they were read."""

act = Table(
    "act",
    metadata,
    _id(),
    _to("assignment"),
    Column("what", String(20), nullable=False),
    Column("part", Words, nullable=False, default=""),
    Column("author", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("told", Plain, nullable=False, default=dict),
    _to("act", name="undoes", null=True),
    UniqueConstraint("undoes"),
)
"""What a person did in one step in the review: one mark for a group, a comment, an undo."""

act_decision = Table(
    "act_decision",
    metadata,
    Column("act_id", Integer, ForeignKey("act.id"), primary_key=True),
    Column("decision_id", Integer, ForeignKey("decision.id"), primary_key=True),
    Index("ix_act_decision_decision_id", "decision_id"),
)
"""The marks by hand that one step made."""

act_comment = Table(
    "act_comment",
    metadata,
    Column("act_id", Integer, ForeignKey("act.id"), primary_key=True),
    Column("comment_id", Integer, ForeignKey("comment.id"), primary_key=True),
    Index("ix_act_comment_comment_id", "comment_id"),
)
"""The comments that one step made."""

second_mark = Table(
    "second_mark",
    metadata,
    _id(),
    _to("submission"),
    Column("part", Words, nullable=False),
    Column("points", Points),
    Column("author", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("reason", Words, nullable=False, default=""),
    Index("ix_second_mark_submission_id", "submission_id"),
)
"""What a second marker gives who does not see the first mark; it changes no mark. Without points
it withdraws the one before it of the same author."""

phrase = Table(
    "phrase",
    metadata,
    _id(),
    _to("assignment", null=True),
    Column("part", Words, nullable=False, default=""),
    Column("text", Words, nullable=False),
    Column("points", Points),
    Column("author", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("withdrawn", Boolean, nullable=False, default=False),
)
"""Comments that are used again; for one part, one assignment, or the whole course."""

request = Table(
    "request",
    metadata,
    _id(),
    _to("submission"),
    Column("part", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("author", Words, nullable=False),
    Column("at", Instant, nullable=False),
    _to("result", null=True),
    Index("ix_request_submission_id", "submission_id"),
)
"""A student asks to look at a mark again; the result is the one that the student saw."""

request_answer = Table(
    "request_answer",
    metadata,
    _id(),
    _to("request"),
    Column("outcome", String(12), nullable=False),
    Column("text", Words, nullable=False),
    Column("author", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_request_answer_request_id", "request_id"),
)
"""``changed``, ``kept`` or ``reopened``; the last one holds."""

release = Table(
    "release",
    metadata,
    _id(),
    _to("assignment"),
    Column("part", Words, nullable=False, default=""),
    Column("kind", String(12), nullable=False),
    Column("holds", Boolean, nullable=False),
    Column("author", Words, nullable=False),
    Column("at", Instant, nullable=False),
)
"""What an instructor turned on or off by name: ``marks`` shows students theirs, ``model`` lets what
a model proposes for one part stand without a person. The last row of a kind and part holds."""

account = Table(
    "account",
    metadata,
    _id(),
    Column("name", Words, nullable=False, unique=True),
    Column("role", String(12), nullable=False),
    Column("key", Words, nullable=False, default=""),
    Column("password", Words, nullable=False, default=""),
    Column("active", Boolean, nullable=False, default=True),
    Column("made", Instant, nullable=False),
)
"""Who may sign in: ``instructor``, ``marker`` or ``student``, whose ``key`` is the roster's. The
password is an argon2 hash, empty for who comes by a link or from an LMS."""

account_subject = Table(
    "account_subject",
    metadata,
    _id(),
    _to("account"),
    Column("issuer", Words, nullable=False),
    Column("subject", Words, nullable=False),
    UniqueConstraint("issuer", "subject"),
)
"""Who somebody is at an LMS: ``issuer`` holds a platform's issuer and our id there (JSON), the issuer
alone for who has not come since both count."""

signed_in = Table(
    "signed_in",
    metadata,
    Column("digest", String(64), primary_key=True),
    _to("account"),
    Column("csrf", String(64), nullable=False),
    Column("began", Instant, nullable=False),
    Column("seen", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Index("ix_signed_in_account_id", "account_id"),
)
"""Sessions: a cookie's hash, never the cookie."""

one_time = Table(
    "one_time",
    metadata,
    Column("digest", String(64), primary_key=True),
    _to("account"),
    Column("made", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Column("used", Instant),
    Index("ix_one_time_account_id", "account_id"),
)
"""Links that sign somebody in, once: a token's hash, never the token."""

handed_in = Table(
    "handed_in",
    metadata,
    _id(),
    _to("assignment"),
    Column("key", Words, nullable=False),
    Column("purpose", String(12), nullable=False),
    Column("at", Instant, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("files", Plain, nullable=False),
    Column("state", String(12), nullable=False),
    Column("began", Instant),
    Column("ended", Instant),
    Column("told", Plain, nullable=False, default=dict),
    Index("ix_handed_in_state", "state"),
    Index("ix_handed_in_key", "key"),
)
"""What students sent in by the web, to be checked (``check``) or graded (``submit``): ``waits``,
``runs``, ``done`` or ``failed``. ``files`` are names and hashes in the store."""
