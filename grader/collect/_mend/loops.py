"""Statements after a loop that a page break may have taken out of it: both readings run."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from grader.collect._mend import indentation
from grader.collect._mend.model import Fix
from grader.collect._mend.source import fault, indent, says_nothing, scan

_WORD = re.compile(r"[A-Za-z_]\w*")


def into_loops(lines: Sequence[str]) -> list[Fix]:
    """Return the cell with what follows a loop, and uses its names, moved into the loop."""
    state = scan(lines)
    out: list[Fix] = []
    starts = [n for n in range(len(lines)) if state.starts(n) and not says_nothing(lines[n])]
    for last, number in itertools.pairwise(starts):
        if indent(lines[number]) or not indent(lines[last]):
            continue
        head = max((n for n in starts if n <= last and not indent(lines[n])), default=last)
        if not re.match(r"\s*(?:async\s+for|for|while)\b", lines[head]):
            continue
        own = _names(lines[head : last + 1])
        units = indentation.units_of(lines, state, number, indentation.end_of(lines, state, number))
        taken = []
        for one in units:
            said = "\n".join(state.bare[one.begin : one.end])
            if not own & set(_WORD.findall(said)):
                break
            taken.append(one)
        for level in [k for k in indentation.levels_at(lines, state, number) if k > 0]:
            changed = indentation.moved(lines, state, taken, [level] * len(taken))
            if taken and fault(changed) is None:
                says = f"{indentation.says(lines, changed)}: it stood in the loop above"
                out.append(Fix(changed, indentation.KIND, says, sure=False))
    return out[:4]


def _names(lines: Sequence[str]) -> set[str]:
    """Names that a loop turns over or assigns."""
    found: set[str] = set()
    for line in lines:
        turned = re.match(r"\s*for\s+([\w, ()]{1,80}?)\s+in\b", line)
        made = re.match(r"\s*((?:\w+\s*,\s*)*\w+)\s*[-+*/]?=(?!=)", line)
        for hit in (turned, made):
            found |= set(_WORD.findall(hit[1])) if hit else set()
    return found
