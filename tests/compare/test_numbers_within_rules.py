"""A number earns credit exactly where its rubric's rule says so, and its miss is told where certain."""

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grader.compare import compare
from grader.compare._rules import exponent_of, right_to_figures, rounded
from grader.compare.number import Number
from grader.model import Number as ReadNumber


def right(text, truth, **options):
    verdict = compare(text, truth, **options)
    assert verdict.certain, verdict
    return verdict.credit == 1


@pytest.mark.parametrize(
    ("text", "truth", "options", "expected"),
    [
        # exact
        ("7", 7, {}, True),
        ("7.0", 7, {}, True),
        ("14/2", 7, {}, True),
        ("0.1", 0.1, {}, True),
        ("0.3", 0.1 + 0.2, {}, True),
        ("1e-7", "2e-7", {}, False),
        ("123456789012345678901234567890", "123456789012345678901234567891", {}, False),
        ("√2/2", "1/√2", {}, True),
        ("0.5", "√2/2", {}, False),
        # absolute, on the bound in decimal arithmetic
        ("100.01", 100, {"absolute": 0.01}, True),
        ("100.010000000001", 100, {"absolute": 0.01}, False),
        ("100.01", 100, {"absolute": 0.01, "inclusive": False}, False),
        ("0.3", "0.2", {"absolute": "0.1"}, True),
        # relative: to the truth, to the larger, by a factor
        ("110", 100, {"relative": 0.1}, True),
        ("100", 110, {"relative": 0.0909}, False),
        ("100", 110, {"relative": 0.0909090909090910}, True),
        ("112", 100, {"relative": 0.11, "relative_to": "larger"}, True),
        ("112", 100, {"relative": 0.11}, False),
        ("50", 100, {"relative": 1, "relative_to": "geometric"}, True),
        ("49", 100, {"relative": 1, "relative_to": "geometric"}, False),
        ("-100", 100, {"relative": 1, "relative_to": "geometric"}, False),
        ("1e-7", "2e-7", {"relative": 0.01}, False),
        # a truth of zero
        ("0", 0, {"relative": 0.1}, True),
        ("1e-9", 0, {"relative": 0.1}, False),
        ("1e-9", 0, {"relative": 0.1, "zero": 1e-6}, True),
        # two tolerances
        ("10.4", 10, {"absolute": 0.1, "relative": 0.05}, True),
        ("10.4", 10, {"absolute": 0.1, "relative": 0.05, "combine": "all"}, False),
        ("10.55", 10, {"absolute": 0.1, "relative": 0.05, "combine": "sum"}, True),
        # significant figures and places: right to, and given to
        ("0.333", "1/3", {"significant": 3}, True),
        ("0.33333", "1/3", {"significant": 3}, True),
        ("0.33", "1/3", {"significant": 3}, False),
        ("0.330", "1/3", {"significant": 3}, False),
        ("0.33333", "1/3", {"significant": 3, "given_significant": 3}, False),
        ("0.333", "1/3", {"significant": 3, "given_significant": 3}, True),
        ("12300", "12345", {"significant": 3, "given_significant": 3}, True),
        ("1.23e4", "12345", {"significant": 3, "given_significant": 3}, True),
        (
            "12300",
            "12345",
            {"significant": 3, "given_significant": 3, "trailing_zeros": "significant"},
            False,
        ),
        ("3.14", "3.14159", {"decimals": 2}, True),
        ("3.1", "3.14159", {"decimals": 2}, False),
        ("3.10", "3.1", {"decimals": 2, "given_decimals": 2}, True),
        ("3.1", "3.1", {"decimals": 2, "given_decimals": 2}, False),
        ("3.1", "3.1", {"decimals": 2, "given_decimals": 2, "zeros_may_lack": True}, True),
        ("3.1", "3.14", {"decimals": 1, "given_decimals": 2, "zeros_may_lack": True}, False),
        # right to the digits shown
        ("0.67", "2/3", {"as_shown": "rounded"}, True),
        ("0.66", "2/3", {"as_shown": "rounded"}, False),
        ("0.66", "2/3", {"as_shown": "truncated"}, True),
        ("0.68", "2/3", {"as_shown": "truncated"}, False),
        ("0", "0.13", {"as_shown": "rounded"}, False),
        # a half
        ("2.35", "2.345", {"decimals": 2}, True),
        ("2.34", "2.345", {"decimals": 2}, False),
        ("2.34", "2.345", {"decimals": 2, "rounding": "half-even"}, True),
        ("2.34", "2.345", {"decimals": 2, "rounding": "either"}, True),
        # percent, complex, infinity, bases
        ("45 %", "0.45", {}, True),
        ("45 %", "45", {}, False),
        ("45", "0.45", {}, False),
        ("45 %", "45", {"percent": "either"}, True),
        ("3+4i", "3+4i", {}, True),
        ("3-4i", "3+4i", {}, False),
        ("3.05+4i", "3+4i", {"absolute": 0.1}, True),
        ("3+4j", "3+4i", {"j": "imaginary"}, True),
        ("inf", "inf", {"relative": 0.1}, True),
        ("-inf", "inf", {"relative": 0.1}, False),
        ("1e4000", "inf", {"relative": 0.1}, False),
        ("ff", 255, {"base": 16}, True),
        ("1" * 1001 + "0", int("1" * 1001, 2), {"base": 2}, False),
        ("1.4+1.4i", "sqrt(2)+sqrt(2)*i", {"absolute": 0.5, "decimals": 2}, False),
        ("1.41+1.41i", "sqrt(2)+sqrt(2)*i", {"absolute": 0.5, "decimals": 2}, True),
        ("15i", "10i", {"relative": 0.4, "relative_to": "geometric"}, False),
        ("14i", "10i", {"relative": 0.4, "relative_to": "geometric"}, True),
        ("11.5i", "10i", {"absolute": 1, "relative": 0.1, "combine": "sum"}, True),
        ("12.1i", "10i", {"absolute": 1, "relative": 0.1, "combine": "sum"}, False),
        ("0.(3)", "1/3", {}, True),
        ("sqrt(2)+10^-30", "sqrt(2)", {}, False),
        ("sqrt(2)*sqrt(3)", "sqrt(6)", {}, True),
        ("1 000/3", "1000/3", {}, True),
        ("1 234/5", "1234/5", {}, True),
        ("2 1/2", "5/2", {}, True),
        ("1.1(6)", "7/6", {}, True),
        ("0.000", "0.0001", {"as_shown": "rounded"}, True),
        ("(-8)^(1/3)", -2, {}, True),
        ("(-8)^(2/3)", 4, {}, True),
        ("(-32)^0.2", -2, {}, True),
        ("(-8)^(1/3)", "1+sqrt(3)*i", {"odd_roots": "principal"}, True),
        ("(-4)^(1/2)", "2i", {}, True),
    ],
)
def test_the_rule_decides(text, truth, options, expected):
    assert right(text, truth, **options) is expected


