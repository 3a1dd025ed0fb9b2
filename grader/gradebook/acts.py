"""Steps of a review: one mark or comment for many hand-ins, taken back and done again as a whole.

Nothing is overwritten. A step back writes new rows that bring back what stood before; an answer that
somebody marked since keeps that mark, and it is told whose it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook._steps import Written, replayed, written
from grader.gradebook.audit import pseudonyms
from grader.gradebook.book import Book, assignment_id, find_assignment, lock, new_row
from grader.gradebook.opening import Refused
from grader.gradebook.tables import (
    act,
    act_comment,
    act_decision,
    assignment,
    audit,
    cell,
    comment,
    decision,
    standing,
    submission,
)
from grader.marking.decided import MODEL

CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a marker had before them: the result that held, and the last mark by hand (0: none)."""

    result: int
    decision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A hand-in that a step left alone, as something moved; ``author`` did it, if a person did."""

    submission: int
    author: str
    points: Fraction | None
    at: datetime | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a step did; ``act`` is 0 where it did nothing."""

    act: int
    done: tuple[int, ...]
    left: tuple[Left, ...]


def seen_now(connection: Connection, part: str, ids: Sequence[int]) -> dict[int, Seen]:
    """Return what a marker sees of hand-ins now, to be given back with the decision."""
    results = _in_chunks(connection, _RESULTS, standing.c.submission_id, ids)
    held = {row.submission_id: row.result_id for row in results}
    rows = replayed(connection, part, ids)
    return {
        of: Seen(result=held[of], decision=rows[of][-1].row.id if rows.get(of) else 0)
        for of in ids
        if of in held
    }


_RESULTS = sa.select(standing.c.submission_id, standing.c.result_id)


def decide(
    book: Book,
    name: str,
    part: str,
    points: Fraction,
    *,
    reason: str,
    seen: Mapping[int, Seen],
    possible: Fraction,
    text: str = "",
    once: str = "",
    what: str = "mark",
    told: Mapping[str, Any] | None = None,
    also: Callable[[Connection, Step], None] | None = None,
) -> Step:
    """Mark a part of many hand-ins by hand in one step.

    Args:
        book: the gradebook, in the name of who marks.
        name: the assignment.
        part: the part.
        points: what each gets.
        reason: told to each student.
        seen: what the marker saw of each hand-in; what moved since is left alone, and told.
        possible: the points of the part.
        text: a comment to each of them.
        once: a word of one form; the same form sent twice is one step.
        what: how the step is called in the history.
        told: what else the step keeps.
        also: writes more in the same transaction, of a step that did nothing too; what it raises
            stops all of it. It is not asked again where the same form is sent twice.

    Raises:
        Refused: when points, reason or author are missing or wrong; nothing is written then.
    """
    _need(book, reason)
    if not 0 <= points <= possible:
        raise Refused(f"{points} points: this part gives 0 to {possible}")

    def do(connection: Connection) -> Step:
        number = assignment_id(connection, name)
        lock(connection, number)
        before = _sent(connection, book, number, once)
        if before is not None:
            return before
        step = write(connection, number)
        if also is not None:
            also(connection, step)
        return step

    def write(connection: Connection, number: int) -> Step:
        labels = _labels(connection, number, list(seen))
        left = moved(connection, part, {of: seen[of] for of in labels})
        done = [of for of in labels if of not in left]
        if not done:
            return Step(act=0, done=(), left=tuple(left.values()))
        own = {"once": once, "points": str(points), "reason": reason, "count": len(done)}
        made = _act(connection, book, number, what, part, {**(told or {}), **own})
        offered = _offered(connection, part, {of: seen[of].result for of in done})
        rows = [
            {"submission_id": of, "part": part, "kind": "hand", "points": points,
             "proposed": offered.get(of), "author": book.author, "at": book.now(), "reason": reason}
            for of in done
        ]  # fmt: skip
        written(connection, made, decision, rows)
        if text.strip():
            written(connection, made, comment, _comments(book, part, done, text))
        data = {"part": part, "points": str(points), "act": made}
        by = "by a model" if what == "model" else "by hand"
        _log(connection, book, f"mark {by}", name, [labels[of] for of in done], data)
        return Step(act=made, done=tuple(done), left=tuple(left.values()))

    return book.write(do)


def say(book: Book, name: str, part: str, ids: Iterable[int], text: str, *, once: str = "") -> Step:
    """Write one comment to many hand-ins in one step.

    Raises:
        Refused: when there is no text, or nobody who writes it.
    """
    _need(book, text)
    wanted = list(dict.fromkeys(ids))

    def do(connection: Connection) -> Step:
        number = assignment_id(connection, name)
        lock(connection, number)
        before = _sent(connection, book, number, once)
        if before is not None:
            return before
        labels = _labels(connection, number, wanted)
        if not labels:
            return Step(act=0, done=(), left=())
        told = {"once": once, "text": text, "count": len(labels)}
        made = _act(connection, book, number, "comment", part, told)
        written(connection, made, comment, _comments(book, part, list(labels), text))
        data = {"part": part, "act": made}
        _log(connection, book, "comment", name, list(labels.values()), data)
        return Step(act=made, done=tuple(labels), left=())

    return book.write(do)


