"""All rows of numbers of a certain length that a program holds under any name.

    runs: {data: {kind: vectors, length: 100}}

For data that students name as they like: lists, arrays (also of shape (n, 1)), columns of frames.
The value maps each name to its numbers; Missing where there are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.collect.runs import Case, Ran, run_kinds
from grader.collect.runs import _stops as stops
from grader.collect.runs import _values as values
from grader.model import Finding, Found
from grader.sandbox import Outcome, Step

_DRIVER = """
def drive(names, length, most):
    def rows(value):
        columns = getattr(value, "columns", None)
        if columns is not None and hasattr(value, "iloc"):
            for column in list(columns)[:12]:
                yield "." + str(column)[:40], value[column]
        else:
            yield "", value

    def plain(value):
        if isinstance(value, dict) or isinstance(value, (str, bytes)) or callable(value):
            return None
        if hasattr(value, "detach"):
            value = value.detach()
        if hasattr(value, "tolist"):
            value = value.tolist()
        if not isinstance(value, (list, tuple)) or len(value) != length:
            return None
        out = []
        for item in value:
            for _ in range(3):
                if hasattr(item, "tolist"):
                    item = item.tolist()
                if isinstance(item, (list, tuple)) and len(item) == 1:
                    item = item[0]
            if isinstance(item, bool) or not isinstance(item, (int, float)):
                return None
            out.append(float(item))
        return out

    found = {}
    for name, value in list(names.items()):
        if not isinstance(name, str) or name.startswith("_") or len(found) >= most:
            continue
        try:
            for more, row in rows(value):
                numbers = plain(row)
                if numbers is not None and numbers not in found.values():
                    found[name + more] = numbers
        except Exception:
            continue
    return found
"""


@run_kinds.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Vectors:
    """Options: how many numbers a row has; how many rows are taken at most."""

    length: int
    most: int = 12

    def __post_init__(self) -> None:
        """Refuse sizes that make no sense."""
        if not 0 < self.length <= 100_000 or not 0 < self.most <= 50:
            raise ValueError("'length' is from 1 to 100000, 'most' from 1 to 50")

    def steps(self, cases: Sequence[Case]) -> tuple[Step, ...]:  # noqa: ARG002  # as its siblings
        """Return the one look."""
        data = {"source": _DRIVER, "function": "drive", "args": [self.length, self.most]}
        return (Step(do="drive", data=data, seconds=5.0),)

    def found(self, ran: Ran, cases: Sequence[Case]) -> Finding:  # noqa: ARG002
        """Return the rows by name."""
        outcome = ran.steps[0] if ran.steps else Outcome(ended="not reached")
        if outcome.ended != "done":
            return stops.stopped(outcome, ran) or stops.undecided("it was not looked at")
        value = values.field(outcome, "result")
        if isinstance(value, dict) and value:
            return Found(value=value, where=stops.place(ran.own))
        why = f"no variable holds {self.length} numbers"
        return stops.stopped(Outcome(ended="refused"), ran, why) or stops.undecided(why)
