"""Answers that are wrong for a student's own numbers, and right for another student's.

Such an answer stays wrong; what is found is told to the course staff alone, with the hand-in's
problems, so that a person looks. Where nothing was dealt out from here, nothing is found.
"""

from __future__ import annotations

from collections.abc import Iterator

from grader.model import Found, PartResult
from grader.pipeline.assignment import Assignment
from grader.pipeline.records import Record
from grader.report import Problem
from grader.variants import VariantProblem, redrawn, secret, seed_of
from grader.variants.ledger import dealt
from grader.variants.others import Others

_NAMED = 3


def others_of(assignment: Assignment) -> Others | None:
    """Return the papers that were dealt out of an assignment, None where there are none."""
    rubric = assignment.rubric
    if rubric.variants is None:
        return None
    try:
        known = dealt(assignment.course, rubric.assignment)
        key = secret(assignment.course) if known else b""
    except VariantProblem:
        return None
    found = {}
    for student, one in known.items():
        seed = seed_of(key, rubric.assignment, student)
        variant = redrawn(rubric, seed, one.tries, one.id)
        if variant is not None:
            found[student] = variant
    return Others(assignment, found) if len(found) > 1 else None


def swapped(
    assignment: Assignment, others: Others, record: Record, parts: tuple[PartResult, ...]
) -> Iterator[Problem]:
    """Yield what is to be told of answers that are another student's.

    Args:
        assignment: with the student's own numbers.
        others: the papers that were dealt out.
        record: the evidence.
        parts: the marks.
    """
    own = next(
        (who for who, variant in others.dealt.items() if variant == record.variant), record.student
    )
    for part, made in zip(assignment.rubric.parts, parts, strict=True):
        for criterion in part.criteria:
            mark = next((one for one in made.marks if one.id == criterion.id), None)
            finding = record.evidence.get(part.id, {}).get(criterion.reading)
            if mark is None or mark.earned is None or mark.earned == mark.possible:
                continue
            if not isinstance(finding, Found) or criterion.reading == "answer":
                continue
            whose = others.whose(part.id, criterion, finding.value, own)
            if whose:
                named = ", ".join(whose[:_NAMED])
                what = f"part {part.id}: right for the numbers of another student ({named})"
                yield Problem(path=record.student, what=f"{what}; a person should look")
