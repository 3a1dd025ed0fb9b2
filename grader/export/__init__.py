"""Marks on their way out: one file per format, found by its name.

A format is one file in this package that registers one frozen dataclass; its fields are the
format's options. It turns the marks of a class, and the LMS's own file where there is one, into
a ``Plan``: what would change, what a person has to know first, and the file to write. Nothing is
written here, and a plan is always looked at first.
"""

from __future__ import annotations

from typing import Protocol

from grader.export._guard import inert
from grader.export._marks import ROUNDING, Line, Marks, Part, PartMark, number
from grader.export._plan import CODES, Change, Concern, Given, Plan, Unusable
from grader.kinds import Kinds

__all__ = [
    "CODES",
    "ROUNDING",
    "Change",
    "Concern",
    "Format",
    "Given",
    "Line",
    "Marks",
    "Part",
    "PartMark",
    "Plan",
    "Unusable",
    "formats",
    "inert",
    "number",
]


class Format(Protocol):
    """One format; ``needs`` says which file of the LMS it fills in, empty where it makes its own.

    One that sends the students' pages says so by ``pages: ClassVar[bool] = True``; for the others
    they are not read.
    """

    @property
    def needs(self) -> str:
        """What file it wants with --into, in words; empty where it wants none."""

    @property
    def suffix(self) -> str:
        """How the name of its file ends."""

    def plan(self, marks: Marks, into: Given | None) -> Plan:
        """Return what would be written, and what a person has to know first.

        Raises:
            Unusable: when the given file is none of this format, or damaged.
        """


formats: Kinds[Format] = Kinds("grader.export", "export format")
