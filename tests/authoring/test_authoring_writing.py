"""Numbers, tables and formulas that are written out say what was to be written."""

import ast
import math
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.authoring.mutants import changed, mutants
from grader.authoring.writing.formulas import formula
from grader.authoring.writing.grids import matrix, table
from grader.authoring.writing.numbers import decimal, number
from grader.compare import comparators
from grader.model import Answer, Found, Piece, Place
from grader.read import readers

NUMBERS = st.one_of(
    st.integers(-(10**9), 10**9),
    st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6),
    st.fractions(-100, 100, max_denominator=40),
)


@given(NUMBERS)
def test_a_number_is_written_in_twenty_ways_and_as_a_plain_decimal(value) -> None:
    assert len(set(number({}, value))) >= 20
    assert math.isclose(float(decimal(value)), value, rel_tol=1e-14, abs_tol=1e-300)


@given(st.integers(-(10**7), 10**7))
def test_no_way_of_writing_an_integer_is_certainly_another_one(value: int) -> None:
    reader = readers.build("integer", {})
    exact = comparators.build("exact", {})
    for text in number({}, value):
        place = Place(file="a.md", start=1, end=1)
        read = reader.read(Answer(pieces=(Piece(kind="prose", text=text, place=place),)))
        if isinstance(read, Found) and not read.doubt and not read.others:
            assert exact.compare(read.value, value).credit == 1, text


@given(st.lists(st.lists(st.integers(-99, 99), min_size=2, max_size=3), min_size=2, max_size=3))
def test_a_matrix_in_any_brackets_is_the_same_matrix(rows) -> None:
    rows = [[*row, 0][: min(map(len, rows))] for row in rows]
    compare = comparators.build("matrix", {})
    for text in matrix({}, rows):
        assert compare.compare(text, rows).credit == 1, text


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(1, 999), min_size=2))
def test_a_table_in_any_form_is_the_same_table(cells) -> None:
    compare = comparators.build("table", {})
    for text in table({}, cells):
        assert compare.compare(text, cells).credit == 1, text


def test_turned_sums_mean_the_same() -> None:
    for text in formula({}, "2*x + 3*(y + 1)"):
        if "$" not in text and "`" not in text and "×" not in text and "·" not in text:
            code = text.removeprefix("Answer: ").strip("*\n ").removeprefix("- ").replace("−", "-")
            assert eval(code, {"x": 5, "y": 7}) == 34


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, "7"])
def test_what_is_no_number_is_not_written_as_one(value) -> None:
    with pytest.raises((TypeError, ValueError)):
        number({}, value)


def test_fractions_are_written_as_fractions() -> None:
    assert "3/4" in number({}, Fraction(3, 4))
    assert r"$\frac{3}{4}$" in number({}, 0.75)


SOURCE = '''\
def f(a, b):
    """Says 1 + 1."""
    if a < 0:
        raise ValueError("a < 0")
    return a * b + 1


def g(n):
    return n >= 2 and n % 2 == 0
'''


def test_each_change_is_python_and_differs_in_one_place(tmp_path: Path) -> None:
    file = tmp_path / "m.py"
    file.write_text(SOURCE, "utf-8")
    made, count = mutants([file], 99)
    assert len(made) == count == 3 + 7  # *, +, 1 in f; and, >=, ==, % and three numbers in g
    whole = {ast.unparse(node) for node in ast.parse(SOURCE).body}
    for one in made:
        assert ast.parse(one.source)
        assert one.source not in whole
        assert "Says 1 + 1" in one.source or one.function == "g"
        assert one.line in (5, 9)


def test_a_few_mutants_are_spread_over_the_functions(tmp_path: Path) -> None:
    file = tmp_path / "m.py"
    file.write_text(SOURCE, "utf-8")
    made, _ = mutants([file], 2)
    assert {one.function for one in made} == {"f", "g"}
    assert mutants([file], 2) == mutants([file], 2)
    assert {one.function for one in mutants([file], 9, but=frozenset({"f"}))[0]} == {"g"}


def test_changed_programs_keep_what_stands_around_a_function() -> None:
    for _, text in changed("X = 1\n\ndef f(a):\n    return a + X\n", 9):
        assert text.startswith("X = 1")
        assert "a - X" in text
