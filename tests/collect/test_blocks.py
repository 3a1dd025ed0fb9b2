"""Text is cut into prose, formulas, code, what code printed, tables and images."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.collect._blocks import split
from grader.collect._repair import cut_lines, mend
from grader.model import Piece


def kinds(text: str) -> list[str]:
    return [piece.kind for piece in split(text, "a.md")]


def mended(text: str) -> tuple[Piece, ...]:
    return mend(split(text, "a.md"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Title\n\nSome prose.\n", ["heading", "prose"]),
        ("$$\nx = 2\n$$\n", ["math"]),
        ("\\begin{align}\nx &= 2\n\\end{align}\n", ["math"]),
        ("inline $x = 2$ stays prose", ["prose"]),
        ("```python\nx = 1\n```\n", ["code"]),
        ("```\nIn [3]: import os\n```\n", ["code"]),
        ("```\nepoch loss: 0.3\n```\n", ["prose"]),
        ("```\nD, B, A, C\n```\n", ["prose"]),
        ("import numpy as np\nx = np.zeros(3)\nprint(x)\n", ["code"]),
        ("def f(x):\n    return x\n\nSo f is the identity.\n", ["code", "prose"]),
        ("p = 0.3775\n", ["prose"]),
        ("For X: D, DB\nFor Y: C\n", ["prose"]),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", ["table"]),
        ("a\tb\n1\t2\n", ["table"]),
        ("P(A|B) is small\n", ["prose"]),
        ("Epoch 1/5\n10/10 [=====] - loss: 0.3\n", ["output"]),
        ("Traceback (most recent call last):\n  File x\nNameError: y\n", ["output"]),
        ("usage: run.py [-h]\nrun.py: error: no\n", ["output"]),
        ("![](a.png)\n", ["image"]),
        ("#1 3.00\n#2 2.00\n", ["prose"]),
    ],
)
def test_each_kind_of_text_is_told_apart(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


def test_what_code_prints_is_output_even_without_a_fence() -> None:
    code = '```python\nprint("For image X")\nprint("A:", a)\n```\n\nFor image X\n\nA: 0.5 B: 0.1\n'
    assert kinds(code) == ["code", "output", "output"]
    assert kinds(code + "\nMy answer is D.\n")[-1] == "prose"


def test_output_at_the_end_of_a_cell_is_told_from_its_code() -> None:
    pieces = split("```\nIn [ ]: x = load()\nprint(x.shape)\n\n(60000, 32)\n```\n", "a.md")
    assert [(p.kind, p.text) for p in pieces] == [
        ("code", "x = load()\nprint(x.shape)"),
        ("output", "(60000, 32)"),
    ]


def test_code_torn_by_a_page_break_is_one_piece_again() -> None:
    torn = "```\nIn [ ]: def f(x):\n    y = g(x,\n```\n\n```\n          2)\n    return y\n```\n"
    (piece,) = mended(torn)
    assert piece.text == "def f(x):\n    y = g(x,\n          2)\n    return y"
    assert str(piece.place) == "a.md:1-9"


def test_the_indentation_that_a_cell_prompt_brought_is_taken_away() -> None:
    (piece,) = split("```\nIn [ ]: a = f(1)\n        b = f(2)\n```\n", "a.md")
    assert piece.text == "a = f(1)\nb = f(2)"


@pytest.mark.parametrize(
    ("head", "row"),
    [("Layer\tUnits\n", "{}\t{}\n"), ("| Layer | Units |\n|---|---|\n", "| {} | {} |\n")],
)
def test_a_table_torn_by_a_page_break_loses_the_repeated_header(head: str, row: str) -> None:
    first = head + row.format("a", 1) + row.format("b", 2)
    (piece,) = mended(f"{first}\n{head}{row.format('c', 3)}{row.format('d', 4)}")
    assert piece.text.count("Layer") == 1
    assert len(piece.text.split("\n")) == first.count("\n") + 2


def test_a_table_with_other_columns_is_another_table() -> None:
    assert len(mended("a\tb\n1\t2\n\nx\ty\tz\n1\t2\t3\n")) == 2


def test_markdown_s_escapes_go_but_formulas_keep_theirs() -> None:
    (piece,) = mended(r"6 \* 4 = 24 and $a\_1$ and val\_acc")
    assert piece.text == r"6 * 4 = 24 and $a\_1$ and val_acc"


def test_a_line_that_the_page_s_edge_cut_is_seen() -> None:
    code = 'scores = cv(model, x, y, loss="sparse_categor:\nn_jobs=1)\nprint("it\'s fine # no")\n'
    assert cut_lines(code) == ['scores = cv(model, x, y, loss="sparse_categor:']


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab01 =()[]\"'#$|`~\t\n\\:.!>-", max_size=300))
def test_pieces_keep_order_and_lie_within_the_text(text: str) -> None:
    pieces = split(text, "a.md", first=5)
    lines = text.count("\n") + 1
    places = [(p.place.start, p.place.end) for p in pieces]
    assert places == sorted(places)
    assert all(5 <= start <= end < 5 + lines for start, end in places)
    assert all(p.text.strip() for p in pieces)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["word", "is", "three", "so,", "green."]), min_size=1, max_size=30))
def test_plain_sentences_are_kept_word_for_word(words: list[str]) -> None:
    text = " ".join(words)
    assert [(p.kind, p.text) for p in split(text, "a")] == [("prose", text)]
