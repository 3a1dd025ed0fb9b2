"""Whether five drawn curves have the right shapes as model complexity grows.

Curves arrive as name -> y values in the order of growing complexity. Names: "bias" (squared),
"variance", "training", "test", "irreducible". A drawing is not exact, so a curve may go back by a
share of its own height (`tolerance`) without losing its direction.

Source of the shapes: Hastie, Tibshirani, Friedman, *The Elements of Statistical Learning*,
figure 2.11 and section 7.3; James et al., *An Introduction to Statistical Learning*, figure 2.12.
"""

import math
from collections.abc import Mapping, Sequence

DIRECTIONS = {
    "bias": "falls",
    "variance": "rises",
    "training": "falls",
    "test": "dips",
    "irreducible": "flat",
}
"""The right shape of each curve. "dips": falls first, then rises (U)."""

WANTED = {
    "falls": "fall",
    "rises": "rise",
    "dips": "fall first and then rise",
    "flat": "be constant",
}

ROUNDING = 1e-9
"""A height of at most this share of the level comes from rounding."""

FEWEST = 3
"""With fewer points a U cannot be seen."""


def direction(values: Sequence[float], tolerance: float = 0.05) -> str:
    """Shape of one curve: "flat", "falls", "rises", "dips" (U), "peaks" or "wavers".

    Args:
        values: y values in the order of growing complexity, at least three, finite.
        tolerance: share of the curve's own height that counts as noise of the drawing, in
            [0, 0.5). Only a curve that is constant up to rounding is "flat".

    Raises:
        ValueError: too few values, one that is not finite, or a tolerance out of range.

    >>> direction([3, 2, 1]), direction([3, 1, 2]), direction([5, 5, 5])
    ('falls', 'dips', 'flat')
    """
    y = _checked(values, tolerance)
    height = max(y) - min(y)
    if height <= ROUNDING * max(map(abs, y)):
        return "flat"
    noise = tolerance * height
    if _largest_rise(y) <= noise:
        return "falls"
    if _largest_rise([-value for value in y]) <= noise:
        return "rises"
    if _dips(y, noise):
        return "dips"
    return "peaks" if _dips([-value for value in y], noise) else "wavers"


def is_constant(values: Sequence[float], tolerance: float = 0.05) -> bool:
    """Whether a drawn curve is a horizontal line: its height a small share of its mean level.

    Args and errors: as `direction`, but here the tolerance is the share of the level.

    >>> is_constant([1.0, 1.02, 0.99]), is_constant([1.0, 1.5, 2.0])
    (True, False)
    """
    y = _checked(values, tolerance)
    return max(y) - min(y) <= tolerance * abs(math.fsum(y) / len(y))


def reasons(curves: Mapping[str, Sequence[float]], tolerance: float = 0.05) -> dict[str, str]:
    """What is wrong with each of the five curves; an empty text where it is right.

    Args:
        curves: name -> y values; see the module's head for the names. Curves may be missing.
        tolerance: as `direction`.

    Returns:
        A text for each of the five names. The test curve must dip and lie above the irreducible
        one everywhere; the latter is judged only where both are drawn.

    Raises:
        ValueError: an unknown name, or a tolerance out of range.

    >>> reasons({"bias": [3, 2, 1], "variance": [3, 2, 1]})["variance"]
    'it falls; it should rise'
    """
    unknown = sorted(set(curves) - set(DIRECTIONS))
    if unknown:
        raise ValueError(f"unknown curve {unknown[0]!r}; the names are {', '.join(DIRECTIONS)}")
    found = {name: _shape_reason(name, curves, tolerance) for name in DIRECTIONS}
    if not found["test"] and dips_below_irreducible(curves):
        found["test"] = "it is not above the irreducible error everywhere"
    return found


def shapes(curves: Mapping[str, Sequence[float]], tolerance: float = 0.05) -> dict[str, bool]:
    """Whether each of the five curves is drawn and has the right shape.

    Args and errors: as `reasons`.

    >>> shapes({"bias": [3, 2, 1], "variance": [3, 2, 1]})["bias"]
    True
    """
    return {name: not reason for name, reason in reasons(curves, tolerance).items()}


def in_doubt(curves: Mapping[str, Sequence[float]], tolerance: float = 0.05) -> dict[str, bool]:
    """Whether another reading of a curve turns the verdict, so that a person should look.

    Other readings: twice the tolerance, and, for a wrong curve, none at all (a smooth U whose one
    arm is very low is a U only to those who believe every pixel).

    Args and errors: as `reasons`, but the tolerance must be below 0.25.

    >>> in_doubt({"test": [9.0, 4.0, 1.0, 1.1]})["test"], in_doubt({"test": [9, 1, 8]})["test"]
    (True, False)
    """
    strict, usual, loose = (shapes(curves, t) for t in (0.0, tolerance, 2 * tolerance))
    return {
        name: loose[name] != right or (strict[name] and not right) for name, right in usual.items()
    }


