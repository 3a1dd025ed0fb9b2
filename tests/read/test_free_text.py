"""Sentences, mentions and drawings: what is there, and when a person has to look."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model import Answer, Broken, Found, Missing, Piece, Place
from grader.read.drawing import Drawing
from grader.read.mentions import Mentions
from grader.read.sentences import Sentences
from tests.read.reading import answer

PLACE = Place(file="a.md", start=1, end=1)
TABLE = Mentions(
    count=6,
    rows=[(0, 3, 0), (-1, 0, 1)],
    labels={"Red": ("red",)},
    said={"nearest": ("nearest|closest",)},
)


def test_sentences_leave_out_code_and_questions() -> None:
    found = Sentences().read(answer("Why?\n\nBecause it falls.\n\n```\nx = 1\n```\n"))
    assert isinstance(found, Found)
    assert [item["text"] for item in found.value] == ["Because it falls."]


@pytest.mark.parametrize(
    "text", ["", "Why is it so?", "I don't know.", "The reasons for the shapes\n\nAnswer:", "?"]
)
def test_no_statement_is_missing(text: str) -> None:
    assert isinstance(Sentences().read(answer(text)), Missing)


@pytest.mark.parametrize(
    "text",
    [
        "It falls.\n\n![](x.png)",
        "I wrote it next to each curve in my drawing.",
        "It falls because of the",
    ],
)
def test_what_is_lost_or_elsewhere_is_doubtful(text: str) -> None:
    assert Sentences().read(answer(text)).doubt  # type: ignore[union-attr]


def test_lost_pieces_are_doubtful() -> None:
    pieces = (Piece(kind="prose", text="It falls.", place=PLACE),)
    found = Sentences().read(Answer(pieces=pieces, lost=("an image",)))
    assert isinstance(found, Found)
    assert "an image" in found.doubt


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("the nearest is observation 5", [5]),
        ("obs. #5 and obs 2", [5, 2]),
        ("the fifth observation", [5]),
        ("observations 5 (Green), 6 (Red) and 2 (Red)", [5, 6, 2]),
        ("the point (-1, 0, 1)", [2]),
        ("observation 5.5", []),
        ("| obs | d |\n|---|---|\n| 5 | 1.4 |\n| 2 | 2.0 |", [5, 2]),
        ("no. 3", [3]),
    ],
)
def test_rows_are_named_in_many_ways(text: str, items: list[int]) -> None:
    found = TABLE.read(answer(text))
    assert isinstance(found, Found)
    assert found.value["items"] == items


def test_numbers_labels_and_phrases_are_mentioned() -> None:
    found = TABLE.read(answer("The nearest at √4 or 1.5 is red, not closest to anything red."))
    assert isinstance(found, Found)
    assert found.value["numbers"] == [2.0, 1.5]
    assert found.value["said"] == ["nearest"]


def test_a_drawing_is_never_an_automatic_nothing() -> None:
    drawn = Drawing().read(answer("```\nplt.plot(x, y)\n```\n"))
    assert isinstance(drawn, Broken)
    assert drawn.cause == "not-run"
    assert isinstance(Drawing().read(answer("On the plot the bias falls.")), Broken)
    assert isinstance(
        Drawing().read(Answer(pieces=(Piece(kind="image", text="![](a.png)", place=PLACE),))),
        Broken,
    )
    assert isinstance(Drawing().read(answer("Sketch five curves.\n\nAnswer:")), Missing)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_makes_any_of_them_raise(text: str) -> None:
    for kind in (Sentences(), TABLE, Drawing()):
        assert isinstance(kind.read(answer(text)), Found | Missing | Broken)
