"""Laws of the judgement on drawn curves."""

import math
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reference.dl_midterm import bias_variance, curve_shapes

Curves = dict[str, list[float]]

law = settings(max_examples=50, deadline=None)
NAMES = list(curve_shapes.DIRECTIONS)
step = st.integers(1, 100)
falling = st.lists(step, min_size=3, max_size=30).map(
    lambda steps: [float(sum(steps[i:])) for i in range(len(steps))]
)


@st.composite
def valley(draw: st.DrawFn) -> list[float]:
    """A U: falls to its minimum and rises from there, both arms of a visible height."""
    left, right = draw(falling), draw(falling)
    low = min(*left, *right) / 2
    arms = [left[0] - low, right[0] - low]
    assume(min(arms) > 0.2 * max(arms))
    return [*left, low, *reversed(right)]


@st.composite
def textbook(draw: st.DrawFn) -> Curves:
    """The five curves of some quadratic truth, computed exactly."""
    points = [k / 8 for k in range(-8, 9)]
    sd = draw(st.sampled_from([0.5, 1.0, 2.0]))
    slope, bend = draw(st.sampled_from([1, -1.5, 2])), draw(st.sampled_from([2, -3, 4]))
    f = [draw(st.integers(-2, 2)), slope * sd, bend * sd]
    return bias_variance.curves(f, sd, points, list(range(11)))


@law
@given(textbook())
def test_exact_curves_are_right(curves: Curves) -> None:
    assert curve_shapes.shapes(curves) == dict.fromkeys(NAMES, True), curve_shapes.reasons(curves)
    assert curve_shapes.in_doubt({**curves, "test": [3, 1, 2]}) == dict.fromkeys(NAMES, False)


@law
@given(textbook(), st.lists(st.floats(-1, 1), min_size=55, max_size=55))
def test_the_tremor_of_a_hand_changes_nothing(curves: Curves, tremor: list[float]) -> None:
    """Noise of 1 % of each curve's own height stays within the tolerance."""
    assume(min(t - i for t, i in zip(curves["test"], curves["irreducible"], strict=True)) > 0.05)
    jitter = iter(tremor)
    drawn = {
        name: [v + 0.01 * next(jitter) * (max(y) - min(y) or 0.5 * v) for v in y]
        for name, y in curves.items()
    }
    assert all(curve_shapes.shapes(drawn).values()), curve_shapes.reasons(drawn)


@law
@given(falling, valley(), st.sampled_from([0.01, 3, 1e6]), st.integers(-50, 50))
def test_scale_and_height_on_the_page_do_not_change_a_direction(
    fall: list[float], dip: list[float], factor: float, shift: int
) -> None:
    for y in (fall, dip, fall[::-1], [-v for v in dip]):
        moved = [factor * v + shift for v in y]
        assert curve_shapes.direction(moved) == curve_shapes.direction(y)


@law
@given(falling, valley())
def test_directions_turn_round_with_the_page(fall: list[float], dip: list[float]) -> None:
    assert curve_shapes.direction(fall) == "falls"
    assert curve_shapes.direction(fall[::-1]) == "rises"
    assert curve_shapes.direction([-v for v in fall]) == "rises"
    assert curve_shapes.direction(dip) == curve_shapes.direction(dip[::-1]) == "dips"
    assert curve_shapes.direction([-v for v in dip]) == "peaks"


@law
@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=30), st.floats(0, 0.49))
def test_every_curve_has_exactly_one_direction(values: list[float], tolerance: float) -> None:
    found = curve_shapes.direction(values, tolerance)
    assert found in {"flat", "falls", "rises", "dips", "peaks", "wavers"}
    mirror = {"falls": "rises", "rises": "falls", "dips": "peaks", "peaks": "dips"}
    turned = curve_shapes.direction([-v for v in values], tolerance)
    assert turned == mirror.get(found, found)


