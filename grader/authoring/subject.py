"""What is checked: an assignment, and hand-ins of our own that are read and marked as students'.

The way is the real one, from text to marks, in this process: the text is ours.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grader import codec
from grader.authoring.findings import Finding, Severity
from grader.authoring.places import Places
from grader.collect import Plan
from grader.collect._everything import task
from grader.marking import mark
from grader.model import Evidence, PartResult
from grader.pipeline import Assignment
from grader.rubric import Attempt, Criterion, Part
from grader.variants.deal import plainly_given

Texts = Mapping[str, str]
"""Part to the text of its answer."""


@dataclass(frozen=True, eq=False)
class Subject:
    """An assignment under check."""

    assignment: Assignment
    only: frozenset[str] = frozenset()
    """Parts to look at; all where none is named."""
    seed: int = 0
    draws: int = 200
    """How many random variants of the numbers are tried."""
    mutants: int = 40
    """How many changed references are tried on the laws."""

    @property
    def name(self) -> str:
        """The assignment's name."""
        return self.assignment.rubric.assignment

    @property
    def course(self) -> Path:
        """The course's folder."""
        return self.assignment.course

    @functools.cached_property
    def file(self) -> Path:
        """The rubric's file."""
        return self.course / "rubrics" / f"{self.name}.yaml"

    @functools.cached_property
    def places(self) -> Places:
        """Where things stand."""
        return Places(self.file, self.assignment.reference.path)

    @property
    def parts(self) -> Iterator[Part]:
        """The parts to look at."""
        for part in self.assignment.rubric.parts:
            if not self.only or part.id in self.only:
                yield part

    @property
    def criteria(self) -> Iterator[tuple[Part, Criterion]]:
        """The criteria to look at, with their parts."""
        for part in self.parts:
            for criterion in part.criteria:
                yield part, criterion

    @functools.cached_property
    def functions(self) -> frozenset[str]:
        """Reference functions that the rubric names, without their modules."""
        found: set[str | None] = set()
        for part in self.assignment.rubric.parts:
            found |= {getattr(run.built, "cases", None) for run in part.runs.values()}
            for one in part.criteria:
                for criterion in (one, one.as_run()):
                    ways = (*(way for _, way in criterion.attempts()), *part.adjust)
                    found |= {criterion.expect, *(w.source for w in ways), *(w.guard for w in ways)}
        return frozenset(name.rpartition(".")[2] for name in found if name)

    # -- hand-ins of our own

    @functools.cached_property
    def _plan(self) -> tuple[str, Plan]:
        plan = self.assignment.plan
        return json.dumps(asdict(plan), ensure_ascii=False), plan

    def read(self, files: Mapping[str, bytes]) -> Evidence:
        """Return what is found in a hand-in of ours."""
        found = task({"plan": self._plan[0], "lost": []}, dict(files))
        evidence: Evidence = codec.from_plain(found["evidence"])
        return evidence

    def marks(self, evidence: Evidence) -> dict[str, PartResult]:
        """Return the marks of all parts."""
        one = self.assignment
        return {r.id: r for r in mark(one.rubric, evidence, one.call, one.keys)}

    def graded(self, texts: Texts) -> dict[str, PartResult]:
        """Return the marks of a hand-in in Markdown, each answer under its part's id."""
        return self.marks(self.read({"answers.md": document(texts).encode()}))

    # -- values

    def value(self, criterion: Criterion, attempt: Attempt | None = None) -> Any:
        """Return what a way of a criterion expects; the truth where no way is given.

        Raises:
            Unknown: where it rests on what a student wrote, or the reference refuses.
        """
        source = criterion.expect if attempt is None else attempt.source
        if attempt is None and criterion.key:
            raise Unknown("it is the instructor's key")
        given = {**criterion.given, **(attempt.given if attempt else {})}
        given = {k: v for k, v in given.items() if v is not None}
        if source is None or not plainly_given(given):
            raise Unknown("it rests on what a student wrote")
        try:
            return self.assignment.call(source, given)
        except ValueError as error:
            raise Unknown(str(error)) from error

    # -- findings

    def finding(
        self,
        check: str,
        severity: Severity,
        part: Part | str,
        criterion: Criterion | None,
        what: str,
        suggestion: str = "",
        *,
        attempt: str = "",
    ) -> Finding:
        """Return a finding at a place of the rubric."""
        id_ = part if isinstance(part, str) else part.id
        own = criterion.id if criterion is not None else ""
        line, column = self.places.of(id_, own, attempt)
        return Finding(
            severity=severity,
            check=check,
            file=self.file,
            line=line,
            column=column,
            part=id_,
            criterion=own,
            what=what,
            suggestion=suggestion,
        )


class Unknown(ValueError):
    """A value that is not known before a student hands in."""


def document(texts: Texts) -> str:
    r"""Return a hand-in with each answer under the id of its part.

    >>> document({"1": "42"})
    '## 1\n\n42\n'
    """
    return "\n".join(f"## {part}\n\n{text}\n" for part, text in texts.items())


Check = Callable[[Subject], tuple[str, list[Finding]]]
"""Looks at an assignment; says how much it tried, and what it found."""
