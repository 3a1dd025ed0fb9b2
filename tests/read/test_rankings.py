"""Rankings in all the ways in which people write them."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model import Answer, Found, Missing, Piece, Place
from grader.read.rankings import Rankings

Make = Callable[[str], Answer]
X = Rankings(subjects=("X", "Y"), subject="X", symbols=("A", "B", "C", "D"))
Y = Rankings(subjects=("X", "Y"), subject="Y", symbols=("A", "B", "C", "D"))
RIGHT = (["D", "DB", "DBA", "DBAC"], ["C", "CA", "CAB", "CABD"])


@pytest.mark.parametrize(
    "text",
    [
        "X: D, DB, DBA, DBAC\nY: C, CA, CAB, CABD",
        "Image X - N1 D, N2 DB, N3 DBA, N4 DBAC\n\nImage Y - N1 C, N2 CA, N3 CAB, N4 CABD",
        "| | N-1 | N-2 | N-3 | N-4 |\n|---|---|---|---|---|\n| X | D | DB | DBA | DBAC |\n| Y | C | CA | CAB | CABD |",
        "| n | X | Y |\n|---|---|---|\n| 1 | D | C |\n| 2 | DB | CA |\n| 3 | DBA | CAB |\n| 4 | DBAC | CABD |",
        "Nearest-1 for X is D and for Y is C. Nearest-2: DB for X, CA for Y. Nearest-3: DBA (X), CAB (Y). Nearest-4: DBAC (X), CABD (Y).",
        "X ranks D (0.71) → B (0.5) → A (−0.5) → C (−0.71)\nY ranks C (0.71) → A (0.5) → B (−0.5) → D (−0.71)",
        "D, DB, DBA, DBAC\nC, CA, CAB, CABD",
        "for x: d, db, dba, dbac\nfor y: c, ca, cab, cabd",
        "X: D B A C\nY: C, A, B, D",
        "cos with A, B, C, D: -0.5, 0.5, -0.71, 0.71\nX = DBAC\nY = CABD",
    ],
)
def test_every_way_of_writing_is_read(answer: Make, text: str) -> None:
    for kind, labels in zip((X, Y), RIGHT, strict=True):
        found = kind.read(answer(text))
        assert isinstance(found, Found)
        assert (found.value, found.doubt) == (labels, "")


def test_similarities_alone_are_no_labels(answer: Make) -> None:
    found = X.read(answer("X: A: -0.5, B: 0.5, C: -0.71, D: 0.71"))
    assert isinstance(found, Missing)
    assert found.doubt


def test_two_labels_for_one_length_are_doubted_unless_one_is_withdrawn(answer: Make) -> None:
    doubted = X.read(answer("X: D, DB, DBA, DBAC\n\nFinal: X: D, DB, DBA, DBCA"))
    assert isinstance(doubted, Found)
    assert doubted.doubt
    mended = X.read(answer("X: C, CA, CAB, CABD\n\nSorry, corrected:\n\nX: D, DB, DBA, DBAC"))
    assert isinstance(mended, Found)
    assert (mended.value, mended.doubt) == (RIGHT[0], "")


@given(st.permutations("ABCD"), st.sampled_from([", ", " ", " > ", "-", "", " → "]))
def test_a_full_ranking_reads_back_with_its_beginnings(order: list[str], joint: str) -> None:
    place = Place(file="a", start=1, end=1)
    text = f"X: {joint.join(order)}"
    found = X.read(Answer(pieces=(Piece(kind="prose", text=text, place=place),)))
    assert isinstance(found, Found)
    assert found.value == ["".join(order[:n]) for n in range(1, 5)]
