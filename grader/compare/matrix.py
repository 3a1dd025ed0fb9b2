"""Matrices and vectors, element by element.

    compare: {kind: matrix, of: {kind: number, absolute: 0.01}}
    compare: {kind: matrix, orientation: kept, credit: all}

``[[1, 2], [3, 4]]`` · ``[1 2; 3 4]`` · lines · LaTeX matrices · what numpy prints.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar, Literal

from grader.compare import Comparator, comparators
from grader.compare._budget import budgeted
from grader.compare._elements import MOST, decimal_comma, ordinal, plain
from grader.compare._nested import build
from grader.compare._pairing import are_right, held
from grader.compare._sum import Share, Sum
from grader.compare._values import shown
from grader.model import MISSES, Verdict, invalid, unusable
from grader.notation.matrices import Cells, read_matrix
from grader.notation.options import check_choices
from grader.notation.splitting import Flaw

_PROBED = 20


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The shape is looked at first; then each element is worth the same.

    >>> Matrix(of={"kind": "label"}).compare("[a b; c x]", [["a", "b"], ["c", "d"]]).reason
    '3 of 4 elements are right; row 2, column 2: “x” is not right'
    """

    of: dict[str, Any] = field(default_factory=lambda: {"kind": "number"})
    """The comparison of one element."""
    orientation: Literal["any", "kept", "strict"] = "any"
    """Of vectors. ``any``: a row may stand for a column; ``kept``: it may not, and a vector written
    flat, (1, 2, 3), is a row; ``strict``: a flat vector is neither row nor column."""
    credit: Share = "each"
    """``each``: by the number of right elements; ``all``: only where all are right."""

    EXAMPLES: ClassVar[tuple[dict[str, Any], ...]] = (
        {"options": {}, "text": "[1 2; 3 4]", "truth": [[1, 2], [3, 4]]},
        {"options": {}, "text": "[[1, 3], [2, 4]]", "truth": [[1, 2], [3, 4]]},
        {"options": {}, "text": "[[1, 2, 0], [3, 4, 0]]", "truth": [[1, 2], [3, 4]]},
    )

    def __post_init__(self) -> None:
        """Build the comparison once, so that a wrong rubric is known when it is loaded."""
        check_choices(self, Matrix)
        build(self.of)

    @budgeted
    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the credit, that of each element by rows, and where which is wrong."""
        comma = decimal_comma(self.of)
        expected = _cells(truth, None, comma=comma)
        if isinstance(expected, Flaw):
            return unusable("the expected value is no matrix")
        given = _cells(value, expected.shape, comma=comma)
        if isinstance(given, Flaw):
            return invalid(f"this is no matrix: {given.says}")
        return self._compared(build(self.of), given, expected)

    def _compared(self, comparator: Comparator, given: Cells, expected: Cells) -> Verdict:
        vectors = 1 in given.shape and 1 in expected.shape
        if self.orientation == "any" and vectors and given.shape == expected.shape[::-1]:
            given = given.turned()
        flat_ = self.orientation == "strict" and given.flat != expected.flat
        if given.shape != expected.shape or flat_:
            return self._other_shape(comparator, given, expected)
        verdicts = _verdicts(comparator, given, expected)
        miss = ""
        if not are_right(verdicts) and given.shape[0] == given.shape[1]:
            turned = _verdicts(comparator, given.turned(), expected)
            miss = "shape-transposed" if are_right(turned) else ""
        return Sum(
            names=_names(expected),
            verdicts=verdicts,
            share=self.credit,
            read=_written(given),
            miss=miss,
        ).verdict()

    def _other_shape(self, comparator: Comparator, given: Cells, expected: Cells) -> Verdict:
        miss = "shape"
        if given.shape == expected.shape[::-1] and are_right(
            _verdicts(comparator, given.turned(), expected)
        ):
            miss = "shape-transposed"
        rows, columns = given.shape
        told = [held(comparator, one, expected.rows[0][0]) for one in given.rows[0][:_PROBED]]
        odd = next((verdict for verdict in told if verdict.invalid), None)
        if odd is not None:
            return invalid(f"this is no matrix: {odd.reason}", _written(given))
        return Verdict(
            credit=Fraction(0),
            reason=f"a matrix of {rows} × {columns} is given; {MISSES[miss]}",
            read=_written(given),
            miss=miss,
        )


def _verdicts(comparator: Comparator, given: Cells, expected: Cells) -> list[Verdict]:
    return [
        held(comparator, one, other)
        for row, right in zip(given.rows, expected.rows, strict=True)
        for one, other in zip(row, right, strict=True)
    ]


def _cells(value: Any, shape: tuple[int, int] | None, *, comma: bool) -> Cells | Flaw:
    """The rows of a text or of plain data."""
    if isinstance(value, str):
        found = read_matrix(value, shape=shape, decimal_comma=comma)
        return found if isinstance(found, Flaw) else _bounded(found)
    if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        value = value.tolist()
    if not isinstance(value, list | tuple):
        return Flaw(f"{shown(value)} has no elements")
    rows = [one for one in value if isinstance(one, list | tuple)]
    if not value or (rows and (len(rows) < len(value) or not rows[0])):
        return Flaw("some rows are no lists" if rows and rows[0] else "no elements are given")
    if not rows:
        return _bounded(Cells([list(value)], flat=True))
    if len({len(row) for row in rows}) > 1:
        return Flaw("the rows have different lengths")
    return _bounded(Cells([list(row) for row in rows]))


def _bounded(cells: Cells) -> Cells | Flaw:
    rows, columns = cells.shape
    return Flaw(f"more than {MOST:,} elements are given") if rows * columns > MOST else cells


def _names(cells: Cells) -> list[str]:
    rows, columns = cells.shape
    if 1 in (rows, columns):
        return [ordinal(at) for at in range(rows * columns)]
    return [
        f"row {row}, column {col}" for row in range(1, rows + 1) for col in range(1, columns + 1)
    ]


def _written(cells: Cells) -> str:
    rows = [", ".join(plain(one) for one in row[:12]) for row in cells.rows[:12]]
    told = ", ".join(f"[{row}{', …' if cells.shape[1] > 12 else ''}]" for row in rows)
    return f"[{told}{', …' if cells.shape[0] > 12 else ''}]"
