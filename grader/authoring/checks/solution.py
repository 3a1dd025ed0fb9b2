"""The course's own code earns full marks by being run, and changed copies of it do not."""

from __future__ import annotations

import re
import textwrap
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.authoring.findings import Finding, Severity
from grader.authoring.mutants import changed
from grader.authoring.registry import check
from grader.authoring.subject import Subject
from grader.collect.runs.call import Call
from grader.pipeline import Boxes, SolutionFails, boxes_for, check_solution

NAME = "solution"
MOST, SECONDS = 4, 8.0
"""So many changed copies are run at most, and for so long."""
_FENCE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


@check(NAME, "the course's own code earns full marks by being run, and changed copies do not")
def solution(subject: Subject) -> tuple[str, list[Finding]]:
    """Run the solution in boxes, then copies of it with one thing changed."""
    assignment = subject.assignment
    parts = [part.id for part in subject.parts if any(c.ran for c in part.criteria)]
    if not parts:
        return "no code is run", []
    if assignment.solution is None:
        place = subject.places.of(parts[0])
        what = "code is run, and there is no solution that shows that it can earn full marks"
        return "no solution", [
            _finding(subject.file, place[0], "warning", what, "name a `solution:`")
        ]
    boxes = boxes_for(assignment, hidden=[subject.course], train=False)
    try:
        if boxes.running is None:
            why = boxes.refused or "this machine makes no boxes"
            found = _finding(
                assignment.solution, 1, "note", f"it was not run: {why}", "grader doctor"
            )
            return "nothing was run", [found]
        return _run(subject, boxes, assignment.solution)
    finally:
        boxes.close()


def _run(subject: Subject, boxes: Boxes, path: Path) -> tuple[str, list[Finding]]:
    if why := _fails(subject, boxes, path):
        hint = "mend the solution, the bounds of `run:`, or the rubric"
        return "it fails", [_finding(path, 1, "error", why, hint)]
    ends = time.monotonic() + SECONDS
    tried, findings = 0, []
    with TemporaryDirectory(prefix="grader-solution-") as name:
        for line, what, text in _copies(subject, path):
            if time.monotonic() > ends or tried >= MOST:
                break
            copy = Path(name) / f"{tried}{path.suffix}"
            copy.write_text(text, "utf-8")
            tried += 1
            if not _fails(subject, boxes, copy):
                told = f"a copy in which {what} earns full marks as well"
                hint = "add inputs to `cases` on which it fails, unless nobody asks for this line"
                findings.append(_finding(path, line, "warning", told, hint))
    return f"it passes; {tried - len(findings)} of {tried} changed copies fail", findings


def _fails(subject: Subject, boxes: Boxes, path: Path) -> str:
    """Why a hand-in does not earn full marks by being run; empty where it does."""
    try:
        check_solution(replace(subject.assignment, solution=path), boxes.running, boxes.reader())  # type: ignore[arg-type]
    except SolutionFails as error:
        return " ".join(str(error).split())[:400]
    return ""


def _copies(subject: Subject, path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, what was changed, and the changed hand-in: of functions that are called."""
    called = {
        run.built.function
        for part in subject.parts
        for run in part.runs.values()
        if isinstance(run.built, Call)
    }
    text = path.read_text("utf-8")
    for found in _FENCE.finditer(text):
        code = textwrap.dedent(found[1])
        if not any(re.search(rf"\bdef {re.escape(name)}\b", code) for name in called):
            continue
        line = text[: found.start()].count("\n") + 2
        try:
            copies = changed(code, MOST, subject.seed)
        except SyntaxError:
            continue
        for what, other in copies:
            yield line, what, f"{text[: found.start(1)]}{other}\n{text[found.end(1) :]}"


def _finding(file: Path, line: int, severity: Severity, what: str, hint: str) -> Finding:
    return Finding(severity=severity, check=NAME, file=file, line=line, what=what, suggestion=hint)
