"""Laws of the early-stopping and learning-rate-decay reference."""

import math
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reference.dl_midterm import early_stopping as es

law = settings(max_examples=50, deadline=None)
error = st.integers(1, 40).map(lambda n: n / 4)
curve = st.lists(error, min_size=1, max_size=25)
threshold = st.floats(0, 300)
rate = st.floats(1e-4, 1)
decay = st.floats(0, 1)
updates = st.integers(0, 10_000)


@law
@given(curve)
def test_the_loss_is_never_negative_and_zero_exactly_at_running_minima(errors: list[float]) -> None:
    for t, loss in enumerate(es.generalization_loss(errors)):
        assert loss >= 0
        assert (loss == 0) == (errors[t] == min(errors[: t + 1]))
        assert min(errors[: t + 1]) * (1 + loss / 100) == pytest.approx(errors[t])


@law
@given(curve, st.sampled_from([0.25, 2, 8, 1024]))
def test_the_unit_of_the_error_does_not_matter(errors: list[float], factor: float) -> None:
    scaled = [e * factor for e in errors]
    assert es.generalization_loss(scaled) == es.generalization_loss(errors)
    assert es.best_epoch(scaled) == es.best_epoch(errors)
    assert es.overfitting_onset(scaled) == es.overfitting_onset(errors)


@law
@given(curve, threshold, threshold)
def test_a_higher_threshold_never_stops_earlier(errors: list[float], a: float, b: float) -> None:
    low, high = (es.stop_epoch(errors, t) for t in sorted((a, b)))
    assert high is None or (low is not None and low <= high)


@law
@given(curve, curve, threshold)
def test_what_comes_after_the_stop_cannot_change_it(
    errors: list[float], later: list[float], percent: float
) -> None:
    stop = es.stop_epoch(errors, percent)
    if stop is not None:
        assert es.stop_epoch(errors + later, percent) == stop


@law
@given(curve, threshold)
def test_numpy_running_minima_stop_at_the_same_epoch(errors: list[float], percent: float) -> None:
    """Independent route: the ratio to `minimum.accumulate` against 1 + threshold."""
    numpy = pytest.importorskip("numpy")
    ratio = numpy.array(errors) / numpy.minimum.accumulate(errors)
    assume(not numpy.isclose(ratio, 1 + percent / 100).any())
    above = numpy.flatnonzero(ratio > 1 + percent / 100)
    assert es.stop_epoch(errors, percent) == (int(above[0]) if above.size else None)


@law
@given(curve)
def test_no_error_is_smaller_than_the_best_epochs(errors: list[float]) -> None:
    best = es.best_epoch(errors)
    assert all(errors[best] <= e for e in errors)
    assert all(errors[best] < e for e in errors[:best])


@law
@given(curve)
def test_from_the_onset_on_every_error_is_above_the_minimum(errors: list[float]) -> None:
    onset = es.overfitting_onset(errors)
    after = len(errors) if onset is None else onset
    assert errors[after - 1] == min(errors)
    assert all(e > min(errors) for e in errors[after:])


@law
@given(curve, threshold)
def test_overfitting_is_detected_at_the_stop_unless_that_came_too_early(
    errors: list[float], percent: float
) -> None:
    stop, detected = es.stop_epoch(errors, percent), es.overfitting_detected(errors, percent)
    early = es.stops_too_early(errors, percent)
    assert early == (stop != detected)
    if detected is not None:
        assert stop is not None
        assert stop <= detected
        assert detected > es.best_epoch(errors)


@law
@given(curve, threshold)
def test_the_printed_formula_is_the_right_one_with_the_threshold_lowered_by_99(
    errors: list[float], percent: float
) -> None:
    assume(all(abs(loss - percent) > 1e-6 for loss in es.generalization_loss(errors)))
    printed = es.stop_epoch_as_printed(errors, percent + 99)
    assert printed == es.stop_epoch(errors, percent)