@pytest.mark.parametrize(
    ("text", "truth", "options", "miss"),
    [
        ("-5.2", 5.2, {}, "sign"),
        ("52", 5.2, {}, "factor-ten"),
        ("0.0052", 5.2, {}, "factor-ten"),
        ("45", 0.45, {}, "factor-hundred"),
        ("0.25", 4, {}, "reciprocal"),
        ("8", 7, {}, "off-by-one"),
        ("0.63", 0.36, {}, "transposed-digits"),
        ("49", 7, {}, "squared"),
        ("7", 49, {}, "rooted"),
        ("0.8414709848", 48.2127342, {"relative": 1e-6}, "degrees"),
        ("3", "1/3", {}, "reciprocal"),
        ("0.667", "0.33", {}, ""),
        ("10", "0.1", {}, ""),  # a factor of a hundred, or upside down: nobody can tell
        ("2/6", "1/3", {"unreduced": "wrong"}, "unreduced"),
        ("0.3", "1/3", {"significant": 1, "given_significant": 3}, "too-few-digits"),
        ("0.33333", "1/3", {"significant": 3, "given_significant": 3}, "too-many-digits"),
    ],
)
def test_the_kind_of_miss_is_told_where_it_is_certain(text, truth, options, miss):
    verdict = compare(text, truth, **options)
    assert verdict.certain
    assert verdict.credit == 0
    assert verdict.miss == miss


def test_the_kind_of_miss_can_be_kept_from_the_reason():
    told, kept = (compare("-5", 5, tell=tell) for tell in (True, False))
    assert told.miss == kept.miss == "sign"
    assert "sign" in told.reason
    assert "sign" not in kept.reason


