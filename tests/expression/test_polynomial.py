"""Polynomials: the same sum however it is written, and no work without an end."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.expression import parse
from grader.expression.polynomial import NotAPolynomial, Polynomial, constant, polynomial, variable

few = settings(max_examples=60, deadline=None)
SMALL = st.integers(-6, 6)
POLYNOMIALS = st.lists(st.tuples(SMALL, st.integers(0, 2), st.integers(0, 2)), max_size=4)


def of(terms: list[tuple[int, int, int]]) -> Polynomial:
    total = Polynomial()
    for k, i, j in terms:
        part = constant(Fraction(k))
        for name, power in (("C", i), ("H", j)):
            for _ in range(power):
                part = part * variable(name)
        total = total + part
    return total


def read(text: str) -> Polynomial:
    return polynomial(parse(text, names=["C", "H", "W"]).root)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3(9C^2 + C)", "27C^2 + 3C"),
        ("(C + 1)^2", "C^2 + 2C + 1"),
        ("C*C/4", "0.25*C^2"),
        ("(25 + 9)*C^2", "34*C*C"),
        ("C^3/C", "C^2"),
        ("C - C", "0"),
    ],
)
def test_equal_formulas_are_equal(one: str, other: str) -> None:
    assert read(one) == read(other)


@pytest.mark.parametrize("text", ["sqrt(C)", "C/(C+1)", "2^C", "C^99", "log(C)", "(C+H+W+1)^40"])
def test_what_is_no_small_polynomial_is_refused(text: str) -> None:
    with pytest.raises(NotAPolynomial):
        read(text)


@given(POLYNOMIALS, POLYNOMIALS, POLYNOMIALS)
@few
def test_sums_and_products_follow_the_laws_of_arithmetic(a: list, b: list, c: list) -> None:  # type: ignore[type-arg]
    one, two, three = of(a), of(b), of(c)
    assert one + two == two + one
    assert one * two == two * one
    assert one * (two + three) == one * two + one * three
    assert one + Polynomial() == one
    assert one * constant(Fraction(1)) == one


@given(POLYNOMIALS)
@few
def test_what_is_written_reads_back(terms: list) -> None:  # type: ignore[type-arg]
    written = of(terms)
    assert read(str(written).replace("+ -", "- ")) == written
    rebuilt = Polynomial()
    for k, powers in written.plain():
        part = constant(Fraction(k))
        for name, power in powers.items():
            for _ in range(power):
                part = part * variable(name)
        rebuilt = rebuilt + part
    assert rebuilt == written
