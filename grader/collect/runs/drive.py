"""A program driven by code of the course, for what no other kind can ask.

    runs: {trained: {kind: drive, source: "def drive(names, rounds): …", args: [3]}}

The source runs beside student code and may hold nothing that they must not see. Its function is
called with the student's names (a dict) and the given arguments; its result is the value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.collect.runs import Case, Ran, run_kinds
from grader.collect.runs import _stops as stops
from grader.collect.runs import _values as values
from grader.model import Finding, Found
from grader.sandbox import Outcome, Step


@run_kinds.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """Options: source, the function in it that is called, its arguments, its time."""

    source: str
    function: str = "drive"
    args: tuple[Any, ...] = ()
    seconds: float = 10.0

    def __post_init__(self) -> None:
        """Refuse a source that is no Python: that would look like the student's fault."""
        try:
            compile(self.source, "driver", "exec")
        except (SyntaxError, ValueError) as error:
            raise ValueError(f"the source is no Python: {error}") from error

    def steps(self, cases: Sequence[Case]) -> tuple[Step, ...]:  # noqa: ARG002  # as its siblings
        """Return the one call."""
        data = {
            "source": self.source,
            "function": self.function,
            "args": [values.sent(value) for value in self.args],
        }
        return (Step(do="drive", data=data, seconds=self.seconds),)

    def found(self, ran: Ran, cases: Sequence[Case]) -> Finding:  # noqa: ARG002
        """Return what the function returned."""
        outcome = ran.steps[0] if ran.steps else Outcome(ended="not reached")
        if outcome.ended != "done":
            return stops.stopped(outcome, ran) or stops.undecided("it was not driven")
        return Found(value=values.field(outcome, "result"), where=stops.place(ran.own))
