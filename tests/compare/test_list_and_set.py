"""Lists and sets: order, repetition, credit of each element, and what is said about which."""

import itertools
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.compare._matching import assign, total
from grader.compare._pairing import paired
from grader.compare.list import List
from grader.compare.set import Set
from grader.model import MISSES, Verdict, full, wrong

SMALL = st.lists(st.integers(0, 6), min_size=1, max_size=7)
NEAR = {"kind": "number", "absolute": 0.1}
LABEL = {"kind": "label"}


def written(numbers: list[Any], brackets: str = "[]") -> str:
    return f"{brackets[0]}{', '.join(map(str, numbers))}{brackets[1]}"


@pytest.mark.parametrize(
    "text",
    [
        "1, 2, 3",
        "[1, 2, 3]",
        "(1; 2; 3)",
        "1 2 3",
        "1\n2\n3",
        "1, 2 and 3",
        "{1,2,3,}",
        "L = [1, 2, 3]",
    ],
)
def test_a_list_may_be_written_in_many_ways(text: str) -> None:
    assert List().compare(text, [1, 2, 3]).credit == 1


def test_the_wrong_element_is_named_and_the_right_value_never_told() -> None:
    verdict = List().compare("1, 7, 3", [1, 5, 3])
    assert verdict.credit == Fraction(2, 3)
    assert verdict.each == (1, 0, 1)
    assert "2nd: 7 is not right" in verdict.reason
    assert "5" not in verdict.reason
    assert List(names=("mean", "median")).compare("1, 2", [1, 3]).reason.count("median") == 1


@given(SMALL, st.randoms())
def test_with_any_order_a_permutation_earns_the_same(numbers: list[int], rng: Any) -> None:
    shuffled = rng.sample(numbers, len(numbers))
    truth = [1, 2, 3]
    free = List(order="any")
    assert (
        free.compare(written(shuffled), truth).credit
        == free.compare(written(numbers), truth).credit
    )
    assert free.compare(written(shuffled), numbers).credit == 1


@given(st.permutations(range(5)))
def test_a_right_list_in_another_order_is_told_so(order: list[int]) -> None:
    verdict = List().compare(written(order), [0, 1, 2, 3, 4])
    kinds = {(0, 1, 2, 3, 4): "", (4, 3, 2, 1, 0): "order-reversed"}
    assert verdict.miss == kinds.get(tuple(order), "order")
    if verdict.miss:
        assert verdict.reason.endswith(MISSES[verdict.miss])


@given(SMALL, st.data())
def test_credit_rises_with_the_number_of_right_elements(numbers: list[int], data: Any) -> None:
    wrong = data.draw(st.lists(st.booleans(), min_size=len(numbers), max_size=len(numbers)))
    given_ = [number + 100 * bad for number, bad in zip(numbers, wrong, strict=True)]
    for kind in (List(), List(order="any")):
        verdict = kind.compare(given_, numbers)
        assert verdict.credit == Fraction(len(numbers) - sum(wrong), len(numbers))


def test_elements_too_many_and_too_few() -> None:
    assert List().compare("1, 2", [1, 2, 3]).credit == Fraction(2, 3)
    assert List().compare("1, 2, 3, 4", [1, 2, 3]).credit == Fraction(2, 3)
    assert List(extra="ignored").compare("1, 2, 3, 4", [1, 2, 3]).credit == 1
    assert List(extra="zero").compare("1, 2, 3, 4", [1, 2, 3]).credit == 0
    assert List(credit="all").compare("1, 2, 3, 4", [1, 2, 3]).credit == 0
    assert List().compare("1,,3", [1, 2, 3]).each == (1, 0, 1)


def test_naming_all_possible_elements_earns_nothing() -> None:
    assert List(order="any").compare(list(range(30)), [3, 4]).credit == 0
    assert Set().compare(written(list(range(30)), "{}"), [3, 4]).credit == 0


def test_elements_with_names_are_found_by_name() -> None:
    kind = List(names=("a", "b"))
    assert kind.compare("b = 2, a = 1", [1, 2]).credit == 1
    assert kind.compare({"b": 2, "A": 1}, [1, 2]).credit == 1
    assert kind.compare("a = 1, 2", [1, 2]).invalid
    assert kind.compare("a = 1, a = 2", [1, 2]).invalid
    assert kind.compare("b = 2", [1, 2]).each == (0, 1)


