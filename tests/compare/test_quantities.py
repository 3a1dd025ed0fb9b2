"""A quantity is right in any unit that measures the same, and a miss says what is wrong."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grader.compare._units import converted
from grader.compare.quantity import Quantity
from grader.model import MISSES, Number, Verdict
from grader.notation.number import Written
from grader.notation.unit_names import names
from grader.notation.units import read_unit


def compare(text: Any, truth: Any, **options: Any) -> Verdict:
    return Quantity(**options).compare(text, truth)


def is_right(verdict: Verdict) -> bool:
    return verdict.certain and verdict.credit == 1


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("9.81 m/s^2", "9.81 m s^-2"),
        ("981 cm s⁻²", "9.81 m/s^2"),
        ("$9.81\\,\\mathrm{m/s^2}$", "9.81 m/s^2"),
        ("\\SI{9.81}{\\metre\\per\\second\\squared}", "9.81 m/s^2"),
        ("9,81 m/s²", "9.81 m/s^2"),
        ("1.2e3 kg m / s**2", "1.2 kN"),
        ("12 Nm", "12 N m"),
        ("12 N·m", "12 J"),
        ("4 µm", "0.004 mm"),
        ("90 km/h", "25 m/s"),
        ("1 kWh", "3.6 MJ"),
        ("20 °C", "293.15 K"),
        ("68 °F", "20 °C"),
        ("1 mi", "5280 ft"),
        ("1 lb", "16 oz"),
        ("1 gal", "231 in^3"),
        ("1 eV", "1.602176634e-19 J"),
        ("180°", "pi rad"),
        ("0.5 rev", "180 deg"),
        ("5 %", "0.05"),
        ("0.05", "5 %"),
        ("50 m m^-1", "50"),
        ("$5", "500 cents"),
        ("5 apples", "5 apple"),
        ("(3+4i) km", "(3000+4000i) m"),
        (["9.81", "m/s^2"], {"value": 981, "unit": "cm/s^2"}),
        (Number(value=Fraction(5), unit="km"), "5000 m"),
        ("1 slug ft/s^2", "1 lbf"),
        ("5 per cent", "0.05"),
        ("US$5", "5 USD"),
        ("2 light-years", "2 ly"),
        ("9 sq. ft", "1 yd^2"),
        ("50 mM", "0.05 mol/L"),
        ("36 kmph", "10 Metres per Second"),
        ("5 hp", "5 horsepower"),
    ],
)
def test_the_same_quantity_in_another_spelling_or_unit_is_right(text: Any, truth: Any) -> None:
    assert is_right(compare(text, truth, relative=1e-12))


@pytest.mark.parametrize(
    ("text", "truth", "miss"),
    [
        ("12", "12 m", "unit-missing"),
        ("13", "12 m", "unit-missing"),
        ("3 m", "3 km", "prefix"),
        ("25 mg", "0.025 kg", "prefix"),
        ("3 ft", "3 m", "unit"),
        ("3 kg", "3 m", "dimension"),
        ("12 mN", "12 N m", "dimension"),
        ("9.8 m/s", "9.8 m/s^2", "dimension"),
        ("5 kg", "5", "dimension"),
        ("5 mW", "5 MW", "case"),
        ("5 Kg", "5 kg", "case"),
        ("5 KPA", "5 kPa", "case"),
        ("5 S", "5 s", "case"),
        ("5 Cm/s", "5 cm/s", "case"),
        ("-3 m", "3 m", "sign"),
        ("30 m", "3 m", "factor-ten"),
        ("5", "5 %", "unit-missing"),
        ("$5", "€5", "dimension"),
    ],
)
def test_a_miss_is_told_where_it_is_certain(text: str, truth: str, miss: str) -> None:
    verdict = compare(text, truth)
    assert verdict.credit == 0
    assert verdict.certain
    assert verdict.miss == miss
    assert verdict.reason.endswith(MISSES[miss])


@pytest.mark.parametrize(
    ("text", "measures"),
    [("3 m/s", "speed"), ("3 N", "force"), ("3 Pa", "pressure"), ("3 m^3", "volume")],
)
def test_another_dimension_is_named_and_the_expected_one_is_not(text: str, measures: str) -> None:
    reason = compare(text, "3 mol").reason
    assert measures in reason
    assert "mol" not in reason
    assert "amount" not in reason


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("m", "stands alone"),
        ("5 m 3 kg", "more than one number"),
        ("5 m + 3 m", "more than one number"),
        ("kg 5", "first"),
        ("x = 5 m", "equals sign"),
        ("5 frogs", "“frogs”"),
        ("5 metrs", "did you mean “metre"),
        ("5 m^^2", "exponent"),
        ("five m", "no unit"),
        ("", "nothing is written"),
        ("5 m" + "m" * 300, "longer than"),
        ("9**9**9 m", ""),
        (None, ""),
        (True, ""),
        ([5], ""),
        ({"value": 5, "unit": 3}, ""),
        ("5 \ud800", "damaged"),
    ],
)
def test_what_is_no_quantity_is_invalid_and_not_wrong(text: Any, hint: str) -> None:
    verdict = compare(text, "5 m")
    assert verdict.invalid
    assert verdict.credit == 0
    assert hint in verdict.reason


@pytest.mark.parametrize("truth", ["", "x", "m", None, [1, 2, 3], {"a": 1}, "5 \ud800", "5 m 3"])
def test_an_expected_value_that_cannot_be_read_is_never_the_students_fault(truth: Any) -> None:
    assert not compare("5 m", truth).certain


def test_ambiguous_units_go_to_a_person_where_the_readings_differ() -> None:
    assert not compare("8 J/mol K", "8 J/(mol K)").certain
    assert is_right(compare("8 J/mol K", "8 J/mol K"))
    assert is_right(compare("8 J/mol K", "8 J/(mol K)", slash="rest"))
    assert compare("8 J/mol K", "8 J/(mol K)", slash="next").miss == "dimension"
    assert compare("9 m", "8 J/mol K").certain
    assert not compare("5 M W", "5 MW").certain
    assert not compare("5 mw", "5 mW", case=False).certain
    assert not compare("5 rad/s", "5 s^-1").certain
    assert not compare("5 Bq", "5 Hz").certain
    assert not compare("5 kVA", "5 kW").certain


def test_what_the_rubric_calls_a_unit_is_one() -> None:
    assert is_right(compare("25 Kg", "25 Kg"))
    assert is_right(compare("25 kg", "25 Kg"))
    assert not compare("5 m", "5 meterz").certain
    assert is_right(compare("5 meterz", "5 meterz", names={"meterz": "meterz"}))
    assert compare("5 pears", "5 apples").invalid
    assert compare("5 kg", "5 apples").miss == "dimension"


def test_an_open_number_stays_open_whatever_its_unit() -> None:
    assert not compare("1,234 m", "1234 m").certain
    assert not compare("1,234 km", "1234 m", number_credit=0.5).certain
    assert not compare("1,234", "1234 m", number_credit=0.5).certain
    assert compare("1,234 kg", "1234 m").certain


def test_no_second_number_hides_in_words_that_are_not_read() -> None:
    assert compare("5 or 6", "5 m", unit="ignored").invalid
    assert compare("5 m 6 m", "5 m", unknown_unit="accepted").invalid
    assert is_right(compare("5 m ^ 2", "5 m^2", unit="ignored"))


def test_the_unit_may_have_to_be_the_same_or_be_ignored() -> None:
    assert compare("100 cm", "1 m", unit="same").miss == "prefix"
    assert compare("1 N", "1 kg m/s^2", unit="same").credit == 0
    assert is_right(compare("1 meter per second", "1 m/s", unit="same"))
    assert is_right(compare("1 m/s/s", "1 m s^-2", unit="same"))
    assert compare("0.05", "5 %", unit="same").miss == "unit-missing"
    assert is_right(compare("1 frog", "1 m", unit="ignored"))
    assert is_right(compare("1", "1 m", unit="ignored"))


def test_a_missing_or_unknown_unit_is_what_the_rubric_says() -> None:
    assert is_right(compare("5", "5 m", missing_unit="accepted"))
    assert not compare("6", "5 m", missing_unit="accepted").credit
    assert compare("5", "5 m", missing_unit="invalid").invalid
    assert is_right(compare("5 frogs", "5 m", unknown_unit="accepted"))
    assert not compare("6 frogs", "5 m", unknown_unit="accepted").credit
    assert compare("5 frogs", "5 m", unknown_unit="wrong").miss == "unit"


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("5 m", 1),
        ("5", Fraction(3, 5)),
        ("5 km", Fraction(3, 5)),
        ("5 kg", Fraction(3, 5)),
        ("5 frogs", Fraction(3, 5)),
        ("6 m", Fraction(1, 5)),
        ("6", 0),
        ("6 kg", 0),
    ],
)
def test_number_and_unit_may_earn_credit_alone(text: str, credit: Fraction) -> None:
    verdict = compare(text, "5 m", number_credit="3/5", unit_credit=0.2, unknown_unit="wrong")
    assert verdict.credit == credit


def test_figures_are_counted_as_written_and_judged_in_the_students_unit() -> None:
    options = {"significant": 3, "given_significant": 3}
    assert is_right(compare("9.81 m/s^2", "9.80665 m/s^2", **options))
    assert is_right(compare("32.2 ft/s^2", "9.80665 m/s^2", **options))
    assert compare("32.17 ft/s^2", "9.80665 m/s^2", **options).miss == "too-many-digits"
    assert compare("32.0 ft/s^2", "9.80665 m/s^2", **options).credit == 0


def test_a_tolerance_is_in_the_truths_unit_unless_another_is_named() -> None:
    assert is_right(compare("101 cm", "1 m", absolute=0.01))
    assert not compare("102 cm", "1 m", absolute=0.01).credit
    assert is_right(compare("102 cm", "1 m", absolute=2, absolute_unit="cm"))
    assert not compare("1 m", "1 m", absolute=2, absolute_unit="s").certain


def test_temperatures_are_points_or_differences() -> None:
    assert is_right(compare("20 °C", "293.15 K"))
    assert is_right(compare("20 °C", "20 K", temperature="differences"))
    assert is_right(compare("4 J/(g °C)", "4 J/(g K)"))
    assert is_right(compare("20 C", "293.15 K", names={"C": "degC"}))
    assert not compare("20 C", "293.15 K").certain
    assert compare("20 F", "293.15 K").miss == "dimension"


def test_other_conventions_are_options() -> None:
    assert is_right(compare("5", "5 rad", radian="one"))
    assert is_right(compare("5", "5 %", percent="points"))
    assert is_right(compare("5", "5 %", percent="either"))
    assert is_right(compare("5 %", "5", percent="either"))
    assert not compare("500 %", "5 %", percent="either").credit
    assert compare("5 %", "0.05", percent="refused").invalid
    assert is_right(compare("0.05", "5 %", percent="refused"))
    assert is_right(compare("1 pint", "568.26125 cm^3", customary="imperial"))
    assert is_right(compare("2 c", "599584916 m/s", names={"c": "299792458 m/s"}))
    assert compare("1 yd", "3 ft", allowed=("ft", "in")).miss == "unit"
    assert is_right(compare("36 inches", "3 ft", allowed=["ft", "in"]))
    assert is_right(compare("metres", "m", number="ignored", unit="same"))
    assert is_right(compare("m", "1 m", number="one"))
    assert compare("5 $", "5 $", currency="before").invalid
    assert compare("5 Nm", "5 N m", together=False).invalid


@pytest.mark.parametrize(
    "options",
    [
        {"unit": "any"},
        {"number_credit": 2},
        {"allowed": ("frogs",)},
        {"names": {"c": "frogs"}},
        {"absolute_unit": "frogs"},
        {"absolute": -1},
    ],
)
def test_options_that_cannot_be_are_refused_when_the_rubric_is_loaded(options: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        Quantity(**options)


def test_common_units_need_no_library() -> None:
    code = (
        "import sys; from grader.compare.quantity import Quantity as Q;"
        "assert Q().compare('90 km/h', '25 m/s').credit == 1;"
        "assert Q().compare('1 kg', '1 m').credit == 0;"
        "print([n for n in ('pint', 'sympy', 'numpy') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


UNITS = sorted(
    {
        known.symbol: known
        for known in names().alone.values()
        if known.symbol != "M" and not known.symbol.startswith("Δ")
    }
)
ALIKE = [
    (one, other)
    for one in UNITS
    for other in UNITS
    if read_unit(one).bases == read_unit(other).bases
]
NUMBERS = st.fractions(min_value=-1000, max_value=1000, max_denominator=1000)


@given(st.sampled_from(ALIKE), NUMBERS, st.booleans())
def test_there_and_back_is_the_same_number(
    pair: tuple[str, str], number: Fraction, points: bool
) -> None:
    one, other = map(read_unit, pair)
    there = converted(Written(real=number), one, other, points=points)
    assert converted(there, other, one, points=points).real == number


@given(st.sampled_from(ALIKE), NUMBERS)
def test_equivalent_quantities_are_right_either_way_round(
    pair: tuple[str, str], number: Fraction
) -> None:
    one, other = map(read_unit, pair)
    there = converted(Written(real=number), one, other, points=True).real
    first, second = f"{number} {pair[0]}", f"{there} {pair[1]}"
    here, back = compare(first, second), compare(second, first)
    assert (here.credit, here.certain) == (back.credit, back.certain)
    assert here.credit == 1 or not here.certain


@given(
    st.sampled_from(ALIKE),
    NUMBERS,
    NUMBERS,
    st.fractions(min_value=0, max_value=10, max_denominator=100),
    st.fractions(min_value=0, max_value=10, max_denominator=100),
)
def test_a_wider_tolerance_never_makes_a_right_answer_wrong(
    pair: tuple[str, str], number: Fraction, truth: Fraction, narrow: Fraction, more: Fraction
) -> None:
    assume(read_unit(pair[0]).bases == read_unit(pair[1]).bases)
    text, right = f"{number} {pair[0]}", f"{truth} {pair[1]}"
    if is_right(compare(text, right, absolute=str(narrow))):
        assert is_right(compare(text, right, absolute=str(narrow + more)))


@given(NUMBERS, NUMBERS, st.sampled_from(ALIKE))
def test_no_wrong_quantity_is_right(
    number: Fraction, truth: Fraction, pair: tuple[str, str]
) -> None:
    one, other = map(read_unit, pair)
    assume(converted(Written(real=truth), other, one, points=True).real != number)
    assert not is_right(compare(f"{number} {pair[0]}", f"{truth} {pair[1]}"))
    assert not is_right(compare(f"{number} {pair[0]}", f"{truth} {pair[1]}", unit="same"))


@given(st.text(max_size=40), st.sampled_from(["5 m", "8 J/mol K", "5 %", "20 °C"]))
def test_any_text_gets_a_verdict(text: str, truth: str) -> None:
    verdict = compare(text, truth)
    assert verdict.reason
    assert not is_right(verdict) or verdict.read


def test_metres_per_second_run_together_go_to_a_person() -> None:
    for text, truth in (("5 ms^-1", "5 m/s"), ("9.81 ms^-2", "9.81 m/s^2"), ("5 ms⁻¹", "5 m s^-1")):
        verdict = Quantity().compare(text, truth)
        assert (verdict.certain, verdict.credit) == (False, 1)
    assert Quantity().compare("5 ms^-1", "7 m/s").certain
    assert Quantity().compare("5 ms", "5 m/s").certain
    assert Quantity(together=False).compare("5 ms^-1", "6 m/s").certain


def test_a_part_of_a_temperature_is_no_certain_rule_across_scales() -> None:
    assert not Quantity(relative=0.01).compare("295.15 K", "20 °C").certain
    assert Quantity(relative=0.01).compare("20.1 °C", "20 °C").credit == 1
    assert Quantity(absolute=2).compare("295.15 K", "20 °C").certain
    assert Quantity(relative=0.01).compare("400 K", "20 °C").certain


def test_what_was_read_is_told_as_written_with_its_unit() -> None:
    verdict = Quantity(relative=0.01).compare("9.81e2 cm/s^2", "9.81 m/s^2")
    assert verdict.reason == "9.81e2 cm s^-2 is right"


def test_without_case_nobody_can_tell_mega_from_milli() -> None:
    for text, truth in (("5 MW", "5 mW"), ("5 PA", "5 Pa"), ("5 S", "5 s")):
        assert not Quantity(case=False).compare(text, truth).certain
    assert Quantity().compare("5 MW", "5 mW").certain


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("25 C", "25 degC"),
        ("25 degrees", "25 degC"),
        ("25°", "25 degC"),
        ("77 F", "77 degF"),
        ("77 degrees", "77 degF"),
        ("77 F", "25 degC"),
        ("1.6 x 10-19 C", "1.6e-19 C"),
        ("1.6×10–19 C", "1.6e-19 C"),
        ("6.02×1023 /mol", "6.02e23 /mol"),
    ],
)
def test_a_lost_sign_of_degrees_or_a_lowered_exponent_waits_for_a_person(
    text: str, truth: str
) -> None:
    verdict = compare(text, truth, relative=1e-6)
    assert (verdict.credit, verdict.certain) == (1, False)


@pytest.mark.parametrize(
    ("text", "truth"),
    [("26 C", "25 degC"), ("25 degrees", "25 C"), ("25 C", "25 m"), ("2 x 10-19 C", "1.6e-19 C")],
)
def test_no_other_sign_makes_a_wrong_quantity_right(text: str, truth: str) -> None:
    verdict = compare(text, truth)
    assert (verdict.credit, verdict.certain) == (0, True)
