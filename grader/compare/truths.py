"""Truths: each statement judged is worth the same; some verdicts count by the reason given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from grader.compare import comparators
from grader.compare._statements import strings
from grader.model import Verdict, unsure, wrong
from grader.prose import first, prepare, vocabulary

_WORDY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a verdict against the truth still earns, by the reason that goes with it."""

    held: bool
    reason: Sequence[str] = ()
    """Phrases of the reason that counts."""
    credit: Fraction = Fraction(1)
    without: Fraction = Fraction(0)
    """Credit without any reason."""


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Truths:
    """Per statement full credit for the verdict of the truth; ``allow`` names what else earns."""

    allow: Mapping[str, Allowance] = field(default_factory=dict)

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the mean over the statements of the truth, ``{"a": false, …}``."""
        if not isinstance(truth, Mapping) or not truth:
            return unsure("there is nothing to compare the verdicts with")
        if not isinstance(value, Mapping):
            return wrong("no statement is judged")
        marks = {
            str(name): self._one(str(name), value.get(name), right) for name, right in truth.items()
        }
        credit = sum((c for c, _, _ in marks.values()), Fraction(0)) / len(marks)
        reasons = [f"({name}) {said}" for name, (_, said, _) in marks.items() if said]
        return Verdict(
            credit=credit,
            reason="; ".join(reasons) or "every statement is judged rightly",
            certain=all(sure for _, _, sure in marks.values()),
            each=tuple(c for c, _, _ in marks.values()),
            mistakes=tuple(
                _held(name, value.get(name)) for name, (c, _, _) in marks.items() if c < 1
            ),
        )

    def _one(self, name: str, given: Any, right: Any) -> tuple[Fraction, str, bool]:
        held = given.get("held") if isinstance(given, Mapping) else given
        if type(held) is not bool:
            return Fraction(0), "is not judged", True
        if held is right:
            return Fraction(1), "", True
        reason = given.get("reason", "") if isinstance(given, Mapping) else ""
        return self._allowed(self.allow.get(name), held, reason if isinstance(reason, str) else "")

    def _allowed(self, allowance: Any, held: bool, reason: str) -> tuple[Fraction, str, bool]:
        said = f"was judged {'true' if held else 'false'}"
        if isinstance(allowance, Mapping):
            allowance = Allowance(**allowance)
        if not isinstance(allowance, Allowance) or allowance.held is not held:
            return Fraction(0), said, True
        phrases = strings(allowance.reason)
        if first(phrases, prepare(reason, vocabulary(phrases))):
            return allowance.credit, f"{said}, with a reason that counts", True
        if len(reason.split()) >= _WORDY:
            return allowance.without, f"{said}, with a reason that was not recognised", False
        return allowance.without, f"{said}, without a reason", True


def _held(name: str, given: Any) -> str:
    """What a wrong verdict is called: ``a-held-true``."""
    held = given.get("held") if isinstance(given, Mapping) else given
    return f"{name}-held-{str(held).lower()}" if type(held) is bool else f"{name}-left-out"
