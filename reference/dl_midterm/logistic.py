"""Logistic regression by hand: log-odds, odds, probability, and the hours that a chance needs.

All coefficients arrive as arguments: a student's foreign ones can be followed through.

Source: James, Witten, Hastie, Tibshirani, *An Introduction to Statistical Learning*, section 4.3
(equations 4.2 to 4.4 and 4.7) and exercise 6 of chapter 4.
"""

import math
from collections.abc import Sequence


def log_odds(intercept: float, coefficients: Sequence[float], values: Sequence[float]) -> float:
    """The linear predictor b0 + b1 x1 + b2 x2 + ..., any real number.

    Args:
        intercept: b0.
        coefficients: one per feature.
        values: one per feature, in the same order and units.

    Raises:
        ValueError: the lengths differ, or a number is not finite.

    Source: ISL, equation 4.6.

    >>> log_odds(-6, [2, 1], [1, 3])
    -1.0
    """
    _same_length(coefficients, values)
    terms = [_finite(b) * _finite(x) for b, x in zip(coefficients, values, strict=True)]
    return _finite(math.fsum([_finite(intercept), *map(_finite, terms)]))


def odds(intercept: float, coefficients: Sequence[float], values: Sequence[float]) -> float:
    """The odds p / (1 - p) = exp(log-odds), positive. As a probability it is a MISTAKE.

    Raises:
        ValueError: as `log_odds`, or odds too large for a float.

    Source: ISL, equation 4.3.

    >>> odds(0, [1, 1], [2, -2])
    1.0
    """
    return _exp(log_odds(intercept, coefficients, values))


def probability(intercept: float, coefficients: Sequence[float], values: Sequence[float]) -> float:
    """The logistic function of the log-odds, in [0, 1].

    Args and errors: as `log_odds`.

    Source: ISL, equation 4.7; p = 1 / (1 + exp(-(b0 + b1 x1 + ...))).

    >>> probability(-1, [0.5], [2])
    0.5
    """
    return _logistic(log_odds(intercept, coefficients, values))


def expression(
    intercept: str | float, coefficients: Sequence[str | float], variables: Sequence[str]
) -> str:
    """The probability as text, for a symbolic comparison.

    Args:
        intercept: name or number, e.g. "b0" or -6.
        coefficients: names or numbers, one per variable.
        variables: names.

    Raises:
        ValueError: not one coefficient per variable.

    >>> expression("b0", ["b1"], ["X1"])
    '1/(1 + exp(-(b0 + b1*X1)))'
    """
    return f"1/(1 + exp(-({expression_of_log_odds(intercept, coefficients, variables)})))"


def hours_for(
    probability: float, intercept: float, per_hour: float, per_gpa: float, gpa: float
) -> float:
    """Total hours at which the probability is reached, for a student of this GPA.

    Args:
        probability: between 0 and 1, both excluded.
        intercept: b0.
        per_hour: coefficient of the hours; not zero.
        per_gpa: coefficient of the GPA.
        gpa: the student's GPA.

    Returns:
        Hours; negative where the chance is already better without study.

    Raises:
        ValueError: probability outside (0, 1), per_hour zero, or a number not finite.

    Source: ISL, equation 4.6 solved for the first feature.

    >>> hours_for(0.5, -6, 2, 1, 4)
    1.0
    """
    return _hours(_logit(probability), intercept, per_hour, _finite(per_gpa) * _finite(gpa))


def hours_beyond(
    probability: float,
    intercept: float,
    per_hour: float,
    per_gpa: float,
    gpa: float,
    *,
    hours: float,
) -> float:
    """ACCEPTED: the hours to add to those already studied ("n more hours").

    Args: as `hours_for`, and the hours already studied.

    Raises:
        ValueError: as `hours_for`.

    >>> hours_beyond(0.5, -6, 2, 1, 2, hours=1.5)
    0.5
    """
    return hours_for(probability, intercept, per_hour, per_gpa, gpa) - _finite(hours)


def hours_make_sense(
    probability: float, intercept: float, per_hour: float, per_gpa: float, gpa: float
) -> bool:
    """Whether the question has an answer above zero; guards a student's own coefficients.

    Args: as `hours_for`. Nothing is raised: what cannot be answered makes no sense.

    >>> hours_make_sense(0.5, -6, 2, 1, 4), hours_make_sense(0.5, 6, 2, 1, 4)
    (True, False)
    >>> hours_make_sense(0.5, -6, 0, 1, 4)
    False
    """
    try:
        return hours_for(probability, intercept, per_hour, per_gpa, gpa) > 0
    except ValueError:
        return False


