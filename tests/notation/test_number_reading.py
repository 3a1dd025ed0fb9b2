"""A number is read as a student means it, by conventions that are stated; else it is invalid."""

import contextlib
import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.notation import Notation
from grader.notation.clean import Unreadable, clean
from grader.notation.literal import scan
from grader.notation.number import read_number

POINT = Notation(decimal=".")
COMMA = Notation(decimal=",")


def exact(text):
    return Fraction(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", exact(7)),
        ("-7", exact(-7)),
        ("+7", exact(7)),
        ("007", exact(7)),
        ("3.16", exact("3.16")),
        (".5", exact("0.5")),
        ("5.", exact(5)),
        ("0,378", exact("0.378")),
        ("3,16", exact("3.16")),
        ("1e3", exact(1000)),
        ("1E3", exact(1000)),
        ("1.2E+05", exact(120000)),
        ("1.2e-3", exact("0.0012")),
        ("1.2×10^3", exact(1200)),
        ("1.2 x 10^3", exact(1200)),
        ("1.2X10^3", exact(1200)),
        ("1.2*10^3", exact(1200)),
        ("1.2*10**3", exact(1200)),
        ("1.2·10^3", exact(1200)),
        ("1.2 × 10⁻³", exact("0.0012")),
        (r"1.2 \times 10^{-3}", exact("0.0012")),
        (r"$1.2 \cdot 10^{3}$", exact(1200)),
        ("1.2x10<sup>3</sup>", exact(1200)),
        ("10^-4", exact("0.0001")),
        ("-10^4", exact(-10000)),
        ("3x10^8", exact(300000000)),
        ("1/2", exact("1/2")),
        ("-1/2", exact("-1/2")),
        ("1/-2", exact("-1/2")),
        ("2 1/2", exact("5/2")),
        ("-2 1/2", exact("-5/2")),
        ("2½", exact("5/2")),
        ("½", exact("1/2")),
        (r"\frac{1}{2}", exact("1/2")),
        (r"\frac12", exact("1/2")),
        (r"\dfrac{-3}{4}", exact("-3/4")),
        ("10%", exact("1/10")),
        ("10 %", exact("1/10")),
        (r"10\%", exact("1/10")),
        ("12.5 percent", exact("1/8")),
        ("10% + 20%", exact("3/10")),
        ("1,234,567", exact(1234567)),
        ("1 234 567", exact(1234567)),
        ("1\u202f234\u202f567", exact(1234567)),
        ("1.234.567,8", exact("1234567.8")),
        ("1,234.5", exact("1234.5")),
        ("1.234,5", exact("1234.5")),
        ("1'234", exact(1234)),
        ("1’234.5", exact("1234.5")),
        ("12,34,567", exact(1234567)),
        ("1_000_000", exact(1000000)),
        ("12.345 678 9", exact("12.3456789")),
        ("１２３", exact(123)),
        ("１．５", exact("1.5")),
        ("٣٫١٤", exact("3.14")),
        ("−3", exact(-3)),
        ("– 3", exact(-3)),
        ("3.2M", exact(3200000)),
        ("3.2 million", exact(3200000)),
        ("61K", exact(61000)),
        ("2bn", exact(2 * 10**9)),
        ("5 lakh", exact(500000)),
        ("1.5 crore", exact(15000000)),
        ("2*3*7", exact(42)),
        ("2^10", exact(1024)),
        ("7²", exact(49)),
        ("(1+2)/4", exact("3/4")),
        ("  3  ", exact(3)),
        ("(0.05)", exact("0.05")),
        ("-(0.05)", exact("-0.05")),
        (r"\boxed{12}", exact(12)),
        ("\u200e3\u200f", exact(3)),
    ],
)
def test_every_usual_way_of_writing_is_read(text, value):
    written = read_number(text)
    assert (written.real, written.imag) == (value, 0)
    assert written.exact


