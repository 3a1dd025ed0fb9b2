"""Problem 7.2 to 7.4 by a run: what the code prints, held against its own data.

The rows of numbers that the code holds are tried as x and y; where the printed errors are those of
some kind (left out one by one, in folds, on the fitted data themselves), that kind is what the code
computes. The errors are recomputed here, by the leverage identity or by fits of our own.

Tables are ``{"runs": [{degree: error}], "quantity": …}``, data ``{name: numbers}``; None is none.
Source: as `loocv`.
"""

from __future__ import annotations

import ast
import functools
import itertools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from . import loocv
from ._judging import Judgement, judgement, numbers
from .loocv_ranges import plausible_range, plausible_rmse_range

RELATIVE, ABSOLUTE = 1e-3, 6e-3
"""Distance up to which a printed number is the computed one, rounded."""
REPEATED = 5e-4
"""Relative distance up to which two printed numbers are one."""
Errors = tuple[float | None, ...]

_KINDS: dict[str, Callable[[Sequence[float], Sequence[float], int], float]] = {
    "mse": loocv.loocv_mse_by_leverage,
    "rmse": lambda x, y, k: math.sqrt(loocv.loocv_mse_by_leverage(x, y, k)),
    "mae": loocv.loocv_mean_absolute_error,
    "sum": lambda x, y, k: loocv.loocv_mse_by_leverage(x, y, k) * len(x),
    "training": loocv.training_mse,
    "5 folds": lambda x, y, k: loocv.k_fold_mse(x, y, k, 5),
    "10 folds": lambda x, y, k: loocv.k_fold_mse(x, y, k, 10),
}
_LEFT_OUT = ("mse", "rmse", "mae", "sum")


def code_leaves_one_out(data: Any, again: Any, degrees: Sequence[int]) -> Judgement:
    """Whether the code computes leave-one-out errors of its own data, degree by degree.

    Args:
        data: rows of numbers that the code holds, by name.
        again: the table that it prints when it is run.
        degrees: of the polynomials.

    Raises:
        ValueError: what it prints is no error of its data that is known here.

    >>> x = [0.1 * i * (-1) ** i for i in range(20)]
    >>> y = [a - 2 * a * a + math.sin(7 * a) for a in x]
    >>> own = {str(k): loocv.loocv_mse(x, y, k) for k in (1, 2)}
    >>> code_leaves_one_out({"a": x, "b": y}, {"runs": [own]}, [1, 2])["credit"]
    '1'
    """
    printed = _printed(again, degrees)
    kind, right, _ = _known(data, printed, tuple(degrees))
    if kind == "training":
        return judgement(0, "nothing is left out", mistake="training-error")
    if kind not in _LEFT_OUT:
        return judgement(0, f"the data are split into {kind}", mistake="few-folds")
    wrong = [k for k, ok in zip(degrees, right, strict=True) if not ok]
    said = f"not of degree {', '.join(map(str, wrong))}" if wrong else "of every degree"
    credit = str(Fraction(sum(right), len(right)))
    return judgement(credit, f"run again, it prints leave-one-out errors {said}")


def numbers_are_right(data: Any, again: Any, shown: Any, degrees: Sequence[int]) -> Judgement:
    """Whether the errors in the hand-in are those that its code gives.

    Args:
        data: as `code_leaves_one_out`.
        again: as `code_leaves_one_out`.
        shown: the table that the hand-in shows.
        degrees: of the polynomials.

    Raises:
        ValueError: as `code_leaves_one_out`, or nothing is shown.

    >>> x = [0.1 * i * (-1) ** i for i in range(20)]
    >>> y = [a - 2 * a * a + math.sin(7 * a) for a in x]
    >>> own = {"runs": [{str(k): loocv.loocv_mse(x, y, k) for k in (1, 2)}]}
    >>> numbers_are_right({"a": x, "b": y}, own, own, [1, 2])["credit"]
    '1'
    """
    told = _printed(shown, degrees)
    kind, _, truth = _known(data, _printed(again, degrees), tuple(degrees))
    quantity = shown.get("quantity", "") if isinstance(shown, Mapping) else ""
    if kind not in _LEFT_OUT or kind == "sum":
        return _plausible(told, quantity, degrees, certain=kind != "sum")
    labelled = kind in ("mse", quantity)
    right = [_near(a, b) for a, b in zip(told, truth, strict=True)]
    if all(right):
        return judgement(1, "the four errors are what the code gives", certain=labelled)
    if any(right):
        wrong = [str(k) for k, ok in zip(degrees, right, strict=True) if not ok]
        said = f"not what the code gives: degree {', '.join(wrong)}"
        return judgement(f"{sum(right)}/{len(right)}", said)
    return _plausible(told, quantity, degrees, certain=False)


