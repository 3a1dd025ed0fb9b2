"""Runs in real boxes: replays, hidden inputs, kinds of runs, and the course's own solution."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader import pipeline
from grader.model import Found, Missing
from grader.pipeline.solution import SolutionFails, check_solution
from grader.sandbox import Backend

ROOT = Path(__file__).parent.parent.parent
TELLS = """\
SEEN = []
class Told(Exception):
    pass
def add(a, b):
    SEEN.append((a, b))
    print("inputs", a, b)
    if b < -99:
        raise type(f"Told{a}and{b}", (Exception,), {})(f"inputs were {SEEN}")
    raise ValueError(f"inputs were {SEEN}")
# 2: 42
"""


def test_a_function_that_tells_its_inputs_tells_the_student_nothing(
    graded: Callable[..., Any], tmp_path: Path
) -> None:
    from grader.report import render
    from grader.report.summary import summary

    loaded = pipeline.load_assignment(ROOT, "add")
    parts, record = graded(loaded, {"add.py": TELLS})
    assert parts["1"].earned == 0
    result = pipeline.mark_record(loaded, record)
    render.student(loaded.rubric, result, record.evidence, tmp_path, "s", problems=record.problems)
    shown = (tmp_path / "s.md").read_text("utf-8") + repr(parts["1"])
    assert "hidden cases" in shown
    for inputs in ("99, ", " -100", "1000000", "inputs were [(", "Told9"):
        assert inputs not in shown
    assert summary(result, (), unreadable=False, stored=[])


@pytest.mark.parametrize("name", ["add", "dl_midterm"])
def test_the_courses_own_solution_earns_full_marks(name: str, backend: Backend) -> None:
    record = check_solution(pipeline.load_assignment(ROOT, name), backend)
    assert record is not None


def copy(tmp_path: Path) -> Path:
    for folder in ("rubrics", "reference"):
        (tmp_path / folder).mkdir()
    shutil.copy(ROOT / "rubrics/add.yaml", tmp_path / "rubrics")
    shutil.copy(ROOT / "reference/add.py", tmp_path / "reference")
    (tmp_path / "reference/solutions").mkdir()
    shutil.copy(ROOT / "reference/solutions/add.md", tmp_path / "reference/solutions")
    return tmp_path


def test_a_solution_that_fails_stops_the_batch_with_its_reason(
    tmp_path: Path, backend: Backend
) -> None:
    folder = copy(tmp_path)
    solution = folder / "reference/solutions/add.md"
    solution.write_text(solution.read_text("utf-8").replace("a + b", "a - b"), "utf-8")
    with pytest.raises(
        SolutionFails, match=r"part 1, function: .*take|part 1, function: "
    ) as error:
        check_solution(pipeline.load_assignment(folder, "add"), backend)
    assert "no hand-in was marked" in str(error.value)


def test_boxes_in_which_nothing_works_stop_the_batch(tmp_path: Path, backend: Backend) -> None:
    folder = copy(tmp_path)
    solution = folder / "reference/solutions/add.md"
    text = solution.read_text("utf-8").replace("def add", "import not_mounted\ndef add")
    solution.write_text(text.replace("a + b", "not_mounted.add(a, b)"), "utf-8")
    with pytest.raises(SolutionFails, match="part 1, function"):
        check_solution(pipeline.load_assignment(folder, "add"), backend)


RUBRIC = """\
assignment: kinds
title: Kinds
parts:
  - id: "1"
    points: 1
    ask: Everything.
    find: {defines: [model]}
    runs:
      names: {kind: variable, names: [w, model.weight, none]}
      rows: {kind: vectors, length: 3}
      said: {kind: printed}
      read: {kind: printed, read: {kind: integer}}
      drawn: {kind: figure}
      driven:
        kind: drive
        args: [4]
        source: |
          def drive(names, times):
              return [names["model"].double(n) for n in range(times)]
    criteria:
      - {id: one, points: 1, read: answer, compare: {kind: judged}}
"""
CODE = """\
import numpy as np
import matplotlib.pyplot as plt
class Model:
    weight = 2.5
    def double(self, n):
        return 2 * n
