"""Signs around a number that make it something else: a bound, a range, a ratio, a date, a factorial.

What is read there would be one number of several, or another one. A person looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from grader.model import Number
from grader.read._candidates import Candidate, chain_result, chains_of, same

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
    (re.compile(r"\b(?:minus|negative)\s+$", re.IGNORECASE), "a sign is written in words"),
    (re.compile(r"\+\s?/?\s*$"), "two numbers are given with one sign"),
    (re.compile(r"\b(?:one|1)\s+in\s+$", re.IGNORECASE), "a share is written in words"),
)  # fmt: skip
_BEHIND: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\s*(?:<|≤|≥|>)=?\s*[A-Za-z]"), BOUND),
    (re.compile(r"\+(?=\s|$)|\s*\.\.\.?\s*\d"), "a bound or a range may be meant"),
    (re.compile(r"\s*or\s+(?:more|less|fewer|higher|lower|above|below)\b", re.IGNORECASE), BOUND),
    (re.compile(r"\s*(?:[°\w]{1,12}\s+){0,2}(?:below\s+(?:zero|freezing)|minus|negative)\b",
                re.IGNORECASE), "a sign is written in words"),
    (re.compile(r"\s?[‰‱]|\s+(?:per\s?mille|promille|ppm|basis\s+points)\b", re.IGNORECASE),
     "a share of another size than percent is given"),
    (re.compile(r"\s*(?:hundert|tausend|tsd|millionen|milliarden?|mrd|billionen|mille|mil(?:l)?ones|"
                r"dozens?)\b", re.IGNORECASE), "a magnitude is written in a word that is not known"),
    (re.compile(r"_\d"), "digits are grouped in a way that is not known"),
    (re.compile(r"\s*and\s+an?\s+(?:half|third|quarter)\b", re.IGNORECASE),
     "a fraction is written in words"),
)  # fmt: skip
_WHOLE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"0[xob][0-9a-f]+", re.IGNORECASE), "a number of another base may be meant"),
    (re.compile(r"\d{4}[-–/]\d{1,2}[-–/]\d{1,2}|\d{1,2}/\d{1,2}/\d{4}"), "it may be a date"),
    (
        re.compile(r"\d{1,6}(?:\.\d{1,6})?(?: {2,})?[-–—/]\d{1,6}(?:\.\d{1,6})? {2,}"),
        "odds may be meant",
    ),
    (
        re.compile(r"\d{1,6}(?:\.\d{1,6})?(?: {2,})?[-–—]\d{1,6}(?:\.\d{1,6})?"),
        "a range may be meant",
    ),
    (re.compile(r"\+\s?/?\s?[-−]\s?[\d.]+"), "two numbers are given with one sign"),
)
_FLAT_POWER = re.compile(r"[x×*·]\s?10\s?[-−–]\d{1,2}(?![\d.])")
"""1.6 x 10-19, where the exponent may have been written raised."""
_AGAIN = re.compile(r"(?P<value>[-−]?[\d.,]+\s?%?)\s+\((?P<again>[^()]{1,40})\)")
_WORD = re.compile(r"[^\W\d_]")


def restated(candidate: Candidate) -> Candidate:
    """Take ``0.5 (1/2)`` for a value that is given twice, and not for a product."""
    text = candidate.line.text[candidate.chain[0].start : candidate.end].strip()
    said = _AGAIN.fullmatch(text) if len(candidate.chain) == 1 else None
    value, again = (_value(said[name]) if said else None for name in ("value", "again"))
    if value is None or again is None or not same(value, again):
        return candidate
    return replace(candidate, number=value)


def _value(text: str) -> Number | None:
    return next((chain_result(chain) for chain in chains_of(text)), None)


def _is_worth(text: str, candidate: Candidate) -> bool:
    value = _value(text)
    return value is not None and same(value, candidate.number)


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
    if _FLAT_POWER.search(text[candidate.run.start : candidate.end]):
        return "a power of ten may have lost its raised exponent"
    if len(candidate.chain) == 1:
        whole = text[first.start : candidate.end].strip()
        if (said := _AGAIN.fullmatch(whole)) and not _is_worth(said["value"], candidate):
            return "what stands in brackets may say the number again, or be a factor"
        for pattern, why in _WHOLE:
            if pattern.fullmatch(whole):
                return why
    for pattern, why in _BEHIND:
        if pattern.match(behind):
            return why
    if _SIDE_BY_SIDE.match(behind) is None:
        return ""
    after = next((c for c in every if c.line is candidate.line and c.start > candidate.start), None)
    return "" if after is not None and same(after.number, candidate.number) else SEVERAL
