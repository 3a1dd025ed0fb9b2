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


@pytest.mark.parametrize("text", ["(1,1)", "[1,1]", "(1,2)", r"$\left(1,1\right)$", "(1,1x)"])
def test_a_pair_is_no_decimal_number(text: str) -> None:
    verdict = verdict_on(text, "1.1")
    assert verdict.invalid
    assert "pair" in verdict.reason
    assert not verdict_on(text, "(1,1)").credit


def test_a_comma_stays_the_decimal_mark_where_nothing_makes_it_a_pair() -> None:
    assert is_right("1,1", "1.1")
    assert is_right("(1,1) + x", "x + 1.1")
    assert is_right("(1,1)", "1,1", decimal=",")
    assert is_right("(1,234.5)", "1234.5")


@pytest.mark.parametrize(
    ("text", "truth"),
    [("90°", "90"), ("90°", "pi/2"), ("90", "90°"), ("pi/2", "90°"), ("x + 90°", "x + 90")],
)
def test_a_lone_degree_sign_goes_to_a_person_where_it_matters(text: str, truth: str) -> None:
    assert not verdict_on(text, truth).certain


def test_a_degree_sign_is_clear_elsewhere() -> None:
    assert is_right("90°", "90°")
    assert is_right("sin(90°)", "1")
    assert is_right("90°", "90", angles="degrees")
    assert not is_right("90°", "91")
    assert is_right("2*45°", "90°")


@pytest.mark.parametrize(
    ("text", "truth", "kind"),
    [
        ("9**9**9", "1", "expression"),
        ("x + 9^9^9", "x", "expression"),
        ("9^9^9 = x", "x = 1", "equation"),
    ],
)
def test_numbers_too_large_to_work_out_are_invalid(text: str, truth: str, kind: str) -> None:
    verdict = verdict_on(text, truth, kind)
    assert verdict.invalid
    assert "too large" in verdict.reason
    assert not verdict_on(text, text, kind).invalid


def test_run_together_letters_are_a_name_where_the_rubric_says_so() -> None:
    options: dict[str, Any] = {"juxtaposed": "name", "variables": ["a", "b"]}
    told = verdict_on("ab", "a*b", **options)
    assert told.invalid
    assert "a*b" in told.reason
    assert is_right("a b", "a*b", **options)
    assert is_right("ab + 1", "1 + ab", juxtaposed="name")
    assert is_right("sinx", "sin(x)", juxtaposed="name")


@pytest.mark.parametrize("text", ["Batan2(1,1)", "xlog10(2)", "2xatan2(1,1)"])
def test_letters_stuck_to_a_function_that_ends_in_digits_are_invalid(text: str) -> None:
    assert verdict_on(text, "B*atan2(1,1)").invalid


def test_hyperbolic_functions_may_be_spelled_in_full() -> None:
    assert is_right("cosech(x)", "csch(x)")
    assert is_right("arccosech(x)", "acsch(x)")


def test_a_box_may_stand_around_a_relation() -> None:
    assert is_right(r"$\boxed{k \ge 2}$", "k >= 2", "equation")
    assert is_right(r"\boxed{\frac{x}{2} = 4}", "x = 8", "equation")
    assert is_right(r"\boxed{x} + \boxed{2}", "x + 2")


@pytest.mark.parametrize("text", ["x ± 1", r"x \pm 1"])
def test_both_signs_at_once_are_refused_with_a_hint(text: str) -> None:
    verdict = verdict_on(text, "x + 1")
    assert verdict.invalid
    assert "two formulas" in verdict.reason
