"""Numbers that are right to the digits shown, rounded or cut off.

    compare: {kind: rounded}
    compare: {kind: rounded, significant_at_least: 3, approximate_credit: 3/4}

Where all digits of a whole number are written, all have to be right.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.compare import comparators
from grader.compare._values import exact, fraction, is_same, number_of, shown, truth_of
from grader.model import Number, Verdict, full, unsure, wrong


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Rounded:
    """Equal when rounded or truncated to the digits shown."""

    significant_at_least: int = 2
    """Digits that have to be shown, from the first that is not 0."""
    decimals_at_least: int | None = None
    """Decimals that have to be shown; by default one, and none where the truth is whole."""
    approximate_credit: float | str = 1
    """Credit for a rounded value that is announced as approximate."""
    rounded_credit: float | str = 1
    """Credit for a rounded value where the truth is whole (122K), not announced as such."""

    def __post_init__(self) -> None:
        """Refuse credit outside [0, 1] when the rubric is loaded."""
        for credit in (self.approximate_credit, self.rounded_credit):
            if not 0 <= fraction(credit) <= 1:
                raise ValueError(f"credit must lie between 0 and 1, got {credit}")

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return credit for a value that agrees with the truth in all digits that it shows."""
        given, expected = number_of(value), truth_of(truth)
        if isinstance(given, Verdict):
            return given
        if isinstance(expected, Verdict):
            return expected
        if is_same(given, expected):
            return full(f"{shown(value)} is right")
        if given.slack is None:
            verdict = wrong(f"{shown(value)} is not the right number")
        else:
            verdict = self._to_digits(given, expected, given.slack)
        if verdict.credit == 0 and self._may_be_rounded(given, expected):
            return unsure(
                f"{shown(value)} may be rounded or may be meant exactly",
                self._credit(given, expected),
            )
        return verdict

    def _to_digits(self, given: Number, expected: Number, slack: Fraction) -> Verdict:
        if not agrees(exact(given.value), exact(expected.value), slack):
            return wrong(f"{shown(given)} is not right to the digits shown")
        if (given.significant or 0) < self.significant_at_least:
            return wrong(f"{shown(given)} shows fewer than {self.significant_at_least} digits")
        decimals = self._decimals(expected)
        if (given.decimals or 0) < decimals and slack > Fraction(1, 10**decimals):
            return wrong(f"{shown(given)} shows fewer than {decimals} decimals")
        credit = self._credit(given, expected)
        about = "as an approximate value " if given.approx and credit < 1 else ""
        return Verdict(credit=credit, reason=f"{shown(given)} is right {about}to the digits shown")

    def _decimals(self, expected: Number) -> int:
        if self.decimals_at_least is not None:
            return self.decimals_at_least
        return 0 if exact(expected.value).denominator == 1 else 1

    def _credit(self, given: Number, expected: Number) -> Fraction:
        whole = exact(expected.value).denominator == 1 and (given.slack is None or given.slack > 1)
        if given.approx:
            return fraction(self.approximate_credit)
        return fraction(self.rounded_credit) if whole else Fraction(1)

    def _may_be_rounded(self, given: Number, expected: Number) -> bool:
        """Whether the digits shown end in zeros, as in 122,000, and agree up to these."""
        if given.decimals != 0 or not given.significant:
            return False
        unit = given.slack or Fraction(1)
        digits = abs(exact(given.value)) / unit
        if digits.denominator != 1 or not 0 < digits < _LARGEST:
            return False
        shown_digits = str(digits.numerator)
        zeros = len(shown_digits) - len(shown_digits.rstrip("0"))
        enough = given.significant - zeros >= self.significant_at_least
        rough = unit * Fraction(10) ** zeros
        return bool(zeros) and enough and agrees(exact(given.value), exact(expected.value), rough)


_LARGEST = 10**400


def agrees(given: Fraction, truth: Fraction, slack: Fraction) -> bool:
    """Whether the truth, rounded or cut off at a unit of ``slack``, is the number given."""
    noise = slack / 10**6
    if abs(given - truth) <= slack / 2 + noise:
        return True
    if truth and given and (truth < 0) != (given < 0):
        return False
    return -noise <= abs(truth) - abs(given) < slack
