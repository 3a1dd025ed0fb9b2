"""A converted test passes what the test itself passes, and fails what it fails.

The oracle is Python: the test's own source, run on the same names. The steps are run by the driver
that runs them in boxes, here on programs of our own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import convert
from grader.collect.runs import test_cell
from grader.reference import Reference
from grader.rubric import load
from tests.convert.convert_making import graded, save, solution

RIGHT = """
import numpy as np
def f(x):
    return x * x
def g(n):
    if n < 0:
        raise ValueError("negative")
    return [i * i for i in range(n)]
def pair(n):
    return (n, str(n))
def even(n):
    return n % 2 == 0
def hello():
    print("hello")
def many(n):
    return {i for i in range(n)}
def counted(text):
    import collections
    return collections.Counter(text)
total = 30
table = np.arange(6.0).reshape(2, 3)
"""
WRONG = {
    "other values": RIGHT.replace("x * x", "x + x + 1").replace("i * i", "i + 7"),
    "other types": RIGHT.replace("return (n, str(n))", "return [n, str(n)]").replace("30", "30.5"),
    "no exception": RIGHT.replace('raise ValueError("negative")', "return None"),
    "another exception": RIGHT.replace("ValueError", "KeyError"),
    "nothing": "import numpy as np",
    "names only": "import numpy as np\nf = g = pair = even = hello = many = total = table = None",
    "slightly off": RIGHT.replace("x * x", "x * x + 1e-3").replace(
        "np.arange(6.0)", "(np.arange(6.0) + 1e-12)"
    ),
    "stops": RIGHT.replace("return n % 2 == 0", "return 1 / 0").replace(
        "return {", "raise RuntimeError\n    return {"
    ),
}
TESTS = [
    "assert f(3) == 9",
    "assert f(3) == 9 and f(2) == 4, 'squares'",
    "assert g(4) == [0, 1, 4, 9]\nassert len(g(5)) == 5",
    "assert isinstance(pair(3), tuple)\nassert pair(3) == (3, '3')",
    "assert abs(f(1.5) - 2.25) < 1e-6",
    "assert np.isclose(f(1.5), 2.25) and np.allclose(table, [[0, 1, 2], [3, 4, 5]])",
    "assert even(4)\nassert not even(3)",
    "assert total == 30 and isinstance(total, int)",
    "expected = [1, 4]\nfor n, want in zip([1, 2], [1, 4]):\n    assert f(n) == want",
    "for n in range(4):\n    assert g(n) == [i * i for i in range(n)], n",
    "assert many(3) == {0, 1, 2}\nassert 2 in many(3) and 3 not in many(3)",
    "assert all(v >= 0 for v in g(4))\nassert sorted(many(4)) == [0, 1, 2, 3]",
    "try:\n    g(-1)\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError('no')",
    "try:\n    g(-1)\n    assert False\nexcept ValueError:\n    pass",
    "from numpy.testing import assert_allclose\nassert_allclose(table, np.arange(6).reshape(2, 3))",
    "from numpy import testing\ntesting.assert_array_equal(table[0], [0, 1, 2])",
    "import unittest\ncase = unittest.TestCase()\ncase.assertEqual(f(3), 9)\ncase.assertIn(1, g(3))",
    "got = g(3)\ngot.append(9)\nassert got == [0, 1, 4, 9]",
    "assert table.shape == (2, 3)\nassert table.sum() == 15",
    "def check(fn, n, want):\n    assert fn(n) == want\ncheck(f, 3, 9)\ncheck(even, 4, True)",
    "def test_all():\n    x = f(2)\n    assert x == 4\n    assert f(x) == 16\ntest_all()",
    "import io\nfrom contextlib import redirect_stdout\nout = io.StringIO()\nwith redirect_stdout(out):\n    hello()\nassert out.getvalue() == 'hello\\n'",
    "old = f\ndel f\ntry:\n    assert g(2) == [0, 1]\nfinally:\n    f = old",
    "assert 'total' in globals()\nassert (table > -1).all()",
    "assert {k: f(k) for k in (1, 2)} == {1: 1, 2: 4}",
    "assert (lambda v: v == 9)(f(3))",
    "assert pair(1)[1] == '1' and pair(2)[0] != 3",
    "assert counted('aab') == {'a': 2, 'b': 1} and type(counted('a')) != dict",
    "assert str(f(2)) == '4' and round(f(1.05), 2) == 1.1",
]


def _oracle(program: str, source: str) -> bool:
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(program, names)  # programs and tests of this file
    try:
        exec(source, names)
    except Exception:  # noqa: BLE001  # a test fails by any
        return False
    return True


def _converted(folder: Path, source: str) -> tuple[Any, Reference, str]:
    notebook = save(folder / "a.ipynb", [solution("s", RIGHT), graded("t", 2, source)])
    made = convert.read("nbgrader", notebook)[0]
    convert.put(convert.files_of(made), folder)
    rubric = load(folder / "rubrics" / "a.yaml")
    criterion = rubric.parts[0].criteria[0]
    assert criterion.ran is not None
    assert criterion.ran.expect is not None
    return rubric.parts[0].runs["tests"].built, Reference(folder, "a"), criterion.ran.expect


def _driven(kind: Any, program: str) -> dict[str, Any]:
    """What a box would give for a program, without one."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(program, names)
    own: dict[str, Any] = {}
    exec(test_cell._DRIVER, own)  # what runs in the box
    plain = [
        {
            "name": one.name,
            "apart": one.apart,
            "steps": [{"do": step.do, "source": step.source} for step in one.steps],
        }
        for one in kind.tests
    ]
    told = own["drive"](names, plain)
    assert told["fooled"] == ""
    return {"tests": told["tests"], "doubt": "", "elsewhere": ""}