def test_what_is_open_is_flagged_and_only_that():
    assert not compare("1500", "1523", as_shown="rounded").certain
    assert not compare("1.50+2.50i", "1.5+2.5i", given_significant=3).certain
    assert not compare("90°", "pi/2").certain
    assert compare("90°", 90).certain
    assert not compare("1,234", 1234).certain
    assert not compare("1,234", 1.234).certain
    assert compare("1,234", 99).certain
    assert not compare("1.234", 1234).certain
    assert compare("1.234", 1.234).certain
    assert compare("1,234", 1234, decimal=".").certain


def test_partial_credit_for_digits_and_terms():
    assert compare("2/6", "1/3", unreduced="wrong", unreduced_credit="1/2").credit == Fraction(1, 2)
    assert compare("2/6", "1/3", unreduced="invalid").invalid
    verdict = compare("0.33333", "1/3", significant=3, given_significant=3, too_many_credit="9/10")
    assert verdict.credit == Fraction(9, 10)


def test_partial_credit_near_the_tolerance():
    options = {"absolute": 0.1, "near_credit": 0.5, "near_factor": 3}
    earned = [compare(text, 4, **options).credit for text in ("4.1", "4.3", "4.31", "-4.1")]
    assert earned == [1, Fraction(1, 2), 0, 0]


@pytest.mark.parametrize("value", [None, True, [], {}, b"3", object(), "", "ten", "3 kg"])
def test_invalid_is_kept_apart_from_wrong(value):
    verdict = compare(value, 3)
    assert verdict.invalid
    assert verdict.credit == 0
    assert "3" not in verdict.reason.replace("3 kg", "")


def test_nan_equals_nothing_and_a_bad_truth_is_never_the_students_fault():
    assert compare(math.nan, math.nan).credit == 0
    assert compare("nan", "nan").credit == 0
    assert not compare("3", "three").certain
    assert not compare("3", None).certain


def test_values_that_were_read_before_count_their_digits():
    read = ReadNumber(value=Fraction("0.33"), decimals=2, significant=2, slack=Fraction(1, 100))
    assert Number(as_shown="rounded").compare(read, "1/3").credit == 1
    assert Number(given_decimals=3).compare(read, None).credit == 0


@pytest.mark.parametrize(
    "options",
    [
        {"absolute": -1},
        {"relative": "x"},
        {"relative_to": "both"},
        {"significant": 0},
        {"given_decimals": [1, 2, 3]},
        {"unreduced_credit": 2},
        {"decimal": ".", "thousands": "."},
        {"forms": ["roman"]},
        {"percent": "yes"},
        {"base": 1},
        {"tolerance": 3},
        {"significant": 10**7},
        {"absolute": "1e99999999"},
        {"near_factor": "abc"},
    ],
)
def test_options_that_cannot_be_are_refused(options):
    with pytest.raises(ValueError):
        compare("3", 3, **options)


# Laws

NUMBERS = st.decimals(-(10**6), 10**6, allow_nan=False, places=3)
SIZES = st.decimals(0, 100, allow_nan=False, places=3)


@given(one=NUMBERS, other=NUMBERS, size=SIZES)
def test_an_absolute_tolerance_is_symmetric_and_moves_along(one, other, size):
    options = {"absolute": str(size), "decimal": "."}
    forward = compare(str(one), str(other), **options).credit
    assert forward == compare(str(other), str(one), **options).credit
    assert forward == compare(str(one + 17), str(other + 17), **options).credit
    assert forward == (abs(one - other) <= size)


@given(one=NUMBERS, other=NUMBERS, size=SIZES, power=st.integers(-20, 20))
def test_a_relative_tolerance_scales_along(one, other, size, power):
    options = {"relative": str(size / 100), "decimal": "."}
    shift = f"e{power}"
    before = compare(str(one), str(other), **options).credit
    assert before == compare(f"{one}{shift}", f"{other}{shift}", **options).credit
    assert before == (abs(one - other) <= size / 100 * abs(other))


@given(one=NUMBERS, other=NUMBERS, size=SIZES)
def test_relative_to_the_larger_is_symmetric(one, other, size):
    options = {"relative": str(size / 100), "relative_to": "larger", "decimal": "."}
    assert (
        compare(str(one), str(other), **options).credit
        == compare(str(other), str(one), **options).credit
    )


