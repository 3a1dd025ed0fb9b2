"""Takes a class one student at a time: eight bytes for each part of a student are kept."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import nan
from typing import Protocol

import numpy as np

from grader.model import MistakeSeen
from grader.statistics._agreement import Agreement, Pair, agreement
from grader.statistics._doubts import Doubt, TopMistake, doubts
from grader.statistics._figures import MINIMUM, Floats, deviation, group, scores, upper
from grader.statistics._items import Item, items
from grader.statistics._reliability import Reliability, reliability


class Marked(Protocol):
    """One part of one student."""

    @property
    def id(self) -> str:
        """Which part."""

    @property
    def state(self) -> str:
        """How it stands: right, partly, wrong, missing, waits."""

    @property
    def earned(self) -> Fraction | None:
        """Its points, or None while the mark is open."""

    @property
    def mistakes(self) -> tuple[MistakeSeen, ...]:
        """The known ways that were recognised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequent:
    """A known mistake, and how many students made it."""

    part: str
    id: str
    says: str
    students: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Points of the students all of whose marks are decided."""

    students: int
    mean: float | None
    deviation: float | None
    median: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """The figures of a class."""

    students: int
    totals: Totals
    reliability: Reliability
    items: tuple[Item, ...]
    mistakes: tuple[Frequent, ...]
    """All that occurred, those of more students first, then in the order of the parts."""
    doubts: tuple[Doubt, ...]
    agreement: Agreement
    agreements: Mapping[str, Agreement]
    """The agreement in each part that has pairs."""


class Tally:
    """Takes the marks of one student after the other, and says what the class comes to."""

    def __init__(
        self, possible: Mapping[str, Fraction], harmless: Collection[tuple[str, str]] = ()
    ) -> None:
        """Start with no student.

        Args:
            possible: points of each part, in the order of the rubric.
            harmless: recognised ways that are no mistakes, each as part and id.
        """
        self._possible = dict(possible)
        self._place = {id_: n for n, id_ in enumerate(self._possible)}
        self._harmless = frozenset(harmless)
        self._points = array("d")
        self._counts: list[Counter[str]] = [Counter() for _ in self._place]
        self._made: defaultdict[tuple[str, str], array[int]] = defaultdict(lambda: array("L"))
        self._says: dict[tuple[str, str], str] = {}
        self._pairs: defaultdict[str, Counter[Pair]] = defaultdict(Counter)
        self._students = 0

    def add(self, cells: Iterable[Marked]) -> None:
        """Take one student's marks; parts that the rubric does not have are left alone."""
        row = [nan] * len(self._place)
        made: dict[tuple[str, str], str] = {}
        for cell in cells:
            at = self._place.get(cell.id)
            if at is None:
                continue
            if cell.earned is not None:
                row[at] = float(cell.earned)
            self._counts[at][cell.state] += 1
            made.update({(cell.id, seen.id): seen.says for seen in cell.mistakes})
        for key in made.keys() - self._harmless:
            self._made[key].append(self._students)
            self._says[key] = made[key]
        self._points.extend(row)
        self._students += 1

    def pair(self, part: str, proposed: Fraction, decided: Fraction) -> None:
        """Take a mark that had a proposal and was decided by a person, both in points."""
        possible = self._possible.get(part)
        if possible:
            self._pairs[part][proposed / possible, decided / possible] += 1

    def statistics(self) -> Statistics:
        """Return the figures of the students so far."""
        ids, possible = tuple(self._possible), tuple(self._possible.values())
        points = np.array(self._points).reshape(self._students, len(ids))
        parts = items(ids, possible, self._counts, points)
        total = reliability(ids, points)
        everything: Counter[Pair] = sum(self._pairs.values(), Counter())
        return Statistics(
            students=self._students,
            totals=_totals(points),
            reliability=total,
            items=parts,
            mistakes=self._frequent(),
            doubts=doubts(parts, total, self._tops(points)),
            agreement=agreement(everything.elements()),
            agreements={
                id_: agreement(self._pairs[id_].elements()) for id_ in ids if id_ in self._pairs
            },
        )

    def _frequent(self) -> tuple[Frequent, ...]:
        def rank(key: tuple[str, str]) -> tuple[int, int, str]:
            return -len(self._made[key]), self._place[key[0]], key[1]

        return tuple(
            Frequent(part=key[0], id=key[1], says=self._says[key], students=len(self._made[key]))
            for key in sorted(self._made, key=rank)
        )

    def _tops(self, points: Floats) -> list[TopMistake]:
        """How many of the upper 27 % made each mistake."""
        whole = scores(points, np.array([float(value) for value in self._possible.values()]))
        ranked = ~np.isnan(whole)
        size = group(int(ranked.sum()))
        belongs = np.zeros(len(whole))
        belongs[ranked] = upper(whole[ranked])
        return [
            TopMistake(
                part=part, id=id_, made=float(belongs[self._made[part, id_]].sum()), group=size
            )
            for part, id_ in sorted(self._made)
        ]


def _totals(points: Floats) -> Totals:
    decided = points[~np.isnan(points).any(axis=1)].sum(axis=1)
    enough = len(decided) >= MINIMUM
    return Totals(
        students=len(decided),
        mean=float(decided.mean()) if enough else None,
        deviation=deviation(decided),
        median=float(np.median(decided)) if enough else None,
    )
