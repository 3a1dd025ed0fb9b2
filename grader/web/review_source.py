"""What the pages of the review ask of the gradebook: waiting answers in groups, and one step for many.

A step is written whole (``grader.gradebook.acts``); then its hand-ins are marked again from their
evidence. What another person marked meanwhile is never written over.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook import Book, acts
from grader.gradebook.acts import Left, Seen, seen_now
from grader.gradebook.book import find_assignment
from grader.gradebook.people import people
from grader.gradebook.tables import (
    act,
    act_decision,
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
from grader.pipeline import Assignment
from grader.report.feedback import WAITS
from grader.review.blind import called, hidden
from grader.review.models import Models
from grader.review.settling import settle
from grader.review.texts import Texts
from grader.rubric import Part
from grader.web.review_forms import many, moment, shown

_TOKEN = re.compile(r"([0-9]{1,12})\.([0-9]{1,12})\.([0-9]{1,12})")


_AT_ONCE = 20
"""So many hand-ins are marked again before the page answers; more are left to the background."""


class Stale(Exception):
    """Somebody was faster, or the group is another one now; nothing was written."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Answers that one decision may mark."""

    key: str
    what: str
    members: tuple[Waiting, ...]

    @property
    def first(self) -> Waiting:
        """The one that stands for all."""
        return self.members[0]


@dataclass(slots=True)
class Kept(Texts):
    """What pages of the review keep between requests: answers, and lists until something moves."""

    groups: dict[tuple[object, ...], tuple[Group, ...]] = field(default_factory=dict)
    rows: dict[tuple[object, ...], list[Waiting]] = field(default_factory=dict)
    warmed: set[str] = field(default_factory=set)

    def begun(self, name: str) -> bool:
        """Whether this is the first time that an assignment is looked at."""
        first = name not in self.warmed
        self.warmed.add(name)
        return first


