"""What goes into a repair and what comes out of it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

MOST_LINES = 2_000
MOST_SIGNS = 200_000
LONGEST = 4_000
MOST_REPAIRS = 12
SLIPS = frozenset({"parameter", "spelling", "import", "colon"})
"""Kinds that repair something of the student's own: at most one of them in a repair."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One code cell as handed in, and what the hand-in shows below it."""

    source: str
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Repair:
    """All cells after a repair, and what it did.

    ``cells`` are as many as were handed in: where some were joined, the last of them holds the
    code (the output stands below it) and those before it are empty. ``kind`` names all that was
    done, the first thing first, with " and " between. ``diff`` is a unified diff.
    ``must_reproduce`` says that the repair is a guess: it counts only where the run prints the
    numbers that the hand-in shows. ``doubt`` says why a person has to judge whether it was a slip.
    """

    kind: str
    says: str
    cells: tuple[str, ...]
    diff: str
    must_reproduce: bool = False
    doubt: str = ""

    @property
    def slips(self) -> bool:
        """Whether it repairs a slip of the student's own, not only what a conversion did."""
        return not SLIPS.isdisjoint(self.kind.split(" and "))


@dataclass(frozen=True, slots=True)
class Fix:
    """One step of a repair within one cell: its lines afterwards, how sure it is, why a person looks."""

    lines: tuple[str, ...]
    kind: str
    says: str
    sure: bool = True
    doubt: str = ""


def repair(
    before: Sequence[str], after: Sequence[str], fixes: Sequence[Fix], *, sure: bool = True
) -> Repair:
    """Return the repair that leads from some cells to others."""
    kinds = dict.fromkeys(fix.kind for fix in fixes)
    says = dict.fromkeys(fix.says for fix in fixes)
    return Repair(
        kind=" and ".join(kinds),
        says="; ".join(says),
        cells=tuple(after),
        diff=diff(before, after),
        must_reproduce=not (sure and all(fix.sure for fix in fixes)),
        doubt=next((fix.doubt for fix in fixes if fix.doubt), ""),
    )


def diff(before: Sequence[str], after: Sequence[str]) -> str:
    r"""Return a unified diff of cells, counted from 1; joined cells are shown as one.

    >>> print(diff(["x = (1"], ["x = (1)"]), end="")
    --- cell 1 as handed in
    +++ cell 1 repaired
    @@ -1 +1 @@
    -x = (1
    +x = (1)
    """
    out: list[str] = []
    begin = 0
    for at, (old, new) in enumerate(zip(before, after, strict=True)):
        if not new.strip() and old.strip() and at + 1 < len(after):
            continue
        whole = "\n".join(before[begin : at + 1]) if begin < at else old
        if whole != new or begin < at:
            name = f"cell {at + 1}" if begin == at else f"cells {begin + 1} to {at + 1}"
            out += difflib.unified_diff(
                whole.split("\n"),
                new.split("\n"),
                f"{name} as handed in",
                f"{name} repaired" if begin == at else f"{name} joined",
                lineterm="",
            )
            if whole == new:
                out += [f"--- {name} as handed in", f"+++ {name} joined"]
        begin = at + 1
    return "".join(line + "\n" for line in out)
