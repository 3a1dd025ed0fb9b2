"""Tables from text or plain data: names of columns, and rows with their labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from grader.compare._elements import MOST, key
from grader.compare._values import shown
from grader.notation.splitting import Flaw
from grader.notation.tables import read_table

Header: TypeAlias = Literal["auto", "first", "none"]


@dataclass(frozen=True, slots=True)
class Grid:
    """``columns`` are the names of the cells' columns, or None; each row is a label and its cells.

    ``label`` is the name of the column of labels, where it has one.
    """

    columns: list[str] | None
    rows: list[tuple[str, list[Any]]]
    label: str = ""


def grid_of(value: Any, *, labels: str, header: Header) -> Grid | Flaw:
    """Return a table, or what is wrong with it.

    ``labels`` is ``first`` (the first column names the rows), ``none``, or that column's name.
    """
    if isinstance(value, str):
        rows = read_table(value)
        return rows if isinstance(rows, Flaw) else _of_rows(rows, labels, header)
    if isinstance(value, Mapping) and value:
        return _of_mapping(value)
    if not isinstance(value, list | tuple) or not value or len(value) > MOST:
        return Flaw(f"{shown(value)} is no table")
    if all(isinstance(row, Mapping) for row in value):
        names = list(dict.fromkeys(key(name) for row in value for name in row))
        keyed = [{key(name): cell for name, cell in row.items()} for row in value]
        return _of_rows(
            [names, *([row.get(name) for name in names] for row in keyed)], labels, "first"
        )
    if all(isinstance(row, list | tuple) for row in value):
        return _of_rows([list(row) for row in value], labels, header)
    return Flaw("a table is a list of rows")


def _of_mapping(value: Mapping[Any, Any]) -> Grid | Flaw:
    """Rows by their label; each is a mapping of columns, a list of cells, or one cell."""
    rows = [(key(label), row) for label, row in value.items()]
    if all(isinstance(row, Mapping) for _, row in rows):
        names = list(dict.fromkeys(key(name) for _, row in rows for name in row))
        keyed = [(label, {key(name): cell for name, cell in row.items()}) for label, row in rows]
        grid = Grid(names, [(label, [row.get(name) for name in names]) for label, row in keyed])
        return _bounded(grid)
    cells = [(label, list(row) if isinstance(row, list | tuple) else [row]) for label, row in rows]
    return _bounded(Grid(None, cells))


def _of_rows(rows: list[list[Any]], labels: str, header: Header) -> Grid | Flaw:
    names: list[str] | None = None
    if rows and (header == "first" or (header == "auto" and _is_header(rows))):
        names, rows = [key(name) for name in rows[0]], rows[1:]
    if labels == "none":
        return _bounded(Grid(names, [("", row) for row in rows]))
    at = 0
    if labels != "first":
        folded = [fold(name) for name in names or []]
        if fold(labels) not in folded:
            return Flaw(f"there is no column “{labels}”")
        at = folded.index(fold(labels))
    told = [(key(row[at]) if at < len(row) else "", row[:at] + row[at + 1 :]) for row in rows]
    if names is None:
        return _bounded(Grid(None, told))
    label = names[at] if at < len(names) else ""
    return _bounded(Grid(names[:at] + names[at + 1 :], told, label))


def _is_header(rows: list[list[Any]]) -> bool:
    """Whether the first of several rows has words alone where a later one has a digit."""
    first, later = rows[0][1:] or rows[0], rows[1:]
    words = all(isinstance(cell, str) and not any(c.isdigit() for c in cell) for cell in first)
    return words and any(
        not isinstance(cell, str) or any(c.isdigit() for c in cell)
        for row in later
        for cell in row[1:] or row
    )


def _bounded(grid: Grid) -> Grid | Flaw:
    if sum(max(1, len(row)) for _, row in grid.rows) > MOST:
        return Flaw(f"more than {MOST:,} cells are given")
    return grid


def fold(name: str) -> str:
    """Return a label without blanks around it, in small letters.

    >>> fold("  Mean  Loss")
    'mean loss'
    """
    return " ".join(name.strip(" *_`").split()).casefold()
