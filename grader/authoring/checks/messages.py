"""Every message is shown by some hand-in, and none tells the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from grader.authoring.findings import Finding
from grader.authoring.registry import check
from grader.authoring.samples import sampled, written_mistakes
from grader.authoring.subject import Subject, Unknown
from grader.model import Answer, Found, Piece, Place
from grader.notation.number import read_number
from grader.prose import number_words
from grader.rubric import Attempt, Criterion, Part
from grader.variants.leaks import leaves, stands

NAME = "messages"
_NUMBER = re.compile(r"(?<![\w.])[-−]?\d[\d,  _]*(?:\.\d+)?(?:[eE][-+]?\d+)?(?: ?%)?|\d+/\d+")
_SMALL = 10
"""A whole number up to this one stands in many sentences without telling anything."""
_LIST = 2
_TELLS = re.compile(r"(?:\b(?:is|are|was|be|equals?|gives|get)|[=:≈])[\s*$`]*$", re.IGNORECASE)
"""What stands before a number that is told, however small it is."""
_COUNTED = re.compile(r" (?:of (?:the|them|these|those)|are|is|was|were)\b", re.IGNORECASE)
"""What stands behind a number at the head of a sentence that tells how many there are."""


@check(NAME, "every message is shown by some hand-in, and none tells the answer")
def messages(subject: Subject) -> tuple[str, list[Finding]]:
    """Look for words that nobody sees, and for words that say too much."""
    findings: list[Finding] = []
    count = 0
    shown = _shown(subject)
    for part, criterion in subject.criteria:
        every = [*_ways(criterion), *_ways(criterion.as_run())]
        ways = list({way.says: way for way in every}.values())
        count += len(ways)
        for attempt in ways:
            findings += _leaks(subject, part, criterion, attempt)
        findings += _leaks(subject, part, criterion, None)
        unseen = [
            w.id or w.source or "" for w in _ways(criterion) if (part.id, w.says) not in shown
        ]
        if unseen and criterion.review != "always":
            listed = ", ".join(unseen[:6]) + (f" and {len(unseen) - 6} more" * (len(unseen) > 6))
            findings.append(
                subject.finding(
                    NAME, "note", part, criterion, f"no hand-in of ours shows what is said of {listed}",
                    f"put one that does into submissions/{subject.name}/", attempt=unseen[0],
                )
            )  # fmt: skip
    return f"{count} messages, and what {len(sampled(subject))} sample hand-ins show", findings


def _ways(criterion: Criterion) -> list[Attempt]:
    return [
        way for role, way in criterion.attempts() if role in ("mistakes", "otherwise") and way.says
    ]


def _shown(subject: Subject) -> set[tuple[str, str]]:
    """What is said of which part in the hand-ins that were made, and in the course's own."""
    said = {
        (part, mistake.says)
        for marked in sampled(subject).values()
        for part, result in marked.items()
        for mistake in result.mistakes
    }
    for one in written_mistakes(subject):
        for way in _ways(one.criterion):
            if way.id in one.mark.mistakes:
                said.add((one.part.id, way.says))
    return said


def _leaks(
    subject: Subject, part: Part, criterion: Criterion, attempt: Attempt | None
) -> Iterator[Finding]:
    says = criterion.says if attempt is None else attempt.says
    name = "" if attempt is None else attempt.id or attempt.source or ""
    what = f"what is said of '{name}'" if name else "what is said of the criterion"
    if not says or says in part.ask:
        return
    if number := _told_number(subject, part, criterion, says):
        yield subject.finding(
            NAME, "error", part, criterion, f"{what} shows the expected value: “{number}”",
            "name the mistake and teach, without the value", attempt=name,
        )  # fmt: skip
    elif _earns(subject, part, criterion, says):
        yield subject.finding(
            NAME, "warning", part, criterion, f"{what}, handed in as an answer, earns full marks",
            "say less: a student could copy it", attempt=name,
        )  # fmt: skip


def _told_number(subject: Subject, part: Part, criterion: Criterion, says: str) -> str:
    """A number in a message that is the expected one, and does not stand in the question."""
    try:
        truth = subject.value(criterion)
    except Unknown:
        return ""
    if isinstance(truth, list | tuple | dict) or hasattr(truth, "tolist"):
        return _told_list(part, truth, says)
    if isinstance(truth, bool) or not isinstance(truth, int | float):
        return truth if isinstance(truth, str) and len(truth) > 3 and truth in says else ""
    for said, value in _told(says):
        if not re.search(rf"(?<![\w.]){re.escape(said)}(?![\w]|\.\d)", part.ask, re.IGNORECASE):
            verdict = criterion.compare.built.compare(value, truth)
            if verdict.certain and verdict.credit == 1:
                return said
    return ""


def _told(text: str) -> Iterator[tuple[str, float]]:
    """Numbers of a text that may tell something, as they are written and as they are."""
    for found in _NUMBER.finditer(text):
        said = found[0].strip(" ,")
        small = said.isdigit() and int(said) <= _SMALL
        if small and not _TELLS.search(text[: found.start()]):
            continue
        value = _read(said)
        if value is not None:
            yield said, value
    for start, end, number in number_words.said(text):
        if _tells(text, start, end):
            yield text[start:end], number


def _tells(text: str, start: int, end: int) -> bool:
    """Whether a number in words is told: “it is two”, “Two of the four are even”."""
    if _TELLS.search(text[:start]):
        return True
    heads = not text[:start].strip() or text[:start].rstrip()[-1] in ".!?:;"
    return heads and _COUNTED.match(text[end:]) is not None


def _told_list(part: Part, truth: Any, says: str) -> str:
    """All numbers of an expected list, told one after another."""
    numbers = list(leaves(truth))
    if len(numbers) < _LIST or not all(type(one) in (int, float) for one in numbers):
        return ""
    if not stands(truth, says) or stands(truth, part.ask):
        return ""
    return ", ".join(map(str, numbers[:8]))


def _read(text: str) -> Any:
    scale = 100 if text.endswith("%") else 1
    try:
        found = read_number(text.rstrip("% ").replace("−", "-").replace(",", ""))
    except (ArithmeticError, ValueError):
        return None
    number = float(found.real) / scale
    return int(number) if number.is_integer() else number


def _earns(subject: Subject, part: Part, criterion: Criterion, says: str) -> bool:
    """Whether a message would earn full marks as an answer."""
    spec = part.readers().get(criterion.reading)
    if spec is None or criterion.key:
        return False
    place = Place(file="message", start=1, end=1)
    finding = spec.built.read(Answer(pieces=(Piece(kind="prose", text=says, place=place),)))
    if not isinstance(finding, Found) or finding.doubt or finding.others:
        return False
    try:
        truth = subject.value(criterion) if criterion.expect else None
    except Unknown:
        return False
    verdict = criterion.compare.built.compare(finding.value, truth)
    return bool(verdict.certain and verdict.credit == 1)