def test_decimal_commas_leave_semicolons_between_elements() -> None:
    comma = {"kind": "number", "decimal": ","}
    assert List(of=comma).compare("1,5; 2,25", [1.5, 2.25]).credit == 1
    assert List(of=comma).compare("1,5, 2,25", [1.5, 2.25]).credit == 1
    assert List(of=comma).compare("1,5", [1.5]).credit == 1


def test_brackets_may_be_asked_for_and_are_then_no_matter_of_right_and_wrong() -> None:
    verdict = List(brackets="[]").compare("(1, 2)", [1, 2])
    assert verdict.invalid
    assert "[ … ]" in verdict.reason
    assert List(brackets="none").compare("[1, 2]", [1, 2]).invalid
    assert List(brackets="needed").compare("1, 2", [1, 2]).invalid


def test_words_that_the_truth_holds_do_not_split() -> None:
    assert List(of=LABEL).compare("salt and pepper, oil", ["salt and pepper", "oil"]).credit == 1
    assert List(of=LABEL).compare("salt and oil", ["salt", "oil"]).credit == 1


def test_an_element_that_is_none_is_invalid_only_where_nothing_is_right() -> None:
    assert List().compare("foo", [1]).invalid
    mixed = List().compare("1, foo", [1, 2])
    assert not mixed.invalid
    assert "2nd" in mixed.reason


def test_an_undecided_element_counts_only_where_it_matters() -> None:
    assert not List().compare("1,234; 5", [1234, 5]).certain
    spoilt = List(credit="all").compare("1,234; 6", [1234, 5])
    assert spoilt.certain
    assert spoilt.credit == 0


def test_lists_in_lists_and_points_in_lists() -> None:
    points = List(of={"kind": "tuple"})
    assert points.compare("(1, 2), (3, 4)", [[1, 2], [3, 4]]).credit == 1
    assert points.compare("[(1, 2), (3, 4)]", [[1, 2], [3, 4]]).credit == 1
    assert points.compare("(1, 2)", [[1, 2]]).credit == 1
    assert points.compare("[(1, 2)]", [[1, 2]]).credit == 1


@given(st.data())
def test_no_assignment_earns_more_than_the_one_found(data: Any) -> None:
    rows = data.draw(st.integers(1, 6))
    columns = data.draw(st.integers(1, 6))
    credit = st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(1)])
    weights = [[data.draw(credit) for _ in range(columns)] for _ in range(rows)]
    partners = assign(weights)
    used = [at for at in partners if at is not None]
    assert len(used) == len(set(used))
    width = max(rows, columns)
    best = max(
        sum((weights[row][at] for row, at in enumerate(order[:rows]) if at < columns), Fraction(0))
        for order in itertools.permutations(range(width))
    )
    assert total(weights) == best


def test_matching_is_not_greedy_with_tolerances() -> None:
    # 3.1 would do for 3.0 and 3.2; only one way leaves each with a partner
    verdict = List(of=NEAR, order="any").compare("3.1, 2.95", [3.0, 3.2])
    assert verdict.credit == 1
    chain = [round(0.1 * step, 1) for step in range(40)]
    moved = [round(value + 0.1, 1) for value in chain]
    assert List(of=NEAR, order="any").compare(moved[::-1], chain).credit == 1


def test_long_lists_are_compared_in_any_order_where_all_are_right_and_else_left_open() -> None:
    numbers = list(range(5000))
    kind = List(order="any")
    assert kind.compare(numbers[::-1], numbers).credit == 1
    assert kind.compare(numbers[::-1], numbers).certain
    off = kind.compare([*numbers[1:], -1], numbers)
    assert not off.certain
    assert off.credit == Fraction(4999, 5000)
    assert List().compare([1] * 10_001, [1]).invalid


