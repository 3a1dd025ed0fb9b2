"""Indentation that a page break took: the smallest way to put it back that makes sense."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.collect._mend.layout import oddities
from grader.collect._mend.model import Fix
from grader.collect._mend.names import bound
from grader.collect._mend.source import Effort, Fault, Scan, fault, indent, says_nothing, scan

_FRESH = re.compile(r"(?:(?:async )?def |class |@\w|import |from \w+[\w.]* import |if __name__)")
_DEFINES = re.compile(r"(?:(?:async )?def |class |@\w)")
_UNIT = 4
_MOST_LAYOUTS = 400
_MOST_UNITS = 60
_MOST_DROPS = 3
_MOST_BREAKS = 6
_KEPT = 3
_PRICE = 3
"""What looking for oddities costs, beside parsing."""
KIND = "indentation"


@dataclass(frozen=True, slots=True)
class _Unit:
    """A statement of a torn piece with the deeper lines below it: its lines, from and to."""

    begin: int
    end: int
    opens: bool


def fixes(
    lines: Sequence[str], wrong: Fault, known: frozenset[str], effort: Effort, torn: int = 0
) -> list[Fix]:
    """Return ways to indent again what a fault shows to have lost its place, likeliest first.

    Lines before ``torn``, where a piece is known to begin, have kept theirs.
    """
    if wrong.kind not in ("indentation", "placement"):
        return []
    state = scan(lines)
    at = wrong.line - 1
    found: dict[tuple[str, ...], tuple[int, int, int]] = {}
    plain = _MOST_DROPS  # the fewest steps outward of a layout in which nothing is odd
    for begin in [n for n in _breaks(lines, state, at) if n >= torn]:
        end = end_of(lines, state, max(at, begin))
        for drops, changed in _layouts(lines, state, begin, end):
            if drops > plain:
                break
            if changed in found or changed == tuple(lines):
                continue
            cost = _cost(lines, changed, begin, end, wrong, known, effort)
            if cost is not None:
                found[changed] = cost
                plain = min(plain, drops) if cost[0] == 0 else plain
    if "unexpected indent" in wrong.why:
        found |= _shallower(lines, state, at, wrong, known, effort)
    if "unindent" in wrong.why:
        found |= _snapped(lines, state, at, wrong, known, effort)
    best = sorted(found, key=lambda changed: found[changed])[:_KEPT]
    return [Fix(changed, KIND, says(lines, changed)) for changed in best]


def says(before: Sequence[str], after: Sequence[str]) -> str:
    more = sorted({indent(b) - indent(a) for a, b in zip(before, after, strict=True) if a != b})
    lines = sum(a != b for a, b in zip(before, after, strict=True))
    what = "one line" if lines == 1 else f"{lines} lines"
    if more and more[0] > 0:
        by = " or ".join(map(str, more))
        return f"the lost indentation of {what} was put back (by {by} spaces)"
    return f"the indentation of {what} was put right"


def _breaks(lines: Sequence[str], state: Scan, at: int) -> list[int]:
    """Where a piece may begin that lost its indentation, nearest before the faulty line first."""
    found: list[int] = []
    deeper = None
    starts = [n for n in range(min(at + 1, len(lines))) if state.starts(n)]
    if at < len(lines) and starts and starts[-1] != at:
        starts.append(at)
    for number in reversed(starts):
        deeper = number
        before = [n for n in starts if n < number]
        if not before:
            break
        last = before[-1]
        dropped = indent(lines[number]) < indent(lines[last])
        hangs = _opens(state, last, number) and indent(lines[number]) <= indent(lines[last])
        if _DEFINES.match(lines[number]) and not lines[last].lstrip().startswith("class"):
            continue
        if dropped or hangs:
            found.append(deeper)
            if len(found) >= _MOST_BREAKS:
                break
        if indent(lines[number]) == 0 and _FRESH.match(lines[number]) and number != at:
            break
    return found


def _opens(state: Scan, begin: int, end: int) -> bool:
    """Whether the statement between two lines is the header of a block."""
    last = max((n for n in range(begin, end) if state.bare[n].strip()), default=begin)
    return state.opens(last)


def end_of(lines: Sequence[str], state: Scan, at: int) -> int:
    """Where, at the latest, a torn piece ends: before what starts anew at the margin."""
    for number in range(at + 1, len(lines)):
        if state.starts(number) and _FRESH.match(lines[number]):
            return number
    return len(lines)


def levels_at(lines: Sequence[str], state: Scan, begin: int) -> list[int]:
    """The depths at which a line may stand after what is before it, deepest first."""
    levels: list[int] = []
    least: int | None = None
    for number in range(begin - 1, -1, -1):
        if not state.starts(number) or says_nothing(lines[number]):
            continue
        depth = indent(lines[number])
        if least is None:
            if _opens(state, number, begin):
                levels.append(depth + _unit(lines))
            levels.append(depth)
            least = depth
        elif depth < least:
            levels.append(depth)
            least = depth
        if depth == 0:
            break
    return levels


def _unit(lines: Sequence[str]) -> int:
    steps = [
        indent(b) - indent(a)
        for a, b in itertools.pairwise(lines)
        if a.rstrip().endswith(":") and b.strip() and indent(b) > indent(a)
    ]
    return max(set(steps), key=steps.count) if steps else _UNIT


def units_of(lines: Sequence[str], state: Scan, begin: int, end: int) -> list[_Unit]:
    """The statements of a piece at its own margin, each with what is deeper below it."""
    margin = indent(lines[begin])
    starts = [n for n in range(begin, end) if state.starts(n) and not says_nothing(lines[n])]
    heads = [n for n in starts if indent(lines[n]) <= margin] or [begin]
    out = []
    for number, stop in zip(heads, [*heads[1:], end], strict=True):
        deeper = any(indent(lines[n]) > margin for n in starts if number < n < stop)
        last = max((n for n in range(number, stop) if lines[n].strip()), default=number)
        out.append(_Unit(number, last + 1, _opens(state, number, stop) and not deeper))
    return out


def _layouts(
    lines: Sequence[str], state: Scan, begin: int, end: int
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Ways to indent a piece: its statements go outward step by step, few steps first."""
    units = units_of(lines, state, begin, end)[:_MOST_UNITS]
    levels = levels_at(lines, state, begin)
    if not levels or levels == [0]:
        return
    unit = _unit(lines)
    first = [_Unit(begin, state.next(begin, len(lines)), opens=False)]
    for level in levels:
        yield 0, moved(lines, state, first, [level])
    made = 0
    for drops in range(_MOST_DROPS + 1):
        for depths in _depths(units, levels, unit, drops):
            yield drops, moved(lines, state, units, depths)
            made += 1
            if made >= _MOST_LAYOUTS:
                return


