"""Scores against plausible ranges: each row for itself, with its reason."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from grader.compare.within import Within
from grader.model import Number, Verdict

ROWS = ("1", "2", "3", "4")
RANGES = [[3, 30], [0.6, 1.6], [0.6, 2.1], [0.6, 10.0]]
KIND = Within(rows=ROWS, sign=False)


def scores(*values: float | None, quantity: str = "mse") -> dict:
    run = {
        row: Number(value=Fraction(str(v)))
        for row, v in zip(ROWS, values, strict=True)
        if v is not None
    }
    return {"runs": [run], "quantity": quantity, "negated": False}


def test_plausible_scores_earn_all() -> None:
    assert KIND.compare(scores(7.4, 1.13, 1.16, 1.24), RANGES).each == (1, 1, 1, 1)


def test_a_row_outside_or_absent_costs_its_share() -> None:
    verdict = KIND.compare(scores(2, 1.13, None, 1.24), RANGES)
    assert verdict.each == (0, 1, 0, 1)
    assert "row 3: no score" in verdict.reason
    assert "30" not in verdict.reason


def test_a_minus_sign_is_overlooked_only_where_the_rubric_says_so() -> None:
    assert KIND.compare(scores(-7.4, -1.13, -1.16, -1.24), RANGES).credit == 1
    assert Within(rows=ROWS).compare(scores(-7.4, -1.13, -1.16, -1.24), RANGES).credit == 0


def test_the_same_digits_in_several_rows_count_once() -> None:
    assert KIND.compare(scores(1.25, 1.25, 1.25, 1.25), RANGES).each == (0, 0, 0, 0)
    assert Within(rows=ROWS, distinct=False).compare(
        scores(1.25, 1.25, 1.25, 1.25), RANGES
    ).each == (0, 1, 1, 1)


def test_another_quantity_is_held_against_its_own_range_or_refused() -> None:
    both = {"mse": RANGES, "rmse": [[1.7, 5.5], [0.7, 1.3], [0.7, 1.5], [0.7, 3.2]]}
    assert KIND.compare(scores(3.3, 1.03, 1.06, 1.02, quantity="rmse"), both).credit == 1
    assert KIND.compare(scores(1.9, 0.8, 0.9, 0.95, quantity="mae"), both).credit == 0


def test_of_several_runs_the_fullest_counts() -> None:
    first, second = scores(7.4, None, None, None), scores(7.4, 1.13, 1.16, 1.24)
    assert KIND.compare({"runs": [*first["runs"], *second["runs"]]}, RANGES).credit == 1


def test_without_ranges_nothing_is_certain() -> None:
    assert not KIND.compare(scores(7.4, 1.13, 1.16, 1.24), None).certain


value = st.floats(allow_nan=True) | st.none() | st.text(max_size=3) | st.integers() | st.booleans()


@given(
    st.dictionaries(st.sampled_from([*ROWS, "x"]), value),
    st.none() | st.lists(st.lists(value, max_size=3), max_size=5),
)
def test_no_scores_and_no_ranges_make_it_fail(run: dict, ranges: list | None) -> None:
    assert isinstance(KIND.compare({"runs": [run]}, ranges), Verdict)


@given(st.floats(0.01, 50), st.floats(0, 10))
def test_widening_a_range_never_costs_credit(score: float, more: float) -> None:
    kind = Within(rows=("1",))
    given_ = {"runs": [{"1": score}]}
    narrow, wide = (
        kind.compare(given_, [[2.0, 9.0]]),
        kind.compare(given_, [[2.0 - more, 9.0 + more]]),
    )
    assert narrow.credit <= wide.credit
