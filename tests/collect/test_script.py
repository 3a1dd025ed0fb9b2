"""A Python file answers the parts whose names it defines, and those written in its comments."""

from __future__ import annotations

import pytest

from grader.collect import Gathered, PartPlan, Plan, collectors
from grader.model import Finding, Found

PLAN = Plan(
    assignment="sums",
    parts=(PartPlan(id="1", defines=("add",)), PartPlan(id="2"), PartPlan(id="3.1")),
)


def gather(source: str) -> Gathered:
    return collectors.build("script", {}).gather(PLAN, "sums.py", source.encode(), {})


def text(finding: Finding | None) -> str:
    assert isinstance(finding, Found)
    return finding.doubt or finding.value.text


def test_the_whole_file_answers_the_part_that_it_defines() -> None:
    source = '"""Sums."""\n\n\ndef add(a, b):\n    return a + b\n'
    found = gather(source).answers["1"]
    assert text(found) == source.strip()
    assert isinstance(found, Found)
    assert [piece.kind for piece in found.value.pieces] == ["code"]
    assert str(found.where[0]).startswith("sums.py:1-")


@pytest.mark.parametrize(
    "line",
    ["# 2: 42", "# Q2: 42", "# Question 2: 42", "# answer 2 = 42", "answer_2 = 42",
     "q2 = 42  # yes", 'ANSWER_2: str = "42"', "#2: 42"],
)  # fmt: skip
def test_other_parts_are_answered_in_comments_and_variables(line: str) -> None:
    answers = gather(f"def add(a, b):\n    return a + b\n\n{line}\n").answers
    assert text(answers["2"]) == "42"
    assert "1" in answers


def test_a_comment_goes_on_in_the_next_lines() -> None:
    answers = gather("# Q2: the sum\n#   of both\n# 3.1: other\nx = 1\n").answers
    assert text(answers["2"]) == "the sum\n  of both"
    assert text(answers["3.1"]) == "other"


@pytest.mark.parametrize(
    "line", ["    # 2: inside", "x = 2", "# step 2 follows", "p2 = 3", "# 7: no such part"]
)
def test_ordinary_code_and_comments_answer_nothing(line: str) -> None:
    assert "2" not in gather(f"def add(a, b):\n{line}\n").answers


def test_two_different_answers_go_to_a_person() -> None:
    assert text(gather("# 2: 42\n\nanswer_2 = 43\n").answers["2"]) == "answered twice, differently"


def test_a_name_that_is_only_used_is_not_defined() -> None:
    assert "1" not in gather("print(add(1, 2))\n").answers
