"""Formulas that mean the same are equal in every form; others are not."""

import pytest

from grader.compare.equivalent import Equivalent
from grader.model import Number

KIND = Equivalent(
    variables={"x1": (0, 80), "x2": (0, 4), "p": (0.05, 0.95)},
    constants={"b0": -6, "b1": 0.05, "b2": 1},
    names={
        "x1": ["hours"],
        "x2": ["GPA", "grade point"],
        "b0": ["β0"],
        "b1": ["beta1"],
        "b2": ["beta_2"],
    },
)
TRUTH = "1/(1+exp(-(b0+b1*x1+b2*x2)))"
LOG_ODDS = "ln(p/(1-p)) = b0+b1*x1+b2*x2"


@pytest.mark.parametrize(
    "formula",
    [
        "1/(1+exp(-(b0+b1*x1+b2*x2)))",
        "e^(-6+0.05*X_1+X_2)/(1+e^(-6+0.05*X_1+X_2))",
        "1/(1+e^(6-0.05x1-x2))",
        "sigmoid(-6 + 0.05*hours + GPA)",
        "1 - 1/(1+e^(β0+β1 x1 + β2 x2))",
        "1/(1+exp(-(beta_0 + beta1 X₁ + b2*X2)))",
        "(1+e^(6-hours/20-GPA))^(-1)",
        r"\frac{e^{\beta_0+\beta_1 x_1+\beta_2 x_2}}{1+e^{\beta_0+\beta_1 x_1+\beta_2 x_2}}",
        "1/(1+exp(-(b0+b1*hours_studied+b2*GPA_of_student)))",
    ],
)
def test_equivalent_forms_earn_full_credit(formula: str) -> None:
    names = {"beta1": "b1", "beta2": "b2"}
    kind = Equivalent(
        variables=KIND.variables,
        constants=KIND.constants,
        names={
            **KIND.names,
            "b0": ["β0", "beta_0"],
            "b1": ["β1", "beta1", *names],
            "b2": ["β2", "beta_2"],
        },
    )
    verdict = kind.compare({"lhs": "P", "rhs": formula}, TRUTH)
    assert verdict.credit == 1, verdict
    assert verdict.certain


@pytest.mark.parametrize(
    "formula",
    [
        "1/(1+exp(b0+b1*x1+b2*x2))",
        "b0+b1*x1+b2*x2",
        "exp(b0+b1*x1+b2*x2)",
        "1/(1+exp(-(b0+b1*x1)))",
        "1/(1+exp(-(-5+0.08*x1+1.2*x2)))",
        "e^(-6+0.05*x1+x2)/(1-e^(-6+0.05*x1+x2))",
    ],
)
def test_other_formulas_earn_nothing(formula: str) -> None:
    verdict = KIND.compare({"lhs": "P", "rhs": formula}, TRUTH)
    assert verdict.credit == 0
    assert verdict.certain


def test_an_equation_is_compared_side_by_side() -> None:
    value = {"lhs": "log(P/(1 - P))", "rhs": "-6 + 0.05*x1 + x2"}
    assert KIND.compare(value, LOG_ODDS).credit == 1
    assert KIND.compare({"lhs": "logit(p)", "rhs": "-6 + 0.05*x1 + x2"}, LOG_ODDS).credit == 1
    assert KIND.compare(value, TRUTH).credit == 0
    assert KIND.compare({"lhs": "p", "rhs": "-6 + 0.05*x1 + x2"}, LOG_ODDS).credit == 0
    assert KIND.compare({"lhs": "p/(1-p)", "rhs": "-6 + 0.05*x1 + x2"}, LOG_ODDS).credit == 0


@pytest.mark.parametrize(
    "value",
    [
        {"lhs": "P", "rhs": "1/(1+exp(-(w0+w1*x1+w2*x2)))"},
        {"lhs": "P", "rhs": "1/(1+exp(-(-6+0.05*40+3.5)))"},
        {"lhs": "P", "rhs": "((("},
        "what is this?",
        {},
        {"lhs": 3, "rhs": None},
    ],
)
def test_what_cannot_be_decided_goes_to_a_person(value: object) -> None:
    verdict = KIND.compare(value, TRUTH)
    assert not verdict.certain
    assert verdict.credit == 0


@pytest.mark.parametrize("value", [None, True, 10**400, 3.5, [], float("nan")])
def test_what_is_no_formula_is_wrong(value: object) -> None:
    assert KIND.compare(value, TRUTH).credit == 0


def test_letters_that_stand_side_by_side_are_a_product_where_all_are_known() -> None:
    kind = Equivalent(variables={"H": (1, 50), "W": (1, 50), "C": (1, 64)})
    assert kind.compare("49*HWC", "49*C*H*W").credit == 1
    assert kind.compare("HxWxCx49", "49*C*H*W").credit == 1
    assert not kind.compare("49*HWK", "49*C*H*W").certain


def test_a_number_is_a_formula_without_variables() -> None:
    assert Equivalent().compare(Number(value=156), "12*13").credit == 1


def test_the_points_are_always_the_same() -> None:
    assert KIND.compare("x1", "x1+1e-5*x1") == KIND.compare("x1", "x1+1e-5*x1")
