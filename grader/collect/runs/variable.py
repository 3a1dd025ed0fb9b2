"""Variables of a program as they are behind a part's cells.

    runs: {weights: {kind: variable, names: [w, model.bias]}}

The value maps each name that is bound to its value; Missing where none is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.collect.runs import Case, Ran, run_kinds
from grader.collect.runs import _stops as stops
from grader.collect.runs import _values as values
from grader.model import Finding, Found
from grader.sandbox import Outcome, Step


@run_kinds.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """Options: the names, which may lead to attributes by dots."""

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse what is no name."""
        wrong = [n for n in self.names if not all(word.isidentifier() for word in n.split("."))]
        if wrong or not self.names:
            raise ValueError(f"'{wrong[0]}' is no name" if wrong else "name at least one variable")

    def steps(self, cases: Sequence[Case]) -> tuple[Step, ...]:  # noqa: ARG002  # as its siblings
        """Return one look for each name."""
        return tuple(Step(do="value", data={"name": name}) for name in self.names)

    def found(self, ran: Ran, cases: Sequence[Case]) -> Finding:  # noqa: ARG002
        """Return the values by name."""
        seen = {}
        for name, outcome in zip(self.names, ran.steps, strict=False):
            if outcome.ended in stops.LIMITS or outcome.ended in ("box failed", "not reached"):
                return stops.stopped(outcome, ran) or stops.undecided("it was not looked at")
            if outcome.ended == "done" and values.field(outcome, "found") is True:
                seen[name] = values.field(outcome, "value")
        if seen:
            return Found(value=seen, where=stops.place(ran.own))
        why = f"nothing called {' or '.join(self.names)} is defined"
        return stops.stopped(Outcome(ended="refused"), ran, why) or stops.undecided(why)
