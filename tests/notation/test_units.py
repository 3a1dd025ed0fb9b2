"""Units are read as people write them, and their factors are those of an independent source."""

from __future__ import annotations

import re
from contextlib import suppress
from fractions import Fraction
from typing import Any

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.notation.clean import Unreadable
from grader.notation.unit_names import CURRENCIES, PREFIXES, names
from grader.notation.unit_split import split
from grader.notation.units import UnknownUnit, Vocabulary, read_unit


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("m/s^2", "m s^-2"),
        ("m s^-2", "m s^-2"),
        ("m·s⁻²", "m s^-2"),
        ("m s-2", "m s^-2"),
        ("kg m / s**2", "kg m s^-2"),
        ("(kg*m)/(s^(2))", "kg m s^-2"),
        ("kilogram metre per second squared", "kg m s^-2"),
        ("kg per cubic metre", "kg m^-3"),
        ("square feet", "ft^2"),
        ("km2", "km^2"),
        ("lb-ft", "lb ft"),
        ("N.m", "N m"),
        ("1/s", "s^-1"),
        ("/s", "s^-1"),
        ("V/√Hz", "V Hz^(-1/2)"),
        ("MPa√m", "MPa m^(1/2)"),
        ("m m^-1", ""),
        ("fluid ounces", "floz"),
        ("µm", "µm"),
        ("um", "µm"),
        ("kilo metre", "km"),
        ("k W", "kW"),
        ("l", "L"),
        ("°C", "°C"),
        ("degrees Celsius", "°C"),
        ("m/100", "m / 100"),
        ("", ""),
    ],
)
def test_a_unit_is_read_however_it_is_spelled(text: str, written: str) -> None:
    assert read_unit(text).written == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("min", "min"),  # a minute, no milli-inch
        ("cd", "cd"),  # a candela, no centi-day
        ("Pa", "Pa"),  # a pascal, no peta-ampere
        ("T", "T"),
        ("h", "h"),
        ("m", "m"),
        ("mN", "mN"),  # a prefix before a product
        ("m N", "m N"),
        ("Nm", "N m"),
        ("mol", "mol"),
        ("mmol", "mmol"),
        ("ft", "ft"),
        ("mW", "mW"),
        ("MW", "MW"),
        ("kWh", "kWh"),
        ("mAh", "mA h"),
        ("kgm/s", "kg m s^-1"),
        ("Pam^3", "Pa m^3"),  # the exponent is that of the last
        ("dB", "dB"),  # no tenth of a byte
    ],
)
def test_the_longest_known_symbol_is_tried_before_prefixes_and_products(
    text: str, written: str
) -> None:
    unit = read_unit(text)
    assert unit.written == written
    assert not unit.others


def test_what_a_slash_divides_by_is_open_unless_it_is_said() -> None:
    both = read_unit("J/mol K")
    assert [both.written, both.others[0].written] == ["J mol^-1 K", "J mol^-1 K^-1"]
    assert read_unit("J/mol K", Vocabulary(slash="next")).written == "J mol^-1 K"
    assert read_unit("J/mol K", Vocabulary(slash="rest")).written == "J mol^-1 K^-1"
    assert read_unit("J/mol/K").others == ()
    assert read_unit("J/(mol K)").others == ()


def test_a_capital_m_before_a_unit_may_be_mega_or_molar() -> None:
    assert [unit.written for unit in (read_unit("M W"), *read_unit("M W").others)] == ["M W", "MW"]
    assert read_unit("M").written == "M"
    assert read_unit("M€").written == "MEUR"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("frogs", "no unit is called “frogs”"),
        ("meterz", "did you mean “meter”"),
        ("Kg", "did you mean “kg”"),
        ("KJ/mol", "did you mean “kJ”"),
        ("m/s)", "bracket"),
        ("(m/s", "not closed"),
        ("m+km", "more than one number"),
        ("m 3 kg", "more than one number"),
        ("m*3 kg", "more than one number"),
        ("m^s", "exponent"),
        ("m^99", "too large"),
        ("m^(1/0)", "divides by zero"),
        ("m*", "nothing stands after"),
        ("m/", "nothing stands"),
        ("m/0", "number"),
        ("@", "“@”"),
        ("m" * 201, "longer than"),
        ("(" * 20 + "m" + ")" * 20, "too many brackets"),
    ],
)
def test_what_is_no_unit_is_refused_with_a_hint(text: str, hint: str) -> None:
    with pytest.raises(Unreadable, match=re.escape(hint)):
        read_unit(text)


