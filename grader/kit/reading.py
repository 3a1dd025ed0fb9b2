"""A student's hand-in read with a kit, in a process of its own that can be stopped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from grader import codec
from grader.kit.opening import Kit
from grader.pipeline import hand_ins
from grader.pipeline.hand_ins import read
from grader.pipeline.records import COLLECT, TASK
from grader.report import Problem
from grader.report.selfcheck import CheckReport, checked
from grader.sandbox.process import Worker, reading


def check_path(kit: Kit, path: Path) -> CheckReport:
    """Return what is found in a file or a folder."""
    files, lost = read(hand_ins([path])[0])
    return check_files(kit, files, lost)


def check_files(
    kit: Kit, files: Mapping[str, bytes], lost: Mapping[str, str] | None = None
) -> CheckReport:
    """Return what is found in files; whatever their bytes are, this does not raise."""
    lost = lost or {}
    asked = {"plan": json.dumps(kit.plan, ensure_ascii=False), "lost": list(lost)}
    with Worker() as worker:
        run = worker(reading(TASK, asked, files, COLLECT))
    problems = [Problem(path=name, what=what) for name, what in lost.items()]
    outcome = run.outcomes[0] if run.outcomes else None
    if run.ended != "done" or outcome is None or outcome.ended != "done":
        why = run.why or (outcome.why if outcome else "") or run.ended
        raised = outcome.raised if outcome is not None else None
        told = f"{raised.type}: {raised.message}"[:300] if raised else why
        problems.append(Problem(path="the hand-in", what=f"reading stopped: {told}"))
        return checked(kit.parts, {}, problems, unreadable=True)
    problems += [Problem(path=name, what=what) for name, what in run.value["problems"]]
    evidence = codec.from_plain(run.value["evidence"])
    unread = bool(lost) or bool(run.value["unread"])
    return checked(kit.parts, evidence, problems, unreadable=unread)
