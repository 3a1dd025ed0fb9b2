"""Verdicts: the words, letters and signs that call a statement true or false."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from grader.prose import words

_VERDICT = re.compile(
    r"(?P<neg>\b(?:not|isn'?t|aren'?t|never|n't|don'?t|doesn'?t|nothing|anything|neither|cannot|can't|do not"
    r"|does not)\s+"
    r"(?:(?:really|quite|entirely|completely|see|think|anything|at all|are|is|be)\s+){0,3})?"
    r"(?:\b(?P<true>trues?|corrects?|rights?|holds?|valid|agree|yes|yep|richtig|wahr|accurate|applies"
    r"|apply)\b"
    r"|\b(?P<false>falses?|incorrects?|wrongs?|untrue|invalid|disagree|no|nope|falsch"
    r"|inaccurate)\b(?!\s+(?:\w+\s+)?longer)"
    r"|(?P<tick>[✓✔☑✅])|(?P<cross>[✗✘☒❌✖])|(?<![\w'])(?P<letter>[TtFfYN])(?![\w'.]\w|'))",
    re.IGNORECASE,
)
_HALF = re.compile(
    r"\b(?:half|partly|partially|somewhat|sometimes|both|mostly|true and false"
    r"|depends)\b",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"\W*(?:\b(?:no|nope|actually|rather|edit|now|correct(?:ed|ion)|changed|to|or|i mean)\b\W*)*",
    re.IGNORECASE,
)
_PART = re.compile(r"\b(?:first|second|one|other|latter)\s+(?:half|part)\b", re.IGNORECASE)


def verdicts_in(text: str) -> Iterator[bool]:
    for match in _VERDICT.finditer(text):
        letter = match.group("letter")
        if letter is not None:
            if letter.islower() and not re.fullmatch(r"[\s|,;:=()>.\-]*[tf][\s|,;.)]*", text):
                continue
            held = letter.upper() in "TY"
        else:
            held = bool(match.group("true") or match.group("tick"))
        yield held is not bool(match.group("neg"))


def turned(text: str) -> bool:
    """Whether a verdict is replaced by its opposite: “false -> true”, “true, actually false”."""
    found = [m for m in _VERDICT.finditer(text) if m[0].casefold() not in ("no", "nope", "n")]
    return any(
        _TURN.fullmatch(text[one.end() : two.start()])
        and len({*verdicts_in(one[0]), *verdicts_in(two[0])}) == 2
        for one, two in pairwise(found)
    )


def halved(text: str) -> bool:
    """Whether a verdict is half taken back; “false, only its first half holds” is not."""
    half = _HALF.search(text)
    if half is None:
        return False
    first = next(iter(_VERDICT.finditer(text)), None)
    part = _PART.search(text)
    plain_no = part is not None and first is not None and first.end() <= part.start()
    return not (plain_no and next(verdicts_in(text)) is False)


def leads(text: str) -> bool:
    """Whether a verdict stands at the head of a text, or nothing but verdicts speak against it."""
    match = next(iter(_VERDICT.finditer(text)), None)
    if match is None:
        return False
    before = words(text[: match.start()])
    return sum(w.isalpha() for w in before) <= 4 or len(set(verdicts_in(text))) == 1


def after_verdict(text: str) -> str:
    match = next(iter(_VERDICT.finditer(text)), None)
    if match is None:
        return text
    before = text[: match.start()].strip(" -:;,.|()!>=")
    after = text[match.end() :].strip(" -:;,.|()!>=")
    return after or (before if len(before.split()) > 3 else "")
