"""Laws of the logistic-regression reference."""

import math
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reference.dl_midterm import logistic

Line = tuple[float, float, float, float]

law = settings(max_examples=50, deadline=None)
number = st.floats(-20, 20).map(lambda v: round(v, 6))
positive = st.floats(0.01, 5).map(lambda v: round(v, 6))
chance = st.floats(0.001, 0.999)
line = st.tuples(number, positive, number, number)
"""Intercept, coefficient of the hours, coefficient of the GPA, GPA."""

features = st.lists(st.tuples(number, number), min_size=1, max_size=5)


def pulled_apart(pairs: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [b for b, _ in pairs], [x for _, x in pairs]


def chance_by_decimals(intercept: float, coefficients: list[float], values: list[float]) -> float:
    """The probability with 60 digits, straight from exp(z) / (1 + exp(z))."""
    with localcontext() as context:
        context.prec = 60
        z = Decimal(intercept) + sum(
            Decimal(b) * Decimal(x) for b, x in zip(coefficients, values, strict=True)
        )
        return float(z.exp() / (1 + z.exp()))


@law
@given(number, features)
def test_sixty_digits_give_the_same_probability(
    intercept: float, pairs: list[tuple[float, float]]
) -> None:
    coefficients, values = pulled_apart(pairs)
    expected = chance_by_decimals(intercept, coefficients, values)
    assert logistic.probability(intercept, coefficients, values) == pytest.approx(
        expected, rel=1e-9, abs=1e-300
    )


@law
@given(number, features)
def test_odds_and_log_odds_belong_to_the_probability(
    intercept: float, pairs: list[tuple[float, float]]
) -> None:
    coefficients, values = pulled_apart(pairs)
    z = logistic.log_odds(intercept, coefficients, values)
    p = logistic.probability(intercept, coefficients, values)
    assert 0 <= p <= 1
    if abs(z) < 15:
        assert math.log(p / (1 - p)) == pytest.approx(z, abs=1e-7)
        assert logistic.odds(intercept, coefficients, values) == pytest.approx(p / (1 - p))


@law
@given(line, st.floats(0, 100), st.floats(0, 100))
def test_more_hours_never_lower_the_probability(asked: Line, hours: float, more: float) -> None:
    intercept, per_hour, per_gpa, gpa = asked
    chances = [
        logistic.probability(intercept, [per_hour, per_gpa], [h, gpa])
        for h in (hours, hours + more)
    ]
    assert chances[0] <= chances[1]


@law
@given(number, features)
def test_a_sign_slip_gives_the_chance_of_the_other_outcome(
    intercept: float, pairs: list[tuple[float, float]]
) -> None:
    coefficients, values = pulled_apart(pairs)
    right = logistic.probability(intercept, coefficients, values)
    assert logistic.probability_with_sign_slip(intercept, coefficients, values) == pytest.approx(
        1 - right, abs=1e-12
    )


@law
@given(number, features)
def test_odds_for_the_probability_are_never_too_small(
    intercept: float, pairs: list[tuple[float, float]]
) -> None:
    coefficients, values = pulled_apart([(b / 10, x) for b, x in pairs])
    right = logistic.probability(intercept, coefficients, values)
    assert logistic.odds_as_probability(intercept, coefficients, values) >= right * (1 - 1e-12)


@law
@given(number, features, st.data())
def test_a_feature_left_out_is_a_feature_at_zero(
    intercept: float, pairs: list[tuple[float, float]], data: st.DataObject
) -> None:
    coefficients, values = pulled_apart(pairs)
    i = data.draw(st.integers(0, len(pairs) - 1))
    zeroed = [0.0 if j == i else x for j, x in enumerate(values)]
    assert logistic.probability_with_feature_left_out(
        intercept, coefficients, values, i
    ) == pytest.approx(logistic.probability(intercept, coefficients, zeroed))


@law
@given(number, features)
def test_intercept_mistakes_are_the_right_answer_to_another_intercept(
    intercept: float, pairs: list[tuple[float, float]]
) -> None:
    coefficients, values = pulled_apart(pairs)
    assert logistic.probability_without_intercept(
        intercept, coefficients, values
    ) == logistic.probability(0, coefficients, values)
    assert logistic.probability_with_intercept_sign_slip(
        intercept, coefficients, values
    ) == logistic.probability(-intercept, coefficients, values)


@law
@given(number, features)
def test_swapping_values_and_coefficients_alike_changes_nothing(
    intercept: float, pairs: list[tuple[float, float]]
) -> None:
    coefficients, values = pulled_apart(pairs)
    assert logistic.probability_with_values_swapped(
        intercept, coefficients[::-1], values
    ) == logistic.probability(intercept, coefficients, values)


@law
@given(number, features)
def test_base_ten_stretches_the_log_odds_by_ln_ten(
    intercept: float, pairs: list[tuple[float, float]]
) -> None:
    coefficients, values = pulled_apart(pairs)
    z = logistic.log_odds(intercept, coefficients, values)
    base_ten = logistic.probability_with_base_ten(intercept, coefficients, values)
    if abs(z) < 6:
        assert base_ten / (1 - base_ten) == pytest.approx(10**z, rel=1e-6)


@law
@given(chance, line)
def test_the_hours_found_give_the_probability_asked_for(p: float, asked: Line) -> None:
    intercept, per_hour, per_gpa, gpa = asked
    hours = logistic.hours_for(p, *asked)
    again = logistic.probability(intercept, [per_hour, per_gpa], [hours, gpa])
    assert again == pytest.approx(p, abs=1e-9)


@law
@given(chance, line)
def test_bisection_finds_the_same_hours(p: float, asked: Line) -> None:
    intercept, per_hour, per_gpa, gpa = asked
    low, high = -1e6, 1e6
    for _ in range(100):
        middle = (low + high) / 2
        if chance_at(intercept, per_hour, per_gpa, middle, gpa) < p:
            low = middle
        else:
            high = middle
    found = logistic.hours_for(p, *asked)
    assert found == pytest.approx(low, rel=1e-7, abs=1e-6)


def chance_at(intercept: float, per_hour: float, per_gpa: float, hours: float, gpa: float) -> float:
    """The logistic function through tanh: p = (1 + tanh(z/2)) / 2."""
    return (1 + math.tanh((intercept + per_hour * hours + per_gpa * gpa) / 2)) / 2


@law
@given(chance, line)
def test_hours_make_sense_exactly_while_the_chance_is_still_too_small(
    p: float, asked: Line
) -> None:
    intercept, per_hour, per_gpa, gpa = asked
    without = logistic.probability(intercept, [per_hour, per_gpa], [0, gpa])
    assume(abs(without - p) > 1e-9)
    assert logistic.hours_make_sense(p, *asked) == (without < p)
    assert not logistic.hours_make_sense(p, intercept, 0, per_gpa, gpa)


@law
@given(chance, chance, line)
def test_a_better_chance_takes_more_hours(p: float, q: float, asked: Line) -> None:
    hours = [logistic.hours_for(c, *asked) for c in sorted((p, q))]
    assert hours[0] <= hours[1]


@law
@given(chance, line, st.floats(0, 100))
def test_hours_done_and_hours_to_add_make_the_total(p: float, asked: Line, done: float) -> None:
    total = logistic.hours_for(p, *asked)
    more = logistic.hours_beyond(p, *asked, hours=done)
    assert done + more == pytest.approx(total, abs=1e-9)


@law
@given(line)
def test_each_wrong_way_to_the_hours_is_off_by_what_it_forgot(asked: Line) -> None:
    intercept, per_hour, per_gpa, gpa = asked
    ask = (0.5, *asked)
    right = logistic.hours_for(*ask)
    off = {
        logistic.hours_without_gpa: per_gpa * gpa,
        logistic.hours_without_intercept: intercept,
        logistic.hours_with_probability_as_log_odds: 0.5,
        logistic.hours_with_odds_as_log_odds: 1.0,
        logistic.hours_with_gpa_sign_slip: 2 * per_gpa * gpa,
        logistic.hours_with_sign_slip: -2 * right * per_hour,
    }
    for mistake, difference in off.items():
        assert mistake(*ask) == pytest.approx(right + difference / per_hour, rel=1e-9, abs=1e-6)


@law
@given(number, features)
def test_scikit_learn_gives_the_same_probability(
    intercept: float, pairs: list[tuple[float, float]]
) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    numpy = pytest.importorskip("numpy")
    coefficients, values = pulled_apart(pairs)
    model = linear_model.LogisticRegression()
    model.classes_ = numpy.array([0, 1])
    model.coef_ = numpy.array([coefficients])
    model.intercept_ = numpy.array([intercept])
    expected = model.predict_proba(numpy.array([values]))[0, 1]
    assert logistic.probability(intercept, coefficients, values) == pytest.approx(
        expected, abs=1e-12
    )


@law
@given(number, features)
def test_the_expressions_evaluate_to_the_numbers(
    intercept: float, pairs: list[tuple[float, float]]
) -> None:
    sympy = pytest.importorskip("sympy")
    pairs = [(b / 10, x) for b, x in pairs[:2]]
    coefficients, values = pulled_apart(pairs)
    names = [f"X{i}" for i in range(len(values))]
    at = dict(zip(names, values, strict=True))
    for expression, value in {
        logistic.expression: logistic.probability,
        logistic.expression_of_odds: logistic.odds,
        logistic.expression_of_log_odds: logistic.log_odds,
        logistic.expression_with_sign_slip: logistic.probability_with_sign_slip,
    }.items():
        text = expression(intercept, coefficients, names)
        found = float(sympy.sympify(text).subs(at).evalf(30))
        assert found == pytest.approx(value(intercept, coefficients, values), rel=1e-6, abs=1e-9)


@law
@given(st.floats(-1e5, 1e5))
def test_no_log_odds_are_too_large_for_a_probability(z: float) -> None:
    assert 0 <= logistic.probability(z, [], []) <= 1


@pytest.mark.parametrize("bad", [math.nan, math.inf, True, "x", None, 10**400])
def test_coefficients_that_are_no_numbers_are_refused(bad: Any) -> None:
    with pytest.raises(ValueError, match="give a finite number"):
        logistic.probability(bad, [1], [1])
    with pytest.raises(ValueError, match="give a finite number"):
        logistic.hours_for(0.5, bad, 1, 1, 1)


def test_questions_without_an_answer_are_refused() -> None:
    with pytest.raises(ValueError, match="per_hour is 0"):
        logistic.hours_for(0.5, -6, 0, 1, 3.5)
    for p in (0, 1, -0.1, 50):
        with pytest.raises(ValueError, match="between 0 and 1"):
            logistic.hours_for(p, -6, 1, 1, 3.5)
    with pytest.raises(ValueError, match="one each"):
        logistic.probability(0, [1, 2], [1])
    with pytest.raises(ValueError, match="no feature"):
        logistic.probability_with_feature_left_out(0, [1], [1], 1)
    with pytest.raises(ValueError, match="too large"):
        logistic.odds(1e5, [], [])
