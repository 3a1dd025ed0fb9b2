"""Lists and mappings, element by element.

    compare: {kind: each, of: {kind: near, absolute: 0.05}, names: [obs1, obs2, obs3]}

Every element is worth the same. Elements of a list are matched by place, of a mapping by key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.compare import Comparator, comparators
from grader.compare._nested import build
from grader.model import Verdict, unsure, unusable, wrong


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Each:
    """Each element is compared for itself; the credit is their mean."""

    of: dict[str, Any]
    """The comparison of one element."""
    names: list[str] | None = None
    """What the elements of a list are called in messages; also the keys of a mapping, in order."""

    def __post_init__(self) -> None:
        """Build the comparison once, so that a wrong rubric is known when it is loaded."""
        build(self.of)

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the mean credit, the credit of each element, and what is wrong with which."""
        if isinstance(truth, Mapping):
            names, expected = [str(key) for key in truth], list(truth.values())
        elif isinstance(truth, list | tuple):
            expected = list(truth)
            names = self._names(len(expected))
        else:
            return unusable("the expected value has no elements")
        if not expected:
            return unusable("the expected value has no elements")
        given = _elements(value, names)
        if isinstance(given, str):
            return wrong(given) if given.startswith("not") else unsure(given)
        comparator = build(self.of)
        return _mean(names, [_one(comparator, g, e) for g, e in zip(given, expected, strict=True)])

    def _names(self, length: int) -> list[str]:
        if self.names is not None and len(self.names) == length:
            return self.names
        return [f"value {index}" for index in range(1, length + 1)]


def _elements(value: Any, names: list[str]) -> list[Any] | str:
    if isinstance(value, Mapping):
        return [value.get(name) for name in names]
    if not isinstance(value, list | tuple):
        return "not a list of values"
    if len(value) > len(names):
        return f"{len(value)} values were read where {len(names)} are asked for"
    return [*value, *[None] * (len(names) - len(value))]


def _one(comparator: Comparator, given: Any, expected: Any) -> Verdict:
    return wrong("not given") if given is None else comparator.compare(given, expected)


def _mean(names: list[str], verdicts: list[Verdict]) -> Verdict:
    credit = sum((verdict.credit for verdict in verdicts), Fraction(0)) / len(verdicts)
    faults = [
        f"{name}: {v.reason}"
        for name, v in zip(names, verdicts, strict=True)
        if v.credit < 1 or not v.certain
    ]
    right = sum(verdict.credit == 1 for verdict in verdicts)
    reason = f"{right} of {len(verdicts)} are right"
    return Verdict(
        credit=credit,
        reason="; ".join([reason, *faults]) if faults else f"all {len(verdicts)} are right",
        certain=all(verdict.certain for verdict in verdicts),
        each=tuple(verdict.credit for verdict in verdicts),
        mistakes=tuple(dict.fromkeys(m for verdict in verdicts for m in verdict.mistakes)),
    )
