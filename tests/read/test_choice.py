"""A choice is read however it is put, and what competes with it is kept."""

import pytest
from hypothesis import given, settings
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


@settings(deadline=None)
@given(st.text(alphabet="red gnso,.:;()not?!\n|-=>", max_size=120))
def test_no_text_makes_it_raise(text: str) -> None:
    assert isinstance(COLOURS.read(answer(text)), Found | Missing)
    assert isinstance(SAME.read(answer(text)), Found | Missing)


@pytest.mark.parametrize(
    "text",
    [
        "Red since it is near. So the answer: Green / Red?",
        "Green?",
        "Red, as it is near. Or green?",
    ],
)
def test_a_guess_at_the_end_is_for_a_person(text: str) -> None:
    assert COLOURS.read(answer(text)).doubt


def test_alternatives_in_one_sentence_compete() -> None:
    found = COLOURS.read(answer("The answer is green or red."))
    assert isinstance(found, Found)
    assert found.others


LAYERS = Choice(
    options={"dense": ("dense*",), "d1": ("d_1",), "d2": ("d_2",), "c1": ("c_1",)},
    parts={"dense": ("d1", "d2")},
    concludes=("most",),
)


@pytest.mark.parametrize(
    "text",
    [
        "The dense layers (d1 and d2) have most.",
        "Most: dense layers, i.e. d1 and d2.",
        "d1: 48120, c1: 156, d2: 84. So the dense layers (d1 and d2) have most.",
    ],
)
def test_parts_listed_beside_the_whole_only_spell_it_out(text: str) -> None:
    found = LAYERS.read(answer(text))
    assert isinstance(found, Found)
    assert (found.value, found.others) == ("dense", ())


def test_a_single_part_beside_the_whole_is_the_choice() -> None:
    found = LAYERS.read(answer("The dense layer d2 has most."))
    assert isinstance(found, Found)
    assert found.value == "d2"


THREE = Choice(options={name: (name,) for name in ("red", "green", "blue")})


@pytest.mark.parametrize("text", [
    "red, green", "red and blue", "red is right and so is green", "red / green", "- red\n- green",
])  # fmt: skip
def test_two_options_side_by_side_are_no_choice(text: str) -> None:
    finding = THREE.read(answer(text))
    assert isinstance(finding, Found)
    assert finding.others or finding.doubt


@pytest.mark.parametrize("text", [
    "red: wrong\ngreen: right", "red = wrong; green = correct", "green, since red is wrong",
    "red: no, blue: no, green: yes", "red - no, green - yes", "incorrect: red. Green.",
    "red (wrong), blue (wrong), green (right)", "neither red nor blue but green", "I would say neither red nor blue, so green",
])  # fmt: skip
def test_an_option_that_is_turned_down_is_not_chosen(text: str) -> None:
    finding = THREE.read(answer(text))
    assert isinstance(finding, Found)
    assert finding.value == "green"
    assert not finding.others


def test_neither_of_two_is_no_choice_of_the_second() -> None:
    finding = THREE.read(answer("neither red nor green"))
    assert isinstance(finding, Missing)
    assert finding.doubt


@pytest.mark.parametrize("text", [
    "The results are the same: wrong seeds do not matter",
    "same: false assumption, as the data is unchanged",
])  # fmt: skip
def test_a_word_of_the_reason_turns_no_choice_into_its_opposite(text: str) -> None:
    finding = SAME.read(answer(text))
    assert isinstance(finding, Found)
    assert finding.value == "same"
