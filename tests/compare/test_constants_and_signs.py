"""Answers that may differ by a constant, a sign or a factor, and signs that mean two things."""

from typing import Any

import pytest

from grader.compare import compare
from grader.model import Verdict


def verdict_on(text: Any, truth: Any, kind: str = "expression", **options: Any) -> Verdict:
    return compare(text, truth, kind, **options)


def is_right(text: Any, truth: Any, kind: str = "expression", **options: Any) -> bool:
    verdict = verdict_on(text, truth, kind, **options)
    assert verdict.certain, verdict.reason
    return verdict.credit == 1


@pytest.mark.parametrize("up_to", ["constant", "given-constant"])
@pytest.mark.parametrize("constant", ["C", "K", "2C", "c_1", "C/3", "(C + 1)"])
def test_a_teacher_may_write_the_constant_too(up_to: str, constant: str) -> None:
    for truth in ("x^2/2 + C", "C + x^2/2", "x^2/2 + k_1", "x^2/2 - C"):
        assert is_right(f"x^2/2 + {constant}", truth, up_to=up_to)
        assert not is_right(f"x^3/2 + {constant}", truth, up_to=up_to)
        assert not is_right(f"x^2/2 + {constant} x", truth, up_to=up_to)


def test_a_missing_constant_is_told_and_only_where_it_is_missing() -> None:
    missing = verdict_on("x^2/2", "x^2/2 + C", up_to="given-constant")
    assert (missing.credit, missing.certain, missing.miss) == (0, True, "constant")
    assert is_right("x^2/2", "x^2/2 + C", up_to="constant")
    assert is_right("x^2/2 + 5", "x^2/2 + C", up_to="constant")
    assert not is_right("x^2/2 + 5", "x^2/2 + C", up_to="given-constant")
    assert not is_right("x^2 + x", "x^2 + C", up_to="constant")
    assert is_right("a x + K", "a x + C", up_to="given-constant")
    assert not is_right("b x + K", "a x + C", up_to="given-constant")


def test_a_name_that_may_be_a_variable_or_a_constant_goes_to_a_person() -> None:
    assert not verdict_on("x^2 + 5", "x^2 + y", up_to="constant").certain
    assert is_right("x^2 + 5", "x^2 + D", up_to="constant", variables=["x"])
    assert not is_right("x^3", "x^2 + y", up_to="constant")


def test_a_function_has_its_arguments_as_variables() -> None:
    options = {"kind": "function", "up_to": "given-constant"}
    for truth in ("F(x) = x^2/2 + C", "F(x) = x^2/2", "x^2/2 + C"):
        assert is_right("F(t) = t^2/2 + C", truth, **options)
        assert is_right("F(t) = t^2/2 + K", truth, **options)
        assert not is_right("F(t) = t^2/2", truth, **options)
        assert not is_right("F(t) = t^3/2 + C", truth, **options)


@pytest.mark.parametrize(
    ("text", "truth", "up_to"),
    [
        ("x + 10^-60", "x", "factor"),
        ("3x + 10^-300", "x", "factor"),
        ("pi x + 10^-60", "x", "factor"),
        ("sin(x) + 10^-60", "sin(x)", "factor"),
        ("x - 10^-300", "-x", "sign"),
        ("-sin(x) + 10^-60", "sin(x)", "sign"),
        ("x + x^2/10^35", "x", "constant"),
        ("sin(x) + 10^-60 x", "sin(x)", "constant"),
    ],
)
def test_nothing_is_too_small_to_be_seen(text: str, truth: str, up_to: str) -> None:
    assert not is_right(text, truth, up_to=up_to)


def test_a_sign_a_factor_and_a_constant_stay_free() -> None:
    assert is_right("x + 10^-300", "x", up_to="constant")
    assert is_right("-sin(x) - 10^-60", "sin(x) + 10^-60", up_to="sign")
    assert is_right("pi x", "x", up_to="factor")
    assert is_right("pi sin(x)/10^60", "sin(x)", up_to="factor")
    assert is_right("2i z", "z", up_to="factor", assume="complex")
    assert is_right("2 sqrt(x y)", "sqrt(x y)", up_to="factor")
    assert is_right("e^x e", "e^x", up_to="factor")
