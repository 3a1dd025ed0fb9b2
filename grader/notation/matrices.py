r"""Matrices and vectors as they are written; the cells stay texts.

``[[1, 2], [3, 4]]`` · ``[1 2; 3 4]`` · lines · ``\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}`` ·
what numpy prints · ``(1, 2, 3)^T``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from grader.notation.splitting import LONGEST, Flaw, chosen, cleaned, outline, readings, split

_CALL = re.compile(
    r"(?:(?:np|numpy|sp|sympy|torch)\.)?(?:array|matrix|Matrix|tensor|Vector|vector)\s{0,3}\("
)
_ENVIRONMENT = re.compile(r"[(\[{|]?\s*\\begin\s{0,3}\{(?:[pbvVB]?(?:small)?matrix|array)\*?\}")
_COLUMNS = re.compile(r"\s{0,9}(?:\{[lcr|\s]{0,60}\}|\[[lcr]\])")
_RULES = re.compile(r"\\hline(?![a-zA-Z])")
_TURNED = re.compile(
    r"(?<=[)\]}⟩])(?:\^\s{0,2}\{?\s{0,2}(?:T|t|\\top|\\intercal|\\mathrm\{T\})\}?|ᵀ|\.T|'|\.')$"
)


@dataclass(frozen=True, slots=True)
class Cells:
    """Rows of cells; ``flat`` where a vector was written without saying row or column."""

    rows: list[list[Any]]
    flat: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of rows and columns; the rows are equally long."""
        return len(self.rows), len(self.rows[0]) if self.rows else 0

    def turned(self) -> Cells:
        """The transpose; of a flat vector a column."""
        return Cells([list(column) for column in zip(*self.rows, strict=True)])


def read_matrix(
    text: str, *, shape: tuple[int, int] | None = None, decimal_comma: bool = False
) -> Cells | Flaw:
    """Return the rows of a matrix, or what is wrong with the text.

    ``shape`` is what is asked for; it chooses among readings of a row (1,234: one or two).

    >>> read_matrix("[1 2; 3 4]").rows, read_matrix("[[1, 2], [3, 4]]").rows
    ([['1', '2'], ['3', '4']], [['1', '2'], ['3', '4']])
    """
    if len(text) > LONGEST:
        return Flaw(f"it is longer than {LONGEST:,} characters")
    text = cleaned(text)
    turned = _TURNED.search(text)
    if turned and turned.start():
        text = text[: turned.start()]
    found = _read(text, shape if not turned else None, decimal_comma=decimal_comma)
    if isinstance(found, Flaw):
        return found
    if not found.rows or not found.rows[0]:
        return Flaw("no elements are given")
    if len({len(row) for row in found.rows}) > 1:
        return Flaw("the rows have different lengths")
    return found.turned() if turned else found


def _read(text: str, shape: tuple[int, int] | None, *, decimal_comma: bool) -> Cells | Flaw:
    body = _environment(text)
    if body is not None:
        return _with_signs(body)
    call = _CALL.match(text)
    if call and text.endswith(")"):
        return _called(text[call.end() : -1], shape, decimal_comma=decimal_comma)
    found = outline(text)
    if isinstance(found, Flaw):
        return found
    inner = text[1:-1].strip() if found.pair else text
    grouped = _groups(inner, shape, decimal_comma=decimal_comma)
    if grouped is None and found.pair and inner[:1] in ("(", "[", "{"):
        grouped = _groups(text, shape, decimal_comma=decimal_comma)
    if grouped is not None:
        return grouped
    return _rows(inner, shape, decimal_comma=decimal_comma)


def _environment(text: str) -> str | None:
    start = _ENVIRONMENT.match(text)
    end = text.rfind("\\end")
    if not start or end < 0:
        return None
    body = text[start.end() : end]
    columns = _COLUMNS.match(body)
    return _RULES.sub("", body[columns.end() :] if columns else body)


def _with_signs(body: str) -> Cells | Flaw:
    """Rows that end with two backslashes, and cells between ampersands."""
    rows = []
    for line in body.replace("\\cr", "\\\\").split("\\\\"):
        if not line.strip():
            continue
        cells = split(line, "&")
        if isinstance(cells, Flaw):
            return cells
        rows.append(cells + [""] * (line.rstrip().endswith("&")))
    return Cells(rows)


def _called(inner: str, shape: tuple[int, int] | None, *, decimal_comma: bool) -> Cells | Flaw:
    """What is inside ``array(…)``; options such as a dtype are left out."""
    arguments = split(inner, ",")
    if isinstance(arguments, Flaw):
        return arguments
    kept = [one for one in arguments if one[:1] in ("[", "(", "{")]
    return _read(kept[0] if len(kept) == 1 else ", ".join(kept), shape, decimal_comma=decimal_comma)


def _groups(
    text: str, shape: tuple[int, int] | None, *, decimal_comma: bool
) -> Cells | Flaw | None:
    """Rows in brackets of their own; None where there are none."""
    if text[:1] not in ("(", "[", "{", "⟨"):
        return None
    ways = readings(text, decimal_comma=decimal_comma)
    if isinstance(ways, Flaw):
        return ways
    for way in ways:
        outlines = [outline(piece) for piece in way]
        if way and all(not isinstance(one, Flaw) and one.pair for one in outlines):
            return _cells(
                [piece[1:-1].strip() for piece in way], shape, decimal_comma=decimal_comma
            )
    return None


def _rows(text: str, shape: tuple[int, int] | None, *, decimal_comma: bool) -> Cells | Flaw:
    """Rows between semicolons or in lines, or one flat vector."""
    for sign in (";", "\n"):
        parts = split(text, sign)
        if isinstance(parts, Flaw):
            return parts
        if len(parts) > 1 and _is_vector(parts, shape):
            return Cells([[part] for part in parts])
        if len(parts) > 1:
            found = _cells(
                [part.strip("| \t") for part in parts], shape, decimal_comma=decimal_comma
            )
            if isinstance(found, Cells) and decimal_comma and sign == ";" and found.shape[1] == 1:
                return Cells([[row[0] for row in found.rows]], flat=True)
            return found
    found = _cells([text.strip("| \t")], shape, decimal_comma=decimal_comma)
    return found if isinstance(found, Flaw) else Cells(found.rows, flat=True)


def _is_sum(cell: str) -> bool:
    """Whether a cell is made of whole matrices: [1, 2] - [3, 4]."""
    if cell[:1] != "[" and "\\begin" not in cell and "]-[" not in cell:
        return False
    found = outline(cell)
    return isinstance(found, Flaw) or not found.pair


def _is_vector(parts: list[str], shape: tuple[int, int] | None) -> bool:
    """Whether each part is one element of the vector asked for: 1,5; 2 has two elements."""
    asked = shape is not None and 1 in shape and len(parts) == max(shape)
    return asked and not any(" " in part for part in parts)


def _cells(rows: list[str], shape: tuple[int, int] | None, *, decimal_comma: bool) -> Cells | Flaw:
    told: list[list[Any]] = []
    columns = 0 if shape is None else shape[1]
    if shape is not None and len(rows) == 1 and 1 in shape:
        columns = max(shape)
    for row in rows:
        ways = readings(row, decimal_comma=decimal_comma)
        if isinstance(ways, Flaw):
            return ways
        told.append(chosen(ways, columns) if columns > 1 else ways[0])
        if any(_is_sum(cell) for cell in told[-1]):
            return Flaw("write the elements themselves, no arithmetic with matrices")
    return Cells(told)
