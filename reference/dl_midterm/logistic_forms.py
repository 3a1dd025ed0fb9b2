"""Problem 3: equations as text, and what follows from a student's own coefficients or working.

A model is `{"intercept": b0, "coefficients": [b1, b2]}`, as it was read from an answer. Source
of the formulas: James et al., "An Introduction to Statistical Learning" (ISL), equations 4.6, 4.7.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from . import logistic


def equation_of_log_odds(
    intercept: str | float, coefficients: Sequence[str | float], variables: Sequence[str]
) -> str:
    """MISTAKE (half right): the log-odds form, not solved for the probability.

    >>> equation_of_log_odds("b0", ["b1"], ["X1"])
    'log(p/(1 - p)) = b0 + b1*X1'
    """
    right = logistic.expression_of_log_odds(intercept, coefficients, variables)
    return f"log(p/(1 - p)) = {right}"


def equation_of_odds(
    intercept: str | float, coefficients: Sequence[str | float], variables: Sequence[str]
) -> str:
    """MISTAKE (half right): the odds form, not solved for the probability.

    >>> equation_of_odds("b0", ["b1"], ["X1"])
    'p/(1 - p) = exp(b0 + b1*X1)'
    """
    return f"p/(1 - p) = {logistic.expression_of_odds(intercept, coefficients, variables)}"


def probability_of(model: Mapping[str, Any], values: Sequence[float]) -> float:
    """The probability by a student's own coefficients.

    Raises:
        ValueError: a feature has no coefficient, or the numbers make no sense.

    >>> probability_of({"intercept": -1, "coefficients": [0.5]}, [2])
    0.5
    """
    coefficients = _coefficients(model)
    return logistic.probability(float(model["intercept"]), coefficients, values)


def hours_of(model: Mapping[str, Any], probability: float, gpa: float) -> float:
    """Hours at which the probability is reached by a student's own coefficients.

    Raises:
        ValueError: a feature has no coefficient, or no positive number of hours answers.

    >>> hours_of({"intercept": -6, "coefficients": [2, 1]}, 0.5, 4)
    1.0
    """
    per_hour, per_gpa = _coefficients(model)
    hours = logistic.hours_for(probability, float(model["intercept"]), per_hour, per_gpa, gpa)
    if hours <= 0:
        raise ValueError("by these coefficients no study is needed")
    return hours


def hours_with_log_of_probability(
    probability: float, intercept: float, per_hour: float, per_gpa: float, gpa: float
) -> float:
    """MISTAKE: the log of the probability is set as the log-odds (ln 0.5 instead of 0).

    >>> round(hours_with_log_of_probability(0.5, -6, 2, 1, 4), 3)
    0.653
    """
    if not 0 < probability < 1 or not per_hour:
        raise ValueError("give a probability between 0 and 1 and a coefficient that is not zero")
    return (math.log(probability) - intercept - per_gpa * gpa) / per_hour


def hours_of_consistent(
    model: Mapping[str, Any], earlier: float, values: Sequence[float], probability: float
) -> float:
    """ACCEPTED: hours by a student's own coefficients, if they gave the earlier probability too.

    Args:
        model: the student's own linear part.
        earlier: the probability that the student gave for `values`.
        values: hours and GPA of the earlier part.
        probability: the one that is to be reached.

    Raises:
        ValueError: the coefficients are not those of the earlier part, or make no sense.

    >>> hours_of_consistent({"intercept": -6, "coefficients": [2, 1]}, 0.5, [1, 4], 0.5)
    1.0
    """
    if abs(probability_of(model, values) - earlier) > 0.003:
        raise ValueError("these are not the coefficients of the earlier part")
    return hours_of(model, probability, values[1])


def hours_as_minutes(
    probability: float, intercept: float, per_hour: float, per_gpa: float, gpa: float
) -> float:
    """MISTAKE: the number of hours was given as minutes.

    >>> hours_as_minutes(0.5, -6, 2, 1, 4) * 60
    1.0
    """
    return logistic.hours_for(probability, intercept, per_hour, per_gpa, gpa) / 60


def working_reaches_the_hours(
    quantities: Mapping[str, Any],
    probability: float,
    intercept: float,
    per_hour: float,
    per_gpa: float,
    gpa: float,
) -> dict[str, Any]:
    """Whether an expression in the working comes to the right hours, whatever is printed.

    >>> working = {"written": [5.0], "values": [5.0, 1.0]}
    >>> working_reaches_the_hours(working, 0.5, -6, 2, 1, 4)["credit"]
    1
    """
    hours = logistic.hours_for(probability, intercept, per_hour, per_gpa, gpa)
    worked = [v for v in quantities["values"] if v not in quantities["written"]]
    right = any(abs(v - hours) < 1e-6 for v in worked)
    reason = "the method is right; the value at its end is not" if right else "no working"
    return {"credit": 1 if right else 0, "reasons": [reason]}


def is_the_model(
    model: Mapping[str, Any],
    intercept: float,
    coefficients: Sequence[float],
    known: float | None = None,
) -> dict[str, Any]:
    """Whether a linear combination that was written out is the right one.

    Args:
        model: the student's own linear part.
        intercept: the right one.
        coefficients: the right ones.
        known: value of the last feature, whose term may be added to the intercept.

    >>> is_the_model({"intercept": 1, "coefficients": [2]}, 1, [2])["credit"]
    1
    """
    own = [float(model["intercept"]), *map(float, model["coefficients"])]
    right = [[float(intercept), *map(float, coefficients)]]
    if known is not None:  # the last feature may be added to the intercept
        right.append([intercept + coefficients[-1] * known, *map(float, coefficients[:-1]), 0.0])
    same = any(all(abs(a - b) < 1e-9 for a, b in zip(own, r, strict=True)) for r in right)
    reason = (
        "the linear part is set up rightly; its value is not" if same else "another linear part"
    )
    return {"credit": 1 if same else 0, "reasons": [reason]}


def logistic_of_own_value(
    quantities: Mapping[str, Any], final: float, probability: float, tolerance: float
) -> dict[str, Any]:
    """Whether the working shows the method, though the final value is not the right one.

    It does where the final value is the logistic function of a number that stands in the answer,
    or where an expression in it comes to the right probability.

    >>> working = {"written": [1.0, 0.73], "values": [1.0, 0.73]}
    >>> logistic_of_own_value(working, 0.731, 0.3, 0.003)["credit"]
    1
    """
    worked = {v for v in quantities["values"] if abs(v) < 50}
    reached = any(abs(v - probability) <= tolerance for v in worked - set(quantities["written"]))
    own = any(
        abs(1 / (1 + math.exp(-v)) - final) <= tolerance for v in worked if v not in (0, final)
    )
    reason = "the method is right; the value at its end is not" if reached or own else "no working"
    return {"credit": 1 if reached or own else 0, "reasons": [reason]}


def is_another_model(
    model: Mapping[str, Any], intercept: float, coefficients: Sequence[float]
) -> dict[str, Any]:
    """Whether a linear combination was written out with other coefficients than those given.

    >>> is_another_model({"intercept": 1, "coefficients": [2]}, 1, [3])["credit"]
    1
    """
    same = is_the_model(model, intercept, coefficients)["credit"]
    return {"credit": 1 - same, "reasons": ["the linear part has other coefficients"]}


def percentage_as_fraction(
    intercept: float, coefficients: Sequence[float], values: Sequence[float]
) -> float:
    """MISTAKE: the fraction was given a percent sign, which divides it by a hundred.

    >>> percentage_as_fraction(-1, [0.5], [2])
    0.005
    """
    return logistic.probability(intercept, coefficients, values) / 100


def sign_slip_carried_on(
    formula: Mapping[str, Any],
    intercept: float,
    coefficients: Sequence[float],
    values: Sequence[float],
) -> float:
    """ACCEPTED: the value by a student's own formula, whose exponent has the wrong sign.

    Raises:
        ValueError: the formula is not of the form 1/(1 + e^z).

    >>> round(sign_slip_carried_on({"rhs": "1/(1 + e^(b0 + b1))"}, 0, [1], [1]), 3)
    0.269
    """
    right = "".join(str(formula.get("rhs", "")).split())
    match = re.match(r"1/\(1\+(?:e\^|exp)\((.{1,200})\)\)$", right)
    if match is None or match[1].startswith("-(") or "-" in match[1].lstrip("-"):
        raise ValueError("the formula has no sign slip that could be carried on")
    return logistic.probability_with_sign_slip(intercept, coefficients, values)


def hours_in_proportion(probability: float, hours: float, earlier: float) -> float:
    """MISTAKE: hours were scaled as if the probability grew in proportion to them.

    Args:
        probability: the one that is to be reached.
        hours: those of the earlier part.
        earlier: the probability that they gave.

    Raises:
        ValueError: the earlier probability is none.

    >>> hours_in_proportion(0.5, 10, 0.25)
    20.0
    """
    if not 0 < earlier < 1:
        raise ValueError("a probability lies between 0 and 1")
    return hours * probability / earlier


def _coefficients(model: Mapping[str, Any]) -> list[float]:
    coefficients = [float(c) for c in model["coefficients"]]
    if not all(coefficients):
        raise ValueError("a feature has no coefficient")
    return coefficients
