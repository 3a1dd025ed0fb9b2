"""Comparators are total: no value that a student can hand in makes one raise."""

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.compare import comparators
from grader.model import Number, Verdict

OPTIONS: dict[str, dict[str, Any]] = {
    "aligned": {"of": {"kind": "exact"}},
    "any-of": {"of": [{"kind": "exact"}]},
    "choice": {},
    "claims": {"subject": "bias", "subjects": {"bias": ("bias",)}, "claims": {"falls": ("falls",)}},
    "facts": {"what": "a call", "holds": {"call": "f"}},
    "within": {"rows": ("a", "b")},
    "count": {"at_least": 1},
    "each": {"of": {"kind": "exact"}},
    "near": {"absolute": 0.1},
    "tally": {"of": {"kind": "exact"}},
    "written": {"of": {"kind": "exact"}},
    "size": {"channels_credit": Fraction(1, 2)},
}
MONSTERS = [
    True,
    "1.0",
    10**400,
    -(10**400),
    math.nan,
    math.inf,
    -math.inf,
    None,
    [],
    {},
    [[[]]],
    {"value": {}},
    {"dims": "x"},
    {"dims": [None]},
    {"count": None},
    {"total": [], "terms": 7},
    {"runs": [{"1": None}]},
    "\ud800",
    "9" * 10_000,
    Number(value=Fraction(1, 3)),
    Number(value=math.nan),
    [Number(value=Fraction(2))],
    [{"label": None, "value": True}],
    {"items": 3},
    b"bytes",
    object(),
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def built(kind: str) -> Any:
    try:
        return comparators.build(kind, OPTIONS.get(kind, {}))
    except TypeError as error:
        pytest.fail(f"tests know no options for the comparator '{kind}': {error}")


@pytest.mark.parametrize("kind", comparators.names())
@pytest.mark.parametrize(
    "truth", [None, 3, 2.5, "7", [1, 2], {"a": 1}, [{"label": "x", "value": 1}]], ids=repr
)
def test_no_monster_makes_a_comparator_raise_or_earns_full_credit_for_nan(
    kind: str, truth: Any
) -> None:
    comparator = built(kind)
    for value in MONSTERS:
        verdict = comparator.compare(value, truth)
        assert isinstance(verdict, Verdict)
        if isinstance(value, float) and math.isnan(value):
            assert verdict.credit < 1 or not verdict.certain


@pytest.mark.parametrize("kind", comparators.names())
@given(value=VALUES, truth=VALUES)
def test_no_value_makes_a_comparator_raise(kind: str, value: Any, truth: Any) -> None:
    assert isinstance(built(kind).compare(value, truth), Verdict)
