"""What the pages of the review ask of the gradebook: waiting answers in groups, and one step for many.

A step (an ``act``) is written with its decisions in one transaction; then the hand-ins are marked
again from their evidence. What another person marked meanwhile is never written over.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.codec import NotPlain
from grader.gradebook import Book
from grader.gradebook.audit import log
from grader.gradebook.book import assignment_id, find_assignment, lock, new_row
from grader.gradebook.results import record
from grader.gradebook.runs import begin, end
from grader.gradebook.store import Lost
from grader.gradebook.tables import (
    act,
    act_comment,
    act_decision,
    cell,
    comment,
    decision,
    evidence,
    result,
    standing,
    student,
    submission,
)
from grader.model import Answer, Found
from grader.pipeline import Assignment
from grader.pipeline.records import Record
from grader.pipeline.regrade import todo
from grader.pipeline.tasks import Tasks
from grader.report.feedback import WAITS
from grader.web.review_forms import many, moment, shown


class Stale(Exception):
    """Somebody was faster, or the group is another one now; nothing was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One answer in the queue, or one that a person decided."""

    submission: int
    result: int
    sha256: str
    label: str
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
    seen: str
    what: str
    members: tuple[Waiting, ...]

    @property
    def first(self) -> Waiting:
        """The one that stands for all."""
        return self.members[0]


@dataclass(slots=True)
class Texts:
    """Answers by the hash of their evidence, read once."""

    held: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    groups: dict[tuple[object, ...], tuple[Group, ...]] = field(default_factory=dict)

    def of(self, book: Book, sha256: str, part: str) -> tuple[str, str]:
        """Return the text of an answer, and whether it is code."""
        if sha256 not in self.held:
            if len(self.held) > 20_000:
                self.held.clear()
            self.held[sha256] = _texts(book, sha256)
        return self.held[sha256].get(part, ("", "text"))


def _texts(book: Book, sha256: str) -> dict[str, tuple[str, str]]:
    try:
        found = Record.from_bytes(book.store.get(sha256)).evidence
    except (Lost, NotPlain):
        return {}
    texts = {}
    for part, findings in found.items():
        answer = findings.get("answer")
        if isinstance(answer, Found) and isinstance(answer.value, Answer):
            kinds = {piece.kind for piece in answer.value.pieces}
            kind = "code" if kinds and kinds <= {"code", "output"} else "text"
            texts[part] = (answer.value.text[:20_000], kind)
    return texts


@dataclass(frozen=True, slots=True)
class Source:
    """The review of one assignment, in the name of who asks."""

    book: Book
    loaded: Assignment
    texts: Texts

    @property
    def name(self) -> str:
        """Of the assignment."""
        return self.loaded.rubric.assignment

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
            hand = self._by_hand(connection, part) if decided else {}
            rows = connection.execute(query).all()
            return [
                _waiting(row, held)
                for row in rows
                if (held := hand.get((row.of, part), ("", None))[1]) is not None or not decided
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
        seen = sorted((one.submission, one.result) for one in members)
        key = (part, first.why, str(first.proposed), text if text.strip() else str(first.label))
        said = " ".join(text.split())
        return Group(
            key=_hash(key)[:16],
            seen=_hash(seen)[:32],
            what=said or waits(first.why) or "No answer was found",
            members=members,
        )

    def decide(
        self,
        part: str,
        ids: Sequence[int],
        points: Fraction,
        *,
        reason: str,
        said: str = "",
        once: str,
        over: bool = False,
    ) -> int:
        """Mark answers in one step, and return its number; the same form twice is one step.

        Args:
            part: of the assignment.
            ids: the hand-ins.
            points: what each gets.
            reason: told to the students.
            said: a comment for each of them.
            once: a word that only this form has.
            over: whether marks by hand may be given anew; else one of another person stops it.

        Raises:
            Stale: when one of them was marked meanwhile.
        """
        now = {one.submission: one for one in self.answers(part)}
        hand = {one.submission: one for one in self.answers(part, decided=True)}

        def do(connection: Connection) -> int:
            number = assignment_id(connection, self.name)
            lock(connection, number)
            known = self._step(connection, number, once)
            if known:
                return known
            held = {of: row for (of, _), (_, row) in self._by_hand(connection, part).items()}
            taken = [of for of in ids if held.get(of) is not None]
            if not over and taken:
                raise Stale(_taken(held[taken[0]], hand.get(taken[0]), len(taken)))
            told = {"once": once, "points": str(points), "reason": reason, "count": len(ids)}
            made = self._act(connection, number, "mark", part, told)
            for of in ids:
                before = now.get(of)
                row = new_row(
                    connection, decision, submission_id=of, part=part, kind="hand", points=points,
                    proposed=before.proposed if before else None, author=self.book.author,
                    at=self.book.now(), reason=reason,
                )  # fmt: skip
                connection.execute(sa.insert(act_decision).values(act_id=made, decision_id=row))
                if said:
                    wrote = new_row(
                        connection, comment, submission_id=of, part=part, text=said,
                        author=self.book.author, at=self.book.now(),
                    )  # fmt: skip
                    connection.execute(sa.insert(act_comment).values(act_id=made, comment_id=wrote))
            data = {"part": part, "points": str(points), "hand_ins": len(ids), "act": made}
            log(connection, self.book, "marks by hand", assignment=self.name, data=data)
            return made

        made = self.book.write(do)
        self.mark_again(ids)
        return made

    def result_of(self, of: int) -> int:
        """Return the result of a hand-in that holds."""
        query = sa.select(standing.c.result_id).where(standing.c.submission_id == of)
        return self.book.read(lambda c: c.execute(query).scalar_one_or_none()) or 0

    def is_done(self, once: str) -> bool:
        """Whether a form was sent before."""
        return bool(
            self.book.read(lambda c: self._step(c, find_assignment(c, self.name) or 0, once))
        )

    def meanwhile(self, part: str, gone: Sequence[int]) -> str:
        """Return words for what another person did to answers that are no longer there."""
        held = {one.submission: one for one in self.answers(part, decided=True)}
        hand = self.book.read(lambda connection: self._by_hand(connection, part))
        taken = [of for of in gone if of in held] or list(held)[:0]
        if taken:
            return _taken(hand[taken[0], part][1], held[taken[0]], len(taken))
        steps = [row for row in self.steps(most=5) if row.part == part]
        whose = f" {steps[0].author} was here at {moment(steps[0].at)}." if steps else ""
        return f"This group is not there any more.{whose} Nothing was changed."

    def undo(self, number: int, once: str = "") -> tuple[str, str, int]:
        """Take a step back: the part, words, and how many marks.

        Raises:
            Stale: when it was taken back already, or does not exist.
        """
        del once

        def do(connection: Connection) -> tuple[str, list[int], int]:
            lock(connection, assignment_id(connection, self.name))
            row = connection.execute(
                sa.select(act).where(
                    act.c.id == number,
                    act.c.assignment_id == find_assignment(connection, self.name),
                    act.c.what == "mark",
                )
            ).one_or_none()
            if row is None:
                raise Stale("There is no such step to take back.")
            if connection.execute(sa.select(act.c.id).where(act.c.undoes == number)).first():
                raise Stale("This step was taken back already.")
            made = self._act(connection, row.assignment_id, "undo", row.part, {}, undoes=number)
            back, kept = self._withdraw(connection, number, made)
            data = {"act": number, "hand_ins": len(back), "left": kept}
            log(connection, self.book, "marks undone", assignment=self.name, data=data)
            return row.part, back, kept

        part, back, kept = self.book.write(do)
        self.mark_again(back)
        words = f"Taken back: {many(len(back), 'mark')} of part {part}."
        if kept:
            words += f" {many(kept, 'answer')} marked anew since then keep{'s' if kept == 1 else ''} that mark."
        return part, words, len(back)

    def _withdraw(self, connection: Connection, number: int, made: int) -> tuple[list[int], int]:
        rows = connection.execute(
            sa.select(decision)
            .join(act_decision, act_decision.c.decision_id == decision.c.id)
            .where(act_decision.c.act_id == number)
            .order_by(decision.c.id)
        ).all()
        back, kept = [], 0
        for row in rows:
            every = connection.execute(
                sa.select(decision)
                .where(
                    decision.c.submission_id == row.submission_id,
                    decision.c.part == row.part,
                    decision.c.kind == "hand",
                )
                .order_by(decision.c.id)
            ).all()
            if every[-1].id != row.id:
                kept += 1
                continue
            before = every[-2] if len(every) > 1 and every[-2].points is not None else None
            wrote = new_row(
                connection, decision, submission_id=row.submission_id, part=row.part, kind="hand",
                points=before.points if before else None, proposed=row.proposed,
                author=before.author if before else self.book.author, at=self.book.now(),
                reason=before.reason if before else "the step was taken back",
            )  # fmt: skip
            connection.execute(sa.insert(act_decision).values(act_id=made, decision_id=wrote))
            back.append(row.submission_id)
        said = connection.execute(
            sa.select(comment)
            .join(act_comment, act_comment.c.comment_id == comment.c.id)
            .where(act_comment.c.act_id == number)
        ).all()
        for row in said:
            wrote = new_row(
                connection, comment, submission_id=row.submission_id, part=row.part, text="",
                author=self.book.author, at=self.book.now(), instead_of=row.id,
            )  # fmt: skip
            connection.execute(sa.insert(act_comment).values(act_id=made, comment_id=wrote))
        return back, kept

    def mark_again(self, ids: Iterable[int]) -> None:
        """Mark hand-ins again from their evidence; reports are written when somebody asks for them."""
        wanted = set(ids)
        if not wanted:
            return
        query = sa.select(submission.c.label).where(submission.c.id.in_(wanted))
        labels = frozenset(self.book.read(lambda c: list(c.execute(query).scalars())))
        doing = todo(self.book, self.loaded, (), only=labels)
        tasks = [one for one in doing.tasks if one.submission_id in wanted and one.known]
        work = Tasks(assignment=self.loaded, files=self.book.store.folder, reports=None)
        try:
            done = [work(task).marked for task in tasks]
        finally:
            work.close()
        marked = [one for one in done if one is not None]
        run = begin(self.book, self.name, "mark", self.loaded.made_with)
        number = self.book.read(lambda c: find_assignment(c, self.name)) or 0
        record(self.book, number, marked, stand=True, run=run)
        end(self.book, self.name, run, "applied", {"hand_ins": len(marked)})

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

    def _act(
        self,
        connection: Connection,
        number: int,
        what: str,
        part: str,
        told: Mapping[str, Any],
        **more: Any,
    ) -> int:
        return new_row(
            connection, act, assignment_id=number, what=what, part=part, told=dict(told),
            author=self.book.author, at=self.book.now(), **more,
        )  # fmt: skip

    def _step(self, connection: Connection, number: int, once: str) -> int:
        query = (
            sa.select(act.c.id, act.c.told)
            .where(act.c.assignment_id == number, act.c.author == self.book.author)
            .order_by(act.c.id.desc())
            .limit(500)
        )
        rows = connection.execute(query)
        return next((row.id for row in rows if row.told and row.told.get("once") == once), 0)


def waits(why: str) -> str:
    """Return why an answer waits, in few words; nothing where it does not."""
    return {str(key): words for key, (words, _) in WAITS.items()}.get(why, "")


def _waiting(row: sa.Row[Any], held: Any) -> Waiting:
    return Waiting(
        submission=row.of,
        result=row.result_id,
        sha256=row.sha256,
        label=row.label,
        name=row.name or "",
        state=row.state,
        earned=row.earned,
        proposed=row.proposed,
        why=row.why or "",
        detail=row.detail,
        mistakes=tuple((id_, says) for id_, says in row.mistakes),
        author=held.author if held is not None else "",
    )


def _taken(row: Any, one: Waiting | None, count: int) -> str:
    whose = one.label if one else "one of these answers"
    more = f" (and {count - 1} more)" if count > 1 else ""
    return (
        f"{row.author} marked {whose}{more} meanwhile: {shown(row.points)}, {moment(row.at)}. "
        "Nothing was changed; look again."
    )


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()


def source(book: Book, loaded: Assignment, texts: Texts, author: str) -> Source:
    """Return the review of an assignment in somebody's name."""
    return Source(replace(book, author=author), loaded, texts)
