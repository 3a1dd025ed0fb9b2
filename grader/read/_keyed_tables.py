"""Tables with a value for each of several things: down the rows, or side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.read._item_labels import index_of
from grader.read._keyed import Reading, Value
from grader.read._layer_stack import stack
from grader.read._layer_tables import rows
from grader.read._marks import unmarked

_TOTAL = re.compile(r"\b(?:total|sum)\b", re.IGNORECASE)
_OF_EACH = re.compile(
    r"\b(?:per|each|every)\s+(?:conv\w*\s+)?(?:layer|conv\w*|kernel|filter)s?\b", re.IGNORECASE
)
"""A title of what each layer of a stack has, which is not what the stack has."""

Row = Sequence[str]


@dataclass(slots=True)
class _Group:
    """Rows of one thing: its label, what they give, what describes it, and all that they say."""

    label: str
    said: list[str]
    key: str
    text: str


def from_table(table: str, reading: Reading) -> Iterator[tuple[Value, str]]:
    """Yield each value of a table, with the text of its row."""
    cells = [[unmarked(cell) for cell in row] for row in rows(table)]
    header, body = cells[0], cells[1:]
    heads = [index_of(cell) for cell in header]
    if sum(index is not None for index in heads) > 1 and body:
        yield from _across(header, heads, body, reading)
        return
    if any(_symbolic(cell, reading) for cell in header):
        header, body = [""] * len(header), cells
    column = _column(header, body, reading)
    if column is None:
        return
    for place, group in enumerate(_groups(body, column, reading), 1):
        index = index_of(group.label)
        text = "\n".join(group.said)
        own = reading.valued(text)
        value = reading.value(index or place, group.label, text, own, key=group.key)
        if value is not None:
            yield value, group.text


def _groups(body: Sequence[Row], column: int, reading: Reading) -> list[_Group]:
    """Rows without a label, or with that of the row before, go on with it."""
    groups: list[_Group] = []
    for row in body:
        label = row[0].strip() if row else ""
        others = [cell for place, cell in enumerate(row) if place != column]
        said = row[column] if column < len(row) else ""
        if any(_TOTAL.search(cell) for cell in others):
            said = f"Total = {said}"
        if groups and (not label or label == groups[-1].label or _TOTAL.search(label)):
            groups[-1].said.append(said)
            continue
        described = (cell for cell in others if stack(cell).layers and not _symbolic(cell, reading))
        groups.append(_Group(label, [said], next(described, ""), " ".join(row)))
    return groups


def _symbolic(cell: str, reading: Reading) -> bool:
    return any(one.value.names for one in reading.valued(cell))


def _holds(cell: str, reading: Reading) -> bool:
    return any(not one.kernels for one in reading.valued(cell))


def _across(
    header: Row, heads: Sequence[int | None], body: Sequence[Row], reading: Reading
) -> Iterator[tuple[Value, str]]:
    """The things stand side by side, and what is said of them below."""
    totals = [row for row in body if _TOTAL.search(row[0])]
    asked = [row for row in body if reading.about is not None and reading.about.search(row[0])]
    valued = [row for row in body if any(_holds(cell, reading) for cell in row[1:])]
    chosen: Row = (totals or asked or valued or [[]])[-1]
    others = (row for row in body if row is not chosen)
    layered = next((row for row in others if any(stack(cell).layers for cell in row[1:])), [])
    for place, index in enumerate(heads):
        if index is None or place >= len(chosen):
            continue
        key = layered[place] if place < len(layered) else ""
        own = reading.valued(chosen[place])
        value = reading.value(index, header[place], chosen[place], own, key=key)
        if value is not None:
            yield value, chosen[place]


def _column(header: Row, body: Sequence[Row], reading: Reading) -> int | None:
    """The column that holds what is asked: named so, or a total, or the last with formulas."""
    width = max((len(row) for row in body), default=0)
    columns = {
        place: [row[place] for row in body if place < len(row)]
        for place in range(width)
        if place or any(index_of(row[0]) is None for row in body if row)
    }
    holding = [
        place
        for place, cells in columns.items()
        if sum(_holds(cell, reading) for cell in cells) * 2 >= len(body)
    ]
    title = dict(enumerate(header))
    holding = [p for p in holding if not _OF_EACH.search(title.get(p, ""))] or holding
    asked = [p for p in holding if reading.about and reading.about.search(title.get(p, ""))]
    kept = [p for p in holding if not reading.is_other(title.get(p, ""))] or holding
    totals = [p for p in kept if _TOTAL.search(title.get(p, ""))]
    symbolic = [p for p in kept if any(_symbolic(cell, reading) for cell in columns[p])]
    both = [p for p in totals if p in asked]
    single = asked if len(asked) == 1 else []
    chosen = both or single or totals or asked or symbolic or kept
    return chosen[-1] if chosen else None
