"""Numbers against a truth: exact, within a tolerance, right to the digits shown."""

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.compare import comparators
from grader.compare.exact import Exact
from grader.compare.near import Near
from grader.compare.rounded import Rounded
from grader.expression import parse_number
from grader.model import Number

NUMBERS = st.fractions(min_value=-(10**6), max_value=10**6) | st.floats(-1e6, 1e6)


def read(text: str) -> Number:
    number = parse_number(text)
    assert number is not None
    return number


@given(st.integers(-(10**40), 10**40), st.integers(-3, 3))
def test_exact_takes_the_same_number_and_no_other(truth: int, off: int) -> None:
    for value in (truth + off, Number(value=Fraction(truth + off))):
        assert Exact().compare(value, truth).credit == (off == 0)


def test_exact_allows_for_rounding_errors_of_roots_only() -> None:
    assert Exact().compare(math.sqrt(10), 10 ** Fraction(1, 2)).credit == 1
    assert Exact().compare(Number(value=math.sqrt(2) ** 2), 2).credit == 1
    assert Exact().compare(read("3.1622776"), math.sqrt(10)).credit == 0


@pytest.mark.parametrize(
    "value",
    [True, "1", None, math.nan, math.inf, [1], {"value": 1}, Number(value=math.nan)],
    ids=repr,
)
@pytest.mark.parametrize(
    "kind", [Exact(), Near(absolute=1), Rounded()], ids=lambda kind: type(kind).__name__
)
def test_what_is_no_finite_number_is_certainly_wrong(kind: Any, value: Any) -> None:
    verdict = kind.compare(value, 1)
    assert verdict.credit == 0
    assert verdict.certain


@pytest.mark.parametrize(
    "kind", [Exact(), Near(absolute=1), Rounded()], ids=lambda kind: type(kind).__name__
)
def test_a_bad_truth_is_never_the_students_fault(kind: Any) -> None:
    assert not kind.compare(3, "three").certain
    assert not kind.compare(3, math.nan).certain


TOLERANCES = st.fixed_dictionaries(
    {"absolute": st.floats(1e-6, 1e3), "relative": st.floats(1e-6, 1)}
)


@given(NUMBERS, NUMBERS, TOLERANCES, st.floats(0, 1e3), st.floats(0, 1))
def test_loosening_a_tolerance_never_costs_credit(
    value: Any, truth: Any, tight: dict[str, float], more: float, wider: float
) -> None:
    loose = {"absolute": tight["absolute"] + more, "relative": tight["relative"] + wider}
    strict = Near(**tight).compare(value, truth).credit
    assert Near(**loose).compare(value, truth).credit >= strict


@given(NUMBERS, st.integers(1, 5))
def test_asking_for_fewer_digits_never_costs_credit(truth: Any, digits: int) -> None:
    value = read(f"{abs(float(truth)):.2f}")
    strict = Rounded(significant_at_least=digits + 1).compare(value, abs(truth)).credit
    assert Rounded(significant_at_least=digits).compare(value, abs(truth)).credit >= strict


def test_a_tolerance_has_to_be_written() -> None:
    with pytest.raises(ValueError, match="absolute"):
        Near()


def test_the_edge_of_a_tolerance_is_within() -> None:
    assert Near(absolute=0.003).compare(read("0.38"), Fraction(377, 1000)).credit == 1
    assert Near(absolute=0.003).compare(read("0.3801"), Fraction(377, 1000)).credit == 0
    assert Near(relative=0.01).compare(read("3.2M"), 3_211_264).credit == 1


