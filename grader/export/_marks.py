"""The marks of a class as exports need them: nothing of the key, nothing open as a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from grader.export._plan import Concern

ROUNDING = 2
"""Decimals of points in files of an LMS, as Canvas compares them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the assignment and its points."""

    id: str
    title: str
    points: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class PartMark:
    """What one student has for one part; ``points`` is None while a person has to look."""

    id: str
    points: Fraction | None
    feedback: str = ""
    """What the student may read: never the expected value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One student.

    ``points`` is the mark that counts, lateness and caps included: None while parts are open,
    and where nothing was handed in (then ``handed_in`` is false).
    """

    key: str
    name: str = ""
    first: str = ""
    last: str = ""
    email: str = ""
    section: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    """Every other id, by the heading under which the roster had it."""
    points: Fraction | None = None
    handed_in: bool = True
    open: tuple[str, ...] = ()
    """Ids of the parts that wait for a person."""
    parts: tuple[PartMark, ...] = ()
    feedback: str = ""
    """A few plain lines for the LMS's comment box."""
    words: tuple[str, ...] = ()
    """How the mark came about: attempt, lateness, caps."""
    received: datetime | None = None
    late_seconds: int = 0
    attempt: int | None = None
    report: bytes | None = None
    """The feedback page (HTML), where one was asked for."""
    files: tuple[str, ...] = ()
    """Names of the files as the LMS's download named them, for feedback that goes back."""

    @property
    def every_id(self) -> tuple[str, ...]:
        """All that names this student alone: key, e-mail and the other ids."""
        return tuple(dict.fromkeys(filter(None, (self.key, self.email, *self.ids.values()))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The marks of one assignment, students in order."""

    assignment: str
    title: str
    possible: Fraction
    parts: tuple[Part, ...]
    lines: tuple[Line, ...]
    doubts: tuple[Concern, ...] = ()
    """What a person has to know of these marks wherever they go."""


def number(value: Fraction, decimals: int = ROUNDING, mark: str = ".") -> str:
    """Return points as files hold them: rounded half up, no more zeros than needed.

    >>> number(Fraction(35, 2)), number(Fraction(2)), number(Fraction(2, 3), mark=",")
    ('17.5', '2', '0,67')
    >>> number(Fraction(-1, 8)), number(Fraction(-1, 1000))
    ('-0.13', '0')
    """
    unit = 10**decimals
    top, bottom = abs(value.numerator), value.denominator
    rounded = (2 * top * unit + bottom) // (2 * bottom)
    whole, rest = divmod(rounded, unit)
    sign = "-" if value < 0 and rounded else ""
    if not rest:
        return f"{sign}{whole}"
    return f"{sign}{whole}{mark}{str(rest).zfill(decimals).rstrip('0')}"
