"""Matrices and vectors: ways of writing them, the shape first, then each element."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.compare.matrix import Matrix

SQUARE = [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    "text",
    [
        "[[1, 2], [3, 4]]",
        "[1 2; 3 4]",
        "1, 2; 3, 4",
        "1 2\n3 4",
        "[1 2]\n[3 4]",
        "| 1 2 |\n| 3 4 |",
        "{{1, 2}, {3, 4}}",
        "((1, 2), (3, 4))",
        "[[1 2]\n [3 4]]",
        "array([[1., 2.],\n       [3., 4.]])",
        "np.array([[1, 2], [3, 4]], dtype=float)",
        "Matrix([[1, 2], [3, 4]])",
        "matrix([1, 2], [3, 4])",
        r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
        r"$\left[\begin{array}{cc} 1 & 2 \\ 3 & 4 \\ \end{array}\right]$",
        r"\begin{bmatrix}1&2\\3&\frac{8}{2}\end{bmatrix}",
        "[[1, 3], [2, 4]]^T",
    ],
)
def test_a_matrix_may_be_written_in_many_ways(text: str) -> None:
    verdict = Matrix().compare(text, SQUARE)
    assert (verdict.credit, verdict.certain) == (1, True)


def test_row_and_column_of_a_wrong_element_are_told() -> None:
    verdict = Matrix().compare("[1 2; 9 4]", SQUARE)
    assert verdict.credit == Fraction(3, 4)
    assert verdict.each == (1, 1, 0, 1)
    assert "row 2, column 1: 9 is not right" in verdict.reason
    assert "3 is" not in verdict.reason
    assert Matrix(credit="all").compare("[1 2; 9 4]", SQUARE).credit == 0


def test_the_shape_is_looked_at_first() -> None:
    verdict = Matrix().compare("[1 2 0; 3 4 0]", SQUARE)
    assert (verdict.credit, verdict.miss) == (0, "shape")
    assert "2 × 3" in verdict.reason
    assert Matrix().compare("[[1, 2], [3]]", SQUARE).invalid
    assert Matrix().compare("[]", SQUARE).invalid
    assert Matrix().compare([[1, 2], 3], SQUARE).invalid


@given(
    arrays.arrays(
        np.int64, st.tuples(st.integers(1, 4), st.integers(1, 4)), elements=st.integers(-9, 9)
    )
)
def test_a_transposed_matrix_is_told_so_and_reading_undoes_writing(matrix: np.ndarray) -> None:
    rows = matrix.tolist()
    kept = Matrix(orientation="kept")
    for text in (
        str(rows),
        repr(matrix),
        str(matrix),
        "\n".join(" ".join(map(str, row)) for row in rows),
    ):
        if "\n" not in text and matrix.shape[0] == 1 and "[[" not in text:
            continue
        assert kept.compare(text, rows).credit == 1, text
    assert kept.compare(matrix, rows).credit == 1
    turned = kept.compare(matrix.T.tolist(), rows)
    same = matrix.shape == matrix.T.shape and (matrix == matrix.T).all()
    assert turned.miss == ("" if same else "shape-transposed")
    assert (turned.credit == 1) == bool(same)


def test_a_vector_may_be_row_or_column_unless_it_matters() -> None:
    column = [[1], [2], [3]]
    for text in ("(1, 2, 3)", "[1; 2; 3]", "1\n2\n3", "<1, 2, 3>", "[[1], [2], [3]]", "1 2 3"):
        assert Matrix().compare(text, column).credit == 1, text
        assert Matrix().compare(text, [1, 2, 3]).credit == 1, text
    kept = Matrix(orientation="kept")
    assert kept.compare("[1; 2; 3]", column).credit == 1
    assert kept.compare("[1, 2, 3]^T", column).credit == 1
    assert kept.compare("[1, 2, 3]", column).miss == "shape-transposed"
    assert kept.compare("[3, 2, 1]", column).miss == "shape"
    assert kept.compare("[1, 2, 3]", [[1, 2, 3]]).credit == 1
    strict = Matrix(orientation="strict")
    assert strict.compare("[1, 2, 3]", [[1, 2, 3]]).miss == "shape"
    assert strict.compare("[[1, 2, 3]]", [1, 2, 3]).miss == "shape"
    assert strict.compare("[1, 2, 3]", [1, 2, 3]).credit == 1


def test_decimal_commas() -> None:
    comma = Matrix(of={"kind": "number", "decimal": ","})
    assert comma.compare("[1,5 2; 3 4,5]", [[1.5, 2], [3, 4.5]]).credit == 1
    assert comma.compare("1,5; 2,5", [1.5, 2.5]).credit == 1
    assert Matrix().compare("1,5; 2,5", [1.5, 2.5]).credit == 1


def test_a_matrix_that_is_too_large_is_invalid() -> None:
    assert Matrix().compare([[0] * 101] * 101, SQUARE).invalid
    assert Matrix().compare("0 " * 10_001, SQUARE).invalid


def test_arithmetic_and_sentences_are_no_matrices() -> None:
    assert Matrix().compare("[1, 2] - [3, 4]", [-2, -2]).invalid
    assert not Matrix().compare("[-2, -2]", "[1, 2] - [3, 4]").certain
    assert Matrix().compare("I do not know this", SQUARE).invalid
