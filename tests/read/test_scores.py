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


FOUR = {"1": 7.42, "2": 1.13, "3": 1.16, "4": 1.24}
PRINTED = """\
Deg-1 error 7.42 (std 13.8)
Deg-2 error 1.13 (std 1.4)
Deg-3 error 1.16 (std 1)
Deg-4 error 1.24 (std 1.8)
"""
DOWN = """\
| model | error |
|---|---|
| (a) | 7.42 |
| (b) | 1.13 |
| (c) | 1.16 |
| (d) | 1.24 |
"""
ACROSS = """\
| | linear | quadratic | cubic | quartic |
|---|---|---|---|---|
| MSE | 7.42 | 1.13 | 1.16 | 1.24 |
"""
TWO_DOWN = """\
| seed | (a) | (b) | (c) | (d) |
|---|---|---|---|---|
| 1 | 7.42 | 1.13 | 1.16 | 1.24 |
| 2 | 7.5 | 1.2 | 1.3 | 1.4 |
"""
TWO_ACROSS = """\
| degree | seed 1 | seed 2 |
|---|---|---|
| 1 | 7.42 | 7.5 |
| 2 | 1.13 | 1.2 |
| 3 | 1.16 | 1.3 |
| 4 | 1.24 | 1.4 |
"""
TWO_PRINTED = """\
Seed 1:
linear 7.42
quadratic 1.13
cubic 1.16
quartic 1.24
Seed 2:
linear 7.5
quadratic 1.2
cubic 1.3
quartic 1.4
"""


@pytest.mark.parametrize(
    "text",
    [
        "degree 1: 7.42\ndegree 2: 1.13\ndegree 3: 1.16\ndegree 4: 1.24",
        PRINTED,
        DOWN,
        ACROSS,
        "1 7.42\n2 1.13\n3 1.16\n4 1.24",
        "0 7.42\n1 1.13\n2 1.16\n3 1.24",
        "[7.42, 1.13, 1.16, 1.24]",
        "[np.float64(7.42), np.float64(1.13), np.float64(1.16), np.float64(1.24)]",
        "{1: 7.42, 2: 1.13, 3: 1.16, 4: 1.24}",
        "[1] 7.42\n[1] 1.13\n[1] 1.16\n[1] 1.24",
        "MSE: 7.42\nMSE: 1.13\nMSE: 1.16\nMSE: 1.24",
        "(a) 7.42, (b) 1.13, (c) 1.16, (d) 1.24",
        "a) 7.42\nb) 1.13\nc) 1.16\nd) 1.24",
        "$$\\begin{array}{c|c} 1 & 7.42 \\\\ 2 & 1.13 \\\\ 3 & 1.16 \\\\ 4 & 1.24 \\end{array}$$",
        "The linear model has error 7.42, the quadratic 1.13, the cubic 1.16, the quartic 1.24.",
        "7.42 (linear), 1.13 (quadratic), 1.16 (cubic) and 1.24 (quartic)",
        "model 1 = 7,42; model 2 = 1,13; model 3 = 1,16; model 4 = 1,24",
        "M1 7.42\nM2 1.13\nM3 1.16\nM4 1.24",
        "d=1 -> 7.42; d=2 -> 1.13; d=3 -> 1.16; d=4 -> 1.24",
        "$CV_{(1)}=7.42$, $CV_{(2)} = 1.13$, $CV_{(3)}=1.16$, $CV_{(4)}=1.24$",
        "degree 1: 7.42e0\ndegree 2: 1.13\ndegree 3: 1.16\ndegree 4: 1.24",
        "   degree   mse\n0       1  7.42\n1       2  1.13\n2       3  1.16\n3       4  1.24",
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
        "seed 1: 7.42, 1.13, 1.16, 1.24\nseed 2: 7.5, 1.2, 1.3, 1.4",
    ],
)
def test_two_runs_are_told_apart(text: str) -> None:
    assert runs(text) == [FOUR, {"1": 7.5, "2": 1.2, "3": 1.3, "4": 1.4}]


def test_equal_runs_stay_two() -> None:
    text = "degree 1: 6.8\ndegree 2: 1.0\ndegree 3: 1.1\ndegree 4: 1.2\n"
    assert len(runs(text + text)) == 2


def test_a_sentence_that_repeats_one_number_is_no_run() -> None:
    assert runs(f"{PRINTED}\nSo the quadratic is best with 1.13.") == [FOUR]


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
    assert runs("linear - 7.42\nquadratic - 1.13") == [{"1": 7.42, "2": 1.13}]


def test_numbers_in_code_are_no_scores_unless_a_print_stands_there() -> None:
    assert isinstance(read("model_1 = 3.25\nfit(x, 2, 0.5)", "code"), Missing)
    assert runs("print(d, e)\ndegree 1: error = 7.42", "code") == [{"1": 7.42}]


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
