"""What students get to check their own work with tells no answer."""

from __future__ import annotations

from grader.authoring.findings import Finding
from grader.authoring.registry import check
from grader.authoring.subject import Subject
from grader.pipeline.published import published, told

NAME = "kits"


@check(NAME, "no option of a reader that a kit holds tells an answer")
def kits(subject: Subject) -> tuple[str, list[Finding]]:
    """Look for wanted values, and values that are worked out, in what `grader kit` gives out."""
    readers = [(part, name) for part in subject.parts for name in part.readers()]
    options = sum(len(published(part.readers()[name])) for part, name in readers)
    own = {part.id: part for part in subject.parts}
    findings = [
        subject.finding(
            NAME, "warning", own[one.part], None, f"a kit gives it away: {one}",
            "take it out of this option; a choice has `worked` for phrases that tell",
        )
        for one in told(subject.assignment)
        if one.part in own
    ]  # fmt: skip
    return f"{options} options of {len(readers)} readings", findings
