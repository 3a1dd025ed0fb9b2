"""What an export would change, and what a person has to know before it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePath

CODES: dict[str, str] = {
    "unknown-id": "a row of the file is nobody whom we know",
    "not-in-file": "a student with a mark is not in the file",
    "duplicate": "two rows, or two students, have one id",
    "ambiguous": "what a row says fits more than one student",
    "by-name": "found by the name alone",
    "points": "the points possible differ",
    "title": "a title that the LMS would silently drop",
    "column": "no column of the file is this assignment's, or several are",
    "new-column": "a column that the LMS would make anew",
    "open": "marks that wait for a person, and are left out",
    "missing": "nothing was handed in; the cell is left as it is",
    "overwrites": "a mark in the file is another than ours",
    "locked": "the LMS takes no mark here",
    "range": "a mark outside what the LMS takes",
    "excused": "the file excuses a student who has a mark",
    "too-long": "a text longer than the LMS takes, shortened",
    "name": "a name that had to be changed for the LMS to find its owner",
    "file": "a file cannot go back this way",
    "clock": "lateness rests on a time that the LMS did not say",
    "stale": "the file is too old, or changed since",
    "formula": "an id that a spreadsheet would take for a formula",
    "damaged": "a line of the file is not as it should be",
    "lossy": "what this format cannot hold",
}
"""Every concern that a plan may raise, by the code that --despite takes."""


class Unusable(ValueError):
    """A file that cannot be filled in: what is wrong, where, and what to do."""


def takes_none(into: Given | None) -> None:
    """Refuse a file that a format would not look at.

    Raises:
        Unusable: when there is one.
    """
    if into is not None:
        raise Unusable(
            f"{into.short}: this format makes a file of its own and fills in none; "
            "leave --into out, or choose the format of that file"
        )


@dataclass(frozen=True, slots=True)
class Given:
    """A file of the LMS as it came; every export of theirs is kept byte by byte where we write nothing."""

    name: str
    data: bytes
    now: datetime = field(default_factory=lambda: datetime.now(UTC), compare=False)
    """When it was given, by which its age is told; formats have no clock."""

    @property
    def short(self) -> str:
        """The file's name without its folder."""
        return PurePath(self.name).name


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One cell or file that would be another than before; ``at`` says where."""

    who: str
    at: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """What a person has to know; an ``unsafe`` one stops the writing until it is named."""

    code: str
    says: str
    unsafe: bool = False
    final: bool = False
    """Whether nothing can be written for it, so that naming it changes nothing."""

    def __post_init__(self) -> None:
        """Refuse a code that nobody could name on the command line."""
        if self.code not in CODES:
            raise ValueError(f"no concern is called '{self.code}'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an export would write: ``output`` is the whole file."""

    output: bytes
    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    concerns: tuple[Concern, ...] = ()

    def stops(self, despite: frozenset[str] = frozenset()) -> tuple[Concern, ...]:
        """The unsafe concerns that were not named, or that no naming helps."""
        return tuple(
            one for one in self.concerns if one.final or (one.unsafe and one.code not in despite)
        )
