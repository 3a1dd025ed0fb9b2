"""answers.json is read as written, and what is wrong with it is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.collect import Gathered, collectors
from grader.model import Broken, Finding, Found, Missing
from tests.collect.exam import EXAM

Read = Callable[..., Gathered]
Said = Callable[[Finding | None], str]


def sheet(**answers: Any) -> str:
    return json.dumps(
        {"student": "Ada", "answers": {k.replace("_", "."): v for k, v in answers.items()}}
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Green", "Green"),
        (122304, "122304"),
        (0.3775, "0.3775"),
        (["B", "C"], "B\nC"),
        (["B", 0.50], "B\n0.5"),
        ("```python\nx = f(1)\n```", "x = f(1)"),
    ],
)
def test_every_kind_of_value_becomes_text_that_reads_back(
    value: Any, text: str, read: Read, said: Said
) -> None:
    assert said(read(sheet(_6_1=value).replace('".6', '"6'), "answers").answers["6.1"]) == text


def test_numbers_keep_the_digits_that_were_written(read: Read, said: Said) -> None:
    text = '{"answers": {"3.2": 0.3700, "6.1": 1e400, "2.1": [3, 2.0]}}'
    answers = read(text, "answers").answers
    assert [said(answers[i]) for i in ("3.2", "6.1", "2.1")] == ["0.3700", "1e400", "3\n2.0"]


def test_the_place_names_the_entry(read: Read) -> None:
    found = read('{"answers": {"2.2": "Green"}}', "answers").answers["2.2"]
    assert isinstance(found, Found)
    assert [str(place) for place in found.where] == ["a.md#2.2"]


def test_who_it_claims_to_be_from_is_told(read: Read) -> None:
    assert read('{"student": " Ada  L ", "answers": {}}', "answers").claims == "Ada L"


@pytest.mark.parametrize("value", [None, "", "-", "n/a", [], "???"])
def test_an_empty_entry_is_missing(value: Any, read: Read) -> None:
    text = json.dumps({"answers": {"2.2": value}})
    assert read(text, "answers").answers["2.2"] == Missing(why="no answer found")


def test_an_unknown_id_is_a_problem_with_a_hint(read: Read) -> None:
    gathered = read('{"answers": {"2.22": "x"}}', "answers")
    assert not gathered.answers
    assert gathered.problems == ("a.md: there is no part '2.22'; did you mean '2.2'?",)


@pytest.mark.parametrize("key", ["2.2", "Q2.2", " 2.2 ", "2(2)", "question 2.2"])
def test_an_id_is_known_in_other_spellings(key: str, read: Read, said: Said) -> None:
    assert said(read(json.dumps({"answers": {key: "Green"}}), "answers").answers["2.2"]) == "Green"


def test_a_repeated_key_with_another_answer_goes_to_a_person(read: Read, said: Said) -> None:
    gathered = read('{"answers": {"2.2": "Green", "2.2": "Red"}}', "answers")
    assert said(gathered.answers["2.2"]) == "answered twice, differently"
    assert "more than once" in gathered.problems[0]


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '{"answers": 3}', "nonsense", '{"a": NaN', "[" * 99_999]
)
def test_what_is_no_sheet_is_a_problem(text: str, read: Read) -> None:
    gathered = read(text, "answers")
    assert not gathered.answers
    assert gathered.unread
    assert len(gathered.problems) == 1


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (True, "a true or false"),
        ({"a": "B"}, "an object"),
        ([1, None], "a null in a list"),
        ([[1, 2], [3, 4]], "a list in a list"),
        (["B", {"a": 1}], "an object in a list"),
    ],
)
def test_a_value_that_is_no_answer_is_said_and_goes_to_a_person(
    value: Any, what: str, read: Read
) -> None:
    why = f"{what} is no answer; write a text, a number or a list"
    gathered = read(json.dumps({"answers": {"2.1": value, "2.2": "Green"}}), "answers")
    assert gathered.answers["2.1"] == Broken(why=why, cause="conversion")
    assert isinstance(gathered.answers["2.2"], Found)
    assert gathered.problems == (f"a.md: 2.1: {why}",)


def test_the_answers_of_all_objects_answers_are_read(read: Read, said: Said) -> None:
    gathered = read('{"answers": {"2.2": "Green"}, "answers": {"2.3": "Red"}}', "answers")
    assert [said(gathered.answers[i]) for i in ("2.2", "2.3")] == ["Green", "Red"]


def test_a_long_answer_on_one_line_is_not_cut_short(read: Read, said: Said) -> None:
    long = "green " * 8_000
    assert (
        len(said(read(json.dumps({"answers": {"2.2": long}}), "answers").answers["2.2"])) > 40_000
    )


def test_an_endless_answer_is_cut_and_said(read: Read) -> None:
    gathered = read(json.dumps({"answers": {"2.2": "x " * 200_000}}), "answers")
    assert "only the first 100000 characters" in gathered.problems[0]
    assert gathered.unread
    assert gathered.cut


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None)
@given(JSON, st.sampled_from([part.id for part in EXAM.parts]))
def test_no_value_makes_it_raise(value: Any, part: str) -> None:
    data = json.dumps({"student": value, "answers": {part: value}}).encode()
    gathered = collectors.build("answers", {}).gather(EXAM, "answers.json", data, {})
    assert isinstance(gathered.answers[part], Found | Missing | Broken)


WORDS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz 0123456789,", min_size=3, max_size=60)


@settings(max_examples=80, deadline=None)
@given(
    WORDS.map(str.strip).filter(
        lambda text: len(text) > 2 and text[0].isalpha() and "  " not in text
    )
)
def test_plain_text_reads_back_word_for_word(text: str) -> None:
    data = json.dumps({"answers": {"11.4": f"It is {text}"}}).encode()
    found = collectors.build("answers", {}).gather(EXAM, "answers.json", data, {}).answers["11.4"]
    assert isinstance(found, Found)
    assert found.value.text == f"It is {text}"
