"""A value written as students write it: in as many notations as its reader takes.

None of this looks at how a reader works, only at what its options ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grader.authoring.writing.formulas import formula
from grader.authoring.writing.grids import columns, matrix, table
from grader.authoring.writing.keyed import choice, listed, mapping, rankings, truths
from grader.authoring.writing.numbers import number
from grader.authoring.writing.sets import intervals, sequence, text
from grader.authoring.writing.sizes import shape, tally
from grader.rubric import Criterion, Part, Spec

WAYS = 20
"""So many ways of writing one value are tried where there are as many."""

Options = Mapping[str, Any]
Writer = Callable[[Options, Any], list[str]]
"""Options of a reader, and a value, to texts that all say the value."""

WRITERS: Mapping[str, Writer] = {
    "number": number,
    "integer": number,
    "formula": formula,
    "choice": choice,
    "mapping": mapping,
    "numbers": listed,
    "rankings": rankings,
    "shape": shape,
    "tally": tally,
    "columns": columns,
    "truths": truths,
}
_TYPED: Mapping[str, Writer] = {
    "number": number,
    "near": number,
    "rounded": number,
    "written": number,
    "exact": text,
    "table": table,
    "matrix": matrix,
    "array": matrix,
    "set": sequence,
    "list": sequence,
    "tuple": sequence,
    "interval": intervals,
    "expression": formula,
    "equivalent": formula,
}


def ways(part: Part, criterion: Criterion, value: Any) -> list[str]:
    """Return texts that all say a value, for what reads a criterion; none where it is not known."""
    spec = part.readers().get(criterion.reading)
    if spec is None:
        return []
    writer = _typed(criterion, value) if spec.kind == "typed" else WRITERS.get(spec.kind)
    if writer is None:
        return []
    try:
        made = writer(_options(spec), value)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return []  # a value of another shape than this reader's
    return list(dict.fromkeys(made))[:WAYS]


def readable(part: Part, criterion: Criterion) -> str:
    """Return the kind of reader of a criterion."""
    spec = part.readers().get(criterion.reading)
    return spec.kind if spec is not None else criterion.reading


def _typed(criterion: Criterion, value: Any) -> Writer | None:
    kind = criterion.compare.kind
    if isinstance(value, str) and kind not in ("expression", "equivalent", "interval"):
        return text
    if kind in _TYPED:
        return _TYPED[kind]
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return number
    return text if isinstance(value, str) else None


def _options(spec: Spec[Any]) -> Options:
    return spec.options


Sized = Sequence[Any]
