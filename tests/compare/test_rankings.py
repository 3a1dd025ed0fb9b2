"""Rankings: ways of writing them, and partial credit by the rule that the rubric chooses."""

import itertools
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.compare.ranking import Ranking

RULES = ["position", "inversions", "adjacent", "longest", "all"]
THINGS = ["A", "B", "C", "D", "E"]


@pytest.mark.parametrize(
    "text",
    [
        "B > A > C",
        "b, a, c",
        "B A C",
        "[B, A, C]",
        "1. B 2. A 3. C",
        "1) B\n2) A\n3) C",
        "2. A\n3. C\n1. B",
        "C < A < B",
        "B -> A -> C",
        r"$B \succ A \succ C$",
        "B\nA\nC",
        "'B', 'A', 'C'",
    ],
)
def test_a_ranking_may_be_written_in_many_ways(text: str) -> None:
    assert Ranking().compare(text, ["B", "A", "C"]).credit == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("B, A", "C not put in order"),
        ("B, A, D", "“D” is none of"),
        ("B, A, A, C", "“A” stands twice"),
        ("B = A > C", "share a place"),
        ("B > A < C", "different sides"),
        ("B > > C", "missing"),
        ("", "nothing"),
        ("1. B 3. A 2. C 2. D", "each number once"),
    ],
)
def test_what_is_no_ranking_is_invalid_and_says_why(text: str, says: str) -> None:
    verdict = Ranking().compare(text, ["B", "A", "C"])
    assert verdict.invalid
    assert says in verdict.reason


@pytest.mark.parametrize("rule", RULES)
@given(order=st.permutations(THINGS))
def test_only_the_right_order_earns_all_and_the_reverse_is_told(
    rule: Any, order: list[str]
) -> None:
    verdict = Ranking(credit=rule).compare(order, THINGS)
    assert (verdict.credit == 1) == (order == THINGS)
    assert (verdict.miss == "order-reversed") == (order == THINGS[::-1])
    if order == THINGS[::-1]:
        assert verdict.credit == (Fraction(1, 5) if rule == "position" else 0)


@given(st.permutations(THINGS))
def test_inversions_are_counted_as_by_their_definition(order: list[str]) -> None:
    lost = sum(order.index(a) > order.index(b) for a, b in itertools.combinations(THINGS, 2))
    assert Ranking(credit="inversions").compare(order, THINGS).credit == 1 - Fraction(lost, 10)


@given(st.permutations(THINGS), st.integers(0, 3))
def test_exchanging_two_neighbours_changes_one_pair(order: list[str], at: int) -> None:
    other = [*order[:at], order[at + 1], order[at], *order[at + 2 :]]
    kind = Ranking(credit="inversions")
    gap = kind.compare(order, THINGS).credit - kind.compare(other, THINGS).credit
    assert abs(gap) == Fraction(1, 10)


def test_rules_of_partial_credit_differ() -> None:
    turned = ["B", "C", "D", "E", "A"]
    told = [Ranking(credit=rule).compare("A, B, C, D, E", turned).credit for rule in RULES]
    assert told == [0, Fraction(3, 5), Fraction(3, 4), Fraction(3, 4), 0]


def test_ties() -> None:
    kind = Ranking(ties=True, credit="inversions")
    assert kind.compare("A = B > C", [["B", "A"], "C"]).credit == 1
    assert kind.compare("A > B > C", [["B", "A"], "C"]).credit == Fraction(5, 6)
    assert kind.compare("A = B > C", ["A", "B", "C"]).credit == Fraction(5, 6)
    assert kind.compare("A = B = C", ["A", "B", "C"]).credit == Fraction(1, 2)


def test_the_direction_of_signs() -> None:
    assert Ranking(direction="rising").compare("A < B < C", ["A", "B", "C"]).credit == 1
    assert Ranking(direction="rising").compare("C > B > A", ["A", "B", "C"]).credit == 1
    assert (
        Ranking(direction="falling").compare("A < B < C", ["A", "B", "C"]).miss == "order-reversed"
    )
    assert not Ranking().compare("A < B < C", ["A", "B", "C"]).certain
    assert Ranking().compare("A < B < C", "A < B < C").credit == 1


def test_other_words_and_ranks() -> None:
    kind = Ranking(labels={"A": ["first image", "img 1"]})
    assert kind.compare("B, Img 1, C", ["B", "A", "C"]).credit == 1
    assert kind.compare({"A": 2, "B": "1", "C": 3}, ["B", "A", "C"]).credit == 1
    assert kind.compare({"A": 2, "B": True}, ["B", "A"]).invalid


def test_a_long_ranking() -> None:
    things = [f"t{at}" for at in range(3000)]
    assert Ranking(credit="inversions").compare(things[::-1], things).credit == 0
    assert Ranking(credit="longest").compare([*things[1:], things[0]], things).credit == Fraction(
        2998, 2999
    )
