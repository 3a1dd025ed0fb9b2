"""Formulas that mean the same, whatever their form: held against each other at fixed points.

    compare:
      kind: equivalent
      variables: {x1: [0, 80], x2: [0, 4]}
      constants: {b0: -6, b1: 0.05, b2: 1}
      names: {x1: [hours], x2: [GPA], b0: [β0, beta_0]}

The truth is an expression, ``1/(1+exp(-(b0+b1*x1+b2*x2)))``, or an equation whose left side
is an expression too, ``ln(p/(1-p)) = b0+b1*x1+b2*x2``. Nothing is executed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from grader.compare import comparators
from grader.expression import Expression, NotAnExpression, Undefined, parse
from grader.model import Number, Verdict, full, unsure, unusable, wrong

_POINTS, _ENOUGH = 16, 6
_CLOSE = 1e-7
_LONGEST = 4_000


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalent:
    """Equal at all of sixteen points within the ranges of the variables."""

    variables: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Each variable, and the range of its values."""
    constants: dict[str, float] = field(default_factory=dict)
    """Symbols that may be written as a symbol or as this number."""
    names: dict[str, list[str]] = field(default_factory=dict)
    """Other spellings of a variable or constant; case and underscores never matter."""

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return full credit for an equivalent formula; open where it has unknown symbols."""
        expected = self._sides(truth)
        if expected is None:
            return unusable("the expected value is no formula")
        given = self._sides(value)
        if given is None:
            return (
                wrong("no formula was read")
                if not isinstance(value, str | Mapping | Number)
                else (unsure("the formula could not be read"))
            )
        if expected[0] is None and given[0] is not None:
            return wrong("the left side is not the quantity that is asked for")
        if expected[0] is not None and given[0] is None:
            return wrong("the formula is of another form")
        unknown = self._unknown(given)
        if unknown:
            return unsure(f"the formula holds symbols that are not known: {', '.join(unknown)}")
        return self._verdict(given, expected)

    def _verdict(self, given: Sides, expected: Sides) -> Verdict:
        if self.variables and not any(
            side.names & set(map(_plain, self.variables)) for side in given if side
        ):
            return unsure("numbers are put in for all variables")
        outcomes = [
            self._same(g, e)
            for g, e in zip(given, expected, strict=True)
            if g is not None and e is not None
        ]
        if any(outcome is False for outcome in outcomes):
            return wrong("the formula is not equivalent to the one that is asked for")
        if any(outcome is None for outcome in outcomes):
            return unsure("the formula could not be evaluated")
        return full("the formula is equivalent to the one that is asked for")

    def _same(self, given: Expression, expected: Expression) -> bool | None:
        """Compare at fixed points; None where too few of them have a value."""
        compared = 0
        for point in self._points():
            try:
                right = float(expected.evaluate(point))
            except (Undefined, OverflowError):
                continue
            try:
                left = float(given.evaluate(point))
            except (Undefined, OverflowError):
                return False if compared else None
            if abs(left - right) > _CLOSE * max(abs(left), abs(right), 1e-3):
                return False
            compared += 1
        return True if compared >= _ENOUGH else None

    def _points(self) -> tuple[dict[str, float | Fraction], ...]:
        """Points spread over the ranges, always the same ones."""
        ranges = tuple((name, *map(float, span)) for name, span in sorted(self.variables.items()))
        return _spread(ranges, tuple(sorted(self.constants.items())))

    def _unknown(self, sides: Sides) -> list[str]:
        known = set(map(_plain, [*self.variables, *self.constants]))
        used = frozenset[str]().union(*(side.names for side in sides if side is not None))
        return sorted(used - known)

    def _sides(self, value: Any) -> Sides | None:
        """Return the left side, where it is an expression, and the right side."""
        left: Any = None
        if isinstance(value, Number):
            value = str(value.value)
        if isinstance(value, Mapping):
            left, value = value.get("lhs"), value.get("rhs")
        elif isinstance(value, str) and "=" in value:
            left, _, value = value[:_LONGEST].partition("=")
        if not isinstance(value, str):
            return None
        right = self._expression(value)
        if right is None:
            return None
        solved = not isinstance(left, str) or not left.strip() or _is_name(left)
        return (None if solved else self._expression(left), right)

    def _expression(self, text: str) -> Expression | None:
        try:
            expression = parse(text[:_LONGEST], names=self._spellings())
        except NotAnExpression:
            return None
        known = {_plain(name): _plain(name) for name in [*self.variables, *self.constants]}
        for name, others in self.names.items():
            known |= {_plain(other): _plain(name) for other in others}
        return expression.renamed(lambda name: _meant(name, known))

    def _spellings(self) -> list[str]:
        return [
            spelling
            for name in [*self.variables, *self.constants]
            for spelling in (name, name.upper())
        ]


Sides = tuple[Expression | None, Expression]
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29)
_NAME = re.compile(r"\s*[^\W\d]\w*\s*(?:\([^()]*\))?\s*")


def _meant(name: str, known: Mapping[str, str]) -> list[str]:
    """Return the variable that a name means, or the letters whose product it is.

    ``hours_studied`` means ``hours``, and ``HWC`` the product of three variables.
    """
    first, _, rest = name.partition("_")
    for candidate in (_plain(name), _plain(first) if rest.replace("_", "").isalpha() else ""):
        if candidate in known:
            return [known[candidate]]
    letters = list(_plain(name))
    product = len(letters) > 1 and all(letter in known for letter in letters)
    return [known[letter] for letter in letters] if product else [_plain(name)]


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None and not text.strip().lower().startswith(
        ("log", "ln", "logit", "exp")
    )


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", _GREEK.get(name[:1], name[:1]) + name[1:]).lower()


_GREEK = {
    "β": "beta",
    "θ": "theta",
    "α": "alpha",
    "γ": "gamma",
    "ε": "epsilon",
    "σ": "sigma",
    "μ": "mu",
    "λ": "lambda",
}


@functools.lru_cache(maxsize=64)
def _spread(
    ranges: tuple[tuple[str, float, float], ...], constants: tuple[tuple[str, float], ...]
) -> tuple[dict[str, float | Fraction], ...]:
    """Points of a Halton sequence in the ranges; floats, as only nearness is asked for."""
    fixed: dict[str, float | Fraction] = {_plain(n): Fraction(str(v)) for n, v in constants}
    return tuple(
        fixed
        | {
            _plain(name): low + _halton(index + 20, _PRIMES[place % len(_PRIMES)]) * (high - low)
            for place, (name, low, high) in enumerate(ranges)
        }
        for index in range(1, _POINTS + 1)
    )


def _halton(index: int, base: int) -> float:
    share, result = 1.0, 0.0
    while index:
        share /= base
        index, digit = divmod(index, base)
        result += share * digit
    return result
