"""Choices by label, by words or by number; one or several; true or false."""

import string
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.compare import comparators
from grader.compare.any_of import AnyOf
from grader.compare.choice import Choice

CITIES = {"A": "Paris", "B": "Rome", "C": "New York, USA", "D": "salt and pepper"}


def verdict(value: Any, truth: Any, **options: Any) -> Any:
    return Choice(**{"options": CITIES, **options}).compare(value, truth)


@pytest.mark.parametrize(
    "text",
    [
        *("B", "b", "(b)", "b)", "B.", "[B]", " B ", "“B”", "Ｂ"),
        *("Rome", "ROME.", "rome", "B. Rome", "B) rome", "(B) Rome", "B - Rome", "B (Rome)"),
        *("2", "(2)", "The answer is B.", "Final answer: (B)", "Option B", "I choose Rome"),
        "the correct answer is B",
    ],
)
def test_an_option_may_be_named_in_every_usual_way(text: str) -> None:
    for truth in ("B", "Rome", ["C", "B"]):
        found = verdict(text, truth)
        assert (found.credit, found.certain, found.read) == (1, True, "B")
    found = verdict(text, "A")
    assert (found.credit, found.certain, found.invalid) == (0, True, False)
    assert "Paris" not in found.reason


@pytest.mark.parametrize(
    "text", ["E", "5", "0", "Berlin", "not B", "the answer is not B", "A or B", "?"]
)
def test_what_is_no_option_is_invalid_and_the_labels_are_named(text: str) -> None:
    found = verdict(text, "B")
    assert found.invalid
    assert "A, B, C, D" in found.reason


def test_two_options_where_one_is_asked_for_are_no_answer() -> None:
    assert verdict("A, B", "B").invalid
    assert verdict(["A", "B"], "B").invalid
    assert verdict("AA", "A").invalid
    assert Choice(options={"A": "", "I": ""}).compare("I A", "A").invalid
    assert verdict("B, Rome", "B").credit == 1


@pytest.mark.parametrize("text", ["B: Paris", "A. Because B is not valid"])
def test_what_names_two_options_or_says_more_goes_to_a_person(text: str) -> None:
    assert not verdict(text, "B").certain
    assert not verdict(text, "A").certain


def test_a_label_that_is_the_text_of_another_option_is_left_open() -> None:
    assert not Choice(options={"A": "B", "B": "A"}).compare("A", "A").certain


def test_a_number_is_no_place_where_options_are_numbers() -> None:
    numbers = {"A": "10", "B": "20"}
    assert Choice(options=numbers).compare("2", "B").invalid
    assert Choice(options=numbers).compare("20", "B").credit == 1
    assert verdict("1", "B", numbers="from-zero").credit == 1
    assert verdict("2", "B", numbers="refused").invalid


def test_without_options_any_text_is_a_label() -> None:
    assert Choice().compare("red", ["red", "blue"]).credit == 1
    assert Choice().compare("(B)", "b").credit == 1
    assert Choice().compare("the answer is red", "red").credit == 1
    for wrong in ("green", "right wrong", "not red", "red or blue"):
        found = Choice().compare(wrong, ["red", "wrong"])
        assert (found.credit, found.certain, found.invalid) == (0, True, False)
    assert not Choice().compare("red", None).certain
    assert not Choice(certain=False).compare("red", "red").certain


def test_nothing_chosen_is_wrong_or_invalid_by_the_option() -> None:
    for nothing in (None, "", "  ", []):
        assert not verdict(nothing, "B").invalid
        assert verdict(nothing, "B").credit == 0
        assert verdict(nothing, "B", empty="invalid").invalid


@pytest.mark.parametrize(
    "value",
    [
        "A and C",
        "a, c",
        "AC",
        "C A",
        "A; C",
        "(A), (C)",
        "A & C",
        "Paris; New York, USA",
        "1, 3",
        '["A", "C"]',
        ["A", "C"],
        [1, 3],
        "A\nC",
    ],
)
def test_several_options_are_listed_in_every_usual_way(value: Any) -> None:
    found = verdict(value, ["A", "C"], several=True)
    assert (found.credit, set(found.read.split(", "))) == (1, {"A", "C"})
    assert verdict(value, "A, C", several=True).credit == 1
    assert verdict(value, ["A", "D"], several=True).credit == 0


def test_words_of_an_option_may_hold_what_separates() -> None:
    assert verdict("salt and pepper, Paris", ["A", "D"], several=True).credit == 1
    assert verdict("New York, USA and Rome", ["B", "C"], several=True).credit == 1


@pytest.mark.parametrize("text", ["A, X", "A, not C", "A, A, C", "A or C"])
def test_a_list_with_what_is_no_option_or_stands_twice_is_invalid(text: str) -> None:
    assert verdict(text, ["A", "C"], several=True).invalid