# Known mistakes: each tells whether the curves show it. Missing curves show no mistake.


def bias_and_variance_swapped(curves: Mapping[str, Sequence[float]]) -> bool:
    """MISTAKE: the bias rises and the variance falls; the labels are swapped.

    >>> bias_and_variance_swapped({"bias": [1, 2, 3], "variance": [3, 2, 1]})
    True
    """
    return _runs(curves, "bias") == "rises" and _runs(curves, "variance") == "falls"


def training_and_test_swapped(curves: Mapping[str, Sequence[float]]) -> bool:
    """MISTAKE: the training error dips and the test error falls; the labels are swapped.

    >>> training_and_test_swapped({"training": [3, 1, 2], "test": [3, 2, 1]})
    True
    """
    return _runs(curves, "training") == "dips" and _runs(curves, "test") == "falls"


def no_overfitting(curves: Mapping[str, Sequence[float]]) -> bool:
    """MISTAKE: the test error only falls, as if there were no overfitting.

    >>> no_overfitting({"test": [3, 2, 1]})
    True
    """
    return _runs(curves, "test") == "falls"


def training_rises_again(curves: Mapping[str, Sequence[float]]) -> bool:
    """MISTAKE: the training error is drawn as a U, like the test error.

    >>> training_rises_again({"training": [3, 1, 2]})
    True
    """
    return _runs(curves, "training") == "dips"


def irreducible_varies(curves: Mapping[str, Sequence[float]]) -> bool:
    """MISTAKE: the irreducible error is not constant.

    >>> irreducible_varies({"irreducible": [3, 2, 1]})
    True
    """
    return bool(_runs(curves, "irreducible")) and not is_constant(curves["irreducible"])


def dips_below_irreducible(curves: Mapping[str, Sequence[float]]) -> bool:
    """MISTAKE: the test error reaches the irreducible error or goes below it somewhere.

    Point against point where both curves have as many; otherwise against the highest point.

    >>> dips_below_irreducible({"test": [3, 1, 2], "irreducible": [1, 1, 1]})
    True
    """
    test, floor = curves.get("test", []), curves.get("irreducible", [])
    if not test or not floor:
        return False
    if len(test) != len(floor):
        floor = [max(floor)] * len(test)
    return not all(t > f for t, f in zip(test, floor, strict=True))


def _runs(curves: Mapping[str, Sequence[float]], name: str) -> str:
    """Direction of one curve; empty where it is missing or cannot be judged."""
    try:
        return direction(curves[name])
    except (KeyError, ValueError):
        return ""


def _shape_reason(name: str, curves: Mapping[str, Sequence[float]], tolerance: float) -> str:
    _check_tolerance(tolerance)
    if name not in curves:
        return "it is not drawn"
    right = DIRECTIONS[name]
    try:
        found = direction(curves[name], tolerance)
        if right == "flat" and is_constant(curves[name], tolerance):
            return ""
    except ValueError as error:
        return str(error)
    said = "is flat" if found == "flat" else found
    return "" if found == right else f"it {said}; it should {WANTED[right]}"


def _dips(y: Sequence[float], noise: float) -> bool:
    """Whether the curve falls to its minimum and rises from there, by more than the noise."""
    lowest = y.index(min(y))
    left, right = y[: lowest + 1], y[lowest:]
    deep = min(y[0], y[-1]) - y[lowest] > noise
    return deep and _largest_rise(left) <= noise and _largest_rise([-v for v in right]) <= noise


def _largest_rise(y: Sequence[float]) -> float:
    """The largest climb from any point to a later one."""
    lowest, rise = y[0], 0.0
    for value in y:
        lowest = min(lowest, value)
        rise = max(rise, value - lowest)
    return rise


def _checked(values: Sequence[float], tolerance: float) -> list[float]:
    _check_tolerance(tolerance)
    if len(values) < FEWEST:
        raise ValueError(f"it has {len(values)} points; at least {FEWEST} are needed to judge it")
    try:
        y = [float(value) for value in values]
    except (TypeError, ValueError, OverflowError):
        y = [math.nan]
    if not all(map(math.isfinite, y)):
        raise ValueError("it has values that are not finite numbers")
    return y


def _check_tolerance(tolerance: float) -> None:
    if not 0 <= tolerance < 0.5:
        raise ValueError(f"tolerance is {tolerance}; give a share of at least 0 and below 0.5")


def right_shape(curve: str) -> str:
    """Shape that a curve should have: "falls", "rises", "dips" (U) or "flat".

    Raises:
        ValueError: an unknown curve.

    >>> right_shape("test")
    'dips'
    """
    if curve not in DIRECTIONS:
        raise ValueError(f"unknown curve {curve!r}; the names are {', '.join(DIRECTIONS)}")
    return DIRECTIONS[curve]
