"""Nothing earns nothing: an empty hand-in, and the paper handed in as it was dealt out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grader.authoring.findings import Finding
from grader.authoring.registry import check
from grader.authoring.samples import paper_of
from grader.authoring.subject import Subject, document
from grader.model import PartResult

NAME = "nothing"
Files = Mapping[str, bytes]


@check(NAME, "an empty hand-in scores 0, and so does the paper")
def nothing(subject: Subject) -> tuple[str, list[Finding]]:
    """Hand in nothing, headings alone, shrugs, and the questions."""
    findings: list[Finding] = []
    tried = dict(_hand_ins(subject))
    for name, files in tried.items():
        findings += _told(subject, name, subject.marks(subject.read(files)))
    return f"{len(tried)} hand-ins: {', '.join(tried)}", findings


def _hand_ins(subject: Subject) -> Iterator[tuple[str, Files]]:
    parts = subject.assignment.rubric.parts
    yield "no file", {}
    yield "an empty file", {"answers.md": b"\n"}
    yield "headings alone", {"answers.md": document({p.id: "" for p in parts}).encode()}
    for name, text in (("question marks", "?"), ("a shrug", "I do not know.")):
        yield name, {"answers.md": document({part.id: text for part in parts}).encode()}
    asked = {part.id: part.ask for part in parts}
    yield "the questions", {"answers.md": document(asked).encode()}
    if (paper := paper_of(subject)) is not None:
        yield "the paper", {paper[0]: paper[1]}


def _told(subject: Subject, name: str, marked: Mapping[str, PartResult]) -> Iterator[Finding]:
    for part in subject.parts:
        result = marked[part.id]
        worth = next((m for m in result.marks if m.earned), None)
        criterion = next((c for c in part.criteria if worth is not None and c.id == worth.id), None)
        if result.earned:
            why = f" ({worth.reason})" if worth is not None and worth.reason else ""
            yield subject.finding(
                NAME, "error", part, criterion,
                f"{name} earns {result.earned} of {result.possible} points{why}",
                "put the question's wording into `find: phrases`, or ask `compare` for more",
            )  # fmt: skip
        elif result.earned is None and name in ("no file", "headings alone", "an empty file"):
            yield subject.finding(
                NAME, "warning", part, criterion,
                f"{name} waits for a person ({result.detail})", "what is certainly missing is 0",
            )  # fmt: skip
