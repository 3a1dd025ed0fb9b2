"""A notebook's answers are found by the names of its cells, where a rubric knows them."""

from __future__ import annotations

import json
from typing import Any

from grader.collect import PartPlan, Plan
from grader.collect._notebook import json as source
from grader.collect._notebook import named
from grader.collect._notebook.cells import cells
from grader.collect._program import program
from grader.collect.notebook import Notebook
from grader.model import Answer, Found

PLAN = Plan(
    assignment="a",
    parts=(
        PartPlan(id="1", ids=("squares", "test-squares")),
        PartPlan(id="2", ids=("why",)),
        PartPlan(id="3", ids=("task",)),
    ),
    program=True,
)


def _cell(kind: str, text: str, id_: str = "", **marks: Any) -> dict[str, Any]:
    metadata = {"nbgrader": {"grade_id": id_, **marks}} if id_ else {}
    return {"cell_type": kind, "metadata": metadata, "source": text, "outputs": []}


def _notebook(*made: dict[str, Any]) -> bytes:
    return json.dumps({"nbformat": 4, "metadata": {}, "cells": list(made)}).encode()


NBGRADER = _notebook(
    _cell("code", "import numpy as np", "imports", locked=True),
    _cell("code", "def squares(n):\n    return n", "squares", solution=True),
    _cell("markdown", "Question 2. Try it with 3.1:"),
    _cell("code", "squares(3)"),
    _cell("code", "assert squares(1) == 1", "test-squares", grade=True, locked=False),
    _cell("code", "after = 1"),
    _cell("markdown", "Because I say so.", "why", grade=True, solution=True),
    _cell("markdown", "Do this and tell.", "task", task=True, locked=True),
    _cell("markdown", "I did it."),
)
OTTER = _notebook(
    _cell("code", "setup = 1"),
    _cell("markdown", "**Question 7.** Write it."),
    _cell("code", "def squares(n):\n    return n"),
    _cell("code", 'grader.check("squares")'),
    _cell("code", "last = 1"),
)


def _numbers(data: bytes) -> dict[str, list[int]]:
    return named.numbers(PLAN, cells(source.load(data)))


def test_cells_belong_to_the_parts_that_their_names_mean() -> None:
    assert _numbers(NBGRADER) == {"1": [2, 4], "2": [7], "3": [9]}


def test_the_code_before_a_check_of_otter_is_its_answer() -> None:
    assert _numbers(OTTER) == {"1": [3]}


def test_names_that_no_part_has_mean_nothing() -> None:
    assert _numbers(_notebook(_cell("code", "x = 1", "other", solution=True))) == {}


def test_answers_are_what_stands_in_these_cells() -> None:
    answers = Notebook().gather(PLAN, "a.ipynb", NBGRADER, {}).answers
    texts = {}
    for id_, found in answers.items():
        assert isinstance(found, Found)
        assert isinstance(found.value, Answer)
        texts[id_] = found.value.text
    assert "def squares" in texts["1"]
    assert texts["2"].strip() == "Because I say so."
    assert texts["3"].strip() == "I did it."


def test_code_that_is_given_is_run_and_tests_are_not() -> None:
    gathered = Notebook().gather(PLAN, "a.ipynb", NBGRADER, {})
    assert gathered.transcript is not None
    evidence = {id_: {"answer": found} for id_, found in gathered.answers.items()}
    made = program(
        PLAN,
        {"a.ipynb": "notebook"},
        {"a.ipynb": NBGRADER},
        {"a.ipynb": gathered.transcript},
        evidence,
    )
    sources = [cell.text for cell in made]
    assert sources[0] == "import numpy as np"
    assert not any("assert" in text for text in sources)
