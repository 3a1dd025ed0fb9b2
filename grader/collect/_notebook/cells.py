"""The cells of a notebook, whatever wrong types stand in it, and in which order they were run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from grader.collect._lines import MAX_LINE, split
from grader.collect._notebook.json import Loaded
from grader.collect._notebook.outputs import MAX_TEXT, joined

MAX_CELL_LINES = 20_000
_MOST_SHOWN = 20
_HIDDEN = re.compile("[\u200b-\u200d\u2060\ufeff\xad]")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its number from 1, what it is, its lines, and what was saved with it."""

    number: int
    kind: str
    lines: tuple[str, ...]
    outputs: Any = None
    count: int | None = None
    metadata: Mapping[str, Any] | None = None
    attachments: Mapping[str, Any] | None = None

    @property
    def nbgrader(self) -> Mapping[str, Any]:
        """What nbgrader noted about the cell."""
        return _mapping((self.metadata or {}).get("nbgrader"))

    @property
    def tests(self) -> bool:
        """Whether it holds the instructor's tests, which nbgrader puts back before it grades."""
        return self.nbgrader.get("grade") is True and self.nbgrader.get("solution") is not True

    @property
    def locked(self) -> bool:
        """Whether it is the instructor's: nbgrader marks it as read-only and as no solution."""
        marks = self.nbgrader
        own = marks.get("solution") is True or marks.get("task") is True
        return self.tests or (marks.get("locked") is True and not own)

    @property
    def named(self) -> list[str]:
        """Names that tools or people gave it."""
        tags = (self.metadata or {}).get("tags")
        names = [self.nbgrader.get("grade_id"), (self.metadata or {}).get("name")]
        names += tags if isinstance(tags, list) else []
        return [name for name in names if isinstance(name, str)]


def cells(loaded: Loaded) -> list[Cell]:
    """Return the cells; what is none is said, and what is cut."""
    made: list[Cell] = []
    wrong = long = 0
    for number, raw in enumerate(loaded.cells, 1):
        if not isinstance(raw, dict):
            wrong += 1
            continue
        cell, cut = _cell(number, raw)
        long += cut
        made.append(cell)
    if wrong:
        loaded.problems.append(f"{wrong} entries in the list of cells are no cells")
        loaded.unread = True
    if long:
        what = (
            f"of {long} long cells only {MAX_CELL_LINES} lines of {MAX_LINE} characters were read"
        )
        loaded.problems.append(what)
        loaded.unread = True
        loaded.cut = f"{loaded.cut}; {what}" if loaded.cut else what
    return _once(made, loaded)


def _cell(number: int, raw: Mapping[str, Any]) -> tuple[Cell, bool]:
    kind = raw.get("cell_type")
    source = joined(raw.get("source") if raw.get("source") is not None else raw.get("input"))
    lines = split(_HIDDEN.sub("", source[:MAX_TEXT]).replace("\xa0", " "))
    if kind == "heading":
        level = raw.get("level")
        depth = level if isinstance(level, int) and 0 < level < 7 else 1
        kind, lines = "markdown", ["#" * depth + " " + " ".join(lines)]
    elif not isinstance(kind, str) or kind in {"html", "md"}:
        kind = "markdown" if raw.get("outputs") is None else "code"
    count = raw.get("execution_count", raw.get("prompt_number"))
    cut = len(lines) > MAX_CELL_LINES or len(source) > MAX_TEXT
    cut = cut or any(len(line) > MAX_LINE for line in lines)
    kept = [line.rstrip()[:MAX_LINE] for line in lines[:MAX_CELL_LINES]]
    cell = Cell(
        number,
        kind,
        tuple(kept),
        raw.get("outputs"),
        count if isinstance(count, int) and not isinstance(count, bool) else None,
        _mapping(raw.get("metadata")),
        _mapping(raw.get("attachments")),
    )
    return cell, cut


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _once(made: Sequence[Cell], loaded: Loaded) -> list[Cell]:
    """Leave out a copy right behind a cell, as a slip of the keyboard makes it."""
    kept: list[Cell] = []
    for cell in made:
        last = kept[-1] if kept else None
        same = last is not None and (last.kind, last.lines) == (cell.kind, cell.lines)
        if last is not None and same and any(line.strip() for line in cell.lines):
            if not cell.outputs or cell.outputs == last.outputs:
                continue
            if not last.outputs:
                kept[-1] = cell
                continue
        kept.append(cell)
    copies = len(made) - len(kept)
    if copies:
        loaded.problems.append(
            f"{copies} cells stand twice, one right behind the other; one of each was read"
        )
    return kept


def order(made: Sequence[Cell]) -> list[str]:
    """Return what execution counts tell: cells that were run in another order, or not at all."""
    code = [c for c in made if c.kind == "code" and any(_runs(line) for line in c.lines)]
    ran = [(cell.count, cell.number) for cell in code if cell.count]
    said: list[str] = []
    counts = [count for count, _ in ran]
    if any(a > b for a, b in pairwise(counts)):
        said.append(f"cells were run in the order {_listed([n for _, n in sorted(ran)])}")
    first = ran[0][1] if ran else len(made) + 1
    idle = [cell.number for cell in code if not cell.count and cell.number > first]
    if idle:
        said.append(f"not run, though others were: cell {_listed(idle)}")
    return said


def _runs(line: str) -> bool:
    bare = line.strip()
    return bare != "" and not bare.startswith("#")


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:_MOST_SHOWN]))
    return shown + ", …" if len(numbers) > _MOST_SHOWN else shown