def undo(
    book: Book, name: str, number: int = 0, *, again: bool = False, models: bool = False
) -> Step:
    """Take back the author's last step; what others marked since stays.

    Args:
        book: the gradebook, in the name of whose step it is.
        name: the assignment.
        number: a step of the author's own that is not the last one, or of a model that the author
            turned on.
        again: do the step again that the author took back last.
        models: ``number`` may be a step of any model, as an instructor may.

    Raises:
        Refused: when there is nothing of the author's to take back, or all of it was marked since.
    """

    def do(connection: Connection) -> Step:
        at = find_assignment(connection, name) or 0
        lock(connection, at)
        step = _own(connection, book, at, number, again=again, models=models)
        what = "redo" if step.what == "undo" else "undo"
        made = _act(connection, book, at, what, step.part, {}, undoes=step.id)
        back, left = _brought_back(connection, book, step, made)
        quiet = _unsaid(connection, book, step.id, made)
        done = sorted({*back, *quiet})
        if not done:
            who = ", ".join(sorted({one.author for one in left})) or "somebody"
            raise Refused(f"this step was marked over since by {who}; those marks stay")
        labels = _labels(connection, at, done)
        data = {"part": step.part, "act": made, "undoes": step.id}
        _log(connection, book, f"review {what}", name, list(labels.values()), data)
        return Step(act=made, done=tuple(done), left=tuple(left))

    return book.write(do)


def _brought_back(
    connection: Connection, book: Book, step: sa.Row[Any], made: int
) -> tuple[list[int], list[Left]]:
    query = (
        sa.select(decision.c.id, decision.c.submission_id)
        .join(act_decision, act_decision.c.decision_id == decision.c.id)
        .where(act_decision.c.act_id == step.id)
    )
    own = {row.submission_id: row.id for row in connection.execute(query)}
    rows, left = [], []
    for of, those in replayed(connection, step.part, list(own)).items():
        at = next(one for one in those if one.row.id == own[of])
        if those[-1].holds != at.holds:
            left.append(_left(of, those[-1], "was marked since"))
            continue
        to = next((one.row for one in those if one.row.id == at.before), None)
        rows.append(
            {"submission_id": of, "part": step.part, "kind": "hand",
             "points": to.points if to else None, "proposed": at.row.proposed,
             "author": to.author if to else book.author, "at": book.now(),
             "reason": to.reason if to else "the step was taken back"}
        )  # fmt: skip
    written(connection, made, decision, rows)
    return [row["submission_id"] for row in rows], left


def _unsaid(connection: Connection, book: Book, number: int, made: int) -> list[int]:
    """Take back the comments of a step, or bring back those that it took back."""
    query = (
        sa.select(comment)
        .join(act_comment, act_comment.c.comment_id == comment.c.id)
        .where(act_comment.c.act_id == number)
    )
    own = connection.execute(query).all()
    later = sa.select(comment.c.instead_of)
    gone = {
        row.instead_of
        for row in _in_chunks(connection, later, comment.c.instead_of, [one.id for one in own])
    }
    olds = [one.instead_of for one in own if one.instead_of is not None]
    before = {row.id: row for row in _in_chunks(connection, sa.select(comment), comment.c.id, olds)}
    rows = []
    for one in own:
        if one.id in gone:
            continue
        old = before.get(one.instead_of)
        rows.append(
            {"submission_id": one.submission_id, "part": one.part, "at": book.now(),
             "text": old.text if old and not one.text else "", "instead_of": one.id,
             "author": old.author if old and not one.text else book.author}
        )  # fmt: skip
    written(connection, made, comment, rows)
    return [row["submission_id"] for row in rows]


def may_undo(what: str, of: str, author: str, *, models: bool) -> bool:
    """Whether a step that marked or said something is the author's to take back.

    Args:
        what: how the step is called.
        of: whose it is.
        author: who would take it back.
        models: whether any model's step is theirs, as it is an instructor's.
    """
    if what == "model":
        return models or of == f"{MODEL}{author}"
    return what in ("mark", "comment") and of == author


