"""Letters that are listed, and verdicts in signs or other languages: read for sure, or for a person."""

import pytest

from grader.model import Found
from grader.read.truths import Truths
from tests.read.reading import answer

A_AND_C = (True, False, True, False)


@pytest.mark.parametrize(
    "text",
    [
        "a und c",
        "a et c",
        "a y c",
        "a+c",
        "a plus c",
        "a as well as c",
        "a c",
        "Only a und c are true.",
        "a) 1\nb) 0\nc) 1\nd) 0",
        "a: 1, b: 0, c: 1, d: 0",
        "a = 1, b = 0, c = 1, d = 0",
        "a: ja, b: nein, c: ja, d: nein",
        "a: oui, b: non, c: oui, d: non",
        "a: vrai\nb: faux\nc: vrai\nd: faux",
        "a verdadero, b falso, c verdadero, d falso",
        "(a) w (b) f (c) w (d) f",
        "d: nein, c: ja, b: nein, a: ja",
        "a +\nb -\nc +\nd -",
        "a [x]\nb [ ]\nc [x]\nd [ ]",
        "- a: [x]\n- b: [ ]\n- c: [x]\n- d: [ ]",
        "a: ok, b: not ok, c: ok, d: not ok",
        "a: stimmt, b: stimmt nicht, c: stimmt, d: stimmt nicht",
        "a yes b no c yes d no",
        "a. True b. False c. True d. False",
        "a c are true",
        "I und III",
        "My choice: a, c",
        "nur a und c",
        "tftf",
        "t f t f",
        "I think that statements a and c hold.",
        "a and c, because they follow from the theorem",
        "a and c, not b or d",
        "a, c; the others are false",
        "a, c (b and d are false)",
        "a and c (b, d are false)",
        "a, c [b is wrong because n=2]",
        "a, c (b is wrong)",
        "(a), (c) (b and d are not true).",
        "a (true)\nb (false)\nc (true)\nd (false)",
        "a (T), b (F), c (T), d (F)",
        "a [T] b [F] c [T] d [F]",
        "Statements a and c are true, statements b and d are false.",
        "Statements a and c are true, b and d are false.",
        "Statement a is true, statement b is false, statement c is true and statement d is false.",
        "I think a and c are true, b and d are false",
        "True are a and c, false are b and d",
    ],
)
def test_a_list_that_says_no_more_is_read(text: str) -> None:
    found = Truths().read(answer(text))
    assert isinstance(found, Found)
    assert tuple(found.value[x]["held"] for x in "abcd") == A_AND_C
    assert not found.doubt
    assert not found.others


@pytest.mark.parametrize(
    "text",
    [
        "No statement is true.",
        "No statements are true.",
        "None of them is true.",
        "None is correct",
        "none of them are true because n is arbitrary",
    ],
)
def test_no_statement_is_true(text: str) -> None:
    found = Truths().read(answer(text))
    assert isinstance(found, Found)
    assert {found.value[x]["held"] for x in "abcd"} == {False}
    assert not found.doubt


def test_all_statements_are_true_for_a_reason() -> None:
    found = Truths().read(answer("All statements are true because of linearity."))
    assert isinstance(found, Found)
    assert {found.value[x]["held"] for x in "abcd"} == {True}
    assert not found.doubt


@pytest.mark.parametrize(
    "text",
    [
        "a or c",
        "a and maybe c",
        "exactly one of a and c",
        "a => c",
        "if a, then c",
        "a and c fail",
        "a and c can be refuted",
        "counterexamples exist for a and c",
        "a, c (I was unsure about d)",
        "a, c (b is true)",
        "at least one of a and c is true",
        "All statements are true because b is.",
        "a, c (b and d are true)",
        "a, c (b is maybe false)",
        "a, c (b is false, d is true)",
        "a, c (b is wrong) are true",
        "a, c (b is false because d is true)",
        "None of them are true because I am not sure",
        "All statements are true since n > 0, but not for n = 0",
        "a: da, b: net, c: da, d: net",
        "a: 1, c: 1",
        "a, b, c — no wait, b is false",
        "a and b. Actually, c too.",
        "a, b\n\nEdit: a, c",
        "a: false -> true\nb: false\nc: true\nd: false",
        "a: true, actually false\nb: false\nc: true\nd: false",
        "F F T T? No: T F T F",
        "F F T T\n\nEdit: T F T F",
        "Not all statements are true.",
        "Statement a is correct. Statement c is correct too.",
        "a ✓ c ✓",
        "All of this is confusing",
        "ja nein ja nein",
        "1 0 1 0",
    ],
)
def test_a_list_that_says_more_or_is_changed_is_for_a_person(text: str) -> None:
    found = Truths().read(answer(text))
    assert found.doubt or getattr(found, "others", ())  # type: ignore[union-attr]


def test_a_reason_after_a_verdict_changes_nothing() -> None:
    found = Truths().read(
        answer("a: True, no batch is needed\nb: False, wrong way\nc: True\nd: False -> too slow")
    )
    assert isinstance(found, Found)
    assert tuple(found.value[x]["held"] for x in "abcd") == A_AND_C
    assert not found.doubt
