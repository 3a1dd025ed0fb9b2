"""Laws of the comparison of two runs; they hold for any accuracies."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.dl_midterm import transfer_choice

SHARE = st.floats(0, 1)


def run(accuracy: float) -> dict[str, Any]:
    return {"log": {"final": {"val_accuracy": accuracy}}}


@given(SHARE, SHARE)
def test_swapping_the_runs_swaps_the_choice(one: float, two: float) -> None:
    names = {"first": "second", "second": "first"}
    there, back = (
        transfer_choice.better(run(one), run(two)),
        transfer_choice.better(run(two), run(one)),
    )
    assert there is not None
    assert back is not None
    assert sorted(names[n] for n in there) == sorted(back)


@given(SHARE, st.floats(0.01, 0.5))
def test_a_clearly_higher_accuracy_is_better(low: float, gap: float) -> None:
    assert transfer_choice.better(run(low), run(low + gap)) == ["second"]


@given(SHARE)
def test_training_accuracy_does_not_count_where_there_is_another(accuracy: float) -> None:
    other = {"log": {"final": {"val_accuracy": accuracy, "accuracy": 1.0}, "best_accuracy": 1.0}}
    assert transfer_choice.accuracy(other) == accuracy


@given(st.none() | st.text() | st.lists(st.integers()) | st.dictionaries(st.text(), st.none()))
def test_no_run_makes_it_raise(value: Any) -> None:
    for broken in (value, {"log": value}, {"log": {"final": value, "best_accuracy": value}}):
        assert transfer_choice.better(broken, broken) is None


def counts(trainable: int, frozen: int) -> dict[str, Any]:
    return {"log": {"params": {"trainable": trainable, "non_trainable": frozen}}}


@given(st.integers(1, 10**8), st.integers(1, 10**6), st.integers(10**7 + 1, 10**8))
def test_runs_are_exchanged_one_way_only(free: int, head: int, base: int) -> None:
    first, second = counts(free, 0), counts(head, base)
    assert transfer_choice.exchanged(first, second) == {"first": free, "second": head}
    with pytest.raises(ValueError, match="froze something"):
        transfer_choice.exchanged(second, first)


@pytest.mark.parametrize("run", [None, {}, {"log": {"params": {"trainable": 3}}}, counts(3, -1)])
def test_a_run_without_parameters_is_no_ground_for_a_remark(run: Any) -> None:
    with pytest.raises(ValueError, match="no parameters"):
        transfer_choice.unfrozen_first(run, None)
