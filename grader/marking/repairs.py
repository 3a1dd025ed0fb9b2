"""What a repair that made code run costs, and which of the two runs counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.model import Evidence, Finding, Found, Mark, MistakeSeen, PartResult
from grader.rubric import REPAIR, WRITTEN, RepairCost

_NOTHING = Fraction(0)
_SAYS = {
    "slip": "The code stops as it was written. It was run, and marked, with one slip put right.",
    "imports": "The code does not import all that it uses. It was run, and marked, with that added.",
    "conversion": "The code was damaged by conversion, and was run with the damage put right.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Points that a repair takes off the part, and how the report names it."""

    cost: Fraction
    mistake: MistakeSeen


def cost_of(
    findings: Mapping[str, Finding], costs: RepairCost, by_run: Sequence[Mark]
) -> Cost | None:
    """Return what the repair of a part's code costs; None where nothing was repaired or run.

    The cost is a share of what the criteria are worth that the run decided.
    """
    repair = findings.get(REPAIR)
    if not isinstance(repair, Found) or not isinstance(repair.value, Mapping) or not by_run:
        return None
    shares = {"conversion": costs.conversion, "imports": costs.imports, "slip": costs.slip}
    kind = str(repair.value.get("kind"))
    kind = kind if kind in shares else "slip"
    share = shares[kind]
    worth = sum((mark.possible for mark in by_run), _NOTHING)
    return Cost(cost=share * worth, mistake=MistakeSeen(id=f"repaired-{kind}", says=_SAYS[kind]))


def as_written(evidence: Evidence, part: str) -> Evidence:
    """Return the evidence with what a part's code gave before it was repaired."""
    found = evidence.get(part, {})
    own = {n: f for n, f in found.items() if n != REPAIR and not n.startswith(WRITTEN)}
    before = {n.removeprefix(WRITTEN): f for n, f in found.items() if n.startswith(WRITTEN)}
    return {**evidence, part: {**own, **before}}


def is_better(one: PartResult, other: PartResult) -> bool:
    """Whether a result is certain and worth at least as much as another."""
    if one.earned is None:
        return False
    return one.earned >= (other.proposed if other.proposed is not None else _NOTHING)