@given(one=NUMBERS, other=NUMBERS, sizes=st.tuples(SIZES, SIZES), inclusive=st.booleans())
@pytest.mark.parametrize("option", ["absolute", "relative"])
@pytest.mark.parametrize("to", ["truth", "larger", "geometric"])
def test_a_wider_tolerance_never_takes_credit_away(option, to, one, other, sizes, inclusive):
    narrow, wide = (
        compare(
            str(one),
            str(other),
            decimal=".",
            relative_to=to,
            inclusive=inclusive,
            **{option: str(size)},
        ).credit
        for size in sorted(sizes)
    )
    assert narrow <= wide


@given(value=NUMBERS, places=st.integers(0, 3))
def test_rounding_agrees_with_decimal(value, places):
    unit = Decimal(1).scaleb(-places)
    for mode, name in ((ROUND_HALF_UP, "half-up"), (ROUND_HALF_EVEN, "half-even")):
        expected = Fraction(value.quantize(unit, rounding=mode))
        assert rounded(Fraction(value), Fraction(1, 10**places), name) == (expected,)


@given(value=NUMBERS, figures=st.integers(1, 8))
def test_a_number_rounded_to_n_figures_is_right_to_n_figures(value, figures):
    assume(value)
    text = f"{value:.{figures - 1}e}"
    verdict = compare(
        text,
        str(value),
        significant=figures,
        given_significant=figures,
        rounding="either",
        decimal=".",
    )
    assert verdict.credit == 1


@given(value=st.fractions(min_value="1/100000", max_value=10**9))
def test_the_exponent_is_that_of_decimal(value):
    number = Decimal(value.numerator) / Decimal(value.denominator)
    assume(
        number.as_integer_ratio() == (value.numerator, value.denominator)
        or number != number.to_integral_value()
    )
    assert exponent_of(value) == number.adjusted()


@given(one=NUMBERS, other=NUMBERS, figures=st.integers(1, 10))
def test_right_to_figures_is_symmetric_and_reflexive(one, other, figures):
    a, b = Fraction(one), Fraction(other)
    assert right_to_figures(a, a, figures, "half-up")
    assert right_to_figures(a, b, figures, "half-up") == right_to_figures(b, a, figures, "half-up")


@given(given_=NUMBERS, truth=NUMBERS, size=SIZES)
def test_a_miss_is_told_only_of_a_wrong_number_and_no_reason_holds_the_truth(given_, truth, size):
    verdict = compare(str(given_), str(truth), absolute=str(size), decimal=".")
    assert not (verdict.miss and verdict.credit)
    shown = str(truth.normalize())
    assume(len(shown) > 3 and shown not in str(given_) and shown.strip("-") not in str(given_))
    assert shown not in verdict.reason


COMPONENTS = st.decimals(-1000, 1000, allow_nan=False, places=2)


@given(one=COMPONENTS, other=COMPONENTS, size=SIZES)
@pytest.mark.parametrize("to", ["truth", "larger", "geometric"])
@pytest.mark.parametrize("combine", ["either", "all", "sum"])
def test_imaginary_numbers_are_compared_as_real_ones_are(to, combine, one, other, size):
    options = {
        "relative": str(size / 100),
        "absolute": str(size / 50),
        "relative_to": to,
        "combine": combine,
        "decimal": ".",
    }
    real = compare(str(one), str(other), **options).credit
    assert compare(f"{one}i", f"{other}i", **options).credit == real


def test_scalars_of_references_are_numbers():
    import decimal

    import numpy as np

    for truth in (np.float64(5), np.int64(5), decimal.Decimal(5)):
        assert compare("5", truth).credit == 1
        assert compare(truth, 5).credit == 1
    assert compare(np.bool_(True), 1).invalid
    assert compare("50%%", 0.005).invalid


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("1.2 x 10-4", 1.2e-4),
        ("1.6×10–19", 1.6e-19),
        ("1.6 * 10−19", 1.6e-19),
        ("6.02 x 1023", 6.02e23),
        ("10-4", 1e-4),
        ("9·81", 9.81),
    ],
)
def test_a_lowered_exponent_or_a_raised_point_waits_for_a_person(text, truth):
    verdict = compare(text, truth, relative=0.01)
    assert (verdict.credit, verdict.certain) == (1, False)


@pytest.mark.parametrize(
    ("text", "truth", "credit"),
    [("1.2 x 10-4", 8, 1), ("1.3 x 10-4", 1.2e-4, 0), ("10 - 4", 6, 1), ("10-4", 7, 0)],
)
def test_a_difference_that_is_meant_is_read_as_one(text, truth, credit):
    verdict = compare(text, truth)
    assert (verdict.credit, verdict.certain) == (credit, True)
