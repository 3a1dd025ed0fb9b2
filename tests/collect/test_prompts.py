"""A question that stands beside its answer is never read as the answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.collect import Gathered
from grader.model import Finding, Found, Missing

Read = Callable[..., Gathered]
Said = Callable[[Finding | None], str]

# A paper of our own, with the traps of a real one: an example answer, options, settings.
PAPER = """\
## Problem 2 - 5 points

Six points with three features and a colour are given in a table of their own.

1. (2) Work out the Euclidean distance from each observation to the test point.

1. (1.5) State our prediction with K=1 for this test point. Why?

## Problem 4 - 5 points

1. (2) You have to match every decay value with the right alphabet. • A • B • C • D

1. (3) From the validation plot name these: (a) Early stopping epoch at a 28% threshold (b) Early \
stopping epoch at a 150% threshold (c) Epoch at which overfitting is correctly detected

## Problem 5 - 5 points

Concatenate the labels of the nearest n datasets. For instance an image gets these pseudolabels:

Nearest-1 : C Nearest-2 : CB Nearest-3 : CBA Nearest-4 : CBAD

Find the pseudolabels of two images for all schemes. Their image feature vectors are given as:

1. Image X : [-1,1,-1,1]
2. Image Y : [1,-1,1,-1]

## Problem 9 - 10 points

1. (2) Name the approach with a better transferability and say why.

Train for 10 epochs with a learning rate of 0.001 and the Adam optimizer, batch size 32.

## Problem 11 - 10 points

1. (2) Name the statements that are true about batch normalization. (Select all that apply.)

(a) Batch normalization makes the processing of a single batch faster.

