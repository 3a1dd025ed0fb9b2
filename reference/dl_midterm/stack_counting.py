"""Problems 12.2 and 12.3: every way to count a stack, and whether a student's value is one of them.

A value is what was read: "terms" (a sum of `[coefficient, {variable: power}]` in C, H, W, or S for
the side of a square image), "slack" and "significant" of a rounded number, and "others" (further
readings of its digits). It is compared with the ways of counting at points: a formula at general
ones, a number where the variables are what the answer takes them for.

The modes of counting are "right" (with or without biases, for any C above 1; a multiplication and
its addition are one computation or two), "one" (one channel and one filter), "once" (C for C
squared, as if a kernel read one channel) and "slip" (right but for the number of biases).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from . import stack_costs as costs

Layers = Sequence[Mapping[str, Any]]
Point: TypeAlias = Mapping[str, int]
#: What a stack costs at a point, by the ways of counting that belong together.
Ways = Callable[[Layers, Point], Iterator[Fraction]]

#: Points at which formulas are compared: C can be split, H and W can be halved a few times.
POINTS: tuple[Point, ...] = (
    {"C": 240, "H": 192, "W": 320},
    {"C": 480, "H": 128, "W": 64},
    {"C": 720, "H": 448, "W": 256},
)
_HIGHEST = 12


def layers_of(stack: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Layers of a design as `stack_costs` takes them: what is not said is left out.

    >>> layers_of({"layers": [{"kernel": 3, "filters": None}]})
    [{'kernel': 3}]
    """
    return [
        {key: value for key, value in layer.items() if value is not None}
        for layer in stack["layers"] or ()
    ]


# -- ways of counting


def _parameters(layers: Layers, at: Point) -> Iterator[Fraction]:
    for bias in (False, True):
        yield Fraction(costs.parameters(layers, at["C"], bias=bias))


def _parameters_once(layers: Layers, at: Point) -> Iterator[Fraction]:
    flat = costs.parameters_channels_once(layers, at["C"])
    yield from (
        Fraction(flat),
        Fraction(costs.parameters_channels_once(layers, at["C"], bias=True)),
    )
    yield Fraction(flat + sum(layer.get("kind", "conv") != "pool" for layer in layers))


def _parameters_slipped(layers: Layers, at: Point) -> Iterator[Fraction]:
    """Right but for the biases: one for each layer."""
    yield Fraction(costs.parameters_one_bias_a_layer(layers, at["C"]))


def _computations(layers: Layers, at: Point) -> Iterator[Fraction]:
    sizes = (at["H"], at["W"], at["C"])
    for factor in (1, 2):
        for bias in (False, True):
            yield Fraction(costs.computations(layers, *sizes, factor, bias=bias))
    # A sum of n products takes n - 1 additions, or n with the bias.
    outputs = costs.computations(layers, *sizes, bias=True) - costs.computations(layers, *sizes)
    yield Fraction(costs.computations(layers, *sizes, 2) - outputs)
    if all(
        layer.get("padding") == "valid" and layer.get("dilation", [1, 1]) == [1, 1]
        for layer in layers
    ):
        yield Fraction(costs.computations_without_padding(layers, *sizes))


def _computations_once(layers: Layers, at: Point) -> Iterator[Fraction]:
    for factor in (1, 2):
        yield Fraction(costs.computations_channels_once(layers, at["H"], at["W"], at["C"], factor))
    flat = costs.parameters_channels_once(layers, at["C"], bias=True)
    yield Fraction(at["H"] * at["W"] * flat)


def _nothing(layers: Layers, at: Point) -> Iterator[Fraction]:  # noqa: ARG001
    yield from ()


# -- one value


Exact: TypeAlias = int | Fraction
"""An exact value; whole ones stay ints, which are several times faster."""


@functools.lru_cache(maxsize=4_000)
def _exact(written: str) -> Exact:
    value = Fraction(written)
    return value.numerator if value.denominator == 1 else value


def value_at(terms: Sequence[Any], at: Point) -> Exact | None:
    """A sum of terms at a point, None where it depends on something else.

    >>> value_at([[9, {"C": 2}], [1, {}]], {"C": 2})
    37
    """
    total: Exact = 0
    for coefficient, powers in terms:
        part = _exact(str(coefficient))
        for name, power in powers.items():
            if name not in at or abs(power) > _HIGHEST:
                return None
            base: int = at[name] ** abs(power)
            part = part * base if power >= 0 else part * Fraction(1, base)
        total += part
    return total


def names_of(value: Mapping[str, Any]) -> set[str]:
    """Variables that a value depends on.

    >>> names_of({"terms": [[9, {"C": 2}]]})
    {'C'}
    """
    return {name for _, powers in value["terms"] for name in powers}


def scaled(value: Mapping[str, Any], factor: Sequence[Any] | None) -> dict[str, Any]:
    """A number times the factor that is written once for all values.

    >>> scaled({"terms": [[9, {}]]}, [[1, {"C": 2}]])["terms"]
    [['9', {'C': 2}]]
    """
    if not factor or names_of(value):
        return dict(value)
    constant = sum((Fraction(str(k)) for k, _ in value["terms"]), Fraction(0))
    return {**value, "terms": [[str(constant * Fraction(str(k))), powers] for k, powers in factor]}


