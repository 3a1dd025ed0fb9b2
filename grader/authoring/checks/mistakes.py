"""Every known mistake loses points, and is named in the result."""

from __future__ import annotations

from collections.abc import Iterator

from grader.authoring.findings import Finding
from grader.authoring.registry import check
from grader.authoring.samples import Made, is_named, written_mistakes
from grader.authoring.subject import Subject

NAME = "mistakes"


@check(NAME, "every mistake function loses points, and is named")
def mistakes(subject: Subject) -> tuple[str, list[Finding]]:
    """Hand in what each mistake function gives."""
    made = written_mistakes(subject)
    findings = [found for one in made for found in _told(subject, one)]
    every = sum(len(c.mistakes) + len(c.ran.mistakes if c.ran else ()) for _, c in subject.criteria)
    said = f"{len(made)} of {every} mistakes written out and handed in"
    free = [
        subject.finding(
            NAME, "error", part, criterion, f"the mistake '{a.id or a.source}' costs nothing",
            "give it a `credit` below 1, or list it under `accept`", attempt=a.id or a.source or "",
        )
        for part, criterion in subject.criteria
        for a in (*criterion.mistakes, *(criterion.ran.mistakes if criterion.ran else ()))
        if a.credit == 1 and not a.flag and (a.source or a.compare)
    ]  # fmt: skip
    return said, [*findings, *free]


def _told(subject: Subject, one: Made) -> Iterator[Finding]:
    name = one.attempt.id or one.attempt.source or ""
    whose = (one.part, one.criterion)
    text = one.text.splitlines()[0][:50]
    file, line = subject.places.function(one.attempt.source or "")
    source = f"{one.attempt.source} ({file.name}:{line})"
    if one.attempt.credit == 1 or is_named(one):
        return  # said already, or fine
    if one.mark.earned == one.mark.possible:
        yield subject.finding(
            NAME, "error", *whose,
            f"who makes the mistake '{name}' and writes “{text}” earns full marks",
            f"narrow the tolerance of `compare`, or look at {source}", attempt=name,
        )  # fmt: skip
        return
    instead = f"; “{', '.join(one.mark.mistakes)}” is named" if one.mark.mistakes else ""
    if one.attempt.flag and not one.attempt.credit:
        yield subject.finding(
            NAME,
            "note",
            *whose,
            f"the mistake '{name}' has a flag and earns nothing, so it is never named; where there "
            "is working a person looks",
            "take out the flag only if what it gives is never a step of a right answer",
            attempt=name,
        )
        return
    why = one.mark.detail or one.mark.reason
    why = f" ({why})" if why else ""
    yield subject.finding(
        NAME, "error", *whose,
        f"the mistake '{name}', written “{text}”, is not named{instead}{why}",
        f"give it a `compare` of its own, or look at {source}", attempt=name,
    )  # fmt: skip
