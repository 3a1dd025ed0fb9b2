"""Quantities: a number with its unit, converted exactly before it is compared.

    compare: {kind: quantity, relative: 0.01}
    compare: {kind: quantity, unit: same, significant: 3, number_credit: 1/2}

The number is judged by all options of ``number``, in the student's unit: the truth is converted to
it, and a tolerance with it. Where a unit can be read in two ways (J / mol K), both are compared,
and a person decides where they differ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, ClassVar

from grader.compare import comparators
from grader.compare._otherwise import in_degrees, otherwise, pointed, raised_again
from grader.compare._quantities import (
    Reading,
    as_pair,
    is_money,
    read_quantity,
    sizes,
    with_words,
)
from grader.compare._quantity_rules import QuantityRules, credit_of
from grader.compare._taken import expected_number
from grader.model import Verdict, invalid, unsure, unusable
from grader.notation.clean import Unreadable
from grader.notation.number import Written
from grader.notation.options import check_choices
from grader.notation.units import Unit, UnknownUnit, Vocabulary, defined, read_unit

_SCALES = ("°C", "°F", "K")
ONE = Written(real=Fraction(1), form="integer")
_SECOND = re.compile(r"(?<![\^*])[\s,;][-+]?\.?\d")
_NUMBER_AFTER = re.compile(r"[^\W\d_]\.?\s\s?[-+]?\d")


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity(QuantityRules):
    """A number with a unit, in any unit of the same dimension.

    >>> verdict = Quantity(relative=0.01).compare("981 cm/s^2", "9.81 m s^-2")
    >>> verdict.credit, verdict.read
    (Fraction(1, 1), '981 cm s^-2')
    >>> Quantity().compare("3 m", "3 km").miss
    'prefix'
    """

    EXAMPLES: ClassVar[tuple[dict[str, Any], ...]] = (
        {"options": {"relative": 0.01}, "text": "981 cm/s^2", "truth": "9.81 m/s^2"},
        {"options": {}, "text": "3 m", "truth": "3 km"},
        {"options": {"relative": 0.01}, "text": "9.8 m/s", "truth": "9.8 m/s^2"},
        {"options": {}, "text": "12", "truth": "12 N m"},
    )

    def __post_init__(self) -> None:
        """Refuse options that cannot be, when the rubric is loaded."""
        QuantityRules.__post_init__(self)
        check_choices(self, Quantity)
        object.__setattr__(self, "allowed", tuple(self.allowed))
        for name in ("number_credit", "unit_credit"):
            if not 0 <= credit_of(getattr(self, name)) <= 1:
                raise ValueError(f"'{name}' lies between 0 and 1")
        if not all(type(one) is str for pair in self.names.items() for one in pair):
            raise ValueError("'names' gives words and what they mean")
        try:
            for word in (*self.allowed, self.absolute_unit):
                read_unit(word, self._vocabulary())
            for word, meaning in self.names.items():
                if word != meaning:
                    defined(meaning, self._vocabulary())
        except Unreadable as error:
            raise ValueError(f"'allowed', 'names' and 'absolute_unit': {error}") from None

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return full credit for a right number with a right unit."""
        vocabulary = self._vocabulary()
        expected = self._expected(truth, vocabulary)
        if isinstance(expected, Verdict):
            return expected
        vocabulary = with_words(vocabulary, expected.words, expected.meant)

        def judge(value: Any) -> Verdict:
            return self._judged(value, expected, vocabulary)

        texts = [*raised_again(value), *pointed(value)]
        texts += in_degrees(value) if is_degree(expected.unit) else ()
        return otherwise(judge(value), value, texts, judge)

    def _judged(self, value: Any, expected: Reading, vocabulary: Vocabulary) -> Verdict:
        """The verdict on one text."""
        try:
            given = self._given(value, vocabulary)
        except UnknownUnit as error:
            return self._unknown(value, expected, vocabulary, error)
        except Unreadable as error:
            return invalid(str(error))
        if isinstance(given, Verdict):
            return given
        return self._settled(given, expected)

    def _expected(self, truth: Any, vocabulary: Vocabulary) -> Reading | Verdict:
        """Read the truth; a word that is no unit stands for itself there."""
        open_ = unusable("the expected value is no number with a unit")
        try:
            pair = as_pair(truth)
        except Unreadable:
            return open_
        if pair is None:
            return open_
        words: frozenset[str] = frozenset()
        meant: dict[str, str] = {}
        for _ in range(5):
            try:
                read = read_quantity(*pair, with_words(vocabulary, words, meant))
                number = self._truth_number(read.number)
            except UnknownUnit as error:
                if error.case:
                    meant[error.word] = error.near
                elif error.near:
                    return unusable("the expected unit is not known; 'names' can say what it means")
                else:
                    words |= {error.word}
            except (Unreadable, TypeError):
                return open_
            else:
                if number is None or not self._fits_tolerance(read.unit):
                    return open_
                return replace(read, written=number, words=words, meant=meant)
        return open_

    def _fits_tolerance(self, unit: Unit) -> bool:
        """Whether ``absolute_unit`` measures the same as the truth's unit."""
        other = read_unit(self.absolute_unit, self._vocabulary()) if self.absolute_unit else unit
        return self._bases(other) == self._bases(unit)

    def _truth_number(self, number: Any) -> Written | None:
        if isinstance(number, str):
            if not number and self.number != "needed":
                return ONE
            return expected_number(number, self)
        read = self.read(number)
        return None if isinstance(read, Verdict) else read

    def _given(self, value: Any, vocabulary: Vocabulary) -> Reading | Verdict:
        pair = as_pair(value)
        if pair is None:
            read = self.read(value)
            return read if isinstance(read, Verdict) else invalid("this is no number with a unit")
        self._check_order(*pair)
        if self.unit == "ignored":
            pair = (pair[0], "", "")
        reading = read_quantity(*pair, vocabulary)
        if isinstance(pair[0], str) and not pair[0] and reading.unit.parts:
            if self.number == "needed":
                raise Unreadable(f"“{reading.unit.written}” stands alone; write a number before it")
            return replace(reading, written=ONE)
        number = self.read(pair[0])
        return number if isinstance(number, Verdict) else replace(reading, written=number)

    def _check_order(self, number: Any, unit: str, before: str) -> None:
        """Refuse a unit before its number, an equation, and a currency on the wrong side."""
        if "=" in unit:
            raise Unreadable("write the value alone, without an equals sign")
        if isinstance(number, str) and not number and _NUMBER_AFTER.search(unit):
            raise Unreadable("write one number first, and then its unit")
        # Words that are not read may hide no second number (5 or 6).
        unread = self.unit == "ignored" or self.unknown_unit == "accepted"
        if unread and _SECOND.search(unit):
            raise Unreadable("more than one number is written; write one number with its unit")
        named = before or (unit if is_money(unit) else "")
        if self.currency != "anywhere" and named and bool(before) != (self.currency == "before"):
            raise Unreadable(f"write “{named}” {self.currency} the number")

    def _unknown(
        self, value: Any, expected: Reading, vocabulary: Vocabulary, error: UnknownUnit
    ) -> Verdict:
        """A word that is no unit: in the wrong case, or not known at all."""
        if error.case and self.unknown_unit != "accepted":
            verdict = self._in_other_case(value, expected, vocabulary)
            if verdict is not None and verdict.credit == 1:
                return self._with_credit(verdict, str(error), "case", verdict.read)
        if self.unknown_unit == "invalid":
            return invalid(str(error))
        pair = as_pair(value) or ("", "", "")
        number = self.read(pair[0])
        if isinstance(number, Verdict):
            return number
        given = Reading(number=pair[0], unit=Unit(), missing=True, written=number)
        verdict = self._raw(given, expected, expected.unit)
        if self.unknown_unit == "accepted":
            return verdict
        return self._with_credit(verdict, str(error), "unit", verdict.read)

    def _in_other_case(
        self, value: Any, expected: Reading, vocabulary: Vocabulary
    ) -> Verdict | None:
        """Compare as if capital and small letters did not differ."""
        try:
            given = self._given(value, replace(vocabulary, case=False))
        except Unreadable:
            return None
        return self._settled(given, expected) if isinstance(given, Reading) else None

    def _settled(self, given: Reading, expected: Reading) -> Verdict:
        """Compare all readings of the units; a person decides where they differ."""
        ours, theirs = (given.unit, *given.unit.others), (expected.unit, *expected.unit.others)
        alike = [one.symbols for one in ours] == [one.symbols for one in theirs]
        pairs = (
            list(zip(ours, theirs, strict=True))
            if alike
            else [(one, other) for one in ours for other in theirs]
        )
        verdicts = [self._sized(given, one, expected, other) for one, other in pairs]
        first = verdicts[0]
        best = max(verdict.credit for verdict in verdicts)
        if all(verdict.credit == best for verdict in verdicts):
            return next((one for one in verdicts if not one.certain), first)
        readings = " or ".join(dict.fromkeys(one.written for one in ours))
        told = f"the unit can be read as {readings}"
        if len(ours) == 1:
            told = "the expected unit can be read in two ways"
        return replace(unsure(f"{told}; a person has to decide", best), read=first.read)

    def _sized(self, given: Reading, one: Unit, expected: Reading, other: Unit) -> Verdict:
        """Compare with percent as a hundredth, as points, or as either."""
        best: Verdict | None = None
        for mine, right in sizes(one, other, self.percent):
            verdict = self._with_units(given, mine, expected, right)
            if best is None or verdict.credit > best.credit:
                best = verdict
        if best is None:
            return invalid("no percent sign is wanted here; write the number itself")
        return best


def is_degree(unit: Unit) -> bool:
    """Whether a unit is that of a temperature, and nothing else."""
    return len(unit.parts) == 1 and unit.parts[0][0].symbol in _SCALES
