"""Problem 7.1 by what the code draws: a noisy sample of a quadratic, and the function as a line.

Source of the process: y = f(x) + noise with f(x) = x - 2 x^2, x and noise from N(0, 1), n = 100.
The bounds hold for all but one of some ten thousand honest samples of 100 points; a sample
between "plausible" and "surely another" is never judged for certain. Nor is anything where more
was drawn than can be told, or where several clouds of points may be the sample and differ.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from ._judging import Judgement, judgement, numbers, pairs

N = 100
FEW = 20
"""A line of fewer points is not smooth, or not drawn as one."""
MEAN, SPREAD, FAR_SPREAD = 0.45, (0.7, 1.35), (0.55, 1.6)
"""Plausible mean and standard deviation of 100 numbers from N(0, 1); deviations beyond doubt."""
KURTOSIS = (2.1, 6.5)
FOLLOWS, REPEATS = 0.45, 0.9
"""Correlation from which noise of 100 points is odd beside x, and from which it is made of x."""
Row = list[float]


def function(x: float) -> float:
    """The function of the problem.

    >>> function(2)
    -6
    """
    return x - 2 * x * x


def x_is_drawn(shown: Any, data: Any = None) -> Judgement:
    """Whether x is a sample of the standard normal distribution.

    Args:
        shown: figures as data.
        data: rows of a hundred numbers by name, or None.

    Raises:
        ValueError: no sample of points is there, so nothing can be said.

    >>> x_is_drawn(_drawn([i / 10 for i in range(100)]))["mistakes"]
    ['grid-for-sample']
    """
    return _of_every_sample(shown, data, _drawn_at_random)


def y_has_noise(shown: Any, data: Any = None) -> Judgement:
    """Whether y is the function of x with a noise of its own for each point.

    Args and errors: as `x_is_drawn`.

    >>> y_has_noise(_drawn([-1.0, 0.5] * 50))["mistakes"]
    ['no-noise']
    """
    return _of_every_sample(shown, data, _noise)


def points_are_shown(shown: Any, data: Any = None) -> Judgement:  # noqa: ARG001  # as its siblings
    """Whether the sample is drawn as points.

    >>> points_are_shown({"figures": []})["credit"]
    '0'
    """
    most = max((len(x) for axes in _axes(shown) for x, _ in _clouds(axes)), default=0)
    if most >= N:
        return judgement(1, f"{most} points are drawn")
    if most >= FEW:
        return judgement(1, f"only {most} points are drawn", certain=False)
    marked = any(len(x) >= FEW for x, _ in _lines(shown, marked=True))
    return judgement(0, "no cloud of points is drawn", certain=not (marked or _is_cut(shown)))


def line_is_smooth(shown: Any, data: Any = None) -> Judgement:
    """Whether the function without noise is drawn as a smooth line.

    A line of another function counts where the points scatter around it.

    >>> line_is_smooth({"figures": []})["credit"]
    '0'
    """
    lines = [(x, y) for x, y in _lines(shown) if len(x) >= FEW]
    cut = _is_cut(shown)
    if not lines:
        return judgement(0, "no smooth line is drawn", certain=not cut)
    samples: Sequence[Any] = _samples(shown, data) or [None]
    found = [_line(x, y, sample) for x, y in lines for sample in samples]
    best = max(found, key=lambda one: (one["credit"] == "1", one["certain"], bool(one["mistakes"])))
    return best | {"certain": best["certain"] and not (cut and best["credit"] == "0")}


def _line(x: Row, y: Row, sample: tuple[Row, Row] | None) -> Judgement:
    ordered = all(a <= b for a, b in pairwise(x)) or all(a >= b for a, b in pairwise(x))
    on_it = all(abs(b - function(a)) <= 1e-6 * (1 + abs(b)) for a, b in zip(x, y, strict=True))
    if on_it and ordered:
        return judgement(1, "the function is drawn as a smooth line")
    if on_it:
        return judgement(0, "the line runs to and fro", mistake="unsorted")
    if sample is not None and _same_points((x, y), sample):
        return judgement(0, "the line joins the noisy values", mistake="noisy-line")
    if sample is not None and ordered and _goes_through(x, y, sample):
        return judgement(1, "a smooth line runs through the points")
    return judgement(0, "the line is not the function", certain=False)


# Which cloud of points is the sample


def _of_every_sample(shown: Any, data: Any, judge: Callable[[Row, Row], Judgement]) -> Judgement:
    """The judgement of the sample; where several may be it and differ, the best and not certain."""
    samples = _samples(shown, data)
    if not samples:
        raise ValueError("no sample of a hundred points is there")
    found = [judge(*sample) for sample in samples]
    best = max(found, key=lambda one: (one["credit"], one["certain"]))
    agreed = all((one["credit"], one["mistakes"]) == _told(best) for one in found)
    return best if agreed else best | {"certain": False}


def _told(one: Judgement) -> tuple[Any, Any]:
    return one["credit"], one["mistakes"]


def _samples(shown: Any, data: Any) -> list[tuple[Row, Row]]:
    """Clouds of a hundred points that may be the sample, from the drawing or else the variables.

    A cloud on the function itself only shows the function, where there is another; one that has
    nothing to do with it, such as rests in a plot of their own, is none where a likely one is.
    """
    drawn = [[c for c in _clouds(axes) if len(c[0]) == N] for axes in _axes(shown)]
    likely = [own for own in drawn if any(_fits(*cloud) for cloud in own)]
    clouds = [cloud for own in likely or drawn for cloud in own]
    if not clouds and isinstance(data, Mapping):
        rows = [row for row in (numbers(value) for value in data.values()) if len(row) == N]
        clouds = [(x, y) for x in rows for y in rows if x is not y and _fits(x, y)]
        clouds = sorted(clouds, key=lambda cloud: _moments(_rest(*cloud))[1])[:1]
    return [cloud for cloud in clouds if not _is_on_it(*cloud)] or clouds


def _clouds(axes: Mapping[str, Any]) -> list[tuple[Row, Row]]:
    """Clouds of one plot; what is drawn few points at a time is one cloud together."""
    every = [pairs(one.get("x"), one.get("y")) for one in axes.get("points", [])]
    few = [cloud for cloud in every if len(cloud[0]) < N]
    together = [a for x, _ in few for a in x], [b for _, y in few for b in y]
    return [*(cloud for cloud in every if len(cloud[0]) >= N), together]


def _rest(x: Row, y: Row) -> Row:
    return [b - function(a) for a, b in zip(x, y, strict=True)]


def _is_on_it(x: Row, y: Row) -> bool:
    return max(map(abs, _rest(x, y))) < 1e-9 * (1 + max(map(abs, y)))


def _fits(x: Row, y: Row) -> bool:
    mean, spread = _moments(_rest(x, y))
    return abs(mean) <= 2 * MEAN and FAR_SPREAD[0] <= spread <= FAR_SPREAD[1]


# What one sample is


def _drawn_at_random(x: Row, y: Row) -> Judgement:  # noqa: ARG001  # as its sibling
    if _is_grid(x):
        return judgement(0, "x is an even grid", mistake="grid-for-sample")
    return _normal(x, "x", "x is not drawn from the standard normal distribution")


def _noise(x: Row, y: Row) -> Judgement:
    noise = _rest(x, y)
    mean, spread = _moments(noise)
    if spread < 1e-9 * (1 + abs(mean)):
        if abs(mean) < 1e-9:
            return judgement(0, "the points lie on the function: no noise", mistake="no-noise")
        return judgement(0, "all points have the same noise", mistake="one-noise")
    if not FAR_SPREAD[0] <= spread <= FAR_SPREAD[1] or abs(mean) > 2 * MEAN:
        return judgement(0, "what is left of y is not the noise", mistake="other-function")
    follows = max(_correlation(x, noise), _correlation([a * a for a in x], noise))
    if follows >= REPEATS:
        said = "what is left of y follows x: it may be the same random numbers, or another function"
        return judgement(0, said, certain=False)
    found = _normal(noise, "the noise", "the noise is not standard normal")
    if follows > FOLLOWS and found["credit"] == "1":
        return judgement(1, "the noise goes along with x oddly well", certain=False)
    return found


# What was drawn


def _axes(shown: Any) -> Iterator[Mapping[str, Any]]:
    for figure in _figures(shown):
        yield from (axes for axes in figure.get("axes", []) if isinstance(axes, Mapping))


def _figures(shown: Any) -> list[Mapping[str, Any]]:
    figures = shown.get("figures", []) if isinstance(shown, Mapping) else []
    return [figure for figure in figures if isinstance(figure, Mapping)]


def _is_cut(shown: Any) -> bool:
    """Whether more was drawn than is told: too many things, or things that are not read."""
    held = [shown] if isinstance(shown, Mapping) else []
    counted = any(one.get("left_out") for one in (*held, *_figures(shown), *_axes(shown)))
    return counted or any(axes.get("others") for axes in _axes(shown))


def _lines(shown: Any, *, marked: bool = False) -> Iterator[tuple[Row, Row]]:
    """Lines; with ``marked`` those alone that also show a marker at each point."""
    for axes in _axes(shown):
        for one in axes.get("lines", []):
            if not marked or one.get("marker", "None") not in ("None", "none", "", " "):
                yield pairs(one.get("x"), one.get("y"))


def _drawn(x: Row) -> dict[str, Any]:
    """Figures with the function at some places drawn as points; for the examples."""
    points = [{"x": x, "y": [function(a) for a in x]}]
    return {"figures": [{"axes": [{"points": points, "lines": []}]}]}


def _is_grid(x: Row) -> bool:
    steps = [b - a for a, b in pairwise(sorted(x))]
    return max(steps) - min(steps) <= 1e-6 * (max(x) - min(x) or 1)


def _same_points(line: tuple[Row, Row], sample: tuple[Row, Row]) -> bool:
    """Whether a line joins the very points of the sample, in any order."""
    return sorted(zip(*line, strict=True)) == sorted(zip(*sample, strict=True))


def _goes_through(x: Row, y: Row, sample: tuple[Row, Row]) -> bool:
    """Whether points scatter around a line as noise of standard deviation 1 would."""
    curve = sorted(zip(x, y, strict=True))
    rest = []
    for a, b in zip(*sample, strict=True):
        if curve[0][0] <= a <= curve[-1][0]:
            (x0, y0), (x1, y1) = _around(curve, a)
            share = (a - x0) / (x1 - x0) if x1 > x0 else 0.0
            rest.append(b - (y0 + share * (y1 - y0)))
    if len(rest) < FEW:
        return False
    mean, spread = _moments(rest)
    return abs(mean) <= MEAN and SPREAD[0] <= spread <= SPREAD[1]


def _around(curve: Sequence[tuple[float, float]], a: float) -> tuple[Any, Any]:
    return next(((p, q) for p, q in pairwise(curve) if p[0] <= a <= q[0]), (curve[0], curve[0]))


# Statistics


def _moments(values: Sequence[float]) -> tuple[float, float]:
    mean = math.fsum(values) / len(values)
    return mean, math.sqrt(math.fsum((v - mean) ** 2 for v in values) / len(values))


def _correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Size of Pearson's correlation; 0 where a row is constant."""
    (mean, spread), (mean2, spread2) = _moments(one), _moments(other)
    if not spread * spread2:
        return 0.0
    both = math.fsum((a - mean) * (b - mean2) for a, b in zip(one, other, strict=True))
    return abs(both) / len(one) / spread / spread2


def _normal(values: Row, name: str, otherwise: str) -> Judgement:
    """Hold numbers against N(0, 1) by mean, standard deviation, fourth moment and distance."""
    mean, spread = _moments(values)
    if not FAR_SPREAD[0] <= spread <= FAR_SPREAD[1] or abs(mean) > 2 * MEAN:
        return judgement(0, otherwise)
    fourth = math.fsum((v - mean) ** 4 for v in values) / len(values) / spread**4
    near = abs(mean) <= MEAN and SPREAD[0] <= spread <= SPREAD[1]
    near = near and KURTOSIS[0] <= fourth <= KURTOSIS[1] and len(set(values)) > len(values) // 2
    near = near and _distance(values) * math.sqrt(len(values)) <= 2.2
    if near:
        return judgement(1, f"{name} looks like a standard normal sample")
    return judgement(1, f"{name} is an odd sample of the standard normal", certain=False)


def _distance(values: Row) -> float:
    """Kolmogorov's distance from the standard normal distribution."""
    ordered, n = sorted(values), len(values)
    below = [0.5 * (1 + math.erf(v / math.sqrt(2))) for v in ordered]
    return max(max(abs(p - i / n), abs(p - (i + 1) / n)) for i, p in enumerate(below))
