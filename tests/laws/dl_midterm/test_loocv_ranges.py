"""Laws of the plausible ranges: the table is simulated again, and by another route."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.dl_midterm import loocv, loocv_ranges

Errors = dict[int, list[float]]

law = settings(max_examples=20, deadline=None)
RUNS = 4000
COEFFICIENTS, NOISE, N = loocv_ranges.TABLED
degree = st.integers(1, 4)


@pytest.fixture(scope="module")
def errors() -> Errors:
    """Degree -> errors of fresh data sets, with a seed that the table did not use."""
    return {
        d: loocv_ranges.simulated_errors(d, N, COEFFICIENTS, NOISE, runs=RUNS, seed=d)
        for d in range(1, 5)
    }


@pytest.mark.parametrize("coverage", sorted(loocv_ranges.TABLE))
@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_fresh_data_sets_lie_in_the_table_as_often_as_it_says(
    errors: Errors, d: int, coverage: float
) -> None:
    """On each side: within five standard deviations of a binomial count."""
    low, high = loocv_ranges.plausible_range(d, N, coverage)
    expected = RUNS * (1 - coverage) / 2
    allowed = 5 * math.sqrt(expected) + 1
    assert abs(sum(e < low for e in errors[d]) - expected) <= allowed
    assert abs(sum(e > high for e in errors[d]) - expected) <= allowed


@settings(max_examples=5, deadline=None)
@given(degree, st.integers(0, 2**32 - 1))
def test_the_simulated_error_is_the_explicit_one_of_the_same_data(d: int, seed: int) -> None:
    """Independent route: the same draws, each point left out in turn."""
    numpy = pytest.importorskip("numpy")
    [found] = loocv_ranges.simulated_errors(d, N, COEFFICIENTS, NOISE, runs=1, seed=seed)
    random = numpy.random.default_rng(seed)
    x, noise = random.standard_normal(N), random.standard_normal(N)
    y = [loocv.polynomial(COEFFICIENTS, a) + NOISE * e for a, e in zip(x, noise, strict=True)]
    assert loocv.loocv_mse(list(map(float, x)), y, d) == pytest.approx(found, rel=1e-6)


def test_scikit_learn_on_data_of_the_process_is_plausible() -> None:
    selection = pytest.importorskip("sklearn.model_selection")
    numpy = pytest.importorskip("numpy")
    from sklearn.linear_model import LinearRegression
    from sklearn.preprocessing import PolynomialFeatures

    random = numpy.random.default_rng(5)
    x = random.standard_normal((N, 1))
    y = x[:, 0] - 2 * x[:, 0] ** 2 + random.standard_normal(N)
    for d in range(1, 5):
        columns = PolynomialFeatures(d).fit_transform(x)
        scores = selection.cross_val_score(
            LinearRegression(),
            columns,
            y,
            cv=selection.LeaveOneOut(),
            scoring="neg_mean_squared_error",
        )
        assert loocv_ranges.is_plausible(-scores.mean(), d, N)


@law
@given(degree, st.sampled_from(sorted(loocv_ranges.TABLE)))
def test_a_higher_coverage_never_narrows_the_range(d: int, coverage: float) -> None:
    low, high = loocv_ranges.plausible_range(d, N, coverage)
    widest_low, widest_high = loocv_ranges.plausible_range(d, N, max(loocv_ranges.TABLE))
    assert widest_low <= low < high <= widest_high


@law
@given(degree)
def test_the_root_of_the_error_lies_in_the_root_of_the_range(d: int) -> None:
    low, high = loocv_ranges.plausible_range(d, N)
    assert loocv_ranges.plausible_rmse_range(d, N) == [math.sqrt(low), math.sqrt(high)]


@law
@given(st.lists(degree, min_size=1, max_size=4), st.sampled_from(sorted(loocv_ranges.TABLE)))
def test_ranges_of_several_degrees_are_the_single_ones(degrees: list[int], coverage: float) -> None:
    found = loocv_ranges.plausible_ranges(degrees, N, coverage)
    assert found["mse"] == [loocv_ranges.plausible_range(d, N, coverage) for d in degrees]
    assert found["rmse"] == [loocv_ranges.plausible_rmse_range(d, N, coverage) for d in degrees]


@law
@given(degree)
def test_a_left_minus_sign_is_never_plausible(d: int) -> None:
    low, high = loocv_ranges.plausible_range(d, N)
    assert loocv_ranges.is_plausible((low + high) / 2, d, N)
    assert not loocv_ranges.is_plausible(-(low + high) / 2, d, N)


def test_models_that_hold_the_truth_expect_about_the_noise_plus_their_parameters(
    errors: Errors,
) -> None:
    """E[LOOCV] is near noise^2 (1 + (degree + 1) / n) when there is no bias."""
    for d in (2, 3):
        median = sorted(errors[d])[RUNS // 2]
        assert median == pytest.approx(1 + (d + 1) / N, rel=0.03)


def test_the_smallest_error_is_most_often_the_quadratics_and_few_tables_fall_throughout() -> None:
    """The same seed gives the same data to each degree, so errors form honest tables."""
    tables = list(
        zip(
            *(
                loocv_ranges.simulated_errors(d, N, COEFFICIENTS, NOISE, runs=RUNS, seed=99)
                for d in range(1, 5)
            ),
            strict=True,
        )
    )
    best = [loocv.best_degree(table) for table in tables]
    assert best.count(2) > 0.7 * RUNS
    falling = sum(map(loocv.falls_with_every_degree, tables))
    assert 0.01 * RUNS < falling < 0.04 * RUNS


def test_a_process_without_noise_leaves_no_error_to_a_model_that_holds_it() -> None:
    low, high = loocv_ranges.middle(
        loocv_ranges.simulated_errors(2, 10, [1, 1, -2], 0, runs=20, seed=0), 0.9
    )
    assert 0 <= low <= high < 1e-12


def test_other_processes_are_simulated_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loocv_ranges, "QUICK_RUNS", 2000)
    loocv_ranges._simulated_range.cache_clear()
    low, high = loocv_ranges.plausible_range(1, 30, 0.9, [0, 1], 2)
    loocv_ranges._simulated_range.cache_clear()
    assert low < 4 * (1 + 2 / 30) < high


@law
@given(st.lists(st.floats(0, 100), min_size=40, max_size=200, unique=True), st.floats(0.1, 0.9))
def test_what_lies_outside_lies_on_both_sides_alike(errors: list[float], coverage: float) -> None:
    low, high = loocv_ranges.middle(errors, coverage)
    outside = len(errors) * (1 - coverage) / 2
    assert abs(sum(e < low for e in errors) - outside) <= 1
    assert abs(sum(e > high for e in errors) - outside) <= 1


def test_the_table_is_used_where_it_has_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loocv_ranges, "_simulated_range", lambda *_: (-1.0, -1.0))
    for coverage, row in loocv_ranges.TABLE.items():
        for d, bounds in row.items():
            assert loocv_ranges.plausible_range(d, N, coverage) == list(bounds)
            assert loocv_ranges.plausible_range(d, N + 1, coverage) == [-1, -1]
            assert loocv_ranges.plausible_range(d, N, coverage, noise_sd=2) == [-1, -1]
    assert loocv_ranges.plausible_range(5, N) == [-1, -1]


def test_the_table_made_anew_has_the_same_rows() -> None:
    made = loocv_ranges.table(runs=20)
    assert {coverage: set(row) for coverage, row in made.items()} == {
        coverage: set(row) for coverage, row in loocv_ranges.TABLE.items()
    }


def test_blocks_of_runs_are_put_together() -> None:
    assert len(loocv_ranges.simulated_errors(0, 3, [0], 1, runs=10_001, seed=0)) == 10_001


def test_questions_without_an_answer_are_refused() -> None:
    for bad in [(-1, 100, 0.9), (2, 4, 0.9), (2, 100, 1), (2, 100, 0), (True, 100, 0.9)]:
        with pytest.raises(ValueError, match=r"give|needs"):
            loocv_ranges.plausible_range(*bad)
    with pytest.raises(ValueError, match="noise_sd"):
        loocv_ranges.plausible_range(2, 100, 0.9, [1], -1)
    with pytest.raises(ValueError, match="runs is"):
        loocv_ranges.simulated_errors(1, 10, [1], 1, runs=0, seed=0)
    with pytest.raises(ValueError, match="give some"):
        loocv_ranges.middle([], 0.9)
