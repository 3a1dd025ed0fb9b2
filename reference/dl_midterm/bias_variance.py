"""The five error curves against model complexity, exactly, for polynomial regression.

A true polynomial f is observed at fixed points (the design) with independent noise, and
polynomials of growing degree are fitted by least squares. Expected errors are then known in closed
form, in rational arithmetic: no simulation. Test errors are for new noise at the same points.
The shapes of drawn curves are judged in `curve_shapes`.

Source: Hastie, Tibshirani, Friedman, *The Elements of Statistical Learning*, section 7.3
(equations 7.9 to 7.12) and 7.4 (in-sample error).
"""

from collections.abc import Sequence
from fractions import Fraction


def squared_bias(coefficients: Sequence[float], design: Sequence[float], degree: int) -> float:
    """Mean squared bias over the design: how far the best polynomial of this degree is from f.

    Args:
        coefficients: of the true f, from the constant upwards.
        design: the points x, with more distinct ones than the degree.
        degree: of the fitted polynomial, at least 0.

    Returns:
        In the unit of y squared; exactly 0 from the true degree on.

    Raises:
        ValueError: too few distinct points, a negative degree, or numbers that are not finite.

    Source: ESL, equation 7.11; (1/n) |(I - H) f|^2 with H the projection on the polynomials.

    >>> squared_bias([0, 1], [-1, 1], 0)
    1.0
    """
    return float(_squared_biases(coefficients, design, degree)[degree])


def variance(noise_sd: float, design: Sequence[float], degree: int) -> float:
    """Mean variance of the fit over the design: noise variance times (degree + 1) / n.

    Args:
        noise_sd: standard deviation of the noise, not negative.
        design: the points x, with more distinct ones than the degree.
        degree: of the fitted polynomial, at least 0.

    Raises:
        ValueError: as `squared_bias`, or a negative noise.

    Source: ESL, equation 7.12.

    >>> variance(2, [-1, 0, 1, 2], 1)
    2.0
    """
    _check_degree(design, degree)
    return float(_noise(noise_sd) * (degree + 1) / len(design))


def error_on_training_data(
    coefficients: Sequence[float], noise_sd: float, design: Sequence[float], degree: int
) -> float:
    """Expected mean squared error on the very data that were fitted.

    Source: ESL, section 7.4; bias^2 + noise variance (1 - (degree + 1) / n).

    Raises:
        ValueError: as `squared_bias` and `variance`.

    >>> error_on_training_data([0, 1], 2, [-1, 0, 1, 2], 1)
    2.0
    """
    return curves(coefficients, noise_sd, design, [degree])["training"][0]


def error_on_new_data(
    coefficients: Sequence[float], noise_sd: float, design: Sequence[float], degree: int
) -> float:
    """Expected test error, mean squared: irreducible error + bias^2 + variance.

    Source: ESL, equation 7.9.

    Raises:
        ValueError: as `squared_bias` and `variance`.

    >>> error_on_new_data([0, 1], 2, [-1, 0, 1, 2], 1)
    6.0
    """
    return curves(coefficients, noise_sd, design, [degree])["test"][0]


def curves(
    coefficients: Sequence[float], noise_sd: float, design: Sequence[float], degrees: Sequence[int]
) -> dict[str, list[float]]:
    """The five curves, one value per degree: bias (squared), variance, training, test, irreducible.

    Args:
        coefficients: of the true f, from the constant upwards.
        noise_sd: standard deviation of the noise, not negative.
        design: the points x, with more distinct ones than the largest degree.
        degrees: of the fitted polynomials, in the order of the x-axis.

    Raises:
        ValueError: no degrees, or as `squared_bias` and `variance`.

    >>> curves([0, 1], 2, [-1, 0, 1, 2], [0, 1])["test"]
    [6.25, 6.0]
    """
    if not degrees:
        raise ValueError("no degrees; give at least one")
    _check_degree(design, min(degrees))
    biases = _squared_biases(coefficients, design, max(degrees))
    noise, n = _noise(noise_sd), len(design)
    rows = [(biases[d], noise * (d + 1) / n) for d in degrees]
    return {
        "bias": [float(bias) for bias, _ in rows],
        "variance": [float(spread) for _, spread in rows],
        "training": [float(bias + noise - spread) for bias, spread in rows],
        "test": [float(bias + noise + spread) for bias, spread in rows],
        "irreducible": [float(noise) for _ in rows],
    }


# Known mistakes: the test error. They take and raise what `error_on_new_data` takes and raises.


def error_without_noise(
    coefficients: Sequence[float], noise_sd: float, design: Sequence[float], degree: int
) -> float:
    """MISTAKE: bias^2 + variance without the irreducible error, which may lie below that error.

    >>> error_without_noise([0, 1], 2, [-1, 0, 1, 2], 1)
    2.0
    """
    return squared_bias(coefficients, design, degree) + variance(noise_sd, design, degree)


def error_with_unsquared_bias(
    coefficients: Sequence[float], noise_sd: float, design: Sequence[float], degree: int
) -> float:
    """MISTAKE: the bias was added without its square.

    >>> error_with_unsquared_bias([0, 2], 1, [-1, 1], 0)
    3.5
    """
    bias: float = squared_bias(coefficients, design, degree) ** 0.5
    return bias + variance(noise_sd, design, degree) + float(_noise(noise_sd))


def _squared_biases(
    coefficients: Sequence[float], design: Sequence[float], degree: int
) -> list[Fraction]:
    """Mean squared bias for the degrees 0 to `degree`.

    Orthogonal polynomials on the design (three-term recurrence) split |f|^2 into one share per
    degree; each degree that is fitted takes its share away.
    """
    _check_degree(design, degree)
    x = [_exact(point) for point in design]
    f = [_value([_exact(c) for c in coefficients], point) for point in x]
    left = _dot(f, f)
    before, now = [Fraction(0)] * len(x), [Fraction(1)] * len(x)
    norm_before, biases = Fraction(1), []
    for _ in range(degree + 1):
        norm = _dot(now, now)
        left -= _dot(f, now) ** 2 / norm
        biases.append(left / len(x))
        centre = _dot([p * a for p, a in zip(now, x, strict=True)], now) / norm
        following = [
            (a - centre) * p - norm / norm_before * q
            for a, p, q in zip(x, now, before, strict=True)
        ]
        before, now, norm_before = now, following, norm
    return biases


def _value(coefficients: Sequence[Fraction], x: Fraction) -> Fraction:
    """Value of the polynomial at x, coefficients from the constant upwards."""
    value = Fraction(0)
    for coefficient in reversed(coefficients):
        value = value * x + coefficient
    return value


def _dot(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    return sum((p * q for p, q in zip(a, b, strict=True)), Fraction(0))


def _check_degree(design: Sequence[float], degree: int) -> None:
    if type(degree) is not int or degree < 0:
        raise ValueError(f"degree is {degree!r}; give a whole number of at least 0")
    if len(set(design)) <= degree:
        raise ValueError(f"degree {degree} needs at least {degree + 1} distinct points in design")


def _noise(noise_sd: float) -> Fraction:
    if not noise_sd >= 0:
        raise ValueError(f"noise_sd is {noise_sd}; give a standard deviation of at least 0")
    return _exact(noise_sd) ** 2


def _exact(value: float) -> Fraction:
    try:
        return Fraction(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{value!r:.40} is not a finite number; give one") from None
