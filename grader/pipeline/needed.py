"""Which cells of a hand-in are run: those of parts that ask for it, and what these rest on.

Run are the cells of such parts, the cells before them that belong to no part, and, from last to
first, each cell that binds a name which these need, or alters it in between. Of a cell that is
needed only for its imports just these are run, so that no training of another part is. Star
imports and magics of all cells before them are run as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from grader.model import Cell


def needed(cells: Sequence[Cell], parts: Collection[str], near: Collection[str] = ()) -> list[Cell]:
    """Return the cells to be run, in order; some with their imports alone.

    Args:
        cells: the whole program.
        parts: whose cells are wanted.
        near: parts whose cells may be taken for any word of a cell that is no Python, beside these.

    >>> from grader.model import Place
    >>> place = Place(file="a.py", start=1, end=1)
    >>> one = Cell(number=1, place=place, text="x = 1", defines=("x",), parts=("1",))
    >>> two = Cell(number=2, place=place, text="y = 2", defines=("y",), parts=("1",))
    >>> three = Cell(number=3, place=place, text="print(x)", uses=("x",), parts=("2",))
    >>> [cell.text for cell in needed([one, two, three], ["2"])]
    ['x = 1', 'print(x)']
    """
    wanted = [cell.number for cell in cells if not set(parts).isdisjoint(cell.parts)]
    if not wanted:
        return []
    search = _Search({cell.number: cell for cell in cells}, frozenset([*parts, *near]), max(wanted))
    search.take(wanted)
    search.take(cell.number for cell in cells if not cell.parts and cell.number < search.last)
    search.heads()
    return search.chosen()


@dataclass(slots=True)
class _Search:
    """Follows names back to the cells that bind them."""

    cells: dict[int, Cell]
    parts: frozenset[str]
    last: int
    whole: set[int] = field(default_factory=set)
    imports: dict[int, dict[str, str]] = field(default_factory=dict)
    modules: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.modules = frozenset(n for cell in self.cells.values() for n in cell.imports)

    def take(self, numbers: Iterable[int]) -> None:
        """Take whole cells, and all that they rest on."""
        todo = [n for n in numbers if n not in self.whole]
        while todo:
            number = todo.pop()
            if number in self.whole:
                continue
            self.whole.add(number)
            todo += self._rests_on(self.cells[number])

    def heads(self) -> None:
        """Take what has to stand at the head of any program: star imports and magics."""
        for number, cell in self.cells.items():
            if number < self.last and "*" in cell.imports:
                self.imports.setdefault(number, {})["*"] = cell.imports["*"]

    def chosen(self) -> list[Cell]:
        made = []
        for number in sorted(self.whole | set(self.imports)):
            cell = self.cells[number]
            if number not in self.whole:
                text = "\n".join(dict.fromkeys(self.imports[number].values()))
                cell = replace(cell, text=text, printed="", parts=(), error="")
            made.append(cell)
        return made

    def _rests_on(self, cell: Cell) -> list[int]:
        found: list[int] = []
        for name in cell.uses:
            found += self._binding(name, cell, before=True)
        for name in cell.later:
            found += self._binding(name, cell, before=True) or self._binding(
                name, cell, before=False
            )
        return found

    def _binding(self, name: str, cell: Cell, *, before: bool) -> list[int]:
        """Cells to take whole for a name: the one that binds it last, and those that alter it."""
        if before:
            binders = [n for n, c in self.cells.items() if n < cell.number and name in c.defines]
            binder = max(binders, default=None)
        else:
            binders = [
                n
                for n, c in self.cells.items()
                if cell.number < n <= self.last and name in c.defines
            ]
            binder = min(binders, default=None)
        if binder is None:
            return []
        if name in self.cells[binder].imports:
            if binder not in self.whole:
                statement = self.cells[binder].imports[name]
                self.imports.setdefault(binder, {})[name] = statement
            return []
        between = range(binder + 1, cell.number) if name not in self.modules else range(0)
        altering = [n for n in between if n in self.cells and name in self.cells[n].changes]
        # of a cell that is no Python all words count as names: they lead to no training of others
        return [n for n in (binder, *altering) if not cell.error or self._is_near(self.cells[n])]

    def _is_near(self, cell: Cell) -> bool:
        return not cell.parts or not self.parts.isdisjoint(cell.parts)
