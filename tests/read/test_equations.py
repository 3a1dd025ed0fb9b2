"""Every printed equation is found, read and judged with care."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model import Found, Missing
from grader.read.equations import Equation, Equations, printed
from tests.read.reading import answer


def equations(text: str) -> list[Equation]:
    return printed(answer(text))


def told(text: str) -> list[tuple[str, str, bool | None]]:
    return [(e.lhs, e.rhs, e.holds) for e in equations(text)]


@pytest.mark.parametrize(
    "text",
    [
        "6*76 = 456",
        "so 6*76 = 456.",
        "| a | 6*76 = 456 |",
        "$6 \\cdot 76 = 456$",
        "- six maps: 6 x 76 = 456 parameters",
        "1) 6 maps × (75 + 1) = 456",
        "456 = 6*76",
        "Total = 6*76 = 456",
        "6*75 weights + 6 biases = 456",
    ],
)
def test_a_true_equation_is_found_in_any_surroundings(text: str) -> None:
    assert [e.holds for e in equations(text) if e.left is not None] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "6*76 = 466",
        "weights: 20*30 = 500, gamma 30",
        "obs1 = (0+3+0)/3 = 3",
        "456+606+303+151 = 1526 in all",
        "First 8*8 = 16; then nothing",
        "$(25+1)*6 = 165$",
        "(3 3 3)*64 =1792",
    ],
)
def test_a_false_equation_is_told_in_any_surroundings(text: str) -> None:
    assert [e.holds for e in equations(text) if e.left is not None] == [False]


@pytest.mark.parametrize(
    "text",
    [
        "obs 1 = 3",
        "Observation 2 = 2.0",
        "layer 3 = 128",
        "3x3 = 32x32x192",
        "5x5 convolutions = 629,145,600",
        "1 = 3, 2 = 2, 3 = 3.16",
        "p = 0.3",
        "P(3) = 0.25",
        "f(2) = 7",
        "10 hours = 600 minutes",
        "K=1",
        "GL(3) = 28",
        "1 + 2 + ... + 100 = 5050",
        "x + 5 = 7",
        "2x + 3 = 7",
        "6 maps = 3 inputs",
        "batch 128, lr = 0.1",
        "C1 = 156",
        "n*3 + 5*3 = 20",
        "images × 5*5 = 100",
        "Conv2d(kernel_size=3, stride=2)",
        "2 3 = 8",
        "== 5",
        "a == b",
        "1/391 loss=2.377",
        "-6 + 0.05 X1 + 1 3.5 = 0",
        "0.05 x1 = 2.5",
        "0.05x1 = 2.5",
        "Epoch 2/10 - acc = 0.9",
        "top-1 error = 5",
        "3:1 = 5",
        "if x >= 5",
    ],
)
def test_labels_and_parts_of_more_are_no_false_claims(text: str) -> None:
    assert not [e for e in equations(text) if e.holds is False]


def test_a_chain_is_judged_link_by_link() -> None:
    assert told("number of neurons = 28286 = 4,704") == [
        ("number of neurons", "28286", None),
        ("28286", "4,704", True),
    ]
    assert told("a = 2*3 = 6 = 7") == [("a", "2*3", None), ("2*3", "6", True), ("6", "7", None)]


def test_a_line_that_begins_with_a_relation_goes_on_with_the_line_before() -> None:
    found = equations("params = [6 (553 + 1)] + [1 (556 + 1)]\n\n= 456 + 151 = 607")
    assert [(e.holds, e.restored) for e in found] == [(None, False), (True, True), (True, False)]


def test_a_line_that_begins_with_a_sign_may_go_on_with_the_sum_before() -> None:
    found = equations("ops = 32*32*64\n\n+ 32*32*192 = 262,144")
    assert found[-1].holds is True
    assert equations("- 5*5 = 25\n- 3*3 = 10")[-1].holds is False


def test_table_cells_are_read_one_by_one() -> None:
    found = equations(
        "| layer | params |\n|---|---|\n| C1 | (3 3 3)*64 =1792 |\n| C2 | 4096 *4096 = 16,777,216 |"
    )
    assert [(e.label, e.holds) for e in found] == [("params C1", False), ("params C2", True)]


def test_only_false_equations_are_given_on_request() -> None:
    found = Equations(only="false").read(answer("2*2 = 4\n3*3 = 10"))
    assert isinstance(found, Found)
    assert [entry["quote"] for entry in found.value] == ["3*3 = 10"]
    assert found.where[0].start == 2
    assert isinstance(Equations(only="false").read(answer("2*2 = 4")), Missing)


def test_an_entry_holds_both_sides_as_numbers() -> None:
    found = Equations().read(answer("Total = 600 + 60 = 660"))
    assert isinstance(found, Found)
    entry = found.value[-1]
    assert entry["label"] == "Total"
    assert entry["left"].value == entry["value"].value == 660
    assert set(entry) == {
        "label",
        "lhs",
        "rhs",
        "left",
        "value",
        "holds",
        "restored",
        "doubtful",
        "approx",
        "quote",
        "line",
    }


def test_doubtful_equations_are_told_apart_on_request() -> None:
    found = Equations(only="doubtful").read(answer("√(0+1+3) = 3.16\n2*2 = 5\nobs 1 = 3"))
    assert isinstance(found, Found)
    assert [entry["lhs"] for entry in found.value] == ["√(0+1+3)"]


def test_struck_out_equations_are_not_read() -> None:
    assert equations("~~2*2 = 5~~ 2*2 = 4")[0].holds is True
    assert len(equations("~~2*2 = 5~~ 2*2 = 4")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "28287 = 4704\n" * 3000,
        "1+" * 5000 + "1 = 3",
        "= " * 20_000,
        "a=b=" * 5_000,
        "(" * 10_000 + "=3",
        "| 1=2 " * 5000,
        "12 34 56 78 = 99\n" * 1000,
    ],
    ids=lambda text: text[:8],
)
def test_monsters_take_little_time(text: str) -> None:
    start = time.perf_counter()
    equations(text)
    assert time.perf_counter() - start < 60  # a guard against hanging


@given(st.text(alphabet="0123456789+-*/^()=≈., abxπ|$\\\n%", max_size=120))
@settings(max_examples=300, deadline=None)
def test_no_text_makes_it_raise(text: str) -> None:
    for equation in equations(text):
        assert equation.holds in (True, False, None)


def test_the_number_of_a_row_is_no_factor_of_the_formula_behind_it() -> None:
    found = equations("Obs 3  $\\sqrt{4 + 9} = \\sqrt{13}$\nsample 2 $1 + 1 = 2$")
    assert [e.holds for e in found] == [True, True]
