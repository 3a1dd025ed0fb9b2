"""Numbers, in whatever notation the options allow, right within the tolerance that they state.

    compare: {kind: number, absolute: 0.01}
    compare: {kind: number, relative: 0.05, relative_to: larger}
    compare: {kind: number, significant: 3, given_significant: 3}

Without a tolerance the number has to be exactly right. All arithmetic is exact: 100.01 lies within
0.01 of 100. Where the conventions leave open what was meant (1,234), both readings are compared,
and a person decides where they differ.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, ClassVar, Literal

from grader.compare import comparators
from grader.compare._misses import kind_of_miss
from grader.compare._otherwise import otherwise, pointed, raised_again
from grader.compare._rules import (
    COMPUTED,
    Tolerance,
    exponent_of,
    right_as_shown,
    right_to_figures,
    right_to_places,
    rounded,
    same_computed,
)
from grader.compare._taken import expected_number, in_base, taken
from grader.model import MISSES, Verdict, invalid, unsure, unusable
from grader.notation.number import Written
from grader.notation.options import Notation, check_choices

_MOST_FIGURES = 1_000
"""Significant figures and decimals that may be asked for."""
Span = int | Sequence[int | None] | None


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Notation):
    """A number within a tolerance, or right to so many digits.

    >>> verdict = Number(absolute=0.01).compare("100,01", 100)
    >>> verdict.credit, verdict.read
    (Fraction(1, 1), '100.01')
    >>> Number().compare("ten", 10).invalid
    True
    """

    absolute: float | str | None = None
    """How far it may lie from the truth."""
    relative: float | str | None = None
    """How far it may lie from the truth, as a part of what ``relative_to`` names."""
    relative_to: Literal["truth", "larger", "geometric"] = "truth"
    """``larger``: the larger of both numbers; ``geometric``: by a factor of up to 1 + relative."""
    combine: Literal["either", "all", "sum"] = "either"
    """Whether one of two tolerances is enough, both have to hold, or they are added."""
    inclusive: bool = True
    """Whether a number exactly on the bound is right."""
    zero: float | str = 0
    """How far it may lie from a truth that is zero, where only ``relative`` is given."""
    zero_below: float | str = 0
    """Up to this size a truth counts as zero for ``zero``."""
    near_credit: float | str = 0
    """Credit for a number outside of the tolerance, but within ``near_factor`` times of it."""
    near_factor: float | str = 2
    """How many times the tolerance is near."""
    significant: int | None = None
    """Right to so many significant figures, whatever is shown beyond them."""
    decimals: int | None = None
    """Right to so many decimal places, whatever is shown beyond them."""
    measure: Literal["rounding", "distance"] = "rounding"
    """``rounding``: both numbers are rounded, and then equal; ``distance``: they differ by at most
    half of the last figure or place that counts."""
    as_shown: Literal["no", "rounded", "truncated"] = "no"
    """``rounded``: right to all digits that are shown; ``truncated``: or cut off there."""
    given_significant: int | tuple[int | None, ...] | None = None
    """How many significant figures have to be shown: a number, or [least, most]."""
    given_decimals: int | tuple[int | None, ...] | None = None
    """How many decimal places have to be shown: a number, or [least, most]."""
    trailing_zeros: Literal["either", "significant", "insignificant"] = "either"
    """Whether zeros at the end of a whole number (1500) count as significant figures."""
    zeros_may_lack: bool = False
    """Whether zeros at the end may be left out where digits are counted: 0.1 for 0.10."""
    too_few_credit: float | str = 0
    """Credit for the right value with too few digits."""
    too_many_credit: float | str = 0
    """Credit for the right value with too many digits."""
    rounding: Literal["half-up", "half-even", "either"] = "half-up"
    """Where a half is rounded to: away from zero, to the even digit, or to either side."""
    unreduced: Literal["accepted", "wrong", "invalid"] = "accepted"
    """What a fraction is that is not in lowest terms."""
    unreduced_credit: float | str = 0
    """Credit for it where ``unreduced`` is wrong."""
    other_form: Literal["invalid", "wrong"] = "invalid"
    """What a number is that is written in a form that ``forms`` does not list."""
    empty: Literal["invalid", "wrong"] = "invalid"
    """What an empty answer is."""
    base: int = 10
    """The base that whole numbers are written in, 2 to 36; the truth is given in base ten."""
    noise: float | str = 1e-14
    """Relative error of a truth that is given as a binary float, and so was computed."""
    tell: bool = True
    """Whether the kind of miss is told in the reason."""

    EXAMPLES: ClassVar[tuple[dict[str, Any], ...]] = (
        {"options": {"relative": 0.01}, "text": "3x10^8", "truth": "299792458"},
        {"options": {"absolute": 0.01}, "text": "-3,16", "truth": "3.16"},
        {"options": {"significant": 3, "given_significant": 3}, "text": "0.33", "truth": "1/3"},
        {"options": {}, "text": "1,234", "truth": "1234"},
        {"options": {"decimal": "."}, "text": "1,23", "truth": "1.23"},
    )

    def __post_init__(self) -> None:
        """Refuse options that contradict themselves when the rubric is loaded."""
        Notation.__post_init__(self)
        check_choices(self, Number)
        for name in ("forms", "affixes", "given_significant", "given_decimals"):
            if isinstance(getattr(self, name), list):
                object.__setattr__(self, name, tuple(getattr(self, name)))
        for name in ("absolute", "relative", "zero", "zero_below", "noise", "near_factor"):
            if getattr(self, name) is not None and _option(getattr(self, name), name) < 0:
                raise ValueError(f"'{name}' cannot be below 0")
        for name in ("near_credit", "too_few_credit", "too_many_credit", "unreduced_credit"):
            if not 0 <= _option(getattr(self, name), name) <= 1:
                raise ValueError(f"'{name}' lies between 0 and 1")
        if self.significant is not None and not 1 <= self.significant <= _MOST_FIGURES:
            raise ValueError(f"'significant' lies between 1 and {_MOST_FIGURES}")
        if self.decimals is not None and not -_MOST_FIGURES <= self.decimals <= _MOST_FIGURES:
            raise ValueError(f"'decimals' lies between -{_MOST_FIGURES} and {_MOST_FIGURES}")
        if isinstance(self.base, bool) or not 2 <= self.base <= 36:
            raise ValueError("'base' is a whole number from 2 to 36")
        _span(self.given_significant, "given_significant")
        _span(self.given_decimals, "given_decimals")

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return full credit for a right number; invalid where no number was read.

        A truth of None asks only how the number is given: its digits, its form.
        """
        if truth is None and self._asks_for_digits():
            given = self.read(value)
            return given if isinstance(given, Verdict) else self._as_given(given)
        expected = expected_number(truth, self)
        if expected is None:
            return unusable("the expected value is no number")

        def judge(value: Any) -> Verdict:
            given = self.read(value)
            if isinstance(given, Verdict):
                return given
            return self.judged(given, expected, computed=isinstance(truth, float))

        return otherwise(judge(value), value, [*raised_again(value), *pointed(value)], judge)

    def read(self, value: Any) -> Written | Verdict:
        """Return the number that a value is, or the verdict that it is none."""
        if isinstance(value, str) and self.base != 10:
            return in_base(value, self.base, self.empty)
        return taken(value, self, empty=self.empty, other_form=self.other_form)

    def judged(self, given: Written, expected: Written, *, computed: bool) -> Verdict:
        """Compare all readings, and settle what the conventions leave open."""
        verdict = self._best(given, expected, computed=computed)
        for other in given.others:
            another = self._best(other, expected, computed=computed)
            if another.credit == verdict.credit:
                continue
            if given.doubtful or another.credit > verdict.credit:
                return self._open(given, max(verdict.credit, another.credit))
        return verdict

    def _open(self, given: Written, credit: Fraction) -> Verdict:
        readings = " or ".join(dict.fromkeys(reading.shown for reading in given.readings))
        verdict = unsure(f"this can be read as {readings}; a person has to decide", credit)
        return replace(verdict, read=readings)

    def _best(self, given: Written, expected: Written, *, computed: bool) -> Verdict:
        verdict = self._one(given, expected, computed=computed)
        for other in given.also:
            if verdict.credit < 1:
                another = self._one(other, expected, computed=computed)
                verdict = another if another.credit > verdict.credit else verdict
        return verdict

    def _one(self, given: Written, expected: Written, *, computed: bool) -> Verdict:
        if given.imag and (self._asks_for_digits() or self.as_shown != "no"):
            reason = f"{given.told}: the digits of a complex number are counted by a person"
            return replace(unsure(reason), read=given.shown)
        if self._may_be_rough(given, expected):
            reason = f"{given.told} may be rounded or may be meant exactly"
            return replace(unsure(reason, 1), read=given.shown)
        if not self._is_right(given, expected, computed=computed):
            return self._missed(given, expected, computed=computed)
        faults = self._faults(given, expected)
        if faults is None:
            return Verdict(credit=Fraction(1), reason=f"{given.told} is right", read=given.shown)
        return faults

    def _is_right(self, given: Written, expected: Written, *, computed: bool) -> bool:
        infinite = isinstance(given.real, float) or isinstance(expected.real, float)
        if infinite:
            return given.real == expected.real and given.imag == expected.imag
        if given.imag or expected.imag:
            return self._is_right_complex(given, expected, computed=computed)
        unit = self._last_place(given)
        noise = _option(self.noise, "noise") if computed else None
        inexact = not (given.exact and expected.exact)
        return self._allows(_real(given), _real(expected), unit, noise, inexact=inexact)

    def _is_right_complex(self, given: Written, expected: Written, *, computed: bool) -> bool:
        one, other = (_real(given), given.imag), (_real(expected), expected.imag)
        if one == other:
            return True
        noise = _option(self.noise, "noise") if computed else COMPUTED
        exact = given.exact and expected.exact and not computed
        close = max(map(abs, (*one, *other))) * noise
        if not exact and all(abs(a - b) <= close for a, b in zip(one, other, strict=True)):
            return True
        outcomes = []
        if not self._tolerance().is_exact:
            outcomes.append(self._tolerance().allows_complex(one, other))
        for a, b in zip(one, other, strict=True):
            if self.significant is not None:
                outcomes.append(self._to_figures(a, b, self.significant))
            if self.decimals is not None:
                outcomes.append(self._to_places(a, b, self.decimals))
        return bool(outcomes) and all(outcomes)

    def _allows(
        self,
        given: Fraction,
        truth: Fraction,
        unit: Fraction | None,
        noise: Fraction | None,
        *,
        inexact: bool,
    ) -> bool:
        if given == truth:
            return True
        if noise is not None and same_computed(given, truth, noise):
            return True
        if inexact and same_computed(given, truth):
            return True
        outcomes = []
        tolerance = self._tolerance()
        if not tolerance.is_exact:
            outcomes.append(tolerance.allows(given, truth))
        if self.significant is not None:
            outcomes.append(self._to_figures(given, truth, self.significant))
        if self.decimals is not None:
            outcomes.append(self._to_places(given, truth, self.decimals))
        if self.as_shown != "no":
            outcomes.append(self._to_digits(given, truth, unit))
        return bool(outcomes) and all(outcomes)

    def _to_figures(self, given: Fraction, truth: Fraction, figures: int) -> bool:
        if self.measure == "rounding" or not truth:
            return right_to_figures(given, truth, figures, self.rounding)
        half = Fraction(10) ** (exponent_of(truth) - figures + 1) / 2
        distance = abs(given - truth)
        return distance <= half if self.inclusive else distance < half

    def _to_places(self, given: Fraction, truth: Fraction, places: int) -> bool:
        if self.measure == "rounding":
            return right_to_places(given, truth, places, self.rounding)
        half, distance = Fraction(10) ** -places / 2, abs(given - truth)
        return distance <= half if self.inclusive else distance < half

    def _last_place(self, given: Written) -> Fraction | None:
        """Return the worth of the last digit that counts; zeros of 13000 count as options say."""
        digits = given.digits
        if digits is None or digits.least == digits.significant:
            return None if digits is None else digits.unit
        least, most = _span(self.given_significant, "")
        rough = digits.unit * Fraction(10) ** (digits.significant - digits.least)
        if self.trailing_zeros == "insignificant":
            return rough
        if self.trailing_zeros == "significant" or most is None or most >= digits.significant:
            return digits.unit
        figures = max(least or 1, digits.least)
        return rough / Fraction(10) ** (figures - digits.least) if most >= figures else rough

    def _may_be_rough(self, given: Written, expected: Written) -> bool:
        """Whether the zeros of 1500 may be digits or not, and it is right only if they are not."""
        digits = given.digits
        if self.as_shown == "no" or self.trailing_zeros != "either" or digits is None:
            return False
        if digits.least == digits.significant or isinstance(expected.real, float):
            return False
        if self.given_significant is not None or expected.imag:
            return False
        rough = digits.unit * Fraction(10) ** (digits.significant - digits.least)
        truth, number = _real(expected), _real(given)
        return self._to_digits(number, truth, rough) and not self._to_digits(
            number, truth, digits.unit
        )

    def _to_digits(self, given: Fraction, truth: Fraction, unit: Fraction | None) -> bool:
        if unit is None or (not given and truth and unit >= 1):
            return False  # 0 shows no digit of 0.13; 0.0 does
        cut = self.as_shown == "truncated"
        return right_as_shown(given, truth, unit, self.rounding, cut=cut)

    def _tolerance(self) -> Tolerance:
        return _tolerance(
            self.absolute,
            self.relative,
            self.relative_to,
            self.combine,
            self.inclusive,
            self.zero,
            self.zero_below,
        )

    def _asks_for_digits(self) -> bool:
        return self.given_significant is not None or self.given_decimals is not None

    def _as_given(self, given: Written) -> Verdict:
        faults = self._faults(given, given)
        return faults or Verdict(
            credit=Fraction(1), reason=f"{given.told} is given as asked", read=given.shown
        )

    def _faults(self, given: Written, expected: Written) -> Verdict | None:
        """Return the verdict for a right value that is written in the wrong way."""
        if not given.reduced and self.unreduced != "accepted":
            words = MISSES["unreduced"]
            if self.unreduced == "invalid":
                return invalid(f"{given.told}: write the fraction in lowest terms", given.shown)
            return self._less(given, _option(self.unreduced_credit, ""), "unreduced", words)
        miss = self._digits_missed(given, expected)
        if miss:
            shares = {
                "too-few-digits": self.too_few_credit,
                "too-many-digits": self.too_many_credit,
            }
            return self._less(given, _option(shares.get(miss, 0), ""), miss, MISSES[miss])
        return None

    def _less(self, given: Written, credit: Fraction, miss: str, words: str) -> Verdict:
        reason = f"{given.told} was read; {words}"
        return Verdict(credit=credit, reason=reason, read=given.shown, miss=miss)

    def _digits_missed(self, given: Written, expected: Written) -> str:
        """Return what is the matter with the number of digits shown, or an empty text."""
        spans = (
            (self.given_significant, self._figures_shown(given)),
            (self.given_decimals, self._places_shown(given)),
        )
        for option, shown_digits in spans:
            if option is None:
                continue
            if shown_digits is None:
                return "form"
            least, most = _span(option, "")
            if least is not None and shown_digits[1] < least:
                return "" if self._zeros_lack(given, expected) else "too-few-digits"
            if most is not None and shown_digits[0] > most:
                return "too-many-digits"
        return ""

    def _figures_shown(self, given: Written) -> tuple[int, int] | None:
        digits = given.digits
        if digits is None:
            return None
        if self.trailing_zeros == "either":
            return digits.least, digits.significant
        shown_digits = digits.significant if self.trailing_zeros == "significant" else digits.least
        return shown_digits, shown_digits

    def _places_shown(self, given: Written) -> tuple[int, int] | None:
        return None if given.digits is None else (given.digits.decimals,) * 2

    def _zeros_lack(self, given: Written, expected: Written) -> bool:
        """Whether the digits that lack are zeros: the truth rounded to them is what is given."""
        if not self.zeros_may_lack or given.digits is None or isinstance(expected.real, float):
            return False
        least = _span(self.given_decimals, "")[0]
        if least is not None:
            unit = Fraction(10) ** -least
        else:
            figures = _span(self.given_significant, "")[0] or 1
            if not expected.real:
                return not given.real
            unit = Fraction(10) ** (exponent_of(_real(expected)) - figures + 1)
        return given.real in rounded(_real(expected), unit, self.rounding)

    def _missed(self, given: Written, expected: Written, *, computed: bool) -> Verdict:
        near = _option(self.near_credit, "near_credit")
        if near and self._is_near(given, expected):
            reason = f"{given.told} is near, but not near enough"
            return Verdict(credit=near, reason=reason, read=given.shown)
        miss = self._miss(given, expected, computed=computed)
        words = f"; {MISSES[miss]}" if miss and self.tell else ""
        reason = f"{given.told} is not right{words}"
        return Verdict(credit=Fraction(0), reason=reason, read=given.shown, miss=miss)

    def _is_near(self, given: Written, expected: Written) -> bool:
        if any(isinstance(number.real, float) or number.imag for number in (given, expected)):
            return False
        factor, tolerance = _option(self.near_factor, "near_factor"), self._tolerance()
        wider = replace(
            tolerance,
            absolute=None if tolerance.absolute is None else tolerance.absolute * factor,
            relative=None if tolerance.relative is None else tolerance.relative * factor,
        )
        return wider.allows(_real(given), _real(expected))

    def _miss(self, given: Written, expected: Written, *, computed: bool) -> str:
        if given.imag or expected.imag or isinstance(given.real, float):
            return ""
        if isinstance(expected.real, float):
            return ""
        truth = expected.real
        noise = _option(self.noise, "noise") if computed else None
        unit = None if given.digits is None else given.digits.unit

        def right(number: Fraction) -> bool:
            scale = number / _real(given) if given.real else Fraction(1)
            moved = None if unit is None else abs(unit * scale)
            if self.as_shown != "no" and moved is not None:
                return abs(number - truth) <= moved
            return self._allows(number, truth, moved, noise, inexact=True) or same_computed(
                number, truth, Fraction(1, 10**12)
            )

        return kind_of_miss(given.real, truth, right)


