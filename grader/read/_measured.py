"""Numbers in the units that a rubric knows: told from others, converted, and added up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

from grader.model import Number
from grader.read._candidates import Candidate, same
from grader.read._units import factor_behind, is_other_unit

Units: TypeAlias = Mapping[str, float | str]
"""Words for units, and the factor that turns each into the unit asked for."""


def compound(found: list[Candidate], units: Units) -> list[Candidate]:
    """Add up 2 days and 2 hours."""
    kept: list[Candidate] = []
    for candidate in found:
        last = kept[-1] if kept else None
        if last is not None and last.line is candidate.line and _adds_up(last, candidate, units):
            value = Fraction(last.number.value) + Fraction(candidate.number.value)
            kept[-1] = replace(
                candidate, number=replace(candidate.number, value=value), start=last.start
            )
        else:
            kept.append(candidate)
    return kept


def _adds_up(one: Candidate, other: Candidate, units: Units) -> bool:
    large, small = _factor(one.number.unit, units), _factor(other.number.unit, units)
    between = one.line.text[one.end : other.start].split()
    return (
        large is not None
        and small is not None
        and large > small
        and len(between) < 3
        and one.mentioned
    )


def measured(candidate: Candidate, units: Units) -> Candidate:
    """Say whether a number has a unit that the rubric knows, or another one."""
    text, start, end = candidate.line.text, candidate.run.start, candidate.end
    if is_other_unit(text, start, end, units):
        return replace(candidate, measured="other")
    known = factor_of(candidate, units) is not None
    return replace(candidate, measured="asked" if known else "")


def factor_of(candidate: Candidate, units: Units) -> Fraction | None:
    """Return what turns a number into the unit asked for, where its unit is known."""
    if candidate.measured == "other":
        return None
    whole = factor_behind(candidate.line.text, candidate.end, units)
    return _factor(candidate.number.unit, units) if whole is None else whole


def _factor(unit: str, units: Mapping[str, float | str]) -> Fraction | None:
    words = unit.lower().split()
    for word in words[:3]:
        for name, factor in units.items():
            if word == name.lower() or word.rstrip("s") == name.lower().rstrip("s"):
                return Fraction(str(factor))
    return None


def scaled(number: Number, factor: Fraction) -> Number:
    """Return a number in another unit."""
    slack = None if number.slack is None else number.slack * factor
    value = number.value * (factor if isinstance(number.value, Fraction) else float(factor))
    return replace(number, value=value, slack=slack)


def is_close(one: Number, other: Number) -> bool:
    """Whether one number may be the other, rounded: 52.98, about 53 hours."""
    apart = abs(Fraction(one.value) - Fraction(other.value))
    return same(one, other) or 100 * apart <= abs(Fraction(other.value))
