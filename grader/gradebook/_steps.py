"""Marks by hand of one part replayed: which mark each row made hold, and which held before it.

A row that a step back wrote brings back an earlier mark: it makes hold what held before the row that
was taken back. So steps can be taken back one after another, in any order that others allow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook.tables import act, act_comment, act_decision, comment, decision

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One row; ``holds`` and ``before`` are rows that gave the mark, 0 where none holds."""

    row: sa.Row[Any]
    holds: int
    before: int


def replayed(connection: Connection, part: str, ids: Sequence[int]) -> dict[int, list[Written]]:
    """Return all marks by hand of a part, oldest first, by hand-in."""
    found: dict[int, list[Written]] = {}
    by_act: dict[tuple[int, int], Written] = {}
    for at in range(0, len(ids), _CHUNK):
        query = (
            sa.select(decision, act_decision.c.act_id, act.c.undoes)
            .outerjoin(act_decision, act_decision.c.decision_id == decision.c.id)
            .outerjoin(act, act.c.id == act_decision.c.act_id)
            .where(
                decision.c.submission_id.in_(ids[at : at + _CHUNK]),
                decision.c.part == part,
                decision.c.kind == "hand",
            )
            .order_by(decision.c.id)
        )
        for row in connection.execute(query):
            those = found.setdefault(row.submission_id, [])
            before = those[-1].holds if those else 0
            back = by_act.get((row.submission_id, row.undoes or 0))
            holds = back.before if back else row.id if row.points is not None else 0
            one = Written(row=row, holds=holds, before=before)
            those.append(one)
            if row.act_id is not None:
                by_act[row.submission_id, row.act_id] = one
    return found


def written(
    connection: Connection, made: int, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert the marks or comments of a step, with the links to it."""
    link, column = {
        decision.name: (act_decision, "decision_id"),
        comment.name: (act_comment, "comment_id"),
    }[table.name]
    if not rows:
        return
    new = connection.execute(sa.insert(table).returning(table.c.id), list(rows)).scalars().all()
    connection.execute(sa.insert(link), [{"act_id": made, column: one} for one in new])
