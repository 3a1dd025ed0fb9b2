"""Results of calls, case by case: type, shape, finiteness, value; hidden inputs stay hidden."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.compare._alike import READ, Tolerance, difference
from grader.compare.cases import Cases
from grader.model import Opaque, Tensor


def case(result: Any = None, *args: Any, **more: Any) -> dict[str, Any]:
    return {
        "args": list(args),
        "kwargs": {},
        "ended": "done",
        "result": result,
        "after": list(args),
        **more,
    }


def value(*cases: dict[str, Any], hidden: bool = True) -> dict[str, Any]:
    return {"function": "f", "hidden": hidden, "cases": list(cases)}


@pytest.mark.parametrize(
    ("given_", "wanted"),
    [
        (3, 3.0),
        (3.0, 3),
        (np.float64(3), 3),
        (np.int32(3), 3),
        (0.1 + 0.2, 0.3),
        ([1, 2], (1, 2)),
        (np.array([[1.0, 2.0]]), [[1, 2]]),
        (Tensor(array=np.array([1.0]), dtype="float32"), [1]),
        ({"a": [1]}, {"a": (1,)}),
        ("x", "x"),
        (True, True),
        (None, None),
        (2 + 1j, 2 + 1j),
        (math.inf, math.inf),
        ([], []),
    ],
)
def test_what_is_alike(given_: Any, wanted: Any) -> None:
    assert difference(given_, wanted, Tolerance()) == ""


@pytest.mark.parametrize(
    ("given_", "wanted", "why"),
    [
        (True, 1, "it is a truth value"),
        (1, True, "it is a number"),
        ("1", 1, "it is a text"),
        (None, 1, "it is nothing (None)"),
        (math.nan, 1, "it is nan, which is no finite number"),
        (math.nan, math.nan, "it is compared with what is no number"),
        (math.inf, 1, "it is inf, which is no finite number"),
        (1.001, 1, "it is another value"),
        ([1, 2, 3], [1, 2], "it has another shape: (3,)"),
        ([[1], [2]], [1, 2], "it is of shape (1,)"),
        ({"a": 1}, {"b": 1}, "it has other keys"),
        (10**400, 1.0, "it is another value"),
        (
            Opaque(type="lib.Thing", why="no plain value"),
            1,
            "it is a value of a type of its own, which is no plain one; read are " + READ,
        ),
    ],
)
def test_what_is_not_alike_is_said_in_the_order_type_shape_finiteness_value(
    given_: Any, wanted: Any, why: str
) -> None:
    assert difference(given_, wanted, Tolerance()) == why


def test_integers_are_exact_and_floats_by_the_tolerance() -> None:
    assert difference(10**12 + 1, 10**12, Tolerance(relative=0.1))
    assert not difference(1.05, 1.0, Tolerance(relative=0.1))
    assert difference(1.0 + 1e-15, 1.0, Tolerance(exact=True))


def test_all_or_a_share() -> None:
    found = value(case(3), case(4))
    assert Cases().compare(found, [3, 5]).credit == 0
    assert Cases(credit="share").compare(found, [3, 5]).credit == Fraction(1, 2)
    assert Cases().compare(found, [3, 4]).credit == 1


def test_hidden_cases_are_named_by_number_and_kind_of_exception_only() -> None:
    stops = case(None, 712, ended="raised", raised={"type": "ValueError", "message": "712 is bad"})
    named = case(None, 712, ended="raised", raised={"type": "Told712", "message": ""})
    reason = Cases().compare(value(case(712, 711, 1), stops, named), [5, 5, 5]).reason
    assert (
        reason
        == "right in 0 of 3 hidden cases; wrong: 1, 2 (it stops with ValueError), 3 (it stops with an exception of its own)"
    )
    shown = Cases().compare(value(case(712, 711, 1), hidden=False), [5]).reason
    assert shown == "case 1, (711, 1): it gives 712, which is not right"


def test_wrong_cases_in_a_row_are_one_range_and_what_was_not_tried_is_not_called_wrong() -> None:
    idle = case(ended="not tried")
    cases = [case(1), case(0), case(0), case(0), case(1), case(0), idle, idle]
    verdict = Cases().compare(value(*cases), [1] * len(cases))
    assert verdict.credit == 0
    assert verdict.reason == "right in 2 of 8 hidden cases; wrong: 2-4, 6; not tried: 7, 8"
    shown = Cases().compare(value(case(0, 3), idle, hidden=False), [1, 1]).reason
    assert shown == "case 1, (3): it gives 0, which is not right; not tried: 2"


def test_a_result_of_another_type_is_for_a_person_and_its_name_tells_nothing() -> None:
    for kind, named in (("decimal.Decimal", "decimal.Decimal"), ("Told712", "a type of its own")):
        verdict = Cases().compare(value(case([Opaque(type=kind, why="no plain value")])), [1])
        assert (verdict.credit, verdict.certain) == (0, False)
        assert named in verdict.reason
        assert "712" not in verdict.reason


def test_an_exception_that_is_asked_for_is_right_and_another_is_not() -> None:
    stops = case(ended="raised", raised={"type": "ZeroDivisionError"})
    assert Cases().compare(value(stops), [{"raises": "ZeroDivisionError"}]).credit == 1
    assert Cases().compare(value(stops), [{"raises": ["ValueError"]}]).credit == 0
    assert Cases().compare(value(case(1)), [{"raises": "ValueError"}]).credit == 0


def test_a_call_that_does_not_end_is_open_or_wrong_as_the_rubric_says() -> None:
    found = value(case(3), case(ended="timeout"))
    verdict = Cases().compare(found, [3, 4])
    assert (verdict.credit, verdict.certain) == (0, False)
    assert Cases(hangs="wrong").compare(found, [3, 4]).certain


def test_arguments_after_the_call() -> None:
    changed = {**case(0, [1]), "after": [[1, 2]]}
    assert Cases(unchanged=True).compare(value(changed), [0]).credit == 0
    assert Cases().compare(value(changed), [{"result": 0, "after": {"0": [1, 2]}}]).credit == 1
    assert Cases().compare(value(changed), [{"result": 0, "after": {"0": [1]}}]).credit == 0


ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.complex_numbers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=2)
        | st.tuples(inner)
    ),
    max_leaves=8,
)


@given(ANY, ANY, ANY)
def test_it_is_total(one: Any, other: Any, odd: Any) -> None:
    difference(one, other, Tolerance())
    for found in (
        one,
        value(case(one)),
        {"cases": one},
        {"cases": [one]},
        {"cases": [{"ended": one}]},
    ):
        for truth in ([other], other, [{"result": other, "after": odd}], [{"raises": odd}]):
            verdict = Cases().compare(found, truth)
            assert 0 <= verdict.credit <= 1


@given(ANY)
def test_nothing_is_alike_that_is_not_a_number_and_all_else_is_like_itself(one: Any) -> None:
    said = difference(one, one, Tolerance())
    assert said == "" or "number" in said


@pytest.mark.parametrize(("given", "certain"), [(np.float32(0.1), False), (0.1001, True), (np.float32(0.2), True)])  # fmt: skip
def test_single_precision_that_misses_by_its_digits_goes_to_a_person(given, certain) -> None:
    case = {"args": [1], "kwargs": {}, "ended": "done", "result": given}
    verdict = Cases().compare({"cases": [case], "hidden": False}, [0.1])
    assert (verdict.credit, verdict.certain) == (0, certain)
