"""Second marks: given without sight of the first, for a sample of answers; they change no mark."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook._steps import Written, replayed
from grader.gradebook.audit import log
from grader.gradebook.book import Book, find_assignment
from grader.gradebook.decisions import by_model
from grader.gradebook.opening import Refused
from grader.gradebook.tables import cell, decision, second_mark, standing, submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Twice:
    """An answer that two people marked, the second without sight of the first.

    ``seconder`` gave the second. ``settled`` tells that the mark was given anew, or taken back,
    since: somebody has looked at both.
    """

    submission: int
    label: str
    part: str
    first: Fraction
    second: Fraction
    seconder: str
    reason: str
    settled: bool


def second(
    book: Book, name: str, submission_id: int, part: str, points: Fraction | None, *,
    possible: Fraction, reason: str = "",
) -> None:  # fmt: skip
    """Give a second mark; without points, take the author's own one back.

    Raises:
        Refused: when the author gave the first mark, or the points are not the part's.
    """
    if points is not None and not 0 <= points <= possible:
        raise Refused(f"{points} points: this part gives 0 to {possible}")

    def do(connection: Connection) -> None:
        key = connection.execute(
            sa.select(submission.c.key).where(
                submission.c.id == submission_id,
                submission.c.assignment_id == find_assignment(connection, name),
            )
        ).scalar_one_or_none()
        if key is None:
            raise Refused(f"'{name}' has no hand-in of number {submission_id}")
        if _markers(connection, name, part).get(submission_id) == book.author:
            raise Refused("you gave the first mark; somebody else gives the second")
        connection.execute(
            sa.insert(second_mark).values(
                submission_id=submission_id, part=part, points=points,
                author=book.author, at=book.now(), reason=reason,
            )
        )  # fmt: skip
        log(connection, book, "second mark", assignment=name, who=key, data={"part": part})

    book.write(do)


def left_to_second(
    connection: Connection, name: str, part: str, author: str, sample: int | None = None
) -> list[int]:
    """Return answers that the author can mark a second time, in an order that tells nothing.

    What the grader alone marked is not among them: nobody's first mark stands there.

    Args:
        connection: to read from.
        name: the assignment.
        part: the part.
        author: who would give second marks; never of answers that they marked first.
        sample: of so many answers, the same ones for everybody; all unless given.
    """
    query = (
        sa.select(submission.c.id)
        .join(standing, standing.c.submission_id == submission.c.id)
        .join(cell, cell.c.result_id == standing.c.result_id)
        .where(
            submission.c.assignment_id == find_assignment(connection, name),
            cell.c.part == part,
            cell.c.earned.is_not(None),
        )
    )
    first = _markers(connection, name, part)
    marked = (of for of in connection.execute(query).scalars() if of in first)
    ids = sorted(marked, key=lambda of: _drawn(name, part, of))
    own = {
        of for (of, _, who), row in _last(connection, name, part).items()
        if who == author and row.points is not None
    } | {of for of, who in first.items() if who == author}  # fmt: skip
    return [of for of in ids[:sample] if of not in own]


def twice(connection: Connection, name: str, part: str = "") -> list[Twice]:
    """Return answers that two people marked, of one part or all: what agreement is reckoned from.

    The first mark is the one by hand that held when the second was given, whatever came after. Where
    none held, or a model's, or one of the same author, two people have not marked the answer.
    """
    rows = [row for row in _last(connection, name, part).values() if row.points is not None]
    labels = _labels(connection, name)
    by_part: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        by_part[row.part].add(row.submission_id)
    marks = {
        (of, where): those
        for where, ids in by_part.items()
        for of, those in replayed(connection, where, sorted(ids)).items()
    }
    found = []
    for row in rows:
        those = marks.get((row.submission_id, row.part), [])
        first = _held(those, row.at)
        if first is None or by_model(first.author) or first.author == row.author:
            continue
        found.append(
            Twice(
                submission=row.submission_id, label=labels[row.submission_id], part=row.part,
                first=first.points, second=row.points, seconder=row.author, reason=row.reason,
                settled=those[-1].holds != first.id,
            )
        )  # fmt: skip
    return found


def seconded(connection: Connection, name: str) -> dict[str, int]:
    """Return how many second marks hold, by part; also those beside no first mark of a person."""
    rows = _last(connection, name, "").values()
    return dict(Counter(row.part for row in rows if row.points is not None))


def _held(those: Sequence[Written], at: datetime) -> sa.Row[Any] | None:
    """The mark by hand that held at a moment."""
    before = [one for one in those if one.row.at <= at]
    if not before or not before[-1].holds:
        return None
    return next(one.row for one in before if one.row.id == before[-1].holds)


def _labels(connection: Connection, name: str) -> dict[int, str]:
    query = sa.select(submission.c.id, submission.c.label).where(
        submission.c.assignment_id == find_assignment(connection, name),
        submission.c.id.in_(sa.select(second_mark.c.submission_id)),
    )
    return {row.id: row.label for row in connection.execute(query)}


def _last(
    connection: Connection, name: str, part: str
) -> dict[tuple[int, str, str], sa.Row[tuple[object, ...]]]:
    query = (
        sa.select(second_mark)
        .join(submission, submission.c.id == second_mark.c.submission_id)
        .where(submission.c.assignment_id == find_assignment(connection, name))
        .order_by(second_mark.c.id)
    )
    if part:
        query = query.where(second_mark.c.part == part)
    return {(row.submission_id, row.part, row.author): row for row in connection.execute(query)}


def _markers(connection: Connection, name: str, part: str) -> dict[int, str]:
    """Who gave the mark by hand that holds, a person or a model, by answer."""
    query = (
        sa.select(decision.c.submission_id, decision.c.author, decision.c.points)
        .join(submission, submission.c.id == decision.c.submission_id)
        .where(
            submission.c.assignment_id == find_assignment(connection, name),
            decision.c.part == part,
            decision.c.kind == "hand",
        )
        .order_by(decision.c.id)
    )
    last = {row.submission_id: row for row in connection.execute(query)}
    return {of: row.author for of, row in last.items() if row.points is not None}


def _drawn(name: str, part: str, of: int) -> bytes:
    return hashlib.sha256(f"{name}\0{part}\0{of}".encode("utf-8", "surrogatepass")).digest()