def _own(
    connection: Connection, book: Book, at: int, number: int, *, again: bool, models: bool
) -> sa.Row[Any]:
    whose = act.c.author == book.author
    if number and not again:
        theirs = sa.true() if models else act.c.author == f"{MODEL}{book.author}"
        whose = sa.or_(whose, sa.and_(act.c.what == "model", theirs))
    taken = sa.select(act.c.undoes).where(act.c.undoes.is_not(None))
    query = sa.select(act).where(
        act.c.assignment_id == at,
        whose,
        act.c.id.not_in(taken),
        act.c.what == "undo" if again else act.c.what != "undo",
    )
    if number:
        query = query.where(act.c.id == number)
    row = connection.execute(query.order_by(act.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        which = f"Step {number} is not yours, or it was taken back" if number else "There is no step of yours"  # fmt: skip
        raise Refused(f"{which}: nothing to {'do again' if again else 'take back'}")
    return row


def moved(connection: Connection, part: str, seen: Mapping[int, Seen]) -> dict[int, Left]:
    """Return hand-ins that are not any more what was seen, and why."""
    now = seen_now(connection, part, list(seen))
    rows = replayed(connection, part, list(seen))
    found = {}
    for of, before in seen.items():
        if of not in now or now[of].decision != before.decision:
            found[of] = _left(of, rows[of][-1] if rows.get(of) else None, "was marked meanwhile")
        elif now[of].result != before.result:
            found[of] = _left(of, None, "was graded again meanwhile")
    return found


def _left(of: int, one: Written | None, why: str) -> Left:
    row = one.row if one else None
    return Left(
        submission=of,
        author=row.author if row else "",
        points=row.points if row else None,
        at=row.at if row else None,
        why=why,
    )


def _need(book: Book, text: str) -> None:
    if not text.strip():
        raise Refused("write a reason or a comment: it is told to the student")
    if not book.author.strip():
        raise Refused("a step needs its author: set GRADER_AUTHOR to your name")


def _sent(connection: Connection, book: Book, number: int, once: str) -> Step | None:
    """The step that this very form made before."""
    if not once:
        return None
    query = (
        sa.select(act.c.id, act.c.told)
        .where(act.c.assignment_id == number, act.c.author == book.author)
        .order_by(act.c.id.desc())
        .limit(CHUNK)
    )
    rows = connection.execute(query)
    known = next((row.id for row in rows if row.told and row.told.get("once") == once), 0)
    if not known:
        return None
    done: set[int] = set()
    for link, table, column in (
        (act_decision, decision, "decision_id"), (act_comment, comment, "comment_id")
    ):  # fmt: skip
        ours = sa.select(link.c[column]).where(link.c.act_id == known)
        done |= set(
            connection.execute(
                sa.select(table.c.submission_id).where(table.c.id.in_(ours))
            ).scalars()
        )
    return Step(act=known, done=tuple(sorted(done)), left=())


def _offered(
    connection: Connection, part: str, results: Mapping[int, int]
) -> dict[int, Fraction | None]:
    query = sa.select(cell.c.result_id, cell.c.proposed).where(cell.c.part == part)
    rows = _in_chunks(connection, query, cell.c.result_id, list(results.values()))
    found = {row.result_id: row.proposed for row in rows}
    return {of: found.get(result) for of, result in results.items()}


def _labels(connection: Connection, number: int, ids: Sequence[int]) -> dict[int, str]:
    """Keys of students by hand-in; what is of another assignment is left out."""
    query = sa.select(submission.c.id, submission.c.key).where(submission.c.assignment_id == number)
    rows = _in_chunks(connection, query, submission.c.id, ids)
    return {row.id: row.key for row in rows}


def _act(
    connection: Connection, book: Book, number: int, what: str, part: str,
    told: Mapping[str, Any], **more: int,
) -> int:  # fmt: skip
    return new_row(
        connection, act, assignment_id=number, what=what, part=part, told=dict(told),
        author=book.author, at=book.now(), **more,
    )  # fmt: skip


def _comments(book: Book, part: str, ids: Sequence[int], text: str) -> list[dict[str, Any]]:
    return [
        {"submission_id": of, "part": part, "author": book.author, "at": book.now(), "text": text}
        for of in ids
    ]


def _log(
    connection: Connection, book: Book, what: str, name: str, keys: Sequence[str],
    data: Mapping[str, Any],
) -> None:  # fmt: skip
    named: dict[str, str] = {}
    for at in range(0, len(keys), CHUNK):
        named |= pseudonyms(connection, keys[at : at + CHUNK])
    rows = [
        {"at": book.now(), "author": book.author, "what": what, "assignment": name,
         "who": named[key], "data": dict(data)}
        for key in keys
    ]  # fmt: skip
    if rows:
        connection.execute(sa.insert(audit), rows)


def _in_chunks(
    connection: Connection, query: sa.Select[Any], column: sa.ColumnElement[Any],
    ids: Sequence[int],
) -> list[sa.Row[Any]]:  # fmt: skip
    rows: list[sa.Row[Any]] = []
    for at in range(0, len(ids), CHUNK):
        rows += connection.execute(query.where(column.in_(ids[at : at + CHUNK])))
    return rows


def reviewed(book: Book) -> list[str]:
    """Return the assignments in which somebody took a step of a review."""
    query = (
        sa.select(assignment.c.name)
        .join(act, act.c.assignment_id == assignment.c.id)
        .distinct()
        .order_by(assignment.c.name)
    )
    return list(book.read(lambda connection: connection.execute(query).scalars()))
