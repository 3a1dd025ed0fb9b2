"""What competes with the number that was taken for the result, and what only went into it."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

from grader.expression import check
from grader.model import Found
from grader.read._candidates import Candidate, same
from grader.read._cues import LABELLED, RESULT, RIVAL, SAID, TOTAL
from grader.read._runs import Run

_TERMS = 8
_SUMMANDS = 40
_FRACTION = re.compile(r"(?<!\S)(?:(\d+) / (\d+)|\\[dt]?frac \( (\d+) \) \( (\d+) \))(?!\S)")
"""A fraction in the tokens of a calculation."""
_ADDED = re.compile(r"\b(?:adds?|comes?\s+on\s+top)\W+(?:\w+\W+){0,2}$", re.IGNORECASE)


def rivals(best: Candidate, kept: list[Candidate], standing: list[Candidate]) -> list[Found]:
    """Return the numbers that a reader could as well take for the result."""
    found: list[Candidate] = []
    echoes = [c for c in kept if same(c.number, best.number)]
    echoing = {c.order for c in echoes}
    for candidate in kept:
        if candidate.order in echoing or any(
            same(candidate.number, other.number) for other in found
        ):
            continue
        settled = _settled(candidate, echoes)
        if _competes(candidate, best, settled) and not is_part(candidate, best, standing):
            found.append(candidate)
    told = _quote(best)
    return [_apart(candidate, told) for candidate in found]


def miscalculated(best: Candidate) -> list[Found]:
    """What the calculation of a count comes to whose printed result is another number."""
    if len(best.chain) < 2:
        return []
    first, second = best.chain[:2]
    if second is not best.run and second.plain and _equal_runs(first, second):
        return []  # "6*4 = 24 units = 72" goes on by words, not by a wrong calculation
    outcome = check(first.tokens, best.run.tokens)
    if first.number is None or outcome.holds is not False or outcome.doubtful:
        return []
    return [replace(found_of(best), value=first.number, quote=_quote(best))]


def _equal_runs(one: Run, other: Run) -> bool:
    return one.number is not None and other.number is not None and same(one.number, other.number)


def added(best: Candidate, kept: list[Candidate]) -> list[Found]:
    """Where something is added after the result, the sum may be meant."""
    if best.base >= TOTAL:
        return []
    later = [c for c in kept if c.order > best.order and _ADDED.search(f"{c.label} ")]
    return [
        replace(found_of(c), value=replace(best.number, value=best.number.value + c.number.value))
        for c in later[:1]
        if c.mentioned
    ]


def _settled(candidate: Candidate, echoes: list[Candidate]) -> bool:
    """Whether the result is worked out and told again further on: what came before led to it."""
    later = [c for c in echoes if c.order > candidate.order]
    return any(c.mentioned for c in later) and any(not c.mentioned for c in later)


def _competes(candidate: Candidate, best: Candidate, settled: bool) -> bool:
    """Whether a reader could take the candidate for the result."""
    if candidate.line is best.line and (
        (candidate.alternative and candidate.order == best.order + 1)
        or (best.alternative and candidate.order == best.order - 1)
    ):
        return True
    if candidate.weight >= RIVAL:
        return True
    if settled:
        return False
    if candidate.concluded and candidate.mentioned and candidate.base >= SAID:
        return True
    worked = candidate.weight >= RESULT and not candidate.mentioned
    return best.mentioned and best.base < TOTAL and worked and candidate.order < best.order


def is_part(candidate: Candidate, best: Candidate, standing: list[Candidate]) -> bool:
    """Whether a number went into the result: it is calculated with, or adds up to it."""
    value, result = Fraction(candidate.number.value), Fraction(best.number.value)
    if any(
        token.kind == "number" and token.readings[0].value == value
        for other in standing
        if other.order > candidate.order
        for run in other.chain
        if len(run.tokens) > 1
        for token in run.tokens
    ):
        return True
    if _is_fraction_within(candidate, standing) or _adds_up(candidate, best, standing):
        return True
    before = [c for c in standing if c is not candidate and c is not best and c.order <= best.order]
    rest = [Fraction(c.number.value) for c in before[-_TERMS:]]
    sums = (sum(some) for size in (1, 2, 3) for some in combinations(rest, size))
    if any(value + total == result for total in sums):
        return True
    return any(result == value * r or value == result * r for r in rest)


def _is_fraction_within(candidate: Candidate, standing: list[Candidate]) -> bool:
    """Whether a later step calculates with it as written, as ``1 - 625/1296`` does with 625/1296.

    A fraction that has a name is a result of its own: ``p = 671/1296; 1 - 671/1296 = 625/1296``.
    """
    if candidate.base >= LABELLED or _numbers_in(candidate.run) != 2:
        return False
    return any(
        _numbers_in(run) > 2 and _fractions(candidate.run) & _fractions(run)
        for other in standing
        if other.order > candidate.order
        for run in other.chain
    )


def _numbers_in(run: Run) -> int:
    return sum(token.kind == "number" for token in run.tokens)


def _fractions(run: Run) -> set[tuple[str, str]]:
    """The fractions of whole numbers that are written in a calculation."""
    written = " ".join(token.text for token in run.tokens)
    return {(found[1] or found[3], found[2] or found[4]) for found in _FRACTION.finditer(written)}


def _adds_up(candidate: Candidate, best: Candidate, standing: list[Candidate]) -> bool:
    """Whether it is one of the numbers right before the result whose sum the result is."""
    total = Fraction(0)
    before = [c for c in standing if c.order < best.order][-_SUMMANDS:]
    for one in reversed(before):
        total += Fraction(one.number.value)
        if one.order <= candidate.order and total == best.number.value:
            return True
    return False


def found_of(candidate: Candidate) -> Found:
    """Return a candidate as a reading, with its place and the words around it."""
    return Found(value=candidate.number, where=(candidate.line.place,), quote=_quote(candidate))


def _apart(candidate: Candidate, told: str) -> Found:
    """Return a rival; where its quote is that of the result, the number alone is quoted."""
    found = found_of(candidate)
    if found.quote != told:
        return found
    return replace(found, quote=candidate.line.text[candidate.start : candidate.end].strip())


_LONGEST = 240


def _quote(candidate: Candidate) -> str:
    text = candidate.line.text
    start, stop = max(0, candidate.start - 60), candidate.end + 20
    while 0 < start < candidate.start and not text[start - 1].isspace():
        start += 1  # whole words
    while stop < len(text) and not text[stop].isspace():
        stop += 1
    return text[start:stop].strip()[:_LONGEST]
