"""Laws of the cross-validation reference."""

import math
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reference.dl_midterm import loocv

Data = tuple[list[float], list[float], int]

law = settings(max_examples=30, deadline=None)
number = st.integers(-40, 40).map(lambda n: n / 10)


@st.composite
def data(draw: st.DrawFn) -> Data:
    """Eight to twenty points with distinct x, and a degree up to four."""
    x = draw(st.lists(number, min_size=8, max_size=20, unique=True))
    y = draw(st.lists(number, min_size=len(x), max_size=len(x)))
    return x, y, draw(st.integers(0, 4))


@law
@given(data())
def test_leaving_out_and_the_leverage_identity_agree(case: Data) -> None:
    expected = loocv.loocv_mse_by_leverage(*case)
    assert loocv.loocv_mse(*case) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@law
@given(data())
def test_scikit_learn_finds_the_same_errors(case: Data) -> None:
    selection = pytest.importorskip("sklearn.model_selection")
    from sklearn.linear_model import LinearRegression
    from sklearn.metrics import mean_squared_error
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures

    x, y, degree = case
    model = make_pipeline(PolynomialFeatures(degree), LinearRegression())
    columns = [[value] for value in x]

    def scored(folds: Any, scoring: str = "neg_mean_squared_error") -> float:
        return selection.cross_val_score(model, columns, y, cv=folds, scoring=scoring).mean()

    close = {"rel": 1e-5, "abs": 1e-8}
    leave_one_out = selection.LeaveOneOut()
    assert loocv.loocv_negated(*case) == pytest.approx(scored(leave_one_out), **close)
    assert loocv.k_fold_mse(x, y, degree, 4) == pytest.approx(-scored(4), **close)
    absolute = -scored(leave_one_out, "neg_root_mean_squared_error")
    assert loocv.loocv_mean_absolute_error(*case) == pytest.approx(absolute, **close)
    fitted = model.fit(columns, y).predict(columns)
    assert loocv.training_mse(*case) == pytest.approx(mean_squared_error(y, fitted), **close)


@law
@given(data())
def test_errors_on_the_fitted_data_are_never_larger(case: Data) -> None:
    assert loocv.training_mse(*case) <= loocv.loocv_mse(*case) + 1e-9


@law
@given(data())
def test_training_errors_never_rise_with_the_degree(case: Data) -> None:
    x, y, _ = case
    errors = [loocv.training_mse(x, y, degree) for degree in range(5)]
    assert all(b <= a + 1e-9 for a, b in pairwise(errors))


@law
@given(data())
def test_as_many_folds_as_points_leave_one_out(case: Data) -> None:
    x, y, degree = case
    assert loocv.k_fold_mse(x, y, degree, len(x)) == pytest.approx(
        loocv.loocv_mse(*case), rel=1e-9, abs=1e-12
    )


@law
@given(data(), st.randoms())
def test_leaving_one_out_needs_no_seed(case: Data, random: Random) -> None:
    """The order of the points, all that a seed could shuffle, does not matter."""
    x, y, degree = case
    order = list(range(len(x)))
    random.shuffle(order)
    shuffled = loocv.loocv_mse([x[i] for i in order], [y[i] for i in order], degree)
    assert shuffled == pytest.approx(loocv.loocv_mse(*case), rel=1e-6, abs=1e-9)


@law
@given(data(), st.sampled_from([-3, 0.5, 10]), st.integers(-5, 5))
def test_moving_and_stretching_x_changes_nothing(case: Data, factor: float, shift: int) -> None:
    x, y, degree = case
    moved = [factor * value + shift for value in x]
    assert loocv.loocv_mse(moved, y, degree) == pytest.approx(
        loocv.loocv_mse(*case), rel=1e-5, abs=1e-8
    )


@law
@given(data(), st.lists(number, min_size=1, max_size=5), st.sampled_from([-2, 0.5, 3]))
def test_a_polynomial_added_to_y_is_fitted_away_and_a_factor_comes_out_squared(
    case: Data, added: list[float], factor: float
) -> None:
    x, y, _ = case
    degree = len(added) - 1
    other = [factor * b + loocv.polynomial(added, a) for a, b in zip(x, y, strict=True)]
    expected = factor**2 * loocv.loocv_mse(x, y, degree)
    assert loocv.loocv_mse(x, other, degree) == pytest.approx(expected, rel=1e-5, abs=1e-6)


@law
@given(st.lists(number, min_size=2, max_size=20))
def test_for_a_constant_model_the_error_is_the_stretched_variance(y: list[float]) -> None:
    """Closed form: leaving out of a mean stretches each deviation by n / (n - 1)."""
    n, mean = len(y), sum(y) / len(y)
    variance = sum((value - mean) ** 2 for value in y) / n
    x = [float(i) for i in range(n)]
    expected = variance * (n / (n - 1)) ** 2
    assert loocv.loocv_mse(x, y, 0) == pytest.approx(expected, abs=1e-9)