def _depths(
    units: Sequence[_Unit], levels: Sequence[int], unit: int, drops: int
) -> Iterator[list[int]]:
    """Depths for all units with so many steps outward; a header's body goes inward."""
    todo: list[tuple[list[int], list[int], int]] = [
        ([level], sorted(k for k in levels if k <= level), drops) for level in levels
    ]
    steps = 0
    while todo and steps < 20 * _MOST_LAYOUTS:
        steps += 1
        depths, stack, left = todo.pop(0) if drops < 2 else todo.pop()
        if len(depths) == len(units):
            if left == 0:
                yield depths
            continue
        here = depths[-1]
        if units[len(depths) - 1].opens:
            todo.append(([*depths, here + unit], [*stack, here + unit], left))
            continue
        if left:
            todo += [
                ([*depths, level], [k for k in stack if k <= level], left - 1)
                for level in stack
                if level < here
            ]
        todo.append(([*depths, here], stack, left))


def moved(
    lines: Sequence[str], state: Scan, units: Sequence[_Unit], depths: Sequence[int]
) -> tuple[str, ...]:
    out = list(lines)
    for one, depth in zip(units, depths, strict=True):
        shift = depth - indent(lines[one.begin])
        for number in range(one.begin, one.end):
            if not lines[number].strip() or state.triple[number]:
                continue
            hangs = bool(state.open[number])
            if shift > 0 or not hangs:
                out[number] = _shifted(lines[number], shift)
    return tuple(out)


