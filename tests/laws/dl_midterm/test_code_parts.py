"""Laws of what the code parts of problems 7 and 9 are compared with."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.dl_midterm import loocv_ranges, vgg_transfer

degrees = st.lists(st.integers(1, 4), min_size=1, max_size=4)


@settings(deadline=None)
@given(degrees)
def test_ranges_by_quantity_are_the_ranges_of_each_degree(wanted: list[int]) -> None:
    found = loocv_ranges.plausible_ranges(wanted, 100)
    assert found["mse"] == [loocv_ranges.plausible_range(d, 100) for d in wanted]
    assert found[""] == found["mse"]


@settings(deadline=None)
@given(degrees)
def test_ranges_of_roots_are_the_roots_of_the_ranges(wanted: list[int]) -> None:
    found = loocv_ranges.plausible_ranges(wanted, 100)
    for squares, roots in zip(found["mse"], found["rmse"], strict=True):
        assert all(math.isclose(r * r, s) for s, r in zip(squares, roots, strict=True))


@given(st.integers(1, 16))
def test_frozen_counts_hold_every_way_of_counting_once(count: int) -> None:
    found = vgg_transfer.frozen_by_count(count)["frozen"]
    assert set(found) == set(vgg_transfer.frozen_parameters(count).values())
    assert found == sorted(set(found))


@given(st.integers(1, 15))
def test_freezing_more_layers_never_freezes_fewer_parameters(count: int) -> None:
    fewer, more = (vgg_transfer.frozen_by_count(n)["frozen"] for n in (count, count + 1))
    assert min(fewer) <= min(more)
    assert max(fewer) <= max(more)


@pytest.mark.parametrize("count", [0, 17, True, 2.5])
def test_a_count_that_no_network_has_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="count"):
        vgg_transfer.frozen_by_count(count)


@given(st.integers() | st.text() | st.lists(st.integers()))
def test_what_was_read_is_passed_on_unchanged(reading: object) -> None:
    assert vgg_transfer.as_handed_in(reading) == {"other": reading}
