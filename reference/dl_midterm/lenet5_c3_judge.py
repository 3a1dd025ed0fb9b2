"""Problem 6.4: whether an explanation of C3's 1516 parameters holds, however it is cut up.

Source: LeCun, Bottou, Bengio & Haffner (1998), "Gradient-Based Learning Applied to Document
Recognition", table I; the counts come from `lenet5_c3`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from . import lenet5_c3 as c3

_HINT = re.compile(
    r"connect|join|link|wired|subset|table|scheme|group|contiguous|neighbou?r|adjacent|not all"
    r"|not every|combin|symmetr|three|four|takes? input|missing|sparse|partial",
    re.IGNORECASE,
)
"""Words without which nothing is said of which maps read which."""

#: Larger numbers are sums of many kernels.
LARGE = 700

#: Numbers of which a right decomposition holds at least one.
_CLUES = {60, 36, 76, 101, 151, 75, 100, 150, 900, 909, 1500, 16 * 25, 96, 10 * 25}

#: What the four groups are worth of the whole; arithmetic is the rest.
GROUPS = Fraction(3, 4)


def judge(
    answer: Mapping[str, Any], said: str | Sequence[Any] = (), slips: Sequence[Any] = ()
) -> dict[str, Any]:
    """Credit of an explanation.

    Args:
        answer: `{"written": numbers as they stand, "values": those and what expressions come to,
            "shown": whole numbers, "counts": [[small numbers of a sentence], …]}`.
        said: its sentences, as texts or as `{"text": …}`.
        slips: printed equations that do not hold.

    Returns:
        `{"credit": 0 to 1, "certain": bool, "reasons": [...], "mistakes": [...]}`.

    >>> judge({"written": [1516], "values": [456, 606, 303, 151], "counts": []})["credit"]
    Fraction(1, 1)
    >>> judge({"written": [2416], "values": [2416], "counts": []})["mistakes"]
    ['full-connection']
    """
    values = {int(v) for v in answer["values"] if float(v).is_integer()}
    values |= set(answer.get("shown", ()))
    pairs = _pairs(answer["counts"])
    seen = [_seen(group, values, pairs) for group in range(4)]
    found, reached = sum(seen), _reached(answer)
    if values & {c3.fully_connected(), c3.fully_connected_without_biases()}:
        return _dense(found, reached, values)
    if (found == 4 or _by_kernels(found, values)) and reached:
        return _whole(slips)
    if found == 4:
        missing = "biases-left-out" if c3.weights() in values else ""
        reason = "the groups are right; their sum is not reached"
        return _judged(GROUPS, True, reason, missing)
    if reached and _of_other_groups(found, values, pairs):
        reason = "the sum is reached, but the groups are others"
        return _judged(Fraction(1, 4), True, reason, "other-groups")
    if found:
        return _judged(GROUPS * found / 4, False, f"{found} of the four groups are recognised")
    if reached and {c3.weights(), c3.biases()} <= values:
        reason = "the sum is reached; where its weights come from is not recognised"
        return _judged(Fraction(1, 4), False, reason)
    if answer["values"].count(c3.parameters()) > answer["written"].count(c3.parameters()):
        reason = "an expression comes to the sum, by no structure that is recognised"
        return _judged(Fraction(1, 4), False, reason)
    empty = not values & _CLUES and not _hinted(said)
    return _judged(Fraction(0), empty, "no group is recognised")


def _whole(slips: Sequence[Any]) -> dict[str, Any]:
    """A full decomposition, whose arithmetic may have slipped on the way."""
    if slips:
        reason = "the groups are right; a printed equation on the way to their sum does not hold"
        return _judged(GROUPS, False, reason)
    return _judged(Fraction(1), True, "the decomposition holds and its sum is reached")


def _by_kernels(found: int, values: set[int]) -> bool:
    """Whether kernels and biases are counted, and the kernels are accounted for."""
    counted = c3.kernels() in values and c3.biases() in values
    return counted and (found >= 3 or c3.weights() in values)


def _of_other_groups(found: int, values: set[int], pairs: set[tuple[int, int]]) -> bool:
    """Whether the sum is made of groups that the connection table does not have."""
    other = [pair for pair in pairs if pair[0] not in (1, 3, 4, 6, 9) and pair[1] in (3, 4, 5, 6)]
    if len(other) > 1 or (other and not found and c3.weights() in values):
        return True
    clues = values & _CLUES - {c3.biases(), 151, 150}
    strange = {v for v in values if v > LARGE and v not in {c3.parameters(), c3.weights()}}
    return not found and not clues and any(v % 151 == 0 or v % 150 == 0 for v in strange)


def _hinted(said: str | Sequence[Any]) -> bool:
    """Whether words speak of which maps are joined to which."""
    parts = [said] if isinstance(said, str) else said
    texts = [str(p.get("text", "")) if isinstance(p, Mapping) else str(p) for p in parts]
    return any(_HINT.search(text) for text in texts)


def _reached(answer: Mapping[str, Any]) -> bool:
    """Whether the sum is written, or is left as a sum that comes to it."""
    if c3.parameters() in answer["written"]:
        return True
    larger = [v for v in answer["written"] if v > c3.parameters() / 2]
    return c3.parameters() in answer["values"] and not larger


def _dense(found: int, reached: bool, values: set[int]) -> dict[str, Any]:
    """A full connection: the answer itself, or what the missing kernels are taken from."""
    missing = c3.SOURCES * c3.MAPS - c3.kernels()
    taken = missing * c3.KERNEL**2
    if reached and taken in values and missing in values:
        return _judged(Fraction(1), True, "what is missing is taken from a full connection")
    if (found >= 3 and reached) or values & {taken, missing, c3.kernels(), c3.weights()}:
        return _judged(GROUPS, False, "a step towards the sum stands beside a full connection")
    return _judged(
        Fraction(1, 8), True, "every map was joined to all maps before it", "full-connection"
    )


def _seen(group: int, values: set[int], pairs: set[tuple[int, int]]) -> bool:
    maps, inputs = c3.groups()[group]
    merged = [(m, i) for m, i in c3.groups_merged() if i == inputs]
    ways = {(maps, inputs), *merged}
    totals = {m * (i * 25 + 1) for m, i in ways} | {m * i * 25 for m, i in ways if m * i * 25 > 150}
    if inputs == 6:
        totals |= {151, 150}
    return bool(totals & values) or bool(ways & pairs)


def _pairs(counts: Sequence[Sequence[Any]]) -> set[tuple[int, int]]:
    """Neighbouring counts of a sentence: maps, and how many maps each of them reads."""
    pairs = set()
    for sentence in counts:
        numbers = [6 if item == "all" else int(item) for item in sentence]
        pairs |= set(itertools.pairwise(numbers))
    return pairs


def _judged(credit: Fraction, certain: bool, reason: str, mistake: str = "") -> dict[str, Any]:
    return {
        "credit": credit,
        "certain": certain,
        "reasons": [reason],
        "mistakes": [mistake] if mistake else [],
    }
