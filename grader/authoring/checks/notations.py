"""The reference's own answers score full marks, in twenty ways of writing each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from grader.authoring.findings import Finding
from grader.authoring.registry import check
from grader.authoring.seen import READERS, unread
from grader.authoring.subject import Subject, Unknown, document
from grader.authoring.writing import WAYS, readable, ways
from grader.model import Mark
from grader.rubric import Criterion, Part

NAME = "notations"
_Lost = tuple[str, Mark, str]
"""A writing that is not worth all it should be, its mark, and why nothing was read of it."""


@check(NAME, "the reference's own answers score 100 % in twenty ways of writing them")
def notations(subject: Subject) -> tuple[str, list[Finding]]:
    """Hand in the truth in each notation; what is certain and not full is a fault."""
    texts: dict[tuple[str, str], list[str]] = {}
    unwritten: Counter[str] = Counter()
    for part, criterion in subject.criteria:
        made = _texts(subject, part, criterion)
        if made:
            texts[part.id, criterion.id] = made
        else:
            unwritten[readable(part, criterion)] += 1
    findings = list(_findings(subject, texts))
    count = sum(len(made) for made in texts.values())
    said = f"{count} writings of {len(texts)} answers"
    fewer = sorted(len(made) for made in texts.values() if len(made) < WAYS)
    said += f"; {len(fewer)} have fewer than {WAYS} ways (at least {fewer[0]})" if fewer else ""
    if unwritten:
        kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(unwritten.items()))
        said += f"; not written: {kinds}"
    return said, findings


def _texts(subject: Subject, part: Part, criterion: Criterion) -> list[str]:
    key = subject.assignment.keys.get(part.id)
    try:
        value = key if criterion.key and key is not None else subject.value(criterion)
    except Unknown:
        return []
    return ways(part, criterion, value)


def _findings(subject: Subject, texts: dict[tuple[str, str], list[str]]) -> Iterator[Finding]:
    wrong: dict[tuple[str, str], list[_Lost]] = {}
    criteria = {(part.id, criterion.id): (part, criterion) for part, criterion in subject.criteria}
    for at in range(max((len(made) for made in texts.values()), default=0)):
        answers: dict[str, str] = {}
        for (part_id, _), made in texts.items():
            text = made[at % len(made)]
            answers[part_id] = f"{answers[part_id]}\n\n{text}" if part_id in answers else text
        evidence = subject.read({"answers.md": document(answers).encode()})
        marked = subject.marks(evidence)
        for key, made in texts.items():
            if at < len(made):
                found = next(m for m in marked[key[0]].marks if m.id == key[1])
                if (found.earned if found.earned is not None else None) != found.possible:
                    why = unread(evidence, *criteria[key])
                    wrong.setdefault(key, []).append((made[at], found, why))
    for part, criterion in subject.criteria:
        yield from _told(subject, part, criterion, wrong.get((part.id, criterion.id), []))


def _told(
    subject: Subject, part: Part, criterion: Criterion, wrong: list[_Lost]
) -> Iterator[Finding]:
    lost = [one for one in wrong if one[1].earned is not None]
    waiting = [(text, m) for text, m, _ in wrong if m.earned is None]
    if criterion.review == "always":
        waiting = [(text, m) for text, m in waiting if m.proposed not in (None, m.possible)]
    for text, found, why in lost[:3]:
        what = f"the truth, written “{_short(text)}”, earns {found.earned} of {found.possible}"
        reason = f": {why}" if why else f" ({found.reason})" if found.reason else ""
        yield subject.finding(
            NAME, "error", part, criterion, what + reason,
            READERS if why else "let `compare` allow it, or another reader read it",
        )  # fmt: skip
    if waiting:
        text, found = waiting[0]
        more = f" and {len(waiting) - 1} other ways" if len(waiting) > 1 else ""
        yield subject.finding(
            NAME, "note", part, criterion,
            f"the truth, written “{_short(text)}”{more}, waits for a person ({found.detail})",
            "it costs nobody a mark; options of `read` may tell what is meant",
        )  # fmt: skip


def _short(text: str) -> str:
    flat = " ⏎ ".join(text.strip().splitlines())
    return flat if len(flat) <= 60 else f"{flat[:57]}…"  # one line of a terminal
