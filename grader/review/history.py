"""What was done in a review: its steps, the marks that they made, and how many steps it took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook.book import find_assignment
from grader.gradebook.tables import act, act_decision, decision, submission


def steps(
    connection: Connection, name: str, *, before: int = 0, most: int = 50
) -> list[sa.Row[Any]]:
    """Return the last steps, newest first; ``before`` one where it is given."""
    query = sa.select(act).where(act.c.assignment_id == find_assignment(connection, name))
    if before:
        query = query.where(act.c.id < before)
    return [*connection.execute(query.order_by(act.c.id.desc()).limit(most))]


def effort(connection: Connection, name: str) -> tuple[int, int]:
    """Return how many steps that hold marked how many answers."""
    taken = sa.select(act.c.undoes).where(act.c.undoes.is_not(None))
    query = (
        sa.select(sa.func.count(sa.distinct(act.c.id)), sa.func.count())
        .join(act_decision, act_decision.c.act_id == act.c.id)
        .where(
            act.c.assignment_id == find_assignment(connection, name),
            act.c.what == "mark",
            act.c.id.not_in(taken),
        )
    )
    count, marks = connection.execute(query).one()
    return count, marks


def marked_in(connection: Connection, numbers: Sequence[int]) -> dict[int, list[sa.Row[Any]]]:
    """Return the marks that steps made, by the number of the step."""
    query = (
        sa.select(act_decision.c.act_id, decision, submission.c.label)
        .join(decision, decision.c.id == act_decision.c.decision_id)
        .join(submission, submission.c.id == decision.c.submission_id)
        .where(act_decision.c.act_id.in_(list(numbers)))
        .order_by(decision.c.id)
    )
    found: dict[int, list[sa.Row[Any]]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.act_id].append(row)
    return dict(found)
