"""All pairs of a regrade, taken in one after another; those that do not differ leave only sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from grader.report import Problem
from grader.report.changes.compare import (
    Compared,
    HandInChange,
    Pair,
    PartChange,
    Presence,
    Standing,
    compared,
)
from grader.report.changes.why import Reason
from grader.report.feedback import NONE, ROLES
from grader.rubric import Rubric

_GREATEST = 10


@dataclass(slots=True, kw_only=True)
class Totals:
    """Sums over all hand-ins of one side.

    ``distribution`` counts hand-ins by their points, proposals of marks that wait included.
    """

    hand_ins: int = 0
    decided: Fraction = NONE
    """Points of all marks that are decided."""
    waiting: int = 0
    """Marks that wait for a person."""
    possible: Fraction = NONE
    """Points that can be earned by one hand-in."""
    distribution: Counter[Fraction] = field(default_factory=Counter)

    @property
    def suggested(self) -> Fraction:
        """Points of all marks if every proposal stands."""
        return sum((points * count for points, count in self.distribution.items()), NONE)

    @property
    def mean(self) -> Fraction | None:
        """Mean points of a hand-in if every proposal stands; None where there is none."""
        return self.suggested / self.hand_ins if self.hand_ins else None


@dataclass(slots=True, kw_only=True)
class PartCount:
    """One part over the whole class: how many marks change in which way.

    ``kept`` are changes that marking would make and that are not made; they are in no other count.
    """

    id: str
    ask: str
    possible: Fraction | None
    """Points by the new rubric, or None where it lacks the part."""
    up: int = 0
    down: int = 0
    opened: int = 0
    closed: int = 0
    same: int = 0
    kept: int = 0
    moved: Fraction = NONE
    """Sum of the deltas of those that go up or down."""

    @property
    def changed(self) -> int:
        """How many marks change, whether or not their points do."""
        return self.up + self.down + self.opened + self.closed + self.same

    @property
    def mean(self) -> Fraction | None:
        """Mean delta of those that go up or down, or None where none does."""
        return self.moved / (self.up + self.down) if self.up + self.down else None


@dataclass(slots=True, kw_only=True)
class Changes:
    """What a regrade changes; ``hand_ins`` are only those that differ, by student."""

    assignment: str
    title: str
    before: Totals = field(default_factory=Totals)
    after: Totals = field(default_factory=Totals)
    parts: dict[str, PartCount] = field(default_factory=dict)
    hand_ins: list[HandInChange] = field(default_factory=list)
    unchanged: int = 0
    """Hand-ins in which nothing differs."""
    inputs: Counter[str] = field(default_factory=Counter)
    """What results are made from, and for how many hand-ins it differs."""
    problems: list[Problem] = field(default_factory=list)
    """Hand-ins that could not be compared, and why; they are in no sum."""

    @property
    def marks(self) -> list[PartChange]:
        """All parts that differ, by student and in the rubric's order."""
        return [part for change in self.hand_ins for part in change.parts]

    @property
    def collected_anew(self) -> int:
        """Hand-ins whose evidence was collected anew and differs."""
        return self.inputs["evidence"]

    def count(self, name: str) -> int:
        """How many marks are in one count of all parts, such as ``up`` or ``kept``."""
        return sum(getattr(part, name) for part in self.parts.values())

    @property
    def students_up(self) -> int:
        """Hand-ins whose decided marks move up in sum."""
        return sum(change.moved > 0 for change in self.hand_ins)

    @property
    def students_down(self) -> int:
        """Hand-ins whose decided marks move down in sum."""
        return sum(change.moved < 0 for change in self.hand_ins)

    @property
    def greatest(self) -> list[HandInChange]:
        """The hand-ins that move most, up or down."""
        moved = [change for change in self.hand_ins if change.moved]
        return sorted(moved, key=lambda change: (-abs(change.moved), change.student))[:_GREATEST]


def changes(rubric: Rubric, pairs: Iterable[Pair]) -> Changes:
    """Return what a regrade changes.

    Args:
        rubric: the new one.
        pairs: all hand-ins, in any order; only those that differ are kept in memory.
    """
    found = Changes(assignment=rubric.assignment, title=rubric.title)
    found.parts = {p.id: PartCount(id=p.id, ask=p.ask, possible=p.points) for p in rubric.parts}
    ways = {
        (part.id, attempt.id): role
        for part in rubric.parts
        for criterion in part.criteria
        for each in (criterion, criterion.as_run())
        for role, attempt in each.attempts()
        if role in ROLES
    }
    known: dict[Reason, Reason] = {}
    for pair in pairs:
        try:
            made = compared(pair, ways)
        except (AttributeError, TypeError, ValueError) as error:
            what = f"it could not be compared: {error}"
            found.problems.append(Problem(path=pair.student, what=what))
            continue
        _add(found, pair, made, known)
    found.hand_ins.sort(key=lambda change: change.student)
    found.problems.sort()
    return found


def _add(found: Changes, pair: Pair, made: Compared, known: dict[Reason, Reason]) -> None:
    before = _total(found.before, made.before, made.possible[0])
    after = _total(found.after, made.after, made.possible[1])
    found.inputs.update(made.inputs)
    if before is not None and after is not None and not made.parts:
        found.unchanged += 1
        return
    if before is None and after is None:
        return
    presence: Presence = "new" if before is None else "gone" if after is None else "both"
    for change in made.parts:
        _count(found, change)
    found.hand_ins.append(
        HandInChange(
            student=pair.student,
            presence=presence,
            before=before,
            after=after,
            parts=tuple(_shared(change, known) for change in made.parts),
        )
    )


def _total(
    totals: Totals, parts: Mapping[str, Standing] | None, possible: Fraction
) -> Fraction | None:
    """Add one hand-in to the sums of its side; returns its points, proposals included."""
    if parts is None:
        return None
    points = sum((part.suggested for part in parts.values()), NONE)
    totals.hand_ins += 1
    totals.decided += sum((part.decided for part in parts.values()), NONE)
    totals.waiting += sum(part.state == "waits" for part in parts.values())
    totals.possible = max(totals.possible, possible)
    totals.distribution[points] += 1
    return points


def _count(found: Changes, change: PartChange) -> None:
    part = found.parts.setdefault(change.part, PartCount(id=change.part, ask="", possible=None))
    name = "kept" if change.kept else change.direction
    setattr(part, name, getattr(part, name) + 1)
    if name in ("up", "down"):
        part.moved += change.delta


def _shared(change: PartChange, known: dict[Reason, Reason]) -> PartChange:
    """The same change; a reason that hundreds share is held once."""
    return replace(change, why=tuple(known.setdefault(reason, reason) for reason in change.why))
