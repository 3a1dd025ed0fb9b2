"""Mappings: each entry of the truth is worth the same."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.compare import comparators
from grader.model import Number, Verdict, unsure, wrong


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Compares entry by entry; numbers by value, words by their letters.

    >>> Mapping().compare({"A": 0.1, "B": 1}, {"A": "0.1", "B": 2}).credit
    Fraction(1, 2)
    """

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the mean over the entries of the truth."""
        if not isinstance(truth, Map) or not truth:
            return unsure("the key of this part is no mapping")
        if not isinstance(value, Map):
            return wrong("nothing is assigned")
        each = [Fraction(_same(value.get(str(key)), right)) for key, right in truth.items()]
        faults = [
            f"{key}: {_shown(value.get(str(key)))}"
            for (key, _), credit in zip(truth.items(), each, strict=True)
            if not credit
        ]
        reason = f"{int(sum(each))} of {len(each)} are right" + (
            f"; not right: {', '.join(faults)}" if faults else ""
        )
        return Verdict(credit=sum(each, Fraction(0)) / len(each), reason=reason, each=tuple(each))


def _same(given: Any, right: Any) -> bool:
    if given is None or isinstance(given, bool) or isinstance(right, bool):
        return False
    a, b = _exact(given), _exact(right)
    if a is not None and b is not None:
        return a == b
    return (
        isinstance(given, str)
        and isinstance(right, str)
        and given.strip().casefold() == right.strip().casefold()
    )


def _exact(value: Any) -> Fraction | None:
    """The number as its shortest decimal says it, so that 0.1 is one tenth."""
    if isinstance(value, Number):
        value = value.value
    if isinstance(value, Fraction):
        return value
    if not isinstance(value, int | float | str) or (
        isinstance(value, str) and not 0 < len(value) < 40
    ):
        return None
    try:
        return Fraction(str(value)) if len(str(value)) < 400 else None
    except (ValueError, ZeroDivisionError, OverflowError):
        return None


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Number):
        value = value.value
    return (
        f"{float(value):g}"
        if isinstance(value, Fraction) and abs(value) < 10**30
        else str(value)[:30]
    )
