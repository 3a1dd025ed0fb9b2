"""Laws of judging counts: right is what PyTorch would count, in any form, for the own stacks."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.dl_midterm import stack_claims as claims
from reference.dl_midterm import stack_count_judge as judge
from reference.dl_midterm import stack_counting as counting

few = settings(max_examples=80, deadline=None)
STACKS = [[7], [3, 3, 3], [5, 3], [3, 5], [2, 6]]
KERNELS = st.lists(st.lists(st.integers(1, 7), min_size=1, max_size=4), min_size=2, max_size=5)


def designs(stacks: list[list[int]]) -> list[dict[str, Any]]:
    return [
        {"index": i, "layers": [{"kernel": [k, k], "dilation": [1, 1], "kind": "conv"} for k in s]}
        for i, s in enumerate(stacks, 1)
    ]


def counts(terms: list[Any], **more: Any) -> dict[str, Any]:
    values = [{"index": i, "label": str(i), "terms": t} for i, t in enumerate(terms, 1)]
    return {"values": values, **more}


def squares(stack: list[int]) -> int:
    return sum(side * side for side in stack)


def credit(judged: dict[str, Any]) -> Fraction:
    return Fraction(judged["credit"])


@given(KERNELS, st.booleans())
@few
def test_formulas_are_right_with_and_without_biases(stacks: list[list[int]], bias: bool) -> None:
    terms = [[[squares(s), {"C": 2}], *([[len(s), {"C": 1}]] if bias else [])] for s in stacks]
    judged = judge.parameter_counts(counts(terms), designs(stacks), len(stacks))
    assert credit(judged) == 1
    assert judged["certain"]


@given(KERNELS, st.integers(2, 600), st.booleans())
@few
def test_numbers_are_right_for_any_stated_c(stacks: list[list[int]], c: int, bias: bool) -> None:
    terms = [[[squares(s) * c * c + (len(s) * c if bias else 0), {}]] for s in stacks]
    read = counts(terms, assume={"C": c})
    assert credit(judge.parameter_counts(read, designs(stacks), len(stacks))) == 1
    assert not judge.parameters_with_one_channel(read, designs(stacks))["credit"]


@pytest.mark.parametrize("stack", STACKS)
def test_pytorch_counts_the_same(stack: list[int]) -> None:
    torch = pytest.importorskip("torch")
    for bias in (False, True):
        layers = [torch.nn.Conv2d(12, 12, k, padding="same", bias=bias) for k in stack]
        number = sum(p.numel() for layer in layers for p in layer.parameters())
        read = counts([[[number, {}]]], assume={"C": 12})
        assert credit(judge.parameter_counts(read, designs([stack]), 1)) == 1


@given(KERNELS, st.integers(1, 99))
@few
def test_another_number_is_wrong(stacks: list[list[int]], more: int) -> None:
    terms = [[[squares(s), {"C": 2}]] for s in stacks]
    terms[0] = [[squares(stacks[0]) + more, {"C": 2}]]
    judged = judge.parameter_counts(counts(terms), designs(stacks), len(stacks))
    assert credit(judged) == Fraction(len(stacks) - 1, len(stacks))


def test_one_channel_and_channels_once_have_a_price_and_are_told_apart() -> None:
    one = counts([[[squares(s), {}]] for s in STACKS], assume={"C": 1})
    once = counts([[[squares(s), {"C": 1}]] for s in STACKS])
    right = counts([[[squares(s), {"C": 2}]] for s in STACKS])
    priced = [
        (
            bool(judge.parameters_with_one_channel(read, designs(STACKS))["credit"]),
            bool(judge.parameters_with_channels_once(read, designs(STACKS))["credit"]),
        )
        for read in (one, once, right)
    ]
    assert priced == [(True, False), (False, True), (False, False)]
    assert all(
        credit(judge.parameter_counts(read, designs(STACKS), 5)) == 1 for read in (one, once)
    )


def test_a_mistake_that_was_paid_is_not_paid_again() -> None:
    one = counts([[[squares(s), {}]] for s in STACKS], assume={"C": 1})
    more = counts([[[squares(s) * 225, {}]] for s in STACKS], assume={"C": 1, "H": 15, "W": 15})
    assert judge.computations_with_one_channel(more, designs(STACKS), None)["credit"] == 1
    assert judge.computations_with_one_channel(more, designs(STACKS), one)["credit"] == 0
    once = counts([[[squares(s), {"C": 1}]] for s in STACKS])
    again = counts([[[squares(s), {"C": 1, "H": 1, "W": 1}]] for s in STACKS])
    assert judge.computations_with_channels_once(again, designs(STACKS), None)["credit"] == 1
    assert judge.computations_with_channels_once(again, designs(STACKS), once)["credit"] == 0


@given(KERNELS, st.sampled_from([1, 2]))
@few
def test_a_multiplication_and_its_addition_are_one_computation_or_two(
    stacks: list[list[int]], factor: int
) -> None:
    terms = [[[factor * squares(s), {"C": 2, "H": 1, "W": 1}]] for s in stacks]
    judged = judge.computation_counts(counts(terms), designs(stacks), None, len(stacks))
    assert credit(judged) == 1
    assert judged["certain"]


@given(KERNELS)
@few
def test_computations_without_the_size_of_the_image_are_wrong(stacks: list[list[int]]) -> None:
    terms = [[[squares(s), {"C": 2}]] for s in stacks]
    assert not credit(judge.computation_counts(counts(terms), designs(stacks), None, len(stacks)))


def test_one_slip_is_carried_on_and_several_go_to_a_person() -> None:
    def both(wrong: dict[int, int]) -> dict[str, Any]:
        numbers = [wrong.get(i, squares(s)) for i, s in enumerate(STACKS)]
        earlier = counts([[[n, {"C": 2}]] for n in numbers])
        later = counts([[[n, {"C": 2, "H": 1, "W": 1}]] for n in numbers])
        return judge.computation_counts(later, designs(STACKS), earlier, 5)

    assert credit(both({2: 36, 3: 36})) == credit(both({2: 36, 1: 29})) == 1
    assert both({2: 36, 3: 36})["certain"]
    assert not both({2: 36, 1: 29})["certain"]


def test_an_own_stack_may_be_described_where_it_is_counted() -> None:
    value = {
        "index": 1,
        "label": "1",
        "terms": [[34, {"C": 2}]],
        "layers": [{"kernel": [5, 5]}, {"kernel": [3, 3]}],
    }
    assert credit(judge.parameter_counts({"values": [value]}, None, 1)) == 1


@pytest.mark.parametrize(
    "read",
    [
        counts([]),
        counts([[[49, {"C": 2}]]], doubts=["something"]),
        {"values": [{"index": 1, "label": "1", "terms": [[50, {"C": 2}]], "conflict": True}]},
        {"values": [{"index": 1, "label": "1", "terms": [[50, {"C": 2}]], "unsure": ["several"]}]},
        {
            "values": [
                {"index": 1, "label": "1", "terms": [[50, {"C": 2}]], "steps": [[[49, {"C": 2}]]]}
            ]
        },
        counts([[[49, {"C": 2}], [1, {}]]]),
        counts([[[441, {}]], [[243, {}]], [[306, {}]], [[306, {}]], [[360, {}]]]),
    ],
)
def test_what_may_be_misread_goes_to_a_person(read: dict[str, Any]) -> None:
    assert not judge.parameter_counts(read, designs(STACKS), 5)["certain"]


@given(st.integers(100, 10**7), st.integers(2, 5))
@few
def test_a_number_agrees_when_rounded_or_cut_to_its_digits(truth: int, digits: int) -> None:
    unit = 10 ** max(0, len(str(truth)) - digits)
    for shown in (truth // unit * unit, round(truth / unit) * unit):
        value = {"slack": unit if unit > 1 else None, "significant": digits}
        assert counting.agrees(value, Fraction(shown), Fraction(truth))
    off = {"slack": unit, "significant": digits}
    assert not counting.agrees(off, Fraction(truth + 2 * unit), Fraction(truth))


# -- claims


@given(KERNELS)
@few
def test_claims_are_right_when_they_name_all_that_have_most_and_least(
    stacks: list[list[int]],
) -> None:
    sizes = [squares(s) for s in stacks]
    named = {
        which: [{"index": i} for i, n in enumerate(sizes, 1) if n == extreme]
        for which, extreme in (("most", max(sizes)), ("least", min(sizes)))
    }
    for judged in (claims.parameter_claims, claims.computation_claims):
        assert credit(judged({"values": [], **named}, designs(stacks))) == 1
        swapped = {"values": [], "most": named["least"], "least": named["most"]}
        if max(sizes) > min(sizes):
            assert credit(judged(swapped, designs(stacks))) == 0


def test_a_claim_that_follows_from_the_own_counts_is_right() -> None:
    own = counts(
        [[[7, {"C": 2}]], [[9, {"C": 2}]], [[8, {"C": 2}]]],
        most=[{"index": 2}],
        least=[{"index": 1}],
    )
    assert credit(claims.parameter_claims(own, designs(STACKS[:3]))) == 1


@pytest.mark.parametrize(
    ("reference", "index"),
    [
        ({"index": -1}, 5),
        ({"layers": [{"kernel": [7, 7]}], "words": []}, 1),
        ({"layers": [{"kernel": [3, 3]}], "words": []}, 2),
        ({"layers": [{"kernel": [2, 2]}, {"kernel": [6, 6]}], "words": []}, 5),
        ({"terms": [[27, {"C": 2}]]}, 2),
    ],
)
def test_a_reference_may_be_a_description_or_a_value(reference: Any, index: int) -> None:
    terms = [[[squares(s), {"C": 2}]] for s in STACKS]
    described = claims.parameter_claims(counts(terms, most=[reference]), designs(STACKS))
    named = claims.parameter_claims(counts(terms, most=[{"index": index}]), designs(STACKS))
    assert described["credit"] == named["credit"]


@pytest.mark.parametrize(
    "more",
    [
        {"most": [{"index": 9}], "least": [{"index": 2}]},
        {"most": [{"layers": [], "words": ["pool"]}], "least": []},
        {"unclear": ["a comparison was not understood"]},
        {"most": [{"index": 1}], "least": [{"index": 2}], "unclear": ["two claims differ"]},
    ],
)
def test_a_claim_that_is_not_clear_goes_to_a_person(more: dict[str, Any]) -> None:
    assert not claims.parameter_claims(counts([], **more), designs(STACKS))["certain"]
