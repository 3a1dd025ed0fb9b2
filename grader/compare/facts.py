"""Facts of a program held against queries; see ``_queries`` for what can be asked.

    compare: {kind: facts, what: the training loader, holds: {call: DataLoader, args: {…}}}
    compare: {kind: facts, what: both loaders, each: [{what: …, holds: …}, {what: …, holds: …}]}

``holds`` has to hold for any credit; with ``each``, credit is the share of these that hold, by
weight. Reasons quote the lines that were found, and name what is lacking, never its value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.compare import comparators
from grader.compare._code_facts import Hit
from grader.compare._queries import ask, check
from grader.model import Verdict, wrong


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Options: ``what`` is looked for, in words; the query; parts of it with their weights.

    >>> facts = {"calls": [{"name": "T.Flip", "args": [0.5], "line": 3, "text": "T.Flip(0.5)"}]}
    >>> kind = Facts(what="a flip", holds={"call": "Flip", "args": {"p|0": 0.5}})
    >>> kind.compare(facts, None).reason
    'a flip: line 3: T.Flip(0.5)'
    """

    what: str
    holds: Mapping[str, Any] | None = None
    each: tuple[Mapping[str, Any], ...] = ()

    def __post_init__(self) -> None:
        """Refuse queries that are none: a rubric's slip is found when it is loaded."""
        if self.holds is None and not self.each:
            raise ValueError("say what has to hold, in 'holds' or 'each'")
        if self.holds is not None:
            check(self.holds)
        for part in self.each:
            check(part.get("holds"))
            if Fraction(str(part.get("weight", 1))) <= 0 or not isinstance(part.get("what"), str):
                raise ValueError(
                    "each part has 'what' (words), 'holds' (a query), perhaps a positive 'weight'"
                )

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the credit; ``truth`` may hold values that patterns name."""
        if not isinstance(value, Mapping):
            return wrong(f"{self.what}: no code was read")
        hit = ask(value, self.holds, truth) if self.holds is not None else Hit(True)
        if not hit.holds:
            return wrong(f"{self.what}: {_missing(hit)}")
        if not self.each:
            return Verdict(credit=Fraction(1), reason=_found(self.what, hit))
        hits = [
            (
                str(part["what"]),
                Fraction(str(part.get("weight", 1))),
                ask(value, part["holds"], truth),
            )
            for part in self.each
        ]
        total = sum((weight for _, weight, _ in hits), Fraction(0))
        credit = sum((weight for _, weight, one in hits if one.holds), Fraction(0)) / total
        shown = [line for _, _, one in hits if one.holds for line in one.seen]
        lacking = [f"{what} ({_missing(one)})" for what, _, one in hits if not one.holds]
        reason = _found(self.what, Hit(True, tuple(dict.fromkeys(shown))[:4]))
        if lacking:
            reason = (
                f"{reason}; lacking: {', '.join(lacking)}"
                if credit
                else f"{self.what}: lacking: {', '.join(lacking)}"
            )
        return Verdict(credit=credit, reason=reason[:900])


def _found(what: str, hit: Hit) -> str:
    return f"{what}: {'; '.join(hit.seen)}" if hit.seen else f"{what}: found"


def _missing(hit: Hit) -> str:
    return f"not as asked in {'; '.join(hit.near)}" if hit.near else "not found"
