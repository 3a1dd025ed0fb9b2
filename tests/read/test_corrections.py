"""Two options with a correction between them: the later one is read, or a person is asked."""

import pytest

from grader.model import Found, Missing
from grader.read.choice import Choice
from grader.read.sentences import Sentences
from tests.read.reading import answer

COLOURS = Choice(options={"red": ("red", "scarlet"), "green": ("green",)})


@pytest.mark.parametrize(
    "text",
    [
        "Red... no, green",
        "Red, no, green.",
        "Red\n\nEdit: green",
        "Red. Actually, green.",
        "Red; actually green",
        "Red. Actually it is green.",
        "Red. No, green is nearer.",
        "Red. I changed my answer to green.",
        "I change my answer from red to green",
        "anything but green",
        "everything except red",
        "Green?",
    ],
)
def test_the_option_that_is_replaced_is_never_certain(text: str) -> None:
    found = COLOURS.read(answer(text))
    others = getattr(found, "others", ())
    assert found.doubt or others or found.value != "red"  # type: ignore[union-attr]
    assert found.doubt or others or "green" not in text[-8:] or found.value == "green"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "Green",
        "Green rather than red",
        "It is green, not red.",
        "Green, because the red ones are farther away.",
        "Red? No, green.",
        "red: no, green: yes",
        "Red. No wait, green.",
        "Nothing but green",
        "The nearest changes from far to near, so green.",
    ],
)
def test_an_option_beside_another_is_chosen_for_sure(text: str) -> None:
    found = COLOURS.read(answer(text))
    assert isinstance(found, Found)
    assert (found.value, found.doubt, found.others) == ("green", "", ())


@pytest.mark.parametrize(
    ("text", "doubted"),
    [
        ("It underfits, no It overfits", True),
        ("It overfits. No, it underfits.", True),
        ("It overfits.\n\nEdit: it underfits.", True),
        ("Does it underfit? No, it overfits.", False),
        ("It overfits, no doubt.", False),
        ("It overfits: no regularization is used.", False),
        ("No, it overfits.", False),
        ("seed 3: 1.2 and 1.4\nNo, they are not the same.", False),
        ("It underfits. No, wait, it overfits.", False),
    ],
)
def test_sentences_that_begin_anew_with_a_no_are_for_a_person(text: str, doubted: bool) -> None:
    found = Sentences().read(answer(text))
    assert isinstance(found, Found)
    assert bool(found.doubt) == doubted


@pytest.mark.parametrize(
    ("text", "doubted"),
    [("because of overfitting?", True), ("Overfitting?", True), ("Why does it overfit?", False)],
)
def test_an_answer_that_is_put_as_a_question_is_for_a_person(text: str, doubted: bool) -> None:
    found = Sentences().read(answer(text))
    assert isinstance(found, Missing)
    assert bool(found.doubt) == doubted
