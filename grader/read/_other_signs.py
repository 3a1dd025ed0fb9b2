"""Signs around a number that make it something else: a bound, a range, a ratio, a date, a factorial.

What is read there would be one number of several, or another one. A person looks at it.
"""

from __future__ import annotations

import re

from grader.read._candidates import Candidate

_BEHIND: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"!(?!=)[\s.,;)$*]*$"), "a “!” follows the number, which may be a factorial"),
    (
        re.compile(r"\s*[,;:/|&][\s,;:/|&]*[-−+]?\d"),
        "several numbers stand side by side, and none is marked as the result",
    ),
)
_BEFORE: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"(?:[<>≤≥≠≮≯]=?|!=|\\(?:leq?|geq?|ne|lt|gt)\b)\s*[$*]*\s*$"),
        "a bound is given, not a number",
    ),
    (re.compile(r"(?<![\d\s)])\s*(?:±|\+/?-|\\pm\b)\s*$"), "two numbers are given with one sign"),
)
_WHOLE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"0[xob][0-9a-f]+", re.IGNORECASE), "a number of another base may be meant"),
    (re.compile(r"\d{4}[-–/]\d{1,2}[-–/]\d{1,2}|\d{1,2}/\d{1,2}/\d{4}"), "it may be a date"),
    (re.compile(r"\d{1,6}(?:\.\d{1,6})?[-–—]\d{1,6}(?:\.\d{1,6})?"), "a range may be meant"),
)


def other_sign(candidate: Candidate) -> str:
    """Say what a number may be instead, or nothing.

    Only what the answer gives as its result without working is looked at so closely.
    """
    text, first = candidate.line.text, candidate.chain[0]
    behind, before = text[candidate.end :], text[: candidate.start]
    for pattern, why in _BEFORE:
        if pattern.search(before[-40:]):
            return why
    if len(candidate.chain) > 1:
        return ""
    for pattern, why in _WHOLE:
        if pattern.fullmatch(text[first.start : candidate.end].strip()):
            return why
    if re.search(r"[^\W\d_]", before):
        return ""
    return next((why for pattern, why in _BEHIND if pattern.match(behind)), "")
