"""Questions with many right answers: a reference function has judged the reading itself.

    expect: stack_judge.designs
    given: {stacks: {reading: stacks}, side: 7}
    compare: {kind: judged}

The truth is then no value to be equal to, but ``{credit, reasons, each, mistakes, certain}``;
all but ``credit`` may be left out. Reasons speak of what was given and never of what is right.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.compare import comparators
from grader.model import Verdict, unsure

_NO_JUDGEMENT = "no judgement of this answer was made"


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Takes over what the reference says; what is no judgement is left to a person."""

    def compare(self, value: Any, truth: Any) -> Verdict:  # noqa: ARG002  # judged already
        """Return the judgement as a verdict.

        >>> Judged().compare(None, {"credit": "2/3", "reasons": ["one of three is missing"]}).credit
        Fraction(2, 3)
        """
        if not isinstance(truth, Mapping):
            return unsure(_NO_JUDGEMENT)
        credit = _credit(truth.get("credit"))
        each = [_credit(one) for one in _listed(truth.get("each"))]
        if credit is None or None in each:
            return unsure(_NO_JUDGEMENT)
        return Verdict(
            credit=credit,
            reason="; ".join(str(reason) for reason in _listed(truth.get("reasons"))),
            certain=truth.get("certain", True) is True,
            each=tuple(one for one in each if one is not None),
            mistakes=tuple(str(mistake) for mistake in _listed(truth.get("mistakes"))),
        )


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _credit(value: Any) -> Fraction | None:
    """Return a credit in [0, 1] as it is written: a number, or a fraction in words."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Fraction):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    try:
        credit = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        return None
    return credit if 0 <= credit <= 1 else None
