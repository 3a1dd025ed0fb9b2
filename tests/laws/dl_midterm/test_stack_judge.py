"""Laws of judging designs: what counts is what each one sees and keeps, however they are listed."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.dl_midterm import receptive_field as fields
from reference.dl_midterm import stack_judge as judge

few = settings(max_examples=80, deadline=None)
SAID = {"padding": "same", "filters": "C"}


def design(*kernels: Any, **said: Any) -> dict[str, Any]:
    return {"layers": [{"kernel": kernel, **(said or SAID)} for kernel in kernels]}


def credit(stacks: list[dict[str, Any]], asked: int = 5) -> Fraction:
    return Fraction(judge.judge_designs(stacks, 7, asked)["credit"])


GOOD = [design(7), design(3, 3, 3), design(5, 3), design(3, 5), design(2, 6), design(4, 4)]
BAD = [design(3, 3), design(5, 2), design(9)]
DESIGNS = st.lists(st.sampled_from(GOOD + BAD), max_size=6)


def unsaid(stacks: list[dict[str, Any]], *what: str) -> list[dict[str, Any]]:
    return [
        {"layers": [{**layer, **dict.fromkeys(what)} for layer in one["layers"]]} for one in stacks
    ]


def test_five_different_ones_with_all_said_are_full() -> None:
    assert credit(GOOD[:5]) == 1


@given(st.permutations(GOOD[:4] + BAD[:1]))
@few
def test_the_order_of_the_list_does_not_matter(stacks: list[dict[str, Any]]) -> None:
    assert credit(stacks) == Fraction(4, 5)


@given(DESIGNS)
@few
def test_each_counts_once_and_only_with_the_right_field(stacks: list[dict[str, Any]]) -> None:
    right = [one for one in stacks if fields.receptive_field(one["layers"]) == [7, 7]]
    different = {str(one["layers"]) for one in right}
    assert credit(stacks) == min(Fraction(1), Fraction(len(different), 5))


@given(DESIGNS, st.sampled_from(GOOD))
@few
def test_one_more_design_never_costs_credit(
    stacks: list[dict[str, Any]], more: dict[str, Any]
) -> None:
    assert credit([*stacks, more]) >= credit(stacks)


@pytest.mark.parametrize("what", ["padding", "filters"])
def test_what_is_not_said_costs_one_point_in_all(what: str) -> None:
    assert credit(unsaid(GOOD[:5], what)) == Fraction(9, 10)
    assert credit(unsaid(GOOD[:5], "padding", "filters")) == Fraction(8, 10)


def test_one_design_that_says_nothing_keeps_the_half_for_its_field() -> None:
    assert credit(unsaid(GOOD[:1], "padding", "filters")) == Fraction(1, 10)


@pytest.mark.parametrize(
    "lost",
    [
        design(7, padding="valid", filters="C"),
        design(7, padding=2, filters="C"),
        design(7, padding=3, filters=64),
        {"layers": [{"kernel": 3, "stride": 2, **SAID}, {"kernel": 3, **SAID}]},
    ],
)
def test_a_lost_shape_costs_half_of_its_architecture(lost: dict[str, Any]) -> None:
    assert credit([lost, *GOOD[1:5]]) == Fraction(9, 10)
    assert judge.judge_designs([lost, *GOOD[1:5]], 7, 5)["certain"]


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), min_size=1, max_size=3))
@few
def test_padding_is_kept_exactly_when_the_size_is(odd: list[tuple[int, int]]) -> None:
    """Independent route: the size of a large image after the layers, one by one."""
    for more in (0, 1):
        size, layers = 200, []
        for half, dilation in odd:
            padding = half * dilation + more
            layers.append({"kernel": 2 * half + 1, "dilation": dilation, "padding": padding})
            size = size + 2 * padding - dilation * 2 * half
        expected = "kept" if size == 200 else "lost"
        assert judge.padding_state({"layers": layers}) == expected


@pytest.mark.parametrize(
    ("stacks", "why"),
    [
        ([{**design(3, 3), "unsure": ["a count"]}], "unsure and wrong"),
        ([{**design(7), "conflict": True}], "described twice"),
        ([{"layers": [], "unsure": ["nothing was read"]}], "unread"),
        ([*GOOD[:3], *unsaid(GOOD[3:5], "filters")], "said of some only"),
        ([{**one, "mentioned": ["padding"]} for one in unsaid(GOOD[:5], "padding")], "mentioned"),
        ([{**one, "sized": True} for one in unsaid(GOOD[:5], "padding")], "size claimed"),
        ([{**design(7), "index": 1}, {**design(3, 5), "index": 3}], "a number is missing"),
        (BAD, "nothing is right"),
    ],
)
def test_what_may_be_misread_goes_to_a_person(stacks: list[dict[str, Any]], why: str) -> None:
    assert not judge.judge_designs(stacks, 7, 5)["certain"], why


def test_a_guess_about_a_design_with_the_right_field_is_no_doubt() -> None:
    guessed = [{**one, "unsure": ["running text"]} for one in GOOD[:5]]
    assert judge.judge_designs(guessed, 7, 5) == judge.judge_designs(GOOD[:5], 7, 5)


@pytest.mark.parametrize(
    ("mistake", "stack"),
    [
        (judge.sizes_added, design(5, 2)),
        (judge.largest_alone, design(7, 3)),
        (judge.one_direction, design([1, 7])),
        (judge.dilation_off_by_one, {"layers": [{"kernel": 3, "dilation": 2, **SAID}]}),
    ],
)
def test_a_mistake_is_named_where_it_explains_a_wrong_field(mistake: Any, stack: Any) -> None:
    assert mistake([stack], 7, 5)["credit"] == 1
    assert all(mistake([right], 7, 5)["credit"] == 0 for right in GOOD)


def test_multiplied_sizes_are_named() -> None:
    assert judge.sizes_multiplied([design(3, 2)], 6, 5)["credit"] == 1


SIDES = st.one_of(
    st.none(), st.integers(-2, 12), st.text(max_size=3), st.lists(st.integers(), max_size=3)
)
LAYER = st.fixed_dictionaries(
    {"kernel": SIDES},
    optional={
        "padding": SIDES,
        "dilation": SIDES,
        "stride": SIDES,
        "filters": SIDES,
        "kind": st.sampled_from(["conv", "depthwise", "pool", "odd"]),
    },
)


@given(st.lists(st.fixed_dictionaries({"layers": st.lists(LAYER, max_size=3)}), max_size=6))
@few
def test_no_layers_make_it_raise_anything_but_a_value_error(stacks: list[dict[str, Any]]) -> None:
    try:
        judged = judge.judge_designs(stacks, 7, 5)
    except (ValueError, TypeError):
        return
    assert 0 <= Fraction(judged["credit"]) <= 1
