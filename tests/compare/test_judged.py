"""A judgement of the reference becomes a verdict; what is none is left to a person."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.compare.judged import Judged

JUDGED = Judged()


def test_a_judgement_is_taken_over() -> None:
    verdict = JUDGED.compare(
        "anything",
        {
            "credit": "2/3",
            "reasons": ["one is wrong", "one is missing"],
            "each": [1, "0.5", 0],
            "mistakes": ["sizes-added"],
            "certain": False,
        },
    )
    assert verdict.credit == Fraction(2, 3)
    assert verdict.reason == "one is wrong; one is missing"
    assert verdict.each == (1, Fraction(1, 2), 0)
    assert verdict.mistakes == ("sizes-added",)
    assert not verdict.certain


def test_it_is_certain_where_nothing_else_is_said() -> None:
    assert JUDGED.compare(None, {"credit": 1}).certain


@pytest.mark.parametrize(
    "truth",
    [
        None,
        1,
        "full",
        [],
        {},
        {"credit": None},
        {"credit": True},
        {"credit": 2},
        {"credit": "x"},
        {"credit": float("nan")},
        {"credit": "1/0"},
        {"credit": 1, "each": [3]},
    ],
)
def test_what_is_no_judgement_is_left_to_a_person(truth: Any) -> None:
    verdict = JUDGED.compare("anything", truth)
    assert verdict.credit == 0
    assert not verdict.certain


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["credit", "each", "reasons", "mistakes", "certain"]), inner, max_size=5
        )
    ),
    max_leaves=12,
)


@given(PLAIN, PLAIN)
def test_it_never_raises(value: Any, truth: Any) -> None:
    assert 0 <= JUDGED.compare(value, truth).credit <= 1
