"""Formulas among words, labels and units: read rightly, or left to a person, never plainly wrong."""

from typing import Any

import pytest

from grader.compare import compare
from grader.model import Verdict

LINE = "y = 2x + 1"


def waits(verdict: Verdict) -> bool:
    """Whether a person marks it."""
    return verdict.invalid or not verdict.certain


@pytest.mark.parametrize(
    ("kind", "text", "truth", "options"),
    [
        ("equation", "The line is y = 2x + 1", LINE, {}),
        ("equation", "so y = 2x + 1", LINE, {}),
        ("equation", "y = 2x + 1 for all x", LINE, {}),
        ("equation", "Line: y=2x+1", LINE, {}),
        ("equation", "g: y = 2x + 1", LINE, {}),
        ("equation", "f(x) = 2x + 1", LINE, {}),
        ("equation", "y(x) = 2x+1", LINE, {}),
        ("expression", "x squared", "x^2", {}),
        ("expression", "x^2 (+C)", "x^2", {"up_to": "constant"}),
        ("expression", "x^2 plus C", "x^2", {"up_to": "constant"}),
        ("expression", "the answer is x^2", "x^2", {}),
        ("expression", "x^2 by the power rule", "x^2", {}),
        ("expression", "Derivative of x^2: 2x", "2*x", {}),
        ("expression", "2mv^2 joules", "2*m*v^2", {}),
        ("expression", "2*m*v^2 J", "2*m*v^2", {}),
        ("expression", "a x b / c", "a*b/c", {}),
        ("expression", "sen^2 x + tg x", "sin(x)^2 + tan(x)", {}),
        ("expression", "two pi", "2*pi", {}),
        ("expression", "ld(x)", "log2(x)", {}),
        ("expression", "lb x", "log2(x)", {}),
        ("expression", r"x^2 \text{ for all } x", "x^2", {}),
        ("expression", "x squared", "x^2", {"variables": ["x"]}),
        ("expression", "the price is 2*count", "2*count", {"juxtaposed": "name"}),
        ("function", "f(x) = x^2 for all x", "f(x) = x^2", {}),
        ("function", "the function is x^2", "f(x) = x^2", {}),
    ],
)
def test_words_labels_and_units_around_a_right_formula_wait_for_a_person(
    kind: str, text: str, truth: str, options: dict[str, Any]
) -> None:
    assert waits(compare(text, truth, kind, **options))


@pytest.mark.parametrize("text", ["2\nx^2", "x^2\n---\n2", "x^2\n\nC", "- x^2\n- 2"])
def test_lines_below_each_other_are_no_product_and_a_ruler_is_no_minus(text: str) -> None:
    assert waits(compare(text, "x^2", "expression", up_to="constant"))
    assert waits(compare(text, "2*x^2", "expression"))


@pytest.mark.parametrize("text", ["x^2 +\n1", "x^2\n+ 1", "(x^2\n+1)", "$$\nx^2 + 1\n$$"])
def test_a_formula_that_goes_on_in_the_next_line_is_read(text: str) -> None:
    verdict = compare(text, "x^2 + 1", "expression")
    assert (verdict.credit, verdict.certain) == (1, True)


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("e^-2x", "e^(-2x)"),
        ("1/e^2x", "1/e^(2x)"),
        ("2^1/2", "sqrt(2)"),
        ("e^x/2", "e^(x/2)"),
        ("√2x", "sqrt(2x)"),
        ("sqrt 2x", "sqrt(2x)"),
        ("e^-x^2/2", "exp(-x^2/2)"),
        ("exp -x^2/2", "exp(-x^2/2)"),
        ("sin x/2", "sin(x/2)"),
        ("O(n^2)", "n^2"),
    ],
)
def test_how_far_a_power_or_root_reaches_is_asked_where_one_way_is_right(
    text: str, truth: str
) -> None:
    verdict = compare(text, truth, "expression")
    assert (verdict.credit, verdict.certain) == (1, False)


@pytest.mark.parametrize(
    ("kind", "text", "truth", "credit"),
    [
        ("expression", "2xy", "2x", 0),
        ("expression", "4ac", "2x", 0),
        ("expression", "2t", "2x", 0),
        ("expression", "mgh", "m*v^2/2", 0),
        ("expression", "2x lnx dx", "2x", 0),
        ("expression", "x^2*3", "x^6", 0),
        ("expression", "e^-3x", "e^(-2x)", 0),
        ("expression", "2 y", "2x", 0),
        ("expression", "sinx cosx", "sin(2x)", 0),
        ("expression", "sin x/2", "sin(x)/2", 1),
        ("expression", "x*O(n)", "x*n", 0),
        ("expression", "a:b", "a/b", 1),
        ("expression", "xyz", "x*y*z", 1),
        ("expression", "speed*time", "speed*time", 1),
        ("equation", "f(x) = 3x + 1", LINE, 0),
        ("equation", "y = 3x + 1", LINE, 0),
        ("function", "f(t) = t^3", "f(x) = x^2", 0),
    ],
)
def test_plain_formulas_are_still_marked_for_certain(
    kind: str, text: str, truth: str, credit: int
) -> None:
    verdict = compare(text, truth, kind)
    assert (verdict.credit, verdict.certain, verdict.invalid) == (credit, True, False)