@given(SMALL, st.randoms())
def test_a_set_knows_neither_order_nor_repetition(numbers: list[int], rng: Any) -> None:
    text = written(rng.choices(numbers, k=3) + numbers, "{}")
    assert Set().compare(text, numbers).credit == 1
    multiset = Set(multiplicity="counts")
    assert multiset.compare(text, numbers).credit < 1
    assert multiset.compare(written(rng.sample(numbers, len(numbers)), "{}"), numbers).credit == 1
    assert (Set(multiplicity="refused").compare(written(numbers, "{}"), numbers).invalid) == (
        len(set(numbers)) < len(numbers)
    )


def test_a_multiset_tells_repetition_apart() -> None:
    verdict = Set(multiplicity="counts").compare("{1, 1, 2}", "{1, 2, 2}")
    assert verdict.credit == Fraction(2, 3)
    assert verdict.miss == "repeated"


def test_one_number_twice_is_not_two_numbers_within_the_tolerance() -> None:
    assert Set(of=NEAR).compare("{1.0, 1.0}", [1.0, 1.05]).credit == Fraction(1, 2)
    assert Set(of=NEAR).compare("{1.0, 1.00}", [1.0, 1.05]).credit == Fraction(1, 2)


@pytest.mark.parametrize(
    "text", ["∅", "{}", "{ }", r"\emptyset", "$\\varnothing$", "the empty set"]
)
def test_the_empty_set(text: str) -> None:
    assert Set().compare(text, []).credit == 1
    assert Set().compare(text, [1]).credit == 0
    assert Set().compare("{1}", "∅").credit == 0


def test_a_set_has_braces_or_none_unless_the_rubric_says_otherwise() -> None:
    assert Set().compare("1, 2", [1, 2]).credit == 1
    assert Set(brackets="{}").compare("1, 2", [1, 2]).invalid
    assert Set().compare("[1, 2]", [1, 2]).invalid
    assert Set(brackets="any").compare("2, 1", [1, 2]).credit == 1
    assert Set().compare(r"\left\{ 2, \frac{1}{2} \right\}", ["1/2", 2]).credit == 1


def test_sets_of_sets() -> None:
    assert Set(of={"kind": "set"}).compare("{{2, 1}, {3}}", "{{3}, {1, 2}}").credit == 1
    assert Set(of={"kind": "set"}).compare("{{2, 1}}", "{{1, 2}}").credit == 1


@pytest.mark.parametrize(
    "options", [{"order": "some"}, {"brackets": "<>"}, {"separators": ""}, {"of": {"kind": "no"}}]
)
def test_options_that_a_list_cannot_have_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        List(**options)


def test_enough_of_the_right_elements_may_be_asked_for() -> None:
    two = Set(enough=2)
    truth = [2, 3, 5, 7]
    assert two.compare("{7, 3}", truth).credit == 1
    assert two.compare("{7, 3, 2}", truth).credit == 1
    assert two.compare("{7, 3, 7}", truth).credit == 1
    assert two.compare("{7, 4}", truth).credit == Fraction(1, 2)
    assert two.compare("{7, 3, 4}", truth).credit == Fraction(1, 2)
    assert two.compare("{7}", truth).credit == Fraction(1, 2)


@pytest.mark.parametrize(
    ("extra", "credit"), [("costs", Fraction(1, 3)), ("shares", Fraction(1, 2)), ("ignored", 1)]
)
def test_elements_more_than_asked_for_cost_what_the_rubric_says(extra: Any, credit: Any) -> None:
    if extra == "costs":
        assert List(extra=extra).compare("1, 2, 3, 4, 5", [1, 2, 3]).credit == credit
        assert Set(extra=extra).compare("{1, 2, 3, 4, 5}", [1, 2, 3]).credit == credit
    else:
        assert List(extra=extra).compare("1, 2, 3, 4", [1, 2]).credit == credit
        assert Set(extra=extra).compare("{1, 2, 3, 4}", [1, 2]).credit == credit
    assert List(extra=extra, credit="all").compare("1, 2, 3", [1, 2]).credit == (extra == "ignored")
    assert Set(extra=extra, credit="all").compare("{1, 2, 3}", [1, 2]).credit == (
        extra == "ignored"
    )


def test_the_longest_run_in_order_forgives_what_was_left_out() -> None:
    kind = List(order="longest")
    assert kind.compare("2, 3, 4", [1, 2, 3, 4]).credit == Fraction(3, 4)
    assert List().compare("2, 3, 4", [1, 2, 3, 4]).credit == 0
    assert kind.compare("4, 3, 2, 1", [1, 2, 3, 4]).credit == Fraction(1, 4)
    assert kind.compare("4, 3, 2, 1", [1, 2, 3, 4]).miss == "order-reversed"