def _shifted(line: str, by: int) -> str:
    return " " * max(indent(line) + by, 0) + line.lstrip()


def _cost(
    lines: Sequence[str],
    changed: tuple[str, ...],
    begin: int,
    end: int,
    wrong: Fault,
    known: frozenset[str],
    effort: Effort,
) -> tuple[int, int, int] | None:
    """How odd a layout is, in how many parts lines move, and how many; None if it does not help."""
    if not effort.spend(changed):
        return None
    after = fault(changed)
    if after is not None and after.line <= wrong.line:
        return None
    top = max(begin - 1, 0)
    while top and (not lines[top].strip() or indent(lines[top])):
        top -= 1
    stop = end if after is None else min(end, after.line - 1)
    part = changed[top:stop]
    while fault(part) is not None and len(part) > begin - top + 1 and effort.spend(part):
        part = part[:-1]
    for _ in range(_PRICE):
        effort.spend(part)
    odd = oddities(part, known | bound(lines[:top]) | bound(lines[end:]))
    shifts = [
        indent(b) - indent(a)
        for a, b in zip(lines[begin:end], changed[begin:end], strict=True)
        if b.strip()
    ]
    turns = sum(a != b for a, b in itertools.pairwise(shifts))
    return odd, turns, sum(map(bool, shifts))


def _shallower(
    lines: Sequence[str], state: Scan, at: int, wrong: Fault, known: frozenset[str], effort: Effort
) -> dict[tuple[str, ...], tuple[int, int, int]]:
    """A run of lines that is too deep, taken back; or the line before it, that lost its depth."""
    before = [n for n in range(at) if state.starts(n) and not says_nothing(lines[n])]
    out: dict[tuple[str, ...], tuple[int, int, int]] = {}
    base = indent(lines[before[-1]]) if before else 0
    end = next(
        (n for n in range(at, len(lines)) if state.starts(n) and indent(lines[n]) < indent(lines[at])
         and lines[n].strip()),
        len(lines),
    )  # fmt: skip
    run = [_Unit(at, end, opens=False)]
    tries = [moved(lines, state, run, [base])]
    if before and indent(lines[at]) in levels_at(lines, state, before[-1]):
        first = before[-1]
        while first - 1 in before and indent(lines[first - 1]) == base:
            first -= 1
        for number in range(first, before[-1] + 1):
            units = [_Unit(n, n + 1, opens=False) for n in range(number, before[-1] + 1)]
            tries.append(moved(lines, state, units, [indent(lines[at])] * len(units)))
    for changed in tries:
        cost = _cost(lines, changed, before[-1] if before else at, end, wrong, known, effort)
        if cost is not None and changed != tuple(lines):
            out[changed] = cost
    return out


def _snapped(
    lines: Sequence[str], state: Scan, at: int, wrong: Fault, known: frozenset[str], effort: Effort
) -> dict[tuple[str, ...], tuple[int, int, int]]:
    """Lines whose depth fits no block, moved to the depth of one."""
    out: dict[tuple[str, ...], tuple[int, int, int]] = {}
    depth = indent(lines[at])
    stop = at + 1
    while stop < len(lines) and (not lines[stop].strip() or indent(lines[stop]) >= depth):
        stop += 1
    for end in dict.fromkeys((at + 1, stop)):
        for level in levels_at(lines, state, at):
            if abs(level - depth) >= _UNIT:
                continue
            changed = moved(lines, state, [_Unit(at, end, opens=False)], [level])
            cost = _cost(lines, changed, at, end, wrong, known, effort)
            if cost is not None:
                # the nearest block is meant: a sign or two were lost or added
                out[changed] = (cost[0] + abs(level - depth), cost[1], cost[2])
    return out
