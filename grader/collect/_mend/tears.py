"""Cells that a page break tore in two, joined again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.collect._mend import search, signs
from grader.collect._mend.model import Fix
from grader.collect._mend.source import Effort, Fault, fault, indent, says_nothing, scan
from grader.read._python import begins

_FRESH = re.compile(r"\s*(?:(?:async )?def |class |@\w|import |from [\w.]+ import |%|!|#)")
_FOLLOWER = re.compile(r"\s*(?:elif|else|except|finally)\b")
_JOINED = Fix((), "joined", "pieces of a cell that a page break tore were joined again")

Cells = list[tuple[str, ...]]


@dataclass(slots=True)
class Grouped:
    """The cells with torn ones joined in the place of their last piece, and what was done.

    ``mended`` holds the repair of joined cells that is sure, and ``torn`` the line at which their
    last piece begins, both by the cell's place.
    """

    cells: Cells
    fixes: list[Fix] = field(default_factory=list)
    mended: dict[int, search.State] = field(default_factory=dict)
    torn: dict[int, int] = field(default_factory=dict)

    def parted(self, handed_in: Sequence[tuple[str, ...]], but: int) -> None:
        """Take joints back that are no program yet, but for one cell."""
        for at in self.torn:
            if at == but or fault(self.cells[at]) is None:
                continue
            self.cells[at] = handed_in[at]
            while at and self.cells[at - 1] == ("",) and handed_in[at - 1] != ("",):
                at -= 1  # noqa: PLW2901 - backwards through the pieces of one cell
                self.cells[at] = handed_in[at]
                self.fixes.pop()


def grouped(
    cells: Sequence[tuple[str, ...]],
    printed: Sequence[bool],
    effort: Effort,
    *,
    unsure: bool = False,
) -> Grouped:
    """Join cells that a page break tore, where together they are a program or can be made one.

    A cell below which something was printed had ended there. With ``unsure`` those are joined as
    well that only a guess makes a program.
    """
    out = Grouped(list(cells))
    for at in range(len(cells) - 1):
        first, second = out.cells[at], out.cells[at + 1]
        if printed[at] or not any(map(str.strip, first)) or not any(map(str.strip, second)):
            continue
        if not _torn(first, second):
            continue
        whole = (*_trimmed(first), *second)
        if fault(whole) is not None:
            others = [*out.cells[:at], *out.cells[at + 2 :]]
            states = search.mended(
                whole, others, effort, torn=len(_trimmed(first)), unsure=unsure, most=1
            )
            if not states:
                continue
            out.torn[at + 1] = len(_trimmed(first))
            if not unsure:
                out.mended[at + 1] = states[0]
        out.cells[at], out.cells[at + 1] = ("",), whole
        out.fixes.append(_JOINED)
    return out


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
        # only the first line of a piece lost its indentation
        ("unexpected indent" in wrong.why and second_line == [wrong.line])
        or ("unindent" in wrong.why and head.rstrip().endswith(":"))
    )


def _continues(head: str, wrong: Fault) -> bool:
    if "outside" in wrong.why or _FOLLOWER.match(head):
        return True
    return bool(indent(head)) and "unexpected indent" in wrong.why
