"""Printed equations: true ones hold, false ones are told only where that is certain."""

import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.expression import holds, restore

TRUE = [
    ("2*2+1", "5"),
    ("456 + 606 + 303 + 151", "1,516"),
    ("√2", "1.41"),
    ("√5", "2.23"),
    ("√5", "2.24"),
    ("√2", "1,414"),
    ("28*28*6*26", "122.3 thousand"),
    ("0.3775", "37.75%"),
    ("0.3775", "37.8 %"),
    ("-5 + 0.075 * 40 + 1.1 * 3.5", "1.85"),
    ("1/3", "0.333"),
    ("2/3", "0.66"),
    ("2/3", "0.67"),
    ("e^{-0.5}/(1+e^{-0.5})", "0.3775"),
    ("3.14", "22/7 - 0.003"),
    ("6*(75+1)", "456"),
    ("10", "10.0"),
    (r"\frac{1.2}{0.04}", "30"),
]
RESTORED = [
    ("28286", "4,704"),
    ("156 28 28", "1,22,304"),
    ("(5 5 + 1) \\* 6", "156"),
    ("6 (553 + 1)", "456"),
    ("6 (3 5 5 + 1)", "456"),
    ("[6 (553 + 1)] + [6 (554 + 1)] + [3 (554 + 1)] + [1 (556 + 1)]", "456 + 606 + 303 + 151"),
    ("224 224 3", "150K"),
    ("1562828", "122304"),
    ("7 7 512* 4096", "102760448"),
    ("20 30", "600"),
    ("2 30", "60"),
    ("(55+1)6", "156"),
]
FALSE = [
    ("(0+3+0)/3", "3"),
    ("(0+1+3)/3", "3.16"),
    ("(-1 + 0 + 1) / 3", "1.41"),
    ("456 + 606 + 303 + 151", "1526"),
    ("8*8", "16"),
    ("6*(3*25+1)", "446"),
    ("20 x 30", "500"),
    ("(32 × 32) × 192 × (3 × 3) × 256", "452,884,832"),
    ("165*28*28", "122,304"),
    ("(3 3 3)*64", "1792"),
    ("7 7 512* 4096", "102764544"),
    ("4096 *1000", "4097000"),
    ("25+1", "27"),
    ("2*36", "36"),
]
OPEN = [
    ("0+1+9", "3.16"),
    ("√(0+1+3)", "3.16"),
    ("02+32+02", "3"),
    ("36+2", "20"),
    ("32x32x(128 + 192 + 96 + 256)", "672"),
    ("e^-0.5/1+e^-0.5", "0.3775"),
    ("0.68/1.68", "0.4065"),
    ("5*5+1*6", "156"),
    ("0.3775", "37.75"),
    ("28*28*6*26", "122,000"),
    ("10/3", "3"),
    ("x + 1", "3"),
    ("9**9**9", "3"),
    ("log(100)", "2"),
]


@pytest.mark.parametrize(("left", "right"), TRUE)
def test_a_true_equation_holds(left: str, right: str) -> None:
    outcome = holds(left, right)
    assert outcome.holds is True
    assert not outcome.restored


@pytest.mark.parametrize(("left", "right"), RESTORED)
def test_lost_signs_are_put_back_where_one_way_makes_it_true(left: str, right: str) -> None:
    outcome = holds(left, right)
    assert outcome.holds is True
    assert outcome.restored


@pytest.mark.parametrize(("left", "right"), FALSE)
def test_a_false_equation_is_told(left: str, right: str) -> None:
    assert holds(left, right).holds is False


@pytest.mark.parametrize(("left", "right"), OPEN)
def test_what_a_slip_of_notation_or_conversion_explains_is_left_open(left: str, right: str) -> None:
    assert holds(left, right).holds is None


@given(
    st.lists(st.integers(1, 999), min_size=2, max_size=5),
    st.sampled_from("+*"),
    st.integers(1, 10**6),
)
def test_a_right_sum_or_product_always_holds_and_never_holds_with_another_end(
    terms: list[int], sign: str, off: int
) -> None:
    total = sum(terms) if sign == "+" else 1
    if sign == "*":
        for term in terms:
            total *= term
    text = f" {sign} ".join(map(str, terms))
    assert holds(text, str(total)).holds is True
    assert holds(text, str(total + off)).holds is not True or off == 0


@given(st.lists(st.integers(2, 64), min_size=3, max_size=4))
def test_a_product_whose_signs_became_blanks_still_holds(factors: list[int]) -> None:
    total = 1
    for factor in factors:
        total *= factor
    outcome = holds(" ".join(map(str, factors)), str(total))
    assert outcome.holds is True
    assert outcome.left is not None
    assert outcome.left.value == total


@given(st.fractions(min_value=-1000, max_value=1000), st.integers(1, 6))
def test_rounding_and_cutting_off_both_hold(value: Fraction, places: int) -> None:
    unit = Fraction(1, 10**places)
    left = f"({value.numerator})/{value.denominator}"
    for shown in (round(value / unit) * unit, int(value / unit) * unit):
        right = f"{'-' if shown < 0 else ''}{float(abs(shown)):.{places}f}"
        assert holds(left, right).holds is True, (left, right)


@pytest.mark.parametrize(
    "left", ["10**400 * 2", "√2 * 10**400", "10^400 / 3", "1/10**400", "10**400 + 0.5"]
)
def test_numbers_beyond_floats_are_compared_all_the_same(left: str) -> None:
    assert holds(left, "3").holds is not True
    assert holds("3", left).holds is not True


def test_about_equal_holds_within_two_percent_and_is_false_far_off() -> None:
    assert holds("28*28*6*26", "120,000", approx=True).holds is True
    assert holds("28*28*6*26", "130,000", approx=True).holds is None
    assert holds("28*28*6*26", "200,000", approx=True).holds is False


def test_readings_of_lost_signs_come_with_the_most_cautious_first() -> None:
    assert [str(reading) for reading in restore("7 7 512")][:2] == ["7*7*512", "7*7*(5*12)"]
    assert restore("3 + 4") == []


@pytest.mark.parametrize(
    "side",
    ["9" * 9 + " " + "9" * 9, "123456789 " * 50, "(12)" * 100, "+".join(["123"] * 100), "1 " * 500],
)
def test_looking_for_lost_signs_takes_little_time(side: str) -> None:
    start = time.perf_counter()
    holds(side, "1234567")
    assert time.perf_counter() - start < 60  # a guard against hanging


@given(
    st.text(alphabet="0123456789+-*/^(). ,%√eKx=", max_size=40),
    st.text(alphabet="0123456789+-*/(). ,%", max_size=20),
)
@settings(max_examples=300, deadline=None)
def test_no_text_makes_it_raise(left: str, right: str) -> None:
    assert holds(left, right).holds in (True, False, None)
