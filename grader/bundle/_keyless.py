"""Bundles without a key: what was read is said and kept, nothing is marked, no code is run.

The plan of an assignment says where to look and what to read; it holds nothing of the key, and goes
into every box anyway. The evidence comes home in the results.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from grader import codec
from grader.bundle._first import NO_POINTS
from grader.model import Broken, Evidence, Finding, Found, Missing
from grader.pipeline import Assignment, HandIn, Record
from grader.pipeline.hand_ins import read
from grader.pipeline.records import COLLECT, TASK
from grader.report import Problem
from grader.sandbox import Backend, Run
from grader.sandbox.process import reading

FILE = "plan.json"
EVIDENCE = "evidence"
"""Where results carry what was read, below ``extra_data``."""
_LARGEST = 400_000
"""Bytes of evidence, packed, that results carry; more is left at the files handed in."""
_QUOTE = 100


def plan_json(assignment: Assignment) -> str:
    """Return the plan of an assignment as the file of a bundle holds it.

    ``told`` names the readings that a criterion compares: students are told of those.
    """
    told = {
        part.id: [one.reading for one in part.criteria if one.reading != "answer"]
        for part in assignment.rubric.parts
    }
    data = {"plan": asdict(assignment.plan), "told": told}
    return json.dumps(data, ensure_ascii=False, sort_keys=True)


def record(text: str, hand_in: HandIn, reader: Backend) -> Record:
    """Return what is read of a hand-in; whatever its bytes are, this does not raise.

    ``text`` is the file of the bundle that ``plan_json`` made.
    """
    data = json.loads(text)["plan"]
    files, lost = read(hand_in)
    asked = {"plan": json.dumps(data, ensure_ascii=False), "lost": list(lost)}
    run = reader(reading(TASK, asked, files, COLLECT))
    outcome = run.outcomes[0] if run.outcomes else None
    done = run.ended == "done" and outcome is not None and outcome.ended == "done"
    problems = [Problem(path=f"{hand_in.student}/{name}", what=what) for name, what in lost.items()]
    if done:
        told = run.value["problems"]
        problems += [Problem(path=f"{hand_in.student}/{name}", what=what) for name, what in told]
    else:
        problems.append(Problem(path=hand_in.student, what=f"reading stopped: {_why(run)}"))
    return Record(
        assignment=data["assignment"],
        student=hand_in.student,
        claims=run.value["claims"] if done else None,
        files=tuple(sorted((n, hashlib.sha256(d).hexdigest()) for n, d in files.items())),
        isolation=str(run.isolation),
        problems=tuple(problems),
        evidence=codec.from_plain(run.value["evidence"]) if done else _nothing(data, _why(run)),
        unreadable=bool(lost) or not done or bool(run.value["unread"]),
    )


def _why(run: Run) -> str:
    outcome = run.outcomes[0] if run.outcomes else None
    raised = outcome.raised if outcome is not None else None
    return f"{raised.type}: {raised.message}"[:300] if raised else run.why or run.ended


def _nothing(plan: Mapping[str, Any], why: str) -> Evidence:
    broken = Broken(why=f"reading this hand-in stopped: {why}", cause="ours")
    return {
        part["id"]: {"answer": broken, **dict.fromkeys(part["readings"], broken)}
        for part in plan["parts"]
    }


def results(text: str, found: Record) -> dict[str, Any]:
    """Return what students and course staff are shown, with the evidence packed into it."""
    data = json.loads(text)
    parts, told = data["plan"]["parts"], data["told"]
    tests = [
        {
            "name": "Handed in",
            "output": "\n".join(_overview(found, len(parts))),
            "output_format": "text",
            **NO_POINTS,
        },
        *(_test(part, told[part["id"]], found.evidence.get(part["id"], {})) for part in parts),
    ]
    packed = base64.b64encode(zlib.compress(found.to_bytes(), 9)).decode()
    made: dict[str, Any] = {"tests": tests, "output": "Read, and not marked here."}
    if len(packed) <= _LARGEST:
        made["extra_data"] = {EVIDENCE: packed}
    else:
        made["output"] += " The evidence is too large to be carried; grade the files handed in."
    return made


def _overview(found: Record, count: int) -> list[str]:
    there = sum(isinstance(own.get("answer"), Found) for own in found.evidence.values())
    lines = [f"{there} of {count} parts have an answer.", "Files: " + _names(found)]
    return [*lines, *(f"{p.path}: {p.what}" for p in sorted(set(found.problems)))]


def _names(found: Record) -> str:
    return ", ".join(name for name, _ in found.files) or "none"


def _test(
    part: Mapping[str, Any], names: Sequence[str], findings: Mapping[str, Finding]
) -> dict[str, Any]:
    answer = findings.get("answer", Missing(why="no answer found"))
    lines = [_told(answer, "found")]
    if isinstance(answer, Found):
        own = [(name, findings[name]) for name in dict.fromkeys(names) if name in findings]
        lines += [f"{name}: {_told(one, 'read')}" for name, one in own]
    return {
        "number": part["id"],
        "name": part["ask"],
        "name_format": "text",
        "output": "\n".join(lines),
        "output_format": "text",
    }


def _told(one: Finding, word: str) -> str:
    if isinstance(one, Missing):
        return f"missing: {one.why}"
    if isinstance(one, Broken):
        return f"not readable: {one.why}"
    where = f" at {', '.join(map(str, one.where))}" if one.where and word == "found" else ""
    quote = " ".join(one.quote.split())
    told = f" as “{quote[:_QUOTE]}”" if quote and word == "read" else ""
    return f"{word}{where}{told}" + (f"; unclear: {one.doubt}" if one.doubt else "")