@pytest.mark.parametrize(
    ("text", "real", "imag"),
    [
        ("√2", math.sqrt(2), 0),
        ("sqrt(2)", math.sqrt(2), 0),
        (r"\sqrt{2}/2", math.sqrt(2) / 2, 0),
        ("2√3", 2 * math.sqrt(3), 0),
        ("pi", math.pi, 0),
        ("π/2", math.pi / 2, 0),
        ("2pi", 2 * math.pi, 0),
        ("e^2", math.e**2, 0),
        ("ln(2)", math.log(2), 0),
        ("sin(1)", math.sin(1), 0),
        ("3+4i", 3, 4),
        ("-i", 0, -1),
        ("2 - 3i", 2, -3),
        ("e^(i*pi/2)", 0, 1),
    ],
)
def test_surds_constants_and_complex_numbers_are_computed(text, real, imag):
    written = read_number(text)
    assert float(written.real) == pytest.approx(real, abs=1e-14)
    assert float(written.imag) == pytest.approx(imag, abs=1e-14)


@pytest.mark.parametrize(("text", "sign"), [("inf", 1), ("-∞", -1), ("+infinity", 1), ("-oo", -1)])
def test_infinity_is_a_number_of_its_own(text, sign):
    written = read_number(text)
    assert written.real == sign * math.inf
    assert written.form == "infinity"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "nothing"),
        ("   ", "nothing"),
        ("ten", "ten"),
        ("12 kg", "kg"),
        ("x = 3", "equals"),
        ("1/0", "zero"),
        ("1, 2, 3", "not one number"),
        ("1 2 3", "not one number"),
        ("1.2.3", "not one number"),
        ("1'2'3", "'"),
        ("0.1.", ""),
        ("3 €", "€"),
        ("9**9**9", ""),
        ("1e999999", ""),
        ("(" * 5_000, ""),
        ("9" * 9_000, "digits"),
        ("9" * 10_000_000, "too long"),
        ("\ud800", "damaged"),
        ("a\u0301", ""),
        (r"\input{/etc/passwd}", ""),
        ("nan", ""),
        ("__import__('os')", ""),
    ],
)
def test_what_is_no_number_is_refused_with_a_hint(text, says):
    with pytest.raises(Unreadable) as caught:
        read_number(text)
    assert says in str(caught.value)
    assert 5 < len(str(caught.value)) < 400


def test_a_comma_before_three_digits_is_left_open_unless_the_answer_or_an_option_decides():
    assert [str(r.real) for r in read_number("1,234").readings] == ["1234", "617/500"]
    assert read_number("1,234").doubtful
    assert [str(r.real) for r in read_number("1,234", POINT).readings] == ["1234"]
    assert [str(r.real) for r in read_number("1,234", COMMA).readings] == ["617/500"]
    assert [str(r.real) for r in read_number("1,234.0").readings] == ["1234"]
    assert [str(r.real) for r in read_number("1,23").readings] == ["123/100"]
    assert not read_number("1.234").doubtful


@pytest.mark.parametrize(
    ("options", "good", "bad"),
    [
        ({"decimal": ".", "thousands": ","}, "1,234.5", "1 234.5"),
        ({"decimal": ".", "thousands": " "}, "1 234.5", "1,234.5"),
        ({"decimal": ",", "thousands": "."}, "1.234,5", "1,234.5"),
        ({"decimal": ",", "thousands": " "}, "1 234,5", "1.234,5"),
        ({"decimal": ".", "thousands": "'"}, "1'234.5", "1,234.5"),
        ({"decimal": ".", "thousands": ",", "groups": "indian"}, "12,34,567", "1,234,567"),
        ({"decimal": ".", "thousands": ",", "groups": "strict"}, "1,234,567", "12,34,567"),
        ({"decimal": ".", "thousands": ""}, "1234.5", "1,234.5"),
        ({"decimal": "either"}, "1,234", "1.2,3"),
        ({"percent": "refused"}, "0.1", "10 %"),
        ({"magnitudes": False}, "3000", "3K"),
        ({"i": "name"}, "3", "3i"),
        ({"e": "name"}, "1e3", "2*e"),
        ({"forms": ("integer", "decimal")}, "0.5", "1/2"),
    ],
)
def test_options_decide_what_is_a_number(options, good, bad):
    notation = Notation(**options)
    assert read_number(good, notation).real
    with pytest.raises(Unreadable):
        read_number(bad, notation)