# Known mistakes: the expression. All take what `expression` takes.


def expression_of_log_odds(
    intercept: str | float, coefficients: Sequence[str | float], variables: Sequence[str]
) -> str:
    """MISTAKE (half right): the log-odds alone, where the probability was asked.

    >>> expression_of_log_odds(-2, [0.5, 3], ["X1", "X2"])
    '-2 + 0.5*X1 + 3*X2'
    """
    _same_length(coefficients, variables)
    products = [f"{b}*{x}" for b, x in zip(coefficients, variables, strict=True)]
    return " + ".join([str(intercept), *products])


def expression_of_odds(
    intercept: str | float, coefficients: Sequence[str | float], variables: Sequence[str]
) -> str:
    """MISTAKE: the odds, where the probability was asked.

    >>> expression_of_odds("b0", ["b1"], ["X1"])
    'exp(b0 + b1*X1)'
    """
    return f"exp({expression_of_log_odds(intercept, coefficients, variables)})"


def expression_with_sign_slip(
    intercept: str | float, coefficients: Sequence[str | float], variables: Sequence[str]
) -> str:
    """MISTAKE: the exponent's sign is wrong; this is the probability of the other class.

    >>> expression_with_sign_slip("b0", ["b1"], ["X1"])
    '1/(1 + exp(b0 + b1*X1))'
    """
    return f"1/(1 + exp({expression_of_log_odds(intercept, coefficients, variables)}))"


# Known mistakes: the probability. They raise what `log_odds` raises.


def probability_with_sign_slip(
    intercept: float, coefficients: Sequence[float], values: Sequence[float]
) -> float:
    """MISTAKE: the exponent's sign is wrong: the chance of the other outcome, 1 - p.

    >>> probability_with_sign_slip(-1, [1], [1])
    0.5
    """
    return _logistic(-log_odds(intercept, coefficients, values))


def odds_as_probability(
    intercept: float, coefficients: Sequence[float], values: Sequence[float]
) -> float:
    """MISTAKE: the odds are given as the probability; the division by 1 + odds is missing.

    >>> odds_as_probability(-1, [1], [1])
    1.0
    """
    return odds(intercept, coefficients, values)


def log_odds_as_probability(
    intercept: float, coefficients: Sequence[float], values: Sequence[float]
) -> float:
    """MISTAKE: the log-odds are given as the probability.

    >>> log_odds_as_probability(-1, [0.5], [3])
    0.5
    """
    return log_odds(intercept, coefficients, values)


def probability_without_intercept(
    intercept: float, coefficients: Sequence[float], values: Sequence[float]
) -> float:
    """MISTAKE: the intercept is left out of the log-odds.

    >>> probability_without_intercept(-6, [1], [0])
    0.5
    """
    _finite(intercept)
    return probability(0.0, coefficients, values)


def probability_with_intercept_sign_slip(
    intercept: float, coefficients: Sequence[float], values: Sequence[float]
) -> float:
    """MISTAKE: the intercept was taken with the other sign.

    >>> probability_with_intercept_sign_slip(-6, [1], [-6])
    0.5
    """
    return probability(-_finite(intercept), coefficients, values)


def probability_with_feature_left_out(
    intercept: float, coefficients: Sequence[float], values: Sequence[float], left_out: int
) -> float:
    """MISTAKE: one feature is left out, e.g. the GPA.

    Args: as `probability`, and the position of the feature, from 0.

    Raises:
        ValueError: as `probability`, or there is no such feature.

    >>> probability_with_feature_left_out(-1, [1, 5], [1, 2], left_out=1)
    0.5
    """
    _same_length(coefficients, values)
    if not 0 <= left_out < len(values):
        raise ValueError(f"no feature {left_out}; give a position from 0 to {len(values) - 1}")
    kept = [i for i in range(len(values)) if i != left_out]
    return probability(intercept, [coefficients[i] for i in kept], [values[i] for i in kept])


def probability_with_values_swapped(
    intercept: float, coefficients: Sequence[float], values: Sequence[float]
) -> float:
    """MISTAKE: the values are multiplied with the coefficients in the opposite order.

    >>> probability_with_values_swapped(-7, [1, 2], [3, 1])
    0.5
    """
    return probability(intercept, coefficients, list(reversed(values)))


