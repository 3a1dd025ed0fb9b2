"""Hidden inputs stay hidden, whatever a hand-in does to tell them in what students are shown."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader import pipeline
from grader.report import render
from grader.sandbox import Backend, Job, Run

RUBRIC = """\
assignment: told
title: Told
parts:
  - id: "1"
    points: 1
    ask: A function.
    find: {defines: [double]}
    runs: {calls: {kind: call, function: double, cases: cases}}
    criteria:
      - id: one
        points: 1
        read: answer
        ran: {read: calls, expect: doubles, given: {cases: {inputs: calls}}, compare: {kind: cases}}
        compare: {kind: judged}
  - id: "2"
    points: 1
    ask: What is printed and held.
    find: {defines: [seen_by_two]}
    runs:
      said: {kind: printed}
      held: {kind: variable, names: [copy, seen]}
    criteria: [{id: two, points: 1, read: answer, compare: {kind: judged}}]
  - id: "3"
    points: 1
    ask: What a driver and a call with shown inputs give.
    find: {defines: [shown]}
    runs:
      shown: {kind: call, function: shown, cases: shown_cases, hidden: false}
      driven: {kind: drive, source: "def drive(names): return names['told']()"}
    criteria: [{id: three, points: 1, read: answer, compare: {kind: judged}}]
"""
REFERENCE = """\
def cases():
    return [[4711.5], [815.25]]
def doubles(cases):
    return [2 * case["args"][0] for case in cases]
def shown_cases():
    return [[1]]
"""
FIRST = "factor = 2\nseen = []\ndef double(x):\n    seen.append(x)\n    return factor * x\n"
SECOND = "copy = list(seen)\ndef seen_by_two():\n    return copy\nprint('seen', seen)\n"
THIRD = "def told():\n    return list(seen)\ndef shown(x):\n    return list(seen)\n"
LATER = {
    "as they are": "",
    "the function is bound anew": "def double(x):\n    return x\n",
    "what it rests on is bound anew": "factor = 3\n",
}


@pytest.fixture
def told(tmp_path: Path) -> pipeline.Assignment:
    for folder in ("rubrics", "reference"):
        (tmp_path / "course" / folder).mkdir(parents=True)
    (tmp_path / "course/rubrics/told.yaml").write_text(RUBRIC, "utf-8")
    (tmp_path / "course/reference/told.py").write_text(REFERENCE, "utf-8")
    return pipeline.load_assignment(tmp_path / "course", "told")


def handed_in(*parts: str) -> dict[str, str]:
    blocks = [f"## {n}\n```python\n{code}```\n" for n, code in enumerate(parts, 1)]
    return {"a.md": "\n".join(blocks)}


@pytest.mark.parametrize("later", LATER.values(), ids=LATER)
def test_what_a_later_part_prints_holds_or_returns_tells_no_hidden_input(
    told: pipeline.Assignment, graded: Callable[..., Any], later: str
) -> None:
    parts, record = graded(told, handed_in(FIRST, SECOND + later, THIRD))
    assert parts["1"].earned == 1, "it is called as its own part has it"
    own = {**record.evidence["2"], **record.evidence["3"]}
    assert own["said"].value == "seen []\n"
    assert own["held"].value == {"copy": [], "seen": []}
    assert own["driven"].value == []
    assert own["shown"].value["cases"][0]["result"] == []


@pytest.mark.parametrize("ended", ["refused", "killed", "box failed", "memory"])
@pytest.mark.parametrize("step", ["call", "cell", "value", "drive"])
def test_what_a_box_says_of_an_end_is_shown_to_no_student(
    told: pipeline.Assignment,
    graded_apart: Callable[..., Any],
    backend: Backend,
    tmp_path: Path,
    step: str,
    ended: Any,
) -> None:
    class Talking:
        """Boxes that tell inputs in the words that say how a step ended."""

        def __call__(self, job: Job) -> Run:
            run = backend(job)
            outcomes = [
                replace(outcome, ended=ended, why="inputs 4711.5") if one.do == step else outcome
                for one, outcome in zip(job.steps, run.outcomes, strict=True)
            ]
            return replace(run, outcomes=tuple(outcomes), why="inputs 4711.5")

        def close(self) -> None:
            """They are the fixture's to close."""

    parts, record = graded_apart(told, handed_in(FIRST, SECOND, THIRD), Talking())
    result = pipeline.mark_record(told, record)
    render.student(told.rubric, result, record.evidence, tmp_path, "s", problems=record.problems)
    for file in tmp_path.glob("s.*"):
        assert "4711" not in file.read_text("utf-8")
    assert "4711" not in repr(parts)
