"""The rules of a course, from ``rubrics/course.yaml``: due times, lateness, attempts, totals.

Without the file there is no due time, the last attempt counts, and times are in UTC.
"""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator

from grader.gradebook._late import (
    Deadline,
    Extension,
    Lateness,
    LateRule,
    Points,
    Step,
    lateness,
    moment,
)
from grader.gradebook._totals import (
    Attempt,
    Counting,
    Final,
    Item,
    Total,
    Which,
    counting,
    course_total,
    final_points,
    group_total,
)
from grader.rubric import RubricError
from grader.rubric._file import _at, _plain, _tree
from grader.rubric._words import Strict

__all__ = [
    "Assignment",
    "Attempt",
    "Counting",
    "Deadline",
    "Extension",
    "Final",
    "Group",
    "Item",
    "LateRule",
    "Lateness",
    "Policy",
    "Regrade",
    "Rounding",
    "Rules",
    "Step",
    "Total",
    "counting",
    "course_total",
    "final_points",
    "group_total",
    "lateness",
    "load",
    "moment",
]


def _local(value: Any) -> datetime:
    """A local time; a day alone means its end."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        except ValueError:
            value = None
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value + timedelta(days=1), time())
    # ruamel.yaml before 0.19 keeps a zone beside a time that it has moved to UTC
    zoned = getattr(value, "_yaml", {}).get("tz") if isinstance(value, datetime) else None
    if not isinstance(value, datetime) or value.tzinfo is not None or zoned:
        raise ValueError("write a local time such as 2026-12-01 23:59, without a zone")
    return datetime.combine(value.date(), value.time())


Local = Annotated[datetime, BeforeValidator(_local)]


class Assignment(Strict):
    """The rules of one assignment; times are local to the course."""

    opens: Local | None = None
    """Before it, students who sign in see nothing of the assignment, not even that there is one."""
    draft: bool = False
    """Whether students see nothing of it for the time being, whenever it opens."""
    due: Local | None = None
    closes: Local | None = None
    practice: bool = False
    """Whether students may go on handing in while marks are released: each mark is shown at once."""
    late: LateRule = LateRule()
    attempts: Which = "last"
    max_attempts: Annotated[int, Field(ge=1)] | None = None
    checks_a_day: Annotated[int, Field(ge=0)] = 20
    """How often a day a student may have answers checked on the server before handing in."""
    cap: Points | None = None
    """The most points that count."""
    bonus: Points = Fraction(0)
    """How many points above all may be reached."""
    weight: Points | None = None
    points_out_of: Annotated[Points, Field(gt=0)] | None = None
    """What counts as all points; None: what the rubric says."""

    @model_validator(mode="after")
    def _closes_after_due(self) -> Assignment:
        if self.due and self.closes and self.closes < self.due:
            raise ValueError("it closes before it is due; let it close at the due time or later")
        if self.opens and self.due and self.due <= self.opens:
            raise ValueError("it is due before it opens; let it open earlier")
        return self


class Group(Strict):
    """Assignments that are weighed together."""

    assignments: tuple[str, ...] = Field(min_length=1)
    drop_lowest: Annotated[int, Field(ge=0)] = 0
    weight: Points | None = None


class Regrade(Strict):
    """What a regrade may do."""

    never_lower: bool = False


class Rounding(Strict):
    """How points are written; all that is reckoned with is exact."""

    decimals: Annotated[int, Field(ge=0, le=6)] = 2
    how: Literal["half-up", "half-even"] = "half-up"

    def rounded(self, value: Fraction) -> Fraction:
        """Return a value as it is written.

        >>> Rounding(decimals=0, how="half-even").rounded(Fraction(5, 2))
        Fraction(2, 1)
        """
        scaled = value * 10**self.decimals
        even = self.how == "half-even"
        whole = round(scaled) if even else (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)  # fmt: skip
        return Fraction(whole, 10**self.decimals)


class Policy(Strict):
    """All rules of a course."""

    time_zone: str = "UTC"
    needs_opens: bool = False
    """Whether an assignment is a draft, of which students see nothing, until it is given ``opens``."""
    late_days: Annotated[int, Field(ge=0)] = 0
    """Days that a student may be late in the whole term before it costs points."""
    assignments: dict[str, Assignment] = Field(default_factory=dict)
    groups: dict[str, Group] = Field(default_factory=dict)
    regrade: Regrade = Regrade()
    rounding: Rounding = Rounding()

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (OSError, ValueError) as error:  # unknown ones are KeyErrors too
            raise ValueError(
                f"there is no time zone '{name}'; write one as Europe/Berlin"
            ) from error
        except KeyError as error:
            raise ValueError(
                f"there is no time zone '{name}'; write one as Europe/Berlin"
            ) from error
        return name

    @model_validator(mode="after")
    def _groups_hold_each_once(self) -> Policy:
        seen: set[str] = set()
        for name, group in self.groups.items():
            for one in group.assignments:
                if one in seen:
                    raise ValueError(f"group '{name}': assignment '{one}' is in a group already")
                seen.add(one)
        return self

    def of(self, assignment: str) -> Assignment:
        """Return the rules of an assignment; the usual ones where the file does not name it."""
        return self.assignments.get(assignment, Assignment())

    def is_open(self, assignment: str, now: datetime) -> bool:
        """Whether students may know of an assignment; ``now`` is aware."""
        rule = self.of(assignment)
        if rule.draft:
            return False
        if rule.opens is None:
            return not self.needs_opens
        return moment(rule.opens, ZoneInfo(self.time_zone)) <= now

    def deadline(self, assignment: str) -> Deadline:
        """Return when an assignment is due and closes, in UTC."""
        rule, zone = self.of(assignment), ZoneInfo(self.time_zone)
        due = moment(rule.due, zone) if rule.due else None
        closes = moment(rule.closes, zone) if rule.closes else None
        return Deadline(due=due, closes=closes, rule=rule.late)

    def final(
        self,
        assignment: str,
        points: Fraction | None,
        possible: Fraction,
        late: Lateness | None = None,
    ) -> Final:
        """Return the points of an assignment that count, under its cap and bonus.

        ``possible`` is what the rubric says; ``points_out_of`` goes before it.
        """
        rule = self.of(assignment)
        full = rule.points_out_of or possible
        return final_points(points, full, late=late or Lateness(), cap=rule.cap, bonus=rule.bonus)

    def total(
        self,
        points: Mapping[str, Fraction | None],
        possible: Mapping[str, Fraction],
        excused: frozenset[str] = frozenset(),
    ) -> Total:
        """Return a student's course total.

        ``points`` are final ones by assignment, None while open; what it does not name was not
        handed in and earns 0. ``possible`` names all assignments that count so far.
        """
        every = {"all": Group(assignments=tuple(sorted(possible)))} if possible else {}
        return course_total(
            {
                name: (
                    [self._item(one, points, possible) for one in group.assignments if one in possible and one not in excused],
                    group.drop_lowest,
                    group.weight,
                )
                for name, group in (self.groups or every).items()
            }
        )  # fmt: skip

    def _item(self, name: str, points: Mapping[str, Fraction | None], possible: Mapping[str, Fraction]) -> Item:  # fmt: skip
        rule = self.of(name)
        full = rule.points_out_of or possible[name]
        earned = points.get(name, Fraction(0))
        return Item(name=name, points=earned, possible=full, bonus=rule.bonus, weight=rule.weight)


class Rules:
    """The rules in a file as they are now; as they were last while the file is broken."""

    def __init__(self, course: Path) -> None:
        """Read them.

        Raises:
            RubricError: when they are broken already.
        """
        self._path = course / "rubrics" / "course.yaml"
        self._known = (self._stamp(), load(self._path))

    def __call__(self) -> Policy:
        """Return the rules; read anew when their file has changed."""
        stamp = self._stamp()
        if stamp != self._known[0]:
            with contextlib.suppress(ValueError):  # somebody is writing it: all goes on meanwhile
                self._known = (stamp, load(self._path))
        return self._known[1]

    def _stamp(self) -> tuple[int, int]:
        try:
            status = self._path.stat()
        except OSError:
            return (0, 0)
        return (status.st_mtime_ns, status.st_size)


def load(path: Path) -> Policy:
    """Return the rules in a file; the usual ones where there is no such file.

    Raises:
        RubricError: with every problem found, each as ``file:line:column: what, what to do``.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return Policy()
    except (OSError, UnicodeDecodeError) as error:
        raise RubricError(f"{path}:1:1: cannot be read as UTF-8 text ({error})") from error
    tree = _tree(path, text)
    try:
        return Policy.model_validate({} if tree is None else _plain(tree))
    except ValidationError as error:
        lines = [f"{path}:{_at(tree, e['loc'])}: {_say(e)}" for e in error.errors()]
        raise RubricError("\n".join(lines)) from error


