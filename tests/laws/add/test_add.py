"""Laws of the sum, and that no known mistake can be taken for it or for another."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import add as reference

whole = st.integers(-(10**9), 10**9)
counts = st.integers(0, 10**6)
GIVEN = (17, 25)
MISTAKES = (reference.subtracted, reference.multiplied, reference.without_carry, reference.joined)


@given(whole, whole, whole)
def test_a_sum_does_not_depend_on_order_or_brackets(a: int, b: int, c: int) -> None:
    assert reference.add(a, b) == reference.add(b, a)
    assert reference.add(reference.add(a, b), c) == reference.add(a, reference.add(b, c))


@given(whole, whole)
def test_subtracting_what_was_added_gives_the_first_number_back(a: int, b: int) -> None:
    assert reference.subtracted(reference.add(a, b), b) == a


@given(counts, st.integers(0, 200))
def test_a_product_is_a_sum_of_equal_numbers(a: int, b: int) -> None:
    total: float = 0
    for _ in range(b):
        total = reference.add(total, a)
    assert reference.multiplied(a, b) == total


@given(counts, counts)
def test_without_carry_is_right_where_nothing_is_carried(a: int, b: int) -> None:
    carries = any(int(x) + int(y) > 9 for x, y in zip(str(a)[::-1], str(b)[::-1], strict=False))
    assert (reference.without_carry(a, b) == reference.add(a, b)) == (not carries)


@given(counts, counts)
def test_joined_digits_begin_and_end_with_the_numbers(a: int, b: int) -> None:
    assert str(reference.joined(a, b)).endswith(str(b))


@pytest.mark.parametrize("mistake", [reference.without_carry, reference.joined])
@pytest.mark.parametrize("wrong", [(-1, 2), (True, 2), (1.5, 2)])
def test_digits_of_what_is_no_whole_number_are_refused(mistake: Any, wrong: Any) -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        mistake(*wrong)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_differs_from_the_right_sum(mistake: Any) -> None:
    assert mistake(*GIVEN) != reference.add(*GIVEN)


@pytest.mark.parametrize(("one", "other"), list(combinations(MISTAKES, 2)))
def test_each_mistake_differs_from_every_other(one: Any, other: Any) -> None:
    assert one(*GIVEN) != other(*GIVEN)
