"""A measured share against a threshold: met, missed, or too close to tell."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grader.compare.proportion import Proportion, compatible, wilson
from grader.model import Number

COUNTS = st.integers(1, 20_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
CONFIDENCES = st.floats(0.5, 0.999)


def runs(*rights: int, of: int = 10_000) -> list[dict[str, int]]:
    return [{"right": right, "of": of} for right in rights]


@given(COUNTS, CONFIDENCES)
def test_an_interval_holds_the_share_and_stays_among_shares(
    count: tuple[int, int], confidence: float
) -> None:
    low, high = wilson(*count, confidence)
    assert 0 <= low <= count[0] / count[1] <= high <= 1


@given(COUNTS, CONFIDENCES)
def test_right_and_wrong_change_places_like_the_bounds(
    count: tuple[int, int], confidence: float
) -> None:
    right, of = count
    low, high = wilson(right, of, confidence)
    other_low, other_high = wilson(of - right, of, confidence)
    assert low == pytest.approx(1 - other_high, abs=1e-12)
    assert high == pytest.approx(1 - other_low, abs=1e-12)


@given(COUNTS, CONFIDENCES, st.integers(2, 50))
def test_more_of_the_same_makes_an_interval_narrower(
    count: tuple[int, int], confidence: float, times: int
) -> None:
    low, high = wilson(*count, confidence)
    later_low, later_high = wilson(count[0] * times, count[1] * times, confidence)
    assert later_high - later_low < high - low


@given(COUNTS, CONFIDENCES)
def test_more_confidence_makes_an_interval_wider(count: tuple[int, int], confidence: float) -> None:
    low, high = wilson(*count, confidence)
    wider_low, wider_high = wilson(*count, (1 + confidence) / 2)
    assert wider_low <= low <= high <= wider_high


@given(COUNTS, CONFIDENCES)
def test_it_is_the_interval_that_scipy_knows(count: tuple[int, int], confidence: float) -> None:
    stats = pytest.importorskip("scipy.stats")
    theirs = stats.binomtest(*count).proportion_ci(confidence, method="wilson")
    assert wilson(*count, confidence) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@pytest.mark.parametrize(
    ("right", "of", "confidence"), [(1, 0, 0.95), (-1, 3, 0.95), (4, 3, 0.95), (1, 2, 1), (1, 2, 0)]
)
def test_what_is_no_count_or_no_confidence_is_refused(
    right: int, of: int, confidence: float
) -> None:
    with pytest.raises(ValueError, match="give a"):
        wilson(right, of, confidence)


@pytest.mark.parametrize(
    ("rights", "credit", "certain"),
    [
        ((6_200, 6_300, 6_250), 1, True),
        ((6_200, 6_300, 1_000), 1, True),  # two of three are enough
        ((6_200, 5_000, 1_000), 0, True),
        ((6_200, 6_050, 1_000), 1, False),  # 0.605 is above, but not at this confidence
        ((6_200, 5_950, 1_000), 0, False),
        ((6_200, 6_300), 1, True),  # the third cannot turn it
        ((6_200, 5_000), 0, False),  # the third could
        ((5_000, 5_000), 0, True),  # the third cannot save it
    ],
)
def test_a_threshold_in_two_of_three_seeds(
    rights: tuple[int, ...], credit: int, certain: bool
) -> None:
    kind = Proportion(at_least=0.6, confidence=0.95, seeds={"of": 3, "at_least": 2})
    verdict = kind.compare(runs(*rights), None)
    assert (verdict.credit, verdict.certain) == (credit, certain)


def test_few_examples_leave_open_what_many_decide() -> None:
    kind = Proportion(at_least=0.6)
    assert not kind.compare(runs(65, of=100), None).certain
    assert kind.compare(runs(6_500, of=10_000), None).credit == 1


def test_without_a_number_all_seeds_have_to_meet_it() -> None:
    kind = Proportion(at_least=0.6)
    assert kind.compare(runs(7_000, 7_000, 5_000), None).credit == 0
    assert kind.compare(runs(7_000, 7_000, 7_000), None).credit == 1


def test_a_seed_that_comes_after_those_of_the_statement_does_not_count() -> None:
    kind = Proportion(at_least=0.6, seeds={"of": 2, "at_least": 2})
    assert kind.compare(runs(7_000, 5_000, 7_000), None).credit == 0


def test_a_share_with_its_number_of_examples_is_a_count() -> None:
    kind = Proportion(at_least=0.6)
    assert kind.compare([{"accuracy": 0.65, "of": 10_000}], None).credit == 1


@pytest.mark.parametrize(
    ("claim", "agrees"),
    [
        (0.61, True),
        (0.98, False),
        (Number(value=Fraction(62, 100), slack=Fraction(1, 50)), True),
        ({"accuracy": 0.98}, False),
        ({"right": 62, "of": 100}, True),
        ({"right": 98, "of": 100}, False),
    ],
)
def test_a_claim_is_held_against_what_was_measured(claim: Any, agrees: bool) -> None:
    truth = {"claimed": claim}
    alone = Proportion().compare(runs(6_100), truth)
    assert (alone.credit, alone.certain) == (int(agrees), True)
    beside = Proportion(at_least=0.5).compare(runs(6_100), truth)
    assert beside.credit == 1
    assert beside.mistakes == (() if agrees else ("claimed-accuracy",))


def test_nothing_measured_is_never_the_students_fault() -> None:
    for value in (None, [], [{"right": 4, "of": 3}], [{"right": float("nan"), "of": 3}], "61 %"):
        assert not Proportion(at_least=0.6).compare(value, None).certain


@given(COUNTS, COUNTS)
def test_a_claim_fits_the_same_whichever_is_called_the_claim(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    first, second = wilson(*one), wilson(*other)
    assert compatible(first, second) == compatible(second, first)
    assert compatible(first, first)


@given(COUNTS, st.floats(0.01, 0.99))
def test_a_lower_threshold_is_never_harder(count: tuple[int, int], threshold: float) -> None:
    lower = threshold * 0.9
    measured = runs(count[0], of=count[1])
    hard = Proportion(at_least=threshold).compare(measured, None)
    assume(hard.certain and hard.credit == 1)
    assert Proportion(at_least=lower).compare(measured, None).credit == 1


@pytest.mark.parametrize(
    "options",
    [
        {"at_least": 60},
        {"at_least": 0.6, "confidence": 95},
        {"at_least": 0.6, "seeds": 0},
        {"at_least": 0.6, "seeds": {"of": 2, "at_least": 3}},
    ],
)
def test_a_statement_that_nothing_can_meet_is_refused_when_it_is_read(
    options: dict[str, Any],
) -> None:
    with pytest.raises(ValueError, match="give a"):
        Proportion(**options)


def test_what_a_training_found_is_taken_by_its_measured_accuracies() -> None:
    found = {"evaluated": [{"right": 190, "of": 200, "why": ""}], "epochs": {"count": 3}}
    assert Proportion(at_least=0.6).compare(found, None).credit == 1
    assert not Proportion(at_least=0.6).compare({"evaluated": []}, None).certain
