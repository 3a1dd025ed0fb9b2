"""All files of a hand-in together: nothing that may be answered is called missing for certain."""

from __future__ import annotations

import pytest

from grader.collect import Plan
from grader.collect._everything import collect
from grader.model import Finding, Found, Missing


def answers(plan: Plan, **files: str) -> dict[str, Finding]:
    data = {name.replace("_", "."): text.encode() for name, text in files.items()}
    return {part: found["answer"] for part, found in collect(plan, data).evidence.items()}


@pytest.mark.parametrize("file", ["a_md", "a_txt", "a_py", "a_json"])
@pytest.mark.parametrize("text", ["The distance is 3, so green.", "x = 1\nprint(x)", "\u7b54"])
def test_text_without_any_label_is_never_certainly_nothing(
    file: str, text: str, plan: Plan
) -> None:
    for part, found in answers(plan, **{file: text}).items():
        assert isinstance(found, Missing)
        assert found.doubt.startswith("no label of any part was recognised in a."), part


def test_a_file_without_labels_beside_one_with_them_may_hold_the_rest(plan: Plan) -> None:
    found = answers(plan, a_md="Q2.2: Green\n\nQ2.3: Red\n", b_txt="It takes 50 hours.")
    assert isinstance(found["2.2"], Found)
    assert found["3.3"] == Missing(
        why="no answer found", doubt="no label of any part was recognised in b.txt"
    )


@pytest.mark.parametrize("files", [{"a_md": ""}, {"a_md": " \n#\n"}, {"a_json": '{"answers": {}}'}])
def test_an_empty_file_is_certainly_nothing(files: dict[str, str], plan: Plan) -> None:
    assert set(answers(plan, **files).values()) == {Missing(why="no answer found")}


def test_a_row_of_printed_numbers_is_no_heading(plan: Plan) -> None:
    text = "## 4.1\n\n## 7.2\n\n```\n1 5.33\n4 1.019\n```\n"
    assert answers(plan, a_md=text)["4.1"] == Missing(why="no answer found")


def test_a_line_that_may_be_the_heading_of_a_missing_part_is_flagged(plan: Plan) -> None:
    found = answers(plan, a_md="Q3.3: it takes\n2.1 - 2.3 hours\n\nQ6.1: 4\n")["2.1"]
    assert isinstance(found, Missing)
    assert found.doubt
