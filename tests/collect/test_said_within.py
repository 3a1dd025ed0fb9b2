"""Answers in the sentence of the question, in brackets, in headings, or taken back further on.

None of them is certain to be unanswered, and none that is corrected elsewhere is certain.
"""

from __future__ import annotations

import json

import pytest

from grader.collect import PartPlan, Plan
from tests.collect.told import ASKED, told

ASKS = {
    "1.1": ("Compute the median of the sample 3, 9, 4, 8, 5.", "median of the sample"),
    "1.2": ("Name the layer with the most parameters.", "layer with the most parameters"),
    "1.3": ("Give the eigenvalues of A.", "eigenvalues of A"),
    "1.4": ("Explain why the variance is divided by n-1.", "variance is divided by n-1"),
}
PLAN = Plan(
    assignment="m",
    parts=tuple(PartPlan(id=id_, ask=ask, phrases=(near,)) for id_, (ask, near) in ASKS.items()),
)


@pytest.mark.parametrize(("id_", "line"), [
    ("1.1", "Compute the median of the sample 3, 9, 4, 8, 5: 5"),
    ("1.2", "Name the layer with the most parameters - The dense layer"),
    ("1.2", "Name the layer with the most parameters. (2 points) The dense layer"),
    ("1.3", "Give the eigenvalues of A. 4 and 7"),
    ("1.3", "Give the eigenvalues of A: 4 and 7"),
    ("1.3", "Give the eigenvalues of A = 4 and 7"),
    ("1.4", "Explain why the variance is divided by n-1. (2 points) So that it is unbiased."),
    ("1.4", "Explain why the variance is divided by n-1\nSo that it is unbiased."),
    ("1.1", "\n\n### 5"),
    ("1.2", "\n\n# The dense layer"),
])  # fmt: skip
def test_an_answer_in_the_line_of_its_question_is_not_missing_for_certain(
    id_: str, line: str
) -> None:
    found = told(PLAN, f"{id_} {line}\n")
    assert found[id_] == ASKED or "dense" in found[id_] or "unbiased" in found[id_]


@pytest.mark.parametrize("answer", ["not sure, dense layer?", "Most layers? No, the dense layer"])
def test_an_answer_that_is_put_as_a_question_is_not_certain(answer: str) -> None:
    assert told(PLAN, f"Question 1.2\n\n{answer}\n").get("1.2") in (ASKED, answer)


@pytest.mark.parametrize("id_", ["1.1", "1.2", "1.4"])
def test_a_question_that_was_copied_and_not_answered_is_missing(id_: str) -> None:
    assert id_ not in told(PLAN, f"{id_} {ASKS[id_][0]}\n")


@pytest.mark.parametrize("answer", [
    "(1,2)", "[1,2]", "(1,2)^T", "(1,2) is the point", "**(1,2)**", "[0.38]", "(37.75%)", "(50.0) hours",
])  # fmt: skip
def test_numbers_in_brackets_are_no_points_of_the_question(answer: str) -> None:
    assert told(PLAN, f"Question 1.1\n\n{answer}\n")["1.1"] == answer


@pytest.mark.parametrize("line", [
    "Answer B", "answer b", "Answer (B)", "Solution B",
])  # fmt: skip
def test_a_letter_behind_the_word_answer_is_the_answer(line: str) -> None:
    assert told(PLAN, f"Question 1.1\n\n{line}\n")["1.1"].strip("()").lower() == "b"


@pytest.mark.parametrize("line", [
    "Correction to part 1.1: 21", "Errata: 1.1: 21", "Part 1.1 again: 21",
    "P.S. In part 1.1 I made a mistake, it is 21.", "Korrektur zu Aufgabe 1.1: 21",
])  # fmt: skip
def test_an_answer_that_is_corrected_further_on_is_not_certain(line: str) -> None:
    found = told(PLAN, f"Question 1.1\n\n42\n\nQuestion 1.2\n\nThe dense layer\n\n{line}\n")
    assert found["1.1"] == ASKED


def test_a_mistake_that_is_named_without_a_part_takes_nothing_back() -> None:
    text = "Question 1.1\n\n42\n\nQuestion 1.4\n\nDividing by n would be wrong in 1.1 of 2 cases.\n"
    assert told(PLAN, text)["1.1"] == "42"


@pytest.mark.parametrize("answer", ["{}", "[]", "{ }", "none", "None"])
@pytest.mark.parametrize("file", ["a.md", "answers.json"])
@pytest.mark.parametrize("kind", ["typed", "truths"])
def test_a_value_that_says_none_is_not_missing_where_it_may_be_one(
    answer: str, file: str, kind: str
) -> None:
    part = PartPlan(id="1", readings={"value": (kind, {})})
    text = (
        json.dumps({"answers": {"1": answer}})
        if file == "answers.json"
        else f"Question 1\n\n{answer}\n"
    )
    assert told(Plan(assignment="m", parts=(part,)), text, file)["1"] == ASKED
    free = PartPlan(id="1", readings={"value": ("sentences", {})})
    assert told(Plan(assignment="m", parts=(free,)), text, file) == {}
