"""From attempts to points, and from points to a course's total: exact, and said step by step."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from grader.gradebook._late import ON_TIME, Lateness

Which = Literal["last", "best", "first"]
_NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One hand-in: its number from 1 on, and points before lateness (None while it is open)."""

    number: int
    points: Fraction | None
    most: Fraction | None = None
    """The most that an open one can still earn; None where nobody knows."""
    late: Lateness = ON_TIME

    @property
    def counted(self) -> Fraction | None:
        """Points after lateness."""
        return None if self.points is None else self.late.applied(self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """The number of the attempt that counts: None without any, or while it is ``open``."""

    number: int | None
    open: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """Points after all rules (None while they are open), and how they came about."""

    points: Fraction | None
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One assignment in a total: final points (None: open), out of how many, and its weight."""

    name: str
    points: Fraction | None
    possible: Fraction
    bonus: Fraction = _NOTHING
    weight: Fraction | None = None
    """None: as many as there are points."""

    @property
    def counts(self) -> Fraction:
        """Weight in its group; nothing where there are no points to be had."""
        own = self.possible if self.weight is None else self.weight
        return own if self.possible else _NOTHING

    @property
    def most(self) -> Fraction:
        """The largest share that it can have."""
        return (self.possible + self.bonus) / self.possible

    @property
    def share(self) -> Fraction | None:
        """Points as a share of those possible."""
        return None if self.points is None else self.points / self.possible


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Points of a course (None while a mark that counts is open) out of ``possible``."""

    points: Fraction | None
    possible: Fraction
    dropped: tuple[str, ...]
    open: tuple[str, ...]
    steps: tuple[str, ...]


def counting(
    attempts: Sequence[Attempt], which: Which = "last", most_attempts: int | None = None
) -> Counting:
    """Return which attempt counts; by its number, never by a clock.

    Attempts beyond ``most_attempts`` do not count, nor refused ones beside one that is not. The
    best is the one with most points after lateness, of equal ones the earlier; it is open while
    an open attempt could still win.
    """
    able = [a for a in attempts if most_attempts is None or a.number <= most_attempts]
    able = sorted([a for a in able if not a.late.refused] or able, key=lambda a: a.number)
    if not able:
        return Counting(number=None, open=False, words="no attempt counts")
    if which != "best" or len(able) == 1:
        chosen = able[0] if which == "first" else able[-1]
        words = f"attempt {chosen.number} counts ({which} of {len(attempts)})"
        return Counting(number=chosen.number, open=chosen.points is None, words=words)
    known = [(a.counted, -a.number) for a in able if a.counted is not None]
    top, number = max(known, default=(_NOTHING, 0))
    rivals = [a.number for a in able if a.points is None and _could_win(a, top, -number)]
    if rivals or not known:
        names = ", ".join(str(n) for n in rivals)
        return Counting(number=None, open=True, words=f"open: attempt {names} could be the best")
    words = f"attempt {-number} counts (best of {len(attempts)})"
    return Counting(number=-number, open=False, words=words)


def _could_win(attempt: Attempt, top: Fraction, number: int) -> bool:
    if number == 0 or attempt.most is None:
        return True
    reach = attempt.late.applied(attempt.most)
    return reach > top or (reach == top and attempt.number < number)


def final_points(
    points: Fraction | None,
    possible: Fraction,
    *,
    late: Lateness = ON_TIME,
    cap: Fraction | None = None,
    bonus: Fraction = _NOTHING,
) -> Final:
    """Return points after lateness, within [0, possible + bonus] and at most ``cap``.

    >>> final_points(Fraction(9), Fraction(10), late=Lateness(factor=Fraction(9, 10))).points
    Fraction(81, 10)
    """
    if late.refused:
        return Final(points=_NOTHING, steps=(late.words,))
    if points is None:
        return Final(points=None, steps=("open: a person has to look", late.words))
    steps = [f"earned {_plain(points)} of {_plain(possible)}", late.words]
    value = late.applied(points)
    limits = [
        (possible + bonus, "what can be had"),
        *([(cap, "the cap")] if cap is not None else []),
    ]
    for limit, name in limits:
        if value > limit:
            value = limit
            steps.append(f"at most {_plain(limit)} ({name})")
    value = max(_NOTHING, value)
    return Final(points=value, steps=(*steps, f"counts {_plain(value)}"))


def _plain(points: Fraction) -> str:
    """Points as people write them.

    >>> _plain(Fraction(9, 5)), _plain(Fraction(2)), _plain(Fraction(1, 3))
    ('1.8', '2', '0.3333')
    """
    return f"{float(points):.4f}".rstrip("0").rstrip(".")


def group_total(
    name: str, items: Collection[Item], drop_lowest: int = 0, weight: Fraction | None = None
) -> Total:
    """Return one group: its weight times the mean share of what is not dropped.

    The lowest shares are dropped, of equal ones the heavier, and one is always kept. An open mark
    leaves the group open, unless even at its best it is dropped. The group weighs ``weight``, or
    as much as all its assignments together.
    """
    live = sorted((item for item in items if item.counts), key=lambda item: item.name)
    whole = sum((item.counts for item in live), _NOTHING) if weight is None else weight
    if not live:
        return Total(points=_NOTHING, possible=_NOTHING, dropped=(), open=(), steps=(f"{name}: nothing counts",))  # fmt: skip
    drops = min(drop_lowest, len(live) - 1)
    gone = {item.name for item in live if item.points is None and _surely_out(item, live, drops)}
    waiting = tuple(item.name for item in live if item.points is None and item.name not in gone)
    steps: tuple[str, ...]
    if waiting:
        steps = (f"{name}: open, {', '.join(waiting)} waits for a person",)
        return Total(points=None, possible=whole, dropped=tuple(sorted(gone)), open=waiting, steps=steps)  # fmt: skip
    known = [(item.share, item) for item in live if item.share is not None]
    known.sort(key=lambda pair: (pair[0], -pair[1].counts, pair[1].name))
    cut = max(0, drops - len(gone))
    gone |= {item.name for _, item in known[:cut]}
    kept = known[cut:]
    heavy = sum((item.counts for _, item in kept), _NOTHING)
    mean = sum((share * item.counts for share, item in kept), _NOTHING) / heavy
    steps = tuple(f"{item.name}: {item.points} of {item.possible}" for _, item in kept)
    steps += (f"dropped as lowest: {', '.join(sorted(gone))}",) if gone else ()
    steps += (f"{name}: mean share {mean}, times {whole} = {mean * whole}",)
    return Total(points=mean * whole, possible=whole, dropped=tuple(sorted(gone)), open=(), steps=steps)  # fmt: skip


def _surely_out(item: Item, live: Sequence[Item], drops: int) -> bool:
    above = sum(1 for other in live if other.share is not None and other.share > item.most)
    return len(live) - 1 - above < drops


def course_total(groups: Mapping[str, tuple[Collection[Item], int, Fraction | None]]) -> Total:
    """Return the sum of all groups, each (items, how many lowest are dropped, weight or None)."""
    parts = [group_total(name, *groups[name]) for name in sorted(groups)]
    possible = sum((part.possible for part in parts), _NOTHING)
    points = _NOTHING
    waiting = tuple(name for part in parts for name in part.open)
    for part in parts:
        points += part.points or _NOTHING
    last = f"open: {', '.join(waiting)}" if waiting else f"total {points} of {possible}"
    return Total(
        points=None if waiting else points,
        possible=possible,
        dropped=tuple(name for part in parts for name in part.dropped),
        open=waiting,
        steps=(*(step for part in parts for step in part.steps), last),
    )
