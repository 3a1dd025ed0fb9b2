"""Tolerances refuse no correct rounding, and swallow no mistake that is rounded."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from grader.authoring.findings import Finding, Severity
from grader.authoring.registry import check
from grader.authoring.samples import written_mistakes
from grader.authoring.seen import READERS, read_as, unread
from grader.authoring.subject import Subject, Unknown, document
from grader.authoring.writing import ways
from grader.rubric import Criterion, Part

NAME = "tolerance"
_USUAL = 4
"""Significant digits that students write where a paper asks for no number of them."""
_ASKED = re.compile(
    r"(\d+|one|two|three|four|five|six) (decimal|digits? after|significant|place)", re.IGNORECASE
)
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}


@check(NAME, "tolerances neither swallow a mistake nor refuse a correct rounding")
def tolerance(subject: Subject) -> tuple[str, list[Finding]]:
    """Hand in the truth rounded as is asked, and each mistake rounded as well."""
    texts = {}
    for part, criterion in subject.criteria:
        for value in _numbers(subject, part, criterion):
            texts[part.id, criterion.id] = list(_rounded(subject, part, criterion, value))
    findings = list(_refused(subject, texts))
    findings += list(_swallowed(subject))
    count = sum(map(len, texts.values()))
    return f"{count} roundings of {len(texts)} numbers", findings


def _numbers(subject: Subject, part: Part, criterion: Criterion) -> Iterator[float]:
    """The truth, where it is one number that cannot be written out in few digits."""
    try:
        value = subject.value(criterion)
    except Unknown:
        return
    if isinstance(value, float) and math.isfinite(value) and ways(part, criterion, value):
        yield value


def _digits(part: Part, criterion: Criterion) -> tuple[bool, int]:
    """Whether decimals (else significant digits) are asked for, and how many."""
    for options in _nested(criterion.compare.options):
        for name in ("decimals", "decimals_at_least"):
            if isinstance(options.get(name), int):
                return True, options[name]
        for name in ("significant", "significant_at_least"):
            if isinstance(options.get(name), int):
                return False, options[name]
    found = _ASKED.search(part.ask)
    if found is None:
        return False, _USUAL
    count = _WORDS.get(found[1].lower()) or int(found[1])
    return not found[2].lower().startswith("signif"), count


def _nested(options: Any) -> Iterator[Mapping[str, Any]]:
    """Options of a comparison, and of those that it is made of."""
    if isinstance(options, Mapping):
        yield options
        yield from _nested(options.get("of"))
    elif isinstance(options, list | tuple):
        for one in options:
            yield from _nested(one)


def _at(value: float, part: Part, criterion: Criterion, how: str) -> Decimal:
    decimals, count = _digits(part, criterion)
    exact = Decimal(repr(value))
    places = count if decimals else count - 1 - (exact.adjusted() if exact else 0)
    return exact.quantize(Decimal(1).scaleb(-places), rounding=how)


def _rounded(
    subject: Subject, part: Part, criterion: Criterion, value: float
) -> Iterator[tuple[str, str, bool]]:
    """Text, how it was rounded, and whether that is correct."""
    del subject
    right = {_at(value, part, criterion, how) for how in (ROUND_HALF_UP, ROUND_HALF_EVEN)}
    for one in sorted(right):
        yield format(one, "f"), "correctly rounded", True
    cut = _at(value, part, criterion, ROUND_DOWN)
    if cut not in right:
        yield format(cut, "f"), "cut off", False


def _refused(
    subject: Subject, texts: Mapping[tuple[str, str], list[tuple[str, str, bool]]]
) -> Iterator[Finding]:
    for at in range(max(map(len, texts.values()), default=0)):
        now = {key: made[at] for key, made in texts.items() if at < len(made)}
        answers = {part_id: text for (part_id, _), (text, _, _) in now.items()}
        evidence = subject.read({"answers.md": document(answers).encode()})
        marked = subject.marks(evidence)
        for part, criterion in subject.criteria:
            if (part.id, criterion.id) not in now:
                continue
            text, how, right = now[part.id, criterion.id]
            own = next(m for m in marked[part.id].marks if m.id == criterion.id)
            if own.earned == own.possible:
                continue
            got = "waits for a person" if own.earned is None else f"earns {own.earned}"
            severity: Severity = "error" if right and own.earned is not None else "note"
            if why := unread(evidence, part, criterion):
                what = f"the truth {how}, “{text}”, alone under its heading, {got}: {why}"
                yield subject.finding(NAME, severity, part, criterion, what, READERS)
                continue
            read = read_as(evidence, part, criterion)
            yield subject.finding(
                NAME, severity, part, criterion, f"the truth {how}, “{text}”{read or ','} {got}",
                "widen the tolerance, or say in the paper how many digits are asked for"
                if right else "say in the paper that numbers are rounded, not cut off",
            )  # fmt: skip


def _swallowed(subject: Subject) -> Iterator[Finding]:
    """Mistakes that are taken for the truth once they are rounded as is asked."""
    for one in written_mistakes(subject):
        if not isinstance(one.value, float) or not math.isfinite(one.value):
            continue
        text = format(_at(one.value, one.part, one.criterion, ROUND_HALF_UP), "f")
        own = subject.graded({one.part.id: text})[one.part.id]
        mark = next(m for m in own.marks if m.id == one.criterion.id)
        if mark.earned == mark.possible and one.attempt.credit < 1:
            name = one.attempt.id or one.attempt.source or ""
            yield subject.finding(
                NAME, "error", one.part, one.criterion,
                f"the mistake '{name}', rounded to “{text}”, is taken for the truth",
                "narrow the tolerance, ask for more digits, or choose other numbers", attempt=name,
            )  # fmt: skip
