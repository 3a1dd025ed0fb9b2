"""Answers that say the same: what one decision may mark together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from grader.propose import _code, _vectors, _words

Kind = Literal["text", "code"]
THRESHOLD = 0.85
_WORDS_PER_EXTRA = 8
"""One plain word more or less is let pass among so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Answers that one decision may mark."""

    members: tuple[int, ...]
    """Where they stand in the texts, rising."""
    medoid: int
    """The member that is most like all others."""
    similarities: tuple[float, ...]
    """How like the medoid each member is, from 0 to 1."""
    differs: tuple[tuple[str, ...], ...]
    """For each member the words that it has and the medoid has not (``+``), or the reverse (``-``)."""
    blank: bool = False
    """Nothing is written in these answers."""

    @property
    def same(self) -> bool:
        """Whether all members have the same words in the same order, light words aside."""
        return not any(self.differs)


@dataclass(frozen=True, slots=True)
class _Read:
    key: tuple[str, ...]
    charged: tuple[str, ...]
    firm: bool
    """Only equal answers go with it."""


def similar(
    texts: Sequence[str], *, kind: Kind = "text", threshold: float = THRESHOLD
) -> tuple[Group, ...]:
    """Group answers that say the same, largest group first, then by the first member.

    Text goes together where its words are the same in the same order, whatever its case, signs,
    endings and light words; and from ``threshold`` on (cosine of tf-idf) where one plain word in
    eight is more or less. Negations, numbers, signs, directions and amounts have to be the same.
    With a threshold of 1 only the same words go together. Code goes together where it is the same
    but for its own names, its comments and its layout. Answers in which nothing can be read are
    one group.

    >>> said = ("It vanishes.", "it does not vanish", "IT VANISHES", "", " ")
    >>> [group.members for group in similar(said)]
    [(0, 2), (3, 4), (1,)]
    """
    readings = _readings(texts, kind)
    by_key: dict[_Read, list[int]] = defaultdict(list)
    for at, reading in enumerate(readings):
        by_key[reading].append(at)
    buckets: dict[tuple[str, ...], list[_Read]] = defaultdict(list)
    made: list[Group] = []
    for reading, members in by_key.items():
        if reading.firm or threshold >= 1:
            made.append(_equal(members, texts, blank=not reading.key))
        else:
            buckets[reading.charged].append(reading)
    loose = [reading for those in buckets.values() for reading in those]
    rows = _Rows(loose) if any(len(those) > 1 for those in buckets.values()) else None
    for those in buckets.values():
        if rows is None or len(those) == 1:
            made += [_equal(by_key[one], texts) for one in those]
        else:
            made += _linked(those, by_key, texts, rows, threshold)
    return tuple(sorted(made, key=lambda group: (-len(group.members), group.members)))


def _readings(texts: Sequence[str], kind: Kind) -> list[_Read]:
    known: dict[str, _Read] = {}
    for text in texts:
        if text not in known:
            known[text] = _reading(text, kind)
    return [known[text] for text in texts]


def _reading(text: str, kind: Kind) -> _Read:
    if _words.blank(text):
        return _Read(key=(), charged=(), firm=True)
    if kind == "code":
        key = _code.key(text)
        return _Read(key=key or ("\n",), charged=(), firm=True)
    said = _words.read(text)
    return _Read(key=said.key, charged=said.charged, firm=said.long)


def _equal(members: Sequence[int], texts: Sequence[str], *, blank: bool = False) -> Group:
    medoid = min(members, key=lambda at: (len(texts[at]), texts[at], at))
    return Group(
        members=tuple(members),
        medoid=medoid,
        similarities=(1.0,) * len(members),
        differs=((),) * len(members),
        blank=blank,
    )


class _Rows:
    """The rows of all keys, in an order that does not hang on the order of the answers."""

    def __init__(self, keys: Sequence[_Read]) -> None:
        ordered = sorted({" ".join(one.key) for one in keys})
        self._at = {text: at for at, text in enumerate(ordered)}
        self._rows = _vectors.tfidf(ordered)

    def of(self, keys: Sequence[_Read]) -> Any:
        return self._rows[[self._at[" ".join(one.key)] for one in keys]]


def _linked(
    those: Sequence[_Read],
    by_key: dict[_Read, list[int]],
    texts: Sequence[str],
    rows: _Rows,
    threshold: float,
) -> list[Group]:
    """Every member goes with every other: no chain of small steps leads from one to its contrary."""
    ordered = sorted(those, key=lambda one: (-len(by_key[one]), one.key))
    pairs = _pairs(ordered, rows.of(ordered), threshold)
    groups: list[list[int]] = []
    home: dict[int, int] = {}
    for at in range(len(ordered)):
        mine = {home[other] for other in pairs[at] if other in home}
        fitting = (g for g in sorted(mine) if all(other in pairs[at] for other in groups[g]))
        to = next(fitting, None)
        if to is None:
            to = len(groups)
            groups.append([])
        groups[to].append(at)
        home[at] = to
    return [_group([ordered[at] for at in one], one, pairs, by_key, texts) for one in groups]


def _pairs(ordered: Sequence[_Read], rows: Any, threshold: float) -> list[dict[int, float]]:
    """For each key the others that it may go with, and how like they are."""
    found: list[dict[int, float]] = [{} for _ in ordered]
    sizes = np.array([len(one.key) for one in ordered])
    for start, cosines in _vectors.near(rows, rows):
        close = np.argwhere(cosines >= threshold)
        for row, other in close:
            at = start + int(row)
            gap = abs(int(sizes[at]) - int(sizes[other])) * _WORDS_PER_EXTRA
            if at >= other or gap > max(sizes[at], sizes[other]):
                continue
            if goes_with(ordered[at].key, ordered[other].key):
                found[at][int(other)] = found[int(other)][at] = float(cosines[row, other])
    return found


def goes_with(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether the words are the same in order, but for a few that only one of them has.

    A word in the place of another is never let pass, nor one on which the meaning turns.

    >>> long = tuple("deep network gradient vanish sigmoid layer saturate early".split())
    >>> goes_with(long, long[:2] + ("wide",) + long[2:]), goes_with(long, (*long[:-1], "late"))
    (True, False)
    """
    extra = 0
    for tag, a, b in steps(one, other):
        if tag == "replace" or any(_words.charged(word) for word in a + b):
            return False
        extra += sum(word not in _words.LINKS for word in a + b)
    return extra * _WORDS_PER_EXTRA <= min(len(one), len(other))


