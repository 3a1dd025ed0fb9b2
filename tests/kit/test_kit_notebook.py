"""``grader.check`` inside a notebook: what a student sees, whatever their objects do."""

import atexit
import importlib.util
import json
import os
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import grader
from grader.kit import notebook
from grader.kit.plain import plain, same, shown
from grader.kit.trying import tried

pytest.importorskip("IPython", reason="a notebook needs IPython")

KIT = {
    "format": 1,
    "grader": "0",
    "assignment": "small",
    "title": "Small",
    "plan": {
        "assignment": "small",
        "paper": "",
        "program": False,
        "parts": [
            {
                "id": name,
                "ask": ask,
                "phrases": [],
                "ids": [],
                "defines": defines,
                "answers": [],
                "also": [],
                "readings": readings,
            }
            for name, ask, defines, readings in (
                ("2.1", "A function.", ["twice"], {"code": ["source", {}]}),
                ("2.2", "A number.", [], {"value": ["integer", {}]}),
            )
        ],
    },
    "parts": [
        {
            "id": "2.1",
            "ask": "A function.",
            "points": "",
            "readings": [["code", "code", "source"]],
            "public": [{"call": "twice", "args": [21], "gives": 42}],
        },
        {
            "id": "2.2",
            "ask": "A number.",
            "points": "",
            "readings": [["value", "value", "integer"]],
            "public": [],
        },
    ],
}


def _saved(*cells: tuple[str, str]) -> str:
    made = [
        {"cell_type": kind, "metadata": {}, "source": text, "id": f"c{n}"}
        | ({"outputs": [], "execution_count": None} if kind == "code" else {})
        for n, (kind, text) in enumerate(cells)
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


GOOD = _saved(
    ("markdown", "## 2.1"),
    ("code", "def twice(a):\n    return 2 * a"),
    ("markdown", "## 2.2\n\nperhaps"),
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "kit.json").write_text(json.dumps(KIT), "utf-8")
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path / "mine")
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    notebook._told.clear()
    return tmp_path / "mine"


@pytest.fixture
def shell(monkeypatch, tmp_path):
    """A shell that is gone again after the test, with its history and its folder."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    settings = Config()
    settings.HistoryManager.enabled = False
    made = InteractiveShell.instance(config=settings)
    try:
        notebook.load_ipython_extension(made)
        made.user_ns["check"] = notebook.check
        yield made
    finally:
        made.history_manager.end_session()
        made.atexit_operations()
        atexit.unregister(made.atexit_operations)  # it was done, and cannot be done twice
        InteractiveShell.clear_instance()


def _run(shell, text):
    done = shell.run_cell(text, store_history=True, silent=False)
    done.raise_error()
    return done.result


def test_the_saved_notebook_is_read_and_public_checks_run(shell, folder):
    (folder / "mine.ipynb").write_text(GOOD, "utf-8")
    _run(shell, "def twice(a):\n    return 2 * a")
    shown_first = repr(_run(shell, "check('2.1')"))
    assert "Read: mine.ipynb, as it was last saved." in shown_first
    assert "2.1: found at" in shown_first
    assert "public check passes: twice(21) gives 42" in shown_first
    assert shown_first.count("as you, on your machine") == 1
    everything = repr(_run(shell, "%grader"))
    assert "as you, on your machine" not in everything  # it was said
    assert "How to write it: Write one whole number" in everything
    assert "2.1" not in repr(_run(shell, "%grader 2.2")).replace("mine", "")


def test_cells_that_are_not_saved_are_counted(shell, folder):
    (folder / "mine.ipynb").write_text(GOOD, "utf-8")
    _run(shell, "def twice(a):\n    return 3 * a")
    told = repr(_run(shell, "check('2.1')"))
    assert "cells that you ran are not in it like this: save, and check again" in told
    assert "does not pass: twice(21) gives 42; it gives 63" in told


def test_without_a_file_what_was_run_is_read_and_that_is_said(shell, folder):
    _run(shell, "# 2.1\ndef twice(a):\n    print('x' * 10**6)\n    return 2 * a")
    told = repr(_run(shell, "check('2.1')"))
    assert "The notebook's file was not found" in told
    assert "2.1: found at" in told
    assert len(told) < 3000


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("check('9')", "there is no part '9'; there are: 2.1, 2.2"),
        ("check(file='none.ipynb')", "none.ipynb: cannot be read"),
        ("check(kit='none.zip')", "none.zip: cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said_and_not_raised(shell, folder, call, words):
    assert words in repr(_run(shell, call))


HOSTILE = """
class Odd:
    def __getattribute__(self, name): raise SystemExit(name)
    def __eq__(self, other): raise RuntimeError("no")
    def __repr__(self): raise ValueError("no")
    __hash__ = None
