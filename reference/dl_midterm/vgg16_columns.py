"""Problem 10.1: the columns of the VGG16 table, row by row, with the total as the last row.

Each function gives a list of `{"label": kind, "value": number}`; kinds are "input", "conv",
"pool", "fc" and "total". A value of None means that the row cannot tell the mistake apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from . import vgg16_table as table

Column = list[dict[str, str | int | None]]


def _kind(row: table.Row) -> str:
    name = str(row["layer"]).lower()
    return next(kind for kind in ("input", "conv", "pool", "fc") if name.startswith(kind))


def _column(rows: Sequence[table.Row], name: str, total: int | None = None) -> Column:
    column: Column = [{"label": _kind(row), "value": int(row[name])} for row in rows]
    return column if total is None else [*column, {"label": "total", "value": total}]


def activations(shape: Sequence[int], classes: int) -> Column:
    """Activations of each row.

    >>> activations([224, 224, 3], 1000)[0]
    {'label': 'input', 'value': 150528}
    """
    return _column(table.rows(shape, classes), "activations")


def parameters(shape: Sequence[int], classes: int) -> Column:
    """Parameters of each row without biases, and their total.

    >>> parameters([224, 224, 3], 1000)[1]
    {'label': 'conv', 'value': 1728}
    """
    return _column(table.rows(shape, classes), "parameters", table.total_parameters(shape, classes))


def parameters_with_biases(shape: Sequence[int], classes: int) -> Column:
    """MISTAKE: biases are counted; only the rows that show it hold a value.

    The dense rows are left out: many who count biases elsewhere forget them there.

    >>> parameters_with_biases([224, 224, 3], 1000)[1]
    {'label': 'conv', 'value': 1792}
    """
    total = table.total_parameters_with_biases(shape, classes)
    wrong = _column(table.rows_with_biases(shape, classes), "parameters", total)
    return _telling(wrong, parameters(shape, classes), {"conv"})


def parameters_without_input_depth(shape: Sequence[int], classes: int) -> Column:
    """MISTAKE: a kernel is 3x3 whatever the depth it reads; only convolutions hold a value.

    >>> parameters_without_input_depth([224, 224, 3], 1000)[1]
    {'label': 'conv', 'value': 576}
    """
    wrong = _column(table.rows_without_input_depth(shape, classes), "parameters", 0)
    return _telling(wrong, parameters(shape, classes), {"conv"})


def activations_before_pooling(shape: Sequence[int], classes: int) -> Column:
    """MISTAKE: a pooling row has the size that goes into it; only pooling rows hold a value.

    >>> activations_before_pooling([224, 224, 3], 1000)[3]
    {'label': 'pool', 'value': 3211264}
    """
    wrong = _column(table.rows_before_pooling(shape, classes), "activations")
    return _telling(wrong, activations(shape, classes), {"pool"})


def activations_without_channels(shape: Sequence[int], classes: int) -> Column:
    """MISTAKE: height times width; the channels are forgotten.

    >>> activations_without_channels([224, 224, 3], 1000)[1]
    {'label': 'conv', 'value': 50176}
    """
    wrong = _column(table.rows_without_channels(shape, classes), "activations")
    return _telling(wrong, activations(shape, classes), {"conv", "pool", "input"})


def _telling(wrong: Column, right: Column, kinds: set[str]) -> Column:
    return [
        {**row, "value": row["value"] if row["label"] in kinds and row != true else None}
        for row, true in zip(wrong, right, strict=True)
    ]
