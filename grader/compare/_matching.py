"""Which given element is held against which expected one, so that the credit is greatest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

_FINEST = 10**12
Weights = Sequence[Sequence[Fraction]]
"""Credit of row i (an expected element) held against column j (a given one)."""


def assign(weights: Weights) -> list[int | None]:
    """Return for each row the column that it is held against; the sum of credit is greatest.

    Parts of the table that share no credit are solved apart from each other. The shortest
    augmenting paths of Jonker and Volgenant (1987) take O(n³) steps at worst.

    >>> half, one, no = Fraction(1, 2), Fraction(1), Fraction(0)
    >>> assign([[one, half], [one, no]])
    [1, 0]
    """
    partner: list[int | None] = [None] * len(weights)
    scale = math.lcm(1, *{credit.denominator for row in weights for credit in row})
    scale = min(scale, _FINEST)
    for rows, columns in _parts(weights):
        table = [[int(weights[row][column] * scale) for column in columns] for row in rows]
        for row, place in zip(rows, _best(table), strict=True):
            if place is not None:
                partner[row] = columns[place]
    return partner


def total(weights: Weights) -> Fraction:
    """Return the greatest credit that any one-to-one assignment has."""
    pairs = enumerate(assign(weights))
    return sum((weights[row][at] for row, at in pairs if at is not None), Fraction(0))


def _parts(weights: Weights) -> list[tuple[list[int], list[int]]]:
    """Rows and columns that hang together by credit above 0."""
    by_column: dict[int, list[int]] = {}
    by_row = [[column for column, credit in enumerate(row) if credit] for row in weights]
    for row, columns in enumerate(by_row):
        for column in columns:
            by_column.setdefault(column, []).append(row)
    seen = [False] * len(by_row)
    parts = []
    for start in range(len(by_row)):
        if seen[start] or not by_row[start]:
            continue
        seen[start] = True
        rows: list[int] = []
        reached: set[int] = set()
        waiting = [start]
        while waiting:
            row = waiting.pop()
            rows.append(row)
            for column in by_row[row]:
                if column in reached:
                    continue
                reached.add(column)
                fresh = [other for other in by_column[column] if not seen[other]]
                for other in fresh:
                    seen[other] = True
                waiting += fresh
        parts.append((sorted(rows), sorted(reached)))
    return parts


def _best(table: list[list[int]]) -> list[int | None]:
    """Greatest sum in one part; a row that would earn nothing stays without a column."""
    rows, columns = len(table), len(table[0])
    if rows == columns == 1:
        return [0]
    if rows > columns:
        flipped = _best([list(column) for column in zip(*table, strict=True)])
        back: list[int | None] = [None] * rows
        for place, taker in enumerate(flipped):
            if taker is not None:
                back[taker] = place
        return back
    taken = _cheapest([[-credit for credit in row] for row in table])
    return [at if table[row][at] else None for row, at in enumerate(taken)]


def _cheapest(costs: list[list[int]]) -> list[int]:
    """Column of each row with the least sum of costs; there are at least as many columns as rows."""
    rows, columns = len(costs), len(costs[0])
    of_row, of_column = [0] * (rows + 1), [0] * (columns + 1)
    owner = [0] * (columns + 1)
    for row in range(1, rows + 1):
        owner[0], column = row, 0
        least: list[float] = [math.inf] * (columns + 1)
        before, used = [0] * (columns + 1), [False] * (columns + 1)
        while owner[column]:
            used[column] = True
            current, step, following = owner[column], math.inf, 0
            for other in range(1, columns + 1):
                if used[other]:
                    continue
                cost = costs[current - 1][other - 1] - of_row[current] - of_column[other]
                if cost < least[other]:
                    least[other], before[other] = cost, column
                if least[other] < step:
                    step, following = least[other], other
            for other in range(columns + 1):
                if used[other]:
                    of_row[owner[other]] += int(step)
                    of_column[other] -= int(step)
                else:
                    least[other] -= int(step)
            column = following
        while column:
            owner[column] = owner[before[column]]
            column = before[column]
    taken = [0] * rows
    for column in range(1, columns + 1):
        if owner[column]:
            taken[owner[column] - 1] = column - 1
    return taken
