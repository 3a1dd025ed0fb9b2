"""Tables: rows by label, columns by name, credit by cell."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.compare.table import Table

TRUTH = [{"model": "tree", "loss": 0.5, "epochs": 3}, {"model": "net", "loss": 0.25, "epochs": 10}]


@pytest.mark.parametrize(
    "text",
    [
        "| model | loss | epochs |\n|:--|--:|---|\n| tree | 0.5 | 3 |\n| **net** | 0.25 | 10 |",
        "model,loss,epochs\ntree,0.5,3\nnet,0.25,10",
        "model;loss;epochs\nnet;0,25;10\ntree;0,5;3",
        "model\tepochs\tloss\nnet\t10\t0.25\ntree\t3\t0.5",
        "tree  0.5  3\nnet  0.25  10",
        r"model & loss & epochs \\ \hline tree & 0.5 & 3 \\ net & 0.25 & 10 \\",
    ],
)
def test_a_table_may_be_written_in_many_ways(text: str) -> None:
    assert Table().compare(text, TRUTH).credit == 1


def test_plain_data_may_have_several_forms() -> None:
    for value in (
        TRUTH,
        {"net": [0.25, 10], "tree": [0.5, 3]},
        {"net": {"epochs": 10, "loss": 0.25}, "tree": {"loss": 0.5, "epochs": 3}},
        [["tree", 0.5, 3], ["net", 0.25, 10]],
    ):
        assert Table().compare(value, TRUTH).credit == 1


def test_a_wrong_cell_is_told_by_row_and_column() -> None:
    verdict = Table().compare("model,loss,epochs\ntree,0.7,3\nnet,0.25,10", TRUTH)
    assert verdict.credit == Fraction(3, 4)
    assert "tree, loss: 0.7 is not right" in verdict.reason
    assert "0.5" not in verdict.reason


def test_missing_and_other_rows_are_told_by_label() -> None:
    verdict = Table().compare("tree,0.5,3\nforest,0.25,10", TRUTH)
    assert verdict.credit == Fraction(1, 2)
    assert "net is missing" in verdict.reason
    assert "forest was not asked for" in verdict.reason
    more = "tree,0.5,3\nnet,0.25,10\nforest,1,1"
    assert Table().compare(more, TRUTH).credit == Fraction(1, 2)
    assert Table(extra="ignored").compare(more, TRUTH).credit == 1


@given(st.permutations(["a", "b", "c", "d"]))
def test_rows_may_be_sorted_otherwise_unless_their_order_matters(order: list[str]) -> None:
    truth = {"a": 1, "b": 2, "c": 3, "d": 4}
    rows = [[label, truth[label]] for label in order]
    assert Table().compare(rows, truth).credit == 1
    kept = Table(order="kept").compare(rows, truth)
    assert (kept.credit == 1) == (order == sorted(order))
    expected = (
        "" if kept.credit == 1 else "order-reversed" if order == ["d", "c", "b", "a"] else "order"
    )
    assert kept.miss == expected


def test_only_rows_that_do_not_fit_the_order_are_lost() -> None:
    truth = {"a": 1, "b": 2, "c": 3, "d": 4}
    verdict = Table(order="kept").compare("b,2\nc,3\nd,4\na,1", truth)
    assert verdict.credit == Fraction(3, 4)
    assert "a is not in its place" in verdict.reason


def test_columns_have_comparisons_of_their_own_and_cells_without_a_truth_are_left_out() -> None:
    kind = Table(columns={"kind": {"kind": "label"}})
    truth = [{"id": "x", "kind": "Dog", "n": 3}, {"id": "y", "kind": None, "n": 4}]
    verdict = kind.compare("id,kind,n\nx,dog,3\ny,whatever,4", truth)
    assert verdict.each == (1, 1, 1)


def test_rows_without_labels_and_labels_that_repeat() -> None:
    assert Table(labels="none").compare("1,2\n3,5", [[1, 2], [3, 4]]).each == (1, 1, 1, 0)
    assert Table().compare("a,1\na,2", [["a", 1], ["a", 2]]).credit == 1
    assert (
        Table(labels="name").compare([{"n": 1, "name": "x"}], [{"name": "x", "n": 1}]).credit == 1
    )
    assert Table(labels="name").compare("a,1", [{"name": "x", "n": 1}]).invalid


def test_a_row_given_twice_with_other_values_is_no_answer() -> None:
    assert Table(extra="ignored").compare("a,1\na,2", {"a": 1}).invalid


def test_what_is_no_table_is_invalid() -> None:
    for value in (None, 3, [], [1, 2], "", "---"):
        assert Table().compare(value, TRUTH).invalid


def test_semicolons_separate_before_decimal_commas_do() -> None:
    comma = Table(of={"kind": "number", "decimal": ","})
    assert comma.compare("x;1,5\ny;2,5", {"x": 1.5, "y": 2.5}).credit == 1


def test_rows_are_named_by_the_column_that_names_them_in_the_truth() -> None:
    verdict = Table().compare([{"v": 1, "n": "a"}], [{"n": "a", "v": 1}])
    assert (verdict.credit, verdict.certain) == (1, True)
    assert Table().compare([{"v": 2, "n": "a"}], [{"n": "a", "v": 1}]).credit == 0
    verdict = Table().compare("v, n\n1, a\n2, b", "n, v\na, 1\nb, 2")
    assert (verdict.credit, verdict.certain) == (1, True)


def test_columns_of_other_names_are_not_right_for_certain() -> None:
    truth = [{"m": "A", "recall": 0.9}]
    verdict = Table().compare([{"m": "A", "precision": 0.9}], truth)
    assert not verdict.certain
    assert "other names" in verdict.reason
    verdict = Table().compare([{"m": "A", "precision": 0.8}], truth)
    assert (verdict.credit, verdict.certain) == (0, True)