def test_a_word_in_the_wrong_case_is_known_as_such() -> None:
    with pytest.raises(UnknownUnit) as caught:
        read_unit("KPA")
    assert caught.value.case
    assert read_unit("KPA", Vocabulary(case=False)).written == "kPa"


def test_further_words_mean_what_the_rubric_says() -> None:
    vocabulary = Vocabulary(names=(("c", "299792458 m/s"), ("C", "degC"), ("eV", "1.6e-19 J")))
    assert read_unit("c", vocabulary).factor == 299792458
    assert read_unit("C", vocabulary).written == "°C"
    assert read_unit("eV^2", vocabulary).factor == Fraction("1.6e-19") ** 2
    assert read_unit("km per h", Vocabulary(own=frozenset(("per",)))).symbols["per"] == 1
    apples = Vocabulary(own=frozenset(("apples",)))
    assert read_unit("apple", apples) == read_unit("apples", apples)


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("9.81 m/s^2", "9.81", "m/s^2"),
        ("3km", "3", "km"),
        ("5 %", "5", "%"),
        ("20 °C", "20", "°C"),
        ("1.2e3 kg", "1.2e3", "kg"),
        ("3x10^8m/s", "3x10^8", "m/s"),
        ("3 × 10⁸ m/s", "3 × 10⁸", "m/s"),
        ("1.23x10<sup>4</sup>m", "1.23x10^(4)", "m"),
        ("sqrt(3) kg/s", "sqrt(3)", "kg/s"),
        ("(pi+10) kg", "(pi+10)", "kg"),
        ("2pi rad", "2pi", "rad"),
        ("10 (kg m)/s", "10", "(kg m)/s"),
        ("10 1/s", "10", "/s"),
        ("5/s", "5", "/s"),
        ("8650*W", "8650", "W"),
        ("2/3 kg", "2/3", "kg"),
        ("1 234,5 km", "1 234,5", "km"),
        ("(600 N)/m^2", "600", "N/m^2"),
        ("(-9.81)*m/s^2", "-9.81", "m/s^2"),
        ("5 lb", "5", "lb"),
        ("lb(8) m", "lb(8)", "m"),
        ("5 K", "5", "K"),
        ("5 million USD", "5 million", "USD"),
        ("m/s", "", "m/s"),
        ("7", "7", ""),
        ("$9.81\\,\\mathrm{m/s^2}$", "9.81", "m/s^2"),
        ("\\SI{9.81}{\\metre\\per\\second\\squared}", "9.81", "metre per second squared"),
        ("9.81\\,\\frac{\\text{m}}{\\text{s}}", "9.81", "( m )/( s )"),
        ("\\frac{1}{2}\\,\\text{m}", "\\frac{1}{2}", "m"),
        ("5\\,\\mathrm{mol\\,L^{-1}}", "5", "mol L^{-1}"),
        ("90^\\circ", "90", "°"),
    ],
)
def test_a_quantity_is_split_where_its_unit_begins(text: str, number: str, unit: str) -> None:
    parts = split(text)
    assert (parts.number, parts.unit, parts.before) == (number, unit, "")


@pytest.mark.parametrize(
    ("text", "number", "unit", "before"),
    [
        ("$5", "5", "", "$"),
        ("-$3.50", "-3.50", "", "$"),
        ("£1,234.56", "1,234.56", "", "£"),
        ("$5M", "5M", "", "$"),
        ("Rs 5", "5", "", "Rs"),
        ("$5 per kg", "5", "per kg", "$"),
        ("12.50 €", "12.50", "€", ""),
    ],
)
def test_a_currency_may_stand_before_its_amount(
    text: str, number: str, unit: str, before: str
) -> None:
    assert split(text) == (number, unit, before)


