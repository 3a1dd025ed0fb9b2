"""Marks by hand and comments: whose, when and why. None is ever overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook.audit import log
from grader.gradebook.book import Book
from grader.gradebook.opening import GradebookError, Refused
from grader.gradebook.tables import assignment, comment, decision, submission
from grader.marking.decided import MODEL, Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What a person wrote to a student; ``part`` is empty where it is about all."""

    id: int
    part: str
    author: str
    at: datetime
    text: str


def decide(
    book: Book,
    submission_id: int,
    part: str,
    points: Fraction | None,
    *,
    reason: str,
    proposed: Fraction | None = None,
) -> None:
    """Mark a part by hand; without points, take the mark by hand back.

    Raises:
        Refused: when there is no reason, or nobody who gives it.
        GradebookError: when it cannot be written.
    """
    if not reason.strip():
        raise Refused("a mark by hand needs a reason: it is told to the student")
    if not book.author.strip():
        raise Refused("a mark by hand needs its author: set GRADER_AUTHOR to your name")
    if points is not None and points < 0:
        raise Refused(f"{points} points: a mark is not below 0")

    def do(connection: Connection) -> None:
        row = {
            "submission_id": submission_id,
            "part": part,
            "kind": "hand",
            "points": points,
            "proposed": proposed,
            "author": book.author,
            "at": book.now(),
            "reason": reason,
        }
        name, key, label = _named(connection, submission_id)
        connection.execute(sa.insert(decision).values(**row))
        data = {"part": part, "points": None if points is None else str(points), "attempt": label}
        log(connection, book, "mark by hand", assignment=name, who=key, data=data)

    book.write(do)


def by_model(author: str) -> bool:
    """Whether a mark by hand is a model's, and no person's."""
    return author.startswith(MODEL)


def keep(
    connection: Connection, book: Book, run: int, kept: Iterable[tuple[int, str, Fraction]]
) -> None:
    """Hold marks that a regrade was not to lower: hand-in, part, points."""
    reason = "a later change of the marking does not lower this mark"
    rows = [_kept(book, run, of, part, points, reason) for of, part, points in kept]
    if rows:
        connection.execute(sa.insert(decision), rows)


def let_go(connection: Connection, book: Book, run: int, ids: Sequence[int]) -> int:
    """Withdraw what earlier regrades kept of hand-ins, and return of how many parts.

    Undoing the run lets it hold again.
    """
    count = 0
    for of, some in decisions(connection, ids, kinds=("kept",)).items():
        for one in some:
            row = _kept(book, run, of, one.part, None, "a regrade was told to lower marks")
            connection.execute(sa.insert(decision).values(**row))
            count += 1
    return count


def take_back(connection: Connection, book: Book, run: int) -> None:
    """Let hold again what held of kept marks before a run, where nothing newer does."""
    rows = connection.execute(
        sa.select(decision)
        .where(decision.c.run_id == run, decision.c.kind == "kept")
        .order_by(decision.c.id)
    ).all()
    for row in rows:
        same = sa.and_(
            decision.c.submission_id == row.submission_id,
            decision.c.part == row.part,
            decision.c.kind == "kept",
        )
        every = connection.execute(sa.select(decision).where(same).order_by(decision.c.id)).all()
        if every[-1].id != row.id:
            continue
        before = next((one for one in reversed(every) if one.run_id != run), None)
        points = before.points if before else None
        reason = before.reason if before and points is not None else "the regrade was undone"
        back = _kept(book, run, row.submission_id, row.part, points, reason)
        connection.execute(sa.insert(decision).values(**back))


def _kept(
    book: Book, run: int, of: int, part: str, points: Fraction | None, reason: str
) -> dict[str, Any]:
    return {
        "submission_id": of,
        "part": part,
        "kind": "kept",
        "points": points,
        "author": book.author,
        "at": book.now(),
        "reason": reason,
        "run_id": run,
    }


def decisions(
    connection: Connection, ids: Sequence[int], kinds: Sequence[str] = ("hand", "kept")
) -> dict[int, tuple[Decision, ...]]:
    """Return the decisions that hold, by hand-in, each in the order of its parts.

    A mark by hand goes before one that a regrade was not to lower, whichever came first.
    """
    found: dict[int, dict[tuple[str, str], Decision | None]] = {}
    for at in range(0, len(ids), 500):
        query = (
            sa.select(decision)
            .where(
                decision.c.submission_id.in_(ids[at : at + 500]), decision.c.kind.in_(list(kinds))
            )
            .order_by(decision.c.id)
        )
        for row in connection.execute(query):
            made = None
            if row.points is not None:
                made = Decision(
                    part=row.part,
                    points=row.points,
                    kind=row.kind,
                    reason=row.reason,
                    author=row.author,
                    at=row.at.isoformat(),
                )
            found.setdefault(row.submission_id, {})[row.part, row.kind] = made
    held = {of: _strongest(by) for of, by in found.items()}
    return {of: some for of, some in held.items() if some}


