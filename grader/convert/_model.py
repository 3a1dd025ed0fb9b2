"""What is read of an assignment of another system, before it is written as a course of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

Form = Literal["call", "box", "hand", "not"]
"""How a test was converted: as calls that are compared outside; to run in the box beside the
student's code; left to a person; not at all."""


class CannotConvert(ValueError):
    """An assignment that cannot be read; the message says where and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where something stands: a file, a cell of a notebook (from 1), a line of it (from 1)."""

    file: str
    cell: int = 0
    line: int = 0

    def __str__(self) -> str:
        """Return it in words.

        >>> str(Spot(file="ps1.ipynb", cell=4, line=2))
        'ps1.ipynb, cell 4, line 2'
        """
        said = [self.file]
        said += [f"cell {self.cell}"] if self.cell else []
        said += [f"line {self.line}"] if self.line else []
        return ", ".join(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A test as steps in a box, and as lines of a reference function that judge what came out.

    ``inside`` are pairs of what is done and its source (see ``collect.runs.test_cell``);
    ``outside`` are lines of Python, in which ``ask(0)`` is what step 0 gave. ``boxed`` says, for
    each statement that decides inside the box, why it has to: pairs of its line and a reason.
    """

    inside: tuple[tuple[str, str], ...]
    outside: tuple[str, ...]
    boxed: tuple[tuple[int, str], ...] = ()
    checks: int = 0
    """How many comparisons it makes."""
    partial: bool = False
    """Whether its last value is a number of points, as nbgrader has it."""
    binds: tuple[str, ...] = ()
    """Names that it binds outside alone: code that reads them as its own means something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test that is worth points: all of its statements have to pass."""

    name: str
    points: Fraction
    spot: Spot
    made: Made | None = None
    why: str = ""
    """Why it was not converted."""
    hidden: bool = False
    apart: bool = False
    """Whether names that it binds are gone when the next test runs."""
    after: str = ""
    """The name of a question that it stands in, where tests of another one share it."""

    @property
    def form(self) -> Form:
        """How it was converted."""
        if self.made is None:
            return "not"
        return "box" if self.made.boxed else "call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question: how a hand-in names it, what it is worth, and its tests.

    ``points`` is given for a question that a person marks; else its tests say what it is worth.
    ``whole`` asks for all its tests at once.
    """

    name: str
    spot: Spot
    ask: str = ""
    ids: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()
    manual: bool = False
    points: Fraction | None = None
    whole: bool = False
    why: str = ""
    """Why it could not be converted, or why a person has to mark it."""

    @property
    def worth(self) -> Fraction:
        """Its points."""
        if self.points is not None:
            return self.points
        return sum((case.points for case in self.cases), Fraction(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Something that was not converted, or only in part; ``where`` and why."""

    where: str
    why: str
    serious: bool = True
    """Whether it is left out; else it is only said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """An assignment as it was read: questions, its own solution, files beside it."""

    name: str
    title: str
    source: str
    questions: tuple[Question, ...]
    solutions: Mapping[str, Any] = field(default_factory=dict)
    """Notebooks with the instructor's solution, by file name; empty where there is none."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Files that its code opens or imports, by path relative to the notebook."""
    lost: tuple[Lost, ...] = ()
