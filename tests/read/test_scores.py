"""Scores of a few models are read from whatever prints or tells them, run by run."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.codec import from_plain, to_plain
from grader.collect._blocks import split
from grader.model import Answer, Found, Missing, Number, Piece, Place
from grader.read.scores import Scores

KEYS = {
    "1": ("linear", "a", "straight line"),
    "2": ("quadratic", "b", "second order"),
    "3": ("cubic", "c"),
    "4": ("quartic", "d"),
}
KIND = Scores(keys=KEYS, nouns=("degree", "deg", "order", "model", "poly", "d"))
HERE = Place(file="a.md", start=1, end=1)


def read(text: str, kind: str | None = None) -> Any:
    if kind:
        return KIND.read(Answer(pieces=(Piece(kind=kind, text=text, place=HERE),)))
    return KIND.read(Answer(pieces=split(text, "a.md")))


def runs(text: str, kind: str | None = None) -> list[dict[str, float]]:
    found = read(text, kind)
    assert isinstance(found, Found), text
    return [{key: float(n.value) for key, n in run.items()} for run in found.value["runs"]]


FOUR = {"1": 6.81, "2": 1.01, "3": 1.05, "4": 1.11}
PRINTED = """\
Degree-1 MSE: 6.81, STD: 13.8
Degree-2 MSE: 1.01, STD: 1.4
Degree-3 MSE: 1.05, STD: 1
Degree-4 MSE: 1.11, STD: 1.8
"""
DOWN = """\
| model | error |
|---|---|
| (a) | 6.81 |
| (b) | 1.01 |
| (c) | 1.05 |
| (d) | 1.11 |
"""
ACROSS = """\
| | linear | quadratic | cubic | quartic |
|---|---|---|---|---|
| MSE | 6.81 | 1.01 | 1.05 | 1.11 |
"""
TWO_DOWN = """\
| seed | (a) | (b) | (c) | (d) |
|---|---|---|---|---|
| 1 | 6.81 | 1.01 | 1.05 | 1.11 |
| 2 | 7.5 | 1.2 | 1.3 | 1.4 |
"""
TWO_ACROSS = """\
| degree | seed 1 | seed 2 |
|---|---|---|
| 1 | 6.81 | 7.5 |
| 2 | 1.01 | 1.2 |
| 3 | 1.05 | 1.3 |
| 4 | 1.11 | 1.4 |
"""
TWO_PRINTED = """\
Seed 1:
linear 6.81
quadratic 1.01
cubic 1.05
quartic 1.11
Seed 2:
linear 7.5
quadratic 1.2
cubic 1.3
quartic 1.4
"""


@pytest.mark.parametrize(
    "text",
    [
        "degree 1: 6.81\ndegree 2: 1.01\ndegree 3: 1.05\ndegree 4: 1.11",
        PRINTED,
        DOWN,
        ACROSS,
        "1 6.81\n2 1.01\n3 1.05\n4 1.11",
        "0 6.81\n1 1.01\n2 1.05\n3 1.11",
        "[6.81, 1.01, 1.05, 1.11]",
        "[np.float64(6.81), np.float64(1.01), np.float64(1.05), np.float64(1.11)]",
        "{1: 6.81, 2: 1.01, 3: 1.05, 4: 1.11}",
        "[1] 6.81\n[1] 1.01\n[1] 1.05\n[1] 1.11",
        "MSE: 6.81\nMSE: 1.01\nMSE: 1.05\nMSE: 1.11",
        "(a) 6.81, (b) 1.01, (c) 1.05, (d) 1.11",
        "a) 6.81\nb) 1.01\nc) 1.05\nd) 1.11",
        "$$\\begin{array}{c|c} 1 & 6.81 \\\\ 2 & 1.01 \\\\ 3 & 1.05 \\\\ 4 & 1.11 \\end{array}$$",
        "The linear model has error 6.81, the quadratic 1.01, the cubic 1.05, the quartic 1.11.",
        "6.81 (linear), 1.01 (quadratic), 1.05 (cubic) and 1.11 (quartic)",
        "model 1 = 6,81; model 2 = 1,01; model 3 = 1,05; model 4 = 1,11",
        "M1 6.81\nM2 1.01\nM3 1.05\nM4 1.11",
        "d=1 -> 6.81; d=2 -> 1.01; d=3 -> 1.05; d=4 -> 1.11",
        "$CV_{(1)}=6.81$, $CV_{(2)} = 1.01$, $CV_{(3)}=1.05$, $CV_{(4)}=1.11$",
        "degree 1: 6.81e0\ndegree 2: 1.01\ndegree 3: 1.05\ndegree 4: 1.11",
        "   degree   mse\n0       1  6.81\n1       2  1.01\n2       3  1.05\n3       4  1.11",
    ],
)
def test_four_errors_are_read_from_prints_tables_lists_and_sentences(text: str) -> None:
    assert runs(text) == [FOUR]


@pytest.mark.parametrize(
    "text",
    [
        TWO_DOWN,
        TWO_ACROSS,
        TWO_PRINTED,
        "seed 1: 6.81, 1.01, 1.05, 1.11\nseed 2: 7.5, 1.2, 1.3, 1.4",
    ],
)
def test_two_runs_are_told_apart(text: str) -> None:
    assert runs(text) == [FOUR, {"1": 7.5, "2": 1.2, "3": 1.3, "4": 1.4}]


def test_equal_runs_stay_two() -> None:
    text = "degree 1: 6.8\ndegree 2: 1.0\ndegree 3: 1.1\ndegree 4: 1.2\n"
    assert len(runs(text + text)) == 2


def test_a_sentence_that_repeats_one_number_is_no_run() -> None:
    assert runs(f"{PRINTED}\nSo the quadratic is best with 1.01.") == [FOUR]


def test_what_a_torn_page_left_is_read_as_far_as_it_goes() -> None:
    assert runs("2 0.91\n3 0.93\n4 0.99", "output") == [{"2": 0.91, "3": 0.93, "4": 0.99}]


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("RMSE of degree 1 = 2.6", "rmse"),
        ("degree 1 mean absolute error 1.9", "mae"),
        ("degree 1 MSE 6.8", "mse"),
        ("degree 1: 6.8", ""),
    ],
)
def test_the_quantity_is_read_where_it_is_said(text: str, quantity: str) -> None:
    assert read(text, "output").value["quantity"] == quantity


def test_a_minus_sign_of_the_scorer_is_kept() -> None:
    found = read("1 -9.5\n2 -1.1\n3 -1.2\n4 -1.3", "output")
    assert found.value["negated"]
    assert found.value["runs"][0]["1"].value == Fraction("-9.5")


def test_a_dash_before_a_number_is_no_minus() -> None:
    assert runs("linear - 6.81\nquadratic - 1.01") == [{"1": 6.81, "2": 1.01}]


def test_numbers_in_code_are_no_scores_unless_a_print_stands_there() -> None:
    assert isinstance(read("model_1 = 3.25\nfit(x, 2, 0.5)", "code"), Missing)
    assert runs("print(d, e)\ndegree 1: error = 6.81", "code") == [{"1": 6.81}]


def test_a_lost_image_leaves_the_answer_open() -> None:
    answer = Answer(pieces=(Piece(kind="image", text="![](a.png)", place=HERE),))
    found = KIND.read(answer)
    assert isinstance(found, Missing)
    assert found.doubt


def test_no_numbers_are_certainly_no_scores() -> None:
    found = read("I could not do it.")
    assert isinstance(found, Missing)
    assert not found.doubt


def test_words_may_come_as_lists_as_json_gives_them() -> None:
    kind = Scores(keys={"1": ["linear"], "2": ["quadratic"]}, nouns=["degree"])
    found = kind.read(
        Answer(pieces=(Piece(kind="prose", text="linear 2.5, degree 2: 1.5", place=HERE),))
    )
    assert [float(n.value) for n in found.value["runs"][0].values()] == [2.5, 1.5]


numbers = st.decimals(min_value=0, max_value=999, places=4).map(str)
STYLES = (
    lambda k, n: f"degree {k}: {n}",
    lambda k, n: f"{k} {n}",
    lambda k, n: f"Model {k} LOOCV error = {n}",
    lambda k, n: f"| {k} | {n} |",
    lambda k, n: f"({'abcd'[k - 1]}) {n}",
)


@given(st.lists(numbers, min_size=4, max_size=4), st.sampled_from(STYLES))
def test_what_is_written_in_a_style_reads_back(
    values: list[str], style: Callable[[int, str], str]
) -> None:
    text = "\n".join(style(k, n) for k, n in enumerate(values, 1))
    (run,) = runs(text, "output")
    assert list(run.values()) == [float(v) for v in values]


@given(st.text(max_size=400))
@settings(max_examples=200)
def test_no_text_makes_reading_fail(text: str) -> None:
    for kind in ("prose", "output", "code", "table"):
        found = read(text, kind)
        assert isinstance(found, Found | Missing)
        if isinstance(found, Found):
            to_plain(found)


@given(st.text(alphabet="123abd linearquc.,:|=()[]-\n", max_size=300))
@settings(max_examples=300)
def test_no_text_of_such_signs_makes_reading_fail(text: str) -> None:
    found = read(text, "output")
    if isinstance(found, Found):
        assert from_plain(to_plain(found)).value["runs"]
        assert all(isinstance(n, Number) for run in found.value["runs"] for n in run.values())