def probability_with_base_ten(
    intercept: float, coefficients: Sequence[float], values: Sequence[float]
) -> float:
    """MISTAKE: the log-odds were taken as a logarithm of base 10.

    >>> round(probability_with_base_ten(0, [1], [1]), 4)
    0.9091
    """
    return _logistic(log_odds(intercept, coefficients, values) * math.log(10))


# Known mistakes: the hours. They take and raise what `hours_for` takes and raises.


def hours_without_gpa(
    probability: float, intercept: float, per_hour: float, per_gpa: float, gpa: float
) -> float:
    """MISTAKE: the GPA's term is left out.

    >>> hours_without_gpa(0.5, -6, 2, 1, 4)
    3.0
    """
    return hours_for(probability, intercept, per_hour, 0.0 * _finite(per_gpa), gpa)


def hours_without_intercept(
    probability: float, intercept: float, per_hour: float, per_gpa: float, gpa: float
) -> float:
    """MISTAKE: the intercept is left out.

    >>> hours_without_intercept(0.5, -6, 2, 1, 4)
    -2.0
    """
    return hours_for(probability, 0.0 * _finite(intercept), per_hour, per_gpa, gpa)


def hours_with_probability_as_log_odds(
    probability: float, intercept: float, per_hour: float, per_gpa: float, gpa: float
) -> float:
    """MISTAKE: the probability itself is set as the log-odds (0.5 instead of 0).

    >>> hours_with_probability_as_log_odds(0.5, -6, 2, 1, 4)
    1.25
    """
    _logit(probability)
    return _hours(probability, intercept, per_hour, _finite(per_gpa) * _finite(gpa))


def hours_with_odds_as_log_odds(
    probability: float, intercept: float, per_hour: float, per_gpa: float, gpa: float
) -> float:
    """MISTAKE: the odds p / (1 - p) are set as the log-odds (1 instead of 0); the log is missing.

    >>> hours_with_odds_as_log_odds(0.5, -6, 2, 1, 4)
    1.5
    """
    even = _exp(_logit(probability))
    return _hours(even, intercept, per_hour, _finite(per_gpa) * _finite(gpa))


def hours_with_gpa_sign_slip(
    probability: float, intercept: float, per_hour: float, per_gpa: float, gpa: float
) -> float:
    """MISTAKE: the GPA's term changed sides without changing its sign.

    >>> hours_with_gpa_sign_slip(0.5, -6, 2, 1, 4)
    5.0
    """
    return hours_for(probability, intercept, per_hour, -_finite(per_gpa), gpa)


def hours_with_sign_slip(
    probability: float, intercept: float, per_hour: float, per_gpa: float, gpa: float
) -> float:
    """MISTAKE: the right amount with the wrong sign.

    >>> hours_with_sign_slip(0.5, -6, 2, 1, 4)
    -1.0
    """
    return -hours_for(probability, intercept, per_hour, per_gpa, gpa)


def _hours(wanted: float, intercept: float, per_hour: float, gpa_term: float) -> float:
    """Hours at which the log-odds are as wanted."""
    if _finite(per_hour) == 0:
        raise ValueError("per_hour is 0: no number of hours changes the chance; give another value")
    return _finite((wanted - _finite(intercept) - gpa_term) / per_hour)


def _logistic(z: float) -> float:
    """The logistic function in the form that cannot overflow on either side."""
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    e = math.exp(z)
    return e / (1 + e)


def _logit(probability: float) -> float:
    p = _finite(probability)
    if not 0 < p < 1:
        raise ValueError(f"probability is {p}; give one between 0 and 1, both excluded")
    return math.log(p) - math.log1p(-p)


def _exp(z: float) -> float:
    try:
        return math.exp(z)
    except OverflowError:
        raise ValueError(f"exp({z}) is too large for a float; use smaller coefficients") from None


def _same_length(coefficients: Sequence[object], values: Sequence[object]) -> None:
    if len(coefficients) != len(values):
        raise ValueError(f"{len(coefficients)} coefficients, {len(values)} values; give one each")


def _finite(value: float) -> float:
    """The number as a float; whatever a student may have written instead is refused."""
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{value!r:.40} is not a number; give a finite number") from None
    if not math.isfinite(number):
        raise ValueError(f"{value!r} is not finite; give a finite number")
    return number
