"""Cells that a page break tore in two, joined again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.collect._mend import search, signs
from grader.collect._mend.model import Fix
from grader.collect._mend.source import Effort, Fault, fault, indent, says_nothing, scan
from grader.read._python import _begins as begins

_FRESH = re.compile(r"\s*(?:(?:async )?def |class |@\w|import |from [\w.]+ import |%|!|#)")
_FOLLOWER = re.compile(r"\s*(?:elif|else|except|finally)\b")
_JOINED = Fix((), "joined", "pieces of a cell that a page break tore were joined again")

Cells = list[tuple[str, ...]]


def grouped(
    cells: Sequence[tuple[str, ...]], printed: Sequence[bool], effort: Effort
) -> tuple[Cells, list[Fix]]:
    """Return the cells with torn ones joined in the place of their last piece, and what was done.

    A cell below which something was printed had ended there.
    """
    out: Cells = list(cells)
    done: list[Fix] = []
    for at in range(len(out) - 1):
        first, second = out[at], out[at + 1]
        if printed[at] or not any(map(str.strip, first)) or not any(map(str.strip, second)):
            continue
        others = [*out[:at], *out[at + 2 :]]
        if _torn(first, second) and _whole((*first, *second), others, effort):
            out[at], out[at + 1] = ("",), (*_trimmed(first), *second)
            done.append(_JOINED)
    return out, done


def _trimmed(lines: tuple[str, ...]) -> tuple[str, ...]:
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def _torn(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    if second[0].lstrip().startswith("%%") or first[0].lstrip().startswith("%%"):
        return False
    if signs.prompts(second) is not None:
        return False
    state = scan(first)
    head = next((line for line in second if not says_nothing(line)), "")
    if state.triple[-1]:
        return True
    if state.open[-1]:
        return not begins(head, 0)
    starts = [n for n in range(len(first)) if state.starts(n) and not says_nothing(first[n])]
    if not starts:
        return False
    last = max(n for n in range(len(first)) if state.bare[n].strip())
    if max(state.cut, default=-1) == last:
        return head.strip()[:1] in tuple(")]}") or not begins(head, 0)
    opens = state.opens(last)
    if opens:
        return not _FRESH.match(head) or indent(head) > 0
    wrong = fault(second)
    if wrong is None or not indent(first[starts[-1]]):
        return False
    second_line = [n for n, line in enumerate(second, 1) if not says_nothing(line)][1:2]
    return _continues(head, wrong) or (
        "unexpected indent" in wrong.why and second_line == [wrong.line]
    )


def _continues(head: str, wrong: Fault) -> bool:
    if "outside" in wrong.why or _FOLLOWER.match(head):
        return True
    return bool(indent(head)) and "unexpected indent" in wrong.why


def _whole(lines: tuple[str, ...], others: Cells, effort: Effort) -> bool:
    """Whether pieces together are a program, or can be repaired to one."""
    return fault(lines) is None or bool(search.mended(lines, others, effort, unsure=True, most=1))
