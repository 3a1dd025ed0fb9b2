"""Reports: results as JSON and CSV, and feedback pages. They see results and the rubric's words.

No arithmetic on marks happens here beside the one rounding of exact points.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from grader.model import Result
from grader.rubric import Rubric


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One line for the instructor: which file, and what about it."""

    path: str
    what: str


@dataclass(slots=True, kw_only=True)
class Batch:
    """The results of one run, in the order in which they came."""

    rubric: Rubric
    made_with: Mapping[str, str]
    results: list[Result] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unreadable: int = 0

    def add(self, result: Result, problems: Iterable[Problem], *, unreadable: bool) -> None:
        """Take the result of one hand-in."""
        self.results.append(result)
        self.problems.extend(problems)
        self.unreadable += unreadable

    @property
    def sorted(self) -> list[Result]:
        """The results by student."""
        return sorted(self.results, key=lambda result: result.student)

    @property
    def open_marks(self) -> int:
        """How many parts wait for a person, over all students."""
        return sum(len(result.open) for result in self.results)