@given(SMALL, SMALL)
def test_no_run_in_order_is_longer_than_the_one_found(given_: list[int], truth: list[int]) -> None:
    best = max(
        sum(a == b for a, b in zip(ours, theirs, strict=True))
        for size in range(min(len(given_), len(truth)) + 1)
        for ours in itertools.combinations(given_, size)
        for theirs in itertools.combinations(truth, size)
    )
    exact = {"kind": "exact"}
    assert List(of=exact, order="longest", extra="ignored").compare(
        given_, truth
    ).credit == Fraction(best, len(truth))


def test_another_number_of_elements_may_be_invalid() -> None:
    kind = List(length="needed")
    assert kind.compare("1, 2", [1, 2, 3]).invalid
    assert kind.compare("1, , 3", [1, 2, 3]).invalid
    assert not kind.compare("1, 2, 4", [1, 2, 3]).invalid


def test_with_any_order_too_an_undecided_element_counts_only_where_it_matters() -> None:
    free = List(order="any")
    assert not free.compare("1,234; 5", [5, 1234]).certain
    assert free.compare("1,234; 5", [5, 1234]).credit == 1
    settled = free.compare("1,234; 5", [5, 7])
    assert settled.certain
    assert settled.credit == Fraction(1, 2)


def test_one_right_element_given_in_two_ways_costs_nothing_in_a_set() -> None:
    assert Set(of=NEAR).compare("{1.0, 1.05, 3}", [1, 3]).credit == 1
    assert Set(of=NEAR, multiplicity="counts").compare("{1.0, 1.05, 3}", [1, 3]).credit < 1


def test_what_is_no_element_is_invalid_in_any_order_too() -> None:
    verdict = Set().compare("{x: x < 3}", [1, 2])
    assert verdict.invalid
    assert not Set().compare("{1, foo}", [1, 2]).invalid
    assert "foo: “foo” is no number" in List(order="any").compare("1, foo", [1, 2]).reason
    assert "an empty one given too" in Set().compare("{1,,2}", [1, 2]).reason


@pytest.mark.parametrize(
    ("text", "truth", "certain"),
    [
        ("0,5; 1,234", [0.5, 1.234], True),
        ("2.5; 1,234", [2.5, 1234], True),
        ("7; 1,234", [7, 1234], False),
    ],
)
def test_an_open_comma_is_read_as_the_other_elements_show_it(
    text: str, truth: list[float], certain: bool
) -> None:
    verdict = List().compare(text, truth)
    assert (verdict.credit, verdict.certain) == (1, certain)


def test_an_element_that_cannot_be_read_is_told_apart_from_a_wrong_one() -> None:
    verdict = List().compare("2, three", [2, 3])
    assert verdict.unread
    assert not List().compare("2, 4", [2, 3]).unread
    assert List().compare("two, three", [2, 3]).invalid
    assert List().compare("2 or 3", [2, 3]).credit == 1


EXPRESSION = {"kind": "expression"}
HUGE = "{(10^6)!, (10^6+1)!}"


@pytest.mark.parametrize(
    ("comparator", "text", "truth"),
    [
        (Set(), "{5}", ["abc"]),
        (Set(credit="all"), "{5}", ["abc"]),
        (List(order="any"), "5", ["abc"]),
        (List(order="longest"), "5", ["abc"]),
        (Set(of=EXPRESSION), HUGE, HUGE),
        (Set(), "{1234; 1,234}", [1234]),
        (Set(enough=1), "{6}", ["abc", 5]),
    ],
)
def test_what_is_not_decided_for_an_element_is_not_decided_for_the_whole(
    comparator: Set | List, text: str, truth: Any
) -> None:
    verdict = comparator.compare(text, truth)
    assert not verdict.certain
    assert "is not one of them" not in verdict.reason


def test_an_undecided_element_does_not_open_what_is_lost_without_it() -> None:
    verdict = Set(credit="all").compare("{1, 2}", ["abc", "3"])
    assert (verdict.credit, verdict.certain) == (0, True)


