"""A law for all parts: on the paper's numbers each mistake differs from the truth and from every
other mistake of its part, by more than the part's tolerance, or it could not be told apart."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from grader import pipeline
from grader.rubric import Attempt, Criterion

ROOT = Path(__file__).parents[3]
ASSIGNMENT = pipeline.load_assignment(ROOT, "dl_midterm")


def literal(value: Any) -> bool:
    """Whether a given value holds no reading of a student."""
    if isinstance(value, dict):
        return "reading" not in value and all(map(literal, value.values()))
    return all(map(literal, value)) if isinstance(value, list) else True


def expected(criterion: Criterion, attempt: Attempt | None) -> Any:
    given = {**criterion.given, **(attempt.given if attempt else {})}
    source = attempt.source if attempt else criterion.expect
    if source is None or not all(map(literal, given.values())):
        return None
    return ASSIGNMENT.call(source, {k: v for k, v in given.items() if v is not None})


def computed() -> list[Any]:
    found = []
    for part in ASSIGNMENT.rubric.parts:
        for criterion in part.criteria:
            truth = expected(criterion, None)
            wrong = {a.id: (a, expected(criterion, a)) for a in criterion.mistakes}
            wrong = {id_: pair for id_, pair in wrong.items() if pair[1] is not None}
            if truth is not None and wrong:
                found.append(pytest.param(criterion, truth, wrong, id=f"{part.id}-{criterion.id}"))
    return found


@pytest.mark.parametrize(("criterion", "truth", "wrong"), computed())
def test_no_mistake_passes_for_the_truth(
    criterion: Criterion, truth: Any, wrong: dict[str, Any]
) -> None:
    for id_, (attempt, value) in wrong.items():
        if attempt.compare is not None and attempt.compare.kind != criterion.compare.kind:
            continue
        verdict = criterion.compare.built.compare(as_reading(criterion, value), truth)
        assert verdict.credit < 1 or not verdict.certain, id_


@pytest.mark.parametrize(("criterion", "truth", "wrong"), computed())
def test_no_mistake_passes_for_another(
    criterion: Criterion, truth: Any, wrong: dict[str, Any]
) -> None:
    for (one, (a, value)), (other, (b, rival)) in itertools.permutations(wrong.items(), 2):
        if a.says == b.says or (a.credit == b.credit == 0):
            continue  # the same mistake on another base, or nothing to be told apart
        compare = (b.compare or criterion.compare).built
        assert compare.compare(as_reading(criterion, value), rival).credit < 1, (
            f"{one} is taken for {other}"
        )


def test_there_are_at_least_forty_known_mistakes() -> None:
    known = {
        (part.id, a.id)
        for part in ASSIGNMENT.rubric.parts
        for c in part.criteria
        for a in c.mistakes
    }
    assert len(known) >= 40


def as_reading(criterion: Criterion, value: Any) -> Any:
    """A reference's value in the form in which it would be read."""
    if criterion.compare.kind == "tally":
        return {"total": sum(value.values()), "terms": list(value.values())}
    if criterion.compare.kind == "size":
        return {"dims": value}
    return value
