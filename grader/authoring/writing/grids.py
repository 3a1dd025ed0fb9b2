"""Tables and matrices: Markdown, commas, tabs, brackets, LaTeX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grader.authoring.writing.numbers import decimal

Rows = Sequence[Sequence[str]]


def columns(options: Mapping[str, Any], value: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return one column of a table whose rows have a kind."""
    words = {kind: next(iter(names)) for kind, names in options["rows"].items()}
    head = next(iter(options["columns"][options["column"]]))
    rows = [[words[row["label"]], _said(row["value"])] for row in value]
    if any(int(row["value"]) != row["value"] for row in value):
        return []
    grouped = [[label, f"{int(number):,}"] for label, number in rows]
    top = ["layer", head]
    return [
        _markdown(top, rows),
        _markdown(top, grouped),
        _markdown(top, [[f"**{label}**", number] for label, number in rows]),
        _markdown([word.upper() for word in top], rows),
        _lined("\t", [top, *rows]),
        _lined(" , ", [top, *rows]).replace(" , ", ","),
    ]


def table(_options: Mapping[str, Any], value: Any) -> list[str]:
    """Return a table: a mapping from label to cell or cells, or a list of rows."""
    head, rows = _grid(value)
    turned = list(reversed(rows)) if isinstance(value, Mapping) else rows
    tops = [head] if head else []
    blank = head or ["name", *(chr(ord("a") + at) for at in range(len(rows[0]) - 1))]
    bold = [[f"**{row[0]}**", *row[1:]] for row in rows]
    return [
        _markdown(blank, rows),
        _markdown(blank, turned),
        _markdown(blank, bold),
        _markdown(blank, [[row[0], *(f"${c}$" for c in row[1:])] for row in rows]),
        _markdown(blank, rows).replace("|---", "|:---:"),
        _lined(" | ", [*tops, *rows]),
        _lined(", ", [*tops, *rows]),
        _lined(",", [*tops, *rows]),
        _lined("; ", [*tops, *rows]),
        _lined("\t", [*tops, *rows]),
        _lined(", ", [*tops, *turned]),
        _lined("\t", [*tops, *turned]),
        "\n".join(_bar(row) for row in [*tops, *rows]),
        "\n".join(_bar(row) for row in [*tops, *turned]),
    ]


def matrix(_options: Mapping[str, Any], value: Any) -> list[str]:
    """Return a matrix, or a vector, in many brackets."""
    rows = [[_said(cell) for cell in row] for row in value] if _nested(value) else [
        [_said(cell) for cell in value]
    ]  # fmt: skip
    flat = not _nested(value)
    inner = [", ".join(row) for row in rows]
    made = [f"[{inner[0]}]", f"({inner[0]})"] if flat else []
    listed = ", ".join(f"[{row}]" for row in inner)
    if not flat:
        made += [f"[{listed}]", f"[{listed.replace(', ', ',')}]"]
        made += ["[" + ",\n ".join(f"[{row}]" for row in inner) + "]"]
        made += [f"({', '.join(f'({row})' for row in inner)})"]
        made += [f"np.array([{listed}])", f"array([{listed}])"]
        made += ["\n".join(" ".join(row) for row in rows)]
        made += ["\n".join("\t".join(row) for row in rows)]
    made += ["[" + "; ".join(" ".join(row) for row in rows) + "]"]
    made += ["[" + "; ".join(inner) + "]"]
    body = " \\\\ ".join(" & ".join(row) for row in rows)
    for name in ("pmatrix", "bmatrix", "matrix", "vmatrix"):
        if name != "vmatrix":
            made.append(f"$\\begin{{{name}}} {body} \\end{{{name}}}$")
            made.append(f"$$\n\\begin{{{name}}}\n{body}\n\\end{{{name}}}\n$$")
    made.append(f"$\\left[\\begin{{array}}{{{'c' * len(rows[0])}}} {body} \\end{{array}}\\right]$")
    if not flat:
        made.append("[" + "\n ".join(f"[{' '.join(row)}]" for row in rows) + "]")
        made.append(f"A = [{listed}]".removeprefix("A = "))
    return made


def _grid(value: Any) -> tuple[list[str], list[list[str]]]:
    if isinstance(value, Mapping):
        if any(isinstance(cells, Mapping) for cells in value.values()):
            first = next(iter(value.values()))
            head = ["name", *map(str, first)]
            rows = [[str(k), *(_said(c) for c in cells.values())] for k, cells in value.items()]
            return head, rows
        nested = any(isinstance(cells, list | tuple) for cells in value.values())
        return [], [
            [str(k), *(_said(c) for c in (cells if nested else [cells]))]
            for k, cells in value.items()
        ]
    if value and isinstance(value[0], Mapping):
        return [str(k) for k in value[0]], [[_said(c) for c in row.values()] for row in value]
    rows = [[_said(cell) for cell in row] for row in value]
    worded = all(not any(ch.isdigit() for ch in cell) for cell in rows[0])
    return (rows[0], rows[1:]) if worded else ([], rows)


def _said(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    return decimal(cell)


def _nested(value: Any) -> bool:
    return bool(value) and isinstance(value[0], list | tuple)


def _bar(row: Sequence[str]) -> str:
    return f"| {' | '.join(row)} |"


def _markdown(head: Sequence[str], rows: Rows) -> str:
    return "\n".join([_bar(head), "|---" * len(head) + "|", *map(_bar, rows)])


def _lined(separator: str, rows: Rows) -> str:
    return "\n".join(separator.join(row) for row in rows)
