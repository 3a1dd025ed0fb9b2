"""Mappings from texts and from plain data, entry by entry."""

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.compare.mapping import Mapping

NUMBER = {"kind": "number", "absolute": 0.01}


@pytest.mark.parametrize(
    "text",
    [
        "a: 1, b: 2",
        "a = 1; b -> 2",
        '{"a": 1, "b": 2}',
        "b => 2\na => 1",
        "{a: 1, b: 2.0}",
        r"a \mapsto 1, b \mapsto 2",
    ],
)
def test_a_mapping_may_be_written_in_many_ways(text: str) -> None:
    assert Mapping(of=NUMBER).compare(text, {"a": 1, "b": 2}).credit == 1
    assert Mapping().compare(text, {"a": 1, "b": "2"}).credit == 1


def test_a_wrong_entry_is_named() -> None:
    verdict = Mapping(of=NUMBER).compare("a: 1.005, b: 3", {"a": 1, "b": 2})
    assert verdict.credit == Fraction(1, 2)
    assert "b: 3 is not right" in verdict.reason
    assert "2" not in verdict.reason.replace("of 2", "")
    assert Mapping(of=NUMBER, credit="all").compare("a: 1, b: 3", {"a": 1, "b": 2}).credit == 0


def test_entries_that_lack_or_were_not_asked_for() -> None:
    assert "b: not given" in Mapping(of=NUMBER).compare("a: 1", {"a": 1, "b": 2}).reason
    assert Mapping(of=NUMBER).compare("a: 1, c: 2", {"a": 1}).credit == 1
    assert Mapping(of=NUMBER, extra="costs").compare("a: 1, c: 2", {"a": 1}).credit == 0
    assert Mapping(extra="costs").compare(
        {"a": 1, "b": "x", "c": 2}, {"a": 1, "b": "X"}
    ).credit == Fraction(1, 2)


def test_what_is_no_mapping_is_invalid() -> None:
    for text in ("hello", "a: 1, a: 2", "(a: 1", "1, 2"):
        verdict = Mapping(of=NUMBER).compare(text, {"a": 1})
        assert verdict.invalid, text


def test_keys_are_folded_only_where_that_is_asked() -> None:
    assert Mapping().compare({"mean  Loss": 1}, {"Mean loss": 1}).credit == 0
    assert Mapping(fold=True).compare({"A": 1, "a": 2}, {"a": 1}).invalid
    assert Mapping(fold=True).compare({"mean  Loss": 1}, {"Mean loss": 1}).credit == 1


def test_values_may_be_structures() -> None:
    sets = Mapping(of={"kind": "set", "of": {"kind": "label"}, "brackets": "any"})
    assert sets.compare("a -> A, B; b -> B", "a -> B, A; b -> B").credit == 1


@given(st.dictionaries(st.text("abcd", min_size=1, max_size=4), st.integers(-99, 99), min_size=1))
def test_reading_undoes_writing(mapping: dict[str, int]) -> None:
    assert Mapping().compare(json.dumps(mapping), mapping).credit == 1
    assert (
        Mapping(of=NUMBER)
        .compare("; ".join(f"{k} = {v}" for k, v in mapping.items()), mapping)
        .credit
        == 1
    )


@pytest.mark.parametrize("value", [None, 3, [1, 2], True])
def test_nothing_assigned_earns_nothing(value: Any) -> None:
    assert Mapping().compare(value, {"a": 1}).credit == 0


def test_what_was_read_from_a_text_is_told() -> None:
    assert Mapping().compare("a = 1; b -> 2", {"a": 1, "b": 2}).read == "a: 1, b: 2"
    assert Mapping(of=NUMBER).compare("a = 1; b -> 2", {"a": 1, "b": 2}).read == "a: 1, b: 2"


@pytest.mark.parametrize(
    ("text", "truth", "credit"),
    [
        ("a: 3x10^2", {"a": 300}, 1),
        ("a: sqrt(4)", {"a": 2}, 1),
        ("a: 1,5", {"a": 1.5}, 1),
        ("a: 1/2, b: yes", {"a": 0.5, "b": "Yes"}, 1),
        ("a: 2 * 3", {"a": "6"}, 1),
        ("a: true", {"a": True}, 1),
        ("a: [1, 2]", {"a": [1, 2]}, 1),
        ("a: 301", {"a": 300}, 0),
        ("a: no", {"a": "yes"}, 0),
        ("a: true", {"a": False}, 0),
        ("a: [1, 3]", {"a": [3, 1]}, 0),
    ],
)
def test_written_numbers_are_read_as_numbers_are_elsewhere(
    text: str, truth: Any, credit: int
) -> None:
    assert Mapping().compare(text, truth).credit == credit


@pytest.mark.parametrize("value", [[1, 2], {"b": [1, "x"]}, True, False, [None, {"c": 0.5}]])
def test_equal_data_are_right(value: Any) -> None:
    assert Mapping().compare({"a": value}, {"a": value}).credit == 1
    assert Mapping().compare({"a": [value, 7]}, {"a": [value, 8]}).credit == 0


def test_true_is_not_one() -> None:
    assert Mapping().compare({"a": True}, {"a": 1}).credit == 0
