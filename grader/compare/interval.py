r"""Intervals and unions of intervals.

    compare: {kind: interval, of: {kind: number, absolute: 0.01}}
    compare: {kind: interval, inequalities: false, credit: each}

``(1, 2]`` · ``]1, 2]`` · ``(-inf, 3) U {5}`` · ``1 < x <= 2`` · ``R \ {3}`` · ``∅``
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, ClassVar, Literal

from grader.compare import Comparator, comparators
from grader.compare._elements import decimal_comma, ordinal
from grader.compare._intervals import in_order, written
from grader.compare._matching import assign
from grader.compare._nested import build
from grader.compare._sizes import size_by
from grader.compare._sum import Share, Sum
from grader.compare._values import shown
from grader.model import Verdict, full, invalid, unsure, unusable, wrong
from grader.notation.inequalities import Rules, Span
from grader.notation.intervals import read_intervals
from grader.notation.options import check_choices
from grader.notation.splitting import Flaw

_ABOUT_PARTS = 100


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The ends are compared by ``of``, and whether they belong to the interval exactly.

    >>> Interval(of={"kind": "label"}).compare("(1, 2]", "(1, 2)").miss
    'bounds'
    """

    of: dict[str, Any] = field(default_factory=lambda: {"kind": "number"})
    """The comparison of one end, with its tolerance."""
    ends: Literal["matter", "ignored"] = "matter"
    """Whether (1, 2) and [1, 2] differ."""
    infinite_ends: Literal["open", "any"] = "open"
    """``open``: ``[-inf, 2]`` is invalid; ``any``: it is (-inf, 2]."""
    unions: Literal["normalised", "as-written"] = "normalised"
    """``normalised``: [0, 1] ∪ [1, 2] is [0, 2]; ``as-written``: it has two parts."""
    inequalities: bool = True
    """Whether ``1 < x <= 2`` and ``x != 3`` may be written."""
    separators: str = "auto"
    """The characters that separate the ends; ``auto`` as in a list."""
    credit: Share = "all"
    """``all``: only where all is right; ``each``: by the number of right ends."""

    EXAMPLES: ClassVar[tuple[dict[str, Any], ...]] = (
        {"options": {}, "text": "[0, 1] U [1, 2]", "truth": "[0, 2]"},
        {"options": {}, "text": "(0, 2]", "truth": "[0, 2]"},
        {"options": {}, "text": "(2, 0)", "truth": "(0, 2)"},
    )

    def __post_init__(self) -> None:
        """Build the comparison once, so that a wrong rubric is known when it is loaded."""
        check_choices(self, Interval)
        build(self.of)

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the credit, and which end is wrong in what way."""
        rules = Rules(
            inequalities=self.inequalities,
            closed_infinite=self.infinite_ends == "any",
            decimal_comma=decimal_comma(self.of),
            separators=self.separators,
        )
        free = Rules(closed_infinite=True, decimal_comma=rules.decimal_comma)
        expected = self._spans(truth, free)
        if isinstance(expected, Flaw) or expected is None:
            return unusable("the expected value is no interval")
        given = self._spans(value, rules)
        if isinstance(given, Flaw):
            return invalid(given.says)
        if given is None:
            return invalid(f"{shown(value)} is no interval")
        return self._ordered(given, expected)

    def _spans(self, value: Any, rules: Rules) -> list[Span] | Flaw | None:
        if isinstance(value, str):
            return read_intervals(value, rules)
        if isinstance(value, Mapping):
            return _of_mapping(value)
        if not isinstance(value, list | tuple) or len(value) > _ABOUT_PARTS:
            return None
        if len(value) == 2 and not any(
            isinstance(one, str | list | tuple | Mapping) for one in value
        ):
            return [Span(value[0], value[1], True, True)]
        spans: list[Span] = []
        for one in value:
            found = self._spans(one, rules) if isinstance(one, str | Mapping) else None
            if not isinstance(found, list):
                return found
            spans += found
        return spans

    def _ordered(self, given: list[Span], expected: list[Span]) -> Verdict:
        comparator = build(self.of)
        size_of = size_by(comparator)
        merged = self.unions == "normalised"
        mine = in_order(given, size_of, merged=merged)
        right = in_order(expected, size_of, merged=merged)
        if isinstance(right, Flaw):
            return unusable("the expected value is no interval")
        if isinstance(mine, Flaw):
            return invalid(mine.says, written(given))
        if mine is None or right is None:
            return self._unordered(comparator, given, expected)
        return self._compared(comparator, mine, right)

    def _unordered(
        self, comparator: Comparator, given: list[Span], expected: list[Span]
    ) -> Verdict:
        """Ends that are no plain numbers: parts as written, and never a certain no for a union."""
        verdict = self._compared(comparator, given, expected)
        plain_ = len(given) == len(expected) == 1 and not (given[0].holes or expected[0].holes)
        if (plain_ and given[0].low != given[0].high) or verdict.invalid:
            return verdict
        return unsure(f"{verdict.reason}; the ends could not be put in order", verdict.credit)

    def _compared(self, comparator: Comparator, given: list[Span], expected: list[Span]) -> Verdict:
        if not expected or not given:
            same = not expected and not given
            verdict = full("the empty set is right") if same else wrong("it is not the right set")
            return Verdict(credit=verdict.credit, reason=verdict.reason, read=written(given))
        if max(len(given), len(expected)) > _ABOUT_PARTS and len(given) != len(expected):
            return wrong(f"{len(given)} parts are given, another number is right")
        pairs = self._pairs(comparator, given, expected)
        names = _names(len(expected))
        verdicts, bounds = [], []
        for one, other in pairs:
            for side in ("low", "high"):
                verdict, only_bound = self._end(comparator, one, other, side)
                verdicts.append(verdict)
                bounds.append(only_bound)
        extra = max(0, len(given) - len(expected))
        missed = all(b or v.credit == 1 for v, b in zip(verdicts, bounds, strict=True))
        verdict = Sum(
            names=names,
            verdicts=verdicts,
            share=self.credit,
            extra=2 * extra,
            notes=[f"{len(given)} parts are given, another number is right"]
            if len(given) != len(expected)
            else [],
            read=written(given),
            miss="bounds" if missed and any(bounds) and not extra else "",
            unit="ends",
        ).verdict()
        if verdict.miss != "bounds":
            return verdict
        return replace(verdict, reason=verdict.reason.partition("; ")[2])

    def _pairs(
        self, comparator: Comparator, given: list[Span], expected: list[Span]
    ) -> list[tuple[Span | None, Span]]:
        if len(given) == len(expected):
            return list(zip(given, expected, strict=True))
        table = [[self._worth(comparator, one, other) for one in given] for other in expected]
        partners = assign(table)
        return [
            (None if at is None else given[at], other)
            for at, other in zip(partners, expected, strict=True)
        ]

    def _worth(self, comparator: Comparator, one: Span, other: Span) -> Fraction:
        ends = (self._end(comparator, one, other, side)[0] for side in ("low", "high"))
        return sum((end.credit for end in ends), Fraction(0))

    def _end(
        self, comparator: Comparator, one: Span | None, other: Span, side: str
    ) -> tuple[Verdict, bool]:
        """What one end is worth, and whether only its belonging is wrong."""
        if one is None:
            return wrong("this part is missing"), False
        mine, right = getattr(one, side), getattr(other, side)
        if mine is None and right is None:
            return full("it is infinite"), False
        if mine is None or right is None:
            return wrong(f"it is {'infinite' if mine is None else 'finite'}"), False
        verdict = comparator.compare(mine, right)
        same = getattr(one, f"{side}_in") == getattr(other, f"{side}_in")
        if verdict.credit < 1 or same or self.ends == "ignored":
            return verdict, False
        belongs = "belongs" if getattr(one, f"{side}_in") else "does not belong"
        said = f"it {belongs} to the interval as written, which is not right"
        told = wrong(said) if verdict.certain else unsure(said)
        return told, verdict.certain


def _names(parts: int) -> list[str]:
    if parts == 1:
        return ["left end", "right end"]
    return [
        f"{side} end of the {ordinal(at)} part" for at in range(parts) for side in ("left", "right")
    ]


def _of_mapping(value: Mapping[Any, Any]) -> list[Span] | Flaw | None:
    """A span from plain data: {low: 1, high: 2, closed: both | left | right | none}."""
    closed = value.get("closed", "both")
    if not {"low", "high"} & set(value) or closed not in ("both", "left", "right", "none"):
        return None
    low, high = value.get("low"), value.get("high")
    low_in = low is not None and closed in ("both", "left")
    return [Span(low, high, low_in, high is not None and closed in ("both", "right"))]
