"""What became of one mark: the hand-in it is of, decisions by hand, and regrades that changed it."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook.book import Book
from grader.gradebook.decisions import comments
from grader.gradebook.opening import Refused
from grader.gradebook.people import people
from grader.gradebook.policy import Policy
from grader.gradebook.results import data_of, exact
from grader.gradebook.standings import standings
from grader.gradebook.submissions import Held, files_of, held_of
from grader.gradebook.tables import change, decision
from grader.gradebook.tables import run as runs
from grader.marking.decided import decided
from grader.pipeline.assignment import Assignment
from grader.pipeline.grading import mark_record
from grader.pipeline.records import Record
from grader.pipeline.replay import Kept, kept
from grader.pipeline.story import story_of_part


def story(
    book: Book,
    assignment: Assignment,
    policy: Policy,
    student: str,
    part: str,
    *,
    key: bool = False,
) -> dict[str, Any]:
    """Return the whole story of one mark as plain data.

    Args:
        book: the gradebook.
        assignment: what marks rest on now.
        policy: of the course, for attempts and lateness.
        student: an id, for the attempt that counts, or one attempt as ada~2.
        part: its id.
        key: whether expected values are told.

    Raises:
        Refused: when there is no such part, hand-in or result.
        Lost: when its evidence is gone.
    """
    name = assignment.rubric.assignment
    if part not in (known := [one.id for one in assignment.rubric.parts]):
        raise Refused(f"'{name}' has no part {part}; it has: {', '.join(known)}")
    one = _kept(book, assignment, policy, student)
    record = Record.from_bytes(book.store.get(one.evidence))
    own = assignment.of(record.variant)
    made = mark_record(assignment, record, one.evidence)
    number = known.index(part)
    with_hand = decided(made, one.decisions)
    stored = _stored(one, part)
    return {
        "assignment": name,
        **_hand_in(book, assignment, policy, one),
        "claims": record.claims,
        "problems": [f"{p.path}: {p.what}" for p in record.problems],
        "isolation": record.isolation,
        "variant": record.variant.plain() if record.variant is not None else None,
        **story_of_part(own, record, made.parts[number], key=key),
        "decisions": book.read(lambda connection: _decisions(connection, one.held.id, part)),
        "comments": _comments(book, one.held.id, part),
        "changes": book.read(lambda connection: _changes(connection, one.held.id, part)),
        "stands": stored,
        "now": {
            "earned": _points(with_hand.parts[number].earned),
            "proposed": _points(with_hand.parts[number].proposed),
            "made_from": dict(with_hand.made_from),
        },
    }


def _kept(book: Book, assignment: Assignment, policy: Policy, student: str) -> Kept:
    held = _chosen(book, assignment, policy, student)
    found = kept(book, assignment.rubric.assignment, frozenset([held.label]))
    own = next((one for one in found if one.held.id == held.id), None)
    if own is None:
        name = assignment.rubric.assignment
        raise Refused(f"{held.label} has no result yet; `grader grade {name}` makes one")
    return own


def _chosen(book: Book, assignment: Assignment, policy: Policy, student: str) -> Held:
    """The hand-in of a student that counts, or the one attempt that is named."""
    name, roster = assignment.rubric.assignment, people(book)
    held = held_of(book, name)
    key = roster.whose(student) or student
    own = [one for one in held if (roster.whose(one.key) or one.key) == key]
    if not own:
        own = [one for one in held if one.label == student]
    if not own:
        raise Refused(f"the gradebook holds no hand-in of '{student}' to '{name}'")
    counts = _standing(book, assignment, policy, key)
    ids = {row.submission_id for row in counts}
    return next((one for one in own if one.id in ids), max(own, key=lambda one: one.attempt))


def _standing(book: Book, assignment: Assignment, policy: Policy, key: str) -> list[Any]:
    name = assignment.rubric.assignment
    possible = assignment.rubric.possible
    return book.read(lambda connection: standings(connection, name, policy, possible, only=[key]))


def _hand_in(book: Book, assignment: Assignment, policy: Policy, one: Kept) -> dict[str, Any]:
    row = next(iter(_standing(book, assignment, policy, one.owner)), None)
    files = files_of(book, [one.held.id]).get(one.held.id, [])
    late = row.late if row is not None and row.submission_id == one.held.id else None
    return {
        "student": one.owner,
        "name": row.name if row is not None else "",
        "on_roster": not people(book).unknown(one.held.key),
        "hand_in": one.held.label,
        "attempt": one.held.attempt,
        "attempts": row.attempts if row is not None else 1,
        "counts": row is not None and row.submission_id == one.held.id,
        "received": one.held.received.isoformat(),
        "late_seconds": late.seconds if late is not None else None,
        "twin": one.held.twin,
        "how": list(row.words) if row is not None else [],
        "files": [
            {"name": f.name, "sha256": f.sha256, "bytes": f.size, "lost": f.lost} for f in files
        ],
    }


def _stored(one: Kept, part: str) -> dict[str, Any]:
    """The part in the result that holds, exactly."""
    data = json.loads(one.summary.json)
    cell = next((cell for cell in one.summary.cells if cell.id == part), None)
    return {
        "earned": _points(cell.earned) if cell else None,
        "proposed": _points(cell.proposed) if cell else None,
        "state": cell.state if cell else "absent",
        "why_open": cell.why if cell else None,
        "detail": cell.detail if cell else "",
        "isolation": data["isolation"],
        "made_from": data["made_from"],
    }


def _points(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _decisions(connection: Connection, of: int, part: str) -> list[dict[str, Any]]:
    """All that was decided by hand of a part, also what was withdrawn since, oldest first."""
    query = (
        sa.select(decision)
        .where(decision.c.submission_id == of, decision.c.part == part)
        .order_by(decision.c.id)
    )
    return [
        {
            "kind": row.kind,
            "points": _points(row.points),
            "proposed": _points(row.proposed),
            "author": row.author,
            "at": row.at.isoformat(),
            "reason": row.reason,
        }
        for row in connection.execute(query)
    ]


def _comments(book: Book, of: int, part: str) -> list[dict[str, Any]]:
    found = book.read(lambda connection: comments(connection, [of])).get(of, ())
    return [
        {"author": one.author, "at": one.at.isoformat(), "text": one.text, "part": one.part}
        for one in found
        if one.part in ("", part)
    ]


def _changes(connection: Connection, of: int, part: str) -> list[dict[str, Any]]:
    """Runs that gave a hand-in another result, and what became of this part by each."""
    query = (
        sa.select(change.c.before_id, change.c.after_id, runs)
        .join(runs, runs.c.id == change.c.run_id)
        .where(change.c.submission_id == of)
        .order_by(runs.c.id)
    )
    rows = connection.execute(query).all()
    ids = sorted({one for row in rows for one in (row.before_id, row.after_id)})
    data, points = data_of(connection, ids), exact(connection, ids)
    made = []
    for row in rows:
        before, after = data[row.before_id], data[row.after_id]
        then, new = before["made_from"], after["made_from"]
        made.append(
            {
                "run": row.id,
                "kind": row.kind,
                "state": row.state,
                "at": row.began.isoformat(),
                "author": row.author,
                "before": _points(points.get(row.before_id, {}).get(part)),
                "after": _points(points.get(row.after_id, {}).get(part)),
                "because_of": [
                    name for name in dict.fromkeys((*then, *new)) if then.get(name) != new.get(name)
                ],
                "reasons": next((p["reasons"] for p in after["parts"] if p["id"] == part), []),
            }
        )
    return made
