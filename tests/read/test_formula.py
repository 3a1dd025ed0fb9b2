"""Formulas: the right side of what an answer defines, its own symbols put in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.expression import parse
from grader.model import Found, Missing
from grader.read.formula import Formula
from tests.read.reading import answer

KIND = Formula(defines=("p", "P", "Pr", "Prob", "probability"))
LOGISTIC = "1/(1 + e^(-(a + b*x)))"


def sides(text: str) -> tuple[str, str]:
    found = KIND.read(answer(text))
    assert isinstance(found, Found), found
    return found.value["lhs"], found.value["rhs"]


@pytest.mark.parametrize(
    "text",
    [
        "p = 1/(1+e^-(a+b*x))",
        "$P(Y=1|X) = \\frac{1}{1+e^{-(a+b x)}}$",
        "p = 1/(1+e^-z), where z = a + b*x",
        "Let z = a + b x.\n\nThen Pr(A) = 1/(1+e^{-z})",
        "p = f(a + b*x) with f(t) = 1/(1+e^-t)",
        "Answer: Prob(success) = 1/(1+e^(-(a+b x)))",
        "p = 1/(1+e^z), sorry, the sign is wrong: p = 1/(1+e^-z) and z = a + b*x",
        "log(p/(1-p)) = a + b*x, solved: p = 1/(1+e^-(a+b*x))",
        "```\ndef model(x):\n    z = a + b*x\n    return 1/(1+e**(-z))\n```",
    ],
)
def test_the_formula_is_read_with_its_symbols_put_in(text: str) -> None:
    left, right = sides(text)
    assert left in {"p", "P", "Pr", "Prob"}
    point = {"a": 0.3, "b": -1.2, "x": 2.5}
    assert parse(right).evaluate(point) == pytest.approx(parse(LOGISTIC).evaluate(point))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ln(p/(1-p)) = a + b*x", "ln(p/(1 - p))"),
        ("logit(p) = a + b*x", "logit(p)"),
        ("$\\log\\frac{p}{1-p} = a + bx$", "log(p/(1 - p))"),
    ],
)
def test_a_formula_that_is_not_solved_keeps_both_sides(text: str, left: str) -> None:
    assert sides(text)[0] == left


@pytest.mark.parametrize(
    "text",
    [
        "p = 1/[1+e^-(a+b*x)] with a=-6 b=0.05 x=2",
        "a = -6 b = 0.05\n\np = 1/{1+e^-(a+b*x)}",
        "p = 1/(1+e^-(a+b*x)) a=-6 b=0.05",
    ],
)
def test_symbols_said_to_be_numbers_stay_symbols_without_commas_between(text: str) -> None:
    assert parse(sides(text)[1]).names == {"a", "b", "x"}


@pytest.mark.parametrize(
    "text",
    [
        "1/(1+e^-(a+b*x))",
        "Answer: $\\frac{1}{1+e^{-(a+b x)}}$",
        "The chance is 1/(1+e^(-z)) with z = a + b*x.",
        "sigmoid(a + 1*b*x)",
    ],
)
def test_the_only_formula_needs_no_left_side(text: str) -> None:
    left, right = sides(text)
    assert left == ""
    point = {"a": 0.3, "b": -1.2, "x": 2.5}
    assert parse(right).evaluate(point) == pytest.approx(parse(LOGISTIC).evaluate(point))


@pytest.mark.parametrize(
    "text", ["e^(a+1*x) or 1/(1+e^-(a+x))", "2 + 3*x", "y = 3 - x, and 1/(1+e^-(a+b))"]
)
def test_of_several_bare_formulas_or_a_vague_one_none_is_certain(text: str) -> None:
    finding = KIND.read(answer(text))
    assert isinstance(finding, Found | Missing)
    assert finding.doubt


def test_words_may_be_variables() -> None:
    assert parse(sides("p = 1/(1+exp(-(a + b*hours studied)))")[1]).names == {
        "a",
        "b",
        "hours_studied",
    }


def test_two_forms_that_differ_are_rivals() -> None:
    found = KIND.read(answer("p = 1/(1+e^-(a+b*x))\n\nFinal: p = 1/(1+e^(a+b*x))"))
    assert isinstance(found, Found)
    assert len(found.others) == 1


@pytest.mark.parametrize("text", ["p = 1/1+e^-(a+b*x)", "P(X) = eβ0+β1X1"])
def test_lost_brackets_and_exponents_go_to_a_person(text: str) -> None:
    found = KIND.read(answer(text))
    assert isinstance(found, Found)
    assert found.doubt


@pytest.mark.parametrize(
    "text", ["", "no idea", "It lies between 0 and 1.", "a = 3, b = 2", "p = 0.38"]
)
def test_where_no_formula_is_given_it_is_missing(text: str) -> None:
    found = KIND.read(answer(text))
    assert isinstance(found, Missing)
    assert not found.doubt


def test_definitions_in_a_circle_or_without_end_stop() -> None:
    assert sides("p = z, z = y + 1, y = z + 1")[0] == "p"
    sides(
        "p = a1\n" + "\n".join(f"a{i} = a{i + 1}*a{i + 1}*a{i + 1}*a{i + 1}" for i in range(1, 40))
    )


@given(st.text(alphabet="pP=()e^-+*/xz \\frac{}{},0123.β₀\n$", max_size=120))
@settings(max_examples=300, deadline=None)
def test_no_text_makes_it_raise(text: str) -> None:
    assert isinstance(KIND.read(answer(text)), Found | Missing)
