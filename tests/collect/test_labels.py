"""How students name what they answer, in every kind of file; what is not understood is no zero."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from grader.collect import PartPlan, Plan
from grader.collect._everything import collect
from grader.model import Finding, Found, Missing

NOUNS = [
    *("Part", "Question", "Problem", "Task", "Exercise", "Q", "Q.", "Ex.", "Ex", "Prob.", "Pt."),
    *("Subpart", "Aufgabe", "Aufg.", "Teil", "Frage", "Übung", "Ejercicio", "Exercice", "Opgave"),
    *(
        "Answer",
        "Solution",
        "Solution to Part",
        "My answer to part",
        "Part No.",
        "Lösung zu Aufgabe",
    ),
]
UNKNOWN = ["Item", "Step", "Chunk", "Zadacha"]
CODE = "def add(a, b):\n    return a + b"
SAID = "The sum is 42."


def plan(*ids: str, **defines: str) -> Plan:
    parts = (PartPlan(id=id_, defines=tuple(defines.get(f"_{id_}", "").split())) for id_ in ids)
    return Plan(assignment="x", parts=tuple(parts))


FLAT = plan("1", "2", _1="add")
LEVELS = plan("1.1", "1.2", "2.1", "2.2", "7.1", "7.2")
MIXED = plan("1", "2.1", "2.2", "3")


def answers(of: Plan, file: str, text: str | bytes) -> dict[str, Finding]:
    data = text if isinstance(text, bytes) else text.encode()
    return {id_: found["answer"] for id_, found in collect(of, {file: data}).evidence.items()}


def told(finding: Finding) -> str:
    """The text of a sure answer; else what is doubted, and of nothing at all that it is certain."""
    assert isinstance(finding, Found | Missing), finding
    if isinstance(finding, Found):
        return f"doubted: {finding.doubt}" if finding.doubt else finding.value.text
    return f"doubted: {finding.doubt}" if finding.doubt else "certainly nothing"


def doubted(finding: Finding) -> bool:
    return told(finding).startswith("doubted")


def notebook(*cells: tuple[str, str]) -> bytes:
    made = [
        {"cell_type": kind, "metadata": {}, "source": source}
        | ({"outputs": [], "execution_count": None} if kind == "code" else {})
        for kind, source in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def files(one: str, two: str) -> Sequence[tuple[str, str | bytes]]:
    """The same two answers below two labels: as a notebook, as Markdown, as text."""
    cells = (("markdown", one), ("code", CODE), ("markdown", two), ("markdown", SAID))
    joined = (("markdown", one), ("code", CODE), ("markdown", f"{two}\n\n{SAID}"))
    fenced = f"{one}\n\n```python\n{CODE}\n```\n\n{two}\n\n{SAID}\n"
    return (
        ("a.ipynb", notebook(*cells)),
        ("a.ipynb", notebook(*joined)),
        ("a.md", fenced),
        ("a.txt", fenced),
        ("a.txt", f"{one}\n\n{CODE}\n\n{two}\n{SAID}\n"),
    )


# -- one level: the number behind the noun is the part's id


@pytest.mark.parametrize("look", ["## {} {}", "{} {}:", "**{} {}**", "{} {}", "# {} {} (1 point)"])
@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_and_a_number_name_a_part_in_every_kind_of_file(noun: str, look: str) -> None:
    for file, data in files(look.format(noun, 1), look.format(noun, 2)):
        found = answers(FLAT, file, data)
        assert (told(found["1"]), told(found["2"])) == (CODE, SAID), (file, noun)


@pytest.mark.parametrize("look", ["## {} {}", "{} {}:", "**{} {}**", "{} {}"])
@pytest.mark.parametrize("noun", UNKNOWN)
def test_a_noun_that_is_not_known_makes_no_certain_zero(noun: str, look: str) -> None:
    for file, data in files(look.format(noun, 1), look.format(noun, 2)):
        assert doubted(answers(FLAT, file, data)["2"]), (file, noun)


@pytest.mark.parametrize("noun", NOUNS)
def test_comments_of_a_script_name_parts(noun: str) -> None:
    rules = f"# --- {noun} 1 ---\n{CODE}\n\n# --- {noun} 2 ---\n# {SAID}\n"
    bare = f"# {noun} 1\n{CODE}\n\n# {noun} 2\n# {SAID}\n"
    line = f"{CODE}\n\n# {noun} 2: {SAID}\n"
    early = f"# {noun} 2:\n# {SAID}\n\n# {noun} 1:\n{CODE}\n"
    for text in (rules, bare, line, early):
        found = answers(FLAT, "a.py", text)
        assert told(found["2"]) == SAID, text
        assert CODE in told(found["1"])


def test_code_below_the_comment_of_a_script_is_the_answer() -> None:
    found = answers(FLAT, "a.py", f"# Part 1\n{CODE}\n\n# %% Part 2\nprint(17 + 25)\n")
    assert told(found["2"]) == "print(17 + 25)"


def test_a_comment_in_a_code_cell_names_a_part() -> None:
    cells = (("code", f"# Part 1\n{CODE}"), ("code", "# Part 2\nprint(17 + 25)"))
    assert "print(17 + 25)" in told(answers(FLAT, "a.ipynb", notebook(*cells))["2"])


def test_a_label_with_nothing_below_it_is_certainly_nothing() -> None:
    for file, data in (
        ("a.md", f"## Part 1\n\n```python\n{CODE}\n```\n\n## Part 2\n"),
        ("a.py", f"# Part 1\n{CODE}\n\n# Part 2\n"),
        ("a.ipynb", notebook(("markdown", "## Part 1"), ("code", CODE), ("markdown", "## Part 2"))),
    ):
        assert told(answers(FLAT, file, data)["2"]) == "certainly nothing", file


def test_letters_behind_a_part_are_items_of_its_answer() -> None:
    text = "# Part 1\n\n(a) Green\n\n(b) grey\n\n# Part 2a\n\nBlue\n\n# Part 3\n\nRed\n"
    found = answers(plan("1", "2", "3"), "a.md", text)
    assert told(found["1"]) == "(a) Green\n\n(b) grey"
    assert "Blue" in told(found["2"])
    assert told(found["3"]) == "Red"


def test_pieces_below_a_question_stay_in_its_answer() -> None:
    text = "Question 1\n\nPart 1: Green\n\nPart 2: blue\n\nQuestion 2\n\nPart 1: red\n"
    found = answers(plan("1", "2"), "a.md", text)
    assert told(found["1"]) == "Part 1: Green\n\nPart 2: blue"
    assert told(found["2"]) == "Part 1: red"


def test_a_piece_that_may_be_a_part_that_is_missing_is_flagged() -> None:
    found = answers(
        plan("1", "2", "3"), "a.md", "Question 1: Green\n\nPart 2: blue\n\nPart 3\n\nred\n"
    )
    assert all(doubted(finding) for finding in found.values())


# -- two levels: below a problem a part is a piece of it


@pytest.mark.parametrize("problem", ["Problem", "Question", "Aufgabe", "Ex."])
@pytest.mark.parametrize("piece", ["Part", "Teil", "Subpart", "Pt."])
def test_part_two_below_problem_seven_is_7_2(problem: str, piece: str) -> None:
    text = f"## {problem} 7\n\n### {piece} 1\n\nGreen tea\n\n### {piece} 2\n\nRed wine\n"
    found = answers(LEVELS, "a.md", text)
    assert (told(found["7.1"]), told(found["7.2"])) == ("Green tea", "Red wine")
    assert told(found["2.1"]) == "certainly nothing"


@pytest.mark.parametrize(
    "text",
    [
        "## Part 1\n\nGreen tea\n\n## Part 2\n\nRed wine\n",
        "## Part 1\n\n(1) Green\n\n(2) Blue\n\n## Part 2\n\n(1) Red\n\n(2) Grey\n",
        "1.1: Green\n\n1.2: Blue\n\n## Part 2\n\nRed wine\n",
        "1.1: Green\n\n1.2: Blue\n\nPart 2: Red wine\n",
        "1.1: Green\n\nPart 2: Red wine\n\n7.1: Blue\n",
        "1.1: Green\n\n1.2: Blue\n\nPart 2(a): Red wine\n",
    ],
)
def test_a_bare_part_two_that_may_be_a_problem_is_flagged(text: str) -> None:
    found = answers(LEVELS, "a.md", text)
    assert doubted(found["2.1"])
    assert doubted(found["2.2"])


def test_a_part_that_no_problem_has_is_the_part_of_that_id() -> None:
    found = answers(MIXED, "a.md", "Question 2\n\n(1) Blue\n\n(2) Red\n\nPart 3: Green\n")
    assert [told(found[id_]) for id_ in ("2.1", "2.2", "3")] == ["Blue", "Red", "Green"]


# -- what belongs to no part


@pytest.mark.parametrize(
    "text",
    [
        "The second one is red.\n\n## Question 1\n\nGreen\n",
        "red\n\n## Question 1\n\nGreen\n",
        "42\n\n## Question 1\n\nGreen\n",
        "sum: 42\n\n## Question 1\n\nGreen\n",
        "Ada Lovelace\n\n```python\nx = 17 + 25\n```\n\n## Question 1\n\nGreen\n",
        "## Question 1\n\nGreen\n\n## Question 9\n\nRed\n",
        "## Question 1\n\nStep 1: Green\n\nStep 2: Red\n",
    ],
)
def test_what_belongs_to_no_part_makes_what_is_missing_doubtful(text: str) -> None:
    found = answers(plan("1", "2"), "a.md", text)
    assert isinstance(found["1"], Found)
    assert doubted(found["2"])


@pytest.mark.parametrize(
    "head",
    [
        "Ada Lovelace\nHomework 3, 12 March 2024\n",
        "# CS 229 Midterm\n\n**Name:** Ada Lovelace\n\nStudent ID: 1234567\n",
        "Deep Learning\n\n```python\nimport numpy as np\nfrom math import (\n    pi,\n)\n```\n",
        "I pledge on my honour that this is my own work.\n",
    ],
)
def test_a_name_a_title_and_imports_answer_nothing(head: str) -> None:
    found = answers(plan("1", "2"), "a.md", f"{head}\n## Question 1\n\nGreen\n")
    assert told(found["1"]) == "Green"
    assert told(found["2"]) == "certainly nothing"


def test_a_cell_that_was_given_to_a_part_is_not_left_over() -> None:
    whole = notebook(("code", CODE))
    assert told(answers(FLAT, "a.ipynb", whole)["2"]) == "certainly nothing"
    more = notebook(("markdown", "So it is 42."), ("code", CODE), ("code", "17 + 25 + 0"))
    found = answers(FLAT, "a.ipynb", more)
    assert CODE in told(found["1"])
    assert "a.ipynb#cell1, a.ipynb#cell3" in told(found["2"])


@pytest.mark.parametrize(
    "more", ["print(17 + 25)", "# the sum is 42", "total = 42", "print 42", '"""So it is 42."""']
)
def test_a_script_with_more_than_the_definition_may_answer_the_rest(more: str) -> None:
    assert doubted(answers(FLAT, "a.py", f"{CODE}\n\n\n{more}\n")["2"])


@pytest.mark.parametrize(
    "head",
    ["import math\n\nK = 0\n\n\ndef h(x):\n    return x + K\n", '"""Homework 1."""', "# Ada"],
)
def test_a_script_with_what_its_definition_uses_answers_nothing_else(head: str) -> None:
    text = f"{head}\n\n\ndef add(a, b):\n    return {'h(a)' if 'def h' in head else 'a'} + b\n"
    assert told(answers(FLAT, "a.py", text)["2"]) == "certainly nothing"


def test_an_entry_of_a_sheet_under_an_unknown_key_may_be_the_answer() -> None:
    sheet = {"answers": {"1": "def add(a, b): return a + b", "part two": 42}}
    found = answers(FLAT, "answers.json", json.dumps(sheet))
    assert "answers.json#part two" in told(found["2"])
    sheet["answers"]["part two"] = ""
    assert told(answers(FLAT, "answers.json", json.dumps(sheet))["2"]) == "certainly nothing"


def test_a_function_within_a_class_is_found_and_not_certainly_missing() -> None:
    text = "class Sums:\n    def add(self, a, b):\n        return a + b\n\n\n# 2: 42\n"
    found = answers(FLAT, "a.py", text)
    assert "def add(self" in told(found["1"])
    assert told(found["2"]) == "42"
