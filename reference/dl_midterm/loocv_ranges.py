"""Which leave-one-out errors are plausible when only the data-generating process is known.

x ~ N(0, 1), y = f(x) + noise_sd * N(0, 1), n points, a polynomial of some degree fitted by least
squares. Simulation of many data sets gives the range that holds a given share of the errors.
Simulation is slow, so the ranges of one process stand in a table; `table` made it, and a law
simulates again and checks it. Other processes are simulated when asked for.
"""

# ruff: noqa: PLC0415 -- numpy is loaded only by those who use it: the package stays light
import math
from collections.abc import Sequence
from functools import cache

RUNS, SEED = 1_000_000, 20261123
"""Data sets behind each row of the table."""

QUICK_RUNS = 100_000
"""Data sets behind a range that is not in the table."""

TABLED = ((0.0, 1.0, -2.0), 1.0, 100)
"""The process of the table: coefficients of f from the constant upwards, noise_sd, n."""

TABLE: dict[float, dict[int, tuple[float, float]]] = {
    0.99: {1: (3.89, 22.52), 2: (0.6901, 1.46), 3: (0.6973, 1.579), 4: (0.7122, 3.602)},
    0.999: {1: (3.12, 30.46), 2: (0.6123, 1.6), 3: (0.6205, 2.099), 4: (0.6283, 10.87)},
}
"""Coverage -> degree -> (low, high): mean squared leave-one-out errors, to four digits."""


def plausible_range(
    degree: int,
    n: int,
    coverage: float = 0.999,
    coefficients: Sequence[float] = TABLED[0],
    noise_sd: float = TABLED[1],
) -> list[float]:
    """Range [low, high] that holds the given share of leave-one-out mean squared errors.

    Args:
        degree: of the fitted polynomial, from 0.
        n: points in a data set, at least degree + 3.
        coverage: share of data sets inside, in (0, 1); what is outside lies on both sides alike.
        coefficients: of f, from the constant upwards.
        noise_sd: standard deviation of the noise, not negative.

    Returns:
        Two numbers in the unit of y squared. From the table where it has them; otherwise from
        a simulation of some seconds.

    Raises:
        ValueError: an argument out of its range.

    >>> low, high = plausible_range(2, 100)
    >>> 0.5 < low < 1.0 < high < 2.0
    True
    """
    f = tuple(float(c) for c in coefficients)
    _check(degree, n, coverage, noise_sd)
    if (f, float(noise_sd), n) == TABLED and degree in TABLE.get(coverage, {}):
        return list(TABLE[coverage][degree])
    return list(_simulated_range(degree, n, coverage, f, float(noise_sd)))


def plausible_rmse_range(
    degree: int,
    n: int,
    coverage: float = 0.999,
    coefficients: Sequence[float] = TABLED[0],
    noise_sd: float = TABLED[1],
) -> list[float]:
    """ACCEPTED if labelled: the same range for the root of the mean squared error.

    Args and errors: as `plausible_range`.

    >>> low, high = plausible_rmse_range(2, 100)
    >>> 0.7 < low < 1.0 < high < 1.5
    True
    """
    found = plausible_range(degree, n, coverage, coefficients, noise_sd)
    return [math.sqrt(bound) for bound in found]


def is_plausible(error: float, degree: int, n: int, coverage: float = 0.999) -> bool:
    """Whether a mean squared leave-one-out error is in the plausible range of the table's process.

    Raises:
        ValueError: as `plausible_range`.

    >>> is_plausible(1.0, 2, 100), is_plausible(6.8, 2, 100)
    (True, False)
    """
    low, high = plausible_range(degree, n, coverage)
    return low <= error <= high


