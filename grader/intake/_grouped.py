"""Entries brought together by whose they are, and attempts put in order."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Generic, TypeVar

from grader.intake._model import Item, Sure
from grader.intake._source import Entry

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Grouped(Generic[Found]):
    """Entries by key in the order of their coming, and those without one."""

    groups: dict[Hashable, list[tuple[Entry, Found]]]
    rest: list[Entry]


def grouped(
    entries: Iterable[Entry], parsed: Callable[[Entry], tuple[Hashable, Found] | None]
) -> Grouped[Found]:
    """Return entries by the key that is read from them."""
    groups: dict[Hashable, list[tuple[Entry, Found]]] = {}
    rest = []
    for entry in entries:
        got = parsed(entry)
        if got is None:
            rest.append(entry)
        else:
            groups.setdefault(got[0], []).append((entry, got[1]))
    return Grouped(groups, rest)


def sureness(whole: int, rest: int, best: Sure = Sure.LIKELY) -> Sure | None:
    """Return how sure a form of names makes one, by how many of them do not have it."""
    if whole == rest:
        return None
    if rest == 0 or best is Sure.CERTAIN:
        return best
    return Sure.POSSIBLE if rest * 2 <= whole else None


def in_order(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return items with the attempts of each person numbered by time, where all times are known."""
    whose: dict[object, list[int]] = {}
    for at, item in enumerate(items):
        whose.setdefault(tuple(sorted(item.ids.items())) or item.label, []).append(at)
    made = list(items)
    for places in whose.values():
        times = [made[at].received for at in places]
        if len(places) > 1 and None not in times:
            places.sort(key=lambda at: _comparable(made[at].received))
            for number, at in enumerate(places, 1):
                made[at] = replace(made[at], attempt=number)
    return tuple(made)


def _comparable(time: datetime | None) -> datetime:
    assert time is not None  # noqa: S101  # asked only where all times are known
    return time if time.tzinfo else time.replace(tzinfo=UTC)
