"""Which of the formulas about one thing gives its value: a total, the only one, or their sum."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from grader.expression.polynomial import NotAPolynomial, Polynomial
from grader.read._formulas import Chain, Formula, Names, chains, formulas
from grader.read._layer_calls import LayerDict
from grader.read._layer_stack import stack

_OPEN = re.compile(r"\bor\b|\bmaybe\b|\bperhaps\b|\beither\b|\?", re.IGNORECASE)
_TOTALS = "several totals stand here"
_CLAUSE = re.compile(r"[,;\n]")
_NEAR = 24
_MOST_STEPS = 24
_TEXT = 120


@dataclass(slots=True)
class Value:
    """What is given for one thing."""

    index: int
    label: str
    formula: Formula
    text: str
    layers: list[LayerDict] | None = None
    """The stack of layers that its key describes, if it does."""
    working: list[Polynomial] = field(default_factory=list)
    """What its own chain sets it equal to."""
    steps: list[Polynomial] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    conflict: bool = False

    def plain(self) -> dict[str, Any]:
        """Return it as plain data."""
        formula = self.formula
        return {
            "index": self.index,
            "label": self.label or str(self.index),
            "layers": self.layers,
            "terms": formula.value.plain(),
            "approx": formula.approx,
            "slack": _number(formula.slack),
            "significant": formula.significant,
            "others": [_number(other) for other in formula.others],
            "working": [step.plain() for step in self.working[:_MOST_STEPS]],
            "steps": [step.plain() for step in self.steps[:_MOST_STEPS]],
            "conflict": self.conflict,
            "unsure": self.unsure,
            "text": " ".join(self.text.split())[:_TEXT],
        }


def _number(value: Fraction | None) -> int | str | None:
    if value is None:
        return None
    return value.numerator if value.denominator == 1 else str(value)


@dataclass(frozen=True, slots=True)
class Reading:
    """How formulas are read: variables, words of what is asked, and words of something else."""

    names: Names
    about: re.Pattern[str] | None = None
    others: re.Pattern[str] | None = None

    def valued(self, text: str) -> list[Formula]:
        """Return the formulas of a text that may be values."""
        return [one for one in formulas(text, self.names) if not one.foreign and not one.bare]

    def is_other(self, text: str) -> bool:
        """Whether words say that something else is given, and not what is asked."""
        other = self.others is not None and self.others.search(text) is not None
        return other and not (self.about is not None and self.about.search(text))

    def value(
        self,
        index: int,
        label: str,
        text: str,
        own: Sequence[Formula],
        *,
        start: int = 0,
        key: str = "",
    ) -> Value | None:
        """Return the value of one thing.

        Args:
            index: its place in its list.
            label: what it is called.
            text: text that ends with what is said of it.
            own: the formulas of that.
            start: where that begins; words before it do not count.
            key: a description of it that stands elsewhere.
        """
        usable = chains(text, own, start)
        chosen, unsure = self._chosen(text, usable, start)
        if chosen is None:
            return None
        last = chosen.last
        working = [one.value for one in chosen.members[:-1]]
        others = [chain for chain in usable if chain is not chosen]
        steps = [one.value for chain in others for one in chain.members]
        if len(usable) > 1:
            steps.append(summed(usable))
        layers = stack(key or text[start : chosen.members[0].start]).layers
        if not layers and any(one.kernels and one.start > last.end for one in own):
            layers = stack(text[last.end :]).layers
        conflict = _TOTALS in unsure or (bool(unsure) and _OPEN.search(text, start) is not None)
        return Value(
            index=index,
            label=label,
            formula=last,
            text=f"{label} {text[start:]}",
            layers=layers or None,
            working=working,
            steps=steps,
            unsure=unsure,
            conflict=conflict,
        )

    def _chosen(self, text: str, found: list[Chain], start: int) -> tuple[Chain | None, list[str]]:
        """The chain that gives the value: a total, the only one, or what the others add up to."""
        kept = [chain for chain in found if not only_names(chain)] or found
        kept = self._of_interest(text, kept, start)
        totals = [chain for chain in kept if chain.total]
        if totals:
            differ = len({chain.last.value for chain in totals}) > 1
            return totals[-1], [_TOTALS] if differ else []
        if not kept:
            return None, []
        if kept[-1].last.value.names:
            kept = [chain for chain in kept if chain.last.value.names]
        whole = [chain for chain in kept if not chain.each]
        if not whole:
            return kept[-1], ["a value of one layer"]
        if len({chain.last.value for chain in whole}) == 1:
            return whole[-1], []
        for chain in reversed(whole):
            if summed([other for other in whole if other is not chain]) == chain.last.value:
                return chain, []
        return whole[-1], ["several values stand here"]

    def _of_interest(self, text: str, found: list[Chain], start: int) -> list[Chain]:
        """Leave out chains that words around them say to be about something else."""
        if self.others is None or len(found) == 1:
            return found
        kept, last = [], start
        for chain in found:
            after = _CLAUSE.split(text[chain.last.end : chain.last.end + _NEAR])[0]
            if not self.is_other(f"{text[last : chain.members[0].start]} {after}"):
                kept.append(chain)
            last = chain.last.end
        return kept or found


def only_names(chain: Chain) -> bool:
    """Whether a chain only speaks of layers: kernel sizes, or how many there are."""
    counts = len(chain.members) == 1 and chain.last.counts and not chain.total
    return counts or all(one.kernels for one in chain.members)


def summed(found: Sequence[Chain]) -> Polynomial:
    """Return the sum of what chains come to."""
    total = Polynomial()
    try:
        for chain in found:
            total = total + chain.last.value
    except NotAPolynomial:
        return Polynomial()
    return total
