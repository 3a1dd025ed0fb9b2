"""Lists element by element, and the best of several comparisons."""

from fractions import Fraction

import pytest

from grader.compare.any_of import AnyOf
from grader.compare.each import Each
from grader.expression import parse_number
from grader.model import Number

DISTANCE = {"kind": "any-of", "of": [{"kind": "near", "absolute": 0.05}, {"kind": "rounded"}]}
TRUTH = [3.0, 2.0, 10**0.5, 5**0.5, 2**0.5, 3**0.5]
NAMES = ["obs1", "obs2", "obs3", "obs4", "obs5", "obs6"]


def numbers(*texts: str | None) -> list[Number | None]:
    return [None if text is None else parse_number(text) for text in texts]


def test_each_element_earns_its_share_and_is_named_when_it_is_wrong() -> None:
    verdict = Each(of=DISTANCE, names=NAMES).compare(
        numbers("3", "2", "3.16", "2.24", "0", "1.73"), TRUTH
    )
    assert verdict.credit == Fraction(5, 6)
    assert verdict.each == (1, 1, 1, 1, 0, 1)
    assert "obs5" in verdict.reason
    assert "1.41" not in verdict.reason


def test_a_missing_element_is_worth_nothing_and_named() -> None:
    verdict = Each(of=DISTANCE, names=NAMES).compare(
        numbers("3", "2", "3.16", "2.24", "1.41", None), TRUTH
    )
    assert verdict.credit == Fraction(5, 6)
    assert "obs6: not given" in verdict.reason


def test_a_short_list_earns_for_what_it_holds_and_a_long_one_goes_to_a_person() -> None:
    assert Each(of=DISTANCE).compare(numbers("3", "2"), TRUTH).credit == Fraction(1, 3)
    assert not Each(of=DISTANCE).compare(numbers(*["3"] * 7), TRUTH).certain


def test_mappings_are_matched_by_key_whatever_their_order() -> None:
    verdict = Each(of={"kind": "exact"}).compare({"b": 2, "a": 1, "z": 9}, {"a": 1, "b": 2})
    assert verdict.credit == 1
    assert (
        Each(of={"kind": "exact"}, names=["a", "b"]).compare({"b": 2, "a": 1}, [1, 2]).credit == 1
    )


def test_a_value_that_is_no_list_is_wrong() -> None:
    assert Each(of=DISTANCE).compare("3, 2", TRUTH).credit == 0


def test_the_best_of_several_comparisons_counts() -> None:
    kind = AnyOf(of=[{"kind": "near", "absolute": 0.01}, {"kind": "rounded"}])
    assert kind.compare(parse_number("2.2"), 5**0.5).credit == 1
    assert kind.compare(parse_number("2.243"), 5**0.5).credit == 1
    assert kind.compare(parse_number("2.3"), 5**0.5).credit == 0


def test_an_open_comparison_keeps_the_whole_open_unless_another_is_right() -> None:
    kind = AnyOf(of=[{"kind": "exact"}, {"kind": "rounded"}])
    assert not kind.compare(parse_number("122,000"), 122_304).certain
    assert kind.compare(parse_number("122,304"), 122_304).certain


@pytest.mark.parametrize("spec", [{}, {"kind": "exakt"}, {"kind": "near", "rtol": 1}, {"kind": 3}])
def test_a_wrong_nested_comparison_is_known_when_the_rubric_is_loaded(
    spec: dict[str, object],
) -> None:
    with pytest.raises(ValueError, match=r"kind|exact|rtol"):
        Each(of=spec)
    with pytest.raises(ValueError, match=r"kind|exact|rtol"):
        AnyOf(of=[spec])
