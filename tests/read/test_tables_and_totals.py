"""Tables of layers, sizes of tensors, totals with their terms, and all numbers of an answer."""

from collections.abc import Callable
from typing import Any

import pytest

from grader.model import Answer, Found, Missing, Number
from grader.read.columns import Columns
from grader.read.linear import Linear
from grader.read.quantities import Quantities
from grader.read.shape import Shape
from grader.read.tally import Tally

Make = Callable[[str], Answer]
ROWS = {"total": ["total"], "pool": ["pool"], "input": ["input"], "conv": ["conv"], "fc": ["fc"]}
TABLE = {"activations": ["activ"], "parameters": ["param"]}
NAMES = {"plain": ["plain", "without"], "small": ["small", "reduc"]}


def values(found: Any) -> list[Any]:
    assert isinstance(found, Found)
    return [row["value"] and float(row["value"].value) for row in found.value]


@pytest.mark.parametrize(
    "text",
    [
        "| layer | activations | params |\n|---|---|---|\n| input | 150K | 0 |\n| conv | 2*3*4=24 | 7 |\n| total | | 7 |",
        "layer\tactivations\tparams\ninput\t150K\t0\nconv\t2 3 4=24\t7\ntotal\t\t7",
        "1. input: activations 150K; no parameters\n2. conv: activations 24; parameters 7\n\nTotal of parameters: 7",
        "    layer  activations  params\n0   input         150K       0\n1    conv           24       7\n2   total            -       7",
        "input -> 150K activations, 0 params\nconv -> 24 activations, 7 params\ntotal -> 7 params",
    ],
)
def test_a_table_is_read_in_any_layout(answer: Make, text: str) -> None:
    kind = Columns(rows=ROWS, columns=TABLE, column="parameters", empty=True)
    assert values(kind.read(answer(text)))[:3] == [0, 7, 7]
    kind = Columns(rows=ROWS, columns=TABLE, column="activations")
    assert values(kind.read(answer(text)))[:2] == [150_000, 24]


def test_an_empty_table_is_no_answer(answer: Make) -> None:
    kind = Columns(rows=ROWS, columns=TABLE, column="parameters")
    found = kind.read(
        answer("| layer | activations | params |\n|---|---|---|\n| input | | |\n| conv | | |")
    )
    assert isinstance(found, Missing)
    assert not found.doubt


def test_a_total_that_is_not_the_sum_of_its_rows_is_said(answer: Make) -> None:
    kind = Columns(rows=ROWS, columns=TABLE, column="parameters")
    text = "| layer | activations | params |\n|---|---|---|\n| conv | 1 | 5 |\n| fc | 1 | 6 |\n| total | | {} |"
    said = [kind.read(answer(text.format(total))) for total in (12, 11)]
    assert [bool(found.notes) for found in said if isinstance(found, Found)] == [True, False]


@pytest.mark.parametrize(
    ("text", "plain", "small"),
    [
        ("Plain: 8 x 8 x 10\nSmall: 8x8x6", [8, 8, 10], [8, 8, 6]),
        ("with small filters $8\\times 8\\times 6$\n\nplain (8, 8, 10)", [8, 8, 10], [8, 8, 6]),
        ("plain 8x8x(4+6) = 8x8x10 and small 8x8x(4 + 2)", [8, 8, 10], [8, 8, 6]),
        (
            "100 channels in the plain one and 60 in the small one",
            [None, None, 100],
            [None, None, 60],
        ),
        (
            "| | plain | small |\n|---|---|---|\n| a | 8x8x4 | 8x8x4 |\n| concat | 8x8x10 | 8x8x6 |",
            [8, 8, 10],
            [8, 8, 6],
        ),
    ],
)
def test_sizes_are_read_with_the_name_they_belong_to(
    answer: Make, text: str, plain: Any, small: Any
) -> None:
    for name, dims in (("plain", plain), ("small", small)):
        found = Shape(names=NAMES, name=name).read(answer(text))
        assert isinstance(found, Found)
        assert found.value == {"dims": dims}


def test_two_sizes_for_one_name_compete(answer: Make) -> None:
    found = Shape(names=NAMES, name="plain").read(
        answer("Plain: 8x8x10\n\nSo in the end plain is 8x8x12")
    )
    assert isinstance(found, Found)
    assert found.others


def total(found: Any) -> float | None:
    assert isinstance(found, Found)
    number = found.value["total"]
    return float(number.value) if isinstance(number, Number) else None


@pytest.mark.parametrize(
    "text",
    [
        "Plain: 1,000 + 2,000 + 3,000 = 6,000; small: 4,500",
        "small needs 4,500 operations, which is less than the 6,000 of the plain one",
        "6,000 (plain) vs 4,500 (small)",
        "plain / small: 6000 / 4500",
        "Plain\n- a: 1000\n- b: 2000\n- c: 3000\n- total: 6000\n\nSmall\n- a: 500\n- b: 4000\n- all: 4500",
    ],
)
def test_totals_are_read_with_the_name_they_belong_to(answer: Make, text: str) -> None:
    assert total(Tally(names=NAMES, name="plain", least=100).read(answer(text))) == 6000
    assert total(Tally(names=NAMES, name="small", least=100).read(answer(text))) == 4500


def test_numbers_without_a_name_are_doubted(answer: Make) -> None:
    found = Tally(names=NAMES, name="plain", least=100).read(answer("6000 and 4500 and 7000"))
    assert isinstance(found, Missing)
    assert found.doubt


def test_all_numbers_of_an_answer_and_the_counts_of_its_sentences(answer: Make) -> None:
    found = Quantities().read(
        answer("Six maps take 3 inputs, the last one takes all. 6*(2+1) + 5 = 23")
    )
    assert isinstance(found, Found)
    assert {18, 5, 23} <= set(found.value["values"])
    assert found.value["counts"][0] == [6, 3, 1, "all"]


@pytest.mark.parametrize(
    "text",
    [
        "z = -4 + 0.04*40 + 0.8*3.5",
        "$-4 + 0.04X_1 + 0.8X_2 = 0$",
        "p = e^{-4+0.04 x1 + 0.8 x2}/(1+e^{-4+0.04 x1 + 0.8 x2})",
        "−4 + 0,04·x1 + 0,8·x2",
    ],
)
def test_a_linear_combination_is_read_with_names_or_values(answer: Make, text: str) -> None:
    kind = Linear(
        variables=({"names": ["x1"], "value": 40}, {"names": ["x2"], "value": 3.5, "alone": True})
    )
    found = kind.read(answer(text))
    assert isinstance(found, Found)
    assert found.value == {"intercept": -4.0, "coefficients": [0.04, 0.8]}
