"""Measured shares, such as accuracies, held against a threshold with the confidence that it names.

    compare: {kind: proportion, at_least: 0.6, confidence: 0.95, seeds: {of: 3, at_least: 2}}

The value is a list with one count for each seed, ``{right: 6100, of: 10000}`` or
``{accuracy: 0.61, of: 10000}``. A seed meets the threshold where the lower bound of its interval
reaches it, misses it where the upper bound stays below, and is undecided between the two; what
the undecided seeds could turn is a person's to decide. The truth may hold ``{claimed: …}``, the
share that a student states, alone or as such a count.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from statistics import NormalDist
from typing import Any, TypeAlias

from grader.compare import comparators
from grader.model import Number, Verdict, full, unsure, wrong

Interval: TypeAlias = tuple[float, float]

_MOST_SEEDS = 1_000
_ROUNDED = 0.0005
"""A share that is stated without its digits may be off by half a unit of the third one."""


def wilson(right: int, of: int, confidence: float = 0.95) -> Interval:
    """Return the two-sided score interval of a share.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927); recommended over the interval of
    Wald by Brown, Cai and DasGupta, "Interval estimation for a binomial proportion",
    Statistical Science 16 (2001).

    Args:
        right: how many of them, from 0 to ``of``.
        of: how many there are, at least 1.
        confidence: of the interval, between 0 and 1, both excluded.

    Returns:
        Lower and upper bound, shares of one.

    Raises:
        ValueError: an argument is out of its range.

    >>> low, high = wilson(60, 100)
    >>> round(low, 4), round(high, 4)
    (0.502, 0.6906)
    """
    if of < 1 or not 0 <= right <= of:
        raise ValueError(f"{right} of {of}; give a count from 0 to the number there is")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; give a share between 0 and 1")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = right / of
    middle = share + z * z / (2 * of)
    reach = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    whole = 1 + z * z / of
    # At both ends the bound is the share itself; rounding must not push it past.
    low = 0.0 if right == 0 else min(share, max(0.0, (middle - reach) / whole))
    high = 1.0 if right == of else max(share, min(1.0, (middle + reach) / whole))
    return low, high


def compatible(claimed: Interval, measured: Interval) -> bool:
    """Whether a claimed share can be the measured one: their intervals overlap.

    Two intervals that do not overlap differ by more than chance; the other way round does not
    hold (Schenker and Gentleman, The American Statistician 55, 2001), so this never accuses
    where a test of the difference would not.

    >>> compatible(wilson(9_800, 10_000), wilson(6_100, 10_000))
    False
    >>> compatible((0.61, 0.61), wilson(6_100, 10_000))
    True
    """
    return claimed[0] <= measured[1] and measured[0] <= claimed[1]


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion:
    """Options: the threshold, the confidence, and how many seeds have to meet it.

    ``seeds`` is a count of those that were measured, or ``{of: 3, at_least: 2}``; without it all
    have to. Without ``at_least`` nothing but the claimed share is looked at.

    >>> kind = Proportion(at_least=0.6, seeds={"of": 3, "at_least": 2})
    >>> runs = [{"right": right, "of": 10_000} for right in (6_200, 6_300, 5_000)]
    >>> kind.compare(runs, None).credit, kind.compare(runs[1:], None).certain
    (Fraction(1, 1), False)
    """

    at_least: float | None = None
    confidence: float = 0.95
    seeds: int | Mapping[str, int] | None = None

    def __post_init__(self) -> None:
        """Refuse what can never be met: a rubric's slip is found when it is loaded."""
        if self.at_least is not None and not 0 <= self.at_least <= 1:
            raise ValueError(f"at_least is {self.at_least}; give a share from 0 to 1")
        if not 0 < self.confidence < 1:
            raise ValueError(f"confidence is {self.confidence}; give a share between 0 and 1")
        needed, of = self._seeds(1)
        if not 1 <= needed <= of:
            raise ValueError(f"seeds is {self.seeds}; give a count, or {{of: 3, at_least: 2}}")

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return full, none or an open verdict; a claim that does not fit is named.

        What a run of kind ``training`` found is taken by its ``evaluated``.
        """
        if isinstance(value, Mapping) and "evaluated" in value:
            value = value["evaluated"]
        counts = _counts(value)
        if not counts:
            return unsure("no accuracy was measured")
        measured = [wilson(right, of, self.confidence) for right, of in counts]
        claimed = _claimed(truth, self.confidence)
        fits = claimed is None or any(compatible(claimed, one) for one in measured)
        if self.at_least is None:
            return self._claim_alone(claimed, measured, fits=fits)
        verdict = self._met(counts, measured, self.at_least)
        if fits:
            return verdict
        return replace(
            verdict,
            reason=f"{verdict.reason}; the accuracy that is claimed is not what was measured",
            mistakes=("claimed-accuracy",),
        )

    def _seeds(self, measured: int) -> tuple[int, int]:
        """How many have to meet the threshold, and of how many."""
        if self.seeds is None:
            return measured, measured
        if isinstance(self.seeds, Mapping):
            of = self.seeds.get("of", measured)
            return self.seeds.get("at_least", of), of
        return self.seeds, max(measured, self.seeds)

    def _claim_alone(
        self, claimed: Interval | None, measured: list[Interval], *, fits: bool
    ) -> Verdict:
        shown = _shown(measured)
        if claimed is None:
            return unsure(f"no accuracy is claimed; measured was {shown}")
        if fits:
            return full(f"the claimed accuracy agrees with what was measured: {shown}")
        return replace(
            wrong(f"the accuracy that is claimed is not what was measured: {shown}"),
            mistakes=("claimed-accuracy",),
        )

    def _met(
        self, counts: list[tuple[int, int]], measured: list[Interval], threshold: float
    ) -> Verdict:
        needed, of = self._seeds(len(counts))
        counts, measured = counts[:of], measured[:of]
        met = sum(low >= threshold for low, _ in measured)
        missed = sum(high < threshold for _, high in measured)
        shares = [right / total for right, total in counts]
        said = (
            f"accuracy {', '.join(f'{share:.4f}' for share in shares)} ({_shown(measured)} at "
            f"{self.confidence:.0%} confidence): {met} of {of} reach it, {missed} do not"
        )
        if met >= needed:
            return full(said)
        if of - missed < needed:
            return wrong(said)
        likely = sum(share >= threshold for share in shares) >= needed
        return unsure(f"{said}; the others are too close to tell", int(likely))


def _counts(value: Any) -> list[tuple[int, int]]:
    """The counts of a list of measurements; what is none of them is left out."""
    if isinstance(value, Mapping):
        value = [value]
    if not isinstance(value, list | tuple):
        return []
    return [count for item in value[:_MOST_SEEDS] if (count := _count(item)) is not None]


def _count(item: Any) -> tuple[int, int] | None:
    if not isinstance(item, Mapping):
        return None
    of = _whole(item.get("of"))
    if of is None or not 1 <= of <= 2**53:
        return None
    right = _whole(item.get("right"))
    if right is None:
        share = _share(item.get("accuracy"))
        right = None if share is None else round(share * of)
    return (right, of) if right is not None and 0 <= right <= of else None


def _whole(value: Any) -> int | None:
    """A whole number, as such or as a float or Number that is one."""
    value = value.value if isinstance(value, Number) else value
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return int(value) if value == int(value) else None


def _share(value: Any) -> float | None:
    value = value.value if isinstance(value, Number) else value
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        return None
    return float(value) if 0 <= value <= 1 else None


def _claimed(truth: Any, confidence: float) -> Interval | None:
    """The interval of a claim: of its count, or of its last digit where it is a bare share."""
    claim = truth.get("claimed") if isinstance(truth, Mapping) else None
    count = _count(claim)
    if count is not None:
        return wilson(*count, confidence)
    if isinstance(claim, Mapping):
        claim = claim.get("accuracy")
    share = _share(claim)
    if share is None:
        return None
    slack = _ROUNDED
    if isinstance(claim, Number) and claim.slack is not None:
        slack = float(claim.slack) / 2
    return share - slack, share + slack


def _shown(intervals: list[Interval]) -> str:
    shown = ", ".join(f"{low:.4f} to {high:.4f}" for low, high in intervals[:5])
    return shown + (", …" if len(intervals) > 5 else "")