def test_ten_percent_is_what_the_option_says():
    assert read_number("10 %", Notation(percent="fraction")).real == Fraction(1, 10)
    assert read_number("10 %", Notation(percent="points")).real == 10
    either = read_number("10 %", Notation(percent="either"))
    assert {either.real, *(other.real for other in either.also)} == {Fraction(1, 10), 10}


def test_affixes_mean_nothing():
    dollars = Notation(affixes=("$", "kg"))
    assert read_number("$1,000.99", dollars).real == Fraction("1000.99")
    assert read_number("-$5", dollars).real == -5
    assert read_number("12 kg", dollars).real == 12


@pytest.mark.parametrize(
    ("text", "least", "most", "decimals"),
    [
        ("1500", 2, 4, 0),
        ("1500.", 4, 4, 0),
        ("1500.0", 5, 5, 1),
        ("0.0150", 3, 3, 4),
        ("1.50e3", 3, 3, 0),
        ("0", 1, 1, 0),
        ("0.00", 2, 2, 2),
        ("3.2M", 2, 2, 0),
    ],
)
def test_digits_shown_are_counted_as_written(text, least, most, decimals):
    digits = read_number(text).digits
    assert digits is not None
    assert (digits.least, digits.significant, digits.decimals) == (least, most, decimals)


STYLES = {
    "point": (POINT, "{:,}", {}),
    "comma": (COMMA, "{:,}", {",": ".", ".": ","}),
    "blank": (Notation(decimal=".", thousands=" "), "{:,}", {",": " "}),
    "apostrophe": (Notation(decimal=".", thousands="'"), "{:,}", {",": "'"}),
}


@pytest.mark.parametrize("style", STYLES)
@given(value=st.decimals(-(10**12), 10**12, allow_nan=False, places=4))
def test_reading_undoes_writing_in_every_style(style, value):
    notation, pattern, signs = STYLES[style]
    text = "".join(signs.get(sign, sign) for sign in pattern.format(value))
    assert read_number(text, notation).real == Fraction(value)


@given(value=st.integers(-(10**30), 10**30), power=st.integers(-300, 300))
def test_reading_undoes_writing_of_powers_of_ten(value, power):
    expected = Fraction(value) * Fraction(10) ** power
    for text in (f"{value}e{power}", f"{value}×10^{power}", f"{value}*10^({power})"):
        assert read_number(text, POINT).real == expected


@given(top=st.integers(-(10**9), 10**9), bottom=st.integers(1, 10**9))
def test_reading_undoes_writing_of_fractions(top, bottom):
    expected = Fraction(top, bottom)
    for text in (f"{top}/{bottom}", rf"\frac{{{top}}}{{{bottom}}}", f"{top} / {bottom}"):
        written = read_number(text)
        assert written.real == expected
        assert written.reduced == (math.gcd(top, bottom) == 1)


@given(
    value=st.decimals(
        allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9
    )
)
def test_reading_agrees_with_decimal(value):
    text = str(value)
    assert read_number(text, POINT).real == Fraction(Decimal(text))


@given(text=st.text(max_size=60))
def test_reading_what_was_read_changes_nothing(text):
    try:
        first = read_number(text, POINT)
    except Unreadable:
        return
    if first.form in ("infinity", "complex") or not first.exact or len(first.shown) > 14:
        return
    assert read_number(first.shown, POINT).real == first.real


@given(
    text=st.text(max_size=300)
    | st.text(alphabet="0123456789.,'eE+-*/^()[]{}\\ %xπi√!°×", max_size=200)
)
def test_no_text_raises_anything_else(text):
    for notation in (Notation(), POINT, COMMA, Notation(percent="either", j="imaginary")):
        with contextlib.suppress(Unreadable):
            assert read_number(text, notation).shown


@given(text=st.text(max_size=50))
def test_cleaning_twice_is_cleaning_once(text):
    try:
        once = clean(text)
    except Unreadable:
        return
    assert clean(once) == once


@given(text=st.text(alphabet="0123456789.,' _eE-", max_size=40), start=st.integers(0, 10))
def test_digits_end_where_they_say(text, start):
    end, readings = scan(text, start, Notation())
    assert start <= end <= max(start, len(text))
    assert all(reading.value >= 0 and reading.least <= reading.significant for reading in readings)
