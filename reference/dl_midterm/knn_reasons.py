"""Whether the reason given for a nearest-neighbour prediction holds for given distances.

A reason arrives as what it mentions: numbered observations, numbers, how often each label is
named, and what is said (``nearest``, ``vote``, ``everyone``). It holds when the observations are
the k nearest, when the numbers are their distances (squared ones order the same), or when the
vote is theirs. Distances arrive as arguments, so a student's own are followed through.

Source: James, Witten, Hastie, Tibshirani, *An Introduction to Statistical Learning*, section 2.2.3.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from . import knn

Judgement = dict[str, Any]

CLOSE = 0.011
"""Numbers that are equal within rounding to two decimals, or cut there."""

ROUGH = 0.051
"""Numbers that are equal within rounding to one decimal, or cut there."""

MANY = 2
"""So many whole numbers may all be counts."""

SHORT = 12
"""An answer of so few words can hold the prediction alone."""


def reason(  # called by name, from a rubric
    mentions: Mapping[str, Any],
    label: str | None,
    observations: Sequence[Sequence[float]],
    point: Sequence[float],
    labels: Sequence[str],
    k: int,
    distances: Sequence[float] | None = None,
) -> Judgement:
    """Judge a reason by what it mentions.

    Args:
        mentions: ``items`` (observations, from 1), ``voters`` (those named with a label),
            ``numbers``, ``labels`` (label -> how often),
            ``said`` (names of recognised phrases).
        label: the prediction given with it, or None.
        observations: the table, one row per observation.
        point: the test point.
        labels: one label per observation.
        k: how many neighbours vote.
        distances: the student's own, or None for those of the observations.

    Returns:
        ``credit`` 0 or 1, ``certain``, ``reasons``: one sentence.

    Raises:
        ValueError: as `knn.nearest`, for the observations.

    >>> table, labels = [[3, 4], [0, 1], [0, 2]], ["Red", "Green", "Green"]
    >>> said = {"items": [2], "numbers": [], "labels": {"Green": 1}, "said": ["nearest"]}
    >>> reason(said, "Green", table, [0, 0], labels, 1)["credit"]
    1
    """
    own = _usable(distances, len(labels), k)
    true = knn.distances(observations, point)
    sure = [_judged(mentions, d, labels, k) for d in ([true, own] if own else [true])]
    best = max(sure, key=lambda j: (j["credit"], j["certain"]))
    if best["credit"] and all(
        _contradicted(mentions, d, labels, k) for d in ([true, own] if own else [true])
    ):
        return {**best, "certain": False, "reasons": ["the reason names something that is not so"]}
    right = label == knn.predict_from_distances(own or true, labels, k)
    if not best["credit"] and label is not None and not right:
        return {**best, "certain": not best["open"]}
    return best


def _contradicted(
    mentions: Mapping[str, Any], distances: Sequence[float], labels: Sequence[str], k: int
) -> bool:
    """Whether a distance, a label or a count that is named is another for these distances."""
    nearest = knn.nearest(distances, k, first=1)
    votes = Counter(labels[i - 1] for i in nearest)
    for item, number, label in mentions.get("pairs", []):
        if label and label != labels[item - 1]:
            return True
        if number is not None and not _is_distance(number, distances[item - 1]):
            return True
    counts = mentions.get("tallies", [])
    if k > 1 and any(label and votes[label] != count for count, label in counts):
        return True
    apart = [float(n) for n in mentions.get("apart", [])]
    if apart and not any(_same(n, distances[i - 1]) for n in apart for i in nearest):
        return True
    if any(
        set(rows) != set(knn.nearest(distances, len(rows), first=1))
        for rows in mentions.get("listed", [])
    ):
        return True
    numbers = [float(n) for n in mentions.get("numbers", []) if float(n) != int(n)]
    shares = [count / k * scale for count in range(k) for scale in (1, 100)]
    if k == 1 and numbers and not any(_is_distance(n, distances[nearest[0] - 1]) for n in numbers):
        return True
    return any(
        not any(_is_distance(n, d) for d in distances)
        and not any(math.isclose(n, share, rel_tol=CLOSE) for share in shares)
        for n in numbers
    )


def _is_distance(number: float, distance: float) -> bool:
    """Whether a number is the distance to the digits shown, or its square."""
    return any(abs(number - d) < ROUGH for d in (distance, distance * distance))


def _usable(distances: Sequence[float] | None, count: int, k: int) -> list[float] | None:
    """The student's own distances, where they order all observations."""
    if not isinstance(distances, Sequence) or len(distances) != count:
        return None
    try:
        knn.nearest([float(d) for d in distances], k)
    except (TypeError, ValueError):
        return None
    return [float(d) for d in distances]