@pytest.mark.parametrize(
    ("text", "truth", "credit"),
    [
        ("3.16", math.sqrt(10), 1),
        ("3.1", math.sqrt(10), 1),
        ("3.2", math.sqrt(10), 1),
        ("3", math.sqrt(10), 0),
        ("3.17", math.sqrt(10), 0),
        ("2.23", math.sqrt(5), 1),
        ("2.24", math.sqrt(5), 1),
        ("2.25", math.sqrt(5), 0),
        ("0.38", 0.37754, 1),
        ("38%", 0.37754, 1),
        ("37 %", 0.37754, 1),
        ("0.4", 0.37754, 0),
        ("0.3775", 0.37754, 1),
        ("37.75 %", 0.37754, 1),
        ("1.11 Billion", 1_115_684_864, 1),
        ("1.12 Billion", 1_115_684_864, 1),
        ("1.2 billion", 1_115_684_864, 0),
        ("1 billion", 1_115_684_864, 0),
        ("150K", 150_528, 1),
        ("3.2M", 3_211_264, 1),
        ("122K", 122_304, 1),
        ("122.3K", 122_304, 1),
        ("123K", 122_304, 0),
        ("122304", 122_304, 1),
        ("122403", 122_304, 0),
        ("3.00", 3, 1),
        ("2", 2.0, 1),
        ("-1.41", -math.sqrt(2), 1),
        ("1.41", -math.sqrt(2), 0),
        ("√10", math.sqrt(10), 1),
        ("1/3", 1 / 3, 1),
        ("0.0", 0.001, 0),
        ("3.54e8", 354_418_688, 1),
    ],
)
def test_a_number_is_right_to_the_digits_it_shows(text: str, truth: float, credit: int) -> None:
    verdict = Rounded().compare(read(text), truth)
    assert verdict.credit == credit, verdict
    assert verdict.certain


def test_a_whole_number_that_ends_in_zeros_may_be_rounded_and_goes_to_a_person() -> None:
    verdict = Rounded(significant_at_least=3).compare(read("122,000"), 122_304)
    assert not verdict.certain
    assert verdict.credit == 1
    assert Rounded(significant_at_least=3).compare(read("120,000"), 122_304).certain


def test_an_announced_approximation_earns_its_own_credit() -> None:
    kind = Rounded(significant_at_least=3, approximate_credit="3/4", rounded_credit=0.5)
    assert kind.compare(read("approximately 122,000"), 122_304).credit == Fraction(3, 4)
    assert kind.compare(read("122.3K"), 122_304).credit == Fraction(1, 2)
    assert kind.compare(read("≈ 122,304"), 122_304).credit == 1
    assert kind.compare(read("roughly 120 thousand"), 122_304).credit == 0


def test_credit_outside_0_to_1_is_refused_when_the_rubric_is_loaded() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Rounded(approximate_credit=2)


@given(NUMBERS, NUMBERS)
def test_no_reason_gives_the_expected_value_away(value: Any, truth: Any) -> None:
    shown = Exact().compare(truth, truth).reason.split()[0]
    for kind in (Exact(), Near(absolute=1e-9), Rounded()):
        verdict = kind.compare(value, truth)
        if verdict.credit == 0 and shown not in Exact().compare(value, value).reason:
            assert shown not in verdict.reason.split()


@given(st.fractions(min_value=1, max_value=10**5), st.integers(1, 6))
def test_every_rounding_and_truncation_that_shows_enough_is_right(
    truth: Fraction, places: int
) -> None:
    unit = Fraction(1, 10**places)
    for shown in (round(truth / unit) * unit, int(truth / unit) * unit):
        assert Rounded().compare(read(f"{float(shown):.{places}f}"), truth).credit == 1


@pytest.mark.parametrize("kind", ["exact", "near", "rounded"])
def test_huge_numbers_are_compared_not_converted(kind: str) -> None:
    comparator = comparators.build(kind, {"absolute": 1} if kind == "near" else {})
    assert comparator.compare(10**400, 10**400).credit == 1
    assert comparator.compare(10**400, 1.5).credit == 0
    assert comparator.compare(Number(value=Fraction(1, 10**400)), 2.5).credit == 0
    assert len(comparator.compare(10**400, 3).reason) < 200


def test_how_a_number_is_given_does_not_change_its_value() -> None:
    number = read("0.378")
    assert (
        Exact().compare(replace(number, approx=True, unit="hours"), Fraction(378, 1000)).credit == 1
    )
