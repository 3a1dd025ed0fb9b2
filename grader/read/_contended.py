"""When another number of an answer may as well be its result, and nothing plain says which one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.model import Answer
from grader.read._candidates import Candidate, same
from grader.read._cues import CONCLUDED, FINAL, LABELLED, RESULT, TURN, UNSOLVED
from grader.read._lines import lines
from grader.read._rivals import is_part

SEVERAL_RESULTS = "several results stand here, and none is marked as the one that is asked for"
TURNED = "one of several numbers is taken back, and it is not plain which"
ROUNDED = "the number is given rounded, and once more with other digits"
_DEFINED = re.compile(r"[A-Za-zα-ω)\]}]['′]?\s*[=≈:]\s*[$]*\s*$")
_APPLIED = re.compile(r"[A-Za-z]\s?$")
_SET = re.compile(r"(?<![\w^])([A-Za-zα-ω]\w{0,8})\s*[=≈:]\s*[$]*\s*$")
_EQUATION = re.compile(
    r"\d\s?[*·]?\s?[A-Za-z]\w{0,3}\s*[=≈]\s*$|\(\s*[A-Za-z]\w{0,3}\s*[=<>≤≥]+\s*$"
)
"""What leads to 2.5 in 0.05 x = 2.5, which is a step to x, and to 0 in P(X = 0)."""
_MULTIPLE = re.compile(r"(\d{1,6})\s?[*·]?\s?([A-Za-zα-ω]\w{0,3})\s*[=≈]\s*[$]*\s*$")
"""The left side of 2m = 42."""
_FACTORIAL = re.compile(r"!(?:[\d(}]|\s?(?:[*/·×]|\\(?:cdot|times)\b)\s?[\d(\\])")
_LAST_FACTOR = re.compile(r"(?:[/·×!]|\d\s?!?\s?\*|\\(?:cdot|times))\s?\(?$")
"""What stands behind the 5 and before the 2 of 7!/(5! * 2!)."""
_COMPARED = re.compile(
    r"\b(?:more|less|greater|larger|bigger|smaller|higher|lower)\s+than[\s$*]{0,4}$", re.IGNORECASE
)
_REPLACED = re.compile(r"\b(?:or|but|rather)\b", re.IGNORECASE)
_STEP_DIGITS = 3
_BECAUSE = re.compile(r"\W*(?:because|since)\b", re.IGNORECASE)
_REASON = re.compile(r"\W*\b(?:because|since|as|from|for|check|verify|with)\b", re.IGNORECASE)
_WORD = re.compile(r"\w")
_HEDGED = re.compile(r"\b(?:would|could|wrong|incorrect|if)\b", re.IGNORECASE)


def contended(
    best: Candidate, kept: Sequence[Candidate], every: Sequence[Candidate], answer: Answer
) -> str:
    """Say why another number may be the result, or nothing.

    Args:
        best: the number that was chosen.
        kept: those that could be chosen: not taken back, and no repetition of the question.
        every: all numbers of the answer, in order.
        answer: the whole answer.
    """
    standing = [
        c for c in kept if not same(c.number, best.number) and not _is_step_to(c, best, kept)
    ]
    taken_back = any(c.denied and not same(c.number, best.number) for c in every)
    if taken_back and _HEDGED.search(f"{best.after} {best.label}"):
        return TURNED
    whole = [c for c in every if not c.denied]
    results = [c for c in standing if c.base != UNSOLVED or _is_worked_out(c, whole)]
    if any(_turns_between(best, c, answer) for c in results):
        return TURNED
    if best.base >= FINAL:
        return ""
    if any(_competes(c, best, whole) for c in results):
        return SEVERAL_RESULTS
    alike = [c for c in whole if same(c.number, best.number) and c.run.plain]
    if best.number.slack and any(c.number.value != best.number.value for c in alike):
        return ROUNDED if not any(_finer(best, c) for c in alike) else ""
    return ""


def _is_step_to(candidate: Candidate, best: Candidate, kept: Sequence[Candidate]) -> bool:
    """Whether it goes on from the result, and both are what is printed then: “= 1 - 0.48 = 0.52”."""
    if candidate.run.plain or not _goes_on(candidate):
        return False
    return any(
        (c.number.significant or 0) >= _STEP_DIGITS
        and c.run.plain
        and _goes_on(c)
        and same(c.number, candidate.number)
        and same(c.number, best.number)
        for c in kept
    )


def _goes_on(candidate: Candidate) -> bool:
    """Whether its line begins with a sign of equality."""
    return candidate.line.text.lstrip(" $*&").startswith(("=", "≈"))


def _finer(one: Candidate, other: Candidate) -> bool:
    return (one.number.significant or 0) > (other.number.significant or 0)


def _turns_between(one: Candidate, other: Candidate, answer: Answer) -> bool:
    """Whether a word that takes something back stands in the lines from one number to the other."""
    first, last = sorted((one.line.number, other.line.number))
    return any(
        first <= line.number <= last and TURN.search(line.text) is not None
        for line in lines(answer)
    )


def _competes(other: Candidate, best: Candidate, standing: Sequence[Candidate]) -> bool:
    """Whether another number is a result too, and did not go into the one that was chosen."""
    if (best.near and not other.near) or other.weight < min(other.base, best.weight):
        return False  # the rubric's words or bounds speak for the one, or against the other
    if _EQUATION.search(other.line.text[: other.chain[0].start]):
        return False
    if _is_factorial(other) or _is_compared(other, best):
        return False
    if is_part(other, best, list(standing)) or _is_solved(other, best, standing):
        return False
    opens = other.order == 1 and other.base >= CONCLUDED
    if opens or (other.order < best.order and _BECAUSE.match(other.after)):
        return True
    if other.base < RESULT and other.base != UNSOLVED:
        return _is_last_word(other, best, standing)
    if other.order > best.order:
        return not (best.base >= CONCLUDED and _gives_a_reason(other, best))
    return (other.near and not best.near) or best.base <= LABELLED


def _is_factorial(candidate: Candidate) -> bool:
    """Whether it is the 5 or the 2 of 7!/(5! * 2!)."""
    text = candidate.line.text
    after = text[candidate.end : candidate.end + 12]
    if _FACTORIAL.match(after) is not None:
        return True
    before = text[max(0, candidate.start - 12) : candidate.start]
    return after.startswith("!") and _LAST_FACTOR.search(before) is not None


def _is_compared(other: Candidate, best: Candidate) -> bool:
    """Whether the result is only said to be more or less than it: “0.518, more than 1/2”."""
    if other.order < best.order:
        return False
    start = best.end if other.line is best.line else 0
    between = other.line.text[start : other.chain[0].start]
    return _COMPARED.search(between) is not None and _REPLACED.search(between) is None


def _is_solved(other: Candidate, best: Candidate, standing: Sequence[Candidate]) -> bool:
    """Whether it stands in an equation that the result solves: 2m = 42, so m = 21."""
    if (other.near and not best.near) or not (name := _name(best)):
        return False
    return any(
        same(one.number, other.number)
        and (found := _MULTIPLE.search(one.line.text[: one.chain[0].start])) is not None
        and found[2] == name
        and int(found[1]) * best.number.value == other.number.value
        for one in standing
    )


def _is_last_word(other: Candidate, best: Candidate, standing: Sequence[Candidate]) -> bool:
    """Whether a number is the last of all, ends its line, and goes on from the result: "halved 21"."""
    return (
        other is standing[-1]
        and other.line is best.line
        and best.base <= LABELLED
        and not _WORD.search(other.after)
        and "(" not in other.line.text[best.end : other.start]
    )


def _gives_a_reason(other: Candidate, best: Candidate) -> bool:
    """Whether the answer stands first, and the other number is a part of why it holds."""
    start = best.end if other.line is best.line else 0
    return _REASON.search(other.line.text[start : other.start]) is not None


def _is_worked_out(candidate: Candidate, every: Sequence[Candidate]) -> bool:
    """Whether ``p = 1 - q = 0.5`` gives a value: a name is set to it, or its own names are known."""
    if candidate.base != UNSOLVED or candidate.number.value == 0:
        return False
    first = candidate.chain[0]
    before = candidate.line.text[: first.start]
    if _DEFINED.search(before) or (first.tokens[0].kind == "open" and _APPLIED.search(before)):
        return True
    known = {_name(c) for c in every if c.order < candidate.order}
    return {token.text for token in first.tokens if token.kind == "name"} <= known


def _name(candidate: Candidate) -> str:
    """What a number is set equal to, or nothing."""
    found = _SET.search(candidate.line.text[: candidate.chain[0].start])
    return found[1] if found else ""
