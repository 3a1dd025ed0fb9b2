"""Free text is read as it is meant: sentences, what was taken back, typos, denials."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.prose import (
    breaks_off,
    find,
    gives_up,
    plain,
    points_away,
    prepare,
    statements,
    vocabulary,
    words,
)

FALLS = ("decreas*", "goes_down")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Red. Correction: it is Green", ["it is Green"]),
        ("Green, no wait, I have to count three: G, R, R.", ["I have to count three: G, R, R."]),
        ("It would be slow... scratch that. It is zero.", ["It is zero."]),
        ("a) True - oh no wait, it takes LONGER, so False", ["a) it takes LONGER, so False"]),
        ("~~The bias rises.~~ It falls.", ["It falls."]),
        ("- bias: falls\n- variance: rises", ["bias: falls", "variance: rises"]),
        (
            "By e.g. 5 % or approx. 3. Then it stops.",
            ["By e.g. 5 % or approx. 3.", "Then it stops."],
        ),
        ("The results are\nthe same", ["The results are the same"]),
    ],
)
def test_sentences_are_kept_as_their_writer_left_them(text: str, kept: list[str]) -> None:
    assert [s.text for s in statements(text)] == kept


def test_a_question_is_no_statement() -> None:
    assert [s.kind for s in statements("Is it the same? Yes.")] == ["question", "sentence"]


def test_items_and_rows_carry_their_label() -> None:
    found = statements(
        "Test error: falls first. Then it rises.\n\n| Bias | falls |\n|---|---|\n| Var | up |"
    )
    assert [s.label for s in found] == ["Test error", "Test error", "Bias", "Var"]


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("it decreases", False),
        ("it does not decrease", True),
        ("it doesn't really decrease", True),
        ("no, it decreases", False),
        ("it is not the case, but it decreases", False),
        ("it never decreases", True),
        ("it not only decreases", False),
        ("it increases rather than decreases", True),
        ("it is not true that it does not decrease", False),
    ],
)
def test_denials_are_heard(text: str, denied: bool) -> None:
    assert [hit.denied for hit in find(FALLS, prepare(text))] == [denied]


@pytest.mark.parametrize(
    ("phrase", "text", "there"),
    [
        ("divi* by zero", "dividing by exactly zero", True),
        ("divi* by zero", "dividing. By zero", False),
        ("zero .. mean", "zero, or near the mean", True),
        ("order_two|second", "of order two", True),
        ("order_two", "order or two", False),
        ("noise & data", "the data hold some noise", True),
        ("increas* + complexity", "increasing the model complexity", True),
        ("increas* + complexity", "increases since complexity", False),
        ("5_x_5", "a 5*5 kernel", True),
        ("non|nonzero", "a non-zero value", True),
        ("change", "changing, changed and changes", True),
    ],
)
def test_phrases(phrase: str, text: str, there: bool) -> None:
    assert bool(find((phrase,), prepare(text))) is there


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("varience", "variance"),
        ("numercial", "numerical"),
        ("trainning", "training"),
        ("complexcity", "complexity"),
    ],
)
def test_small_typos_are_put_right(typo: str, meant: str) -> None:
    known = vocabulary(("variance", "numerical", "training", "complexity", "decreas*"))
    assert prepare(typo, known).strip() == meant


@pytest.mark.parametrize(
    "word", ["increases", "simple", "unstable", "sample", "overfit", "greater"]
)
def test_other_words_are_not_taken_for_typos(word: str) -> None:
    known = vocabulary(("decreas*", "sample", "stable", "underfit", "simply", "increase"))
    assert prepare(word, known).strip() == word


@pytest.mark.parametrize("text", ["I don't know", "no idea how", "idk", "(skipped)", "?"])
def test_giving_up_is_told_from_an_answer(text: str) -> None:
    assert gives_up(text)
    assert not gives_up("It is the noise.")


@pytest.mark.parametrize("order", [("below", "blown"), ("blown", "below")])
def test_a_typo_that_is_as_near_to_two_words_stays_as_it_is(order: tuple[str, str]) -> None:
    # a set gives its words in another order in each process, and marks must not hang on that
    assert prepare("blowing", vocabulary(order)).strip() == "blowing"


def test_pointing_away_and_breaking_off_are_told() -> None:
    assert points_away("Please see my drawing on the next page")
    assert not points_away("On the scatter plot one can see a parabola")
    assert breaks_off("The variance grows because of the")
    assert not breaks_off("The variance grows")


@settings(deadline=None)
@given(st.text(max_size=300))
def test_no_text_makes_anything_raise(text: str) -> None:
    for statement in statements(text):
        assert find(FALLS, prepare(statement.text)) is not None
    assert gives_up(text) in (True, False)
    assert points_away(text) in (True, False)
    assert breaks_off(text) in (True, False)
    assert isinstance(words(plain(text)), tuple)


@pytest.mark.parametrize(
    "unit", ["(", "no wait, ", "a | b | ", "\\text{", "$\\frac{", "* ", "a) ", "1.", "~~"]
)
def test_time_does_not_explode(unit: str) -> None:
    text = unit * (10_000 // len(unit))
    start = time.perf_counter()
    for statement in statements(text):
        find(("a ... b ... c", "not .. a"), prepare(statement.text))
    assert time.perf_counter() - start < 10  # a guard against what never ends


@pytest.mark.parametrize(
    "text",
    [
        "It is not because of overfitting.",
        "This is not due to overfitting.",
        "lack of overfitting",
        "an absence of any overfitting",
        "It is the opposite of overfitting.",
        "rather noise than overfitting",
        "Overfitting plays no role.",
        "Overfitting has nothing to do with it.",
        "Overfitting can be excluded.",
        "Overfitting is ruled out.",
        "It fails to overfit.",
        "I thought of overfitting, but it is label noise.",
        "If it overfitted, the error would be higher; here it is the noise.",
    ],
)
def test_what_is_no_cause_is_denied(text: str) -> None:
    assert [hit.denied for hit in find(("overfit*",), prepare(text))] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "because of overfitting",
        "The lack of data leads to overfitting.",
        "It overfits and fails to generalize.",
        "It overfits rather than learns.",
        "It is not only because of overfitting.",
        "The results are not the same because it overfits.",
        "I thought that it overfits.",
        "If the model is too large, it would overfit.",
        "If it overfits, the test error rises.",
        "Rather overfitting than noise.",
        "Noise can be excluded, so it is overfitting.",
    ],
)
def test_what_is_a_cause_is_not_denied(text: str) -> None:
    assert [hit.denied for hit in find(("overfit*",), prepare(text))] == [False]


def test_a_phrase_of_any_polarity_is_still_no_reason_where_that_is_said() -> None:
    phrase = ("~divi* by zero",)
    said = prepare("It is there because otherwise we do not divide by zero.")
    groundless = prepare("It is not there because of division by zero.")
    assert [hit.denied for hit in find(phrase, said)] == [False]
    assert [hit.denied for hit in find(phrase, groundless)] == [True]