def agrees(value: Mapping[str, Any], given: Exact, truth: Exact) -> bool:
    """Whether a number is the truth: exactly, or rounded or cut to the digits that it shows.

    >>> agrees({"slack": 10000, "significant": 3}, Fraction(3210000), Fraction(3211264))
    True
    """
    if given == truth:
        return True
    slack = value.get("slack")
    if slack is None or value.get("significant", 0) < 2:
        return False
    unit = _exact(str(slack))
    lacks = truth - given
    return -unit <= 2 * lacks <= unit or 0 <= lacks < unit


def _points(assume: Mapping[str, int], channels: int | None) -> Iterator[Point]:
    """Points that a formula has to be right at; `channels` is the number taken for C."""
    for point in POINTS:
        yield {
            **point,
            **{k: v for k, v in assume.items() if k in ("H", "W")},
            **({"C": channels} if channels else {}),
        }


def _square(point: Point, value: Mapping[str, Any]) -> Point:
    """The point for a value in the side S of a square image."""
    return {**point, "W": point["H"], "S": point["H"]} if "S" in names_of(value) else point


@functools.lru_cache(maxsize=20_000)
def _truths(ways: Ways, layers: str, at: tuple[tuple[str, int], ...]) -> tuple[Fraction, ...]:
    """What the ways give for layers at a point; the same stack is asked for again and again."""
    return tuple(ways(json.loads(layers), dict(at)))


def matches(
    value: Mapping[str, Any],
    layers: Layers,
    ways: Ways,
    assume: Mapping[str, int],
    channels: int | None,
) -> set[int]:
    """Places of the ways that give a value, at all points alike.

    Args:
        value: what was read.
        layers: the stack that it is of.
        ways: how it may be counted.
        assume: numbers that the answer takes for H and W.
        channels: the number that it takes for C, or None.

    >>> matches({"terms": [[9, {"C": 2}]]}, [{"kernel": 3}], PARAMETERS["right"], {}, None)
    {0}
    """
    if channels is None and "C" not in names_of(value):
        return set()
    sizes: list[Mapping[str, int]] = [{}, assume] if assume else [{}]
    return set().union(*(_matches_sized(value, layers, ways, size, channels) for size in sizes))


def _matches_sized(
    value: Mapping[str, Any],
    layers: Layers,
    ways: Ways,
    assume: Mapping[str, int],
    channels: int | None,
) -> set[int]:
    possible: list[bool] | None = None
    written = json.dumps(layers, default=str)
    try:
        for general in _points(assume, channels):
            point = _square(general, value)
            truths = _truths(ways, written, tuple(point.items()))
            readings = [value_at(value["terms"], point)]
            if not names_of(value):
                readings += [_exact(str(other)) for other in value.get("others", ())]
            fits = [
                any(given is not None and agrees(value, given, truth) for given in readings)
                for truth in truths
            ]
            possible = (
                fits if possible is None else [a and b for a, b in zip(possible, fits, strict=True)]
            )
            if not any(possible):
                return set()
    except (ValueError, KeyError, TypeError, ZeroDivisionError):
        return set()
    return {place for place, fits in enumerate(possible or ()) if fits}


def modes_of(
    value: Mapping[str, Any], layers: Layers, ways: Mapping[str, Ways], assume: Mapping[str, int]
) -> dict[str, set[int]]:
    """Modes of counting that give a value, each with the places of its ways.

    >>> modes_of({"terms": [[9, {}]]}, [{"kernel": 3}], PARAMETERS, {"C": 1})
    {'one': {0}}
    """
    stated = assume.get("C")
    channels = [None, *([stated] if stated and stated > 1 else [])]
    found = {
        mode: set().union(*(matches(value, layers, ways[mode], assume, c) for c in channels))
        for mode in ("right", "once", "slip")
    }
    if stated in (None, 1) and "C" not in names_of(value):
        found["one"] = matches(value, layers, ways["right"], assume, 1)
    return {mode: places for mode, places in found.items() if places}


PARAMETERS: Mapping[str, Ways] = {
    "right": _parameters,
    "once": _parameters_once,
    "slip": _parameters_slipped,
}
COMPUTATIONS: Mapping[str, Ways] = {
    "right": _computations,
    "once": _computations_once,
    "slip": _nothing,
}


def shown(value: Mapping[str, Any]) -> str:
    """A value as the student wrote it, in plain signs.

    >>> shown({"terms": [[49, {"C": 2}], [1, {"C": 1}]]})
    '49C^2 + C'
    """
    parts = []
    for coefficient, powers in value["terms"]:
        names = "".join(name if power == 1 else f"{name}^{power}" for name, power in powers.items())
        parts.append(f"{'' if str(coefficient) == '1' and names else coefficient}{names}")
    return " + ".join(parts) or "0"
