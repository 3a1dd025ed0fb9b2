"""One student taken out of the gradebook for good; the log keeps a pseudonym that leads nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from grader.gradebook.audit import log
from grader.gradebook.book import Book
from grader.gradebook.opening import GradebookError, Refused, bare, copies, said, shown
from grader.gradebook.people import people_in
from grader.gradebook.tables import (
    account,
    account_subject,
    act,
    act_comment,
    act_decision,
    assignment,
    cell,
    change,
    comment,
    decision,
    evidence,
    extension,
    handed_in,
    one_time,
    pseudonym,
    request,
    request_answer,
    result,
    second_mark,
    seen,
    signed_in,
    standing,
    student,
    submission,
    submission_file,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What was taken away: hand-ins by assignment, and files that nobody else has."""

    labels: tuple[tuple[str, str], ...]
    origins: tuple[str, ...]
    files: int


def purge(book: Book, key: str) -> Purged:
    """Take a student out: roster, account, hand-ins, evidence, marks, requests, comments, files.

    SQLite's file is written anew, so that its bytes are gone too, and copies that were kept before
    migrations are taken away. What is killed in between is done by doing it again.

    Raises:
        Refused: when nobody has this id.
        GradebookError: when it cannot be written.
        OSError: when a file cannot be taken away; then nothing is taken out.
    """

    def do(connection: Connection) -> Purged:
        keys = _keys(connection, key)
        rows = connection.execute(
            sa.select(submission.c.id, submission.c.label, submission.c.origin, assignment.c.name)
            .join(assignment, assignment.c.id == submission.c.assignment_id)
            .where(submission.c.key.in_(keys))
        ).all()
        if not rows and not _known(connection, keys):
            raise Refused(f"nobody in the gradebook has the id '{key}'")
        ids = [row.id for row in rows]
        files = _files(connection, ids) | _sent(connection, keys)
        _delete(connection, ids)
        _delete_account(connection, keys)
        for table in (student, extension, handed_in):
            connection.execute(sa.delete(table).where(table.c.key.in_(keys)))
        for origin in {row.origin for row in rows if row.origin}:
            within = seen.c.path.startswith(f"{origin}/", autoescape=True)
            connection.execute(sa.delete(seen).where(within | (seen.c.path == origin)))
        connection.execute(sa.delete(pseudonym).where(pseudonym.c.key.in_(keys)))
        orphans = {sha for sha in files if not _used(connection, sha)}
        connection.execute(sa.delete(seen).where(seen.c.sha256.in_(orphans)))
        log(connection, book, "purge", data={"hand_ins": len(ids), "files": len(orphans)})
        for sha in orphans:  # before the commit: who is still in the gradebook can be purged again
            book.store.remove(sha)
        return Purged(
            labels=tuple((row.name, row.label) for row in rows),
            origins=tuple(row.origin for row in rows if row.origin),
            files=len(orphans),
        )

    for copy in copies(book.engine.url):
        copy.unlink(missing_ok=True)
    done = book.write(do)
    _wipe(book)
    return done


def _known(connection: Connection, keys: Sequence[str]) -> bool:
    """Whether anything stands under these ids besides hand-ins."""
    queries = (
        sa.select(table.c.id).where(table.c.key.in_(keys))
        for table in (student, account, handed_in)
    )
    return any(connection.execute(query.limit(1)).first() is not None for query in queries)


def _wipe(book: Book) -> None:
    """Let SQLite write its file and its log anew, without what was deleted."""
    if book.engine.dialect.name != "sqlite":
        return
    steps = ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)")
    try:
        with bare(book.engine) as connection:
            for step in steps:
                connection.exec_driver_sql(step).close()
    except DBAPIError as error:
        raise GradebookError(
            f"the student is taken out, but {shown(book.engine.url)} could not be written anew "
            f"({said(error)}); run 'VACUUM' on it, until then its unused pages may hold old text"
        ) from error


def _keys(connection: Connection, key: str) -> list[str]:
    """All ids that stand for the student: a hand-in may have come under a login or an e-mail."""
    people = people_in(connection)
    own = people.whose(key) or key
    given = {
        one
        for table in (submission, handed_in, account)
        for one in connection.execute(sa.select(table.c.key).distinct()).scalars()
    }
    return sorted({key, own, *(one for one in given if one and people.whose(one) == own)})