@pytest.mark.parametrize("source", TESTS)
def test_a_converted_test_means_what_it_meant(tmp_path: Path, source: str) -> None:
    kind, reference, name = _converted(tmp_path, source)
    assert _oracle(RIGHT, source), "the test is right"
    for what, program in {"right": RIGHT, **WRONG}.items():
        judged = reference.function(name)(_driven(kind, program))
        assert (judged["credit"] == 1) == _oracle(program, source), f"{what}: {judged}"


@pytest.mark.parametrize("source", TESTS)
def test_reasons_tell_nothing_of_what_is_expected(tmp_path: Path, source: str) -> None:
    kind, reference, name = _converted(tmp_path, source)
    for program in WRONG.values():
        for reason in reference.function(name)(_driven(kind, program))["reasons"]:
            assert "9" not in reason
            assert "assert" not in reason
            assert "[" not in reason


def test_what_is_expected_does_not_go_into_the_box(tmp_path: Path) -> None:
    source = "secret = 424242\nassert f(3) == secret\nassert np.isclose(f(2), 515151.5)"
    kind, _, _ = _converted(tmp_path, source)
    sent = json.dumps([[step.source for step in one.steps] for one in kind.tests])
    assert "f(3)" in sent
    assert "f(2)" in sent
    assert "424242" not in sent
    assert "515151" not in sent


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3) | st.floats(-9, 9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.tuples(inner)
            | st.dictionaries(st.integers(0, 3), inner, max_size=2)
        ),
        max_leaves=6,
    )
)
def test_a_value_comes_out_of_a_box_as_it_was(value: Any, tmp_path_factory: Any) -> None:
    own: dict[str, Any] = {}
    exec(test_cell._DRIVER, own)
    steps = [{"do": "ask", "source": "value"}]
    told = own["drive"]({"value": value}, [{"name": "t", "apart": False, "steps": steps}])
    helper: dict[str, Any] = {}
    exec(convert._write.SOURCE, helper)  # type: ignore[attr-defined]
    back = helper["value_of"](told["tests"]["t"][0]["value"])
    assert back == value
    assert type(back) is type(value)


def test_an_object_that_says_it_is_equal_to_all_is_not_believed(tmp_path: Path) -> None:
    kind, reference, name = _converted(tmp_path, "assert f(3) == 9")
    program = "import numpy as np\nclass Any:\n    def __eq__(self, other):\n        return True\nf = lambda x: Any()"
    judged = reference.function(name)(_driven(kind, program))
    assert judged["credit"] == 0
    assert judged["certain"] is False
