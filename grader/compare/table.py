"""Tables: rows are found by their label, columns by their name, and each cell is compared.

    compare: {kind: table, of: {kind: number, absolute: 0.01}}
    compare: {kind: table, columns: {name: {kind: label}}, labels: none}

Markdown, tabs, commas, semicolons, entries with their keys (a: 1); a list of rows, of
mappings, or a mapping of rows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, ClassVar, Literal

from grader.compare import Comparator, comparators
from grader.compare._budget import budgeted
from grader.compare._elements import ordinal, plain
from grader.compare._grids import Grid, Header, fold, grid_of
from grader.compare._marked_text import as_rows, turned
from grader.compare._nested import build
from grader.compare._otherwise import otherwise
from grader.compare._pairing import are_right, held
from grader.compare._sum import Share, Sum
from grader.model import Verdict, invalid, unsure, unusable, wrong
from grader.notation.options import check_choices
from grader.notation.splitting import Flaw


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    r"""Each cell of the truth is worth the same; cells that are None there are not compared.

    >>> Table(of={"kind": "label"}).compare("b, y\na, z", "a, x\nb, y").reason
    '1 of 2 cells are right; a: “z” is not right'
    """

    of: dict[str, Any] = field(default_factory=lambda: {"kind": "number"})
    """The comparison of one cell."""
    columns: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Comparisons of the cells of single columns, by the column's name."""
    labels: str = "first"
    """What names a row: the ``first`` column, the column of this name, or ``none``: rows are then
    compared in their order."""
    header: Header = "auto"
    """Whether the ``first`` row of a text or a list names the columns, or ``none`` does; ``auto``:
    it does where it has words alone and a later row has a digit."""
    order: Literal["any", "kept"] = "any"
    """Whether rows may stand in another order; with ``kept``, those that do not fit are missing."""
    extra: Literal["costs", "ignored"] = "costs"
    """Whether each row more than are asked for takes away the credit of one row."""
    credit: Share = "each"
    """``each``: by the number of right cells; ``all``: only where all are right."""

    EXAMPLES: ClassVar[tuple[dict[str, Any], ...]] = (
        {"options": {}, "text": "| b | 2 |\n| a | 1 |", "truth": {"a": 1, "b": 2}},
        {"options": {}, "text": "a, 1\nb, 3", "truth": {"a": 1, "b": 2}},
        {"options": {}, "text": "a, 1\nc, 2", "truth": {"a": 1, "b": 2}},
    )

    def __post_init__(self) -> None:
        """Build the comparisons once, so that a wrong rubric is known when it is loaded."""
        check_choices(self, Table)
        for spec in (self.of, *self.columns.values()):
            build(spec)

    @budgeted
    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the credit, that of each cell by rows, and which rows and cells are wrong."""
        expected = grid_of(truth, labels=self.labels, header=self.header)
        if isinstance(expected, Flaw) or not expected.rows:
            return unusable("the expected value is no table")
        verdict = self._read_and_compared(value, expected)
        if verdict.credit == 1 or not isinstance(value, str):
            return verdict

        def judge(text: str) -> Verdict:
            return self._read_and_compared(text, expected)

        rows = as_rows(value)
        other = judge(rows)
        if other.credit > verdict.credit or (verdict.invalid and self._are_asked(rows, expected)):
            verdict = other
        if verdict.invalid:
            found = next(map(judge, turned(value)), verdict)
            told = "its columns, read as rows, earn more; a person has to decide"
            return replace(unsure(told, found.credit), read=found.read) if found.credit else verdict
        return otherwise(verdict, value, turned(value), judge)

    def _read_and_compared(self, value: Any, expected: Grid) -> Verdict:
        given = self._given(value, expected)
        if isinstance(given, Flaw):
            return invalid(f"this is no table: {given.says}")
        if isinstance(value, str) and self._is_strange(given, expected):
            return invalid("none of the rows that are asked for is found", _written(given))
        twice = self._repeated(given, expected)
        if twice:
            return invalid(f"{plain(twice)} stands in more than one row")
        return self.compare_grids(given, expected)

    def _given(self, value: Any, expected: Grid) -> Grid | Flaw:
        """The answer's table; its rows are named by the column that names them in the truth."""
        given = grid_of(value, labels=self.labels, header=self.header)
        if self.labels != "first" or isinstance(given, Flaw) or not fold(expected.label):
            return given
        if isinstance(value, dict) or fold(given.label) == fold(expected.label):
            return given
        header: Header = "none" if self.header == "none" else "first"
        named = grid_of(value, labels=expected.label, header=header)
        if isinstance(named, Flaw) or _are_strange(named, expected):
            return given
        return named

    def _is_strange(self, given: Grid, expected: Grid) -> bool:
        """Whether no row has a label that is asked for: then it may be no table at all."""
        asked = {fold(label) for label, _ in expected.rows}
        return self.labels != "none" and asked.isdisjoint(fold(label) for label, _ in given.rows)

    def _are_asked(self, text: str, expected: Grid) -> bool:
        """Whether each row has a label that is asked for: then it is a table, however wrong."""
        given, asked = self._given(text, expected), {fold(label) for label, _ in expected.rows}
        return not isinstance(given, Flaw) and asked.issuperset(fold(row[0]) for row in given.rows)

    def _repeated(self, given: Grid, expected: Grid) -> str:
        """A label that is asked for, and given more often than that."""
        if self.labels == "none":
            return ""
        asked = Counter(fold(label) for label, _ in expected.rows)
        seen = Counter(fold(label) for label, _ in given.rows)
        return next((label for label, count in asked.items() if seen[label] > count), "")

    def compare_grids(self, given: Grid, expected: Grid) -> Verdict:
        """Return what ``compare`` does, for tables that were read."""
        partners = self._partners(given, expected)
        ours = {fold(label) for label, _ in given.rows} if self.labels != "none" else set()
        width = max(len(row) for _, row in expected.rows)
        places = _places(given, expected, width)
        comparisons = [build(self._spec(expected, at)) for at in range(width)]
        verdicts: list[Verdict] = []
        faults: list[str] = []
        for at, (label, right) in enumerate(expected.rows):
            partner = partners[at]
            row = None if partner is None else given.rows[partner][1]
            told = _row(comparisons, row, right, places)
            verdicts += [verdict for verdict in told if verdict is not None]
            moved = row is None and fold(label) in ours
            faults += _faults(_name(label, at), row, told, expected, moved=moved)
        used = set(partners)
        spare = [at for at in range(len(given.rows)) if at not in used]
        asked = {fold(label) for label, _ in expected.rows}
        told_of = [
            at for at in spare if fold(given.rows[at][0]) not in asked or self.labels == "none"
        ]
        notes = [f"{_name(given.rows[at][0], at)} was not asked for" for at in told_of[:6]]
        more = max(0, len(spare) - sum(at is None for at in partners))
        cost = more * max(1, len(verdicts) // len(expected.rows))
        strange = _are_strange(given, expected)
        if strange:
            notes = ["the columns have other names than those asked for", *notes]
        return Sum(
            names=[],
            verdicts=verdicts,
            sure=not strange,
            most=sum((v.credit if v.certain else Fraction(1) for v in verdicts), Fraction(0)),
            share=self.credit,
            extra=cost if self.extra == "costs" else 0,
            notes=notes if self.extra == "costs" else notes[: int(strange)],
            read=_written(given),
            miss=self._order_miss(given, expected, verdicts),
            unit="cells",
            faults=faults,
        ).verdict()

    def _spec(self, expected: Grid, at: int) -> dict[str, Any]:
        name = fold(expected.columns[at]) if expected.columns and at < len(expected.columns) else ""
        own = {fold(column): spec for column, spec in self.columns.items()}
        return own.get(name, self.of)

    def _partners(self, given: Grid, expected: Grid) -> list[int | None]:
        """The given row of each expected one."""
        if self.labels == "none":
            return [at if at < len(given.rows) else None for at in range(len(expected.rows))]
        ours = [fold(label) for label, _ in given.rows]
        right = [fold(label) for label, _ in expected.rows]
        partners: list[int | None] = [None] * len(right)
        where: dict[str, list[int]] = {}
        for at in reversed(range(len(ours))):
            where.setdefault(ours[at], []).append(at)
        for at, label in enumerate(right):
            if where.get(label):
                partners[at] = where[label].pop()
        return _rising(partners) if self.order == "kept" else partners

    def _order_miss(self, given: Grid, expected: Grid, verdicts: list[Verdict]) -> str:
        """Whether the rows are those asked for, in another order."""
        if self.order == "any" or self.labels == "none" or are_right(verdicts):
            return ""
        ours = [fold(label) for label, _ in given.rows]
        right = [fold(label) for label, _ in expected.rows]
        if sorted(ours) != sorted(right) or ours == right or len(set(right)) < len(right):
            return ""
        free = Table(
            of=self.of, columns=self.columns, labels=self.labels, header=self.header, order="any"
        ).compare_grids(given, expected)
        if free.credit < 1 or not free.certain:
            return ""
        return "order-reversed" if ours == right[::-1] else "order"


def _rising(partners: list[int | None]) -> list[int | None]:
    """The partners that stand in order among themselves, as many as possible; None for the others."""
    ends: list[int] = []
    rows: list[int] = []
    before: dict[int, int | None] = {}
    for row, partner in enumerate(partners):
        if partner is None:
            continue
        at = bisect_left(ends, partner)
        before[row] = rows[at - 1] if at else None
        ends[at : at + 1], rows[at : at + 1] = [partner], [row]
    kept: list[int | None] = [None] * len(partners)
    last = rows[-1] if rows else None
    while last is not None:
        kept[last] = partners[last]
        last = before[last]
    return kept


def _places(given: Grid, expected: Grid, width: int) -> list[int | None]:
    """Where each expected column stands among the given ones: by name, else in its place."""
    if given.columns and expected.columns:
        names = [fold(name) for name in given.columns]
        wanted = [fold(name) for name in expected.columns]
        if set(names) & set(wanted):
            return [names.index(name) if name in names else None for name in wanted[:width]] + [
                None
            ] * (width - len(wanted))
    return list(range(width))


def _are_strange(given: Grid, expected: Grid) -> bool:
    """Whether both tables name their columns, and no name is in both."""
    if not given.columns or not expected.columns:
        return False
    return not set(map(fold, given.columns)) & set(map(fold, expected.columns))


def _row(
    comparisons: list[Comparator], row: list[Any] | None, right: list[Any], places: list[int | None]
) -> list[Verdict | None]:
    """The verdicts of one row's cells; None where the truth has no value."""
    told: list[Verdict | None] = []
    for at, expected in enumerate(right):
        if expected is None:
            told.append(None)
            continue
        place = places[at]
        cell = None if row is None or place is None or place >= len(row) else row[place]
        told.append(wrong("not given") if row is None else held(comparisons[at], cell, expected))
    return told


def _faults(
    name: str,
    row: list[Any] | None,
    told: list[Verdict | None],
    expected: Grid,
    *,
    moved: bool,
) -> list[str]:
    if row is None:
        return [f"{name} is not in its place" if moved else f"{name} is missing"]
    several = sum(verdict is not None for verdict in told) > 1
    faults = []
    for at, verdict in enumerate(told):
        if verdict is None or (verdict.credit == 1 and verdict.certain):
            continue
        named = expected.columns and at < len(expected.columns)
        column = expected.columns[at] if expected.columns and named else f"{ordinal(at)} value"
        faults.append(f"{name}{f', {plain(column)}' if several else ''}: {verdict.reason}")
    return faults


def _name(label: str, at: int) -> str:
    return plain(label) if label.strip() else f"row {at + 1}"


def _written(grid: Grid) -> str:
    rows = [", ".join([plain(label), *map(plain, row[:12])]) for label, row in grid.rows[:12]]
    return "; ".join([*rows, *["…"] * (len(grid.rows) > 12)])
