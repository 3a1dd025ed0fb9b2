"""Splitting a text into elements: brackets and quotes keep together what they hold."""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.notation.splitting import (
    DEEPEST,
    Flaw,
    chosen,
    cleaned,
    entry,
    nested,
    outline,
    readings,
    split,
)

WORDS = st.text("abcxyz0123456789.-", min_size=1, max_size=6)
BRACKETED = st.lists(WORDS, min_size=1, max_size=3).map(lambda words: f"f({', '.join(words)})")


@given(st.lists(WORDS | BRACKETED, min_size=1, max_size=8), st.sampled_from(",;|"))
def test_splitting_undoes_joining(pieces: list[str], sign: str) -> None:
    assert split(f" {sign} ".join(pieces), sign) == pieces


@given(st.lists(WORDS, min_size=1, max_size=8), st.sampled_from(["()", "[]", "{}", "⟨⟩"]))
def test_an_outer_pair_is_seen_only_where_it_holds_all(pieces: list[str], pair: str) -> None:
    text = f"{pair[0]}{', '.join(pieces)}{pair[1]}"
    found = outline(text)
    assert not isinstance(found, Flaw)
    assert found.pair == pair
    both = outline(f"{text}, {text}")
    assert not isinstance(both, Flaw)
    assert both.pair == ""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("(1, 2", "is not closed"),
        ("1, 2)", "closes none"),
        ("(1, 2]", "is closed by"),
        ("(" * (DEEPEST + 1), "nested more than"),
        ("1," * 200_000, "longer than"),
    ],
)
def test_a_flaw_is_told_in_words(text: str, says: str) -> None:
    found = split(text, ",")
    assert isinstance(found, Flaw)
    assert says in found.says


def test_quotes_hold_separators_and_apostrophes_are_no_quotes() -> None:
    assert split("'a, b', c", ",") == ["'a, b'", "c"]
    assert split("1'234, f'(2)", ",") == ["1'234", "f'(2)"]
    assert split("“x, y”, z", ",") == ["“x, y”", "z"]


def test_a_separator_at_the_end_is_no_element_but_one_in_between_is() -> None:
    assert split("1, 2,", ",") == ["1", "2"]
    assert split("1,, 2", ",") == ["1", "", "2"]


@pytest.mark.parametrize(
    ("text", "count", "pieces"),
    [
        ("1,234, 5", 2, ["1,234", "5"]),
        ("1,234, 5", 3, ["1", "234", "5"]),
        ("1,5; 2,5", 2, ["1,5", "2,5"]),
        ("1 2 3", 3, ["1", "2", "3"]),
        ("1 234", 1, ["1 234"]),
        ("1,5 2,5", 2, ["1,5", "2,5"]),
        ("4\n5\n6", 3, ["4", "5", "6"]),
        ("2|3", 2, ["2", "3"]),
    ],
)
def test_the_number_of_elements_chooses_among_readings(
    text: str, count: int, pieces: list[str]
) -> None:
    ways = readings(text)
    assert not isinstance(ways, Flaw)
    assert chosen(ways, count) == pieces


def test_a_decimal_comma_separates_only_before_a_blank() -> None:
    assert readings("1,5, 2,5", decimal_comma=True)[0] == ["1,5", "2,5"]
    assert readings("1,5", decimal_comma=True) == [["1,5"]]


def test_latex_and_full_width_signs_are_plain_ones() -> None:
    assert cleaned(r"$\left\{1,\;2\right\}$") == "{1, 2}"
    assert cleaned("（１，２）") == "(１,２)"
    assert cleaned(r"\langle 1, 2 \rangle") == "⟨ 1, 2 ⟩"
    assert cleaned("<1, 2>") == "⟨1, 2⟩"


@pytest.mark.parametrize("sign", [":", "=", "->", "=>", "→", ":="])
def test_an_entry_has_a_key_and_a_value(sign: str) -> None:
    assert entry(f"a {sign} f(x: 1)") == ("a", "f(x: 1)")


TREES = st.recursive(
    st.integers() | st.text("abc ,;:'()", min_size=1, max_size=4).map(str.strip).filter(bool),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3)
    ),
    max_leaves=12,
)


def as_text(value: object) -> object:
    if isinstance(value, dict):
        return {key: as_text(one) for key, one in value.items()}
    return [as_text(one) for one in value] if isinstance(value, list) else str(value)


@given(TREES.filter(lambda tree: isinstance(tree, list | dict)))
def test_reading_undoes_writing_json(tree: object) -> None:
    assert nested(json.dumps(tree)) == as_text(tree)


@given(
    st.text(st.characters(codec=None, categories=None), max_size=80)
    | st.text("()[]{},;'\" a1\\", max_size=80)
)
def test_no_text_makes_it_raise(text: str) -> None:
    for told in (
        split(text, ","),
        readings(text),
        nested(text),
        entry(text),
        outline(cleaned(text)),
    ):
        assert told is None or isinstance(told, object)


@pytest.mark.parametrize(
    "sign", ["(", ")", "[", "'", '"', "“", "\\", ",", " ", "{}", "()", "\ud800"]
)
def test_long_runs_of_one_sign_are_read_without_recursion(sign: str) -> None:
    before = sys.getrecursionlimit()
    assert nested(sign * 90_000) is not None
    assert sys.getrecursionlimit() == before
