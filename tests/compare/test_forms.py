"""Forms of formulas that rubrics can ask for."""

import pytest

from grader.compare._algebra import Algebra
from grader.compare.expression import FORMS, Expression

IN_FORM = {
    "expanded": ["x^2 - a x - b x + a b", "cos(2x)", "3 + sqrt(12)", "x/2 + 1/2"],
    "factored": [
        "2(x-1)",
        "(1-x)(2-x)(3-x)",
        "-3(x-4)(x+1)",
        "(x-1)(x^2+x+1)",
        "(x-sqrt(2))(x+sqrt(2))",
        "x^2 - 2",
        "4(1-x/2)^2",
        "2a(a b - 1)",
        "6",
        "x^4 + 1",
    ],
    "single-fraction": ["2/n", "-a/b", "(x-1)/(x^2-1)", "3", "-(1/(n-1))", "(5^(3/2)+6)/15"],
    "lowest-terms": ["1/2", "x + 1/3", "-1/3", "(2x)/(4t)", "cos(x/3)", "0.5"],
    "cancelled": ["x/(x+1)", "(x+1)/(x-1)", "2/3", "1/x"],
    "partial-fractions": [
        "1/n",
        "1 + n + n^2 + 1/(n-1)",
        "1/(2(n-1)) - 1/(2(n+1))",
        "(2n+1)/(n^2+1) - 2/(n-1)",
        "9/(n-4) + 28/(n-4)^2",
        "3(1/(n+1) + 1/(n+2))",
    ],
    "completed-square": ["(x-1)^2 + 1", "-4(x-1)^2 + 3", "3 - (x-1)^2", "x^2 - 1", "(x-1)^2/3"],
    "collected": ["2x + 1", "x y + x", "x^2 + x"],
    "evaluated": ["3x + 1/2", "2^x", "sqrt(2) x", "5"],
    "simplified": ["3/4 x", "x/y", "2 x^2"],
    "no-decimals": ["x/2", "3"],
    "decimals": ["0.5x", "3"],
    "rational-denominator": ["sqrt(3)/3", "(1-i)/2", "1/x"],
}
OUT_OF_FORM = {
    "expanded": ["2(x-1)", "(x-1)(x+1)", "x^2 - (a+b)x + a b", "(x+1)^2", "-(x+1)"],
    "factored": [
        "2x - 2",
        "t x + t",
        "2(x^2-3x)",
        "x(2x-6)",
        "(x^2-4x+4)(3-x)",
        "x^2 - t^2",
        "7x^3 - 7x + 7",
        "x(x - 4 + 4/x)",
        "x^4 + 4",
    ],
    "single-fraction": ["a + 1/2", "2(1/n)", "(1/2)/(3/4)", "1/(1-1/x)", "x^-1 + 1"],
    "lowest-terms": ["2/4", "x + 2/6", "2x/4", "-1/-3", "x^(2/4)", "cos(3/6 x)"],
    "cancelled": ["(x^2-1)/(x-1)", "(2x)/(4t)", "x/x^2", "(2x+2)/4"],
    "partial-fractions": [
        "1/(n(n-1))",
        "n^3/(n-1)",
        "n/(2n-1) - (n+1)/(2n+1)",
        "1/(n^2-1)",
        "(9n-8)/(n-4)^2",
        "3n(1/(n+1) + 2/(n+2))",
    ],
    "completed-square": ["x^2 - 2x + 2", "(x-1)(x+1)", "(x^2-1)^2 + x"],
    "collected": ["x + x", "x x", "2 + x + 3", "x y + y x"],
    "evaluated": ["1 + 2 + x", "2*3*x", "sqrt(4)", "cos(0)", "2^3", "6/4", "x + 0", "1x"],
    "simplified": ["x + x", "2/4 x", "(x y)^2", "1/(1/x)", "(2x+2)/(x+1)"],
    "no-decimals": ["0.5x", "1e3"],
    "decimals": ["x/2 + 1/2", "pi", "sqrt(2)"],
    "rational-denominator": ["1/sqrt(3)", "1/(1-sqrt(2))", "1/(1+i)"],
}


def cases(listed: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(form, text) for form, texts in listed.items() for text in texts]


def test_every_form_has_examples() -> None:
    assert set(FORMS) == set(IN_FORM) == set(OUT_OF_FORM)


@pytest.mark.parametrize(("form", "text"), cases(IN_FORM))
def test_a_formula_in_the_form_asked_for_is_right(form: str, text: str) -> None:
    verdict = Expression(form=[form]).compare(text, text)
    assert (verdict.credit, verdict.certain) == (1, True), verdict.reason


