"""Rankings: things in an order, best first, with partial credit by how far the order is right.

    compare: {kind: ranking, credit: inversions}
    compare: {kind: ranking, ties: true, labels: {A: [first image]}}

``B > A > C`` · ``B, A, C`` · ``1. B 2. A 3. C`` · ``C < A < B`` · ``B = A > C`` with ties.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from grader.compare import comparators
from grader.compare._elements import MOST, key, ordinal, plain
from grader.compare._values import shown
from grader.model import MISSES, Verdict, full, invalid, unsure, unusable
from grader.notation.options import check_choices
from grader.notation.rankings import Order, read_order
from grader.notation.splitting import Flaw


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The truth holds all things that are ranked; letter case and blanks do not matter.

    >>> Ranking(credit="inversions").compare("A > C > B", "A > B > C").credit
    Fraction(2, 3)
    """

    credit: Literal["position", "inversions", "adjacent", "longest", "all"] = "position"
    """``position``: things in their place; ``inversions``: pairs in the right order (Kendall);
    ``adjacent``: neighbours that are neighbours; ``longest``: the most things that are in order
    among themselves; ``all``: only where all is right."""
    ties: bool = False
    """Whether things may share a place (A = B); a tie where there is none is half an inversion."""
    direction: Literal["auto", "falling", "rising"] = "auto"
    """What the first thing is. ``falling``: the greatest, so that A > B > C stands as written and
    C < B < A the other way round; ``rising``: the least. ``auto``: falling, but an answer whose
    signs alone are the other way round goes to a person."""
    labels: dict[str, list[str]] = field(default_factory=dict)
    """Other words for a thing."""

    EXAMPLES: ClassVar[tuple[dict[str, Any], ...]] = (
        {"options": {}, "text": "b > a > c", "truth": ["B", "A", "C"]},
        {"options": {"credit": "inversions"}, "text": "B, C, A", "truth": ["B", "A", "C"]},
        {"options": {}, "text": "C, A, B", "truth": ["B", "A", "C"]},
    )

    def __post_init__(self) -> None:
        """Refuse values that an option cannot have."""
        check_choices(self, Ranking)

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the credit by the rule that the rubric chooses, and what is not in its place."""
        expected = self._places(truth, None)
        if isinstance(expected, str) or not expected:
            return unusable("the expected value is no ranking")
        order = _order(value)
        if isinstance(order, Flaw):
            return invalid(order.says)
        given = self._places(value, expected, _shown_as(truth))
        if isinstance(given, str):
            return invalid(given)
        verdict = self._compared(given, expected, _shown_as(truth))
        bare = not (isinstance(truth, str) and ("<" in truth or ">" in truth))
        if self.direction == "auto" and order.sign and bare and verdict.miss == "order-reversed":
            return unsure(
                "the signs are the other way round; look at what they mean", verdict.credit
            )
        return verdict

    def _places(
        self,
        value: Any,
        expected: Mapping[str, int] | None,
        shown_as: Mapping[str, str] = MappingProxyType({}),
    ) -> dict[str, int] | str:
        """Place of each thing, from 0; or what is wrong."""
        order = _order(value)
        if isinstance(order, Flaw):
            return order.says
        turned = order.sign == (">" if self.direction == "rising" else "<")
        groups = list(reversed(order.groups)) if turned else order.groups
        names = self._names(expected or {})
        places: dict[str, int] = {}
        at = 0
        for group in groups:
            if len(group) > 1 and not self.ties and expected is not None:
                return f"{' and '.join(plain(one) for one in group[:3])} share a place: give each its own"
            for one in group:
                name = _folded(one)
                name = names.get(name, name)
                if expected is not None and name not in expected:
                    return f"“{plain(one)}” is none of the things to put in order"
                if name in places:
                    return f"“{plain(one)}” stands twice"
                places[name] = at
            at += len(group)
        lacking = [name for name in expected or {} if name not in places]
        if lacking:
            return f"{', '.join(plain(shown_as.get(name, name)) for name in lacking[:5])} not put in order: put in all"
        return places

    def _names(self, expected: Mapping[str, int]) -> dict[str, str]:
        known = {
            _folded(word): _folded(name)
            for name, words in self.labels.items()
            for word in [name, *words]
        }
        return {word: name for word, name in known.items() if not expected or name in expected}

    def _compared(
        self, given: dict[str, int], expected: dict[str, int], shown_as: Mapping[str, str]
    ) -> Verdict:
        names = list(expected)
        each = tuple(Fraction(given[name] == expected[name]) for name in names)
        read = _written(given, shown_as)
        if all(each):
            return Verdict(
                credit=Fraction(1), reason=full("the order is right").reason, each=each, read=read
            )
        count = len(names)
        backwards = all(
            given[name] == count - 1 - expected[name] for name in names
        ) and count == len(set(expected.values()))
        credit = self._credit(given, expected, each)
        faults = [
            f"{plain(shown_as.get(name, name))} is not {ordinal(given[name])}"
            for name in sorted(names, key=given.__getitem__)
            if given[name] != expected[name]
        ]
        more = [f"and {len(faults) - 6} more"] if len(faults) > 6 else []
        words = [MISSES["order-reversed"]] if backwards else []
        right = f"{int(sum(each))} of {count} stand in their place"
        return Verdict(
            credit=credit,
            reason="; ".join([right, *faults[:6], *more, *words]),
            each=each,
            read=read,
            miss="order-reversed" if backwards else "",
        )

    def _credit(
        self, given: Mapping[str, int], expected: Mapping[str, int], each: tuple[Fraction, ...]
    ) -> Fraction:
        order = sorted(expected, key=expected.__getitem__)
        places = [given[name] for name in order]
        pairs = len(places) - 1
        if self.credit == "all" or pairs < 1:
            return Fraction(0)
        if self.credit == "position":
            return sum(each, Fraction(0)) / len(each)
        if self.credit == "inversions":
            lost = _inversions([expected[name] for name in order], places)
            return 1 - lost / Fraction(len(places) * pairs, 2)
        if self.credit == "adjacent":
            kept = sum(given[b] - given[a] == expected[b] - expected[a] for a, b in pairwise(order))
            return Fraction(kept, pairs)
        return Fraction(_longest(places) - 1, pairs)


def _inversions(expected: list[int], given: list[int]) -> Fraction:
    """Pairs in the wrong order; a tie on one side only counts half (Kendall 1945).

    ``expected`` rises. Both have one place per thing.
    """
    before: list[int] = []
    lost = Fraction(0)
    start = 0
    while start < len(expected):
        end = bisect_right(expected, expected[start])
        group = sorted(given[start:end])
        for place in group:
            above = bisect_right(before, place)
            lost += len(before) - above + Fraction(above - bisect_left(before, place), 2)
            lost += Fraction(bisect_left(group, place), 2)
        for place in group:
            insort(before, place)
        start = end
    return lost


def _longest(places: list[int]) -> int:
    """Length of the longest run of things, not necessarily neighbours, whose places rise."""
    ends: list[int] = []
    for place in places:
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
    return len(ends)


def _order(value: Any) -> Order | Flaw:
    """The order of a text, a list (of things, or of lists of tied ones), or things with ranks."""
    if isinstance(value, str):
        return read_order(value)
    if isinstance(value, Mapping) and value:
        return _ranked(value)
    if not isinstance(value, list | tuple) or not value or len(value) > MOST:
        return Flaw(f"{shown(value)} is no ranking")
    groups = [list(one) if isinstance(one, list | tuple) else [one] for one in value]
    if any(
        isinstance(one, dict | list | tuple) or one is None for group in groups for one in group
    ):
        return Flaw("this is no list of things")
    return Order([[key(one) for one in group] for group in groups if group])


def _ranked(ranks: Mapping[Any, Any]) -> Order | Flaw:
    by_rank: dict[int, list[str]] = {}
    for name, rank in ranks.items():
        number = (
            int(rank)
            if isinstance(rank, str) and rank.strip().isdecimal() and len(rank) < 9
            else rank
        )
        if type(number) is not int:
            return Flaw("each thing needs its rank, a whole number")
        by_rank.setdefault(number, []).append(key(name))
    return Order([by_rank[rank] for rank in sorted(by_rank)])


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _shown_as(truth: Any) -> dict[str, str]:
    """Each thing as the truth writes it."""
    order = _order(truth)
    groups = [] if isinstance(order, Flaw) else order.groups
    return {_folded(name): name for group in groups for name in group}


def _written(places: Mapping[str, int], shown_as: Mapping[str, str]) -> str:
    order = sorted(places, key=places.__getitem__)[:50]
    names = [plain(shown_as.get(name, name)) for name in order]
    told = names[0] if names else ""
    for at, (before, name) in enumerate(pairwise(order), 1):
        told += f" {'=' if places[before] == places[name] else '>'} {names[at]}"
    return told
