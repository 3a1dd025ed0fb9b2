"""A random tenth of what was certain goes to people all the same; what they found."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

SHARE = Fraction(1, 10)
_FEWEST = 5
Pair = tuple[Fraction, Fraction]


def audited(ids: Iterable[str], seed: int | str, share: Fraction = SHARE) -> frozenset[str]:
    """Choose which certain proposals a person looks at all the same: at least one.

    The choice hangs on the seed and the ids alone, not on their order.

    >>> len(audited([f"s{n}" for n in range(40)], 7)), audited([], 7)
    (4, frozenset())
    """
    every = sorted(set(ids), key=lambda one: (_drawn(one, seed), one))
    return frozenset(every[: math.ceil(len(every) * share)])


def _drawn(one: str, seed: int | str) -> bytes:
    return hashlib.sha256(f"{seed}\0{one}".encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """How far two marks of the same answers agree, over ``count`` answers."""

    count: int
    exact: int
    within: int
    """At most one step apart."""
    kappa: Fraction | None
    """Weighted kappa with quadratic weights; None under five pairs, or where all say the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """How far people went along with proposals that were certain."""

    model: Alike
    """Proposals beside people."""
    people: Alike | None
    """Two people beside each other: the line that a model can be held against."""


def audit(pairs: Iterable[Pair], step: Fraction, second: Iterable[Pair] = ()) -> Audit:
    """Sum up pairs of what was proposed and what a person decided, as shares of the points.

    ``second`` are pairs of two people's marks.

    >>> half, full = Fraction(1, 2), Fraction(1)
    >>> found = audit([(full, full), (half, full), (full, full)], half).model
    >>> found.exact, found.within, found.kappa
    (2, 3, None)
    """
    twice = list(second)
    return Audit(model=_alike(list(pairs), step), people=_alike(twice, step) if twice else None)


def _alike(pairs: list[Pair], step: Fraction) -> Alike:
    return Alike(
        count=len(pairs),
        exact=sum(a == b for a, b in pairs),
        within=sum(abs(a - b) <= step for a, b in pairs),
        kappa=_kappa(pairs),
    )


def _kappa(pairs: list[Pair]) -> Fraction | None:
    """Cohen 1968, as in ``grader.statistics``, which stands beside this package, not above it."""
    count = len(pairs)
    if count < _FEWEST:
        return None
    one, other = (sum((pair[side] for pair in pairs), Fraction(0)) / count for side in (0, 1))
    apart = sum(((a - b) ** 2 for a, b in pairs), Fraction(0)) / count
    squares = sum((a * a + b * b for a, b in pairs), Fraction(0)) / count
    by_chance = squares - 2 * one * other
    return 1 - apart / by_chance if by_chance else None
