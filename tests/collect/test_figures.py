"""A number alone below a label is the answer, though it may look like the id of another part.

Expected answers were written by hand. The law at the end holds what is most important: an answer
that was written is found as it was written, or a person is asked; it is never lost.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.collect.told import ASKED, DEEP, FLAT, answers


@pytest.mark.parametrize("text", [
    "## Question 1\n\n4.5\n\n## Question 4\n\n9",
    "## 1\n\n4.5\n\n## 4\n\n9\n",
    "Question 1\n4.5\n\nQuestion 4\n9\n",
    "**1**\n\n4.5\n\n**4**\n\n9\n",
    "1)\n\n4.5\n\n4)\n\n9\n",
])  # fmt: skip
def test_a_number_is_no_label_of_the_part_that_it_begins_with(text: str) -> None:
    assert answers(FLAT, text) == {"1": "4.5", "4": "9"}


@pytest.mark.parametrize(("text", "expected"), [
    ("## Question 1\n\n4\n\n## Question 4\n\n9\n", {"1": "4", "4": "9"}),
    ("# 1\n4\n# 2\n3\n# 3\n2\n# 4\n1\n", {"1": "4", "2": "3", "3": "2", "4": "1"}),
    ("Q1\n4\nQ2\n3\nQ3\n2\nQ4\n1", {"1": "4", "2": "3", "3": "2", "4": "1"}),
    ("1) 4\n2) 3\n3) 2\n4) 1\n", {"1": "4", "2": "3", "3": "2", "4": "1"}),
    ("1. 4\n2. 3\n3. 2\n4. 1\n", {"1": "4", "2": "3", "3": "2", "4": "1"}),
    ("1) five\nso 5\nq2: 2 of 4\n3. you lose one\n4\ndef f(x)\n", {
        "1": "five\nso 5", "2": "2 of 4", "3": "you lose one", "4": "def f(x)"}),
    ("## Question 2\n\n2\n", {"2": "2"}),
    ("## Question 2\n\n3.0\n", {"2": "3.0"}),
    ("1.\n\n7\n\n2.\n\nIt is\n\n4\n\n3.\n\n8\n\n4.\n\n9\n", {
        "1": "7", "2": "It is\n\n4", "3": "8", "4": "9"}),
    ("**1**\n\n7\n\n**3**\n\nThe answer is:\n4\n\n**4**\n\n9\n", {
        "1": "7", "3": "The answer is:\n4", "4": "9"}),
    ("## Question 1\n\n7\n\n## Question 2\n\n3\n\n## Question 3\n\n8\n\n## Question 4\n\n9\n", {
        "1": "7", "2": "3", "3": "8", "4": "9"}),
    ("## Question 1\n\n(3)\n\n## Question 3\n\n(3)\n", {"1": "(3)", "3": "(3)"}),
    ("Question 1\n\nThe mean is\n\n4.5\n", {"1": "The mean is\n\n4.5"}),
])  # fmt: skip
def test_a_number_is_the_answer_to_what_stands_above(text: str, expected: dict[str, str]) -> None:
    assert answers(FLAT, text) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("### Question 1.1\n\n1.2\n\n### Question 1.2\n\n1.1", {"1.1": "1.2", "1.2": "1.1"}),
    ("### Question 1.1\n\n3\n\n### Question 3\n\n1.1", {"1.1": "3", "3": "1.1"}),
    ("1.1\n\n2.1\n\n1.2\n\n2.2\n\n2.1\n\n9\n\n2.2\n\n8\n",
     {"1.1": "2.1", "1.2": "2.2", "2.1": "9", "2.2": "8"}),
    ("## Problem 1\n\n1.1\n\nfive\n\n1.2\n\nsix\n\n## Problem 2\n\n2.1\n\nten\n",
     {"1.1": "five", "1.2": "six", "2.1": "ten"}),
])  # fmt: skip
def test_ids_of_two_steps_too(text: str, expected: dict[str, str]) -> None:
    found = answers(DEEP, text)
    assert {id_: found.get(id_) for id_ in expected} == expected


@pytest.mark.parametrize("line", [
    "2.5*10^2", "2.5 * 10^2", "2.5·10^2", "2.5 · 10^2", "**2.5*10^2**", "2.5 × 10^2", "2.5 ± 0.1",
    "2 - 1", "2.5 - 1", "4.5 cm", "2 apples", "2.5*10²", "1.5*250", "3.0.", "4 / 2",
])  # fmt: skip
def test_a_product_is_no_label_with_an_answer_behind_it(line: str) -> None:
    found = answers(FLAT, f"## 1\n\n{line}\n\n## 2\n\n1.6*10^2\n")
    assert found == {"1": line, "2": "1.6*10^2"}


@pytest.mark.parametrize(("text", "doubted"), [
    ("1\n\n4\n\n4\n\n9\n", {"1", "2", "3", "4"}),  # as many numbers as parts
    ("1\n\n4\n\n9\n", {"1"}),  # 4 is the answer to 1, or heads the answer to 4
    ("1\n\n2\n\n3\n\n4\n", {"1", "2", "3"}),  # nothing was written, or 2, or 2 and 4
    ("Question 1: seven\n\n2\n\nten\n", {"1", "2"}),  # labels of two looks
    ("## Problem 1.1\n\n1.2\n\nfive\n", {"1.1"}),
    ("1. 7\n2. 8\n3. 2 points\n4. 9\n", {"3"}),  # an answer, or what the question is worth
    ("1\n7\n\n2\n8\n\n3\nI counted them:\n4\n\n4\n9\n", {"3", "4"}),
    ("## Question 1\n\n7\n\n## Question 2\n\n**3** clusters\n", {"2", "3"}),
    ("1) 3 2) 1 3) b 4) 2", {"2", "3", "4"}),
])  # fmt: skip
def test_where_either_is_meant_a_person_is_asked(text: str, doubted: set[str]) -> None:
    found = answers(DEEP if "." in text else FLAT, text)
    assert {id_ for id_, told in found.items() if told == ASKED} >= doubted


def test_a_sheet_of_labels_that_nothing_was_written_on_is_empty() -> None:
    assert answers(DEEP, "1.1\n\n1.2\n\n2.1\n\n") == {}
    assert answers(FLAT, "## 1\n\n## 2\n\n## 3\n") == {}


LOOKS = ("## Question {}", "## {}", "Problem {}:", "**Q{}**", "{})", "{}.", "{}", "### Task {}")
NUMBERS = st.one_of(
    st.integers(0, 12).map(str),
    st.decimals(0, 9, places=1, allow_nan=False).map(str),
    st.sampled_from(["2.5*10^2", "1.5*250", "3 - 1", "2.1 - 1", "4/2", "3.0", "2.5 cm", "1/2"]),
)


@settings(max_examples=300, deadline=None)
@given(
    ids=st.sampled_from((FLAT, DEEP, ("1", "2"), ("1a", "1b", "2"))),
    look=st.sampled_from(LOOKS),
    gap=st.sampled_from(("\n", "\n\n")),
    data=st.data(),
)
def test_an_answer_is_found_as_written_or_a_person_is_asked(
    ids: tuple[str, ...], look: str, gap: str, data: st.DataObject
) -> None:
    written = data.draw(st.dictionaries(st.sampled_from(ids), NUMBERS, min_size=1))
    text = "\n\n".join(look.format(id_) + gap + written[id_] for id_ in ids if id_ in written)
    found = answers(ids, text + "\n")
    for id_ in ids:
        told = found.get(id_, "")
        assert told in (ASKED, written.get(id_, "")), (text, id_, told)