@law
@given(st.lists(error, min_size=1, max_size=1).flatmap(lambda e: st.just(e * 9)), threshold)
def test_a_constant_curve_never_stops_and_never_overfits(
    errors: list[float], percent: float
) -> None:
    for stop in (
        es.stop_epoch,
        es.stop_epoch_absolute,
        es.stop_epoch_from_last,
        es.stop_epoch_from_final_minimum,
    ):
        assert stop(errors, percent) is None
    assert es.overfitting_onset(errors) is None
    assert es.overfitting_at_first_rise(errors) is None


@law
@given(curve, threshold)
def test_on_a_curve_whose_minimum_comes_first_the_final_minimum_is_the_running_one(
    errors: list[float], percent: float
) -> None:
    errors = [min(errors), *errors]
    right = es.stop_epoch(errors, percent)
    assert es.stop_epoch_from_final_minimum(errors, percent) == right


@law
@given(curve, threshold)
def test_looking_only_at_the_epoch_before_never_stops_earlier(
    errors: list[float], percent: float
) -> None:
    right, slow = es.stop_epoch(errors, percent), es.stop_epoch_from_last(errors, percent)
    assert slow is None or (right is not None and right <= slow)


@law
@given(curve, threshold)
def test_absolute_and_relative_agree_where_the_minimum_is_one(
    errors: list[float], percent: float
) -> None:
    errors = [1.0, *(1 + e for e in errors)]
    assume(all(abs(loss - percent) > 1e-6 for loss in es.generalization_loss(errors)))
    assert es.stop_epoch_absolute(errors, percent) == es.stop_epoch(errors, percent)


@law
@given(curve)
def test_the_first_dip_comes_no_later_than_the_first_rise_and_is_best_on_one_valley(
    errors: list[float],
) -> None:
    dip, rise = es.best_epoch_at_first_dip(errors), es.overfitting_at_first_rise(errors)
    assert rise is None or dip == rise - 1
    down = sorted(set(errors), reverse=True)
    valley = down + [e + 1 for e in reversed(down)]
    assert es.best_epoch_at_first_dip(valley) == es.best_epoch(valley)
    assert es.overfitting_at_first_rise(valley) == es.overfitting_onset(valley)


@law
@given(curve, st.integers(1, 40).map(lambda n: n / 4))
def test_absolute_stops_where_the_error_first_climbs_by_the_threshold(
    errors: list[float], rise: float
) -> None:
    stop = es.stop_epoch_absolute(errors, 100 * rise)
    climbs = [e - min(errors[: t + 1]) for t, e in enumerate(errors)]
    assume(all(abs(climb - rise) > 1e-6 for climb in climbs))
    above = [t for t, climb in enumerate(climbs) if climb > rise]
    assert stop == (above[0] if above else None)


@law
@given(curve, threshold)
def test_from_the_last_stops_at_the_first_leap_between_neighbours(
    errors: list[float], percent: float
) -> None:
    leaps = [b / a for a, b in pairwise(errors)]
    assume(all(abs(leap - 1 - percent / 100) > 1e-6 for leap in leaps))
    above = [t + 1 for t, leap in enumerate(leaps) if leap > 1 + percent / 100]
    assert es.stop_epoch_from_last(errors, percent) == (above[0] if above else None)


@law
@given(curve)
def test_on_a_curve_that_only_falls_the_last_epoch_is_best_in_right_and_wrong_ways(
    errors: list[float],
) -> None:
    down = sorted(set(errors), reverse=True)
    assert es.best_epoch(down) == es.best_epoch_at_first_dip(down) == len(down) - 1
    assert es.overfitting_onset(down) is None


@law
@given(st.dictionaries(st.sampled_from("ABCDEF"), st.integers(0, 99), min_size=1))
def test_a_marked_epoch_has_its_own_letter(marks: dict[str, int]) -> None:
    assume(len(set(marks.values())) == len(marks))
    assert all(es.letter_at(epoch, marks) == letter for letter, epoch in marks.items())


def test_letters_are_never_guessed() -> None:
    with pytest.raises(ValueError, match="equally near"):
        es.letter_at(5, {"A": 4, "B": 6})
    with pytest.raises(ValueError, match="no such epoch"):
        es.letter_at(None, {"A": 4})
    with pytest.raises(ValueError, match="no marks"):
        es.letter_at(5, {})