def _files(connection: Connection, ids: Sequence[int]) -> set[str]:
    """Hashes of all that is kept of hand-ins."""
    names = sa.select(submission_file.c.sha256).where(submission_file.c.submission_id.in_(ids))
    found = set(connection.execute(names).scalars())
    query = sa.select(evidence.c.sha256, evidence.c.blobs).where(evidence.c.submission_id.in_(ids))
    for sha, blobs in connection.execute(query):
        found |= {sha, *blobs}
    return found - {""}


def _sent(connection: Connection, keys: Sequence[str]) -> set[str]:
    """Hashes of what was sent in by the web, graded or not."""
    query = sa.select(handed_in.c.files).where(handed_in.c.key.in_(keys))
    return {file[1] for files in connection.execute(query).scalars() for file in files} - {""}


def _delete_account(connection: Connection, keys: Sequence[str]) -> None:
    """Take away how a student signs in; who marks is nobody's hand-in and stays."""
    own = sa.select(account.c.id).where(account.c.key.in_(keys), account.c.key != "")
    for table in (account_subject, signed_in, one_time):
        connection.execute(sa.delete(table).where(table.c.account_id.in_(own)))
    connection.execute(sa.delete(account).where(account.c.key.in_(keys), account.c.key != ""))


def _delete_steps(connection: Connection, ids: Sequence[int]) -> None:
    """Take a student out of the steps of the review.

    A step that was about others too keeps its words: they were said to all of them. Of one that was
    about this student alone no word is left, but its number and author are. What a model proposed for
    the student, kept with its step for an audit, goes too.
    """
    touched: set[int] = set()
    links = ((act_decision, decision, "decision_id"), (act_comment, comment, "comment_id"))
    for link, table, column in links:
        own = sa.select(table.c.id).where(table.c.submission_id.in_(ids))
        ours = link.c[column].in_(own)
        touched |= set(connection.execute(sa.select(link.c.act_id).where(ours)).scalars())
        connection.execute(sa.delete(link).where(ours))
    for link, _, _ in links:
        others = sa.select(link.c.act_id).where(link.c.act_id.in_(touched))
        touched -= set(connection.execute(others).scalars())
    models = sa.select(act.c.id, act.c.told).where(act.c.what == "model")
    audits = {row.id: row.told or {} for row in connection.execute(models).all()}
    connection.execute(sa.update(act).where(act.c.id.in_(touched)).values(told={}))
    for number, told in audits.items():
        rest = [one for one in told.get("audited", []) if one[0] not in ids]
        held = {name: value for name, value in told.items() if name == "release"}
        kept = {**(held if number in touched else told), "audited": rest}
        if "audited" in told and kept != told:
            connection.execute(sa.update(act).where(act.c.id == number).values(told=kept))


def _delete(connection: Connection, ids: Sequence[int]) -> None:
    _delete_steps(connection, ids)
    asked = sa.select(request.c.id).where(request.c.submission_id.in_(ids))
    connection.execute(sa.delete(request_answer).where(request_answer.c.request_id.in_(asked)))
    own = sa.select(result.c.id).where(result.c.submission_id.in_(ids))
    connection.execute(sa.delete(cell).where(cell.c.result_id.in_(own)))
    ours = sa.update(comment).where(comment.c.submission_id.in_(ids))
    connection.execute(ours.values(instead_of=None))
    pointing = (change, standing, decision, comment, second_mark, request)
    for table in (*pointing, result, evidence, submission_file):
        connection.execute(sa.delete(table).where(table.c.submission_id.in_(ids)))
    connection.execute(sa.delete(submission).where(submission.c.id.in_(ids)))


def _used(connection: Connection, sha: str) -> bool:
    """Whether somebody else's hand-in has this file."""
    queries = (
        sa.select(submission_file.c.position).where(submission_file.c.sha256 == sha),
        sa.select(evidence.c.id).where(evidence.c.sha256 == sha),
        sa.select(evidence.c.id).where(evidence.c.blobs.cast(sa.Text).contains(sha)),
        sa.select(handed_in.c.id).where(handed_in.c.files.cast(sa.Text).contains(sha)),
    )
    return any(connection.execute(query.limit(1)).first() is not None for query in queries)