@law
@given(data())
def test_other_forms_are_the_same_number_in_other_clothes(case: Data) -> None:
    x, _, _ = case
    mse = loocv.loocv_mse(*case)
    assert loocv.loocv_rmse(*case) ** 2 == pytest.approx(mse)
    assert loocv.loocv_sum(*case) == pytest.approx(mse * len(x))
    assert loocv.loocv_negated(*case) == -mse
    assert loocv.loocv_mean_absolute_error(*case) <= loocv.loocv_rmse(*case) + 1e-12


@law
@given(st.lists(st.integers(0, 12).map(float), min_size=1, max_size=6), st.integers(0, 3))
def test_no_error_is_smaller_than_the_best_degrees(errors: list[float], first: int) -> None:
    assert loocv.has_best_degree(errors) == (errors.count(min(errors)) == 1)
    if errors.count(min(errors)) > 1:
        with pytest.raises(ValueError, match="share the error"):
            loocv.best_degree(errors, first)
    else:
        assert errors[loocv.best_degree(errors, first) - first] == min(errors)
    assume(errors.count(max(errors)) == 1)
    assert errors[loocv.worst_degree(errors, first) - first] == max(errors)


@law
@given(st.lists(st.integers(1, 99).map(float), min_size=1, max_size=6, unique=True))
def test_a_minus_sign_left_in_everywhere_does_not_change_the_best_degree(
    errors: list[float],
) -> None:
    signed = [-value for value in errors]
    assert loocv.best_degree(signed) == loocv.best_degree(errors)
    assert loocv.worst_degree(signed) == loocv.worst_degree(errors)
    assert not loocv.has_best_degree([*signed, 1.0])


@law
@given(st.lists(number, min_size=2, max_size=6))
def test_a_table_falls_everywhere_exactly_when_it_is_sorted_and_distinct(
    errors: list[float],
) -> None:
    ordered = sorted(set(errors), reverse=True)
    assert loocv.falls_with_every_degree(errors) == (errors == ordered)


@law
@given(st.lists(number, min_size=1, max_size=6), number)
def test_horners_rule_is_the_sum_of_the_powers(coefficients: list[float], x: float) -> None:
    powers = math.fsum(c * x**k for k, c in enumerate(coefficients))
    assert loocv.polynomial(coefficients, x) == pytest.approx(powers, abs=1e-9)


@law
@given(st.integers(0, 4), st.data())
def test_one_point_more_than_the_fit_needs_is_enough(degree: int, data: st.DataObject) -> None:
    x = [float(i) for i in range(degree + 2)]
    y = data.draw(st.lists(number, min_size=len(x), max_size=len(x)))
    expected = loocv.loocv_mse_by_leverage(x, y, degree)
    assert loocv.loocv_mse(x, y, degree) == pytest.approx(expected, rel=1e-6, abs=1e-9)
    for mse in (loocv.loocv_mse, loocv.loocv_mse_by_leverage):
        with pytest.raises(ValueError, match="too few distinct"):
            mse(x, y, degree + 1)


def test_data_that_cannot_be_fitted_are_refused() -> None:
    for bad in (math.nan, math.inf, True, "x", 1e200, 10**400):
        with pytest.raises(ValueError, match="is not a number"):
            loocv.loocv_mse([0, 1, 2, 3], [0, 1, 2, bad], 1)
    with pytest.raises(ValueError, match="one value per point"):
        loocv.loocv_mse([0, 1, 2], [0, 1], 1)
    with pytest.raises(ValueError, match="degree is"):
        loocv.loocv_mse([0, 1, 2], [0, 1, 2], -1)
    for mse in (loocv.loocv_mse, loocv.loocv_mse_by_leverage):
        with pytest.raises(ValueError, match="too few distinct"):
            mse([0, 0, 0, 1], [1, 2, 3, 4], 1)
    with pytest.raises(ValueError, match="too close"):
        loocv.loocv_mse([0, 1e-200, 1, 2], [1, 2, 3, 4], 2)
    for folds in (1, 5):
        with pytest.raises(ValueError, match="folds is"):
            loocv.k_fold_mse([0, 1, 2, 3], [0, 1, 2, 3], 1, folds)
    with pytest.raises(ValueError, match="no coefficients"):
        loocv.polynomial([], 1)
    with pytest.raises(ValueError, match="no errors"):
        loocv.best_degree([])
    with pytest.raises(ValueError, match="fewer than two"):
        loocv.falls_with_every_degree([1])
