"""Answers side by side, in one line, or without their labels: a person is asked, none is lost.

What was written to each part is known here, since the layouts below put it there; whatever they
are, an answer is found as it was written, or a person is asked about it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.collect import PartPlan, Plan
from tests.collect.told import ASKED, DEEP, FLAT, answers, told

SIX = tuple("123456")
LETTERED = ("1a", "1b", "2a", "2b", "3")


@pytest.mark.parametrize(("text", "asked"), [
    ("1) red      2) green\n3) blue     4) grey\n", "1234"),
    ("1: 6; 2: 2; 3: 1; 4: 8\n", "1234"),
    ("1: 1.3, 2: 3.4, 3: 0.4\n", "123"),
    ("Q1 red Q2 green Q3 blue\n", "123"),
    ("| 1 | 2 | 3 | 4 |\n|---|---|---|---|\n| 9/9 | 8/7 | 9/4 | 8/8 |\n", "1234"),
    ("1) 4\n\n6\n7\n1\n", "1234"),  # three answers without a label
    ("1) red\n\ngreen\nblue\n", "123"),
    ("1.\n2.\n3.\n4.\n\n3\n2\n3\n6\n", "1234"),
    ("2\n4\n1\n5\n", "1234"),  # the answers in order, or 4 to 2 and 5 to 1
    ("Ada Lovelace\n\n6\n1\n0\n3\n", "1234"),
    ("3 2 4 1\n", "1234"),
    ("3 (1)\n2 (2)\n6 (3)\n9 (4)\n", "1234"),
    ("1.6.3\n2.3.7\n3.9.1\n4.3.4\n", "1234"),
    ("Question 1\n\n# 5.9\n\nQuestion 2\n\n# 3.6\n", "12"),
    ("[1] red\n[2] n log n\n[3] a tie\n", "123"),
    ("1) 6\n\n1\n2\n6\n", "1234"),
])  # fmt: skip
def test_a_person_is_asked_about_each_of_them(text: str, asked: str) -> None:
    found = answers(FLAT, text)
    assert {id_: found.get(id_) for id_ in asked} == dict.fromkeys(asked, ASKED)


@pytest.mark.parametrize(("text", "expected"), [
    ("1) The mean is\n\n4.5\n\n3) 7\n", {"1": "The mean is\n\n4.5", "3": "7"}),
    ("1) It is 4 since there are 2 of 3 left.\n\n3) 7\n",
     {"1": "It is 4 since there are 2 of 3 left.", "3": "7"}),
    ("1) 5\n\n2) 6\n", {"1": "5", "2": "6"}),
    ("1) 4\n2) 6\n3) 7\n4) 1 2 3\n", {"1": "4", "2": "6", "3": "7", "4": "1 2 3"}),
    ("1) 5\n\n2) 6\n\n3)\n\n4)\n", {"1": "5", "2": "6"}),
])  # fmt: skip
def test_what_was_left_out_is_missing_for_certain(text: str, expected: dict[str, str]) -> None:
    assert answers(FLAT, text) == expected


@pytest.mark.parametrize("text", [
    "1a.4\n1b.9\n2a.2\n2b.7\n3.3\n",
    "1a.\n1b.\n2a.\n2b.\n3.\n\n9\n6\n6\n3\n8\n",
])  # fmt: skip
def test_ids_with_letters_too(text: str) -> None:
    assert answers(LETTERED, text) == dict.fromkeys(LETTERED, ASKED)


@pytest.mark.parametrize(("kind", "answer"), [
    ("numbers", "4, 7"), ("numbers", "5\n7\n9"), ("typed", "(3, 2, 1)"), ("typed", "1, 2"),
    ("number", "61,706"), ("number", "9,81"), ("integer", "61 706"), ("integer", "4*3/2 = 21"),
    ("integer", "With 4 vertices there are 21 edges"), ("typed", "[[1,2],[3,4]]"), ("number", "4 min"),
    ("sentences", "Mars\nSaturn\nEarth"),
    ("mapping", "| obs | distance |\n|---|---|\n| 1 | 0.5 |\n| 3 | 0.4 |\n| 4 | 0.3 |"),
])  # fmt: skip
def test_an_answer_of_several_values_or_one_with_a_comma_is_one_answer(
    kind: str, answer: str
) -> None:
    parts = [PartPlan(id=id_, readings={"value": (kind, {})} if id_ == "2" else {}) for id_ in FLAT]
    found = told(Plan(assignment="m", parts=tuple(parts)), f"## Question 2\n\n{answer}\n")
    assert found == {"2": answer}


@pytest.mark.parametrize(("answer", "certain"), [
    ("1.5 - A\n2 - B\n2.5 - C", False), ("5:00 min", False), ("2 - B", True), ("3:30 min", True),
    ("| x1 | x2 | x3 |\n|---|---|---|\n| 4 | 2 | 1 |", False),
    ("| epoch | loss |\n|---|---|\n| 1 | 0.5 |\n| 2 | 0.4 |\n| 5 | 0.3 |", False),
])  # fmt: skip
def test_rows_and_times_below_labels_with_words_are_no_labels(
    answer: str, *, certain: bool
) -> None:
    found = answers(SIX, f"Question 3\n\n{answer}\n\nQuestion 6\n\nred\n")
    assert found["3"] == answer or (found["3"] == ASKED and not certain)
    assert found["6"] == "red"
    assert {found.get(id_, ASKED) for id_ in "1245"} == {ASKED}


@pytest.mark.parametrize("ids", [FLAT, DEEP, LETTERED])
def test_headings_alone_are_an_empty_hand_in(ids: tuple[str, ...]) -> None:
    assert answers(ids, "\n\n".join(f"# {id_}" for id_ in ids) + "\n") == {}


Layout = Callable[[Sequence[str], Sequence[str]], str]


def _rows(form: str, joint: str = "\n") -> Layout:
    return lambda ids, values: joint.join(
        form.format(id_, value) for id_, value in zip(ids, values, strict=True)
    )


def _columns(form: str, gap: str) -> Layout:
    def layout(ids: Sequence[str], values: Sequence[str]) -> str:
        cells = [form.format(id_, value) for id_, value in zip(ids, values, strict=True)]
        return "\n".join(gap.join(cells[n : n + 2]) for n in range(0, len(cells), 2))

    return layout


LAYOUTS: dict[str, Layout] = {
    "rows": _rows("{} {}"),
    "tabs": _rows("{}\t{}"),
    "commas": _rows("{},{}"),
    "arrows": _rows("{} -> {}"),
    "equal signs": _rows("{} = {}"),
    "dashes": _rows("{} - {}"),
    "brackets": _rows("({}) {}"),
    "square brackets": _rows("[{}] {}"),
    "cells": _rows("{} | {}"),
    "tight points": _rows("{}.{}"),
    "behind": _rows("{1} ({0})"),
    "Ex": _rows("Ex {} {}"),
    "one line": _rows("{}: {}", "; "),
    "one line of Q": _rows("Q{} {}", " "),
    "headings as answers": _rows("Question {}\n\n# {}\n"),
    "deeper headings": _rows("## {}\n\n### {}\n"),
    "columns": _columns("{}) {}", "      "),
    "columns by tabs": _columns("{}. {}", "\t"),
    "a wide table": lambda ids, values: (
        f"| {' | '.join(ids)} |\n|{'---|' * len(ids)}\n| {' | '.join(values)} |\n"
    ),
    "lines": lambda ids, values: "\n".join(values),
    "paragraphs": lambda ids, values: "\n\n".join(values),
    "items": lambda ids, values: "\n".join(f"- {value}" for value in values),
    "below a name": lambda ids, values: "Ada Lovelace\n\n" + "\n".join(values),
    "in code": lambda ids, values: "```\n" + "\n".join(values) + "\n```\n",
    "one row": lambda ids, values: " ".join(values),
    "first labelled": lambda ids, values: f"{ids[0]}) {values[0]}\n\n" + "\n".join(values[1:]),
    "last not labelled": lambda ids, values: (
        _rows("{}) {}")(ids[:-1], values[:-1]) + f"\n\n{values[-1]}"
    ),
    "answers below": lambda ids, values: "\n".join(f"{i}." for i in ids) + "\n\n" + "\n".join(values),
}  # fmt: skip
VALUES = (
    st.integers(0, 9).map(str),
    st.integers(10, 400).map(str),
    st.tuples(st.integers(1, 9), st.integers(2, 9)).map(lambda pair: f"{pair[0]}/{pair[1]}"),
    st.sampled_from(["red", "green", "a tie", "n log n", "b"]),
)
DECIMALS = st.decimals(0, 9, places=1, allow_nan=False).map(str)


@settings(max_examples=400, deadline=None)
@given(
    ids=st.sampled_from((FLAT, DEEP, LETTERED)),
    layout=st.sampled_from(sorted(LAYOUTS)),
    kind=st.sampled_from((*VALUES, DECIMALS)),
    data=st.data(),
)
def test_whatever_the_layout_no_answer_is_lost(
    ids: tuple[str, ...], layout: str, kind: st.SearchStrategy[str], data: st.DataObject
) -> None:
    written = data.draw(st.lists(kind, min_size=len(ids), max_size=len(ids)))
    text = LAYOUTS[layout](ids, written)
    found = answers(ids, text)
    for id_, value in zip(ids, written, strict=True):
        assert found.get(id_, "").strip("# |") in (ASKED, value), (text, id_)