(b) Batch normalization weakens the coupling of earlier and later layers.
"""
BOTH = pytest.mark.parametrize("paper", ["", PAPER], ids=["without-paper", "with-paper"])


@BOTH
def test_a_copied_question_alone_is_no_answer(paper: str, read: Read) -> None:
    answers = read(PAPER, paper=paper).answers
    for part in ("2.1", "2.2", "4.1", "9.3", "11.1"):
        assert isinstance(answers[part], Missing), part
    if paper:
        assert all(isinstance(found, Missing) and not found.doubt for found in answers.values())


@BOTH
@pytest.mark.parametrize("mark", ["**Answer:**\n\n", "Answer: ", "Ans - ", "### Solution\n\n", ""])
def test_an_answer_below_its_question_stands_alone(
    mark: str, paper: str, read: Read, said: Said
) -> None:
    text = PAPER.replace(
        "for this test point. Why?", f"for this test point. Why?\n\n{mark}Green, it is"
    )
    text = text.replace("to the test point.\n", f"to the test point.\n\n{mark}Three and two\n")
    answers = read(text, paper=paper).answers
    assert said(answers["2.1"]) == "Three and two"
    assert said(answers["2.2"]) == "Green, it is"


@BOTH
def test_the_example_of_a_question_is_not_the_answer(paper: str, read: Read, said: Said) -> None:
    text = PAPER.replace("[1,-1,1,-1]\n", "[1,-1,1,-1]\n\n## Answer 5:\n\nX: D, DB\n\nY: C, CA\n")
    assert said(read(text, paper=paper).answers["5"]) == "X: D, DB\n\nY: C, CA"


@BOTH
def test_an_answer_that_repeats_the_example_is_kept(paper: str, read: Read, said: Said) -> None:
    text = "Q5\n\nX: D\n\nNearest-1 : C Nearest-2 : CB Nearest-3 : CBA Nearest-4 : CBAD\n"
    assert "CBAD" in said(read(text, paper=paper).answers["5"])


@BOTH
def test_settings_behind_an_answer_are_the_question_s(paper: str, read: Read, said: Said) -> None:
    text = PAPER.replace("and say why.\n", "and say why.\n\nThe frozen one.\n")
    assert said(read(text, paper=paper).answers["9.3"]) == "The frozen one."


@BOTH
def test_statements_answered_one_by_one_keep_their_letters(
    paper: str, read: Read, said: Said
) -> None:
    text = PAPER.replace(
        "single batch faster.", "single batch faster.\n\n**Answer:**\n\nFalse, slower"
    )
    text = text.replace("and later layers.", "and later layers.\n\n**Answer:**\n\nTrue")
    assert said(read(text, paper=paper).answers["11.1"]) == "(a) False, slower\n\n(b) True"


@BOTH
@pytest.mark.parametrize("glue", [" ", ": ", " - ", " = "])
def test_an_answer_on_the_line_of_its_question_is_kept(
    glue: str, paper: str, read: Read, said: Said
) -> None:
    text = (
        f"## 4.2\n(a) Early stopping epoch at a 28% threshold{glue}B\n"
        f"(b) Early stopping epoch at a 150% threshold{glue}C\n"
        f"(c) Epoch at which overfitting is correctly detected{glue}D\n"
    )
    lines = said(read(text, paper=paper).answers["4.2"]).split("\n")
    assert [(line[:3], line[-1]) for line in lines] == [("(a)", "B"), ("(b)", "C"), ("(c)", "D")]


def test_answers_within_one_line_of_the_paper_are_kept(read: Read, said: Said) -> None:
    text = (
        "4.2 From the validation plot name these: (a) Early stopping epoch at a 28% threshold B "
        "(b) Early stopping epoch at a 150% threshold: C (c) Epoch at which overfitting is "
        "correctly detected - D\n"
    )
    assert said(read(text, paper=PAPER).answers["4.2"]) == "(a) B (b) C (c) D"


def test_filled_in_options_are_an_answer_and_empty_ones_are_not(read: Read, said: Said) -> None:
    head = "4.1 You have to match every decay value with the right alphabet."
    assert isinstance(read(f"{head} • A • B • C • D\n").answers["4.1"], Missing)
    filled = "• A 0.1 • B 0.01 • C 0.001 • D 0.0001"
    assert said(read(f"{head} {filled}\n").answers["4.1"]) == filled


def test_statements_that_are_chosen_by_repeating_them_stay(read: Read, said: Said) -> None:
    text = (
        "Q11.1: the true one is\n(b) Batch normalization weakens the coupling of earlier layers\n"
    )
    assert "(b) Batch" in said(read(text).answers["11.1"])


def test_a_paper_is_found_again_when_it_is_wrapped_and_misread(read: Read, said: Said) -> None:
    text = PAPER.replace("Euclidean distance from", "Euclidean\ndistance frorn")
    text = text.replace("to the test point.\n", "to the test point.\n\nThree and two\n")
    assert said(read(text, paper=PAPER).answers["2.1"]) == "Three and two"


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("2.2", "What would our prediction be with K=1? Why?"),
        ("6.1", "How many connections does the first convolutional layer have?"),
        ("6.3", "Which type of layers contributes most trainable parameters?"),
        (
            "7.1",
            "Show the data set and f(x), with a scatter plot for y and a smooth line for f(x).",
        ),
        ("7.3", "Repeat with another random seed. Are the results the same as in 2? Why?"),
        ("2.2", "Prediction for K=1, and why:"),
    ],
)
def test_a_paraphrased_question_alone_is_no_answer(part: str, text: str, read: Read) -> None:
    sheet = f'{{"answers": {{"{part}": "{text}"}}}}'
    assert isinstance(read(sheet, "answers").answers[part], Missing)


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("6.3", "Fully connected layers contribute the maximum number of trainable parameters"),
        ("6.3", "Fully connected (C5)"),
        ("2.2", "Our prediction with K=1 for this test point is Green"),
        ("11.3", "The role of the epsilon hyperparameter is to avoid a division by zero"),
        ("12.1", "Use three stacked 3x3 convolution layers"),
        ("9.3", "Freeze: the first 10 layers transfer better"),
        ("1.1", "sketch below"),
        ("7.4", "Model 2 had the smallest LOOCV error, as expected"),
    ],
)
def test_an_answer_in_the_question_s_words_is_kept(part: str, text: str, read: Read) -> None:
    sheet = f'{{"answers": {{"{part}": "{text}"}}}}'
    found = read(sheet, "answers").answers[part]
    assert isinstance(found, Found)
    assert found.value.text == text


def test_final_answer_stays_where_it_corrects_what_stands_above(read: Read, said: Said) -> None:
    text = "Q11.5: Total = 600 + 60 = 660.\n\nFinal answer: 720\n"
    assert said(read(text).answers["11.5"]).endswith("Final answer: 720")


def test_the_example_of_a_question_handed_in_unanswered_is_no_answer(read: Read) -> None:
    found = read(PAPER).answers.get("5")
    assert "CBA" not in (found.value.text if isinstance(found, Found) else "")


def test_the_settings_below_a_question_are_no_answer(read: Read) -> None:
    assert not isinstance(read(PAPER).answers.get("9.3"), Found)


def test_answers_between_the_items_of_a_question_are_kept_with_the_items(
    read: Read, said: Said
) -> None:
    text = (
        "## Problem 5\n\nGive the pseudolabels of the two images under the Nearest-1, Nearest-2, "
        "Nearest-3 and Nearest-4 schemes. The image feature vectors are given as:\n\n"
        "1. Image X : [-1,1,-1,1]\n\nNearest-4 gives D B A C, the shorter ones are its front part.\n\n"
        "2. Image Y : [1,-1,1,-1]\n\nNearest-4 gives C A B D, again the front part.\n"
    )
    answer = said(read(text).answers["5"])
    assert "Give the pseudolabels" not in answer
    for kept in ("Image X", "D B A C", "Image Y", "C A B D"):
        assert kept in answer
