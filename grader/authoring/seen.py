"""How an answer of ours was read: whether a lost mark is the reader's fault or the comparison's."""

from __future__ import annotations

from grader.model import Answer, Evidence, Found, Number
from grader.rubric import Criterion, Part

READERS = (
    "the comparison was not asked, so its tolerance is not at fault: look at the options of `read` "
    "(`settings`, `near`, `away`, `least`, `most`)"
)


def unread(evidence: Evidence, part: Part, criterion: Criterion) -> str:
    """Return why nothing was read of an answer, and where there was one; "" where it was read."""
    findings = evidence.get(part.id, {})
    found = findings.get(criterion.reading)
    if found is None or isinstance(found, Found):
        return ""
    answer = findings.get("answer")
    if not isinstance(answer, Found):
        return f"no answer was found under its heading ({found.why})"
    text = answer.value.text if isinstance(answer.value, Answer) else answer.quote
    return f"the answer “{' '.join(text.split())[:60]}” was found, and no value in it ({found.why})"


def read_as(evidence: Evidence, part: Part, criterion: Criterion) -> str:
    """Return as what an answer was read, for a message; "" where nothing was."""
    found = evidence.get(part.id, {}).get(criterion.reading)
    if not isinstance(found, Found):
        return ""
    value = found.value
    told = f"{float(value.value):g}" if isinstance(value, Number) else str(value)[:60]
    return f", which was read as {told},"
