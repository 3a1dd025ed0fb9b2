"""Changes of the same part by the same points for the same reason, as one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from grader.report.changes.collecting import Changes
from grader.report.changes.compare import Direction, Kept, PartChange, Standing
from grader.report.results import points

_NAMED = 3

_Key: TypeAlias = tuple[str, Fraction, Direction, Kept, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Students whose mark in one part changes alike."""

    part: str
    delta: Fraction
    direction: Direction
    kept: Kept
    why: tuple[str, ...]
    students: tuple[str, ...]

    @property
    def move(self) -> str:
        """In a word or a signed number, what happens to the mark."""
        return _move(self.direction, self.delta, self.kept)

    @property
    def names(self) -> str:
        """The first students, and how many more."""
        left = len(self.students) - _NAMED
        first = ", ".join(self.students[:_NAMED])
        return f"{first} and {left} more" if left > 0 else first


def groups(changes: Changes) -> list[Group]:
    """Return the groups of all changes: by part, the larger first."""
    found: dict[_Key, list[str]] = {}
    for change in changes.marks:
        found.setdefault(_key(change), []).append(change.student)
    order = {part: number for number, part in enumerate(changes.parts)}
    made = [
        Group(part=part, delta=delta, direction=direction, kept=kept, why=why, students=tuple(who))
        for (part, delta, direction, kept, why), who in found.items()
    ]
    return sorted(made, key=lambda g: (order[g.part], -len(g.students), g.delta, g.why))


def _key(change: PartChange) -> _Key:
    words = tuple(reason.group for reason in change.why if reason.group)
    why = words or tuple(reason.text for reason in change.why)
    return change.part, change.delta, change.direction, change.kept, why


def _move(direction: Direction, delta: Fraction, kept: Kept) -> str:
    if kept:
        return f"kept ({kept})"
    if direction == "opened":
        return "now waits"
    if direction == "closed":
        return "now decided"
    return signed(delta) if delta else "same points"


def move(change: PartChange) -> str:
    """Return in a word or a signed number what happens to one mark."""
    return _move(change.direction, change.delta, change.kept)


def signed(value: Fraction | None) -> str:
    """Return points with their sign.

    >>> signed(Fraction(3, 2)), signed(Fraction(-1)), signed(Fraction(0))
    ('+1.5', '−1', '0')
    """
    if value is None:
        return "–"
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{points(abs(value), 2)}"


def stands(standing: Standing) -> str:
    """Return how a mark stands in a few signs.

    >>> stands(Standing(state="waits", earned=None, proposed=Fraction(1)))
    'waits (1?)'
    """
    if standing.state == "absent":
        return "–"
    if standing.earned is None:
        proposed = standing.proposed
        return "waits" if proposed is None else f"waits ({points(proposed, 2)}?)"
    return str(points(standing.earned, 2))
