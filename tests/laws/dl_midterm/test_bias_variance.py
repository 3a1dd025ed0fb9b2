"""Laws of the exact bias-variance curves."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.dl_midterm import bias_variance as bv
from reference.dl_midterm import curve_shapes

law = settings(max_examples=50, deadline=None)
coefficient = st.integers(-8, 8).map(lambda n: n / 4)
true_f = st.lists(coefficient, min_size=1, max_size=5)
noise = st.integers(0, 12).map(lambda n: n / 4)
design = st.lists(st.integers(-12, 12).map(lambda n: n / 4), min_size=7, max_size=12, unique=True)
DEGREES = list(range(7))


@law
@given(true_f, noise, design)
def test_the_test_error_is_the_sum_of_its_three_parts(
    f: list[float], sd: float, points: list[float]
) -> None:
    c = bv.curves(f, sd, points, DEGREES)
    sums = [sum(parts) for parts in zip(c["irreducible"], c["bias"], c["variance"], strict=True)]
    assert c["test"] == pytest.approx(sums, rel=1e-12, abs=1e-12)


@law
@given(true_f, noise, design)
def test_bias_and_training_error_fall_and_variance_grows(
    f: list[float], sd: float, points: list[float]
) -> None:
    c = bv.curves(f, sd, points, DEGREES)
    assert c["bias"] == sorted(c["bias"], reverse=True)
    assert c["training"] == sorted(c["training"], reverse=True)
    assert c["variance"] == sorted(c["variance"])


@law
@given(true_f, noise, design)
def test_test_errors_are_above_irreducible_and_training_errors_everywhere(
    f: list[float], sd: float, points: list[float]
) -> None:
    c = bv.curves(f, sd, points, DEGREES)
    assert set(c["irreducible"]) == {sd**2}
    if sd > 0:
        assert all(t > i for t, i in zip(c["test"], c["irreducible"], strict=True))
        assert all(t > r for t, r in zip(c["test"], c["training"], strict=True))


@law
@given(true_f, noise, design)
def test_the_optimism_of_the_training_error_is_twice_the_variance(
    f: list[float], sd: float, points: list[float]
) -> None:
    """ESL, equation 7.24: 2 (d + 1) / n times the noise variance."""
    c = bv.curves(f, sd, points, DEGREES)
    gaps = [t - r for t, r in zip(c["test"], c["training"], strict=True)]
    assert gaps == pytest.approx([2 * v for v in c["variance"]], abs=1e-9)


@law
@given(true_f, noise, design)
def test_from_the_true_degree_on_there_is_no_bias_at_all(
    f: list[float], sd: float, points: list[float]
) -> None:
    biases = bv.curves(f, sd, points, DEGREES)["bias"]
    assert biases[len(f) - 1 :] == [0.0] * (len(DEGREES) - len(f) + 1)


@law
@given(true_f, noise, st.lists(st.integers(-9, 9), min_size=1, max_size=6, unique=True))
def test_as_many_parameters_as_points_leave_no_training_error(
    f: list[float], sd: float, points: list[float]
) -> None:
    full = len(points) - 1
    assert bv.error_on_training_data(f, sd, points, full) == 0
    assert bv.variance(sd, points, full) == sd**2


@law
@given(true_f, noise, design, st.integers(-3, 3))
def test_moving_the_design_moves_nothing_when_f_moves_with_it(
    f: list[float], sd: float, points: list[float], shift: int
) -> None:
    """f(x) on x, and f(x - s) on x + s, are the same problem."""
    moved = [Fraction(0)] * len(f)
    for power, c in enumerate(f):  # expand c (x - s)^power
        expanded = [Fraction(c)]
        for _ in range(power):
            up, down = [Fraction(0), *expanded], [*expanded, Fraction(0)]
            expanded = [u - shift * d for u, d in zip(up, down, strict=True)]
        moved = [a + b for a, b in zip(moved, [*expanded, *[Fraction(0)] * len(f)], strict=False)]
    there = bv.curves(moved, sd, [p + shift for p in points], DEGREES)
    assert there == bv.curves(f, sd, points, DEGREES)


@law
@given(true_f, noise, design, st.sampled_from(DEGREES))
def test_single_values_are_the_points_of_the_curves(
    f: list[float], sd: float, points: list[float], degree: int
) -> None:
    c = bv.curves(f, sd, points, DEGREES)
    assert bv.squared_bias(f, points, degree) == c["bias"][degree]
    assert bv.variance(sd, points, degree) == c["variance"][degree]
    assert bv.error_on_training_data(f, sd, points, degree) == c["training"][degree]
    assert bv.error_on_new_data(f, sd, points, degree) == c["test"][degree]


@law
@given(true_f, noise, design, st.sampled_from(DEGREES))
def test_mistaken_sums_are_off_by_what_they_forgot(
    f: list[float], sd: float, points: list[float], degree: int
) -> None:
    right, bias2 = bv.error_on_new_data(f, sd, points, degree), bv.squared_bias(f, points, degree)
    assert bv.error_without_noise(f, sd, points, degree) == pytest.approx(right - sd**2)
    unsquared = bv.error_with_unsquared_bias(f, sd, points, degree)
    assert unsquared - right == pytest.approx(bias2**0.5 - bias2, abs=1e-9)


def test_a_quadratic_truth_draws_the_textbook_picture() -> None:
    points = [k / 10 for k in range(-15, 16)]
    drawn = bv.curves([0, 1, -2], 1, points, list(range(11)))
    assert all(curve_shapes.shapes(drawn).values()), curve_shapes.reasons(drawn)


@settings(max_examples=5, deadline=None)
@given(
    true_f, st.sampled_from([0.5, 1.0]), st.sampled_from([0, 1, 2, 3]), st.integers(0, 2**32 - 1)
)
def test_simulation_gives_the_same_curves(
    f: list[float], sd: float, degree: int, seed: int
) -> None:
    """Independent route: fit many noisy data sets with numpy and average."""
    numpy = pytest.importorskip("numpy")
    runs, x = 20_000, numpy.linspace(-1, 1, 9)
    random = numpy.random.default_rng(seed)
    truth = numpy.polynomial.polynomial.polyval(x, f)
    y, new = (truth + sd * random.standard_normal((runs, x.size)) for _ in range(2))
    fitted = numpy.polynomial.polynomial.polyval(
        x, numpy.polynomial.polynomial.polyfit(x, y.T, degree)
    )
    points = list(map(float, x))
    found = {
        "bias": ((fitted.mean(axis=0) - truth) ** 2).mean(),
        "variance": fitted.var(axis=0).mean(),
        "training": ((y - fitted) ** 2).mean(),
        "test": ((new - fitted) ** 2).mean(),
    }
    exact = {name: c[0] for name, c in bv.curves(f, sd, points, [degree]).items()}
    for name, value in found.items():
        assert value == pytest.approx(exact[name], rel=0.04, abs=0.004), name


@law
@given(true_f, design, st.sampled_from(DEGREES))
def test_numpys_projection_leaves_the_same_bias(
    f: list[float], points: list[float], degree: int
) -> None:
    numpy = pytest.importorskip("numpy")
    truth = numpy.polynomial.polynomial.polyval(numpy.array(points), f)
    q, _ = numpy.linalg.qr(numpy.vander(points, degree + 1))
    left = truth - q @ (q.T @ truth)
    assert bv.squared_bias(f, points, degree) == pytest.approx((left**2).mean(), abs=1e-6, rel=1e-6)


def test_problems_without_an_answer_are_refused() -> None:
    with pytest.raises(ValueError, match="distinct points"):
        bv.squared_bias([1], [0, 0, 0], 1)
    with pytest.raises(ValueError, match="degree is"):
        bv.curves([1], 1, [0, 1], [-1])
    with pytest.raises(ValueError, match="no degrees"):
        bv.curves([1], 1, [0, 1], [])
    for bad in (-1, float("nan")):
        with pytest.raises(ValueError, match="noise_sd"):
            bv.variance(bad, [0, 1], 0)
    with pytest.raises(ValueError, match="finite"):
        bv.squared_bias([float("inf")], [0, 1], 0)
