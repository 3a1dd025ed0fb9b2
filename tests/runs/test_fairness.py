"""Right code that cannot be run, or read, as it is goes to a person: it is never a certain zero."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from grader import pipeline
from grader.collect import _program
from grader.report import render

ROOT = Path(__file__).parent.parent.parent
ADD = "def add(a, b):\n    return a + b\n"
ABOVE = {
    "it asks at the keyboard": "x = int(input('first: '))",
    "it ends without arguments": "import sys\nif len(sys.argv) < 3:\n    sys.exit('usage')",
    "it reads arguments": "import argparse\np = argparse.ArgumentParser()\np.add_argument('x')\np.parse_args(['-y'])",
    "it wants a key of the environment": "import os\nKEY = os.environ['API_KEY']",
    "it wants a locale": "import locale\nlocale.setlocale(locale.LC_ALL, 'xx_XX.UTF-8')",
    "it wants a file": "x = open('data/mine.csv').read()",
    "it starts many threads": 'raise RuntimeError("can\'t start new thread")',
    "it wants a screen": "class TclError(Exception):\n    pass\nraise TclError('no display')",
}


@pytest.fixture(scope="module")
def add() -> pipeline.Assignment:
    return pipeline.load_assignment(ROOT, "add")


def notebook(*cells: str) -> dict[str, str]:
    made = [{"cell_type": "markdown", "metadata": {}, "source": "## Question 1"}]
    code = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    made += [{**code, "source": cell} for cell in cells]
    return {
        "a.ipynb": json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made})
    }


@pytest.mark.parametrize("above", ABOVE.values(), ids=ABOVE)
def test_what_a_box_lacks_above_the_function_leaves_its_mark_to_a_person(
    add: pipeline.Assignment, graded: Callable[..., Any], above: str
) -> None:
    parts, _ = graded(add, {"a.py": f"# Question 1\n{above}\n{ADD}"})
    assert (parts["1"].earned, parts["1"].proposed) == (None, 1)


@pytest.mark.parametrize("body", ["return int(input())", "raise SystemExit('no')"])
def test_a_function_that_itself_wants_what_a_box_lacks_is_wrong(
    add: pipeline.Assignment, graded: Callable[..., Any], body: str
) -> None:
    parts, _ = graded(add, {"a.py": f"def add(a, b):\n    {body}\n"})
    assert parts["1"].earned == 0


def test_a_function_behind_hundreds_of_cells_is_run(
    add: pipeline.Assignment, graded: Callable[..., Any]
) -> None:
    parts, _ = graded(add, notebook(*(f"print({n})" for n in range(450)), ADD))
    assert parts["1"].earned == 1


def test_a_program_that_is_cut_decides_nothing(
    add: pipeline.Assignment, graded: Callable[..., Any]
) -> None:
    cells = [f"x = {n}" for n in range(_program.MOST_CELLS)]
    parts, _ = graded(add, notebook("def adds(a, b):\n    return 0", *cells, ADD))
    assert parts["1"].earned is None
    assert _program.CUT in parts["1"].detail


@pytest.mark.parametrize("lines", [450, 5000])
def test_code_below_many_comments_is_no_empty_form(
    add: pipeline.Assignment, graded: Callable[..., Any], lines: int
) -> None:
    parts, _ = graded(add, notebook("# a comment line\n" * lines + ADD))
    assert parts["1"].verdict != "missing"
    assert parts["1"].earned in (None, 1)


def test_a_function_that_the_hand_in_defines_is_never_said_to_be_missing(
    add: pipeline.Assignment, graded: Callable[..., Any]
) -> None:
    parts, _ = graded(add, notebook(ADD, "del add"))
    assert parts["1"].earned is None


def test_a_name_that_is_nearly_the_one_asked_for_is_told(
    add: pipeline.Assignment, graded: Callable[..., Any]
) -> None:
    parts, _ = graded(add, {"a.md": "## 1\n```python\ndef Add(a, b):\n    return a + b\n```\n"})
    assert parts["1"].earned == 0
    assert parts["1"].reasons == ("the code defines no function add; it defines Add",)


@pytest.mark.parametrize(
    ("kind", "named"),
    [("Decimal", "decimal.Decimal"), ("Told", "a type of its own")],
)
def test_a_result_of_a_type_that_is_not_read_goes_to_a_person_and_says_which_are(
    add: pipeline.Assignment, graded: Callable[..., Any], kind: str, named: str
) -> None:
    code = f"from decimal import Decimal\nclass Told:\n    def __init__(self, x): pass\ndef add(a, b):\n    return {kind}(a + b)\n"
    parts, _ = graded(add, {"a.py": code})
    assert (parts["1"].earned, parts["1"].proposed) == (None, 0)
    told = " ".join(parts["1"].reasons)
    assert named in told
    assert "read are numbers" in told
    assert "Told" not in told


SLIPS = {
    "a parameter that is used once": ("return a + c", None),
    "another such": ("return aa + b", None),
    "a number behind it": ("return a + a1", None),
    "used again and again": ("c = B\n    return a + c if B else a + B", Fraction(3, 4)),
    "in another case": ("return a + B", Fraction(3, 4)),
}


@pytest.mark.parametrize(("body", "earned"), SLIPS.values(), ids=SLIPS)
def test_a_repair_that_decides_the_whole_result_is_a_proposal(
    add: pipeline.Assignment, graded: Callable[..., Any], body: str, earned: Fraction | None
) -> None:
    parts, _ = graded(add, {"a.md": f"## 1\n```python\ndef add(a, b):\n    {body}\n```\n"})
    assert (parts["1"].earned, parts["1"].proposed) == (earned, Fraction(3, 4))
    assert [m.id for m in parts["1"].mistakes] == ["repaired-slip"]


def test_a_wrong_answer_is_told_what_was_asked_beside_what_is_wrong(
    add: pipeline.Assignment, graded: Callable[..., Any], tmp_path: Path
) -> None:
    _, record = graded(add, {"a.py": "def add(a, b):\n    return a * b\n"})
    result = pipeline.mark_record(add, record)
    render.student(add.rubric, result, record.evidence, tmp_path, "s", problems=record.problems)
    text = (tmp_path / "s.md").read_text("utf-8")
    assert "returns the sum of its two arguments" in text
    assert "hidden cases" in text


@pytest.mark.parametrize(
    ("above", "words"),
    [("while True: pass", "did not end in time"), ("open('/no/such')", "Code stopped")],
)
def test_code_that_was_run_is_not_said_to_be_not_run(
    add: pipeline.Assignment,
    graded: Callable[..., Any],
    tmp_path: Path,
    above: str,
    words: str,
) -> None:
    _, record = graded(add, {"a.py": f"{above}\n{ADD}"})
    result = pipeline.mark_record(add, record)
    render.student(add.rubric, result, record.evidence, tmp_path, "s", problems=record.problems)
    text = (tmp_path / "s.md").read_text("utf-8")
    assert words in text
    assert "Code not run" not in text


def test_without_boxes_a_result_claims_no_isolation_of_running(
    add: pipeline.Assignment, graded_apart: Callable[..., Any]
) -> None:
    parts, record = graded_apart(add, {"a.py": ADD}, None)
    assert parts["1"].why == "not-run"
    assert pipeline.mark_record(add, record).isolation == "reading only"