def steps(
    one: tuple[str, ...], other: tuple[str, ...]
) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Return where two rows of words differ: what the one has there and what the other has."""
    from rapidfuzz.distance import Indel  # noqa: PLC0415

    found: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []
    last = (-1, -1)
    for code in Indel.opcodes(one, other):
        if code.tag == "equal":
            continue
        a, b = one[code.src_start : code.src_end], other[code.dest_start : code.dest_end]
        if found and last == (code.src_start, code.dest_start):
            a, b = found[-1][1] + a, found[-1][2] + b
            found.pop()
        found.append(("replace" if a and b else "insert", a, b))
        last = (code.src_end, code.dest_end)
    return found


def _group(
    keys: Sequence[_Read],
    places: Sequence[int],
    pairs: Sequence[dict[int, float]],
    by_key: dict[_Read, list[int]],
    texts: Sequence[str],
) -> Group:
    weights = [len(by_key[one]) for one in keys]

    def likeness(at: int) -> float:
        own = places[at]
        return sum(
            w * (1.0 if other == own else pairs[own][other])
            for w, other in zip(weights, places, strict=True)
        )

    centre = max(range(len(keys)), key=lambda at: (round(likeness(at), 9), -at))
    found: list[tuple[int, float, tuple[str, ...]]] = []
    for one, place in zip(keys, places, strict=True):
        like = 1.0 if place == places[centre] else min(1.0, pairs[places[centre]][place])
        words = differences(one.key, keys[centre].key)
        found += [(member, like, words) for member in by_key[one]]
    found.sort()
    return Group(
        members=tuple(member for member, _, _ in found),
        medoid=min(by_key[keys[centre]], key=lambda at: (len(texts[at]), texts[at], at)),
        similarities=tuple(like for _, like, _ in found),
        differs=tuple(words for _, _, words in found),
    )


def differences(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words that only the one has (``+``) and that only the other has (``-``)."""
    return tuple(
        sign + word
        for _, a, b in steps(one, other)
        for sign, words in (("+", a), ("-", b))
        for word in words
    )