@pytest.mark.parametrize(("form", "text"), cases(OUT_OF_FORM))
def test_a_formula_in_another_form_is_told_what_it_lacks(form: str, text: str) -> None:
    verdict = Expression(form=form, form_credit="1/2").compare(text, text)
    assert verdict.certain, verdict.reason
    assert (float(verdict.credit), verdict.miss) == (0.5, "form"), verdict.reason


def test_a_form_that_only_algebra_can_see_waits_for_a_person_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Algebra, "ask", lambda *_, **__: None)
    verdict = Expression(form="factored").compare("x^4 + x + 1", "x^4 + x + 1")
    assert not verdict.certain
    assert verdict.credit == 0


def test_the_value_counts_before_the_form() -> None:
    verdict = Expression(form="factored").compare("(x-1)(x+2)", "x^2 - 1")
    assert verdict.credit == 0
    assert verdict.miss == ""


@pytest.mark.parametrize(
    ("form", "text", "truth"),
    [
        ("expanded", "(x+1)^(1+1)", "x^2+2x+1"),
        ("expanded", "(x+1)^(4/2)", "x^2+2x+1"),
        ("factored", "(x^2-1)^(2/2)", "(x-1)(x+1)"),
        ("factored", "(x^2-1)^(1+0)", "(x-1)(x+1)"),
        ("factored", "exp(ln(x^2-1))", "(x-1)(x+1)"),
        ("factored", "sqrt((x^2+1)^2)", "x^2+1"),
        ("factored", "max(x^2+2x+1,-1)", "(x+1)^2"),
        ("expanded", "sqrt((x^2+1)^2)", "x^2+1"),
        ("factored", "2(x-2)(x-3)/2", "(x-2)(x-3)"),
        ("factored", "1(x-2)(x-3)", "(x-2)(x-3)"),
        ("evaluated", "ln(e^5)", "5"),
        ("evaluated", "sin(pi/6)", "1/2"),
        ("evaluated", "x sqrt(2) sqrt(2)", "2x"),
        ("simplified", "2(x+1)-2x", "2"),
        ("simplified", "x + 2(x+1)", "3x + 2"),
        ("simplified", "sqrt(8)", "2sqrt(2)"),
        ("simplified", "8^(1/2)", "2sqrt(2)"),
        ("simplified", "sin(x)^2+cos(x)^2", "1"),
        ("simplified", "y sin(x)^2 + x y cos(x)^2/x", "y"),
        ("simplified", "exp(ln(x))", "x"),
        ("rational-denominator", "2^(-1/2)", "sqrt(2)/2"),
        ("rational-denominator", "sqrt(1/2)", "sqrt(2)/2"),
        ("rational-denominator", "1/2^(-1/2)", "sqrt(2)"),
    ],
)
def test_what_only_looks_like_a_form_gets_no_certain_credit(
    form: str, text: str, truth: str
) -> None:
    verdict = Expression(form=(form,)).compare(text, truth)
    assert not (verdict.certain and verdict.credit), verdict.reason


@pytest.mark.parametrize(
    ("form", "text", "truth"),
    [
        ("expanded", "x^2 + 2x + sqrt(2)", "(x+1)^2 + sqrt(2) - 1"),
        ("factored", "(1/2)(x-1)(x+1)", "(x^2-1)/2"),
        ("factored", "-1(x-1)(x+1)", "1-x^2"),
        ("factored", "(x-1)(x+1)/2", "(x^2-1)/2"),
        ("factored", "sin(x)(sin(x)-1)", "sin(x)^2 - sin(x)"),
        ("factored", "2*3(x-1)", "6x - 6"),
        ("evaluated", "2^x sqrt(2) + pi/6", "sqrt(2) 2^x + pi/6"),
        ("simplified", "2 sqrt(2) + x", "sqrt(8) + x"),
        ("simplified", "tan(x)", "sin(x)/cos(x)"),
        ("simplified", "x^2 + 2x", "x(x+2)"),
        ("rational-denominator", "sqrt(2)/2", "1/sqrt(2)"),
        ("rational-denominator", "x^(-1/2)", "1/sqrt(x)"),
        ("rational-denominator", "sqrt(1/4) x", "x/2"),
    ],
)
def test_a_form_stays_a_form(form: str, text: str, truth: str) -> None:
    verdict = Expression(form=(form,)).compare(text, truth)
    assert (verdict.certain, verdict.credit) == (True, 1), verdict.reason


def test_angles_decide_what_can_be_worked_out() -> None:
    in_degrees = Expression(form=("evaluated",), angles="degrees")
    assert not in_degrees.compare("sin(30) x", "x/2").credit
    assert in_degrees.compare("sin(pi/6)", "sin(pi/6)").credit == 1
