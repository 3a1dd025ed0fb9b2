"""A student's function, called with inputs that are made outside.

    runs: {sums: {kind: call, function: add, cases: add_cases, given: {count: 20, seed: 5}}}

``cases`` names a reference function that returns the inputs: a list of argument lists, of
``{args, kwargs}``, or a hypothesis strategy of such, from which ``examples`` are drawn, the same
each time. They are all that goes in. The value is ``{function, hidden, cases}``; each case has
``args``, ``kwargs`` and how it ``ended``: ``done`` with ``result`` and ``after`` (the arguments
after the call), or ``raised`` with type, message, cell and line, or the limit that it overstepped.

A function that wants its arguments in another way (by name, in one list, one after the other), and
one that stands only inside a class or another function, is for a person: it may do what is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from grader.collect.runs import Case, Ran, run_kinds
from grader.collect.runs import _stops as stops
from grader.collect.runs import _values as values
from grader.model import Finding, Found, Missing
from grader.sandbox import Outcome, Step

NOT_TRIED = "not tried"
_OTHERWISE = (
    "it cannot be called with the arguments as they are asked for; it may want them otherwise"
)


@run_kinds.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Options: which function, what makes its inputs, whether students see them, time per call."""

    function: str
    cases: str
    given: Mapping[str, Any] = field(default_factory=dict)
    hidden: bool | None = None
    examples: int = 20
    seconds: float = 2.0

    def __post_init__(self) -> None:
        """Refuse what cannot be called."""
        if not all(name.isidentifier() for name in self.function.split(".")):
            raise ValueError(f"'{self.function}' is no name of a function")
        if self.seconds <= 0 or not 0 < self.examples <= 1000:
            raise ValueError("'seconds' is above 0, 'examples' from 1 to 1000")

    @property
    def absent(self) -> str:
        """What is said where there is no such function."""
        return f"the code defines no function {self.function}"

    def steps(self, cases: Sequence[Case]) -> tuple[Step, ...]:
        """Return one call for each case."""
        return tuple(Step(do="call", data=self._data(c), seconds=self.seconds) for c in cases)

    def _data(self, case: Case) -> dict[str, Any]:
        return {
            "function": self.function,
            "args": [values.sent(value) for value in case.args],
            "kwargs": {name: values.sent(value) for name, value in case.kwargs.items()},
        }

    def found(self, ran: Ran, cases: Sequence[Case]) -> Finding:
        """Return what each call gave; Missing where there is no such function."""
        first = ran.steps[0] if ran.steps else Outcome(ended="not reached")
        if first.ended in ("refused", "not reached", "box failed"):
            missing = stops.stopped(first, ran, self.absent)
            return self._inside(missing, ran) or stops.undecided("nothing was called")
        failed = next((o for o in ran.steps if o.ended == "box failed"), None)
        if failed is not None:
            return stops.stopped(failed, ran) or stops.undecided("nothing was called")
        made = [_made(case, outcome) for case, outcome in zip(cases, ran.steps, strict=False)]
        kinds = [o.raised.type for o in ran.steps if o.ended == "raised" and o.raised is not None]
        value = {"function": self.function, "hidden": self.hidden is not False, "cases": made}
        doubt = stops.doubt_of(kinds, [cell for cell, _ in ran.own])
        if not doubt and any(_is_refused_by_signature(o) for o in ran.steps):
            doubt = _OTHERWISE
        return Found(value=value, where=stops.place(ran.own), doubt=doubt)

    def _inside(self, finding: Finding | None, ran: Ran) -> Finding | None:
        """Doubt that a function is missing which some cell defines further in, as a method."""
        if not isinstance(finding, Missing) or finding.doubt or finding.why != self.absent:
            return finding
        name = self.function.rpartition(".")[2]
        inner = re.compile(rf"^[ \t]+(?:async[ \t]+)?def[ \t]+{name}\b", re.MULTILINE)
        if not any(inner.search(cell.text) for cell, _ in (*ran.own, *ran.before)):
            return finding
        where = f"the code defines {name} inside a class or another function only"
        return replace(finding, doubt=f"{where}, where it cannot be called as it is asked for")


def _is_refused_by_signature(outcome: Outcome) -> bool:
    """Whether the call itself failed, before a line of the student's was reached."""
    raised = outcome.raised if outcome.ended == "raised" else None
    return raised is not None and raised.type == "TypeError" and raised.cell is None


def _made(case: Case, outcome: Outcome) -> dict[str, Any]:
    made: dict[str, Any] = {"args": list(case.args), "kwargs": dict(case.kwargs)}
    if outcome.ended == "done":
        made["result"] = values.field(outcome, "result")
        made["after"] = values.field(outcome, "args")
        made["after_kwargs"] = values.field(outcome, "kwargs")
    elif outcome.ended == "raised" and outcome.raised is not None:
        raised = outcome.raised
        made["raised"] = {
            "type": raised.type,
            "message": raised.message[:400],
            "cell": raised.cell,
            "line": raised.line,
        }
    made["ended"] = NOT_TRIED if outcome.ended == "not reached" else outcome.ended
    return made