PIECES = sorted(
    symbol
    for symbol in {known.symbol for known in names().alone.values()}
    if re.fullmatch(r"[^\W\d_]+|imperial_\w+|°[CF]?|[%‰]", symbol) and symbol != "M"
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(PIECES),
            st.fractions(min_value=-4, max_value=4, max_denominator=3).filter(bool),
        ),
        max_size=6,
        unique_by=lambda part: part[0],
    )
)
def test_reading_undoes_writing(parts: list[tuple[str, Fraction]]) -> None:
    text = " ".join(
        f"{symbol}^{power}" if power.denominator == 1 else f"{symbol}^({power})"
        for symbol, power in parts
    )
    unit = read_unit(text)
    assert read_unit(unit.written) == unit
    assert unit.symbols == dict(parts)


@given(st.sampled_from(sorted(names().after_symbol)), st.sampled_from(sorted(PREFIXES)))
def test_a_prefix_multiplies_by_its_power_of_ten_or_gives_way_to_a_whole_name(
    word: str, prefix: str
) -> None:
    table = names()
    if prefix + word not in table.alone:
        unit = read_unit(prefix + word)
        assert unit.factor == table.after_symbol[word].factor * Fraction(10) ** PREFIXES[prefix]


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Unreadable):
        assert read_unit(split(text).unit).factor > 0


PINT: dict[str, str] = {
    "°": "degree", "°C": "delta_degC", "°F": "delta_degF",
    "Δ°C": "delta_degC", "Δ°F": "delta_degF", "degR": "rankine", "au": "astronomical_unit",
    "kn": "knot", "nmi": "nautical_mile", "Cal": "kilocalorie", "floz": "fluid_ounce",
    "gon": "gradian", "imperial_ton": "long_ton", "ton": "short_ton", "imperial_qt": "imperial_quart",
    "imperial_gal": "imperial_gallon", "imperial_floz": "imperial_fluid_ounce", "Da": "dalton",
    "L": "liter", "b": "bit", "are": "are", "mmHg": "mmHg", "kWh": "kWh", "kft": "kilofoot",
    "µg": "microgram", "h": "hour", "d": "day", "ct": "carat", "gr": "grain", "st": "stone",
    "St": "stokes", "P": "poise", "M": "molar", "%": "percent", "rev": "revolution", "pint": "pint",
    "Å": "angstrom", "B": "byte", "t": "tonne", "yr": "year",
}  # fmt: skip
ELSEWHERE = {
    "‰", "dB", "dozen", "ppb",  # not in pint, or not as a plain factor
    "decade",  # a ratio there, ten years here
    "acre",  # of survey feet there, which are abolished; of international feet here
}  # fmt: skip
ROOTS = {
    "meter": "m", "kilogram": "kg", "second": "s", "ampere": "A", "kelvin": "K", "mole": "mol",
    "candela": "cd", "radian": "rad", "bit": "bit",
}  # fmt: skip
TABLE = sorted(
    {known.symbol: known for known in names().alone.values()}.values(), key=lambda one: one.symbol
)
MONEY = set(CURRENCIES.values())


@pytest.fixture(scope="module")
def registry() -> Any:
    return pint.UnitRegistry(non_int_type=Fraction)


@pytest.mark.parametrize(
    "known",
    [k for k in TABLE if k.symbol not in ELSEWHERE and not {b for b, _ in k.bases} & MONEY],
    ids=lambda known: known.symbol,
)
def test_factors_and_dimensions_are_those_of_pint(known: Any, registry: Any) -> None:
    size = registry.Quantity(Fraction(1), PINT.get(known.symbol, known.symbol)).to_base_units()
    assert abs(float(size.magnitude) / float(known.factor) - 1) < 1e-9
    theirs = {ROOTS[root]: power for root, power in size.unit_items() if root != "count"}
    # An angle is a number there in part (lumen), and a unit here.
    ours = {base: power for base, power in known.bases if base != "rad" or "rad" in theirs}
    assert theirs == ours
