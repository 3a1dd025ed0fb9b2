"""The steps of a part: what one key gives."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from grader.review.levels import levels
from grader.rubric import Part


def part(*points: str) -> Part:
    total = sum((Fraction(one) for one in points), Fraction(0))
    judged = {"read": "answer", "compare": {"kind": "judged"}, "review": "always", "why": "text"}
    criteria = [{"id": f"c{n}", "points": one, **judged} for n, one in enumerate(points)]
    return Part.model_validate(
        {"id": "1", "points": str(total), "ask": "Why?", "criteria": criteria}
    )


def test_the_steps_are_the_sums_of_the_criteria() -> None:
    assert levels(part("1", "1/2")) == (0, Fraction(1, 2), 1, Fraction(3, 2))


def test_one_criterion_has_quarters() -> None:
    assert levels(part("2")) == (0, Fraction(1, 2), 1, Fraction(3, 2), 2)


@given(st.lists(st.integers(1, 8).map(lambda n: f"{n}/4"), min_size=1, max_size=7))
def test_every_part_gives_nothing_all_and_a_key_for_each(points: list[str]) -> None:
    own = part(*points)
    found = levels(own)
    assert found[0] == 0
    assert found[-1] == own.points
    assert 2 < len(found) < 9
    assert list(found) == sorted(set(found))
