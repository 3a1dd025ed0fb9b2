"""Functions of the course's own that are given the inputs of calls: as made, and tried beforehand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from grader import codec
from grader.cli import grader as command
from grader.cli import main
from grader.marking import mark
from grader.model import Answer, Found, Piece, Place
from grader.pipeline import Assignment, load_assignment

RUBRIC = """\
assignment: stats
title: Statistics
parts:
  - id: "1"
    points: 2
    ask: A function centred(x).
    find: {defines: [centred]}
    runs:
      calls: {kind: call, function: centred, cases: tables, given: {count: 3}}
    criteria:
      - id: works
        points: 2
        read: answer
        compare: {kind: judged}
        why: not-run
        ran:
          read: calls
          expect: right
          given: {cases: {inputs: calls}}
          compare: {kind: cases}
          mistakes:
            - {id: rows, from: by_rows, credit: 1/2, says: You took rows.}
"""
REFERENCE = """\
import numpy as np


def tables(count):
    return [[np.arange(6.0).reshape(2, 3) * n] for n in range(1, count + 1)]


def right(cases):
    return [case["args"][0] - case["args"][0].mean(axis=0) for case in cases]


def by_rows(cases):
    return [case["args"][0] - case["args"][0].mean(axis=1, keepdims=True) for case in cases]
"""
PLACE = Place(file="a.py", start=1, end=1)
ANSWER = Found(value=Answer(pieces=(Piece(kind="code", text="x", place=PLACE),)), where=(PLACE,))


@pytest.fixture
def stats(tmp_path: Path) -> Callable[[str], Path]:
    def make(reference: str) -> Path:
        for name, text in {"rubrics/stats.yaml": RUBRIC, "reference/stats.py": reference}.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text, "utf-8")
        (tmp_path / "submissions" / "stats").mkdir(parents=True)
        (tmp_path / "submissions" / "stats" / "ada.md").write_text("## 1\n\nx\n", "utf-8")
        return tmp_path

    return make


def earned(assignment: Assignment, function: Callable[[Any], Any]) -> Any:
    """The mark of what a student's function gives, by way of evidence as it lies on disk."""
    cases = [
        {"args": list(c.args), "kwargs": {}, "ended": "done", "result": function(*c.args)}
        for c in assignment.cases["1", "calls"]
    ]
    found = Found(value={"function": "centred", "hidden": True, "cases": cases})
    evidence = codec.loads(codec.dumps({"1": {"answer": ANSWER, "calls": found}}))
    (part,) = mark(assignment.rubric, evidence, assignment.call, assignment.keys)
    return part.earned


def test_a_reference_is_given_arrays_where_the_cases_hold_arrays(stats) -> None:
    assignment = load_assignment(stats(REFERENCE), "stats")
    assert earned(assignment, lambda x: x - x.mean(axis=0)) == 2
    assert earned(assignment, lambda x: x - x.mean(axis=1, keepdims=True)) == 1
    assert earned(assignment, lambda x: x) == 0


def test_a_reference_that_changes_its_inputs_spoils_no_other_call(stats) -> None:
    spoils = REFERENCE.replace(
        "def by_rows(cases):", "def by_rows(cases):\n    cases[0]['args'][0][:] = 7"
    )
    assignment = load_assignment(stats(spoils), "stats")
    assert earned(assignment, lambda x: x - x.mean(axis=0)) == 2


def test_long_arrays_that_look_alike_are_told_apart(stats) -> None:
    assignment = load_assignment(stats(REFERENCE), "stats")
    one, other = np.zeros((50, 50)), np.zeros((50, 50))
    other[25, 25] = 1
    for table in (one, other):
        given = {"cases": [{"args": [table], "kwargs": {}}]}
        (made,) = assignment.call("right", given)
        assert made[25, 25] == (table - table.mean(axis=0))[25, 25]


FAULTS = {
    "the truth": (
        ".mean(axis=0)",
        ".average(axis=0)",
        "right raises AttributeError: 'numpy.ndarray' object has no attribute 'average'",
        9,
    ),
    "a mistake": (
        "axis=1",
        "axis=4",
        "by_rows raises AxisError: axis 4 is out of bounds",
        13,
    ),
}


@pytest.mark.parametrize("verb", ["check", "grade"])
@pytest.mark.parametrize("whose", FAULTS)
def test_what_a_function_raises_on_its_cases_is_said_with_its_line_and_nobody_is_marked(
    stats, verb: str, whose: str, capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    before, after, words, line = FAULTS[whose]
    course = stats(REFERENCE.replace(before, after))
    monkeypatch.setattr("sys.argv", ["grader", verb, "stats", "--course", str(course)])
    with pytest.raises(SystemExit) as ended:
        main()
    told = "".join(capfd.readouterr())
    assert ended.value.code == 3
    assert words in told
    assert f"{course}/reference/stats.py:{line}" in told
    assert not (course / ".grader" / "out").exists()


@pytest.mark.parametrize(
    ("gives", "told"),
    [("[1, 2]", "gives 2 entries"), ("np.zeros(3)", "gives a value of ndarray")],
)
def test_a_reference_gives_an_entry_for_each_case(stats, gives: str, told: str) -> None:
    course = stats(f"{REFERENCE}\n\ndef right(cases):\n    return {gives}\n")
    done = CliRunner().invoke(command, ["check", "stats", "--course", str(course)])
    assert told in str(done.exception)
    assert "takes a list of 3: what each case gives" in str(done.exception)
