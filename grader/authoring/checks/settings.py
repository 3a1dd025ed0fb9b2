"""No answer is a number that its reader takes for a repeated one of the question."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from grader.authoring.findings import Finding
from grader.authoring.registry import check
from grader.authoring.subject import Subject, Unknown
from grader.rubric import Attempt, Criterion, Part

NAME = "settings"


@check(NAME, "neither the truth nor a known mistake is a number that its reader passes over")
def settings(subject: Subject) -> tuple[str, list[Finding]]:
    """Hold what is expected against the numbers of the question that a reader names."""
    findings, count = [], 0
    for part, criterion in subject.criteria:
        spec = part.readers().get(criterion.reading)
        own = [*spec.options.get("settings", ())] if spec is not None else []
        count += len(own)
        for attempt, value in _values(subject, criterion) if own else ():
            if any(_same(value, one) for one in own):
                findings.append(_found(subject, part, criterion, attempt, value))
    return f"{count} numbers of questions", findings


def _values(subject: Subject, criterion: Criterion) -> Iterator[tuple[Attempt | None, Any]]:
    """The truth, and what each known mistake gives, where they are known and read by this reader."""
    ways = [a for role, a in criterion.attempts() if role in ("accept", "mistakes") and not a.of]
    for attempt in (None, *ways):
        try:
            yield attempt, subject.value(criterion, attempt)
        except Unknown:
            continue


def _same(value: Any, setting: Any) -> bool:
    try:
        return not isinstance(value, bool) and Fraction(str(value)) == Fraction(str(setting))
    except (ValueError, ZeroDivisionError):  # no number, or none that is finite
        return False


def _found(
    subject: Subject, part: Part, criterion: Criterion, attempt: Attempt | None, value: Any
) -> Finding:
    name = (attempt.id or attempt.source or "") if attempt is not None else ""
    whose = f"what '{name}' gives" if name else "the truth"
    return subject.finding(
        NAME, "warning", part, criterion,
        f"{whose}, {value}, is one of `settings`: a student who writes it with nothing that says "
        "that it is the answer is taken to repeat the question, and it is not read",
        "choose other numbers for the question, or take it out of `settings`", attempt=name,
    )  # fmt: skip
