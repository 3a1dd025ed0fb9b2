"""Claims about leave-one-out errors, held against the errors that were printed.

A student's table is ``{"runs": [{degree: error}, ...]}`` with degrees as text, one run per seed;
scores that carry the minus sign of a scorer count by their size. None stands for no table.

Source: James, Witten, Hastie, Tibshirani, *An Introduction to Statistical Learning*, section 5.1.2:
leave-one-out has no randomness in its splits, so only new data change its errors.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

Run = Mapping[str, float]

SAME = 5e-4
"""Relative difference up to which two printed numbers are one number, rounded differently."""


def same_or_different(first: Any, second: Any) -> list[str]:
    """What may rightly be claimed of two runs: that they are the "same", or "different".

    Args:
        first: the table of the part before.
        second: the table of this part; where it holds several runs, its last one counts.

    Returns:
        One claim, or both where the tables do not tell (no second table, or equal in part).

    >>> one, two = {"runs": [{"1": 6.8, "2": 1.0}]}, {"runs": [{"1": 5.1, "2": 1.2}]}
    >>> same_or_different(one, two), same_or_different(one, one)
    (['different'], ['same'])
    """
    runs = _runs(first)[:1] + _runs(second)[-1:]
    if not _runs(second) and len(_runs(first)) > 1:
        runs = _runs(first)[:2]
    if len(runs) < 2:
        return ["same", "different"]
    common = sorted(set(runs[0]) & set(runs[1]))
    equal = [math.isclose(runs[0][k], runs[1][k], rel_tol=SAME) for k in common]
    if not equal or any(equal) != all(equal):
        return ["same", "different"]
    return ["same"] if all(equal) else ["different"]


def contradicted_claims(first: Any, second: Any) -> list[str]:
    """MISTAKE: claims that the two tables contradict; none where they do not tell.

    >>> contradicted_claims({"runs": [{"1": 6.8}]}, {"runs": [{"1": 6.8}]})
    ['different']
    """
    return [
        claim for claim in ("same", "different") if claim not in same_or_different(first, second)
    ]


def certain_claims(first: Any, second: Any) -> list[str]:
    """Claims that are right beyond doubt: what the tables show, else that new data change errors.

    >>> certain_claims(None, None), certain_claims({"runs": [{"1": 6.8}]}, {"runs": [{"1": 6.8}]})
    (['different'], ['same'])
    """
    return same_or_different(first, second) if told(first, second) else ["different"]


def unshown_claims(first: Any, second: Any) -> list[str]:
    """Claims that would be right only of data that were kept, where no tables show it.

    >>> unshown_claims(None, None), unshown_claims({"runs": [{"1": 6.8}]}, {"runs": [{"1": 6.8}]})
    (['same'], [])
    """
    return [] if told(first, second) else ["same"]


def told(first: Any, second: Any) -> bool:
    """Whether the tables tell which claim is right.

    >>> told({"runs": [{"1": 6.8}]}, None)
    False
    """
    return len(same_or_different(first, second)) == 1


def untold(first: Any, second: Any) -> bool:
    """Whether the tables do not tell which claim is right.

    >>> untold({"runs": [{"1": 6.8}]}, None)
    True
    """
    return not told(first, second)


def explained(first: Any, second: Any, claim: str | None) -> str | None:
    """What a reason has to explain: the claim, "contradicted" by the tables, or None for no claim.

    >>> explained({"runs": [{"1": 6.8}]}, {"runs": [{"1": 6.8}]}, "different")
    'contradicted'
    """
    if claim is None:
        return None
    return claim if claim in same_or_different(first, second) else "contradicted"


def best_models(table: Any, degree: int) -> list[str]:
    """Degrees, as text, with the smallest error in a table; those that share it are all named.

    Args:
        table: the student's own table, or None.
        degree: of the true function, which wins where there is no table.

    >>> best_models({"runs": [{"1": -6.8, "2": -1.05, "3": -1.02}]}, 2), best_models(None, 2)
    (['3'], ['2'])
    """
    found: dict[str, None] = {}
    for run in _runs(table)[:1]:
        least = min(run.values())
        found |= dict.fromkeys(k for k, error in run.items() if error == least)
    return list(found) or [str(degree)]


def expected_models(table: Any, degree: int) -> list[str]:  # noqa: ARG001  # as its siblings
    """The true degree alone, whatever the table says: what theory expects.

    >>> expected_models({"runs": [{"1": 6.8, "2": 1.05, "3": 1.02}]}, 2)
    ['2']
    """
    return [str(degree)]


def choice_stands(table: Any, degree: int, model: str | None) -> str | None:
    """Whether the chosen model "stands" or "falls" by the table; None where none was chosen.

    >>> choice_stands({"runs": [{"1": 6.8, "2": 1.05}]}, 2, "2"), choice_stands(None, 2, "3")
    ('stands', 'falls')
    """
    if model is None:
        return None
    return "stands" if model in best_models(table, degree) else "falls"


def largest_error(table: Any, degree: int) -> list[str]:  # noqa: ARG001  # as its siblings
    """MISTAKE: the model with the largest error, or the most negative score, was named.

    >>> largest_error({"runs": [{"1": 6.8, "2": 1.05}]}, 2)
    ['1']
    """
    runs = _runs(table)[:1]
    return [k for run in runs for k, error in run.items() if error == max(run.values())] or ["1"]


def _runs(table: Any) -> list[Run]:
    """The runs of a table with two numbers or more; what is no number is left out."""
    runs = table.get("runs", []) if isinstance(table, Mapping) else []
    found: list[Run] = []
    for run in runs if isinstance(runs, Sequence) else []:
        if not isinstance(run, Mapping):
            continue
        numbers = {
            str(k): abs(float(v))
            for k, v in run.items()
            if isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v)
        }
        if numbers:
            found.append(numbers)
    return found
