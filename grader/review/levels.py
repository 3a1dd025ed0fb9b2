"""What a marker can give a part with one key: the steps that its rubric knows."""

from __future__ import annotations

from fractions import Fraction

from grader.rubric import Part

_QUARTERS = tuple(Fraction(n, 4) for n in range(5))
_KEYS = 9


def levels(part: Part) -> tuple[Fraction, ...]:
    """Return points from nothing to all: sums of the criteria, else quarters of the whole.

    The proposal comes beside them, and each has a key from 1 to 9, so there are eight at most.
    """
    sums = {Fraction(0)}
    for criterion in part.criteria:
        sums |= {one + criterion.points for one in sums}
        if len(sums) >= _KEYS:
            break
    own = {one for one in sums if one <= part.points} | {part.points}
    if not 2 < len(own) < _KEYS:
        own = {part.points * step for step in _QUARTERS}
    return tuple(sorted(own))