"""


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return Odd()", "does not pass"),
        ("raise SystemExit('bye')", "it stopped with SystemExit: bye"),
        ("import sys; sys.exit()", "it stopped with SystemExit"),
        ("return twice(a)", "it stopped with RecursionError"),
        ("return None", "does the function return its result?"),
        ("import numpy as np; return np.int64(42)", "passes"),
        ("import numpy as np; return np.array([42])", "it gives [42]"),
        ("return 10**5000", "it gives an object of type int"),
        ("return float('nan')", "it gives nan"),
        ("return True", "it gives True"),
        ("class E(BaseException):\n        def __str__(self): raise KeyError\n    raise E", "E"),
        ("x = []; x.append(x); return x", "nested too deeply"),
    ],
)
def test_no_object_of_a_student_breaks_the_check(shell, folder, body, words):
    _run(shell, HOSTILE)
    _run(shell, f"def twice(a):\n    {body}")
    assert words in repr(_run(shell, "check('2.1')"))


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen = [], set()

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.seen.add(tag)
        assert {name for name, _ in attrs} <= {"class", "aria-label"}

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_is_whole_escaped_and_without_script(shell, folder):
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\x1b[2J\u202e"
    _run(shell, f"def twice(a):\n    print({evil!r})\n    raise ValueError({evil!r})")
    (folder / "a<b>.ipynb").write_text(_saved(("markdown", f"## 2.2\n\n{evil}")), "utf-8")
    found = _run(shell, "check()")
    tags = _Tags()
    tags.feed(found._repr_html_())
    assert tags.open == []
    assert tags.seen <= {"section", "p", "strong", "ul", "li", "pre"}
    for text in (found._repr_html_(), repr(found)):
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_arrays_are_made_where_the_author_says_so():
    check = {"call": "f", "args": [[[1, 2, 3]]], "arrays": True, "shape": [1, 3]}
    assert tried(check, {"f": lambda a: a - a.mean()}).state == "passed"
    assert tried(check, {"f": lambda a: a.T}).what == "its shape is (3, 1), not (1, 3)"
    assert tried({"defines": "W", "shape": [2]}, {"W": np.zeros(3)}).state == "failed"
    assert tried({"defines": "W"}, {}).state == "absent"


DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(DATA, DATA)
def test_comparing_is_total_and_everything_is_itself(one, other):
    assert same(plain(one), plain(one), 0)
    assert same(plain(one), plain(other), 0) == same(plain(other), plain(one), 0)
    assert isinstance(shown(one), str)


def test_a_real_kernel_checks_its_own_notebook(folder):
    nbclient = pytest.importorskip("nbclient", reason="a real kernel is driven by nbclient")
    pytest.importorskip("ipykernel", reason="a real kernel is ipykernel")
    import nbformat

    assert importlib.util.find_spec("grader") is not None
    text = _saved(
        ("markdown", "## 2.1"),
        ("code", "def twice(a):\n    return 2 * a"),
        ("code", "%load_ext grader.kit.notebook\nfrom grader.kit.notebook import check"),
        ("code", "check('2.1')"),
    )
    (folder / "mine.ipynb").write_text(text, "utf-8")
    book = nbformat.reads(text, as_version=4)
    root = str(Path(grader.__file__).parents[1])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = root
    try:
        nbclient.NotebookClient(
            book, timeout=90, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
        ).execute()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
    (output,) = book.cells[-1].outputs
    assert "public check passes: twice(21) gives 42" in output.data["text/plain"]
    assert "mine.ipynb" in output.data["text/html"]
