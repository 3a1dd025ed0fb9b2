"""How late a hand-in is, and what that costs: moments are aware, money is exact fractions."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from grader.rubric._words import Strict

_SECOND, _HOUR, _DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def _number(value: Any) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Fraction):
        raise ValueError("write a number such as 1.5, or a fraction in quotes such as '1/3'")
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"'{value}' is no number; write one such as 1.5") from error


Points = Annotated[Fraction, BeforeValidator(_number), Field(ge=0, le=1_000_000)]
Credit = Annotated[Fraction, BeforeValidator(_number), Field(ge=0, le=1)]


class Step(Strict):
    """From so many hours after the due time on, so many percent are taken off."""

    hours: Points
    percent: Points


class LateRule(Strict):
    """What lateness costs: at most one of the four ways; nothing is taken without one.

    A started hour or day counts whole; a day is 24 hours from the due time on. Within
    ``grace_minutes`` nothing is taken; beyond them lateness counts from the due time.
    """

    grace_minutes: Points = Fraction(0)
    percent_per_day: Points | None = None
    percent_per_hour: Points | None = None
    points_per_day: Points | None = None
    steps: tuple[Step, ...] = ()
    floor: Credit = Fraction(0)
    """The part of the points, from 0 to 1, that is never taken by a percentage."""

    @model_validator(mode="after")
    def _one_way(self) -> LateRule:
        ways = (
            self.percent_per_day,
            self.percent_per_hour,
            self.points_per_day,
            self.steps or None,
        )
        if sum(way is not None for way in ways) > 1:
            raise ValueError(
                "write one of percent_per_day, percent_per_hour, points_per_day and steps"
            )
        rows = sorted(self.steps, key=lambda step: step.hours)
        if any(b.percent < a.percent for a, b in itertools.pairwise(rows)):
            raise ValueError("later steps have to take at least as much as earlier ones")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """Aware moments; None where there is no such limit."""

    due: datetime | None = None
    closes: datetime | None = None
    rule: LateRule = field(default_factory=LateRule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """New aware moments for one student; what is earlier than the class's own changes nothing."""

    due: datetime | None = None
    closes: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """``seconds`` after the due time; points count times ``factor`` (0 to 1), less ``off``."""

    seconds: int = 0
    factor: Fraction = Fraction(1)
    off: Fraction = Fraction(0)
    refused: bool = False
    late_days: int = 0
    """Days taken from the term's budget."""
    words: str = "on time"

    def applied(self, points: Fraction) -> Fraction:
        """Return what is left of points, never below 0."""
        return Fraction(0) if self.refused else max(Fraction(0), points * self.factor - self.off)


ON_TIME = Lateness()


def moment(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the UTC moment of a local time; in doubt the later, which is kinder.

    A time that exists twice is the later one; one that a clock skips is the end of the gap.

    >>> moment(datetime(2026, 10, 25, 2, 30), ZoneInfo("Europe/Berlin")).isoformat()
    '2026-10-25T01:30:00+00:00'
    >>> moment(datetime(2026, 3, 29, 2, 30), ZoneInfo("Europe/Berlin")).isoformat()
    '2026-03-29T01:00:00+00:00'
    """
    late, early = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if late.astimezone(zone).replace(tzinfo=None) == local:
        return early  # `early` is the later one of two that both exist
    after = late.astimezone(zone).utcoffset()
    while late - early > _SECOND:  # the offset changes once between the two
        middle = early + (late - early) // (2 * _SECOND) * _SECOND
        if middle.astimezone(zone).utcoffset() == after:
            late = middle
        else:
            early = middle
    return late


def lateness(
    received: datetime,
    deadline: Deadline,
    extension: Extension | None = None,
    late_days_left: int = 0,
) -> Lateness:
    """Return how late a hand-in is and what it costs.

    Args:
        received: aware moment of receipt.
        deadline: the class's own.
        extension: of this student; a later due time moves the closing as far.
        late_days_left: days of the term's budget that are left; spent before points are.

    Raises:
        ValueError: if a moment has no time zone.
    """
    limits = _extended(deadline, extension or Extension())
    for value in (received, limits.due, limits.closes):
        if value is not None and value.utcoffset() is None:
            raise ValueError(f"{value} has no time zone; give received and due times in UTC")
    late = max(timedelta(0), received - limits.due) if limits.due else timedelta(0)
    seconds = -(-late // _SECOND)
    if limits.closes is not None and received > limits.closes:
        words = f"refused: received after it closed ({limits.closes:%Y-%m-%d %H:%M %Z})"
        return Lateness(seconds=seconds, factor=Fraction(0), refused=True, words=words)
    if late <= timedelta(minutes=1) * float(limits.rule.grace_minutes):
        words = f"{_span(late)} late, within the time of grace" if late else "on time"
        return Lateness(seconds=seconds, words=words)
    days = min(-(-late // _DAY), max(0, late_days_left))
    left = max(timedelta(0), late - days * _DAY)
    factor, off = _cost(left, limits.rule)
    words = f"{_span(late)} late"
    words += f"; {days} late day(s) of the term spent" if days else ""
    words += f"; points times {factor}" if factor != 1 else ""
    words += f"; {off} point(s) off" if off else ""
    return Lateness(seconds=seconds, factor=factor, off=off, late_days=days, words=words)


def _extended(deadline: Deadline, extension: Extension) -> Deadline:
    due, closes = deadline.due, deadline.closes
    if due is not None and extension.due is not None and extension.due > due:
        closes = closes + (extension.due - due) if closes else None
        due = extension.due
    if closes is not None and extension.closes is not None:
        closes = max(closes, extension.closes)
    return Deadline(due=due, closes=closes, rule=deadline.rule)


def _cost(late: timedelta, rule: LateRule) -> tuple[Fraction, Fraction]:
    if not late:
        return Fraction(1), Fraction(0)
    days, hours = -(-late // _DAY), -(-late // _HOUR)
    if rule.points_per_day is not None:
        return Fraction(1), rule.points_per_day * days
    percent = (rule.percent_per_day or 0) * days + (rule.percent_per_hour or 0) * hours
    passed = Fraction(late // timedelta(microseconds=1), 3_600_000_000)
    percent += max((s.percent for s in rule.steps if passed > s.hours), default=Fraction(0))
    return min(Fraction(1), max(rule.floor, 1 - Fraction(percent) / 100)), Fraction(0)


def _span(late: timedelta) -> str:
    minutes = -(-late // timedelta(minutes=1))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = ((days, "d"), (hours, "h"), (minutes, "min"))
    return " ".join(f"{n} {unit}" for n, unit in parts if n)
