"""What the pages of the review ask of the gradebook: waiting answers in groups, and one step for many.

A step is written whole (``grader.gradebook.acts``); then its hand-ins are marked again from their
evidence. What another person marked meanwhile is never written over.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from grader.gradebook import Book, acts
from grader.gradebook.acts import Left, Seen, seen_now
from grader.gradebook.people import people
from grader.pipeline import Assignment
from grader.review import history
from grader.review.answers import Waiting, answers, evidence_of, moved
from grader.review.blind import called, hidden
from grader.review.grouping import Group, grouped
from grader.review.models import Models
from grader.review.settling import settle
from grader.review.texts import Texts
from grader.review.waiting import Waits, closed, waiting
from grader.rubric import Part
from grader.web.review_forms import many, moment, shown

_TOKEN = re.compile(r"([0-9]{1,12})\.([0-9]{1,12})\.([0-9]{1,12})")


_AT_ONCE = 20
"""So many hand-ins are marked again before the page answers; more are left to the background."""
_STEPS = 1_000
"""So many steps have their words kept."""


class Stale(Exception):
    """Somebody was faster, or the group is another one now; nothing was written."""


@dataclass(slots=True)
class Kept(Texts):
    """What pages of the review keep between requests: answers, and lists until something moves."""

    groups: dict[tuple[object, ...], tuple[Group, ...]] = field(default_factory=dict)
    rows: dict[tuple[object, ...], list[Waiting]] = field(default_factory=dict)
    words: dict[int, str] = field(default_factory=dict)
    """Of the last steps: what each left alone, for the page that is opened after it."""
    warmed: set[str] = field(default_factory=set)

    def begun(self, name: str) -> bool:
        """Whether this is the first time that an assignment is looked at."""
        first = name not in self.warmed
        self.warmed.add(name)
        return first

    def say(self, step: int, words: str) -> None:
        """Keep words of a step; sent twice, the second time has none, and takes none away."""
        if words:
            if len(self.words) > _STEPS:
                self.words.clear()
            self.words[step] = words


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
    instructor: bool = False
    """Whether an instructor asks, who may take back what a model marked."""

    @property
    def name(self) -> str:
        """Of the assignment."""
        return self.loaded.rubric.assignment

    def warm(self) -> None:
        """Begin to read and group the answers of the class, so that pages find them ready."""
        if not self.texts.begun(self.name):
            return
        found = self.book.read(lambda connection: evidence_of(connection, self.name))

        def work() -> None:
            for sha256 in found:
                self.texts.of(self.book, sha256, "")
            most = sorted(self.waiting().values(), key=lambda one: -one.waiting)
            for one in most:
                if one.waiting:
                    self.groups(one.part)

        threading.Thread(target=work, name="answers", daemon=True).start()

    def waiting(self) -> dict[str, Waits]:
        """By part: how many answers wait, were decided by hand, and are asked about again."""
        nothing = {
            part.id: Waits(part=part.id, waiting=0, by_hand=0, requests=0)
            for part in self.loaded.rubric.parts
        }
        return nothing | waiting(self.book, self.name)

    def answers(self, part: str, *, decided: bool = False) -> list[Waiting]:
        """Return the answers to a part that wait, or those that a person decided."""
        known = (self.name, part, decided, *self.book.read(moved))
        if known not in self.texts.rows:
            if len(self.texts.rows) > 200:
                self.texts.rows.clear()
            self.texts.rows[known] = self.book.read(
                lambda connection: answers(connection, self.name, part, decided=decided)
            )
        return self.texts.rows[known]

    def groups(self, part: str, *, decided: bool = False) -> tuple[Group, ...]:
        """Return groups of answers, the largest first."""
        found = self.answers(part, decided=decided)
        known = (self.name, part, decided, tuple((one.submission, one.result) for one in found))
        if known not in self.texts.groups:
            if len(self.texts.groups) > 200:
                self.texts.groups.clear()
            self.texts.groups[known] = grouped(
                part, found, lambda one: self.texts.of(self.book, one.sha256, part)
            )
        return self.texts.groups[known]

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
            Stale: when nothing is as it was seen, or all is marked by the grader and waits for nobody.
            Refused: when points or reason are none.
        """
        shut = closed(self.book, self.name, part.id) & seen.keys()
        unasked = _unasked(len(shut))
        open_ = {of: one for of, one in seen.items() if of not in shut}
        if shut and not open_:
            raise Stale(f"{unasked} Nothing was changed; look again.")
        step = acts.decide(
            self.book, self.name, part.id, points, reason=reason, seen=open_,
            possible=part.points, text=said, once=once,
        )  # fmt: skip
        if not step.act:
            words = self.left(step.left) or "This answer is not there any more."
            raise Stale(f"{words} Nothing was changed; look again.")
        more = (unasked, self.left(step.left), self.mark_again(step.done))
        left = " ".join(filter(None, more))
        self.texts.say(step.act, left)
        return step.act, left

    def undo(self, number: int) -> tuple[str, str, int]:
        """Take back a step of one's own, or of a model where that is one's to do: the part, words, and the number of the new step.

        Raises:
            Refused: when it is not one's own, was taken back, or all was marked anew since.
        """
        row = next((one for one in self.steps(before=number + 1, most=1)), None)
        step = acts.undo(self.book, self.name, number, models=self.instructor)
        part = row.part if row is not None else ""
        words = f"Taken back: {many(len(step.done), 'mark')} of part {part}."
        more = (self.left(step.left), self.mark_again(step.done))
        words = " ".join((words, *filter(None, more)))
        self.texts.say(step.act, words)
        return part, words, step.act

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
        return self.book.read(
            lambda connection: history.steps(connection, self.name, before=before, most=most)
        )

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


def _unasked(count: int) -> str:
    """Return words for answers that are not a person's to mark, "" where there are none."""
    if not count:
        return ""
    does = "does" if count == 1 else "do"
    return (
        f"{many(count, 'answer')} {does} not wait: the grader is certain of the mark, and no student "
        "asked for another look."
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
