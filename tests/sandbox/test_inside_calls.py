"""Functions and values of a student's code, code of ours that uses them, and our own parsers."""

from pathlib import Path
from typing import Any

from tests.sandbox.box_of_steps import run


def call(function: str, *args: Any, **kwargs: Any) -> tuple[str, dict[str, Any]]:
    return "call", {"function": function, "args": list(args), "kwargs": kwargs}


def test_a_function_is_called_with_fresh_arguments_which_come_back(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        "class Model:\n    def predict(self, rows, scale=1): return [scale * r for r in rows]\nmodel = Model()\n"
        "def push(items, item=0):\n    print('called')\n    items.append(item)\n    return items\n"
        "def later(): yield 1\n",
        call("push", [1]),
        call("push", [1], item=5),
        call("model.predict", [1, 2], scale=3),
        call("later"),
        call("push", {"$": "tuple", "of": [1]}),
    )
    values = [answer.get("value") for answer in done.answers[1:]]
    assert values[0] == {"result": [1, 0], "args": [[1, 0]], "kwargs": {}}
    assert values[1] == {"result": [1, 5], "args": [[1, 5]], "kwargs": {"item": 5}}
    assert values[2]["result"] == [3, 6]
    assert values[3]["result"]["$"] == "other"
    assert "generator" in values[3]["result"]["type"]
    assert done.last["raised"]["type"] == "AttributeError"
    assert (done.last["raised"]["cell"], done.last["raised"]["line"]) == (1, 6)
    assert done.text == "called\n" * 3


def test_arrays_that_a_function_changes_come_back_changed(tmp_path: Path) -> None:
    array = {"$": "array", "dtype": "<f8", "shape": [1], "of": "AAAAAAAA8D8="}
    done = run(
        tmp_path, "def double(x):\n    x *= 2\n    return x.sum()", *[call("double", array)] * 2
    )
    first, second = done.answers[1]["value"], done.answers[2]["value"]
    assert first == second
    assert first["args"] == [{**array, "of": "AAAAAAAAAEA="}]
    assert first["result"]["$"] == "scalar"


def test_a_word_that_is_handed_in_is_the_word_of_the_source(tmp_path: Path) -> None:
    source = (
        "def asks(mode, more, *, how):\n"
        "    return [mode is 'fast', more['mode'] is 'slow', how is 'fast']\n"
    )
    done = run(tmp_path, source, call("asks", "fast", {"mode": "slow"}, how="fast"))
    assert done.last["value"]["result"] == [True, True, True]


def test_what_cannot_be_called_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, "x = 3", call("add"), call("x"), call("x.y"), call("x.real.imag"))
    assert [answer["ended"] for answer in done.answers[1:]] == ["refused"] * 4
    assert [answer["why"] for answer in done.answers[1:]] == [
        "the code defines no add",
        "x is not a function",
        "the code defines no x.y",
        "x.real.imag is not a function",
    ]


def test_whatever_a_call_raises_is_data_and_the_box_goes_on(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        "import sys\ndef leave(): sys.exit(3)\ndef stop(): raise KeyboardInterrupt\n"
        "def deep(): return deep()\nclass Odd:\n    @property\n    def f(self): raise SystemExit\n"
        "    def __call__(self): return 1\nodd = Odd()",
        call("leave"),
        call("stop"),
        call("deep"),
        call("odd.f"),
        call("odd"),
        call("odd", 1),
    )
    assert [answer["ended"] for answer in done.answers[1:5]] == ["raised"] * 4
    kinds = [answer["raised"]["type"] for answer in done.answers[1:5]]
    assert kinds == ["SystemExit", "KeyboardInterrupt", "RecursionError", "SystemExit"]
    assert done.answers[1]["raised"]["line"] == 2
    assert done.answers[5]["value"]["result"] == 1
    assert done.last["raised"]["type"] == "TypeError"
    assert done.last["raised"]["cell"] is None


def test_values_are_found_by_name_and_attribute(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        "class Thing:\n    size = (1, 2)\n    @property\n    def bad(self): return 1 / 0\nthing = Thing()",
        *(("value", {"name": name}) for name in ("thing.size", "thing.colour", "nothing", "thing")),
        ("value", {"name": "thing.bad"}),
    )
    found = [answer["value"] for answer in done.answers[1:5]]
    assert found[0] == {"found": True, "value": {"$": "tuple", "of": [1, 2]}}
    assert found[1:3] == [{"found": False, "value": None}] * 2
    assert found[3]["value"]["type"] == "__main__.Thing"
    assert done.last["raised"]["type"] == "ZeroDivisionError"


def test_our_driver_sees_the_students_names_and_leaves_none(tmp_path: Path) -> None:
    source = (
        "def look(names, factor):\n    return [names['add'](n, 1) * factor for n in range(3)]\n"
    )
    done = run(
        tmp_path,
        "def add(a, b):\n    return a + b",
        ("drive", {"source": source, "function": "look", "args": [10]}),
        ("drive", {"source": source, "function": "look", "args": [None]}),
        ("value", {"name": "look"}),
    )
    assert done.answers[1]["value"] == {"result": [10, 20, 30]}
    assert done.answers[2]["raised"]["type"] == "TypeError"
    assert done.last["value"]["found"] is False


def test_a_parser_of_ours_gets_data_and_files(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "ours.py").write_text(
        "def read(data, files):\n    return [data, sorted(files)]\ndef fail(data, files):\n    raise ValueError(data)\n",
        "utf-8",
    )
    done = run(
        tmp_path,
        ("task", {"task": "ours:read", "data": 3}),
        ("task", {"task": "ours:fail", "data": "bad bytes"}),
    )
    assert done.answers[0]["value"] == [3, []]
    assert done.last["raised"]["type"] == "ValueError"
    assert done.last["raised"]["message"] == "bad bytes"