def _judged(
    mentions: Mapping[str, Any], distances: Sequence[float], labels: Sequence[str], k: int
) -> Judgement:
    nearest = knn.nearest(distances, k, first=1)
    voters = [item for item in mentions.get("voters", []) if isinstance(item, int)]
    if voters and set(voters) == set(nearest):
        return _yes("the nearest observations are named with their labels")
    items = [item for item in mentions.get("items", []) if isinstance(item, int)]
    items += voters
    said = set(mentions.get("said", []))
    if "everyone" in said and not set(nearest) <= set(items):
        return _no("all observations are counted, not the nearest ones", certain=False)
    if items:
        if len(items) > k and items == knn.nearest(distances, len(items), first=1):
            return _yes("the observations are sorted by their distance, the nearest first")
        return _by_items(items, nearest, said)
    if _by_distance(mentions, [distances[i - 1] for i in nearest], said):
        return _yes("the distances of the nearest observations are given")
    return _by_vote(mentions, said, Counter(labels[i - 1] for i in nearest), k)


def _by_distance(mentions: Mapping[str, Any], near: Sequence[float], said: set[str]) -> bool:
    """Whether the distances of the nearest are given; a whole number may be a count."""
    numbers = [float(n) for n in mentions.get("numbers", [])]
    found = [next((n for n in numbers if _same(n, d) or _same(n, d * d)), None) for d in near]
    broken = [n for n in found if n is not None and n != int(n)]
    if None not in found and len(set(found)) == len(near) and (broken or len(near) > MANY):
        return True
    return len(near) > 1 and len(broken) >= len(near) - 1 and "nearest" in said


def _by_items(items: Sequence[int], nearest: Sequence[int], said: set[str]) -> Judgement:
    named = set(items)
    if named == set(nearest):
        return _yes("the nearest observations are named")
    if set(nearest) <= named:
        return (
            _yes("the nearest observations are among those named")
            if "nearest" in said
            else (_no("more observations are named than vote", certain=False, still_open=True))
        )
    if named < set(nearest) and len(named) >= len(nearest) - 1 and "vote" in said:
        return _yes("the nearest observations and their vote are named")
    # As many as vote, some of them rightly, and their vote: how much of a reason that is, is a
    # judgement even where the prediction is wrong.
    partly = len(named) == len(nearest) > 1 and bool(named & set(nearest)) and "vote" in said
    shown = ", ".join(map(str, sorted(named)))
    why = f"observation {shown} is named, and that is not who is nearest"
    return _no(why, certain=False, still_open=partly)


def _by_vote(mentions: Mapping[str, Any], said: set[str], votes: Counter[str], k: int) -> Judgement:
    counted = {
        name: n for name, n in mentions.get("labels", {}).items() if isinstance(n, int) and n
    }
    winner = votes.most_common(1)[0][0]
    if k == 1:
        if "nearest" in said and "rule" not in said and winner in counted:
            return _yes("the label of the nearest observation is given")
    elif "vote" in said and winner in counted:
        return _yes("the vote of the nearest observations is given")
    told = bool(counted) or bool(said & {"nearest", "vote"})
    if not told and not any(float(n) != int(n) for n in mentions.get("numbers", [])):
        return _no("neither a label nor a neighbour is named", certain=True)
    if said & {"nearest", "vote", "rule", "because"} or mentions.get("words", 0) > SHORT:
        return _no("no neighbour, distance or vote was recognised in the reason", certain=False)
    return _no("no reason is given", certain=True)


def _same(number: float, distance: float) -> bool:
    return math.isclose(number, distance, abs_tol=CLOSE)


def _yes(why: str) -> Judgement:
    return {"credit": 1, "certain": True, "reasons": [why], "open": False}


def _no(why: str, *, certain: bool, still_open: bool = False) -> Judgement:
    return {"credit": 0, "certain": certain, "reasons": [why], "open": still_open}
