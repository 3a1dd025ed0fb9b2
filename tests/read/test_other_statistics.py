"""A number that is said to be another statistic than the one asked for is no certain answer."""

from __future__ import annotations

import pytest

from grader.model import Answer, Found, Piece, Place
from grader.read import readers


def found(near: list[str], text: str) -> Found:
    piece = Piece(kind="prose", text=text, place=Place(file="a.md", start=1, end=1))
    made = readers.build("number", {"near": near}).read(Answer(pieces=(piece,)))
    assert isinstance(made, Found)
    return made


@pytest.mark.parametrize(
    ("near", "text"),
    [
        (["mean", "average"], "The median is 4.5"),
        (["mean"], "Median: 4.5"),
        (["mean"], "So the sample median equals $4.5$."),
        (["mean"], "**Mode** = 4.5"),
        (["variance"], "The standard deviation is 2"),
        (["standard deviation", "std"], "var(X) = 2.25"),
        (["median"], "The average of the values is 4.5"),
        (["largest"], "the smallest is 2"),
        (["variance"], "mean = 4.5"),
    ],
)
def test_another_statistic_is_asked_about(near, text):
    assert "is asked for" in (found(near, text).doubt or "")


@pytest.mark.parametrize(
    ("near", "text"),
    [
        (["mean"], "The mean is 4.5"),
        (["mean"], "4.5"),
        (["mean"], "It is 4.5"),
        (["mean"], "The mean of the maxima is 4.5"),
        (["variance"], "Deviations from the mean, squared and added: 9/4 = 2.25"),
        (["variance"], "Using the mean 4.5 I get 2.25"),
        (["variance"], "The mean is 4.5. The variance is the square: 2.25"),
        (["mean"], "with std 2 the answer is 4.5"),
        (["median"], "I take the average of the two in the middle: 4.5"),
        (["speed"], "The mean is 4.5"),
        (["mean", "median"], "The median is 4.5"),
        ([], "The median is 4.5"),
    ],
)
def test_other_words_are_no_doubt(near, text):
    assert not found(near, text).doubt