def simulated_errors(
    degree: int, n: int, coefficients: Sequence[float], noise_sd: float, *, runs: int, seed: int
) -> list[float]:
    """Leave-one-out mean squared errors of `runs` simulated data sets, by the leverage identity.

    Args:
        degree: of the fitted polynomial, from 0.
        n: points in a data set, at least degree + 3.
        coefficients: of f, from the constant upwards.
        noise_sd: standard deviation of the noise, not negative.
        runs: how many data sets, at least 1.
        seed: of the generator; equal seeds give equal errors.

    Raises:
        ValueError: an argument out of its range.

    Source: ISL, equation 5.2.

    >>> len(simulated_errors(1, 10, [0, 1], 1, runs=3, seed=0))
    3
    """
    import numpy as np

    _check(degree, n, 0.5, noise_sd)
    if runs < 1:
        raise ValueError(f"runs is {runs}; give at least 1")
    generator = np.random.default_rng(seed)
    errors: list[float] = []
    while len(errors) < runs:
        block = min(10_000, runs - len(errors))
        x = generator.standard_normal((block, n))
        noise = noise_sd * generator.standard_normal((block, n))
        y = np.polynomial.polynomial.polyval(x, np.array(coefficients, dtype=float)) + noise
        q = np.linalg.qr(x[..., None] ** np.arange(degree + 1))[0]
        fitted = np.einsum("rni,ri->rn", q, np.einsum("rni,rn->ri", q, y))
        left = 1 - np.einsum("rni,rni->rn", q, q)
        errors.extend((((y - fitted) / left) ** 2).mean(axis=1).tolist())
    return errors


def middle(errors: Sequence[float], coverage: float) -> tuple[float, float]:
    """Low and high quantile that hold the given share of the errors, the rest on both sides alike.

    Raises:
        ValueError: no errors, or a coverage outside (0, 1).

    >>> middle([0.0, 1.0, 2.0, 3.0, 4.0], 0.5)
    (1.0, 3.0)
    """
    import numpy as np

    if not errors or not 0 < coverage < 1:
        raise ValueError(f"{len(errors)} errors, coverage {coverage}; give some, a share in (0, 1)")
    low, high = np.quantile(errors, [(1 - coverage) / 2, (1 + coverage) / 2])
    return float(low), float(high)


def table(runs: int = RUNS, seed: int = SEED) -> dict[float, dict[int, tuple[float, float]]]:
    """The table anew, for coverages 0.99 and 0.999 and degrees 1 to 4: some minutes.

    Args:
        runs: data sets per degree.
        seed: of the first degree; the next ones take the next seeds.

    >>> sorted(table(runs=10))
    [0.99, 0.999]
    """
    coefficients, noise_sd, n = TABLED
    rows: dict[float, dict[int, tuple[float, float]]] = {0.99: {}, 0.999: {}}
    for degree in range(1, 5):
        errors = simulated_errors(
            degree, n, coefficients, noise_sd, runs=runs, seed=seed + degree - 1
        )
        for coverage, row in rows.items():
            low, high = middle(errors, coverage)
            row[degree] = (float(f"{low:.4g}"), float(f"{high:.4g}"))
    return rows


@cache
def _simulated_range(
    degree: int, n: int, coverage: float, coefficients: tuple[float, ...], noise_sd: float
) -> tuple[float, float]:
    errors = simulated_errors(degree, n, coefficients, noise_sd, runs=QUICK_RUNS, seed=SEED)
    return middle(errors, coverage)


def _check(degree: int, n: int, coverage: float, noise_sd: float) -> None:
    if type(degree) is not int or degree < 0:
        raise ValueError(f"degree is {degree!r}; give a whole number of at least 0")
    if n < degree + 3:
        raise ValueError(f"n is {n}; degree {degree} needs at least {degree + 3} points")
    if not 0 < coverage < 1:
        raise ValueError(f"coverage is {coverage}; give a share between 0 and 1")
    if not (math.isfinite(noise_sd) and noise_sd >= 0):
        raise ValueError(f"noise_sd is {noise_sd}; give a standard deviation of at least 0")


def plausible_ranges(
    degrees: Sequence[int], n: int, coverage: float = 0.999
) -> dict[str, list[list[float]]]:
    """Plausible ranges of all degrees, by the quantity that a student prints.

    Args:
        degrees: of the fitted polynomials, in the order of the wanted ranges.
        n: points in a data set.
        coverage: share of data sets inside, in (0, 1).

    Returns:
        "mse" and "rmse" to one range [low, high] a degree; "" is for errors that do not say which.

    Raises:
        ValueError: as `plausible_range`.

    >>> found = plausible_ranges([2], 100)
    >>> found[""] == found["mse"], found["rmse"][0][0] ** 2 == found["mse"][0][0]
    (True, True)
    """
    squared = [plausible_range(degree, n, coverage) for degree in degrees]
    roots = [plausible_rmse_range(degree, n, coverage) for degree in degrees]
    return {"": squared, "mse": squared, "rmse": roots}
