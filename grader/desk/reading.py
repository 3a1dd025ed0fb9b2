"""A self-check: the answers read in a box that holds no key, and what a student is told of it.

Told is what was found, where, as which words it was read, and what is not written as it is asked
for. Never points, never an expected value, never a case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from grader.bundle import _keyless
from grader.desk.rows import HandedIn
from grader.gradebook.store import Store
from grader.model import Answer, Broken, Evidence, Finding, Found, Missing
from grader.pipeline import HandIn, Record
from grader.rubric import Part, Rubric
from grader.sandbox import Backend

_QUOTE, _WHY, _NAME = 300, 300, 120
_PLACES, _PROBLEMS, _OTHERS, _READINGS = 4, 30, 2, 12


def read(plan: str, row: HandedIn, store: Store, reader: Backend) -> Record:
    """Return what is found in an upload; whatever its bytes are, this does not raise."""
    paths = tuple((file.name, store.path(file.sha256)) for file in row.files)
    return _keyless.record(plan, HandIn(student=row.key, paths=paths, key=row.key), reader)


def told(rubric: Rubric, record: Record) -> dict[str, Any]:
    """Return what a student is told, as plain data of bounded size.

    Args:
        rubric: whose parts say what is asked.
        record: what was read.
    """
    parts = [_part(part, record.evidence) for part in rubric.parts]
    student = f"{record.student}/"
    problems = sorted({(one.path.removeprefix(student), one.what) for one in record.problems})
    return {
        "parts": parts,
        "found": sum(part["state"] == "found" for part in parts),
        "problems": [[_cut(path, _NAME), _cut(what, _WHY)] for path, what in problems[:_PROBLEMS]],
        "more_problems": max(0, len(problems) - _PROBLEMS),
        "unreadable": record.unreadable,
    }


def _part(part: Part, evidence: Evidence) -> dict[str, Any]:
    findings = evidence.get(part.id, {})
    answer = findings.get("answer", Missing(why="no answer found"))
    one: dict[str, Any] = {"id": part.id, "ask": part.ask, "checks": [], **_one(answer)}
    if isinstance(answer, Found):
        one["readings"] = list(_readings(part, findings))[:_READINGS]
        if isinstance(answer.value, Answer):
            one["quote"] = _cut(answer.value.text, _QUOTE)
    return one


def _readings(part: Part, findings: Mapping[str, Finding]) -> Iterator[dict[str, Any]]:
    kinds = part.readers()
    seen: set[str] = set()
    for criterion in part.criteria:
        name = criterion.reading
        finding = findings.get(name)
        if name == "answer" or finding is None or name in seen:
            continue
        seen.add(name)
        one = {"name": criterion.id, **_one(finding)}
        kind = kinds[name].kind if name in kinds else ""
        odd = one["state"] != "found" or one["doubt"]
        one["how"] = ASKED.get(kind, "") if odd else ""
        yield one


def _one(finding: Finding) -> dict[str, Any]:
    if isinstance(finding, Missing):
        return {
            "state": "missing",
            "why": _cut(finding.why, _WHY),
            "doubt": _cut(finding.doubt, _WHY),
        }
    if isinstance(finding, Broken):
        return {"state": "unread", "why": _cut(finding.why, _WHY), "doubt": ""}
    return {
        "state": "found",
        "where": [_cut(str(place), _NAME) for place in finding.where[:_PLACES]],
        "quote": _cut(finding.quote, _QUOTE),
        "doubt": _cut(finding.doubt, _WHY),
        "others": [_cut(other.quote, _QUOTE) for other in finding.others[:_OTHERS]],
    }


def _cut(text: str, most: int) -> str:
    line = text.strip()
    return line if len(line) <= most else f"{line[: most - 1]}…"


ASKED: Mapping[str, str] = {
    "choice": "Name one of the options, once, and no other.",
    "columns": "Give a table with one row for each step, and a heading above each column.",
    "formula": "Write it as one equation, with its name on the left: y = 7x + 7.",
    "integer": "Write one whole number in figures, such as 7, and mark it as your result.",
    "keyed-formulas": "Write one line for each, with its name before a colon: A: 7x + 7.",
    "linear": "Write the sum out with its numbers: 7 + 0.7*77 + 7*7.",
    "mapping": "Write one line for each, with its name before a colon: A: 7.",
    "number": "Write one number, such as 7 or 0.7, and mark it as your result.",
    "numbers": "Write the numbers in one line with commas between them, or one a line with its name.",
    "rankings": "Write the names in their order, with commas between them.",
    "scores": "Write one line for each, with its name before a colon: model A: 0.7.",
    "shape": "Write sizes with an x between them: 7x7x7.",
    "source": "Put the code in a cell of its own, or between lines of three backticks, so that it runs.",
    "tally": "Write the terms with plus signs, and the total after an equals sign: 7*7 + 7 = 56.",
    "truths": "Write one line for each letter: a) true.",
}
"""How an answer is written that a kind of reading can read.

The numbers are all sevens: an example that is somebody's answer would tell it.
"""