@pytest.mark.parametrize(
    ("text", "whole", "each", "minus"),
    [
        ("A, C", 1, 1, 1),
        ("A", 0, Fraction(3, 4), Fraction(1, 2)),
        ("A, B", 0, Fraction(1, 2), 0),
        ("A, B, C", 0, Fraction(3, 4), Fraction(1, 2)),
        ("A, B, C, D", 0, Fraction(1, 2), 0),
        ("B, D", 0, 0, 0),
        ([], 0, Fraction(1, 2), 0),
    ],
)
def test_credit_for_several(text: Any, whole: Any, each: Any, minus: Any) -> None:
    for rule, credit in (("all", whole), ("each", each), ("right-minus-wrong", minus)):
        found = verdict(text, ["A", "C"], several=True, credit=rule)
        assert found.credit == credit
        assert found.certain


def test_the_reason_names_what_is_not_right_and_how_many_are_lacking_but_not_which() -> None:
    found = verdict("A, B", ["A", "C"], several=True)
    assert found.reason == "A, B chosen; B is not right; 1 more is right"
    assert found.each == (1, 0)


def test_options_may_have_a_credit_of_their_own() -> None:
    assert verdict("B", {"A": 1, "B": 0.5}).credit == Fraction(1, 2)
    assert verdict("D", {"A": 1, "B": 0.5}).credit == 0
    assert verdict("A, B", {"A": 0.5, "B": -0.25, "C": 0.5}, several=True).credit == Fraction(1, 4)
    assert verdict("B", {"A": 0.5, "B": -0.25}, several=True).credit == 0
    assert not verdict("B", {"A": "x"}).certain
    assert not verdict("B", {"Berlin": 1}).certain


@pytest.mark.parametrize(
    "text", ["true", "T", "yes", "Y", "right", "1", "✓", True, "True.", "it is true"]
)
def test_true_has_many_names(text: Any) -> None:
    assert Choice(true_false=True).compare(text, "true").credit == 1
    assert Choice().compare(text, True).credit == 1
    found = Choice().compare(text, False)
    assert (found.credit, found.invalid) == (0, False)


@pytest.mark.parametrize(
    "text", ["maybe", "not true", "true false", "right, wrong", "right wrong", "2"]
)
def test_what_is_neither_true_nor_false_is_invalid(text: str) -> None:
    for truth in (True, False):
        assert Choice().compare(text, truth).invalid


def test_further_names_of_options() -> None:
    options = {"true_false": True, "synonyms": {"true": ["wahr"], "false": ["falsch"]}}
    assert Choice(**options).compare("Falsch", False).credit == 1
    assert verdict("Roma", "B", synonyms={"B": ["Roma"]}).credit == 1


@pytest.mark.parametrize(
    "options",
    [
        {"options": {"A": 1}},
        {"options": {"A": "x"}, "synonyms": {"B": ["y"]}},
        {"options": {"A": "x"}, "true_false": True},
        {"credit": "each"},
        {"count": 0},
        {"several": "yes"},
        {"synonyms": {"A": "y"}},
    ],
)
def test_wrong_options_are_known_when_the_rubric_is_loaded(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"'\w+'"):
        comparators.build("choice", options)


@given(st.dictionaries(st.sampled_from(string.ascii_uppercase), st.just(""), min_size=1), st.data())
def test_all_sets_of_letters_are_read_as_they_are_written(
    options: dict[str, str], data: st.DataObject
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(sorted(options)), unique=True, min_size=1))
    right = data.draw(st.lists(st.sampled_from(sorted(options)), unique=True, min_size=1))
    between = data.draw(st.sampled_from([", ", ",", "; ", " and ", " & ", "\n", ""]))
    found = Choice(options=options, several=True).compare(between.join(chosen), right)
    assert found.credit == (set(chosen) == set(right))
    assert found.read == ", ".join(chosen)


@given(st.text(max_size=40))
def test_a_text_is_never_right_for_two_single_options(text: str) -> None:
    right = [label for label in CITIES if verdict(text, label).credit == 1]
    assert len(right) <= 1


@pytest.mark.parametrize(
    "value",
    [
        "A, " * 100_000,
        "(" * 100_000,
        "A B" * 3000,
        "\ud800",
        "\u202eB\u202c" * 50,
        "the " * 2500,
        "," * 10_000,
    ],
)
def test_long_and_odd_texts_are_invalid_soon(value: str) -> None:
    for options in ({}, {"several": True}):
        found = verdict(value, "B", **options)
        assert found.credit == 0
    assert len(found.reason) < 1000


def test_one_of_several_truths_may_be_met() -> None:
    kind = AnyOf(of=[{"kind": "label"}], truths="several")
    assert kind.compare("b", ["a", "b"]).credit == 1
    assert kind.compare("c", ["a", "b"]).credit == 0
    for truth in ("ab", [], None, 3):
        assert not kind.compare("a", truth).certain
    with pytest.raises(ValueError, match="truths"):
        AnyOf(of=[{"kind": "label"}], truths="all")


def test_a_value_that_one_of_the_kinds_can_read_is_wrong_and_not_invalid() -> None:
    kind = AnyOf(of=[{"kind": "choice", "options": CITIES}, {"kind": "label"}])
    found = kind.compare("Berlin", "A")
    assert (found.credit, found.invalid) == (0, False)
