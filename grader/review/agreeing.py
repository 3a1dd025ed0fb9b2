"""How far first and second marks agree, and which answers somebody has to look at once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from grader.gradebook import Book
from grader.gradebook.seconds import Twice, twice
from grader.statistics import Agreement, agreement


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreeing:
    """Figures over all pairs, how many are at most ``step`` apart, and what is to be looked at.

    ``differ`` are the pairs that differ, the widest first, without those that were settled since:
    they stay in the figures, as they were.
    """

    figures: Agreement
    within: int
    step: Fraction
    differ: tuple[Twice, ...]


def agreeing(
    book: Book, name: str, possible: Mapping[str, Fraction], part: str = "",
    step: Fraction = Fraction(1, 4),
) -> Agreeing:  # fmt: skip
    """Return how far two people agree, of one part or of all.

    Args:
        book: the gradebook.
        name: the assignment.
        possible: the points of its parts; others, and parts without points, are left out.
        part: one of them.
        step: how far apart, as a share of the points, still counts as near.
    """
    every = book.read(lambda connection: twice(connection, name, part))
    found = [one for one in every if possible.get(one.part)]
    shares = [(one.first / possible[one.part], one.second / possible[one.part]) for one in found]
    apart = sorted(
        (one for one in found if one.first != one.second and not one.settled),
        key=lambda one: (-abs(one.first - one.second) / possible[one.part], one.label),
    )
    return Agreeing(
        figures=agreement(shares),
        within=sum(abs(a - b) <= step for a, b in shares),
        step=step,
        differ=tuple(apart),
    )
