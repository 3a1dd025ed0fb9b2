"""Laws of marking, over all evidence that can be: it is pure, total, and loses nothing silently."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import pipeline
from grader.marking import mark
from grader.marking.decided import Decision, decided
from grader.model import Answer, Broken, Found, Missing, Number, PartResult, Piece, Place
from tests.report import sample

ROOT = Path(__file__).parent.parent
PLACE = Place(file="a.md", start=1, end=1)
ANSWER = Found(
    value=Answer(pieces=(Piece(kind="prose", text="it is 7", place=PLACE),)), where=(PLACE,)
)


@pytest.fixture(scope="module")
def midterm() -> pipeline.Assignment:
    return pipeline.load_assignment(ROOT, "dl_midterm")


def marked(assignment: pipeline.Assignment, evidence: Any) -> tuple[PartResult, ...]:
    return mark(assignment.rubric, evidence, assignment.call, assignment.keys)


def everything(assignment: pipeline.Assignment, finding: Any) -> dict[str, dict[str, Any]]:
    """Evidence in which each reading of each part is the same finding."""
    return {
        part.id: {
            "answer": finding if isinstance(finding, Missing | Broken) else ANSWER,
            **dict.fromkeys(part.readers(), finding),
        }
        for part in assignment.rubric.parts
    }


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.builds(Number, value=st.fractions() | st.floats(allow_nan=True)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(value=PLAIN)
def test_whatever_was_read_marking_never_raises_and_never_gives_more_than_there_is(
    midterm: pipeline.Assignment, value: Any
) -> None:
    for part in marked(midterm, everything(midterm, Found(value=value, where=(PLACE,)))):
        for points in (part.earned, part.proposed):
            assert points is None or 0 <= points <= part.possible
        assert part.review == (part.why is not None)


def test_no_answer_is_nought_and_certain(midterm: pipeline.Assignment) -> None:
    for part in marked(midterm, {}):
        assert (part.earned, part.verdict) == (Fraction(0), "missing")


@pytest.mark.parametrize("cause", ["ours", "conversion"])
def test_what_we_broke_costs_nothing_and_waits_for_a_person(
    midterm: pipeline.Assignment, cause: Any
) -> None:
    for part in marked(midterm, everything(midterm, Broken(why="it broke", cause=cause))):
        assert (part.earned, part.verdict, part.why) == (None, "open", cause)


def test_an_answer_that_may_stand_elsewhere_is_never_a_certain_nought(
    midterm: pipeline.Assignment,
) -> None:
    doubted = Missing(why="no answer found", doubt="a line may be its heading")
    assert {part.earned for part in marked(midterm, everything(midterm, doubted))} == {None}


@settings(max_examples=10, deadline=None)
@given(value=PLAIN)
def test_the_same_evidence_gives_the_same_marks(midterm: pipeline.Assignment, value: Any) -> None:
    evidence = everything(midterm, Found(value=value, where=(PLACE,)))
    assert marked(midterm, evidence) == marked(midterm, evidence)


def test_the_paper_is_worth_a_hundred_points_in_36_parts(midterm: pipeline.Assignment) -> None:
    parts = midterm.rubric.parts
    assert (len(parts), sum(part.points for part in parts)) == (36, 100)


@pytest.mark.parametrize(
    ("author", "who"), [("marie", "a person"), ("model, turned on by marie", "a model")]
)
def test_a_student_reads_whether_a_person_or_a_model_marked(author: str, who: str) -> None:
    result = sample.result(sample.paper(1))
    part = result.parts[0]
    given_ = Decision(
        part=part.id, points=part.possible, kind="hand", reason="as told", author=author
    )
    assert decided(result, [given_]).parts[0].reasons[0] == f"Marked by {who}: as told"
