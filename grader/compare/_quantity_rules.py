"""The rules of quantities: which unit counts as right, and what kind of miss another one is."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import Any, Literal

from grader.compare._quantities import Reading
from grader.compare._units import (
    are_apart,
    converted,
    differ_by_prefix,
    foreign,
    measured,
    offset_of,
    without_angle,
)
from grader.compare.number import Number
from grader.model import MISSES, Verdict, invalid, unsure, wrong
from grader.notation.unit_names import Exponents
from grader.notation.units import Unit, Vocabulary, read_unit

_INHERITED = tuple(one.name for one in fields(Number))
_SCALED = ("absolute", "zero", "zero_below")


@dataclass(frozen=True, slots=True, kw_only=True, init=False, repr=False, eq=False)
class QuantityRules(Number):
    """The options of quantities, and the verdict on a number and its unit that were read."""

    unit: Literal["equivalent", "same", "ignored"] = "equivalent"
    """``equivalent``: any unit of the same dimension; ``same``: the truth's, in any spelling."""
    missing_unit: Literal["wrong", "invalid", "accepted"] = "wrong"
    """What a number without a unit is; ``accepted``: the truth's unit is meant."""
    unknown_unit: Literal["invalid", "wrong", "accepted"] = "invalid"
    """What a number with a word that is no unit is."""
    number: Literal["needed", "one", "ignored"] = "needed"
    """``one``: a unit alone is one of it; ``ignored``: the unit alone is compared."""
    number_credit: float | str = 0
    """Credit for the right number with a unit that is missing or wrong."""
    unit_credit: float | str = 0
    """Credit for the right unit with a wrong number."""
    absolute_unit: str = ""
    """The unit of ``absolute``; that of the truth, if nothing is said."""
    allowed: tuple[str, ...] = ()
    """The units that may be used; any, if none is listed."""
    names: dict[str, str] = field(default_factory=dict)
    """Further words with what they mean: ``{"c": "299792458 m/s", "C": "degC"}``; a word that
    means itself is a unit of its own (``{"pears": "pears"}``)."""
    case: bool = True
    """Whether capital and small letters differ (mW, MW)."""
    slash: Literal["auto", "next", "rest"] = "auto"
    """What a slash divides by: the ``next`` unit, all the ``rest``; ``auto``: both are tried."""
    together: bool = True
    """Whether symbols may be written together without a blank (Nm, kgm/s)."""
    temperature: Literal["points", "differences"] = "points"
    """Whether 20 °C is a point on the scale (293.15 K), or a difference (20 K)."""
    radian: Literal["unit", "one"] = "unit"
    """Whether a radian is a unit of its own, or the number 1 that may be left out."""
    customary: Literal["us", "imperial"] = "us"
    """Whose gallons, pints and tons are meant."""
    currency: Literal["anywhere", "before", "after"] = "anywhere"
    """Where the sign or word of a currency has to stand."""

    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(
            names=tuple(pair for pair in self.names.items() if pair[0] != pair[1]),
            own=frozenset(word for word, meaning in self.names.items() if word == meaning),
            slash=self.slash,
            together=self.together,
            case=self.case,
            customary=self.customary,
            further=foreign,
        )

    def _with_units(self, given: Reading, mine: Unit, expected: Reading, right: Unit) -> Verdict:
        """Return the verdict where both units are read in one way."""
        ours, theirs = self._bases(mine), self._bases(right)
        if self.unit == "ignored":
            return self._raw(given, expected, right)
        if given.missing and right.parts and self.number != "ignored":
            return self._unit_missing(given, expected, right, plain=not theirs)
        if not self._is_allowed(mine):
            return self._unit_wrong(given, mine, expected, right, "unit")
        if ours != theirs:
            return self._other_dimension(given, mine, expected, right)
        if are_apart(mine, right):
            told = f"{mine.written} stands for another kind of quantity; a person has to decide"
            return unsure(told)
        if self.unit == "same" and mine.symbols != right.symbols:
            return self._unit_wrong(given, mine, expected, right, self._kind(mine, right))
        if self.number == "ignored":
            told = f"{mine.written} is the right unit"
            return Verdict(credit=Fraction(1), reason=told, read=mine.written)
        verdict = self._number(given, expected, mine, right)
        if verdict.credit or not verdict.certain:
            return verdict
        return self._off(verdict, given, mine, expected, right)

    def _bases(self, unit: Unit) -> Exponents:
        return without_angle(unit.bases) if self.radian == "one" else unit.bases

    def _is_allowed(self, unit: Unit) -> bool:
        if not self.allowed:
            return True
        vocabulary = self._vocabulary()
        return any(read_unit(one, vocabulary).symbols == unit.symbols for one in self.allowed)

    def _raw(self, given: Reading, expected: Reading, right: Unit) -> Verdict:
        """Compare the numbers as they stand, as if the unit were the truth's."""
        return self._number(given, expected, right, right, shown=Unit())

    def _number(
        self,
        given: Reading,
        expected: Reading,
        mine: Unit,
        right: Unit,
        shown: Unit | None = None,
    ) -> Verdict:
        """Compare the numbers, with the truth and the tolerance in the student's unit."""
        points = self.temperature == "points"
        moved = converted(expected.written, right, mine, points=points)
        scale = right.factor / mine.factor
        absolute = scale
        if self.absolute_unit:
            absolute = read_unit(self.absolute_unit, self._vocabulary()).factor / mine.factor
        rule = _rule(tuple(getattr(self, name) for name in _INHERITED), scale, absolute)
        computed = type(expected.number) is float
        verdict = rule.judged(given.written, moved, computed=computed)
        unit = mine if shown is None else shown
        read, told = _with_unit(verdict.read, unit), given.written.told
        reason = verdict.reason
        if told and reason.startswith(told):
            reason = _with_unit(told, unit) + reason[len(told) :]
        verdict = replace(verdict, read=read, reason=reason)
        if points and self.relative is not None and offset_of(mine) != offset_of(right):
            back = converted(given.written, mine, right, points=True)
            whole = _rule(
                tuple(getattr(self, name) for name in _INHERITED), Fraction(1), Fraction(1)
            )
            other = whole.judged(back, expected.written, computed=computed)
            if other.credit != verdict.credit:
                # 1 % of 20 °C is another temperature than 1 % of 293 K.
                words = "a part of a temperature depends on its scale; a person has to decide"
                return replace(unsure(f"{read}: {words}", other.credit), read=read)
        return verdict

    def _unit_missing(
        self, given: Reading, expected: Reading, right: Unit, *, plain: bool
    ) -> Verdict:
        """A number alone, where a unit is asked for (or may be left out: 0.05 for 5 %)."""
        if plain and self.unit == "equivalent":
            verdict = self._number(given, expected, Unit(), right)
            if verdict.credit or not verdict.certain:
                return verdict
        same = self._raw(given, expected, right)
        if self.missing_unit == "accepted":
            return same
        if self.missing_unit == "invalid":
            return invalid("the unit is missing; write it after the number", same.read)
        told = "the number is right" if same.credit else f"{same.read} is not right"
        return self._with_credit(same, told, "unit-missing", same.read)

    def _unit_wrong(
        self, given: Reading, mine: Unit, expected: Reading, right: Unit, miss: str
    ) -> Verdict:
        """Another unit than the one asked for: the number may be right as it stands, or in it."""
        read = _with_unit(given.written.shown, mine)
        if self.number == "ignored":
            return self._with_credit(wrong(""), mine.written, miss, mine.written)
        number = self._raw(given, expected, right)
        if not number.credit and self._bases(mine) == self._bases(right):
            number = self._number(given, expected, mine, right)
        return self._with_credit(number, read, miss, read)

    def _other_dimension(
        self, given: Reading, mine: Unit, expected: Reading, right: Unit
    ) -> Verdict:
        read = _with_unit(given.written.shown, mine)
        if without_angle(mine.bases) == without_angle(right.bases):
            verdict = self._number(given, expected, mine, right)
            told = f"{read}: whether an angle counts as a unit here, a person has to decide"
            return replace(unsure(told, verdict.credit), read=read)
        number = self._raw(given, expected, right)
        if number.credit and _run_together(mine) == _run_together(right):
            told = f"{read}: how the letters of the unit belong together, a person has to decide"
            return replace(unsure(told, number.credit), read=read)
        if _folded(mine) == _folded(right):
            return self._with_credit(number, read, "case", read)
        told = f"{mine.written} measures {measured(mine.bases)}"
        if mine.written in ("C", "F"):
            told = f"{told} (degrees are written °{mine.written})"
        if not mine.bases:
            told = f"{read} is a plain number"
        elif not right.parts:
            told = f"{told}, and no unit is asked for"
        return self._with_credit(number, told, "dimension", read)

    def _off(
        self, verdict: Verdict, given: Reading, mine: Unit, expected: Reading, right: Unit
    ) -> Verdict:
        """A wrong number in a unit of the right dimension: perhaps it is the unit that is wrong."""
        if mine.symbols != right.symbols:
            number = self._raw(given, expected, right)
            if number.credit:
                kind = self._kind(mine, right)
                return self._with_credit(number, verdict.read, kind, verdict.read)
            if differ_by_prefix(mine, right) and self._off_by_prefix(given, mine, expected, right):
                verdict = self._told(verdict, "prefix")
        return replace(verdict, credit=credit_of(self.unit_credit))

    def _off_by_prefix(self, given: Reading, mine: Unit, expected: Reading, right: Unit) -> bool:
        """Whether the number would be right with another prefix of thousands."""
        for zeros in (-9, -6, -3, 3, 6, 9):
            moved = replace(mine, scale=mine.scale * Fraction(10) ** zeros)
            if self._number(given, expected, moved, right).credit:
                return True
        return False

    def _kind(self, mine: Unit, right: Unit) -> str:
        """What kind of wrong unit it is."""
        if _folded(mine) == _folded(right):
            return "case"
        return "prefix" if differ_by_prefix(mine, right) else "unit"

    def _told(self, verdict: Verdict, miss: str) -> Verdict:
        base = verdict.reason.split(";")[0]
        reason = f"{base}; {MISSES[miss]}" if self.tell else base
        return replace(verdict, miss=miss, reason=reason)

    def _with_credit(self, number: Verdict, told: str, miss: str, read: str) -> Verdict:
        """Return the part of the number's credit that it earns with a wrong unit."""
        reason = f"{told}; {MISSES[miss]}" if self.tell else told
        if miss == "case" and not self.case and number.credit:
            words = "by its letters alone nobody can tell the unit; a person has to decide"
            return replace(unsure(f"{told}: {words}", number.credit), read=read)
        credit = number.credit * credit_of(self.number_credit)
        if credit and not number.certain:
            return replace(number, credit=credit)
        return Verdict(credit=credit, reason=reason, read=read, miss=miss)


@functools.lru_cache(maxsize=256)
def credit_of(value: float | str | Fraction) -> Fraction:
    """Return a credit as the decimal number or fraction that the rubric writes."""
    return Fraction(str(value))


def _run_together(unit: Unit) -> str:
    """The letters and powers of a unit without what stands between: N ms and N m s are alike."""
    return "".join(unit.written.split()).replace("^", "")


def _folded(unit: Unit) -> str:
    """A unit's spelling without blanks and capital letters."""
    return unit.written.replace(" ", "").casefold()


def _with_unit(number: str, unit: Unit) -> str:
    if " " in number and unit.parts:
        number = f"({number})"
    return f"{number} {unit.written}".strip()


@functools.lru_cache(maxsize=1024)
def _rule(options: tuple[Any, ...], scale: Fraction, absolute: Fraction) -> Number:
    """Return the comparison of numbers with its tolerances in another unit."""
    named = dict(zip(_INHERITED, options, strict=True))
    for name in _SCALED:
        if named[name]:
            size = absolute if name == "absolute" else scale
            named[name] = str(Fraction(str(named[name])) * size)
    return Number(**named)
