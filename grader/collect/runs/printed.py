"""What the cells of a part print when they are run again.

    runs: {again: {kind: printed, read: {kind: scores, keys: {…}}}}

With ``read`` a reader reads a value from it, in the process that reads hand-ins; without it the
value is the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.collect.runs import Case, Ran, run_kinds
from grader.collect.runs import _stops as stops
from grader.model import Finding, Found
from grader.read import readers
from grader.sandbox import Outcome, Step

MOST = 60_000


@run_kinds.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """Options: the reader, with its kind and options."""

    read: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        """Refuse a reader that does not exist, or has no such options."""
        if self.read is not None:
            kind, options = self.reader()
            readers.build(kind, dict(options))

    def reader(self) -> tuple[str, Mapping[str, Any]]:
        """Return the reader's kind and options; an empty kind where there is none."""
        words = dict(self.read or {})
        return str(words.pop("kind", "")), words

    def steps(self, cases: Sequence[Case]) -> tuple[Step, ...]:  # noqa: ARG002  # as its siblings
        """Return nothing: what the cells print is kept anyway."""
        return ()

    def found(self, ran: Ran, cases: Sequence[Case]) -> Finding:  # noqa: ARG002
        """Return the text; Missing where nothing was printed."""
        stopped = next((o for _, o in ran.own if o.ended not in ("done", "raised")), None)
        if stopped is not None:
            return stops.stopped(stopped, ran) or stops.undecided("it was not run")
        text = "".join(_printed(outcome) for _, outcome in ran.own)
        if text.strip():
            doubt = "it prints more than is kept" if any(o.cut for _, o in ran.own) else ""
            return Found(value=text[:MOST], where=stops.place(ran.own), doubt=doubt)
        why = "its cells print nothing"
        return stops.stopped(Outcome(ended="refused"), ran, why) or stops.undecided(why)


def _printed(outcome: Outcome) -> str:
    """Standard output, and what a cell shows as its result."""
    shown = outcome.value.get("result") if isinstance(outcome.value, dict) else None
    printed = outcome.printed
    last = f"{shown}\n" if isinstance(shown, str) and shown not in printed else ""
    return f"{printed}{last}"