def is_training_error(data: Any, again: Any, degrees: Sequence[int]) -> Judgement:
    """MISTAKE: whether the code computes errors on the fitted data themselves.

    Args and errors: as `code_leaves_one_out`.

    >>> x = [0.1 * i * (-1) ** i for i in range(20)]
    >>> y = [a - 2 * a * a + math.sin(7 * a) for a in x]
    >>> own = {"runs": [{str(k): loocv.training_mse(x, y, k) for k in (1, 2)}]}
    >>> is_training_error({"a": x, "b": y}, own, [1, 2])["credit"]
    '1'
    """
    kind, _, _ = _known(data, _printed(again, degrees), tuple(degrees))
    return judgement(int(kind == "training"), "nothing is left out: training errors")


def differs_from_run(
    first: Any, first_again: Any, second: Any, second_again: Any, degrees: Sequence[int]
) -> Judgement:
    """Whether the second table is not what a run gives, though the first one is.

    Where the first table comes out again, the code repeats itself; then the second has to.

    Args:
        first: the table of the part before, as the hand-in shows it.
        first_again: what a run prints there.
        second: the table of this part, as the hand-in shows it.
        second_again: what a run prints here.
        degrees: of the polynomials.

    Raises:
        ValueError: a table is not there.

    >>> one, two = {"runs": [{"1": 6.8}]}, {"runs": [{"1": 5.1}]}
    >>> differs_from_run(one, one, one, two, [1])["credit"]
    '1'
    """
    tables = [
        _printed(table, degrees, last=n > 1)
        for n, table in enumerate((first, first_again, second, second_again))
    ]
    repeats, differs = _repeats(tables[0], tables[1]), not _repeats(tables[2], tables[3])
    if not (repeats and differs):
        return judgement(0, "the second table is what a run may print")
    said = "the second table is not what the code prints when it is run again"
    return judgement(1, said, certain=False)


def is_written_out(code: Any, before: Any, again: Any, degrees: Sequence[int]) -> Judgement:
    """Whether the errors that are printed stand in the code, or nothing in it fits anything.

    Nothing of it is certain: digits may agree by chance, and a fit may be called by other names.

    Args:
        code: facts of the source of the part that prints, or None.
        before: facts of the source of the part before it, or None.
        again: the table that is printed when the code is run.
        degrees: of the polynomials.

    Raises:
        ValueError: nothing is printed.

    >>> code = {"source": "for k, e in ((1, 8.18), (2, 0.952)): print(k, e)"}
    >>> is_written_out(code, None, {"runs": [{"1": 8.18, "2": 0.952}]}, [1, 2])["credit"]
    '1'
    """
    printed = _printed(again, degrees, last=True)
    sources = [_uncommented(one) for one in (code, before)]
    if not sources[0]:
        return judgement(0, "there is no source to look into")
    literals = {word for word in _LITERAL.findall(sources[0])[:_LITERALS] if _is_precise(word)}
    errors = [error for error in printed if error]
    if sum(any(_is_written(error, word) for error in errors) for word in literals) >= _FEW_WRITTEN:
        return judgement(1, "the errors stand in the code as numbers", certain=False)
    if not any(_FITS.search(source) for source in sources):
        return judgement(1, "no line of the code is known to fit anything", certain=False)
    return judgement(0, "the errors come from a calculation")


_FITS = re.compile(
    r"fit|lstsq|inv\b|solve|\bqr\b|svd|\bols\b|cross_val|least_?squares|minimi[sz]e|LeaveOneOut"
    r"|regress|\bg?lm\b|@|\bdot\b|matmul|einsum|cholesky|backward",
    re.IGNORECASE,
)
"""Words of code that may fit a polynomial: by name, or by the algebra of matrices."""
_LITERAL = re.compile(r"(?<![\w.])\d{1,20}(?:\.\d{0,20})?(?:[eE][-+]?\d{1,3})?")
_LITERALS, _FEW_WRITTEN = 5_000, 2


def _uncommented(facts: Any) -> str:
    """The source of a part without comments, in which results may be noted.

    What is no Python is left out line by line: it may be what was printed, or a call that was cut.
    """
    source = facts.get("source") if isinstance(facts, Mapping) else None
    lines = source.splitlines() if isinstance(source, str) else []
    lines = [line.partition("#")[0] for line in lines]
    if not _is_python("\n".join(lines)):
        lines = [line for line in lines if _is_python(line.strip()) or line.rstrip().endswith(":")]
    return "\n".join(lines)


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _is_precise(word: str) -> bool:
    """Whether a number has so many digits that it is hardly another one by chance."""
    digits = word.lower().partition("e")[0]
    return len(digits.replace(".", "").strip("0")) >= (2 if "." in digits else 3)