def test_many_numbers_in_another_order_and_another_way_of_writing_are_right() -> None:
    halves = [f"{2 * i + 1}/2" for i in range(150)]
    verdict = Set().compare(written(halves[::-1], "{}"), [i + 0.5 for i in range(150)])
    assert (verdict.credit, verdict.certain) == (1, True)


def test_more_elements_than_are_paired_leave_a_fault_open() -> None:
    verdict = Set().compare(written(list(range(300)), "{}"), [*range(1, 300), 0.5])
    assert not verdict.certain
    assert verdict.credit > 0


@pytest.mark.parametrize(
    ("text", "truth", "of"),
    [
        ("{2,2}", [2], {"kind": "number"}),
        ("{1,1}", [1], {"kind": "number"}),
        ("{2,2.0}", [2], {"kind": "number"}),
        ("{{1,2},{1, 2}}", [[1, 2]], {"kind": "set"}),
        ("{{1,2},{2,1}}", [[1, 2]], {"kind": "set"}),
    ],
)
def test_a_comma_in_braces_separates_elements_that_are_the_same(
    text: str, truth: Any, of: dict[str, Any]
) -> None:
    verdict = Set(of=of).compare(text, truth)
    assert (verdict.credit, verdict.certain) == (1, True)


def test_an_element_that_stands_twice_is_refused_where_that_is_asked() -> None:
    for text in ("{2,2}", "{2,2.0}", "{1/2, 0.5}"):
        assert Set(multiplicity="refused").compare(text, [2]).invalid


def test_a_comma_in_braces_that_may_be_a_decimal_mark_goes_to_a_person() -> None:
    assert not Set().compare("{2,5}", [2.5]).certain
    assert not Set().compare("{1,234}", [1234]).certain
    assert Set(of={"kind": "number", "decimal": ","}).compare("{2,5}", [2.5]).credit == 1
    assert Set().compare("{2,5}", [2, 5]).certain


def test_quotes_hold_an_element_together_and_are_no_part_of_it() -> None:
    assert List(of={"kind": "text"}).compare("'a, b', c", ["a, b", "c"]).credit == 1
    assert Set(of={"kind": "text"}).compare('{"a, b", c}', ["c", "a, b"]).credit == 1


def test_elements_of_the_truth_that_are_equal_are_one() -> None:
    assert Set().compare("{0.5}", ["1/2", "0.5"]).credit == 1
    assert Set(multiplicity="counts").compare("{0.5}", ["1/2", "0.5"]).credit == Fraction(1, 2)


def test_a_list_of_fixed_length_ends_with_an_element() -> None:
    assert List(length="needed").compare("1,2,3,", [1, 2, 3]).invalid
    assert List(length="needed").compare("1,2,3", [1, 2, 3]).credit == 1
    assert List().compare("1,2,3,", [1, 2, 3]).credit == 1


class Counting:
    """Counts how often two formulas are compared."""

    def __init__(self) -> None:
        self.pairs = 0

    def compare(self, value: Any, truth: Any) -> Verdict:
        self.pairs += 1
        return full("right") if value == truth else wrong("not right")


def test_costly_elements_are_paired_while_there_are_few_and_else_left_open() -> None:
    for count, certain in ((20, True), (100, False)):
        counting = Counting()
        found = paired(counting, list(range(count)), list(range(1, count + 1)))
        assert counting.pairs <= 1_500
        assert found.sure is certain


def test_lists_of_lists_share_one_budget() -> None:
    rows = [[str(row * 200 + at) for at in range(50)] for row in range(40)]
    other = [[str(int(one) + 1) for one in row] for row in rows]
    of = {"kind": "list", "order": "any"}
    verdict = List(order="any", of=of).compare(other, rows)
    assert not verdict.certain


def test_a_flood_of_elements_is_no_answer() -> None:
    verdict = Set().compare(written(list(range(5_000)), "{}"), [-1, -2])
    assert verdict.invalid
    assert "far more" in verdict.reason


def test_a_blank_box_is_no_empty_set() -> None:
    for blank in ("", "  "):
        assert Set().compare(blank, []).invalid
        assert List().compare(blank, []).invalid
    assert Set().compare("{}", []).credit == 1
