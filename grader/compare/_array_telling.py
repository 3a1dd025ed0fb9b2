"""What is said of an array: how it was read, how many elements are out, how far, and where."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from grader.compare._array_freedom import coded
from grader.compare._array_gaps import Gaps
from grader.compare._array_reading import Taken
from grader.model import MISSES, Verdict

_SHOWN = 12


def written(given: Taken) -> str:
    """Return a small array as nested lists, a larger one as its type and shape."""
    array = given.array
    if array.size <= _SHOWN and array.ndim <= 3:
        try:
            text = str(array.tolist())
        except ValueError:  # a number of more digits than Python writes
            return f"{given.named} of shape {_shape(array.shape)}"
        if len(text) <= 200:
            return text
    return f"{given.named} of shape {_shape(array.shape)}"


def _shape(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def by_shape(given: Taken, miss: str) -> Verdict:
    """Return the verdict for an array of another shape."""
    miss = miss or "shape"
    told = f"an array of shape {_shape(given.array.shape)} is given; {MISSES[miss]}"
    return Verdict(credit=Fraction(0), reason=told, read=written(given), miss=miss)


def by_dtype(given: Taken, *, exact: bool) -> Verdict:
    """Return the verdict for elements of another type."""
    told = f"the elements are {given.named if exact else given.kind}; {MISSES['dtype']}"
    return Verdict(credit=Fraction(0), reason=told, read=written(given), miss="dtype")


def by_count(given: Taken, found: Gaps, credit: Fraction) -> Verdict:
    """Return the verdict for labels: how far they lie apart means nothing."""
    groups = len(coded(given.array)[0])
    told = f"{_out(found)} in another group, whatever the groups are called; {groups:,} groups are given"
    return Verdict(credit=credit, reason=told, read=written(given))


def by_values(
    given: Taken,
    found: Gaps,
    shape: tuple[int, ...],
    credit: Fraction,
    miss: str,
    *,
    tell: bool = True,
) -> Verdict:
    """Return the verdict for the values; with ``tell``, how far they are out."""
    if not found.out:
        empty = "" if found.size else "an empty array, "
        told = f"{empty}{written(given)} is right"
        return Verdict(credit=credit, reason=told, read=written(given))
    parts = [f"{_out(found)} out"]
    if found.greatest > 0 and not tell:
        parts.append(f"the farthest is at {_at(found.greatest_at, shape)}")
    elif found.greatest > 0:
        parts.append(
            f"the greatest difference is {found.greatest:.2g}, at {_at(found.greatest_at, shape)}"
        )
    if tell and 0 < found.relative < 1e6 and found.relative_at != found.greatest_at:
        part = f"{100 * found.relative:.2g} %"
        parts.append(f"the greatest relative one is {part}, at {_at(found.relative_at, shape)}")
    for name, count, place in (
        ("NaN", found.nans, found.nan_at),
        ("infinite", found.infinities, found.infinity_at),
    ):
        if count:
            be = "is" if count == 1 else "are"
            parts.append(f"{count:,} {be} {name}, first at {_at(place, shape)}")
    if miss:
        parts.append(MISSES[miss])
    return Verdict(credit=credit, reason="; ".join(parts), read=written(given), miss=miss)


def _out(found: Gaps) -> str:
    if found.size == 1:
        return "the only element is"
    return f"{found.out:,} of {found.size:,} elements {'is' if found.out == 1 else 'are'}"


def _at(place: int, shape: tuple[int, ...]) -> str:
    index = np.unravel_index(place, shape) if shape else ()
    return f"[{', '.join(str(int(one)) for one in index)}]"