def _is_written(error: float, word: str) -> bool:
    """Whether a number has the digits of an error, wherever its point stands."""
    digits = word.lower().partition("e")[0].replace(".", "").lstrip("0")
    leading = f"{abs(error):.16e}".partition("e")[0].replace(".", "")
    count = min(len(digits), len(leading))
    return abs(int(digits[:count]) - int(leading[:count])) <= (count > 2)


def _repeats(one: Errors, other: Errors) -> bool:
    both = [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    return bool(both) and all(math.isclose(a, b, rel_tol=REPEATED) for a, b in both)


def _plausible(told: Errors, quantity: str, degrees: Sequence[int], *, certain: bool) -> Judgement:
    bounds = plausible_rmse_range if quantity == "rmse" else plausible_range
    inside = 0
    for error, degree in zip(told, degrees, strict=True):
        low, high = bounds(degree, 100)
        inside += error is not None and low <= error <= high
    said = "the errors are not those of a run of the code; held against what is plausible"
    return judgement(f"{inside}/{len(degrees)}", said, certain=certain)


def _printed(table: Any, degrees: Sequence[int], *, last: bool = False) -> Errors:
    """The first run of a table, or its last one, by degree, without a scorer's sign."""
    runs = table.get("runs") if isinstance(table, Mapping) else None
    if not isinstance(runs, Sequence) or not runs or not isinstance(runs[-1], Mapping):
        raise ValueError("no table of errors is there")
    run = runs[-1] if last else runs[0]
    found: list[float | None] = []
    for degree in degrees:
        value = numbers([run.get(str(degree))])
        found.append(abs(value[0]) if value else None)
    if not any(error is not None for error in found):
        raise ValueError("no table of errors is there")
    return tuple(found)


def _known(
    data: Any, printed: Errors, degrees: tuple[int, ...]
) -> tuple[str, tuple[bool, ...], Errors]:
    """The kind of error that is printed, which degrees are right, and the true errors."""
    best: tuple[int, float, str, tuple[bool, ...], Errors] | None = None
    for x, y in _pairs(data):
        for kind in _KINDS:
            truth = _errors(kind, x, y, degrees)
            right = tuple(_near(a, b) for a, b in zip(printed, truth, strict=True))
            off = sum(
                abs(a - b) for a, b in zip(printed, truth, strict=True) if a is not None and b
            )
            if sum(right) >= 2 and (best is None or (sum(right), -off) > best[:2]):
                best = (sum(right), -off, kind, right, truth)
    if best is None:
        raise ValueError("what is printed is no error of the data that the code holds")
    return best[2], best[3], best[4]


def _pairs(data: Any) -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
    """Rows that may be x and y: those that look like the process, else all of few rows."""
    rows = [tuple(numbers(row)) for row in data.values()] if isinstance(data, Mapping) else []
    both = [
        (x, y)
        for x, y in itertools.permutations([r for r in rows if r][:12], 2)
        if len(x) == len(y)
    ]
    return [pair for pair in both if _looks(*pair)] or both[:12]


def _looks(x: tuple[float, ...], y: tuple[float, ...]) -> bool:
    rest = [b - loocv.polynomial((0.0, 1.0, -2.0), a) for a, b in zip(x, y, strict=True)]
    mean = math.fsum(rest) / len(rest)
    return 0.2 < math.fsum((r - mean) ** 2 for r in rest) / len(rest) < 6


@functools.lru_cache(maxsize=4096)
def _errors(
    kind: str, x: tuple[float, ...], y: tuple[float, ...], degrees: tuple[int, ...]
) -> Errors:
    if len(set(x)) <= max(degrees) + 2 or not _quick(x, y, degrees):
        return (None,) * len(degrees)
    try:
        return tuple(_KINDS[kind](x, y, degree) for degree in degrees)
    except ValueError:
        return (None,) * len(degrees)


def _quick(x: tuple[float, ...], y: tuple[float, ...], degrees: tuple[int, ...]) -> bool:
    """Whether fits make sense: powers of one row are a fit of each other without any rest."""
    try:
        rest = loocv.training_mse(x, y, max(degrees))
    except ValueError:
        return False
    return rest > 1e-9


def _near(printed: float | None, truth: float | None) -> bool:
    if printed is None or truth is None:
        return False
    return abs(printed - truth) <= max(ABSOLUTE, RELATIVE * abs(truth))
