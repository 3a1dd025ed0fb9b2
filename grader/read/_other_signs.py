"""Signs around a number that make it something else: a bound, a range, a ratio, a date, a factorial.

What is read there would be one number of several, or another one. A person looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.read._candidates import Candidate, same

SEVERAL = "several numbers stand side by side, and none is marked as the result"
BOUND = "a bound is given, not a number"
_FACTORIAL = re.compile(r"\s?!(?!=)")
_SIDE_BY_SIDE = re.compile(
    r"[\s)*$]*[,;:/|&][\s,;:/|&(*$]*[-−+]?\d[\d.,]*\s?%?[\s)*$]*(?:$|[,;:/|&.]|(?:and|or)\b)"
)
_BEFORE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?:(?<![-=–—])[<>≤≥≠≮≯]=?|!=|\\(?:leq?|geq?|ne|lt|gt)\b)\s*[$*]*\s*$"), BOUND),
    (re.compile(r"\b(?:(?:at|no)\s+(?:least|most|more|less)|(?:more|less|fewer|greater|smaller|larger)"
                r"\s+than|below|above|over|under|up\s+to)\s*[$*]*\s*$", re.IGNORECASE), BOUND),
    (re.compile(r"(?<![\d\s)])\s*(?:±|\\pm\b)\s*$"), "two numbers are given with one sign"),
)  # fmt: skip
_BEHIND: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\s*(?:<|≤|≥|>)=?\s*[A-Za-z]"), BOUND),
    (re.compile(r"\+(?=\s|$)|\s*\.\.\.?\s*\d"), "a bound or a range may be meant"),
)
_WHOLE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"0[xob][0-9a-f]+", re.IGNORECASE), "a number of another base may be meant"),
    (re.compile(r"\d{4}[-–/]\d{1,2}[-–/]\d{1,2}|\d{1,2}/\d{1,2}/\d{4}"), "it may be a date"),
    (re.compile(r"\d{1,6}(?:\.\d{1,6})?[-–—]\d{1,6}(?:\.\d{1,6})?"), "a range may be meant"),
    (re.compile(r"\+\s?/?\s?[-−]\s?[\d.]+"), "two numbers are given with one sign"),
)
_NAME = re.compile(r"[\s$*]*[^\W\d_][\w^'()]{0,12}\s*[=:≈]\s*[$*]*")
_WORD = re.compile(r"[^\W\d_]")


def other_sign(candidate: Candidate, every: Sequence[Candidate]) -> str:
    """Say what a number may be instead, or nothing.

    Args:
        candidate: the one that was chosen.
        every: all of them, in order: the same value beside it is no other number.
    """
    text, first = candidate.line.text, candidate.chain[0]
    behind, before = text[candidate.end :], text[: candidate.start]
    if _FACTORIAL.match(text, first.end) and not _WORD.search(text[first.end :].split("=")[0]):
        return "a “!” follows the number, which may be a factorial"
    for pattern, why in _BEFORE:
        if pattern.search(before[-40:]):
            return why
    if len(candidate.chain) == 1:
        whole = text[first.start : candidate.end].strip()
        for pattern, why in _WHOLE:
            if pattern.fullmatch(whole):
                return why
    for pattern, why in _BEHIND:
        if pattern.match(behind):
            return why
    if _WORD.search(_NAME.sub("", before, count=1)) or _SIDE_BY_SIDE.match(behind) is None:
        return ""
    after = next((c for c in every if c.line is candidate.line and c.start > candidate.start), None)
    return "" if after is not None and same(after.number, candidate.number) else SEVERAL
