"""A number that is named as another statistic than the one that is asked for: a median for a mean."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_KINDS = {
    "mean": r"means?|averages?|expected values?|expectations?",
    "median": r"medians?",
    "mode": r"modes?",
    "variance": r"variances?|var",
    "standard deviation": r"standard[ -]deviations?|std\.?(?: ?dev\.?)?|s\.?d\.?",
    "maximum": r"max(?:imum|ima)?|largest|biggest",
    "minimum": r"min(?:imum|ima)?|smallest",
}
_LOOKED_AT = 120
_WORDS = {
    kind: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) for kind, words in _KINDS.items()
}
_HEADS = {
    kind: re.compile(
        rf"(?:^|[.,;:(*$]|\b(?:the|so|and|then|our|its|sample|population|with|of|gives?|get|have))[\s*$]*"
        rf"(?:{words})(?!\w)[\s*$]*(?:\(\w{{1,12}}\)\s*)?"
        rf"(?:\b(?:of|for)\b[^.,;:=]{{1,60}})?(?:\b(?:is|are|was|equals|becomes)\b|[=:≈])?[\s*$]*$",
        re.IGNORECASE,
    )
    for kind, words in _KINDS.items()
}
"""The statistic is what the number is said to be: no “deviations from the mean, squared: 2.25”."""


def other_statistic(label: str, near: Sequence[str]) -> str:
    """Say that the words before a number name another statistic than the rubric's, or nothing.

    Args:
        label: words that lead to the number, in its sentence.
        near: words of the rubric for what is asked for.

    >>> other_statistic("The median is", ["mean", "average"])
    'the number is named as a median, and a mean is asked for'
    >>> other_statistic("The mean of the medians is", ["mean"]), other_statistic("It is", ["mean"])
    ('', '')
    """
    asked = _of(_WORDS, " ".join(near))
    said = _of(_HEADS, label[-_LOOKED_AT:])
    if len(asked) != 1 or not said or asked[0] in _of(_WORDS, label):
        return ""
    return f"the number is named as a {said[-1]}, and a {asked[0]} is asked for"


def _of(patterns: Mapping[str, re.Pattern[str]], text: str) -> list[str]:
    return [kind for kind, pattern in patterns.items() if pattern.search(text)]
