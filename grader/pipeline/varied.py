"""An assignment with one student's numbers in it: rubric, paper and inputs of runs.

What was collected of a hand-in tells the numbers that it was collected with, so marking it again
needs neither the secret nor a draw. Only where a hand-in is read for the first time are numbers
drawn; where it is read again they have to be those of before.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.collect.runs import Case
from grader.pipeline.cases import made_cases
from grader.reference import Reference
from grader.rubric import Rubric, RubricError
from grader.variants import NotDealt, Variant, VariantProblem, deal, redrawn, secret, seed_of
from grader.variants.ledger import dealt
from grader.variants.paper import compose

if TYPE_CHECKING:
    from grader.pipeline.assignment import Assignment


@dataclass(frozen=True, slots=True)
class Undealt:
    """A rubric and its reference before numbers are drawn."""

    rubric: Rubric
    reference: Reference
    call: Callable[[str, Mapping[str, Any]], Any]

    def inputs(self, rubric: Rubric, /) -> Mapping[tuple[str, str], Sequence[Case]]:
        """Return the inputs of a rubric's calls of student code."""
        return made_cases(rubric, self.reference)


def with_variant(assignment: Assignment, variant: Variant | None) -> Assignment:
    """Return the assignment of a student whose numbers these are."""
    if variant is None or assignment.rubric.variants is None or variant == assignment.variant:
        return assignment
    rubric = assignment.rubric.with_numbers(variant.numbers)
    return replace(
        assignment,
        rubric=rubric,
        variant=variant,
        paper=printed(rubric, assignment.template, variant),
        made_with={**assignment.made_with, "variant": variant.id},
        origin=functools.partial(_again, assignment.origin, variant),
        cases=made_cases(rubric, assignment.reference) if assignment.cases else {},
    )


def _again(origin: Callable[[], Assignment], variant: Variant) -> Assignment:
    return with_variant(origin(), variant)


def printed(rubric: Rubric, template: str, variant: Variant | None, place: str = "") -> str:
    """Return the paper of a variant; where no numbers vary, it is as it was written.

    Raises:
        RubricError: when it is no template of these numbers.
    """
    if variant is None:
        return template
    try:
        return compose(rubric, template, variant).markdown
    except ValueError as error:
        where = place or rubric.paper or "the paper"
        raise RubricError(f"{where}:1:1: the paper cannot be written: {error}") from error


def variant_of(
    assignment: Assignment, key: str, before: Variant | None = None, *, deals: bool = False
) -> Variant | None:
    """Return the numbers of a student, None where none vary.

    Args:
        assignment: what is asked.
        key: of the student.
        before: the numbers with which an earlier attempt to read the same hand-in was made.
        deals: whether a paper with them is being written.

    Raises:
        NotDealt: where others have papers, and this student has none: numbers that were never on a
            paper would mark a right answer wrong.
        VariantProblem: without the secret, or where the numbers are not those of before.
    """
    rubric = assignment.rubric
    if rubric.variants is None:
        return None
    seed = seed_of(secret(assignment.course), rubric.assignment, key)
    papers = dealt(assignment.course, rubric.assignment)
    stood = before or papers.get(key)
    if stood is None and papers and not deals:
        raise NotDealt(
            f"no paper was dealt to '{key}': put them on the roster under the id of their paper, "
            f"rename the hand-in, or deal one with `grader paper {rubric.assignment} {key}`"
        )
    if stood is None:
        return deal(assignment, seed)
    same = redrawn(rubric, seed, stood.tries, stood.id)
    if same is None:
        raise VariantProblem(other_numbers(assignment.course, rubric.assignment, key, stood.id))
    return same


def other_numbers(course: Path, assignment: str, key: str, id_: str) -> str:
    """Return what is said where a student's numbers have become others."""
    return (
        f"{course / 'rubrics' / f'{assignment}.yaml'}: the numbers of '{key}' are not those of the "
        f"paper that was dealt out (variant {id_}): the secret in .grader/variants/ is another, or "
        "`variants: numbers:` was changed since. Bring the old one back; where other numbers are "
        "wanted, give the assignment another name"
    )
