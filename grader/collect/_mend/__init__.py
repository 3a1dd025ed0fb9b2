"""Repairs of a student's code that a conversion damaged, or that one slip stopped: the smallest.

Nothing is run here. The caller runs a hand-in's cells as written; then ``joined`` gives them with
what a page break tore put together again, and ``after`` gives candidates by how a run ended.
Every repair says what it did and shows its diff; one that is a guess (``must_reproduce``) counts
only where the run prints what the hand-in shows (``reproduces``). What is fine, too large
(2,000 lines, 200,000 signs, lines of 4,000) or beyond an evident repair is left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.collect._mend import calls, loops, search, signs, slips
from grader.collect._mend.model import (
    LONGEST,
    MOST_LINES,
    MOST_REPAIRS,
    MOST_SIGNS,
    SLIPS,
    Cell,
    Fix,
    Repair,
    repair,
)
from grader.collect._mend.printed import has_numbers, reproduces
from grader.collect._mend.source import Effort, fault
from grader.collect._mend.tears import grouped
from grader.sandbox import Raised

__all__ = ["Cell", "Repair", "after", "joined", "reproduces"]

_SYNTAX = ("SyntaxError", "IndentationError", "TabError")


def joined(cells: Sequence[Cell]) -> Repair | None:
    r"""Return the repair of what a conversion did that needs no run to be sure of, or None.

    >>> torn = [Cell("def f(x):\n    y = 2 * x"), Cell("return y"), Cell("f(1)", "2")]
    >>> joined(torn).cells
    ('', 'def f(x):\n    y = 2 * x\n    return y', 'f(1)')
    """
    if _too_large(cells):
        return None
    before, effort = _lines(cells), Effort()
    group = grouped(before, [bool(cell.printed.strip()) for cell in cells], effort)
    after_, done = group.cells, group.fixes
    for at, lines in enumerate(after_):
        others = [*after_[:at], *after_[at + 1 :]]
        if fault(lines) is None:
            fix = signs.prompts(lines)
            if fix is not None and fault(fix.lines) is None:
                after_[at] = fix.lines
                done.append(fix)
            continue
        slip = not any(fix.kind in SLIPS for fix in done)
        known = group.mended.get(at)
        if known is not None and (slip or not any(fix.kind in SLIPS for fix in known.fixes)):
            found = [known]
        else:
            found = search.mended(lines, others, effort, slip=slip, most=1)
        if found:
            after_[at] = found[0].lines
            done += found[0].fixes
    return repair(_texts(before), _texts(after_), done) if done else None


def after(
    cells: Sequence[Cell],
    raised: Raised | None,
    *,
    built_on: Repair | None = None,
    cell: int | None = None,
) -> list[Repair]:
    """Return repairs to try after a run, likeliest first, at most twelve.

    ``raised`` is how a cell ended, its ``cell`` counted from 1; None asks what to try for cells
    that ran and printed other numbers than the hand-in shows: for ``cell``, or for all that show
    some. ``built_on`` is the repair that was run: the new ones contain it, and repair no slip
    where it repaired one. Every diff is against the cells as handed in.
    """
    if _too_large(cells) or (built_on is not None and len(built_on.cells) != len(cells)):
        return []
    base = [tuple(one.split("\n")) for one in built_on.cells] if built_on else _lines(cells)
    slip = built_on is None or not built_on.slips
    found: list[tuple[list[tuple[str, ...]], list[Fix], bool]] = []
    if raised is None:
        found = _otherwise(cells, base, cell)
    elif raised.type in _SYNTAX:
        found = _unparsed(cells, base, raised, slip=slip)
    elif raised.type == "NameError" and slip:
        found = [(changed, [fix], True) for changed, fix in slips.fixes(base, raised)]
    elif raised.type in ("ValueError", "InvalidParameterError", "KeyError"):
        found = _valued(base, raised)
    before = _texts(_lines(cells))
    out: dict[tuple[str, ...], Repair] = {}
    for changed, fixes, sure in found:
        texts = _texts(changed)
        if texts != _texts(base):
            made = _built(before, texts, fixes, built_on, sure=sure)
            out.setdefault(made.cells, made)
    return list(out.values())[:MOST_REPAIRS]


def _built(
    before: Sequence[str],
    texts: Sequence[str],
    fixes: Sequence[Fix],
    built_on: Repair | None,
    *,
    sure: bool,
) -> Repair:
    if built_on is None:
        return repair(before, texts, fixes, sure=sure)
    base = Fix(
        (), built_on.kind, built_on.says, sure=not built_on.must_reproduce, doubt=built_on.doubt
    )
    return repair(before, texts, [base, *fixes], sure=sure)


Found = list[tuple[list[tuple[str, ...]], list[Fix], bool]]


def _unparsed(
    cells: Sequence[Cell], base: list[tuple[str, ...]], raised: Raised, *, slip: bool
) -> Found:
    """Candidates for the cell that is no program, or else for the first such one."""
    effort = Effort()
    ended = [bool(cell.printed.strip()) for cell in cells]
    group = grouped(base, ended, effort, unsure=True)
    whole, joins = group.cells, group.fixes
    broken = [at for at, lines in enumerate(whole) if fault(lines) is not None]
    if not broken:
        return [(whole, joins, True)] if joins else []
    at = next((n for n in broken if raised.cell is not None and n >= raised.cell - 1), broken[0])
    group.parted(base, at)
    others = [*whole[:at], *whole[at + 1 :]]
    torn = group.torn.get(at, 0)
    states = search.mended(whole[at], others, effort, torn=torn, unsure=True, slip=slip)
    out: Found = []
    for number, state in enumerate(states):
        fixes = [*joins, *state.fixes]
        for again in [*loops.into_loops(state.lines), None]:
            lines = again.lines if again else state.lines
            changed = [*whole[:at], lines, *whole[at + 1 :]]
            sure = number == 0 and again is None and not out
            out.append((changed, [*fixes, again] if again else fixes, sure))
    return out


def _otherwise(cells: Sequence[Cell], base: list[tuple[str, ...]], cell: int | None) -> Found:
    """Candidates for cells that ran and printed something else."""
    numbers = range(len(cells)) if cell is None else [cell - 1]
    out: Found = []
    for at in numbers:
        if not 0 <= at < len(cells) or not has_numbers(cells[at].printed):
            continue
        if fault(base[at]) is not None:
            continue
        others = [*base[:at], *base[at + 1 :]]
        for fix in calls.passed(base[at], others):
            for again in [*loops.into_loops(fix.lines), None]:
                lines = again.lines if again else fix.lines
                fixes = [fix, again] if again else [fix]
                out.append(([*base[:at], lines, *base[at + 1 :]], fixes, False))
        for fix in loops.into_loops(base[at]):
            out.append(([*base[:at], fix.lines, *base[at + 1 :]], [fix], False))
    return out


def _valued(base: list[tuple[str, ...]], raised: Raised) -> Found:
    out: Found = []
    for at, lines in enumerate(base):
        if fault(lines) is None:
            for fix in calls.valued(lines, raised.message):
                out.append(([*base[:at], fix.lines, *base[at + 1 :]], [fix], False))
    return out


def _too_large(cells: Sequence[Cell]) -> bool:
    lines = [line for cell in cells for line in cell.source.split("\n")]
    size = sum(map(len, lines)) + len(lines)
    return len(lines) > MOST_LINES or size > MOST_SIGNS or max(map(len, lines), default=0) > LONGEST


def _lines(cells: Sequence[Cell]) -> list[tuple[str, ...]]:
    return [tuple(cell.source.replace("\r\n", "\n").split("\n")) for cell in cells]


def _texts(cells: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple("\n".join(lines) for lines in cells)
