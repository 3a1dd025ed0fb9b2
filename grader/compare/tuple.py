"""Tuples and points: a fixed number of values in a fixed order.

compare: {kind: tuple, of: {kind: number, absolute: 0.1}, names: [x, y]}
compare: {kind: tuple, of: [{kind: label}, {kind: number}]}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, ClassVar

from grader.compare import comparators
from grader.compare._budget import budgeted
from grader.compare._elements import (
    Writing,
    check_writing,
    decimal_comma,
    elements,
    key,
    open_marks,
    ordinal,
)
from grader.compare._listed_text import listed
from grader.compare._nested import build
from grader.compare._pairing import are_right, held, order_miss
from grader.compare._sum import Share, Sum
from grader.compare.list import read_of
from grader.model import MISSES, Verdict, invalid, unusable
from grader.notation.options import check_choices


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Tuple:
    """The length is looked at first; then each value in its place.

    >>> Tuple(of={"kind": "label"}, names=("x", "y")).compare("(a, c)", "(a, b)").reason
    '1 of 2 values are right; y: “c” is not right'
    """

    of: dict[str, Any] | list[dict[str, Any]] = field(default_factory=lambda: {"kind": "number"})
    """The comparison of one value, or a list with one for each place."""
    names: tuple[str, ...] = ()
    """What the places are called in messages; also the keys of a mapping."""
    separators: str = "auto"
    """The characters that separate values; ``auto`` as in a list."""
    brackets: str = "()?"
    """``()?``: round ones or none; ``()``: they must stand; ``any``: any brackets or none; ``needed``; ``none``; or two
    others."""
    credit: Share = "each"
    """``each``: by the number of right values; ``all``: only where all are right."""

    EXAMPLES: ClassVar[tuple[dict[str, Any], ...]] = (
        {"options": {}, "text": "(1, 2)", "truth": [1, 2]},
        {"options": {"names": ["x", "y"]}, "text": "(2, 1)", "truth": [1, 2]},
        {"options": {}, "text": "(1, 2, 3)", "truth": [1, 2]},
    )

    def __post_init__(self) -> None:
        """Build the comparisons once, so that a wrong rubric is known when it is loaded."""
        check_choices(self, Tuple)
        check_writing(self.brackets, self.separators)
        if isinstance(self.of, list) and not self.of:
            raise ValueError("'of' lists the comparison of each place")
        for one in self._specs(1):
            build(one)

    def _specs(self, count: int) -> list[dict[str, Any]]:
        return self.of if isinstance(self.of, list) else [self.of] * count

    @budgeted
    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the credit, that of each place, and which are wrong in what way."""
        names = self.names
        if isinstance(truth, Mapping):
            names, truth = tuple(key(name) for name in truth), list(truth.values())
        comma = any(decimal_comma(one) for one in self._specs(1))
        writing = Writing(
            separators=self.separators,
            brackets=self.brackets,
            comma=comma,
            open_marks=open_marks(self.of),
            what="tuple",
        )
        expected = elements(truth, replace(writing, brackets="any"))
        if isinstance(expected, Verdict):
            return unusable("the expected value is no tuple")
        if isinstance(self.of, list) and len(self.of) != len(expected):
            return unusable("the expected value has another length than the list of comparisons")
        if isinstance(value, Mapping):
            value = _by_name(value, names)
        return listed(value, expected, lambda text: self._compared(text, writing, expected, names))

    def _compared(
        self, value: Any, writing: Writing, expected: list[Any], names: tuple[str, ...]
    ) -> Verdict:
        """The verdict on a text as it stands, or on data."""
        given = value if isinstance(value, Verdict) else elements(value, writing, expected)
        if isinstance(given, Verdict):
            return given
        read = read_of(given, [], "()")
        if len(given) != len(expected):
            probe = zip(self._specs(len(expected)), given, expected, strict=False)
            odd = [held(build(one), mine, right) for one, mine, right in probe]
            if any(verdict.invalid for verdict in odd):
                return invalid(next(v.reason for v in odd if v.invalid), read)
            return Verdict(
                credit=Fraction(0),
                reason=f"{len(given)} values are given, another number is asked for; {MISSES['shape']}",
                read=read,
                miss="shape",
            )
        return self._in_place(given, expected, names)

    def _in_place(self, given: list[Any], expected: list[Any], names: tuple[str, ...]) -> Verdict:
        comparators_ = [build(one) for one in self._specs(len(expected))]
        verdicts = [
            held(one, mine, right)
            for one, mine, right in zip(comparators_, given, expected, strict=True)
        ]
        miss = ""
        if isinstance(self.of, dict) and expected and not are_right(verdicts):
            miss = order_miss(comparators_[0], given, expected)
        told = (
            names if len(names) == len(expected) else [ordinal(at) for at in range(len(expected))]
        )
        return Sum(
            names=list(told),
            verdicts=verdicts,
            share=self.credit,
            read=read_of(given, verdicts, "()"),
            miss=miss,
            unit="values",
        ).verdict()


def _by_name(value: Mapping[Any, Any], names: tuple[str, ...]) -> list[Any] | Verdict:
    """The values of a mapping in the order of the names."""
    found = {key(name).casefold(): one for name, one in value.items()}
    if not names or set(found) - {name.casefold() for name in names}:
        return invalid("a mapping with these keys is no tuple")
    return [found.get(name.casefold()) for name in names]
