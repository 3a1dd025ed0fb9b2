"""Who excuses himself and answers is read; who only excuses himself has left the question out."""

import pytest

from grader.compare.concepts import Concepts
from grader.model import Found, Missing
from grader.read.choice import Choice
from grader.read.sentences import Sentences
from grader.read.truths import Truths
from tests.read.reading import answer

WHY = Concepts(wanted=[["overfit*", "divi* by zero"]], forbidden=["underfit*"], hints=["overfit*"])


def marked(text: str) -> str:
    """“right”, “wrong”, “person” or “left out”."""
    found = Sentences().read(answer(text))
    if isinstance(found, Missing):
        return "person" if found.doubt else "left out"
    assert isinstance(found, Found)
    verdict = WHY.compare(found.value, None)
    if found.doubt or not verdict.certain:
        return "person"
    return "right" if verdict.credit == 1 else "wrong"


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("Sorry, my English is bad: it avoids division by zero.", "right"),
        ("It avoids division by zero, sorry for the handwriting.", "right"),
        ("It overfits the data. Sorry, my handwriting is bad.", "right"),
        ("It overfits, sorry.", "right"),
        ("sorry it overfits the data", "right"),
        ("We skipped regularization, so it overfits.", "right"),
        ("Overfitting. I ran out of time for more.", "right"),
        ("no time to explain: overfitting", "right"),
        ("I did not finish the drawing, but the model overfits.", "right"),
        ("It underfits, sorry for the mess.", "wrong"),
        ("Not sure, but it overfits.", "person"),
        ("I think, but am not sure, that it overfits.", "person"),
        ("idk maybe overfitting", "person"),
        ("I don't know for sure but it overfits", "person"),
        ("I don't know", "left out"),
        ("I don't know how to solve this one.", "left out"),
        ("I have no idea what epsilon does here", "left out"),
        ("idk", "left out"),
        ("No idea :(", "left out"),
        ("I am not sure how to do this.", "left out"),
        ("Sorry, I ran out of time.", "left out"),
        ("Sorry. No time. I didn't get to this question.", "left out"),
        ("I did not get to this one.", "left out"),
        ("(skipped)", "left out"),
        ("not done", "left out"),
        ("?", "left out"),
    ],
)
def test_only_an_answer_that_says_nothing_else_is_left_out(text: str, mark: str) -> None:
    assert marked(text) == mark


@pytest.mark.parametrize(
    ("text", "option", "doubted"),
    [
        ("Green, sorry for the mess", "green", False),
        ("No time to explain: green.", "green", False),
        ("I'm not sure, but green", "green", True),
        ("idk, probably red", "red", True),
    ],
)
def test_a_choice_beside_an_excuse_is_read(text: str, option: str, doubted: bool) -> None:
    found = Choice(options={"green": ["green"], "red": ["red"]}).read(answer(text))
    assert isinstance(found, Found)
    assert (found.value, bool(found.doubt)) == (option, doubted)


def test_letters_beside_an_excuse_are_read() -> None:
    found = Truths().read(answer("a and c, sorry for the mess"))
    assert isinstance(found, Found)
    assert [found.value[x]["held"] for x in "abcd"] == [True, False, True, False]
    assert not found.doubt