@law
@given(textbook(), st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_a_curve_that_is_not_drawn_costs_only_itself(curves: Curves, gone: str, other: str) -> None:
    assume(gone != other)
    rest = {name: y for name, y in curves.items() if name != gone}
    judged = curve_shapes.shapes(rest)
    assert not judged[gone]
    assert judged[other]


@law
@given(textbook())
def test_swapped_labels_are_seen_and_named(curves: Curves) -> None:
    bias = {**curves, "bias": curves["variance"], "variance": curves["bias"]}
    assert curve_shapes.bias_and_variance_swapped(bias)
    assert not curve_shapes.shapes(bias)["bias"]
    assert not curve_shapes.shapes(bias)["variance"]
    errors = {**curves, "training": curves["test"], "test": curves["training"]}
    assert curve_shapes.training_and_test_swapped(errors)
    assert curve_shapes.no_overfitting(errors)
    assert curve_shapes.training_rises_again(errors)
    assert not curve_shapes.shapes(errors)["training"]
    assert not curve_shapes.shapes(errors)["test"]


@law
@given(textbook())
def test_right_curves_show_no_mistake(curves: Curves) -> None:
    for mistake in (
        curve_shapes.bias_and_variance_swapped,
        curve_shapes.training_and_test_swapped,
        curve_shapes.no_overfitting,
        curve_shapes.training_rises_again,
        curve_shapes.irreducible_varies,
        curve_shapes.dips_below_irreducible,
    ):
        assert not mistake(curves)
        assert not mistake({})


@law
@given(textbook())
def test_a_test_curve_without_the_noise_dips_below_it(curves: Curves) -> None:
    low = {
        **curves,
        "test": [b + v for b, v in zip(curves["bias"], curves["variance"], strict=True)],
    }
    assert curve_shapes.dips_below_irreducible(low)
    assert "above" in curve_shapes.reasons(low)["test"]
    other = {**low, "irreducible": low["irreducible"][:3]}
    assert curve_shapes.dips_below_irreducible(other)


@law
@given(textbook(), falling)
def test_an_irreducible_error_that_moves_is_wrong(curves: Curves, fall: list[float]) -> None:
    assume(max(fall) > 1.2 * min(fall))
    for y in (fall, fall[::-1]):
        assert curve_shapes.irreducible_varies({**curves, "irreducible": y})
        assert not curve_shapes.shapes({**curves, "irreducible": y})["irreducible"]


@law
@given(falling, st.floats(0, 0.24), st.floats(0, 0.24))
def test_a_higher_tolerance_never_takes_a_direction_away(
    fall: list[float], a: float, b: float
) -> None:
    shaky = [v + (0.1 * (fall[0] - fall[-1]) if i % 2 else 0) for i, v in enumerate(fall)]
    low, high = sorted((a, b))
    if curve_shapes.direction(shaky, low) == "falls":
        assert curve_shapes.direction(shaky, high) == "falls"


@law
@given(valley(), st.floats(0.001, 0.04))
def test_a_smooth_u_with_one_low_arm_is_wrong_only_in_doubt(dip: list[float], share: float) -> None:
    """Its low arm is within the tolerance, yet nothing wavers."""
    low, left = min(dip), dip[: dip.index(min(dip)) + 1]
    slight = [*left, low + share * (left[0] - low)]
    assert not curve_shapes.shapes({"test": slight})["test"]
    assert curve_shapes.in_doubt({"test": slight})["test"]


@law
@given(textbook())
def test_plain_mistakes_are_beyond_doubt(curves: Curves) -> None:
    wrong = {**curves, "bias": curves["variance"], "irreducible": curves["variance"]}
    doubt = curve_shapes.in_doubt(wrong)
    assert not doubt["bias"]
    assert not doubt["irreducible"]


@pytest.mark.parametrize("bad", [[], [1, 2], [1, math.nan, 2], [1, math.inf, 2], ["x", 1, 2]])
def test_curves_that_cannot_be_judged_say_why_and_never_raise(bad: Any) -> None:
    assert (
        "point" in curve_shapes.reasons({"bias": bad})["bias"]
        or "finite" in (curve_shapes.reasons({"bias": bad})["bias"])
    )
    assert not curve_shapes.irreducible_varies({"irreducible": bad})
    with pytest.raises(ValueError, match=r"points|finite"):
        curve_shapes.direction(bad)


@law
@given(textbook())
def test_each_exact_curve_runs_in_its_right_direction(curves: Curves) -> None:
    for name, y in curves.items():
        assert curve_shapes.direction(y) == curve_shapes.right_shape(name)
    with pytest.raises(ValueError, match="unknown curve"):
        curve_shapes.right_shape("loss")


@law
@given(valley())
def test_a_test_curve_that_touches_the_irreducible_error_is_not_above_it(dip: list[float]) -> None:
    for low, touches in ((min(dip), True), (min(dip) - 0.25, False)):
        drawn = {"test": dip, "irreducible": [low] * len(dip)}
        assert curve_shapes.dips_below_irreducible(drawn) == touches


def test_an_arm_that_climbs_and_sinks_back_makes_no_u() -> None:
    assert curve_shapes.direction([10, 5, 0, 0.6, 0.2]) == "wavers"
    assert curve_shapes.direction([0.2, 0.6, 0, 5, 10]) == "wavers"
    assert curve_shapes.direction([10, 5, 0, 0.6, 0.7]) == "dips"


def test_unknown_names_and_tolerances_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown curve 'loss'"):
        curve_shapes.reasons({"loss": [1, 2, 3]})
    for bad in (-0.1, 0.5, math.nan):
        with pytest.raises(ValueError, match="tolerance"):
            curve_shapes.shapes({"bias": [1, 2, 3]}, bad)