model = Model()
w = np.arange(3.0)
print("the sum is 7")
plt.plot(w, w ** 2, label="square")
plt.scatter([1, 2], [3, 4])
plt.title("<b>drawn</b>");
"""


def kinds(tmp_path: Path) -> pipeline.Assignment:
    (tmp_path / "course/rubrics").mkdir(parents=True)
    (tmp_path / "course/reference/kinds").mkdir(parents=True)
    (tmp_path / "course/rubrics/kinds.yaml").write_text(RUBRIC, "utf-8")
    return pipeline.load_assignment(tmp_path / "course", "kinds")


def test_each_kind_of_run_gives_what_it_asks_for(
    graded: Callable[..., Any], tmp_path: Path
) -> None:
    _, record = graded(kinds(tmp_path), {"a.py": CODE})
    found = record.evidence["1"]
    assert found["names"].value["model.weight"] == 2.5
    assert found["names"].value["w"].tolist() == [0, 1, 2]
    assert "none" not in found["names"].value
    assert found["rows"].value == {"w": [0, 1, 2]}
    assert found["said"].value == "the sum is 7\n"
    assert found["read"].value.value == 7
    assert found["driven"].value == [0, 2, 4, 6]
    (figure,) = found["drawn"].value["figures"]
    (axes,) = figure["axes"]
    assert (axes["lines"][0]["label"], axes["lines"][0]["y"]) == ("square", [0, 1, 4])
    assert axes["points"][0]["x"] == [1, 2]
    assert axes["title"] == "<b>drawn</b>"


def test_what_is_not_there_is_missing_and_what_stopped_says_where(
    graded: Callable[..., Any], tmp_path: Path
) -> None:
    loaded = kinds(tmp_path)
    _, record = graded(loaded, {"a.py": "model = 3\n"})
    assert {
        n: type(f)
        for n, f in record.evidence["1"].items()
        if n in ("names", "rows", "said", "drawn")
    } == dict.fromkeys(("names", "rows", "said", "drawn"), Missing)
    _, record = graded(loaded, {"a.py": "model = 3\nprint(1)\nlater = model[0]\nw = 1\n"})
    why = record.evidence["1"]["names"].why
    assert "TypeError" in why
    assert "line 3" in why
    assert not record.evidence["1"]["names"].doubt


def test_marks_are_replayed_from_the_evidence_bit_for_bit(
    graded: Callable[..., Any], tmp_path: Path
) -> None:
    loaded = pipeline.load_assignment(ROOT, "dl_midterm")
    text = (ROOT / "reference/solutions/dl_midterm.md").read_text("utf-8")
    _, record = graded(loaded, {"a.md": text})
    data = record.to_bytes()
    again = pipeline.Record.from_bytes(data)
    assert again.to_bytes() == data
    assert pipeline.mark_record(loaded, again) == pipeline.mark_record(loaded, record)
    assert isinstance(again.evidence["11.2"]["forward"], Found)


def test_cells_of_other_parts_are_not_run(graded: Callable[..., Any], tmp_path: Path) -> None:
    cells = [
        ("markdown", "# Question 2"),
        ("code", "import math\nraise SystemExit('this is the training of another part')"),
        ("markdown", "# Question 1"),
        ("code", "def add(a, b):\n    return math.fsum([a, b])"),
    ]
    made = [
        {"cell_type": kind, "source": source, "metadata": {}}
        | ({"outputs": [], "execution_count": 1} if kind == "code" else {})
        for kind, source in cells
    ]
    book = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made})
    parts, _ = graded(pipeline.load_assignment(ROOT, "add"), {"a.ipynb": book})
    assert parts["1"].earned == 1


def test_a_whole_hand_in_is_marked_for_certain_where_its_code_was_run(
    graded: Callable[..., Any],
) -> None:
    text = (ROOT / "submissions/dl_midterm/perfect/answers.md").read_text("utf-8")
    parts, _ = graded(pipeline.load_assignment(ROOT, "dl_midterm"), {"answers.md": text})
    assert {n: parts[n].earned for n in ("7.1", "7.2", "7.3", "7.4", "11.2")} == {
        "7.1": 2,
        "7.2": 4,
        "7.3": 2,
        "7.4": 2,
        "11.2": 4,
    }
