"""What students experience when a function is asked for."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.compare.function import Function, definition
from grader.model import Verdict


def compare(text: Any, truth: Any, **options: Any) -> Verdict:
    return Function(**options).compare(text, truth)


@pytest.mark.parametrize(
    "text",
    [
        "f(x) = x^2 + 1",
        "f(t) = t^2 + 1",
        "f(t) := 1 + t*t",
        "x^2 + 1",
        "x -> x^2 + 1",
        r"t \mapsto t^2 + 1",
        "lambda s: s**2 + 1",
        r"f\left(x\right) = x^2 + 1",
        "f(theta) = theta^2 + 1",
    ],
)
def test_a_function_may_be_written_in_many_ways(text: str) -> None:
    verdict = compare(text, "f(x) = x^2 + 1")
    assert (verdict.credit, verdict.certain) == (1, True), verdict.reason


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("f(t) = t^3", "f(x) = x^2"),
        ("f(t) = x^2", "f(x) = x^2"),
        ("f(x, y) = y - x", "f(x, y) = x - y"),
        ("f(y) = x y", "f(x) = x x"),
        ("f(x, y) = x", "f(x) = x"),
        ("f(x) = x a", "f(x) = x b"),
    ],
)
def test_another_function_is_wrong(text: str, truth: str) -> None:
    verdict = compare(text, truth)
    assert (verdict.credit, verdict.certain, verdict.invalid) == (0, True, False), verdict.reason


def test_arguments_go_by_their_place() -> None:
    assert compare("f(y, x) = y - x", "f(x, y) = x - y").credit == 1
    assert compare("f(a, b) = a - b", "x - y", arguments=["x", "y"]).credit == 1
    assert compare("f(a) = a y", "f(x) = x y").credit == 1


def test_what_was_read_is_told_in_the_students_own_names() -> None:
    verdict = compare("f(t) = -t^2", "f(x) = x^2")
    assert verdict.read == "-t^2"
    assert verdict.miss == "sign"
    assert "x" not in verdict.read


def test_names_and_heads_can_be_asked_for() -> None:
    assert compare("g(x) = x^2", "f(x) = x^2").miss == "spelling"
    assert compare("g(x) = x^2", "x^2", name="g").credit == 1
    assert compare("x^2", "f(x) = x^2", head="required").invalid


def test_forms_are_asked_for_as_of_any_formula() -> None:
    assert compare("f(t) = t t", "f(x) = x^2", form=["collected"]).miss == "form"
    assert compare("f(t) = tan(t)", "f(x) = sin(x)/cos(x)", forbidden=["tan"]).invalid


@pytest.mark.parametrize("text", ["", "f(x) =", "f(x, x) = x", "x = y = 2", None, [], "f(x) = x/0"])
def test_what_is_no_function_is_invalid(text: Any) -> None:
    assert compare(text, "f(x) = x^2").invalid


@given(text=st.text(alphabet="fx(),:=->lambda \\y2", max_size=30))
def test_no_text_raises(text: str) -> None:
    assert isinstance(compare(text, "f(x) = x^2"), Verdict)
    assert isinstance(definition(text).body, str)
