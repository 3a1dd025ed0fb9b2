"""A choice is read however it is put, and what competes with it is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model import Found, Missing
from grader.read.choice import Choice
from tests.read.reading import answer

COLOURS = Choice(options={"red": ("red", "r"), "green": ("green", "g")}, hints=("colour",))
SAME = Choice(
    options={"same": ("same", "identical*"), "different": ("differ*",)},
    opposite=True,
    bare={"yes": "same", "no": "different"},
    hints=("result*",),
)


@pytest.mark.parametrize(
    "text",
    [
        "Green",
        "**Ans: Green**",
        "class green",
        "The prediction is Green.",
        "prediction = green",
        "not red but green",
        "It is not red, it is green.",
        "Green, because it is nearest.",
        "$\\Rightarrow \\boxed{\\text{Green}}$",
        "Red is more frequent, therefore we predict green.",
        "Although obs 6 is red, obs 5 is nearer and green. So green.",
        "Red. Correction: green.",
        "The nearest are red, red, green -> green",
        "| 1 | red |\n|---|---|\n| 2 | green |\n\n=> green",
    ],
)
def test_green_is_read(text: str) -> None:
    found = COLOURS.read(answer(text))
    assert isinstance(found, Found)
    assert (found.value, found.others, found.doubt) == ("green", (), "")


@pytest.mark.parametrize(
    "text",
    ["Prediction: green.\n\nFinal answer: red", "red and green", "K=1 -> Green. Final: Red."],
)
def test_two_choices_compete(text: str) -> None:
    found = COLOURS.read(answer(text))
    assert isinstance(found, Found)
    assert {found.value, *(other.value for other in found.others)} == {"red", "green"}


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("They are not the same.", "different"),
        ("No.", "different"),
        ("No, they are not the same", "different"),
        ("Yes, identical.", "same"),
        ("The results do not differ.", "same"),
        ("It isn't identical", "different"),
    ],
)
def test_to_deny_one_of_two_is_to_choose_the_other(text: str, claim: str) -> None:
    found = SAME.read(answer(text))
    assert isinstance(found, Found)
    assert found.value == claim


def test_no_choice_is_missing_and_unknown_words_are_doubtful() -> None:
    assert COLOURS.read(answer("Which one?")) == Missing(why="no answer found")
    nothing = COLOURS.read(answer("The sum is 5."))
    assert isinstance(nothing, Missing)
    assert not nothing.doubt
    unknown = COLOURS.read(answer("The colour of grass."))
    assert isinstance(unknown, Missing)
    assert unknown.doubt


@given(st.text(alphabet="red gnso,.:;()not?!\n|-=>", max_size=120))
def test_no_text_makes_it_raise(text: str) -> None:
    assert isinstance(COLOURS.read(answer(text)), Found | Missing)
    assert isinstance(SAME.read(answer(text)), Found | Missing)
