"""Intervals: ways of writing them, unions in one form, ends that belong or do not."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.compare._intervals import in_order, written
from grader.compare.interval import Interval
from grader.model import MISSES
from grader.notation.inequalities import Rules, Span
from grader.notation.intervals import read_intervals

SAME = [
    (
        "(1, 2]",
        [
            "]1, 2]",
            "1 < x <= 2",
            "2 ≥ x > 1",
            r"\left(1, 2\right]",
            "x ∈ (1; 2]",
            "x > 1 and x ≤ 2",
        ],
    ),
    ("[1, 2)", ["[1, 2[", "{x | 1 <= x < 2}", r"1 \leq x \lt 2"]),
    ("(-inf, 3)", ["(−∞, 3)", "x < 3", "3 > x", r"(-\infty, 3)", "]-oo, 3["]),
    ("(-inf, inf)", ["R", "ℝ", r"\mathbb{R}", "all reals", "(-∞, +∞)", "(-inf, 1) U [1, inf)"]),
    (
        "(-inf, 3) U (3, inf)",
        [r"R \ {3}", "x ≠ 3", "x != 3", r"\mathbb{R} \setminus \{3\}", "x < 3 or x > 3"],
    ),
    (
        "[0, 2]",
        [
            "[0, 1] U [1, 2]",
            "[0, 1] ∪ (1, 2]",
            r"[0, 1.5] \cup [1, 2]",
            "[0, 2) U {2}",
            "[1, 2], [0, 1]",
        ],
    ),
    ("{1, 2}", ["{2} U {1}", "[1, 1] U [2, 2]", "x = 1 or x = 2"]),
    ("∅", ["{}", "(3, 3)", "[3, 3)", r"\emptyset", "no solution"]),
]


@pytest.mark.parametrize(("truth", "texts"), SAME)
def test_one_set_may_be_written_in_many_ways(truth: str, texts: list[str]) -> None:
    for text in [truth, *texts]:
        verdict = Interval().compare(text, truth)
        assert (verdict.credit, verdict.certain) == (1, True), text
    for other, _ in SAME:
        if other != truth:
            assert Interval().compare(texts[0], other).credit == 0, other


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("(5, 2)", "greater than the right one"),
        ("[-inf, 2]", "round bracket"),
        ("(1, 2", "is not closed"),
        ("(1, 2, 3)", "two ends"),
        ("1, 2", "two ends in brackets"),
        ("(1, 2) U", "nothing stands after"),
        ("(1, 2) (3, 4)", "∪ or U"),
        ("1 < x > 2", "same way"),
        ("x > 1, x < 2", "“and” or “or”"),
        ("", "no interval"),
        ("(inf, 2)", "greater"),
        ("1 < x and y < 2", "same variable"),
        ("not in (1, 2)", "no interval"),
        ("x > 1 and x > 2", "intersection"),
        ("(1, 2)'", "∪ or U"),
        (r"R \setminus (1, 2)", "single points"),
        ("(1, 3) U (2, 4) \\ {2}", "from one interval"),
    ],
)
def test_what_is_no_interval_is_invalid_and_says_why(text: str, says: str) -> None:
    verdict = Interval().compare(text, "(1, 2)")
    assert verdict.invalid
    assert says in verdict.reason


def test_openness_is_told_apart_from_the_ends() -> None:
    verdict = Interval().compare("(1, 2)", "[1, 2)")
    assert verdict.miss == "bounds"
    assert verdict.reason.endswith(MISSES["bounds"])
    assert Interval(ends="ignored").compare("(1, 2)", "[1, 2]").credit == 1
    assert Interval(credit="each").compare("(1, 2)", "[1, 2)").credit == Fraction(1, 2)
    assert Interval(credit="each").compare("(1, 5)", "[1, 2)").miss == ""


def test_options_of_writing() -> None:
    assert Interval(infinite_ends="any").compare("[-inf, 2]", "(-inf, 2]").credit == 1
    assert Interval(inequalities=False).compare("1 < x < 2", "(1, 2)").invalid
    assert Interval(unions="as-written").compare("[0, 1] U [1, 2]", "[0, 2]").credit == 0
    assert Interval(unions="as-written").compare("[1, 2] U [0, 1]", "[0, 1] U [1, 2]").credit == 1
    comma = Interval(of={"kind": "number", "decimal": ","})
    assert comma.compare("(1,5; 2,5)", "(1,5; 2,5)").credit == 1


def test_ends_are_compared_with_their_tolerance_and_in_words() -> None:
    kind = Interval(of={"kind": "number", "absolute": 0.01})
    assert kind.compare("(1.414, pi)", "(sqrt(2), 3.14)").credit == 1
    verdict = kind.compare("(1, 2) U (3, 5)", "(1, 2) U (3, 4)")
    assert "right end of the 2nd part: 5 is not right" in verdict.reason
    assert "4" not in verdict.reason.replace("of 4 ends", "")
    assert Interval(credit="each").compare("(1, 2)", "(1, 2) U (3, 4)").credit == Fraction(1, 2)


def test_plain_data_is_read_too() -> None:
    assert Interval().compare([1, 2], "[1, 2]").credit == 1
    assert Interval().compare({"low": 1, "high": None, "closed": "left"}, "[1, inf)").credit == 1
    assert Interval().compare(["(1, 2)", {"low": 3, "high": 4}], "(1, 2) U [3, 4]").credit == 1
    for bad in (None, True, 3, [], [1], {"low": []}, [[1, 2]]):
        assert Interval().compare(bad, "[1, 2]").credit == 0


def test_letters_as_ends_are_never_put_in_order_by_guess() -> None:
    kind = Interval(of={"kind": "label"})
    assert kind.compare("[a, b]", "[a, b]").credit == 1
    assert not kind.compare("[a, b] U [b, c]", "[a, c]").certain


ENDS = st.integers(-4, 4)
SPANS = st.lists(
    st.builds(
        lambda a, b, low_in, high_in: Span(min(a, b), max(a, b), low_in, high_in),
        ENDS,
        ENDS,
        st.booleans(),
        st.booleans(),
    ),
    max_size=5,
)


def holds(spans: list[Span], point: Fraction) -> bool:
    return any(
        (span.low < point or (span.low_in and span.low == point))
        and (point < span.high or (span.high_in and span.high == point))
        and point not in span.holes
        for span in spans
    )


def ordered(spans: list[Span], *, merged: bool = True) -> Any:
    return in_order(spans, Fraction, merged=merged)


@given(SPANS, st.lists(ENDS, max_size=3))
def test_one_form_of_a_union_holds_the_same_points(spans: list[Span], holes: list[int]) -> None:
    spans = [Span(s.low, s.high, s.low_in, s.high_in, tuple(holes)) for s in spans]
    for merged in (True, False):
        told = ordered(spans, merged=merged)
        for twice in range(-10, 11):
            point = Fraction(twice, 2)
            assert holds(told, point) == holds(spans, point)


@given(SPANS)
def test_one_form_has_parts_that_are_apart_and_reading_undoes_writing(spans: list[Span]) -> None:
    told = ordered(spans)
    for one, other in pairwise(told):
        assert one.high < other.low or (one.high == other.low and not (one.high_in or other.low_in))
    again = read_intervals(written(told), Rules())
    assert isinstance(again, list)
    assert ordered([Span(int(s.low), int(s.high), s.low_in, s.high_in) for s in again]) == told
    assert Interval().compare(written(told), written(spans)).credit == 1


@pytest.mark.parametrize(
    "text",
    [
        "{x ∈ Z : 5<x<10}",
        "{2x | 5<x<10}",
        "{-x | 5<x<10}",
        "{x^2 : 5<x<10}",
        "{x=7 | 5<x<10}",
        "{x<6 | 5<x<10}",
        "{y | 5<x<10}",
        "{x in | 5<x<10}",
        "complement: (5, 10)",
        "except: (5, 10)",
        "x not in (5, 10)",
    ],
)
def test_what_changes_the_meaning_before_an_interval_is_not_thrown_away(text: str) -> None:
    assert Interval().compare(text, "(5, 10)").invalid


@pytest.mark.parametrize(
    "text",
    [
        "{x | 5<x<10}",
        "{x ∈ R : 5<x<10}",
        r"\{x \in \mathbb{R} \mid 5 < x < 10\}",
        "S = (5, 10)",
        "x_1 ∈ (5, 10)",
        "answer: (5, 10)",
    ],
)
def test_a_name_may_stand_before_an_interval(text: str) -> None:
    assert Interval().compare(text, "(5, 10)").credit == 1


def test_conditions_that_nothing_meets_are_the_empty_set() -> None:
    text = "x<0 and x>1"
    assert Interval().compare(text, "{}").credit == 1
    verdict = Interval().compare(text, "(-inf, 0) U (1, inf)")
    assert (verdict.credit, verdict.certain, verdict.invalid) == (0, True, False)
    assert Interval().compare("(1, 0)", "{}").invalid


def test_ends_that_are_right_are_not_said_to_be_wrong() -> None:
    verdict = Interval().compare("[1, 2)", "(1, 2]")
    assert verdict.miss == "bounds"
    assert "0 of 2" not in verdict.reason
    assert verdict.reason.startswith("left end: it belongs")
