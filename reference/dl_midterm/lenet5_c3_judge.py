"""Problem 6.4: whether an explanation of C3's 1516 parameters holds, however it is cut up.

Source: LeCun, Bottou, Bengio & Haffner (1998), "Gradient-Based Learning Applied to Document
Recognition", table I; the counts come from `lenet5_c3`.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from . import lenet5_c3 as c3

#: What the four groups are worth of the whole; arithmetic is the rest.
GROUPS = Fraction(3, 4)


def judge(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Credit of an explanation.

    Args:
        answer: `{"written": numbers as they stand, "values": those and what expressions come to,
            "counts": [[small numbers of a sentence], …]}`.

    Returns:
        `{"credit": 0 to 1, "certain": bool, "reasons": [...], "mistakes": [...]}`.

    >>> judge({"written": [1516], "values": [456, 606, 303, 151], "counts": []})["credit"]
    Fraction(1, 1)
    >>> judge({"written": [2416], "values": [2416], "counts": []})["mistakes"]
    ['full-connection']
    """
    values = {int(v) for v in answer["values"] if float(v).is_integer()}
    pairs = _pairs(answer["counts"])
    seen = [_seen(group, values, pairs) for group in range(4)]
    found, reached = sum(seen), _reached(answer)
    dense = bool(values & {c3.fully_connected(), c3.fully_connected_without_biases()})
    if dense:
        return _dense(found, reached)
    kernels = (
        c3.kernels() in values and c3.biases() in values and (found >= 3 or c3.weights() in values)
    )
    if (found == 4 or kernels) and reached:
        return _judged(Fraction(1), True, "the decomposition holds and its sum is reached")
    if found == 4:
        missing = "biases-left-out" if c3.weights() in values else ""
        reason = "the groups are right; their sum is not reached"
        return _judged(GROUPS, True, reason, missing)
    other = [pair for pair in pairs if pair[0] not in (1, 3, 4, 6, 9) and pair[1] in (3, 4, 5, 6)]
    if reached and (len(other) > 1 or (other and not found and c3.weights() in values)):
        reason = "the sum is reached, but the groups are others"
        return _judged(Fraction(1, 4), True, reason, "other-groups")
    if found:
        return _judged(GROUPS * found / 4, False, f"{found} of the four groups are recognised")
    if reached and {c3.weights(), c3.biases()} <= values:
        return _judged(
            Fraction(1, 4),
            False,
            "the sum is reached; where its weights come from is not recognised",
        )
    return _judged(Fraction(0), False, "no group is recognised")


def _reached(answer: Mapping[str, Any]) -> bool:
    """Whether the sum is written, or is left as a sum that comes to it."""
    if c3.parameters() in answer["written"]:
        return True
    larger = [v for v in answer["written"] if v > c3.parameters() / 2]
    return c3.parameters() in answer["values"] and not larger


def _dense(found: int, reached: bool) -> dict[str, Any]:
    if found >= 3 and reached:
        return _judged(GROUPS, False, "the groups stand beside a full connection")
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