@dataclass(frozen=True, slots=True)
class Source:
    """The review of one assignment, in the name of who asks."""

    book: Book
    loaded: Assignment
    texts: Kept
    reports: Path | None = None
    """Where reports are written when a mark changes."""
    later: Callable[[str, Iterable[int]], None] | None = None
    """Marks many hand-ins again in the background."""
    models: Models | None = None

    @property
    def name(self) -> str:
        """Of the assignment."""
        return self.loaded.rubric.assignment

    def warm(self) -> None:
        """Begin to read the answers of the class, so that they are there when a part is opened."""
        if not self.texts.begun(self.name):
            return

        def ask(connection: Connection) -> list[str]:
            query = (
                sa.select(evidence.c.sha256)
                .join(result, result.c.evidence_id == evidence.c.id)
                .join(standing, standing.c.result_id == result.c.id)
                .join(submission, submission.c.id == standing.c.submission_id)
                .where(submission.c.assignment_id == find_assignment(connection, self.name))
            )
            return list(connection.execute(query).scalars())

        found = self.book.read(ask)

        def work() -> None:
            # a page that is opened meanwhile begins at the other end
            for sha256 in reversed(found):
                self.texts.of(self.book, sha256, "")

        threading.Thread(target=work, name="answers", daemon=True).start()

    def counts(self) -> dict[str, tuple[int, int]]:
        """By part: how many answers wait, and how many were decided by hand."""

        def ask(connection: Connection) -> dict[str, tuple[int, int]]:
            rows = connection.execute(
                sa.select(cell.c.part, sa.func.count())
                .join(standing, standing.c.result_id == cell.c.result_id)
                .join(submission, submission.c.id == standing.c.submission_id)
                .where(
                    submission.c.assignment_id == find_assignment(connection, self.name),
                    cell.c.state == "waits",
                )
                .group_by(cell.c.part)
            ).all()
            held: dict[str, int] = defaultdict(int)
            for part, points in self._by_hand(connection).values():
                held[part] += points is not None
            waits = {row[0]: row[1] for row in rows}
            return {part: (waits.get(part, 0), held.get(part, 0)) for part in {*waits, *held}}

        return self.book.read(ask)

    def _by_hand(
        self, connection: Connection, part: str = ""
    ) -> dict[tuple[int, str], tuple[str, Any]]:
        query = (
            sa.select(decision)
            .join(submission, submission.c.id == decision.c.submission_id)
            .where(
                submission.c.assignment_id == find_assignment(connection, self.name),
                decision.c.kind == "hand",
            )
            .order_by(decision.c.id)
        )
        if part:
            query = query.where(decision.c.part == part)
        found: dict[tuple[int, str], tuple[str, Any]] = {}
        for row in connection.execute(query):
            holds = row if row.points is not None else None
            found[row.submission_id, row.part] = (row.part, holds)
        return found

    def answers(self, part: str, *, decided: bool = False) -> list[Waiting]:
        """Return the answers to a part that wait, or those that a person decided."""
        known = (self.name, part, decided, *self._stamp())
        if known not in self.texts.rows:
            if len(self.texts.rows) > 200:
                self.texts.rows.clear()
            self.texts.rows[known] = self._answers(part, decided=decided)
        return self.texts.rows[known]

    def _stamp(self) -> tuple[object, ...]:
        """What moves with every mark, every grading and every change of the roster."""
        query = sa.select(
            sa.select(sa.func.max(audit.c.id)).scalar_subquery(),
            sa.select(sa.func.max(decision.c.id)).scalar_subquery(),
            sa.select(sa.func.max(run.c.id)).scalar_subquery(),
            sa.select(sa.func.max(run.c.ended)).scalar_subquery(),
        )
        return tuple(self.book.read(lambda connection: connection.execute(query).one()))

    def _answers(self, part: str, *, decided: bool) -> list[Waiting]:
        def ask(connection: Connection) -> list[Waiting]:
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
                .where(
                    submission.c.assignment_id == find_assignment(connection, self.name),
                    cell.c.part == part,
                )
                .order_by(submission.c.label)
            )
            if not decided:
                query = query.where(cell.c.state == "waits")
            hand = self._by_hand(connection, part)
            rows = connection.execute(query).all()
            return [
                _waiting(row, held)
                for row in rows
                if ((held := hand.get((row.of, part), ("", None))[1]) is not None) == decided
            ]

        return self.book.read(ask)

    def groups(self, part: str, *, decided: bool = False) -> tuple[Group, ...]:
        """Return groups of answers, the largest first."""
        found = self.answers(part, decided=decided)
        known = (self.name, part, decided, tuple((one.submission, one.result) for one in found))
        if known not in self.texts.groups:
            if len(self.texts.groups) > 200:
                self.texts.groups.clear()
            self.texts.groups[known] = tuple(self._grouped(part, found))
        return self.texts.groups[known]

    def _grouped(self, part: str, found: Sequence[Waiting]) -> list[Group]:
        from grader.propose import similar  # noqa: PLC0415  # it loads numpy

        alike: dict[tuple[object, ...], list[Waiting]] = defaultdict(list)
        for one in found:
            points = one.proposed if one.earned is None else one.earned
            seen = tuple(id_ for id_, _ in one.mistakes)
            kind = self.texts.of(self.book, one.sha256, part)[1]
            alike[one.why, points, seen, kind, one.author].append(one)
        made = []
        for rows in alike.values():
            texts, kinds = zip(
                *(self.texts.of(self.book, one.sha256, part) for one in rows), strict=True
            )
            for group in similar(texts, kind="code" if kinds[0] == "code" else "text"):
                order = [group.medoid, *(at for at in group.members if at != group.medoid)]
                members = tuple(rows[at] for at in order)
                made.append(self._group(part, members, texts[group.medoid]))
        return sorted(made, key=lambda one: (-len(one.members), one.first.label))

    def _group(self, part: str, members: tuple[Waiting, ...], text: str) -> Group:
        first = members[0]
        key = (part, first.why, str(first.proposed), text if text.strip() else str(first.label))
        said = " ".join(text.split())
        return Group(
            key=_hash(key)[:16],
            what=said or waits(first.why) or "No answer was found",
            members=members,
        )

    def called(self, label: str) -> str:
        """Return what an answer is called where no name is shown."""
        return called(self.name, self.book.author, label)

    def covered(self, text: str, key: str) -> str:
        """Return a text without the names, ids and addresses of students."""
        return hidden(text, people(self.book), key)

    def seen(self, part: str, ids: Sequence[int]) -> dict[int, Seen]:
        """Return what a marker sees of answers now; a form gives it back."""
        return self.book.read(lambda connection: seen_now(connection, part, ids))

    def decide(
        self,
        part: Part,
        seen: Mapping[int, Seen],
        points: Fraction,
        *,
        reason: str,
        said: str = "",
        once: str,
    ) -> tuple[int, str]:
        """Mark answers in one step; return its number, and words for what was left alone.

        Args:
            part: of the assignment.
            seen: the hand-ins, and what the marker saw of each.
            points: what each gets.
            reason: told to the students.
            said: a comment for each of them.
            once: a word that only this form has; sent twice it is one step.

        Raises:
            Stale: when nothing is as it was seen.
            Refused: when points or reason are none.
        """
        step = acts.decide(
            self.book, self.name, part.id, points, reason=reason, seen=seen,
            possible=part.points, text=said, once=once,
        )  # fmt: skip
        if not step.act:
            words = self.left(step.left) or "This answer is not there any more."
            raise Stale(f"{words} Nothing was changed; look again.")
        return step.act, " ".join(filter(None, (self.left(step.left), self.mark_again(step.done))))

    def undo(self, number: int) -> tuple[str, str, int]:
        """Take a step of one's own back: the part, words, and how many answers.

        Raises:
            Refused: when it is not one's own, was taken back, or all was marked anew since.
        """
        row = next((one for one in self.steps(before=number + 1, most=1)), None)
        step = acts.undo(self.book, self.name, number)
        part = row.part if row is not None else ""
        words = f"Taken back: {many(len(step.done), 'mark')} of part {part}."
        more = (self.left(step.left), self.mark_again(step.done))
        return part, " ".join((words, *filter(None, more))), len(step.done)

    def left(self, some: Sequence[Left]) -> str:
        """Return words for answers that a step left alone: whose mark they have, and since when."""
        if not some:
            return ""
        first, count = some[0], many(len(some), "answer")
        why = first.why.replace("was ", "were ") if len(some) > 1 else first.why
        if first.author and first.at is not None:
            mark = "took the mark back" if first.points is None else f"gave {shown(first.points)}"
            return f"{count} {why}: {first.author} {mark}, {moment(first.at)}."
        return f"{count} {why}."

    def mark_again(self, ids: Iterable[int]) -> str:
        """Mark hand-ins again from their evidence, and return what a person has to do, if anything.

        Many are marked in the background: their decisions hold, and pages show them, at once.
        """
        some = tuple(ids)
        if len(some) > _AT_ONCE and self.later is not None:
            self.later(self.name, some)
            return ""
        return settle(self.book, self.loaded, some, reports=self.reports).words

    def steps(self, *, before: int = 0, most: int = 50) -> list[sa.Row[Any]]:
        """Return the last steps, newest first."""

        def ask(connection: Connection) -> list[sa.Row[Any]]:
            query = sa.select(act).where(
                act.c.assignment_id == find_assignment(connection, self.name)
            )
            if before:
                query = query.where(act.c.id < before)
            return [*connection.execute(query.order_by(act.c.id.desc()).limit(most))]

        return self.book.read(ask)

    def is_done(self, once: str) -> bool:
        """Whether a form was sent before."""
        rows = self.steps(most=500)
        return any(
            row.author == self.book.author and (row.told or {}).get("once") == once for row in rows
        )

    def meanwhile(self, part: str) -> str:
        """Return words for a group that is not there any more: who was here last."""
        rows = [row for row in self.steps(most=50) if row.part == part]
        if not rows:
            return "This group is not there any more. Nothing was changed; look again."
        return (
            f"This group is not there any more: {rows[0].author} marked here, "
            f"{moment(rows[0].at)}. Nothing was changed; look again."
        )

    def effort(self) -> tuple[int, int]:
        """Return how many steps that hold marked how many answers."""
        taken = sa.select(act.c.undoes).where(act.c.undoes.is_not(None))

        def ask(connection: Connection) -> tuple[int, int]:
            query = (
                sa.select(sa.func.count(sa.distinct(act.c.id)), sa.func.count())
                .join(act_decision, act_decision.c.act_id == act.c.id)
                .where(
                    act.c.assignment_id == find_assignment(connection, self.name),
                    act.c.what == "mark",
                    act.c.id.not_in(taken),
                )
            )
            steps, marks = connection.execute(query).one()
            return steps, marks

        return self.book.read(ask)

    def marked_in(self, numbers: Sequence[int]) -> dict[int, list[sa.Row[Any]]]:
        """Return the marks that steps made."""

        def ask(connection: Connection) -> dict[int, list[sa.Row[Any]]]:
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

        return self.book.read(ask)


def waits(why: str) -> str:
    """Return why an answer waits, in few words; nothing where it does not."""
    return {str(key): words for key, (words, _) in WAITS.items()}.get(why, "")


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


def stamp(seen: Mapping[int, Seen]) -> str:
    """Return a short word for what a marker sees of a whole group: another one, once it changed."""
    return _hash(sorted((of, one.result, one.decision) for of, one in seen.items()))[:32]


def token(of: int, one: Seen) -> str:
    """Return an answer with what is seen of it, as a form gives it back."""
    return f"{of}.{one.result}.{one.decision}"


def from_tokens(given: Iterable[str]) -> dict[int, Seen]:
    """Return answers with what was seen of them; what is no such word is left out."""
    found = {}
    for one in given:
        if match := _TOKEN.fullmatch(one):
            of, result_id, decision_id = (int(step) for step in match.groups())
            found[of] = Seen(result=result_id, decision=decision_id)
    return found


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()
