"""From one cell that is no program to the nearest ones that are, fault by fault."""

from __future__ import annotations

import heapq
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.collect._mend import cut, indentation, signs
from grader.collect._mend.model import SLIPS, Fix
from grader.collect._mend.names import bound
from grader.collect._mend.source import Effort, Fault, fault, indent, says_nothing, scan

_MOST_STEPS = 6
_MOST_TRIES = 40
_UNSURE = 2
_NEXT = re.compile(r"\s*(?:def|class|@)")


@dataclass(order=True, slots=True)
class State:
    """A cell on its way, and the steps that led there; ``cost`` orders by plausibility."""

    cost: int
    order: int
    lines: tuple[str, ...] = field(compare=False)
    fixes: tuple[Fix, ...] = field(compare=False, default=())


def mended(
    lines: Sequence[str],
    others: Sequence[Sequence[str]],
    effort: Effort,
    *,
    torn: int = 0,
    unsure: bool = False,
    slip: bool = True,
    most: int = 12,
) -> list[State]:
    """Return the repairs of a cell that has a fault, likeliest first; none for one without.

    ``others`` are the other cells of the hand-in. With ``unsure`` also guesses come back, which
    have to reproduce what was printed; without ``slip`` no slip of the student's is repaired.
    ``torn`` is the line, from 0, where the last piece of torn cells begins.
    """
    first = signs.prompts(lines)
    start = State(0, 0, first.lines, (first,)) if first else State(0, 0, tuple(lines))
    known = frozenset().union(*(bound(other) for other in others))
    queue, seen = [start], {start.lines}
    done: list[State] = []
    tries = order = 0
    while queue and tries < _MOST_TRIES and len(done) < most:
        state = heapq.heappop(queue)
        tries += 1
        if not effort.spend(state.lines):
            break
        wrong = fault(state.lines)
        if wrong is None:
            if state.fixes:
                done.append(state)
            continue
        if len(state.fixes) >= _MOST_STEPS:
            continue
        may_slip = slip and not any(fix.kind in SLIPS for fix in state.fixes)
        for rank, fix in enumerate(
            _steps(
                state.lines,
                wrong,
                known,
                others,
                effort,
                torn if len(state.lines) == len(lines) else 0,
            )
        ):
            if fix.lines in seen or (not fix.sure and not unsure):
                continue
            if fix.kind in SLIPS and not may_slip:
                continue
            seen.add(fix.lines)
            order += 1
            cost = state.cost + 1 + rank + (0 if fix.sure else _UNSURE)
            heapq.heappush(queue, State(cost, order, fix.lines, (*state.fixes, fix)))
    return done


def _steps(
    lines: Sequence[str],
    wrong: Fault,
    known: frozenset[str],
    others: Sequence[Sequence[str]],
    effort: Effort,
    torn: int,
) -> list[Fix]:
    found = [
        *signs.fixes(lines, wrong),
        *cut.fixes(lines, wrong, others, effort),
        *indentation.fixes(lines, wrong, known, effort, torn),
    ]
    return found or _bodies(lines, wrong)


def _bodies(lines: Sequence[str], wrong: Fault) -> list[Fix]:
    """An empty body, where other code in the cell would not run for it, is passed over."""
    if wrong.kind != "indentation" or "expected an indented block" not in wrong.why:
        return []
    state = scan(lines)
    starts = [n for n in range(len(lines)) if state.starts(n) and not says_nothing(lines[n])]
    before = [n for n in starts if n < wrong.line - 1 or (n == wrong.line - 1 and n == starts[-1])]
    if not before:
        return []
    header = before[-1]
    after = [n for n in starts if n > header]
    alone = not any(indent(lines[n]) == 0 and n != header for n in starts)
    goes_on = bool(after) and _NEXT.match(lines[after[0]]) is not None
    if alone or not (goes_on or _commented(lines, header)):
        return []
    pad = " " * (indent(lines[header]) + 4)
    last = max(n for n in range(header, after[0] if after else len(lines)) if lines[n].strip())
    changed = (*lines[: last + 1], f"{pad}pass", *lines[last + 1 :])
    if after and (then := fault(changed)) is not None and then.line <= wrong.line + 1:
        return []
    return [Fix(changed, "body", "a body that was left empty was passed over")]


def _commented(lines: Sequence[str], header: int) -> bool:
    return header + 1 < len(lines) and lines[header + 1].strip().startswith("#")
