"""A model per part that learns from the marks of people; it stands only where that was turned on.

Marks that a model gave are never learned from. A tenth of what it is certain of goes to people all
the same (``grader.review.auditing``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook import Book
from grader.gradebook.acts import Seen, Step, decide, seen_now
from grader.gradebook.book import find_assignment
from grader.gradebook.decisions import by_model, decisions
from grader.gradebook.opening import Refused
from grader.gradebook.releases import last_turned_on, turned_on_by
from grader.gradebook.tables import cell, evidence, result, standing, submission
from grader.marking.decided import MODEL
from grader.review.auditing import Audit, audit, chosen, kept
from grader.review.texts import Texts
from grader.rubric import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """What the marks given so far say of one answer that waits."""

    submission: int
    label: str
    seen: Seen
    points: Fraction | None
    error: float
    certain: bool
    audited: bool
    why: str
    nearest: int | None
    """The hand-in of the marked answer that is most like it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """The proposals for a part, and on how many marks of people they rest."""

    items: tuple[Suggested, ...]
    marked: int


@dataclass(frozen=True, slots=True)
class _Row:
    submission: int
    label: str
    sha256: str
    waits: bool


def proposals(
    book: Book, name: str, part: Part, levels: Sequence[Fraction] = (), texts: Texts | None = None
) -> Proposals:
    """Return what a model proposes for the answers to a part that wait.

    Args:
        book: the gradebook.
        name: the assignment.
        part: of its rubric.
        levels: shares of the points that the rubric knows.
        texts: answers that were read before.

    Raises:
        grader.propose.Unavailable: where scikit-learn is not installed.
    """
    from grader.propose import learn  # noqa: PLC0415  # it loads scikit-learn

    rows = book.read(lambda connection: _rows(connection, name, part.id))
    given, decided = book.read(lambda connection: _by_people(connection, rows, part))
    held = texts or Texts()
    marked = [row for row in rows if row.submission in given]
    open_ = [row for row in rows if row.waits and row.submission not in decided]
    seen = book.read(lambda c: seen_now(c, part.id, [row.submission for row in open_]))
    model = learn(
        [held.of(book, row.sha256, part.id)[0] for row in marked],
        [given[row.submission] for row in marked],
        levels,
        question=part.ask,
    )
    made = model.propose([held.of(book, row.sha256, part.id)[0] for row in open_])
    sure = [row.submission for row, one in zip(open_, made, strict=True) if one.certain]
    audited = chosen(book, name, part.id, sure)
    items = tuple(
        Suggested(
            submission=row.submission,
            label=row.label,
            seen=seen[row.submission],
            points=None if one.credit is None else one.credit * part.points,
            error=one.error,
            certain=one.certain,
            audited=row.submission in audited,
            why=one.why,
            nearest=None if one.nearest is None else marked[one.nearest].submission,
        )
        for row, one in zip(open_, made, strict=True)
    )
    return Proposals(items=items, marked=len(marked))


def let_stand(book: Book, name: str, part: Part, found: Proposals) -> list[Step]:
    """Let certain proposals stand as marks where an instructor turned that on: a step each level.

    Whatever is audited, uncertain, or was marked meanwhile is left to people. What the model proposed
    for the audited is kept in the first step that marked anything.

    Raises:
        Refused: when nobody turned it on for this part, or the audit of what stands is bad.
    """
    who, release = book.read(lambda connection: _turned_on(connection, name, part.id))
    if not who:
        raise Refused(f"no model was turned on for part {part.id} of '{name}' by name")
    if (so_far := audit(book, name, part)).bad:
        raise Refused(not_borne_out(so_far))
    sure = {one.submission: one for one in found.items if one.certain and one.points is not None}
    audited = chosen(book, name, part.id, sure)
    groups: dict[Fraction, dict[int, Seen]] = defaultdict(dict)
    proposed: dict[int, Fraction] = {}
    for of, one in sure.items():
        points = one.points or Fraction(0)
        if of in audited:
            proposed[of] = points
        else:
            groups[points][of] = one.seen
    named = replace(book, author=f"{MODEL}{who}")
    reason = f"marked as like answers were by people, of whom {found.marked} answers were marked"

    def still_on(connection: Connection, _: Step) -> None:
        if _turned_on(connection, name, part.id) != (who, release):
            raise Refused(f"the model of part {part.id} was turned off meanwhile")

    steps: list[Step] = []
    for points, seen in sorted(groups.items()):
        first = not any(step.act for step in steps)
        step = decide(
            named, name, part.id, points, reason=reason, seen=seen, possible=part.points,
            what="model", told=kept(proposed, release) if first else None, also=still_on,
        )  # fmt: skip
        steps.append(step)
    return steps


def not_borne_out(found: Audit) -> str:
    """Return why no more may stand."""
    return (
        f"of {found.marked} certain proposals that people looked at all the same, {found.same} "
        f"got the points that the model proposed: no more of them stand until it is turned off "
        "and, by name, on again"
    )


def _turned_on(connection: Connection, name: str, part: str) -> tuple[str, int]:
    row = last_turned_on(connection, name, "model", part)
    return turned_on_by(connection, name, "model", part), row.id if row is not None else 0


def _rows(connection: Connection, name: str, part: str) -> list[_Row]:
    query = (
        sa.select(submission.c.id, submission.c.label, evidence.c.sha256, cell.c.state)
        .join(standing, standing.c.submission_id == submission.c.id)
        .join(result, result.c.id == standing.c.result_id)
        .join(evidence, evidence.c.id == result.c.evidence_id)
        .join(cell, cell.c.result_id == result.c.id)
        .where(submission.c.assignment_id == find_assignment(connection, name), cell.c.part == part)
        .order_by(submission.c.label)
    )
    return [
        _Row(submission=row.id, label=row.label, sha256=row.sha256, waits=row.state == "waits")
        for row in connection.execute(query)
    ]


def _by_people(
    connection: Connection, rows: Sequence[_Row], part: Part
) -> tuple[dict[int, Fraction], set[int]]:
    """Shares of the points that people gave, and all that are decided, by a model too."""
    found = decisions(connection, [row.submission for row in rows], kinds=("hand",))
    given, decided = {}, set()
    for of, some in found.items():
        own = next((one for one in some if one.part == part.id), None)
        if own is None:
            continue
        decided.add(of)
        if part.points and own.points <= part.points and not by_model(own.author):
            given[of] = own.points / part.points
    return given, decided
