"""The whole story of one mark, as plain data: from the files as received to the points.

It is worked out from what is stored and from the rubric as it is, and is for the course staff. What
a reference expects is in it only where that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from grader.marking import Call, plain
from grader.marking import mark as marked
from grader.marking.repairs import as_written
from grader.marking.ways import Ways
from grader.model import Broken, Evidence, Finding, Found, Missing, PartResult
from grader.pipeline.assignment import Assignment
from grader.pipeline.records import Record
from grader.rubric import REPAIR, WRITTEN, Attempt, Criterion, Part

_QUOTE = 400
_SHEET = "an answer sheet"
_WAYS = {
    ".ipynb": "a notebook",
    ".py": "a script",
    ".pdf": "a PDF",
    ".docx": "a Word document",
    ".md": "a document",
    ".txt": "a document",
}


def story_of_part(
    assignment: Assignment, record: Record, result: PartResult, *, key: bool = False
) -> dict[str, Any]:
    """Return how one part was read, compared and marked.

    Args:
        assignment: with the student's numbers.
        record: the evidence.
        result: of this part as marking gives it now, before decisions by hand.
        key: whether expected values are told.
    """
    part = next(one for one in assignment.rubric.parts if one.id == result.id)
    evidence, repaired = _counted(assignment, part, record.evidence, result)
    findings = evidence.get(part.id, {})
    return {
        "part": part.id,
        "ask": part.ask,
        "possible": str(part.points),
        "found": _answer(findings.get("answer")),
        "readings": [
            {"name": name, **_finding(found)}
            for name, found in findings.items()
            if name not in ("answer", REPAIR) and not name.startswith(WRITTEN)
        ],
        "repair": _repair(record.evidence.get(part.id, {}), counted=repaired),
        "criteria": [
            _criterion(assignment, part, criterion, evidence, result, key=key)
            for criterion in part.criteria
        ],
        "mistakes": [{"id": seen.id, "says": seen.says} for seen in result.mistakes],
        "reasons": list(result.reasons),
        "marking": {
            "earned": _points(result.earned),
            "proposed": _points(result.proposed),
            "verdict": result.verdict,
            "why_open": result.why,
            "detail": result.detail,
        },
    }


def _counted(
    assignment: Assignment, part: Part, evidence: Evidence, result: PartResult
) -> tuple[Evidence, bool]:
    """The evidence that the mark rests on: of the code as repaired, or as it was written."""
    if REPAIR not in evidence.get(part.id, {}):
        return evidence, False
    written = as_written(evidence, part.id)
    alone = assignment.rubric.model_copy(update={"parts": (part,)})
    if marked(alone, written, assignment.call, assignment.keys)[0] == result:
        return written, False
    return evidence, True


def _points(value: Any) -> str | None:
    return None if value is None else str(value)


# -- what was read


def _answer(found: Finding | None) -> dict[str, Any]:
    data = _finding(found)
    if isinstance(found, Found):
        ways = {
            _SHEET
            if place.unit == "entry"
            else _WAYS.get(PurePosixPath(place.file).suffix.lower(), "a file")
            for place in found.where
        }
        data["by"] = " and ".join(sorted(ways))
        data["lost"] = list(getattr(found.value, "lost", ()))
    data.pop("value", None)
    return data


def _finding(found: Finding | None) -> dict[str, Any]:
    if found is None:
        return {"state": "not collected"}
    if isinstance(found, Missing):
        return {"state": "missing", "why": found.why, "doubt": found.doubt}
    if isinstance(found, Broken):
        return {"state": "not readable", "why": found.why, "cause": found.cause}
    return {
        "state": "found",
        "where": [str(place) for place in found.where],
        "quote": _cut(found.quote),
        "value": _cut(repr(plain(found.value))),
        "doubt": found.doubt,
        "rivals": [
            {"quote": _cut(other.quote), "value": _cut(repr(plain(other.value)))}
            for other in found.others
        ],
        "notes": list(found.notes),
    }


def _cut(text: str) -> str:
    return text if len(text) <= _QUOTE else f"{text[:_QUOTE]}… ({len(text) - _QUOTE} more)"


def _repair(findings: Mapping[str, Finding], *, counted: bool) -> dict[str, Any] | None:
    found = findings.get(REPAIR)
    if not isinstance(found, Found):
        return None
    value = found.value if isinstance(found.value, Mapping) else {}
    told = {str(name): _cut(str(item)) for name, item in value.items()}
    return {"what": told, "quote": _cut(found.quote), "doubt": found.doubt, "counts": counted}


# -- what was compared


@dataclass(slots=True)
class _Listening:
    """Calls the reference, and notes what each function gave."""

    call: Call
    gave: dict[str, Any] = field(default_factory=dict)

    def __call__(self, name: str, given: Mapping[str, Any]) -> Any:
        value = self.call(name, given)
        self.gave[name] = value
        return value


def _criterion(
    assignment: Assignment,
    part: Part,
    criterion: Criterion,
    evidence: Evidence,
    result: PartResult,
    *,
    key: bool,
) -> dict[str, Any]:
    listening = _Listening(assignment.call)
    ways = Ways(part, evidence, listening, assignment.keys)
    mark = next((one for one in result.marks if one.id == criterion.id), None)
    run = ways.findings.get(criterion.ran.read) if criterion.ran is not None else None
    by_run = isinstance(run, Found) and not run.doubt
    told = criterion.as_run() if by_run else criterion
    finding: Finding | None = run if by_run else ways.findings.get(criterion.reading)
    tried = list(_tried(ways, listening, told, finding, key=key)) if finding is not None else []
    data = {
        "id": criterion.id,
        "says": criterion.says,
        "compare": told.compare.kind,
        "reads": told.reading,
        "by_running": by_run,
        "possible": str(criterion.points),
        "earned": _points(mark.earned) if mark else None,
        "proposed": _points(mark.proposed) if mark else None,
        "reason": mark.reason if mark else "",
        "why_open": mark.why if mark else None,
        "detail": mark.detail if mark else "",
        "named": list(mark.mistakes) if mark else [],
        "tried": tried,
    }
    if key and criterion.key:
        data["expected"] = _cut(repr(assignment.keys.get(part.id, "no key was given")))
    return data


def _tried(
    ways: Ways, listening: _Listening, criterion: Criterion, finding: Finding, *, key: bool
) -> Iterator[dict[str, Any]]:
    truth = Attempt.model_validate({"from": criterion.expect})
    for role, attempt in (("truth", truth), *criterion.attempts()):
        listening.gave.clear()
        words_only = attempt.source is None and attempt.compare is None
        if words_only and role not in ("truth", "follow"):
            tried = None  # a judgement names it
        else:
            tried = ways.attempt(criterion, role, attempt, finding)
        source = attempt.source or (criterion.expect if role == "follow" else None)
        data: dict[str, Any] = {
            "role": role,
            "id": attempt.id,
            "says": attempt.says,
            "function": source or "",
            "earlier": list(_earlier(ways, criterion, attempt)),
            "applied": tried is not None,
        }
        if tried is not None:
            data |= {
                "credit": str(tried.verdict.credit),
                "worth": str(tried.credit),
                "certain": tried.verdict.certain,
                "reason": tried.verdict.reason,
                "matched": bool(tried.verdict.certain and tried.verdict.credit == 1),
            }
        if key and source in listening.gave:
            data["expected"] = _cut(repr(listening.gave[source]))
        yield data


def _earlier(ways: Ways, criterion: Criterion, attempt: Attempt) -> Iterator[dict[str, Any]]:
    """The student's own values from before that a way rests on."""
    for name in _named({**criterion.given, **attempt.given}):
        part, slash, reading = name.rpartition("/")
        findings = ways.evidence.get(part, {}) if slash else ways.findings
        yield {"reading": name, **_finding(findings.get(reading))}


def _named(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and "reading" in value:
        yield str(value["reading"])
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _named(item)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for item in value:
            yield from _named(item)