@pytest.mark.parametrize("bad", [[], [0.0], [-1.0], [math.nan], [math.inf]])
def test_errors_without_a_meaning_are_refused(bad: Any) -> None:
    for function in (es.generalization_loss, es.best_epoch, es.overfitting_onset):
        with pytest.raises(ValueError, match="give"):
            function(bad)


@pytest.mark.parametrize("bad", [-1, math.nan, math.inf])
def test_thresholds_without_a_meaning_are_refused(bad: Any) -> None:
    with pytest.raises(ValueError, match="percentage"):
        es.stop_epoch([1.0], bad)


@law
@given(rate, decay, updates)
def test_without_updates_or_decay_the_rate_is_the_initial_one(
    initial: float, d: float, n: int
) -> None:
    for rule in (es.decayed, es.decayed_exponentially, es.decayed_linearly):
        assert rule(initial, d, 0) == initial
        assert rule(initial, 0, n) == initial


@law
@given(rate, decay, decay, updates, updates)
def test_more_decay_or_more_updates_never_raise_the_rate(
    initial: float, d: float, e: float, n: int, m: int
) -> None:
    assert es.decayed(initial, max(d, e), n) <= es.decayed(initial, min(d, e), n)
    assert es.decayed(initial, d, max(n, m)) <= es.decayed(initial, d, min(n, m))


@law
@given(rate, decay, updates)
def test_the_right_decay_lies_above_the_exponential_and_that_above_the_linear(
    initial: float, d: float, n: int
) -> None:
    right = es.decayed(initial, d, n)
    exponential = es.decayed_exponentially(initial, d, n)
    assert right >= exponential * (1 - 1e-12)
    assert exponential >= es.decayed_linearly(initial, d, n) - 1e-12


@law
@given(rate, st.floats(1e-5, 1), st.integers(1, 1000))
def test_the_decay_is_found_again_from_the_rate(initial: float, d: float, n: int) -> None:
    assert es.decay_from(initial, es.decayed(initial, d, n), n) == pytest.approx(d, rel=1e-6)


@law
@given(rate, st.floats(1e-3, 1), st.integers(1, 200))
def test_small_steps_of_the_differential_equation_end_at_the_same_rate(
    initial: float, d: float, n: int
) -> None:
    """Independent route: 1/rate grows by decay/initial with each update."""
    inverse = 1 / initial
    for _ in range(n):
        inverse += d / initial
    assert es.decayed(initial, d, n) == pytest.approx(1 / inverse, rel=1e-9)


@law
@given(st.lists(st.floats(1e-5, 1), min_size=1, max_size=6, unique=True), st.randoms())
def test_panels_with_computed_rates_get_their_decays_back(
    decays: list[float], random: Random
) -> None:
    rates = {letter: es.decayed(0.1, d, 50) for letter, d in zip("ABCDEF", decays, strict=False)}
    assume(len(set(rates.values())) == len(rates))
    handed = list(decays)
    random.shuffle(handed)
    expected = dict(zip("ABCDEF", decays, strict=False))
    assert es.match_decays(rates, handed, 0.1, 50) == expected


@law
@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_gentle_and_aggressive_orders_are_mirror_images(decays: list[float]) -> None:
    gentle = es.gentlest_first(decays)
    rates = [es.decayed(0.1, d, 1000) for d in gentle]
    assert rates == sorted(rates, reverse=True)
    assert es.aggressive_first(decays) == gentle[::-1]


def test_decays_without_a_meaning_are_refused() -> None:
    for bad in [(0, 0.1, 1), (0.1, -1, 1), (0.1, 0.1, -1), (math.nan, 0, 0)]:
        with pytest.raises(ValueError, match=r"give|finite"):
            es.decayed(*bad)
    for bad in [(0.1, 0.2, 5), (0.1, 0, 5), (0.1, 0.05, 0)]:
        with pytest.raises(ValueError, match="rate is"):
            es.decay_from(*bad)
    with pytest.raises(ValueError, match="one each"):
        es.match_decays({"A": 0.1, "B": 0.1}, [0.1, 0.2], 0.1, 5)
