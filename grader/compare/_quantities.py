"""A quantity out of a text or of plain data: what is its number, and what its unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from grader.model import Number
from grader.notation.number import Written
from grader.notation.unit_names import CURRENCIES, Known
from grader.notation.unit_split import split
from grader.notation.units import Unit, Vocabulary, read_unit

NOTHING = Written(real=Fraction(0), form="integer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A number with a unit. ``missing`` says that none is written.

    ``number`` is the number's text or the number itself, ``written`` what it was read as;
    ``words`` are those of the unit that stand for themselves (apples), ``meant`` those in another
    case, with the unit that is meant (Kg).
    """

    number: Any
    unit: Unit
    missing: bool
    written: Written = NOTHING
    words: frozenset[str] = frozenset()
    meant: Mapping[str, str] = field(default_factory=dict)


def as_pair(value: Any) -> tuple[Any, str, str] | None:
    """Return number, unit and a currency that stands before; None where it is no quantity.

    Data may be a text, a number, a pair of both, or a mapping with ``value`` and ``unit``.

    Raises:
        Unreadable: where a text is too long or damaged.
    """
    if isinstance(value, str):
        number, unit, before = split(value)
        return number, unit, before
    if isinstance(value, Number):
        return value, split(f"1 {value.unit}").unit, ""
    if isinstance(value, Mapping):
        pair: Any = (value.get("value"), value.get("unit", ""))
        if set(value) - {"value", "unit"}:
            return None
    else:
        pair = value if isinstance(value, list | tuple) else (value, "")
    if len(pair) != 2 or not isinstance(pair[1], str):
        return None
    number = pair[0]
    if isinstance(number, list | tuple | dict | set | bytes | bool | None):
        return None
    one, unit, _ = split(f"1 {pair[1]}")
    return (number, unit, "") if one == "1" else None


def read_quantity(number: Any, unit: str, before: str, vocabulary: Vocabulary) -> Reading:
    """Return the quantity of a number and the text of its unit; the number is not read yet.

    Raises:
        UnknownUnit: where a word is no unit.
        Unreadable: where the unit is none for another reason.
    """
    text = f"{before} {unit}".strip()
    return Reading(number=number, unit=read_unit(text, vocabulary), missing=not text)


def with_words(vocabulary: Vocabulary, own: frozenset[str], meant: Mapping[str, str]) -> Vocabulary:
    """Return the vocabulary with words that stand for themselves, or for another one."""
    if not own and not meant:
        return vocabulary
    return replace(vocabulary, own=vocabulary.own | own, names=(*vocabulary.names, *meant.items()))


def sizes(mine: Unit, right: Unit, percent: str) -> list[tuple[Unit, Unit]]:
    """Return how both units may be meant where they hold per cent; nothing where it is refused."""
    if _has_percent(mine) and _has_percent(right):
        return [] if percent == "refused" else [(mine, right)]
    of_truth = percent_sizes(right, percent.replace("refused", "fraction"))
    return [(one, other) for one in percent_sizes(mine, percent) for other in of_truth]


def _has_percent(unit: Unit) -> bool:
    return any(known.symbol == "%" for known, _ in unit.parts)


def percent_sizes(unit: Unit, percent: str) -> tuple[Unit, ...]:
    """Return the unit with per cent as a hundredth, as one, or both; none where it is refused."""
    if not _has_percent(unit):
        return (unit,)
    points = tuple(
        (Known("%", Fraction(1), ()), power) if known.symbol == "%" else (known, power)
        for known, power in unit.parts
    )
    as_points = replace(unit, parts=points)
    sizes = {"fraction": (unit,), "points": (as_points,), "either": (unit, as_points)}
    return sizes.get(percent, ())


def is_money(unit: str) -> bool:
    """Whether the text of a unit is a currency alone."""
    return unit.strip() in CURRENCIES