def _real(number: Written) -> Fraction:
    """The real part of a number that is known to be finite."""
    if isinstance(number.real, float):
        raise TypeError("an infinite number has no fraction")
    return number.real


@functools.lru_cache(maxsize=1024)
def _option(value: float | str | Fraction, name: str) -> Fraction:
    """Return an option as the decimal number or fraction that the rubric writes."""
    try:
        written = str(value)
        exponent = written.lower().partition("e")[2]
        size = abs(int(exponent)) if exponent else 0
        number = Fraction(written) if len(written) <= _LONGEST and size <= _LARGEST else None
    except (ValueError, ZeroDivisionError):
        number = None
    if number is None:
        raise ValueError(f"'{name}' is a number of usual size, got {str(value)[:40]!r}")
    return number


_LONGEST, _LARGEST = 400, 4_000
"""Characters of an option that is a number, and its largest exponent."""


def _span(option: Span, name: str) -> tuple[int | None, int | None]:
    if option is None:
        return None, None
    if isinstance(option, int):
        return option, option
    ends = tuple(option)
    if len(ends) != 2 or not all(end is None or isinstance(end, int) for end in ends):
        raise ValueError(f"'{name}' is a number of digits, or [least, most]")
    return ends[0], ends[1]


@functools.lru_cache(maxsize=1024)
def _tolerance(
    absolute: float | str | None,
    relative: float | str | None,
    relative_to: Literal["truth", "larger", "geometric"],
    combine: Literal["either", "all", "sum"],
    inclusive: bool,
    zero: float | str,
    zero_below: float | str,
) -> Tolerance:
    """Return the rule of tolerance, built once per rubric line."""
    return Tolerance(
        absolute=None if absolute is None else _option(absolute, "absolute"),
        relative=None if relative is None else _option(relative, "relative"),
        relative_to=relative_to,
        combine=combine,
        inclusive=inclusive,
        zero=_option(zero, "zero"),
        zero_below=_option(zero_below, "zero_below"),
    )
