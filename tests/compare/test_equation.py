"""What students experience when an equation or inequality is asked for."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.compare._algebra import Algebra
from grader.compare.equation import Equation
from grader.model import MISSES, Verdict


def compare(text: Any, truth: Any, **options: Any) -> Verdict:
    return Equation(**options).compare(text, truth)


def is_right(text: Any, truth: Any, **options: Any) -> bool:
    verdict = compare(text, truth, **options)
    assert verdict.certain, verdict.reason
    assert not verdict.invalid, verdict.reason
    return verdict.credit == 1


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("2y = 4x", "y = 2x"),
        ("2x - y = 0", "y = 2x"),
        ("2x = y", "y = 2x"),
        ("sqrt(2) y = 2 x", "y = sqrt(2) x"),
        ("x^2 + y^2 = 4", "y^2 = 4 - x^2"),
        ("x = 5", "2x = 10"),
        ("x = 1 or x = -1", "x^2 = 1"),
        ("(x-2)^2 = 0", "x = 2"),
        ("y/x = 2", "y = 2x"),
        ("x < 2", "2 > x"),
        ("-x > -2", "x < 2"),
        (r"x \leq 2", "2x <= 4"),
        ("|x| < 2", "x^2 < 4"),
        ("x != 3", "3 ≠ x"),
        ("0 = 0", "x = x"),
        ("1 = 2", "3 = 4"),
        ("f(x) = 2y", "y = f(x)/2"),
    ],
)
def test_equations_that_hold_for_the_same_values_are_right(text: str, truth: str) -> None:
    assert is_right(text, truth, functions=["f"])
    assert is_right(truth, text, functions=["f"])


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("y = 2x + 1", "y = 2x + 3"),
        ("y = 2x + 1e-12", "y = 2x"),
        ("x = 1", "x^2 = 1"),
        ("x = 1", "x = 2"),
        ("y z = 2 x z", "y = 2x"),
        ("x = y^2", "y = sqrt(x)"),
        ("x = x", "x = 1"),
        ("sin(x) = 0", "cos(x) = 0"),
        ("x < 2", "x > 2"),
        ("x < 2", "x < 3"),
        ("x = 2", "x < 2"),
        ("x = 2", "x != 2"),
        ("1 = 1", "1 = 2"),
        ("x^2 < 4", "x < 2"),
        ("1 < x < 3", "1 < x < 4"),
    ],
)
def test_no_wrong_equation_is_ever_right(text: str, truth: str) -> None:
    assert not is_right(text, truth)
    assert not is_right(truth, text)


@pytest.mark.parametrize(
    ("text", "truth"),
    [("e^y = x", "y = ln(x)"), ("sin(x) = 0", "tan(x) = 0"), ("f(5) = f(7)", "f(2) = f(3)")],
)
def test_what_nothing_decides_goes_to_a_person(text: str, truth: str) -> None:
    assert not compare(text, truth, functions=["f"]).certain


def test_without_algebra_an_equation_is_open_and_not_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Algebra, "ask", lambda *_, **__: None)
    assert not compare("x^3 = 1", "x = 1").certain
    assert is_right("2y = 4x", "y = 2x")


def test_the_ends_of_an_inequality_are_told_apart() -> None:
    verdict = compare("x >= 2", "x > 2")
    assert (verdict.credit, verdict.miss) == (0, "bounds")
    assert verdict.reason.endswith(MISSES["bounds"])
    assert "other way round" in compare("x > 2", "x < 2").reason


def test_a_rubric_can_ask_for_a_name_alone_on_one_side() -> None:
    assert is_right("2x + 1 = y", "y = 2x + 1", solved_for="y")
    unsolved = compare("y - 1 = 2x", "y = 2x + 1", solved_for="y", form_credit=0.5)
    assert (unsolved.credit, unsolved.miss) == (Fraction(1, 2), "form")
    assert not is_right("y = y + y - 2x - 1", "y = 2x + 1", solved_for="y")


def test_multiples_and_double_roots_may_count() -> None:
    assert not is_right("2y = 4x", "y = 2x", multiples=False)
    assert is_right("2x - y = 0", "y = 2x", multiples=False)
    assert not is_right("(x-2)^2 = 0", "x = 2", roots="counted")


def test_sides_and_terms_in_another_order() -> None:
    assert is_right("2x + 1 = y", "y = 1 + x*2", identical="reordered")
    assert is_right("2 > x", "x < 2", identical="reordered")
    assert compare("y - 1 = 2x", "y = 1 + 2x", identical="reordered").miss == "form"
    assert compare("1 + 2x = y", "y = 1 + 2x", identical="as-written").miss == "form"


def test_systems_are_compared_as_sets_and_by_elimination() -> None:
    assert is_right("x - y = 1; x + y = 3", "x + y = 3, x - y = 1", system=True)
    assert is_right("x = 2 and y = 1", "x + y = 3, x - y = 1", system=True)
    assert not is_right("x = 2 and y = 2", "x + y = 3, x - y = 1", system=True)
    assert not is_right("x = 2", "x = 2; y = 1", system=True)
    assert is_right("1 < x < 3", "x > 1 and x < 3", system=True)
    assert is_right("y = x; y^2 = 2", "x^2 + y^2 = 4; x = y", system=True)
    assert not compare("x = 1; y = -1", "(x-1)(y+1) = 0", system=True).certain
    assert compare("x = 2; y = 1", "x = 2").invalid


def test_a_formula_alone_may_stand_for_an_equation() -> None:
    assert is_right("2x", "y = 2x", left="y")
    assert is_right("y - 2x", "y = 2x", left="0")
    assert compare("2x", "y = 2x").invalid


@pytest.mark.parametrize(
    "text", ["", "x", "x =", "= 2", "x ~ 2", "x = (", None, 3, ["x = 2"], "=" * 900]
)
def test_what_is_no_equation_is_invalid(text: Any) -> None:
    assert compare(text, "x = 2").invalid


def test_a_truth_that_is_no_equation_costs_nobody_points() -> None:
    for truth in ("2x", "x =", None, "x = 1; y = 2"):
        assert not compare("x = 2", truth).certain


def test_values_outside_of_the_ranges_never_part_two_equations() -> None:
    assert compare("x^2 = 1", "x = 1", variables={"x": [0, 10]}).credit == 1


NUMBERS = st.integers(-20, 20)


@settings(max_examples=50, deadline=None)
@given(a=NUMBERS, b=NUMBERS, c=NUMBERS, times=NUMBERS)
def test_any_multiple_of_a_line_is_the_same_line(a: int, b: int, c: int, times: int) -> None:
    assume(times and (a or b))
    line = f"{a}*x + {b}*y = {c}"
    assert is_right(f"{a * times}*x + ({b * times})*y - ({c * times}) = 0", line)
    sign = "<" if times > 0 else ">"
    assert is_right(f"{a * times}*x + ({b * times})*y {sign} {c * times}", line.replace("=", "<"))
    assert not is_right(f"{a}*x + ({b})*y = {c} + 1/10^9", line)


@settings(deadline=None)
@given(text=st.text(alphabet="xy=<>≤ ,;or and12()|^", max_size=30))
def test_no_text_raises(text: str) -> None:
    assert isinstance(compare(text, "x = 2", system=True), Verdict)


@pytest.mark.parametrize(
    ("text", "truth"),
    [("|x| = 2", "x = 2"), ("x^2 = 4", "x = 2"), ("y = |x|", "y = x"), ("|x| < 2", "x < 2")],
)
def test_what_is_assumed_of_variables_decides(text: str, truth: str) -> None:
    assert is_right(text, truth, assume="positive")
    assert not is_right(text, truth)


def test_whole_numbers_part_no_equations_whose_roots_lie_between() -> None:
    assert is_right("x^2 = 4", "x = 2", assume="natural")
    assert compare("(x-2)(x-1/2) = 0", "x = 2", assume="natural").credit == 1


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("x^2/x = 0", "x = 0"),
        ("x^3/x = 0", "x = 0"),
        ("(x-2)^2/(x-2) = 0", "x = 2"),
        ("(x^2-2)^2/(x^2-2) = 0", "x^2 = 2"),
        ("sin(x)^2/sin(x) = 0", "sin(x) = 0"),
        ("sqrt(x)^2 = x", "0 = 0"),
        ("x/x = 1", "0 = 0"),
        ("y = sqrt(x)^2", "y = x"),
        ("y = 2 ln(x)", "y = ln(x^2)"),
    ],
)
def test_solutions_that_a_fraction_or_a_root_takes_away_are_a_case_for_a_person(
    text: str, truth: str
) -> None:
    assert not compare(text, truth).certain
    assert not compare(truth, text).certain


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("(x-1)(x-2)/(x-1) = 0", "x = 2"),
        ("y = 1/x", "x y = 1"),
        ("(x-sqrt(a))(x+sqrt(a)) = 0", "x^2 = a"),
        ("(y-sqrt(1-x^2))(y+sqrt(1-x^2)) = 0", "x^2+y^2 = 1"),
        ("F = 6.67e-11*m*M/r^2", "F r^2 = 6.67*10^-11*m M"),
        ("w = 1e-12*(e^(v/0.025)-1)", "w = 10^-12*(exp(40v)-1)"),
        ("y = e^(-1.6e-19*x/(1.38e-23*T))", "y = exp(-x*1.6e-19/(T*1.38e-23))"),
    ],
)
def test_fractions_and_roots_that_take_no_solution_away_are_fine(text: str, truth: str) -> None:
    assert is_right(text, truth)
    assert is_right(truth, text)


def test_a_very_small_term_is_seen() -> None:
    assert not is_right("y = e^x + 10^-50", "y = e^x")
    assert not is_right("y = e^x", "y = e^x + 10^-50")


def test_what_is_not_equal_may_be_written_as_an_inequality() -> None:
    assert is_right("(x-1)^2 > 0", "x != 1")
    assert not is_right("x^2 > 0", "x != 1")
    assert not is_right("x > 1", "x != 1")
    assert is_right("(x-1)^2 <= 0", "x = 1")
    assert not compare("x^2 >= 0", "0 = 0").certain


def test_alternatives_are_solved_where_each_of_them_is() -> None:
    assert is_right("x = 2 or x = -2", "x^2 = 4", solved_for="x")
    assert compare("x = 2 or x + 2 = 0", "x^2 = 4", solved_for="x").miss == "form"
    assert compare("x^2 = 4", "x = 2 or x = -2", solved_for="x").miss == "form"


def test_infinity_in_an_equation_raises_nothing() -> None:
    assert isinstance(compare("y/(x - inf + inf^n) = x", "sqrt(y) = acosh(inf)", i="name"), Verdict)
    assert isinstance(compare("y/(x-inf+inf^n) = x", "y = 1", whole=["n"]), Verdict)
