"""Elements held against elements: in their places, or in the order that earns most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from grader.compare import Comparator
from grader.compare._budget import affordable, budget, cost_of, spend
from grader.compare._elements import key
from grader.compare._matching import assign, total
from grader.compare._sizes import size_by
from grader.model import Verdict, unsure, wrong

PAIRS = 20_000
"""Pairs of plain elements up to which the best assignment is found; fewer of dear ones."""
_ABOUT_MISSES = 150


def held(comparator: Comparator, given: Any, expected: Any) -> Verdict:
    """Return what the comparison of one element says; an element that is not there is wrong."""
    if given is None or (isinstance(given, str) and not given.strip() and expected != ""):
        return wrong("not given")
    units = cost_of(comparator)
    if units > 1 and not affordable(units):
        return unsure("there are too many elements to compare all of them")
    spend(units)
    return comparator.compare(given, expected)


def in_place(
    comparator: Comparator, given: Sequence[Any], expected: Sequence[Any]
) -> list[Verdict]:
    """Hold each element against the one in its place; what is not there is wrong."""
    padded = [*given[: len(expected)], *[None] * (len(expected) - len(given))]
    return [held(comparator, one, other) for one, other in zip(padded, expected, strict=True)]


@dataclass(frozen=True, slots=True)
class Pairing:
    """Each expected element's verdict and the given one it was held against; what was left over.

    ``sure`` is False where another assignment, or an undecided element, could change the credit.
    ``odd`` tells of given elements that are not of the kind, and why; ``open_`` of those left over that
    could be right, and why that is not decided; ``most`` is the credit that there is at best.
    """

    verdicts: list[Verdict]
    partners: list[int | None]
    spare: list[int]
    sure: bool = True
    odd: Mapping[int, str] = field(default_factory=dict)
    open_: Mapping[int, str] = field(default_factory=dict)
    most: Fraction | None = None


def paired(comparator: Comparator, given: Sequence[Any], expected: Sequence[Any]) -> Pairing:
    """Hold elements against each other in the order that earns most.

    Up to ``PAIRS`` pairs the best assignment is found; beyond, only one that is all right is sure.
    """
    with budget():
        return _paired(comparator, given, expected)


def _paired(comparator: Comparator, given: Sequence[Any], expected: Sequence[Any]) -> Pairing:
    few = _are_few(comparator, given, expected)
    if len(given) == len(expected):
        orders = [list(range(len(given)))]
        if not few:
            orders.append(_sorted_alike(comparator, given, expected))
        for order in orders:
            placed = _all_right(comparator, [given[at] for at in order], expected)
            if placed is not None:
                return Pairing(placed, list(order), [])
    found = _best(comparator, given, expected) if few else None
    return found or _rough(comparator, given, expected)


def _are_few(comparator: Comparator, given: Sequence[Any], expected: Sequence[Any]) -> bool:
    """Whether each element can be held against each."""
    units = len(given) * len(expected) * cost_of(comparator)
    return units <= PAIRS and affordable(units)


def _all_right(
    comparator: Comparator, given: Sequence[Any], expected: Sequence[Any]
) -> list[Verdict] | None:
    """The verdicts of elements in their places, or None from the first that is not right."""
    verdicts = []
    for one, other in zip(given, expected, strict=True):
        verdict = held(comparator, one, other)
        if verdict.credit < 1 or not verdict.certain:
            return None
        verdicts.append(verdict)
    return verdicts


def _table(
    comparator: Comparator, given: Sequence[Any], expected: Sequence[Any]
) -> list[list[Verdict]] | None:
    """Each expected element against each given one; None where that costs too much."""
    table: list[list[Verdict]] = []
    for other in expected:
        if not affordable(len(given)):
            return None
        table.append([held(comparator, one, other) for one in given])
    return table


def aligned(comparator: Comparator, given: Sequence[Any], expected: Sequence[Any]) -> Pairing:
    """Hold elements against each other in their order, leaving out such that the credit is greatest.

    Beyond ``PAIRS`` pairs elements are held against those in their places, which is not sure.
    """
    with budget():
        few = _are_few(comparator, given, expected)
        table = _table(comparator, given, expected) if few else None
    if table is None:
        verdicts = in_place(comparator, given, expected)
        partners = [at if at < len(given) else None for at in range(len(expected))]
        spare = list(range(len(expected), len(given)))
        return Pairing(verdicts, partners, spare, are_right(verdicts))
    worth = [[verdict.credit for verdict in row] for row in table]
    kept = _in_order(worth, len(given))
    told = [wrong("not given") if at is None else table[row][at] for row, at in enumerate(kept)]
    used = set(kept)
    sure = all(verdict.certain for row in table for verdict in row)
    spare = [at for at in range(len(given)) if at not in used]
    return Pairing(told, kept, spare, sure, open_=_undecided(table, spare))


def _in_order(worth: list[list[Fraction]], columns: int) -> list[int | None]:
    """Columns of the rows, rising, with the greatest sum (longest common subsequence)."""
    best = [[Fraction(0)] * (columns + 1) for _ in range(len(worth) + 1)]
    for row, credits_ in enumerate(worth, 1):
        for at, credit in enumerate(credits_, 1):
            best[row][at] = max(
                best[row - 1][at], best[row][at - 1], best[row - 1][at - 1] + credit
            )
    kept: list[int | None] = [None] * len(worth)
    row, at = len(worth), columns
    while row and at:
        if best[row][at] == best[row - 1][at]:
            row -= 1
        elif best[row][at] == best[row][at - 1]:
            at -= 1
        else:
            row, at = row - 1, at - 1
            kept[row] = at
    return kept


def _best(comparator: Comparator, given: Sequence[Any], expected: Sequence[Any]) -> Pairing | None:
    table = _table(comparator, given, expected)
    if table is None:
        return None
    doubtful = any(not verdict.certain for row in table for verdict in row)
    worth = [[verdict.credit for verdict in row] for row in table]
    sure, most = True, None
    if doubtful:
        low = [[v.credit if v.certain else Fraction(0) for v in row] for row in table]
        high = [[v.credit if v.certain else Fraction(1) for v in row] for row in table]
        most = total(high)
        sure = total(low) == most
        worth = low if sure else worth
    partners = assign(worth)
    verdicts = [
        wrong("not given") if at is None else table[row][at] for row, at in enumerate(partners)
    ]
    used = {at for at in partners if at is not None}
    spare = [at for at in range(len(given)) if at not in used]
    odd = {at: table[0][at].reason for at in spare if table and table[0][at].invalid}
    open_ = _undecided(table, spare) if doubtful else {}
    return Pairing(verdicts, partners, spare, sure, odd, open_, most)


def _undecided(table: list[list[Verdict]], spare: Iterable[int]) -> dict[int, str]:
    """Why it is not decided whether elements left over are right ones, where it is not."""
    doubts = ((at, next((r[at] for r in table if not r[at].certain), None)) for at in spare)
    return {at: verdict.reason for at, verdict in doubts if verdict is not None}


def _rough(comparator: Comparator, given: Sequence[Any], expected: Sequence[Any]) -> Pairing:
    """Elements that are written alike are held against each other; the rest is not decided."""
    where: dict[str, list[int]] = {}
    for at in reversed(range(len(given))):
        where.setdefault(key(given[at]), []).append(at)
    partners: list[int | None] = []
    for other in expected:
        alike = where.get(key(other))
        partners.append(alike.pop() if alike else None)
    verdicts = [
        wrong("not given") if at is None else held(comparator, given[at], other)
        for at, other in zip(partners, expected, strict=True)
    ]
    used = set(partners)
    spare = [at for at in range(len(given)) if at not in used]
    open_ = dict.fromkeys(spare, "too many elements to be compared with each other")
    return Pairing(verdicts, partners, spare, are_right(verdicts) and not spare, open_=open_)


def _sorted_alike(
    comparator: Comparator, given: Sequence[Any], expected: Sequence[Any]
) -> list[int]:
    """Indices of the given elements, smallest held against smallest."""
    size_of = size_by(comparator)

    def place(value: Any) -> tuple[int, Fraction | float, str]:
        size = size_of(value)
        return (1, 0, key(value)) if size is None else (0, size, "")

    ours = sorted(range(len(given)), key=lambda at: place(given[at]))
    order = [0] * len(given)
    for rank, at in zip(
        sorted(range(len(expected)), key=lambda at: place(expected[at])), ours, strict=True
    ):
        order[rank] = at
    return order


def order_miss(comparator: Comparator, given: Sequence[Any], expected: Sequence[Any]) -> str:
    """Return ``order-reversed`` or ``order`` where all elements are right in another order."""
    if len(given) != len(expected) or not 2 <= len(given) <= _ABOUT_MISSES:
        return ""
    if are_right(in_place(comparator, list(reversed(given)), expected)):
        return "order-reversed"
    found = paired(comparator, given, expected)
    return "order" if found.sure and are_right(found.verdicts) else ""


def are_right(verdicts: Iterable[Verdict]) -> bool:
    """Whether all verdicts are full and certain."""
    return all(v.credit == 1 and v.certain for v in verdicts)
