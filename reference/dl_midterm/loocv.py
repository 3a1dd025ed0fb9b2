"""Leave-one-out cross-validation of polynomial least squares, by two routes, and what is plausible.

The data (x, y) arrive as arguments: from a student's code that was run again, or from anywhere.
Without code and seed a number can only be held against the range that the data-generating process
y = f(x) + noise, x ~ N(0, 1), gives: `plausible_range`, tabulated in `loocv_ranges`.

Source: James, Witten, Hastie, Tibshirani, *An Introduction to Statistical Learning*, section 5.1.2
(equations 5.1 and 5.2) and 5.1.3.
"""

# ruff: noqa: PLC0415 -- numpy is loaded only by those who use it: the package stays light
from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

LARGEST = 1e100
"""Larger numbers are refused: their squares and sums would leave the floats."""

TOO_CLOSE = "points too close together to fit all but one; spread them or lower the degree"

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


def polynomial(coefficients: Sequence[float], x: float) -> float:
    """Value of f at x; coefficients from the constant upwards.

    Raises:
        ValueError: no coefficients.

    >>> polynomial([0, 1, -2], 3)
    -15
    """
    if not coefficients:
        raise ValueError("no coefficients; give them from the constant upwards")
    value = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        value = value * x + coefficient
    return value


def loocv_mse(x: Sequence[float], y: Sequence[float], degree: int) -> float:
    """Leave-one-out mean squared error, by leaving out each point and fitting the rest.

    Args:
        x: the points, finite.
        y: one finite value per point.
        degree: of the fitted polynomial, at least 0.

    Returns:
        In the unit of y squared.

    Raises:
        ValueError: lengths that differ, numbers that are not finite, a negative degree, or too
            few distinct points to fit the rest (or so close together that none can).

    Source: ISL, equation 5.1.

    >>> round(loocv_mse([0, 1, 2], [0, 1, 2], 1), 12)
    0.0
    >>> round(loocv_mse([0, 1, 2], [0, 0, 3], 0), 12)
    4.5
    """
    return _mean(e * e for e in _left_out_errors(x, y, degree))


def loocv_mse_by_leverage(x: Sequence[float], y: Sequence[float], degree: int) -> float:
    """The same number from one fit: the mean of (residual / (1 - leverage))^2.

    Args and errors: as `loocv_mse`.

    Source: ISL, equation 5.2.

    >>> round(loocv_mse_by_leverage([0, 1, 2], [0, 0, 3], 0), 12)
    4.5
    """
    import numpy as np

    design, values = _design(x, y, degree, spare=1)
    q = np.linalg.qr(design)[0]
    left = 1 - np.sum(q * q, axis=1)
    if left.min() < 1e-12:
        raise ValueError(TOO_CLOSE)
    return _mean(((values - q @ (q.T @ values)) / left) ** 2)


def loocv_rmse(x: Sequence[float], y: Sequence[float], degree: int) -> float:
    """ACCEPTED if labelled: the root of the leave-one-out mean squared error, in the unit of y.

    >>> round(loocv_rmse([0, 1, 2], [0, 0, 3], 0) ** 2, 12)
    4.5
    """
    return math.sqrt(loocv_mse(x, y, degree))


def loocv_mean_absolute_error(x: Sequence[float], y: Sequence[float], degree: int) -> float:
    """ACCEPTED if labelled: the mean absolute leave-one-out error, in the unit of y.

    It is what the mean of the folds' RMSE gives, since a fold holds one point; who calls that
    number RMSE has made a MISTAKE.

    >>> round(loocv_mean_absolute_error([0, 1, 2], [0, 0, 3], 0), 12)
    2.0
    """
    return _mean(abs(e) for e in _left_out_errors(x, y, degree))


def best_degree(errors: Sequence[float], first: int = 1) -> int:
    """Degree with the smallest error in a table; works on a student's own table.

    Args:
        errors: one finite number per degree, for degrees `first`, `first` + 1, ... Where all are
            negative, a scorer's minus sign was left in, and magnitudes count.
        first: degree of the first number.

    Raises:
        ValueError: no errors, one that is not finite, mixed signs, or two that share the minimum.

    >>> best_degree([6.8, 1.0, 1.05, 1.1]), best_degree([-6.8, -1.0, -1.05, -1.1])
    (2, 2)
    """
    values = _magnitudes(errors)
    return first + _only(min(values), values)


def has_best_degree(errors: Sequence[float]) -> bool:
    """Whether a student's own table has one smallest error; guards `best_degree`.

    Nothing is raised: what is no table of errors has no best degree.

    >>> has_best_degree([6.8, 1.0, 1.05, 1.1]), has_best_degree([6.8, 1.0, 1.0])
    (True, False)
    """
    try:
        return best_degree(errors) > 0
    except ValueError:
        return False


# Known mistakes. Those on data take and raise what `loocv_mse` takes and raises.


def training_mse(x: Sequence[float], y: Sequence[float], degree: int) -> float:
    """MISTAKE: the mean squared error on the fitted data themselves; nothing was left out.

    >>> round(training_mse([0, 1, 2], [0, 0, 3], 0), 12)
    2.0
    """
    design, values = _design(x, y, degree, spare=0)
    return _mean((values - design @ _fit(design, values)) ** 2)


