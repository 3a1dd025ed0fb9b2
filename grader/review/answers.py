"""The answers to a part that wait for a person, and those that a person decided."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook.book import find_assignment
from grader.gradebook.tables import (
    audit,
    cell,
    decision,
    evidence,
    result,
    run,
    standing,
    student,
    submission,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One answer in the queue, or one that a person decided."""

    submission: int
    result: int
    sha256: str
    label: str
    key: str
    name: str
    state: str
    earned: Fraction | None
    proposed: Fraction | None
    why: str
    detail: str
    mistakes: tuple[tuple[str, str], ...]
    author: str = ""

    @property
    def offers(self) -> Fraction | None:
        """What is proposed; nothing that was seen speaks for an empty proposal without a mistake."""
        return self.proposed if self.proposed or self.mistakes else None


def answers(
    connection: Connection, name: str, part: str, *, decided: bool = False
) -> list[Waiting]:
    """Return the answers to a part that wait, or those whose mark by hand holds, by label."""
    number = find_assignment(connection, name)
    query = (
        sa.select(
            submission.c.id.label("of"),
            submission.c.label,
            submission.c.key,
            student.c.name,
            result.c.id.label("result_id"),
            evidence.c.sha256,
            cell,
        )
        .join(standing, standing.c.submission_id == submission.c.id)
        .join(result, result.c.id == standing.c.result_id)
        .join(evidence, evidence.c.id == result.c.evidence_id)
        .join(cell, cell.c.result_id == result.c.id)
        .outerjoin(student, student.c.key == submission.c.key)
        .where(submission.c.assignment_id == number, cell.c.part == part)
        .order_by(submission.c.label)
    )
    if not decided:
        query = query.where(cell.c.state == "waits")
    hand = _by_hand(connection, number, part)
    return [
        _waiting(row, hand.get(row.of))
        for row in connection.execute(query).all()
        if (row.of in hand) == decided
    ]


def evidence_of(connection: Connection, name: str) -> list[str]:
    """Return the hashes of the evidence that the results of an assignment rest on."""
    query = (
        sa.select(evidence.c.sha256)
        .join(result, result.c.evidence_id == evidence.c.id)
        .join(standing, standing.c.result_id == result.c.id)
        .join(submission, submission.c.id == standing.c.submission_id)
        .where(submission.c.assignment_id == find_assignment(connection, name))
    )
    return list(connection.execute(query).scalars())


def moved(connection: Connection) -> tuple[object, ...]:
    """Return what changes with every mark, every grading and every change of the roster."""
    query = sa.select(
        sa.select(sa.func.max(audit.c.id)).scalar_subquery(),
        sa.select(sa.func.max(decision.c.id)).scalar_subquery(),
        sa.select(sa.func.max(run.c.id)).scalar_subquery(),
        sa.select(sa.func.max(run.c.ended)).scalar_subquery(),
    )
    return tuple(connection.execute(query).one())


def _by_hand(connection: Connection, number: int | None, part: str) -> dict[int, Any]:
    """The marks by hand that hold: the last one of each answer, unless it was taken back."""
    query = (
        sa.select(decision)
        .join(submission, submission.c.id == decision.c.submission_id)
        .where(
            submission.c.assignment_id == number,
            decision.c.kind == "hand",
            decision.c.part == part,
        )
        .order_by(decision.c.id)
    )
    last = {row.submission_id: row for row in connection.execute(query)}
    return {of: row for of, row in last.items() if row.points is not None}


def _waiting(row: sa.Row[Any], held: Any) -> Waiting:
    return Waiting(
        submission=row.of,
        result=row.result_id,
        sha256=row.sha256,
        label=row.label,
        key=row.key,
        name=row.name or "",
        state=row.state,
        earned=row.earned if held is None else held.points,
        proposed=row.proposed,
        why=row.why or "",
        detail=row.detail,
        mistakes=tuple((id_, says) for id_, says in row.mistakes),
        author=held.author if held is not None else "",
    )
