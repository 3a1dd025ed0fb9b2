"""A number reads back however it is written, with what it shows of itself."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.expression import about, parse_number
from grader.model import Number

SPACES = [" ", "\u00a0", "\u2009", "\u202f", "'", "’", "{,}", r"\,"]


def grouped(value: int, mark: str) -> str:
    return f"{value:,}".replace(",", mark)


def indian(value: int) -> str:
    head, tail = str(value)[:-3], str(value)[-3:]
    pairs = []
    while head:
        pairs.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*pairs, tail])


@given(st.integers(0, 10**15), st.sampled_from([*SPACES, ","]))
def test_a_whole_number_reads_back_with_its_digits_grouped(value: int, mark: str) -> None:
    number = parse_number(grouped(value, mark))
    assert number is not None
    assert number.value == value
    assert number.slack is None


@given(st.integers(1000, 10**12))
def test_a_whole_number_reads_back_in_indian_grouping(value: int) -> None:
    number = parse_number(indian(value))
    assert number is not None
    assert number.value == value


@given(st.integers(10**6, 10**15))
def test_points_group_digits_where_there_are_two_of_them(value: int) -> None:
    number = parse_number(grouped(value, "."))
    assert number is not None
    assert number.value == value


@given(st.integers(0, 10**9), st.integers(1, 8), st.sampled_from(".,"))
def test_a_decimal_reads_back_with_point_and_comma(digits: int, places: int, mark: str) -> None:
    text = str(digits).rjust(places + 1, "0")
    whole, part = text[:-places], text[-places:]
    number = parse_number(f"{whole}{mark}{part}", comma="decimal" if mark == "," else None)
    assert number is not None
    assert number.value == Fraction(digits, 10**places)
    assert number.decimals == places
    assert number.slack == Fraction(1, 10**places)


@given(st.integers(10**3, 10**9), st.integers(0, 99))
def test_grouping_and_decimals_together_read_back_both_ways(whole: int, part: int) -> None:
    value = whole + Fraction(part, 100)
    for text in (f"{whole:,}.{part:02d}", f"{whole:,}".replace(",", ".") + f",{part:02d}"):
        number = parse_number(text)
        assert number is not None
        assert number.value == value


@given(st.integers(1, 9999), st.integers(-9, 12))
def test_scientific_notation_reads_back(mantissa: int, power: int) -> None:
    value = Fraction(mantissa, 1000) * Fraction(10) ** power
    shown = f"{mantissa // 1000}.{mantissa % 1000:03d}"
    for text in (
        f"{shown}e{power}",
        f"{shown}×10^{power}",
        rf"{shown} \times 10^{{{power}}}",
        f"{shown}*10^({power})",
    ):
        number = parse_number(text)
        assert number is not None
        assert number.value == value
        assert number.decimals == 3


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3.2M", 3_200_000),
        ("150K", 150_000),
        ("150k", 150_000),
        ("1.11 Billion", 1_110_000_000),
        ("1.11B", 1_110_000_000),
        ("1.11bn", 1_110_000_000),
        ("2 million", 2_000_000),
        ("1.2 lakh", 120_000),
        ("3 crore", 30_000_000),
        ("1.1 GFLOPs", 1_100_000_000),
        ("122.3 thousand", 122_300),
        (r"1.12\ \text{Billion}", 1_120_000_000),
    ],
)
def test_magnitudes_are_multiplied_in(text: str, value: int) -> None:
    number = parse_number(text)
    assert number is not None
    assert number.value == value


@given(
    st.integers(0, 10**6),
    st.integers(0, 4),
    st.sampled_from(["%", " %", r"\%", r" \%", " percent", "\u00a0%"]),
)
def test_a_percentage_is_its_fraction(digits: int, places: int, sign: str) -> None:
    shown = f"{digits / 10**places:.{places}f}"
    number = parse_number(shown + sign)
    assert number is not None
    assert number.percent
    assert number.value == Fraction(shown) / 100
    assert number.slack == Fraction(1, 10 ** (places + 2))


@pytest.mark.parametrize("sign", ["≈", "~", "about", "approximately", r"\approx", "roughly", "= ≈"])
def test_an_announced_approximation_is_kept_as_such(sign: str) -> None:
    number = parse_number(f"{sign} 0.38")
    assert number is not None
    assert number.approx
    assert number.value == Fraction(38, 100)


def test_zeros_of_an_approximate_number_are_not_digits() -> None:
    number = parse_number("about 122,000")
    assert number is not None
    assert (number.significant, number.slack) == (3, 1000)
    exact = parse_number("122,000")
    assert exact is not None
    assert (exact.significant, exact.slack) == (6, None)
    assert about(exact, approx=False) == exact


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("−3.16", Fraction(-316, 100)),
        ("1/2", Fraction(1, 2)),
        (r"\frac{1}{2}", Fraction(1, 2)),
        ("2 1/2 hours", Fraction(5, 2)),
        ("½", Fraction(1, 2)),
        ("**660**", 660),
        ("$0.378$", Fraction(378, 1000)),
        ("\\boxed{690}", 690),
        ("(2)", 2),
        ("660.", 660),
        ("1e400", 10**400),
        ("10**400", 10**400),
        ("6*(25+1)", 156),
    ],
)
def test_other_ways_to_write_one_number(text: str, value: Fraction | int) -> None:
    number = parse_number(text)
    assert number is not None
    assert number.value == value


def test_the_unit_is_kept() -> None:
    number = parse_number("10 more hours")
    assert number is not None
    assert number.unit == "more hours"


@pytest.mark.parametrize(
    "text",
    ["", "hello", "1, 2 and 3", "p = 5", "1 2", "1.2.3", "-", "nan", "inf", "True", "1" * 10**6],
)
def test_what_is_not_one_number_is_none(text: str) -> None:
    assert parse_number(text) is None


@given(st.text(max_size=60))
@settings(max_examples=300)
def test_no_text_makes_it_raise(text: str) -> None:
    number = parse_number(text)
    assert number is None or isinstance(number, Number)