_HOMES: tuple[tuple[type[Strict], str], ...] = (
    (Policy, "{}: …"),
    (Assignment, "assignments: {{NAME: {{{}: …}}}}"),
    (Group, "groups: {{NAME: {{{}: …}}}}"),
    (LateRule, "assignments: {{NAME: {{late: {{{}: …}}}}}}"),
    (Step, "assignments: {{NAME: {{late: {{steps: [{{{}: …}}]}}}}}}"),
    (Regrade, "regrade: {{{}: …}}"),
    (Rounding, "rounding: {{{}: …}}"),
)
"""Where the fields of each model stand in the file."""


def _say(error: Any) -> str:
    place = ".".join(str(step) for step in error["loc"])
    if error["type"] != "extra_forbidden":
        return f"{place}: {error['msg'].removeprefix('Value error, ')}"
    name = str(error["loc"][-1])
    if homes := _homes(name):
        return f"{place}: it does not belong here; write it as {homes}"
    known = [name for model, _ in _HOMES for name in model.model_fields]
    near = difflib.get_close_matches(name, known, n=1)
    return f"{place}: there is no such field; " + (
        f"did you mean '{near[0]}', as {_homes(near[0])}?" if near else "take it out"
    )


def _homes(name: str) -> str:
    """Where a field of this name may stand, "" where nowhere."""
    return " or ".join(f"`{at.format(name)}`" for model, at in _HOMES if name in model.model_fields)
