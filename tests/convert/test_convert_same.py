"""What an imported test marks with certainty is what the test itself says; else a person looks.

Each case is one that was marked wrongly once. The oracle is Python: the test, run on the program.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader import convert
from grader.collect.runs import Ran, test_cell
from grader.model import Cell, Found, Place
from grader.pipeline import load_assignment
from grader.reference import Reference
from grader.rubric import load
from grader.sandbox import Outcome
from tests.convert.convert_making import code, graded, marked, question, raw, save, solution, text

CONFIG = raw("# ASSIGNMENT CONFIG\nname: a")


def _mark(folder: Path, program: str) -> dict[str, Any]:
    """Judge a program by the one test of an imported course, without a box."""
    part = load(folder / "rubrics" / "a.yaml").parts[0]
    kind = part.runs["tests"].built
    criterion = part.criteria[0]
    assert isinstance(kind, test_cell.AskedTests)
    assert criterion.ran is not None
    assert criterion.ran.expect is not None
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(program, names)  # programs of this file
    own: dict[str, Any] = {}
    exec(test_cell._DRIVER, own)
    tests = [
        {
            "name": one.name,
            "apart": one.apart,
            "steps": [{"do": step.do, "source": step.source} for step in one.steps],
        }
        for one in kind.tests
    ]
    told = own["drive"](names, tests)
    cell = Cell(number=1, place=Place(file="a.ipynb", start=1, end=1, unit="cell"), text=program)
    cells = [(cell, Outcome(ended="done"))]
    step = Outcome(ended="done", value={"result": told})
    found = kind.found(Ran(steps=[step], own=cells, before=cells), ())
    assert isinstance(found, Found)
    judged: dict[str, Any] = Reference(folder, "a").function(criterion.ran.expect)(found.value)
    return judged


def _nbgrader(folder: Path, answer: str, test: str, points: int = 2) -> convert.Assignment:
    made = convert.read(
        "nbgrader", save(folder / "a.ipynb", [solution("s", answer), graded("t", points, test)])
    )[0]
    convert.put(convert.files_of(made), folder)
    return made


def _oracle(program: str, test: str) -> bool:
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(program, names)
    try:
        exec(test, names)
    except Exception:  # noqa: BLE001  # a test fails by any
        return False
    return True


SQUARE, SEVEN = "def f(x):\n    return x * x", "def f(x):\n    return 7"
SAME = {
    "errors are collected": (
        "errors = []\nfor n in range(5):\n    if f(n) != n * n:\n        errors.append(n)\nassert errors == []",
        [SQUARE, SEVEN],
    ),
    "a helper collects": (
        "bad = []\ndef check(n, want):\n    if f(n) != want:\n        bad.append(n)\ncheck(1, 1)\ncheck(3, 9)\nassert bad == []",
        [SQUARE, SEVEN],
    ),
    "the argument is not changed": (
        "v = [3, 1]\nassert f(v) == [1, 3]\nassert v == [3, 1]",
        ["def f(v):\n    return sorted(v)", "def f(v):\n    v.sort()\n    return v"],
    ),
    "an array is not changed": (
        "import numpy as np\na = np.array([1.0, 3.0])\nb = f(a)\nassert np.allclose(b, [0.25, 0.75])\nassert np.allclose(a, [1, 3])",
        [
            "import numpy as np\ndef f(a):\n    return a / a.sum()",
            "def f(a):\n    a /= a.sum()\n    return a",
        ],
    ),
    "in place": (
        "import numpy as np\na = np.zeros(3)\nf(a)\nassert np.allclose(a, 1)",
        ["def f(a):\n    a[:] = 1", "def f(a):\n    pass"],
    ),
    "results are collected": (
        "res = []\nfor n in [1, 2]:\n    res.append(f(n))\nassert res == [1, 4]",
        [SQUARE, SEVEN],
    ),
    "a flag in a loop": (
        "passed = True\nfor n in range(5):\n    if f(n) != n * n:\n        passed = False\nassert passed",
        [SQUARE, f"passed = True\n{SEVEN}"],
    ),
    "a flag in a handler": (
        "raised = False\ntry:\n    f('a')\nexcept TypeError:\n    raised = True\nassert raised",
        [SQUARE, f"raised = True\n{SEVEN}"],
    ),
    "a global of the code": (
        "N = 3\nassert f(0) == [0, 1, 2]",
        [
            "N = 10\ndef f(x):\n    return list(range(N))",
            "def f(x):\n    return list(range(10))",
        ],
    ),
    "the same object": (
        "a = [1]\nassert f(a) is a",
        ["def f(a):\n    return a", "def f(a):\n    return list(a)"],
    ),
    "another object": (
        "a = f(1)\nb = f(2)\nassert a == [1] and b == [2]\nassert a is not b",
        [
            "def f(x, acc=None):\n    return [x]",
            "def f(x, acc=[]):\n    acc.append(x)\n    return acc",
        ],
    ),
    "or": (
        "m = f(1)\nassert m is None or len(m) == 3",
        ["def f(x):\n    return None", "def f(x):\n    return [1]"],
    ),
    "either call": (
        "assert f() == 1 or f() == 2\nassert f() == 2",
        [
            "def f(n=[0]):\n    n[0] += 1\n    return n[0]",
            "def f():\n    return 1",
        ],
    ),
    "a name of a loop used behind it": (
        "for n in [1, 2, 3]:\n    assert f(n) == n * n\nassert f(n) == 9",
        [SQUARE, SEVEN],
    ),
    "a type": (
        "import pandas as pd\ndf = pd.DataFrame({'x': [1]})\nassert isinstance(f(df), list)",
        ["def f(df):\n    return list(df.columns)", "def f(df):\n    return df.columns"],
    ),
    "dates": (
        "import datetime\nassert f() == datetime.date(2020, 1, 2)",
        [
            "import datetime\ndef f():\n    return datetime.date(2020, 1, 2)",
            "def f():\n    return (2020, 1, 2)",
        ],
    ),
    "bytes": ("assert f('a') == b'a'", ["def f(s):\n    return s.encode()", SEVEN]),
    "a dtype": (
        "import numpy as np\nassert f(3).dtype == np.float64",
        [
            "import numpy as np\ndef f(n):\n    return np.zeros(n)",
            "def f(n):\n    return [0.0] * n",
        ],
    ),
    "a generator": (
        "g = f(2)\nassert next(g) == 0\nassert next(g) == 1",
        ["def f(n):\n    yield from range(n)", "def f(n):\n    while True:\n        yield 0"],
    ),
    "a last call that gives nothing": (
        "def check(g):\n    assert g(3) == 9\ncheck(f)",
        [SQUARE, SEVEN],
    ),
}


@pytest.mark.parametrize("case", SAME)
def test_a_certain_mark_is_what_the_test_says(tmp_path: Path, case: str) -> None:
    test, programs = SAME[case]
    if "pandas" in test:
        pytest.importorskip("pandas", reason="NOT TESTED: pandas is not installed")
    _nbgrader(tmp_path, programs[0], test)
    for program in programs:
        judged = _mark(tmp_path, program)
        want = _oracle(program, test)
        assert judged["certain"] is True, judged
        assert (judged["credit"] == 1) == want, (program, judged)
    assert _oracle(programs[0], test)


def test_a_name_that_the_test_sets_and_the_code_reads_is_not_certain(tmp_path: Path) -> None:
    test = "k = 100\nassert f(3) == 6"
    made = _nbgrader(tmp_path, "def f(n):\n    return 2 * n", test)
    assert made.questions[0].cases[0].form == "call"
    judged = _mark(tmp_path, "k = 3\ndef f(n):\n    return 2 * k")
    assert judged["certain"] is False
    assert _mark(tmp_path, "def f(k):\n    return 2 * k")["certain"] is True


def test_what_is_bound_for_a_later_cell_is_bound_in_the_box(tmp_path: Path) -> None:
    cells = [
        solution("s", SQUARE),
        graded("t", 1, "want = 9\nassert f(3) == want"),
        graded("u", 1, "assert f(-3) == want"),
    ]
    made = convert.read("nbgrader", save(tmp_path / "a.ipynb", cells))[0]
    assert [case.form for case in made.questions[0].cases] == ["box", "box"]


@pytest.mark.parametrize(
    "program",
    [
        "class E:\n    def __eq__(self, other):\n        return True\ndef f(x):\n    return E()",
        "class E:\n    __eq__ = lambda s, o: True\ndef f(x):\n    return E()",
        "E = type('E', (), {'__' + 'eq__': lambda s, o: True})\ndef f(x):\n    return E()",
        "T = type(int)\nE = T('E', (), {'__' + 'eq__': lambda s, o: True})\ndef f(x):\n    return E()",
        "class E:\n    def isin(self, o):\n        return self\n    def all(self):\n        return True\ndef f(x):\n    return E()",
        "class E(int):\n    pass\ndef f(x):\n    return E(9)",
    ],
)
@pytest.mark.parametrize(
    "test",
    [
        "got = f(3)\nok = got == 9\nassert ok",
        "def check(fn):\n    return fn(3) == 9\nassert check(f)",
        "for got, want in zip([f(3)], [9]):\n    assert got == want",
        "assert f(3).isin([9]).all()",
    ],
)
def test_a_pass_beside_code_that_is_not_plain_waits(
    tmp_path: Path, program: str, test: str
) -> None:
    made = _nbgrader(tmp_path, SQUARE, test)
    assert made.questions[0].cases[0].form == "box"
    judged = _mark(tmp_path, program)
    assert not (judged["credit"] == 1 and judged["certain"])


@pytest.mark.parametrize(
    "source",
    [
        "import pandas.testing as T\nT.assert_frame_equal = print",
        "from pandas import testing\ntesting.__dict__['assert_frame_equal'] = print",
        "from pandas import DataFrame\nDataFrame.equals = lambda s, o: True",
        "import numpy as np\nsetattr(np, 'allclose', print)",
        "import functools\nimport numpy as np\nfunctools.update_wrapper(np, 1, ('allclose',), ())",
        "import numpy as np\nx = np.ma.masked_all(3)",
        "from operator import attrgetter\nd = attrgetter('__dict__')",
        "import random as np",
        "from numpy import *",
        "def sum(x):\n    return 3",
        "def f():\n    yield 1\nf().gi_frame.f_back",
        "open('/proc/self/mem')",
        "def f():\n    global check\n    check = print",
        "%%writefile numpy.py\nx = 1",
        "!pip install x",
        "@total_ordering\nclass A:\n    pass",
    ],
)
def test_code_that_could_change_a_test_is_not_plain(source: str) -> None:
    assert test_cell.unlike(source)


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\nimport numpy as np\nimport matplotlib.pyplot as plt\nplt.plot([1])",
        "import pandas as pd\ndf = pd.read_csv('data/a.csv')\ndf['x'] = df['y'] * 2\ndf.columns = ['a']",
        "def f(x):\n    if type(x) == int:\n        raise ValueError('no')\n    return [i for i in x]",
        "with open('words.txt') as file:\n    lines = file.read().split()",
        "d = {}\nd['a'] = 1\ntotal = sum(d.values())\nx, y = 1, 2",
        "from functools import lru_cache\n@lru_cache\ndef fib(n):\n    return n",
        "import random\nrandom.seed(3)\nrandom.shuffle([1, 2])",
    ],
)
def test_common_code_is_plain(source: str) -> None:
    assert test_cell.unlike(source) == ""


@pytest.mark.parametrize(
    "source", ["check = print", "def check(*a):\n    pass", "from operator import eq as check"]
)
def test_a_name_that_tests_rest_on_is_not_bound_by_plain_code(tmp_path: Path, source: str) -> None:
    first = graded("t", 1, "def check(n):\n    assert f(n) == n * n\ncheck(3)")
    cells = [solution("s", SQUARE), first, graded("u", 1, "check(4)\nassert f(0) == 0")]
    made = convert.read("nbgrader", save(tmp_path / "a.ipynb", cells))[0]
    convert.put(convert.files_of(made), tmp_path)
    kind = load(tmp_path / "rubrics" / "a.yaml").parts[0].runs["tests"].built
    assert isinstance(kind, test_cell.AskedTests)
    assert "check" in kind.rests
    assert "f" not in kind.rests
    assert test_cell.unlike(source, kind.known, kind.rests)
    assert test_cell.unlike("def f(check):\n    sum = check\n    return sum", (), kind.rests) == ""


def test_a_class_of_the_course_is_plain_and_its_comparison_is_not() -> None:
    known = ("Account", "__init__", "deposit", "__str__")
    account = "class Account:\n    def __init__(s, b):\n        s._b = b\n    def deposit(s, x):\n        s._b += x\n    def __str__(s):\n        return str(s._b)"
    assert test_cell.unlike(account, known) == ""
    assert test_cell.unlike(account)
    assert test_cell.unlike(f"{account}\n    def __eq__(s, o):\n        return True", known)
    assert test_cell.unlike(f"{account}\n    def equals(s, o):\n        return True", known)


def test_the_courses_own_cells_are_plain_whatever_they_do(tmp_path: Path) -> None:
    answer = "class V:\n    def __init__(s, x):\n        s.x = x\n    def __eq__(s, o):\n        return s.x == o.x"
    _nbgrader(tmp_path, answer, "assert V(1) == V(1)")
    assert _mark(tmp_path, answer)["certain"] is True
    assert _mark(tmp_path, f"{answer} or True")["certain"] is False


def test_a_failure_beside_the_code_is_certain_only_where_the_solution_is_tried(
    tmp_path: Path,
) -> None:
    _nbgrader(tmp_path, SQUARE, "ok = f(3) == 9\nassert ok")
    assert _mark(tmp_path, SEVEN)["certain"] is True
    path = tmp_path / "rubrics" / "a.yaml"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(x for x in lines if not x.startswith("solution:")), "utf-8")
    assert _mark(tmp_path, SEVEN)["certain"] is False
    assert _mark(tmp_path, SQUARE) == {"credit": 1, "certain": True, "reasons": []}


def test_a_last_value_is_points_only_where_it_is_a_number_within_them(tmp_path: Path) -> None:
    _nbgrader(tmp_path, SQUARE, "f(1)", points=4)
    assert _mark(tmp_path, "def f(x):\n    return 1")["credit"] == "1/4"
    assert _mark(tmp_path, "def f(x):\n    return None") == {
        "credit": 1,
        "certain": True,
        "reasons": [],
    }
    assert _mark(tmp_path, "def f(x):\n    return 50")["certain"] is False


# -- otter


def _otter(folder: Path, answer: str, test: str, shown: str | None) -> convert.Assignment:
    path = save(folder / "a.ipynb", [CONFIG, *question("name: q1", answer, code(test, shown))])
    made = convert.read("otter", path)[0]
    convert.put(convert.files_of(made), folder)
    return made


@pytest.mark.parametrize(
    ("test", "shown", "right", "wrong"),
    [
        ("v = [1, -1]\nf(v) == [1] and v == [1, -1]", "True", "def f(v):\n    return [x for x in v if x > 0]", "def f(v):\n    v[:] = [1]\n    return v"),
        ("bad = []\nfor n in range(5):\n    if f(n) != n * n:\n        bad.append(n)\nbad", "[]", SQUARE, SEVEN),
        ("if f(2) != 4:\n    print('no')", None, SQUARE, SEVEN),
        ("print(f('a'))", "a\n\nb", "def f(x):\n    return 'a\\n\\nb'", SEVEN),
        ("f(3)", "9", SQUARE, SEVEN),
        ("f({'x': 1})", "dict_values([1])", "def f(d):\n    return d.values()", SEVEN),
    ],
    ids=["changed", "collected", "prints where it is wrong", "blank line", "shown", "view"],
)  # fmt: skip
def test_a_doctest_is_what_it_was(
    tmp_path: Path, test: str, shown: str | None, right: str, wrong: str
) -> None:
    _otter(tmp_path, right, test, shown)
    assert _mark(tmp_path, right) == {"credit": 1, "certain": True, "reasons": []}
    judged = _mark(tmp_path, wrong)
    assert (judged["credit"], judged["certain"]) == (0, True)


OK = "test = {'name': 'q1', 'points': 1, 'suites': [{'cases': [{'code': %r}], 'type': 'doctest'}]}"


@pytest.mark.parametrize(
    ("example", "program"),
    [
        (">>> m(2) # doctest: +ELLIPSIS\n2.33...\n", "def m(x):\n    return 7 / 3"),
        (">>> m(2)\n1\n", "def m(x):\n    return True"),
        (">>> print(m(1))\na\n<BLANKLINE>\nb\n", "def m(x):\n    return 'a\\n\\nb'"),
        (
            ">>> m(1)\nTraceback (most recent call last):\n  ...\nValueError: no\n",
            "def m(x):\n    raise ValueError('no')",
        ),
    ],
)
def test_the_rules_of_doctest_count(tmp_path: Path, example: str, program: str) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "q1.py").write_text(OK % example, "utf-8")
    convert.put(convert.files_of(convert.read("otter", tmp_path, "a")[0]), tmp_path)
    assert _mark(tmp_path, program)["credit"] == 1
    assert _mark(tmp_path, "def m(x):\n    return 'other'")["credit"] == 0


def test_what_a_test_file_binds_is_there_for_its_tests(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "q1.py").write_text(
        'from otter.test_files import test_case\nOK_FORMAT = False\nname = "q1"\npoints = 2\n'
        "WANT = {2: 4}\n\n@test_case(points=None)\ndef test_it(f, points):\n    assert points == 7\n"
        "    for n, w in WANT.items():\n        got = f(n)\n        assert got == w\n",
        "utf-8",
    )
    convert.put(convert.files_of(convert.read("otter", tmp_path, "a")[0]), tmp_path)
    assert _mark(tmp_path, f"points = 7\n{SQUARE}")["credit"] == 1
    assert _mark(tmp_path, f"points = 7\n{SEVEN}")["credit"] == 0
    assert _mark(tmp_path, SQUARE)["credit"] == 0


# -- files, and written answers


def test_no_program_gets_a_file_that_only_hidden_tests_name(tmp_path: Path) -> None:
    (tmp_path / "expected.json").write_text("{}", "utf-8")
    (tmp_path / "refsol.py").write_text("x = 1", "utf-8")
    (tmp_path / "data.csv").write_text("1", "utf-8")
    hidden = "### BEGIN HIDDEN TESTS\nimport json\nfrom refsol import x\njson.load(open('expected.json'))\n### END HIDDEN TESTS"
    cells = [
        text("Read the numbers of data.csv, please."),
        solution("s", f"### BEGIN SOLUTION\nopen('data.csv')\nimport refsol\n{SQUARE}\n### END SOLUTION"),
        graded("t", 1, f"assert f(2) == 4\n{hidden}"),
        graded("u", 1, "assert f(3) == 9"),
    ]  # fmt: skip
    made = convert.read("nbgrader", save(tmp_path / "a.ipynb", cells))[0]
    assert set(made.files) == {"data.csv"}
    assert made.questions[0].cases[0].made is None
    assert "expected.json" in made.questions[0].cases[0].why
    assert made.questions[0].cases[1].made is not None


def test_no_program_gets_a_file_of_the_autograder(tmp_path: Path) -> None:
    for name in ("secret.csv", "given.csv", "key.csv"):
        (tmp_path / name).write_text("1", "utf-8")
    config = raw("# ASSIGNMENT CONFIG\nname: a\nfiles: [given.csv]\nautograder_files: [secret.csv]")
    test = code("# HIDDEN\nopen('key.csv').read() == f(1)", "True")
    cells = [config, *question("name: q1", f"open('secret.csv')\n{SQUARE}", test)]
    made = convert.read("otter", save(tmp_path / "a.ipynb", cells))[0]
    assert set(made.files) == {"given.csv"}
    assert made.questions[0].cases[0].made is None


def test_a_written_answer_below_a_short_question_is_looked_for_beside(tmp_path: Path) -> None:
    cells = [
        text("## Why\n\nExplain in your own words why squares grow so fast."),
        marked("why", "x", "markdown", grade=True, solution=True, points=2),
        text("## Proof\n\nProve it."),
        marked("proof", "x", "markdown", grade=True, solution=True, points=3),
    ]
    made = convert.read("nbgrader", save(tmp_path / "a.ipynb", cells))[0]
    convert.put(convert.files_of(made), tmp_path)
    parts = load_assignment(tmp_path, "a").rubric.parts
    assert parts[1].find.phrases == ("Proof Prove it.",)
    assert parts[1].find.also == ("1",)
    assert parts[0].find.also == ()