def k_fold_mse(x: Sequence[float], y: Sequence[float], degree: int, folds: int = 5) -> float:
    """MISTAKE: k-fold cross-validation (unshuffled) instead of leave-one-out.

    The mean over folds of the folds' mean squared errors; folds are runs of neighbours in the
    table, the first ones one longer where n does not divide. With as many folds as points it is
    `loocv_mse`.

    Raises:
        ValueError: as `loocv_mse`, or folds not from 2 to the number of points.

    Source: ISL, equation 5.3.

    >>> round(k_fold_mse([0, 1, 2], [0, 0, 3], 0, folds=3), 12)
    4.5
    """
    import numpy as np

    if not 2 <= folds <= len(x):
        raise ValueError(f"folds is {folds}; give a number from 2 to {len(x)}")
    design, values = _design(x, y, degree, spare=math.ceil(len(x) / folds))
    errors = []
    for fold in np.array_split(np.arange(len(values)), folds):
        rest = np.delete(np.arange(len(values)), fold)
        predicted = design[fold] @ _fit(design[rest], values[rest])
        errors.append(_mean((values[fold] - predicted) ** 2))
    return _mean(errors)


def loocv_negated(x: Sequence[float], y: Sequence[float], degree: int) -> float:
    """MISTAKE: the minus sign of a scorer that is to be maximised was left in.

    >>> round(loocv_negated([0, 1, 2], [0, 0, 3], 0), 12)
    -4.5
    """
    return -loocv_mse(x, y, degree)


def loocv_sum(x: Sequence[float], y: Sequence[float], degree: int) -> float:
    """MISTAKE: the squared errors were summed, not averaged (PRESS).

    >>> round(loocv_sum([0, 1, 2], [0, 0, 3], 0), 12)
    13.5
    """
    return loocv_mse(x, y, degree) * len(x)


def falls_with_every_degree(errors: Sequence[float]) -> bool:
    """MISTAKE, perhaps: each error is smaller than the one before, as training errors must be.

    A hint only: for the degrees 1 to 4 of a quadratic truth with 100 points, about 2 % of honest
    leave-one-out tables fall like this too (a law simulates it).

    Raises:
        ValueError: fewer than two errors, or one that is not finite.

    >>> falls_with_every_degree([6.8, 1.0, 0.99, 0.98])
    True
    """
    values = _finite(errors)
    if len(values) < 2:
        raise ValueError("fewer than two errors; give one per degree")
    return all(b < a for a, b in itertools.pairwise(values))


def worst_degree(errors: Sequence[float], first: int = 1) -> int:
    """MISTAKE: the largest error was taken, as by argmax over a scorer's numbers without sign.

    >>> worst_degree([6.8, 1.0, 1.05, 1.1])
    1
    """
    values = _magnitudes(errors)
    return first + _only(max(values), values)


def _magnitudes(errors: Sequence[float]) -> list[float]:
    values = _finite(errors)
    if not values:
        raise ValueError("no errors; give one per degree")
    if min(values) < 0 <= max(values):
        raise ValueError("errors of both signs; give squared errors, or all with a scorer's sign")
    return [abs(value) for value in values]


def _only(value: float, values: list[float]) -> int:
    """Position of the one number that equals the value."""
    if values.count(value) > 1:
        raise ValueError(f"two degrees share the error {value}: decide by hand")
    return values.index(value)


def _left_out_errors(x: Sequence[float], y: Sequence[float], degree: int) -> list[float]:
    import numpy as np

    design, values = _design(x, y, degree, spare=1)
    errors = []
    for i in range(len(values)):
        rest = np.arange(len(values)) != i
        errors.append(float(values[i] - design[i] @ _fit(design[rest], values[rest])))
    return errors


def _design(x: Sequence[float], y: Sequence[float], degree: int, spare: int) -> tuple[Array, Array]:
    """Powers of x, one row a point, and y. x is moved into [-1, 1]: a fit does not mind."""
    import numpy as np

    if type(degree) is not int or degree < 0:
        raise ValueError(f"degree is {degree!r}; give a whole number of at least 0")
    points, values = _finite(x), _finite(y)
    if len(points) != len(values):
        raise ValueError(f"{len(points)} points, {len(values)} values; give one value per point")
    if _distinct_without(points, spare) <= degree:
        raise ValueError(f"too few distinct points for degree {degree}; give more")
    a = np.array(points) - np.mean(points)
    scale = float(np.abs(a).max()) or 1.0
    return np.vander(a / scale, degree + 1, increasing=True), np.array(values)


def _distinct_without(points: Sequence[float], spare: int) -> int:
    """Distinct points that surely remain when any `spare` points are left out."""
    counts = sorted(points.count(point) for point in set(points))
    gone = 0
    for count in counts:
        spare -= count
        if spare < 0:
            break
        gone += 1
    return len(counts) - gone


def _fit(design: Array, values: Array) -> Array:
    import numpy as np

    solution, _, rank, _ = np.linalg.lstsq(design, values)
    if rank < design.shape[1]:
        raise ValueError(TOO_CLOSE)
    return solution


def _mean(numbers: Iterable[float]) -> float:
    values = [float(number) for number in numbers]
    return math.fsum(values) / len(values)


def _finite(numbers: Sequence[float]) -> list[float]:
    result = []
    for number in numbers:
        try:
            value = math.nan if isinstance(number, bool) else float(number)
        except (TypeError, ValueError, OverflowError):
            value = math.nan
        if not abs(value) <= LARGEST:
            raise ValueError(f"{number!r:.40} is not a number of at most {LARGEST}; give such ones")
        result.append(value)
    return result
