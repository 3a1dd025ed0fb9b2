"""Tuples with their fixed length, and trees whose shape is looked at first."""

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.compare.tree import Tree
from grader.compare.tuple import Tuple
from grader.model import MISSES


@pytest.mark.parametrize(
    "text", ["(1, 2)", "(1; 2)", "(1|2)", "P(1, 2)", "P = (1, 2)", "((1, 2))", r"\left(1,2\right)"]
)
def test_a_point_may_be_written_in_many_ways(text: str) -> None:
    assert Tuple().compare(text, [1, 2]).credit == 1


def test_the_length_is_looked_at_first() -> None:
    verdict = Tuple().compare("(1, 2, 3)", [1, 2])
    assert verdict.credit == 0
    assert verdict.miss == "shape"
    assert verdict.reason.endswith(MISSES["shape"])


def test_exchanged_places_are_told() -> None:
    verdict = Tuple(names=("x", "y")).compare("(2, 1)", [1, 2])
    assert verdict.miss == "order-reversed"
    assert "x: 2 is not right; y" in verdict.reason  # and not that it is one off


def test_each_place_may_have_its_own_comparison() -> None:
    kind = Tuple(of=[{"kind": "label"}, {"kind": "number", "absolute": 0.1}])
    assert kind.compare("(Oslo, 5.05)", ["oslo", 5]).credit == 1
    assert kind.compare("(Rome, 5.05)", ["oslo", 5]).credit == Fraction(1, 2)
    assert not kind.compare("(Rome, 5, 6)", ["oslo", 5, 6]).certain


def test_round_brackets_or_none_unless_the_rubric_says_otherwise() -> None:
    assert Tuple().compare("[1, 2]", [1, 2]).invalid
    assert Tuple().compare("1, 2", [1, 2]).credit == 1
    assert Tuple(brackets="()").compare("1, 2", [1, 2]).invalid
    assert Tuple(brackets="any").compare("<1, 2>", [1, 2]).credit == 1
    assert Tuple(names=("x", "y")).compare({"y": 2, "x": 1}, [1, 2]).credit == 1
    assert Tuple(names=("x", "y")).compare({"y": 2, "z": 1}, [1, 2]).invalid


LEAVES = st.integers(-50, 50)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4)
        | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, min_size=1, max_size=3)
    ),
    max_leaves=12,
)


@given(TREES.filter(lambda tree: not isinstance(tree, int)))
def test_a_tree_is_equal_to_itself_as_data_and_as_text(tree: Any) -> None:
    assert Tree().compare(tree, tree).credit == 1
    assert Tree().compare(json.dumps(tree), tree).credit == 1
    assert Tree().compare(json.dumps(tree), json.dumps(tree)).credit == 1


@given(TREES.filter(lambda tree: not isinstance(tree, int)))
def test_every_other_shape_is_wrong_and_told_so(tree: Any) -> None:
    verdict = Tree().compare([tree], tree)
    assert verdict.credit == 0
    assert verdict.miss == "shape"


def test_a_wrong_leaf_is_named_by_its_path() -> None:
    verdict = Tree().compare('{"a": [1, 5], "b": 3}', {"a": [1, 2], "b": 3})
    assert verdict.credit == Fraction(2, 3)
    assert "a.2: 5 is not right" in verdict.reason
    assert Tree(credit="all").compare([1, 5], [1, 2]).credit == 0


def test_branches_may_have_their_own_comparisons() -> None:
    kind = Tree(at={"name": {"kind": "label"}, "seen.*": {"kind": "set"}})
    truth = {"name": "Ada", "seen": [[1, 2], [3]], "n": 4}
    assert kind.compare("{name: ada, seen: [[2, 1], [3]], n: 4}", truth).credit == 1
    assert kind.compare({"name": "ada", "seen": [[2, 1], [3, 3]], "n": "4.0"}, truth).credit == 1


def test_keys_too_many_or_too_few_are_named() -> None:
    assert "“c” is not asked for" in Tree().compare("{a: 1, c: 2}", {"a": 1}).reason
    assert "“a” is missing" in Tree().compare({}, {"a": 1}).reason
    assert Tree().compare([True, None], [True, None]).credit == 1
    assert Tree().compare([1, None], [True, None]).credit == Fraction(1, 2)


def test_depth_is_bounded() -> None:
    deep: Any = 1
    for _ in range(5000):
        deep = [deep]
    assert Tree().compare(deep, deep).invalid
    assert Tree().compare("[" * 5000 + "1" + "]" * 5000, [1]).invalid
    assert Tree().compare("[" * 90 + "1" + "]" * 90, "[" * 90 + "1" + "]" * 90).credit == 1


def test_a_list_that_is_longer_has_another_shape() -> None:
    assert Tree().compare([1, 2, 3], [1, 2]).miss == "shape"
    assert Tree().compare([1], [1, 2]).miss == "shape"
