"""What a student sees before handing in: what was found, how it was read. No marks, no key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from grader.model import Broken, Evidence, Finding, Found, Missing
from grader.report import Problem
from grader.rubric import Part, Rubric

_SHOWN = 100


def lines(rubric: Rubric, evidence: Evidence, problems: Iterable[Problem]) -> Iterator[str]:
    """Yield one line per part, and lines for readings that are unclear or malformed."""
    found = 0
    for part in rubric.parts:
        findings = evidence.get(part.id, {})
        answer = findings.get("answer", Missing(why="no answer found"))
        found += isinstance(answer, Found)
        yield f"{part.id:>6}  {_answer(answer)}"
        if isinstance(answer, Found):
            yield from _readings(part, findings)
    yield ""
    yield f"{found} of {len(rubric.parts)} parts have an answer."
    for problem in sorted(set(problems)):
        yield f"problem: {problem.path}: {problem.what}"


def _answer(answer: Finding) -> str:
    if isinstance(answer, Missing):
        return f"missing: {answer.why}" + (f" ({answer.doubt})" if answer.doubt else "")
    if isinstance(answer, Broken):
        return f"not readable: {answer.why}"
    where = ", ".join(str(place) for place in answer.where)
    doubt = f"; unclear: {answer.doubt}" if answer.doubt else ""
    return f"found at {where}{doubt}"


def _readings(part: Part, findings: Mapping[str, Finding]) -> Iterator[str]:
    for criterion in part.criteria:
        finding = findings.get(criterion.reading)
        if criterion.reading == "answer" or finding is None:
            continue
        if isinstance(finding, Found):
            rival = (
                f"; also possible: “{_short(finding.others[0].quote)}”" if finding.others else ""
            )
            doubt = f"; unclear: {finding.doubt}" if finding.doubt else ""
            read = f"read as “{_short(finding.quote)}”" if finding.quote else "read"
            yield f"        {criterion.id}: {read}{rival}{doubt}"
        else:
            yield f"        {criterion.id}: {finding.why}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