def _strongest(by: Mapping[tuple[str, str], Decision | None]) -> tuple[Decision, ...]:
    """One decision of each part: of those that were not withdrawn, the one by hand."""
    parts: dict[str, Decision] = {}
    for (part, kind), made in sorted(by.items(), key=lambda item: item[0]):
        if made is not None and (kind == "hand" or part not in parts):
            parts[part] = made
    return tuple(parts[part] for part in sorted(parts))


def pairs(book: Book, name: str) -> list[tuple[str, Fraction, Fraction]]:
    """Return part, proposal and decision of every person's mark by hand that had a proposal."""
    query = (
        sa.select(decision)
        .join(submission, submission.c.id == decision.c.submission_id)
        .join(assignment, assignment.c.id == submission.c.assignment_id)
        .where(assignment.c.name == name, decision.c.kind == "hand")
        .order_by(decision.c.id)
    )
    rows = book.read(lambda connection: connection.execute(query).all())
    last = {(row.submission_id, row.part): row for row in rows}
    return [
        (row.part, row.proposed, row.points)
        for row in last.values()
        if row.proposed is not None and row.points is not None and not by_model(row.author)
    ]


def marked_by_hand(connection: Connection, name: str) -> dict[int, tuple[str, bool]]:
    """Return the hand-ins in which a mark by hand holds: label, and whether each is a model's."""
    query = (
        sa.select(submission.c.id, submission.c.label)
        .join(decision, decision.c.submission_id == submission.c.id)
        .join(assignment, assignment.c.id == submission.c.assignment_id)
        .where(assignment.c.name == name, decision.c.kind == "hand")
        .distinct()
    )
    found = {row.id: row.label for row in connection.execute(query)}
    held = decisions(connection, list(found), kinds=("hand",))
    return {
        of: (label, all(by_model(one.author) for one in held[of]))
        for of, label in found.items()
        if of in held
    }


def add_comment(
    book: Book, submission_id: int, text: str, *, part: str = "", instead_of: int | None = None
) -> None:
    """Write a comment to a student; one with no text takes back the one that it replaces."""

    def do(connection: Connection) -> None:
        row = {
            "submission_id": submission_id,
            "part": part,
            "author": book.author,
            "at": book.now(),
            "text": text,
            "instead_of": instead_of,
        }
        name, key, _ = _named(connection, submission_id)
        connection.execute(sa.insert(comment).values(**row))
        what = "comment" if text else "comment withdrawn"
        log(connection, book, what, assignment=name, who=key, data={"part": part})

    book.write(do)


def comments(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[Comment, ...]]:
    """Return the comments that hold, by hand-in, oldest first."""
    rows: list[sa.Row[Any]] = []
    for at in range(0, len(ids), 500):
        some = comment.c.submission_id.in_(ids[at : at + 500])
        rows += connection.execute(sa.select(comment).where(some).order_by(comment.c.id)).all()
    replaced = {row.instead_of for row in rows}
    found: dict[int, tuple[Comment, ...]] = {}
    for row in rows:
        if row.id not in replaced and row.text:
            made = Comment(id=row.id, part=row.part, author=row.author, at=row.at, text=row.text)
            found[row.submission_id] = (*found.get(row.submission_id, ()), made)
    return found


def comments_of(
    connection: Connection, ids: Sequence[int]
) -> dict[int, tuple[tuple[str, str], ...]]:
    """Return part and text of the comments that hold, by hand-in: what a report tells."""
    found = comments(connection, ids)
    return {of: tuple((one.part, one.text) for one in some) for of, some in found.items()}


def _named(connection: Connection, submission_id: int) -> tuple[str, str, int]:
    query = (
        sa.select(assignment.c.name, submission.c.key, submission.c.attempt)
        .join(assignment, assignment.c.id == submission.c.assignment_id)
        .where(submission.c.id == submission_id)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise GradebookError(f"the gradebook holds no hand-in of number {submission_id}")
    return row[0], row[1], row[2]
