"""What a test that ran beside a student's code says is certain only where nothing speaks against it."""

from __future__ import annotations

from typing import Any

import pytest

from grader.collect.runs import Ran
from grader.collect.runs import test_cell as kind
from grader.convert._helper import SOURCE
from grader.model import Cell, Place
from grader.sandbox import Outcome, Raised

BOXED = kind.AskedTests(
    tests=(kind.AskedTest(name="t", steps=(kind.AskedStep(do="test", source="assert f() == 1"),)),)
)
ASKED = kind.AskedTests(
    tests=(kind.AskedTest(name="t", steps=(kind.AskedStep(do="ask", source="f()"),)),)
)


def _ran(source: str, value: Any = None, raised: Raised | None = None) -> Ran:
    cell = Cell(number=1, place=Place(file="a.ipynb", start=1, end=1, unit="cell"), text=source)
    before = Outcome(ended="raised" if raised else "done", raised=raised)
    step = Outcome(ended="done", value={"result": value})
    return Ran(steps=[step], own=[(cell, before)], before=[(cell, before)])


@pytest.mark.parametrize(
    "source",
    [
        "class A:\n    def __eq__(self, other):\n        return True",
        "import sys\nsys.modules['numpy']",
        "eval('1')",
        "import builtins",
        "np.allclose = lambda *a: True",
        "AssertionError = Exception",
        "def isinstance(a, b):\n    return True",
        "len = lambda x: 3",
        "import inspect\ninspect.stack()",
        "open('/proc/self/mem')",
        "get_ipython().set_custom_exc((Exception,), print)",
    ],
)
def test_code_that_reaches_for_the_means_of_tests_is_doubted(source: str) -> None:
    assert "not plain" in BOXED.doubtful(_ran(source), {"fooled": ""})
    assert ASKED.doubtful(_ran(source), {"fooled": ""}) == ""


@pytest.mark.parametrize(
    "source",
    ["def f():\n    return 1", "total = sum(x)\nlen(x)", "evaluate(3)", "model.fit(3)", "x == 3"],
)
def test_common_code_is_not_doubted(source: str) -> None:
    assert BOXED.doubtful(_ran(source), {"fooled": ""}) == ""


def test_what_the_canaries_find_is_said() -> None:
    assert "assert" in BOXED.doubtful(_ran("x = 1"), {"fooled": "assert"})


@pytest.mark.parametrize(
    ("program", "found"),
    [
        ("", ""),
        ("import builtins\nbuiltins.AssertionError = KeyError", "assert"),
        ("def isinstance(a, b):\n    return True", "isinstance(1, str)"),
        ("import numpy\nnumpy.allclose = lambda *a: True", "numpy.allclose"),
    ],
)
def test_canaries_see_what_was_changed(program: str, found: str) -> None:
    import builtins

    import numpy as np

    kept, near = builtins.AssertionError, np.allclose
    own: dict[str, Any] = {}
    names: dict[str, Any] = {}
    exec(kind._DRIVER, own)
    try:
        exec(program, names)
        told = own["drive"](names, [])
    finally:
        builtins.AssertionError = kept  # type: ignore[misc]
        np.allclose = near
    assert bool(told["fooled"]) == bool(found)


def test_a_failure_for_a_missing_library_is_not_the_students() -> None:
    rows = [{"do": "ask", "ended": "raised", "type": "NameError"}]
    value = {"tests": {"t": rows}, "fooled": ""}
    missing = Raised(
        type="ModuleNotFoundError", message="No module named 'sklearn'", cell=1, line=1
    )
    found = ASKED.found(_ran("import sklearn", value, missing), ())
    assert "ModuleNotFoundError" in found.value["elsewhere"]  # type: ignore[union-attr]
    own = Raised(type="ModuleNotFoundError", message="No module named 'otter'", cell=1, line=1)
    found = ASKED.found(_ran("import otter", value, own), ())
    assert found.value["elsewhere"] == ""  # type: ignore[union-attr]


def test_a_box_that_tells_nonsense_harms_nobody() -> None:
    for value in (None, 3, [], {"tests": 3}, {"tests": {"t": 5}}, {"tests": {"t": [None]}}):
        found = BOXED.found(_ran("x = 1", value), ())
        told = getattr(found, "value", {"tests": {}})
        helper: dict[str, Any] = {"__file__": __file__}
        exec(SOURCE, helper)
        judged = helper["judged"](told, [("t", lambda ask, *_: ask(0))])
        assert (judged["credit"], judged["certain"]) == (0, False), value
