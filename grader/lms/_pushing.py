"""Sending, with every answer checked against what the LMS then shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from grader.export import number
from grader.lms._entries import Entry, Lms, Sending, Target, same
from grader.lms._errors import Busy, LmsError, Refused, Unanswered
from grader.lms._journal import DIFFERS, REFUSED, SENDING, VERIFIED, Journal
from grader.lms._planning import Push
from grader.lms._retry import Pauses

LOOKS = 3
"""How often we look before we say that the LMS shows something else than was sent."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What did not arrive, and why."""

    who: str
    says: str


@dataclass(slots=True)
class Outcome:
    """What became of a push."""

    verified: list[str] = field(default_factory=list)
    """Students whose marks, comments and files the LMS shows as they were sent."""
    differs: list[Fault] = field(default_factory=list)
    """Where the LMS said that all was well, and shows something else."""
    refused: list[Fault] = field(default_factory=list)
    unknown: list[Fault] = field(default_factory=list)
    """Where the LMS gave no answer that can be relied on."""

    @property
    def good(self) -> bool:
        """Whether all arrived."""
        return not self.faults

    @property
    def faults(self) -> list[Fault]:
        """All that did not arrive as it was sent."""
        return [*self.differs, *self.refused, *self.unknown]


def push(
    plan: Push,
    lms: Lms,
    journal: Journal,
    pauses: Pauses,
    watch: Callable[[int], None] | None = None,
) -> Outcome:
    """Send what was planned, read it back, and return what became of it.

    A push that is stopped anywhere is done again by planning and pushing again: what arrived is
    seen in the LMS and not sent twice.

    Args:
        plan: as it was shown.
        lms: to send to.
        journal: of this assignment, held alone.
        pauses: between tries.
        watch: is told how many students are done.
    """
    outcome = Outcome()
    done = 0
    for batch in lms.batches(plan.sendings):
        try:
            _Settling(plan, lms, journal, pauses, outcome).all(batch)
        except LmsError as error:
            raise _stopped(f"{error}", outcome) from error
        done += len(batch)
        if watch is not None:
            watch(done)
        if outcome.unknown and not outcome.verified:
            raise _stopped(f"the LMS gives no answers: {outcome.unknown[-1].says}", outcome)
    return outcome


def _stopped(says: str, outcome: Outcome) -> LmsError:
    told = "".join(f"\n{one.who}: {one.says}" for one in outcome.faults)
    return LmsError(
        f"{says}; stopped. {len(outcome.verified)} student(s) have what was sent: it was read back. "
        f"The same command goes on from there{told}"
    )


@dataclass(slots=True)
class _Settling:
    """One piece on its way, until it is certain what became of it."""

    plan: Push
    lms: Lms
    journal: Journal
    pauses: Pauses
    outcome: Outcome

    def all(self, batch: Sequence[Sending]) -> None:
        """Send a piece; what cannot be sent together is sent one by one."""
        left = list(batch)
        whole = {one.user: one for one in batch}
        for tried in range(1, self.pauses.tries + 1):
            for one in left:
                self.journal.note(SENDING, one)
            try:
                self.lms.send(left, self.plan.entries)
            except Unanswered as error:
                self.pauses.wait(tried, error.after)
                left, why = self._lost(left, whole), f"{error}"
            except Busy as error:
                self.pauses.wait(tried, error.after)
                why = f"{error}"
            except Refused as error:
                self._refused(left, whole, f"{error}")
                return
            else:
                self._look(left, whole)
                return
            if not left:
                return
        for one in left:
            self.outcome.unknown.append(Fault(one.who, why))

    def _missing(self, left: Sequence[Sending], whole: dict[str, Sending]) -> list[Sending]:
        """What the LMS does not show; the rest is done, whatever it answered."""
        found = self.lms.look([one.user for one in left])
        missing = []
        for one in left:
            rest = one.left(found.get(one.user), self.plan.target)
            if rest is None:
                self._done(whole[one.user], found[one.user])
            else:
                missing.append(rest)
        return missing

    def _lost(self, left: Sequence[Sending], whole: dict[str, Sending]) -> list[Sending]:
        """What did not arrive of what was not answered.

        It may be on its way still: before a comment is sent that would stand there a second time,
        we look again and again.
        """
        missing = self._missing(left, whole)
        for tried in range(1, LOOKS):
            if self.plan.target.one_comment or not any(one.comment or one.file for one in missing):
                break
            self.pauses.wait(tried)
            missing = self._missing(missing, whole)
        return missing

    def _refused(self, left: Sequence[Sending], whole: dict[str, Sending], why: str) -> None:
        """One of a piece may have been at fault for all, and some may have been taken."""
        if len(left) == 1:
            self.journal.note(REFUSED, left[0])
            self.outcome.refused.append(Fault(left[0].who, why))
            return
        for one in self._missing(left, whole):
            self.all([one])

    def _look(self, left: Sequence[Sending], whole: dict[str, Sending]) -> None:
        """Look whether the LMS shows what it said that it had taken."""
        for tried in range(1, LOOKS + 1):
            left = self._missing(left, whole)
            if not left:
                return
            if tried < LOOKS:
                self.pauses.wait(tried)
        found = self.lms.look([one.user for one in left])
        for one in left:
            self.journal.note(DIFFERS, one)
            says = said(one, found.get(one.user), self.plan.target)
            self.outcome.differs.append(Fault(one.who, says))

    def _done(self, one: Sending, entry: Entry) -> None:
        if one.mark is not None and entry.counts is not None and not same(entry.counts, one.mark):
            self.journal.note(DIFFERS, replace(one, comment="", file=None))
            says = f"{number(one.mark, 5)} arrived, and the LMS counts {number(entry.counts, 5)}: it has a penalty of its own"
            self.outcome.differs.append(Fault(one.who, says))
            return
        self.journal.note(VERIFIED, one)
        self.outcome.verified.append(one.who)


def said(sending: Sending, entry: Entry | None, target: Target) -> str:
    """Return in words how the LMS differs from what was sent."""
    if entry is None:
        return "the LMS took it and shows nobody of that id"
    words = []
    if sending.mark is not None and not same(entry.mark, sending.mark):
        shown = "no mark" if entry.mark is None else number(entry.mark, 5)
        words.append(f"{number(sending.mark, 5)} was sent and taken, and the LMS shows {shown}")
    titles = {one.id: one.title for one in target.criteria}
    for name, points in sending.rubric.items():
        held: Fraction | None = entry.rubric.get(name)
        if held != points:
            shown = "nothing" if held is None else number(held, 5)
            words.append(f"rubric '{titles.get(name, name)}': {number(points, 5)} was sent, and it shows {shown}")  # fmt: skip
    if sending.comment:
        words.append("the comment was taken and is not shown as it was sent")
    if sending.file is not None:
        words.append(f"{sending.file.name} was taken and is not shown")
    return "; ".join(words)
