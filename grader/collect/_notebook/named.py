"""Cells that say by a name which part they answer: nbgrader's ids, otter's checks.

A plan lists such names in a part's ``ids``. Where a notebook has cells of these names, they are
surer than any wording: a part's answer is the cells that carry one of its names, the code between
them and the part's tests, and the last cell that runs before these tests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from grader.collect import Plan
from grader.collect._blocks import split as pieces_of
from grader.collect._finding import finding
from grader.collect._notebook import code
from grader.collect._notebook.cells import Cell
from grader.model import Finding, Piece

_CHECK = re.compile(r"\bgrader\.check\(\s{0,9}[\"'](?P<name>[^\"'\n]{1,200})[\"']")
_ANSWER = "otter_answer_cell"
_LABEL = re.compile(r"\*\*(?:Question \S+|Answer:)\*\*")


def numbers(plan: Plan, made: Sequence[Cell]) -> dict[str, list[int]]:
    """Return the cells of each part that cells name, by part; empty where none does."""
    known: dict[str, list[str]] = {}
    for part in plan.parts:
        for name in part.ids:
            known.setdefault(name, []).append(part.id)
    walk = _Walk(known)
    for cell in made:
        walk.take(cell)
    return {part: sorted(set(own)) for part, own in walk.found.items() if own}


def answers(
    plan: Plan, file: str, made: Sequence[Cell], lines: Sequence[str], cells: Sequence[int]
) -> dict[str, Finding]:
    """Return the answers of the parts that cells name.

    Args:
        plan: the parts, with the names that their cells have.
        file: the notebook's name.
        made: its cells.
        lines: the notebook written out.
        cells: the number of the cell of each line.
    """
    spans: dict[int, list[int]] = {}
    for at, number in enumerate(cells):
        if not _LABEL.fullmatch(lines[at].strip()):
            spans.setdefault(number, []).append(at)
    found: dict[str, Finding] = {}
    for part, own in numbers(plan, made).items():
        pieces: list[Piece] = []
        for number in own:
            span = spans.get(number)
            if span:
                text = "\n".join(lines[span[0] : span[-1] + 1])
                pieces += pieces_of(text, file, span[0] + 1)
        if pieces:
            found[part] = finding(pieces)
    return found


class _Walk:
    """Goes through the cells in order."""

    def __init__(self, known: Mapping[str, Sequence[str]]) -> None:
        self.known = known
        self.found: dict[str, list[int]] = {}
        self.current: list[str] = []
        self.texts = False
        """Whether texts go on with the current part: that of a task, whose answer stands below."""
        self.last: int | None = None
        """The last cell that runs."""
        self.waiting: list[Cell] = []
        """Code since the last named cell or check."""

    def take(self, cell: Cell) -> None:
        """Look at one cell."""
        own = [part for name in cell.named for part in self.known.get(name, ())]
        if cell.kind == "code":
            checked = _CHECK.search("\n".join(cell.lines)) if code.is_staff(cell.lines) else None
            if cell.tests or checked:
                name = checked["name"] if checked else ""
                self._tests(own or list(self.known.get(name, ())), otter=bool(checked))
                return
            if not any(line.strip() for line in cell.lines) or code.is_staff(cell.lines):
                return
            self.last = cell.number
            self.waiting.append(cell)
        if own:
            self.current = own
            self.texts = cell.nbgrader.get("task") is True
            self.waiting = []
            if not self.texts:
                self._give(own, cell.number)
        elif self.current and (self.texts or cell.kind == "code"):
            self._give(self.current, cell.number)
        elif cell.kind == "markdown":
            self.waiting = [one for one in self.waiting if _ANSWER in one.named]

    def _tests(self, parts: Sequence[str], *, otter: bool) -> None:
        if parts and otter:
            marked = [one for one in self.waiting if _ANSWER in one.named]
            for one in marked or self.waiting:
                self._give(parts, one.number)
        if parts and self.last is not None:
            self._give(parts, self.last)
        self.current, self.texts, self.waiting = [], False, []

    def _give(self, parts: Sequence[str], number: int) -> None:
        for part in parts:
            self.found.setdefault(part, []).append(number)
