"""What is tried after a run: the one evident slip, and cuts that have to reproduce the output."""

from __future__ import annotations

import contextlib
import io

import pytest

from grader.collect._mend import Cell, Repair, after, joined
from grader.sandbox import Raised


def undefined(name: str, cell: int | None = 1, line: int | None = None) -> Raised:
    return Raised(type="NameError", message=f"name '{name}' is not defined", cell=cell, line=line)


def cells(text: str) -> list[Cell]:
    return [Cell(piece) for piece in text.split("\n~~\n")]


def whole(repair: Repair) -> str:
    return "\n~~\n".join(repair.cells)


# name | the hand-in | the undefined name | the kind of repair | how it is read
SLIPS = {
    "the one parameter that is never used": (
        "def scale(V, factor):\n    return X * factor",
        "X",
        "parameter",
        "def scale(V, factor):\n    return V * factor",
    ),
    "every use of it, and no other word": (
        "def f(data, k):\n    # X is scaled\n    y = k * X\n    return y, X.max(), 'X', o.X, g(X=X)",
        "X",
        "parameter",
        "def f(data, k):\n    # X is scaled\n    y = k * data\n    return y, data.max(), 'X', o.X, g(X=data)",
    ),
    "in a formatted string": (
        "def show(value):\n    return f'X is {X:.2f} or {len(X)}'",
        "X",
        "parameter",
        "def show(value):\n    return f'X is {value:.2f} or {len(value)}'",
    ),
    "signs of more than one byte before it": (
        "def f(größe, k):\n    return 'ä', k + X",
        "X",
        "parameter",
        "def f(größe, k):\n    return 'ä', k + größe",
    ),
    "a parameter of a method": (
        "class Net:\n    def forward(self, batch):\n        return self.layer(x)",
        "x",
        "parameter",
        "class Net:\n    def forward(self, batch):\n        return self.layer(batch)",
    ),
    "within a comprehension": (
        "def f(rows):\n    return [r + 1 for r in xs]",
        "xs",
        "parameter",
        "def f(rows):\n    return [r + 1 for r in rows]",
    ),
    "a local name of another function is none of its own": (
        "def g():\n    X = 3\n    return X\n~~\ndef f(Z):\n    return X + 1",
        "X",
        "parameter",
        "def g():\n    X = 3\n    return X\n~~\ndef f(Z):\n    return Z + 1",
    ),
    "a name in the wrong case": (
        "train_loss = [1, 2]\nprint(Train_Loss)",
        "Train_Loss",
        "spelling",
        "train_loss = [1, 2]\nprint(train_loss)",
    ),
    "a name that lacks a sign": (
        "scores = [1, 2]\nprint(sum(score), len(score))",
        "score",
        "spelling",
        "scores = [1, 2]\nprint(sum(scores), len(scores))",
    ),
    "two signs exchanged": ("weights = 3\nprint(wieghts)", "wieghts", "spelling", "weights = 3\nprint(weights)"),
    "a builtin": ("x = 3\npritn(x)", "pritn", "spelling", "x = 3\nprint(x)"),
    "a name of an earlier cell": (
        "model = 1\n~~\nprint(Model)",
        "Model",
        "spelling",
        "model = 1\n~~\nprint(model)",
    ),
    "a local name": (
        "def f(x, y):\n    total = x + y\n    return totel",
        "totel",
        "spelling",
        "def f(x, y):\n    total = x + y\n    return total",
    ),
    "numpy under its usual name": ("a = np.zeros(3)", "np", "import", "import numpy as np\na = np.zeros(3)"),
    "plots": ("plt.plot([1])", "plt", "import", "import matplotlib.pyplot as plt\nplt.plot([1])"),
    "layers": ("x = F.relu(3)", "F", "import", "import torch.nn.functional as F\nx = F.relu(3)"),
    "below a magic of the cell": (
        "%%time\na = np.zeros(3)",
        "np",
        "import",
        "%%time\nimport numpy as np\na = np.zeros(3)",
    ),
    "an import that stands in a later cell": (
        "m = LinearRegression()\n~~\nfrom sklearn.linear_model import LinearRegression",
        "LinearRegression",
        "import",
        "from sklearn.linear_model import LinearRegression\nm = LinearRegression()\n~~\nfrom sklearn.linear_model import LinearRegression",
    ),
}  # fmt: skip

NO_SLIP = {
    "an inner function is as near as a builtin": (
        "def f(a):\n    def inner():\n        return a\n    return iner()",
        "iner",
    ),
    "two parameters are unused": ("def f(a, b):\n    return X", "X"),
    "all parameters are used": ("def f(a, b):\n    return a + b + X", "X"),
    "it could be either of two names": ("score1a = 1\nscores = 2\nscored = 3\nprint(score)", "score"),
    "a parameter whose use would overwrite it": ("def f(a):\n    a = 3\n    return X", "X"),
    "the name is defined in a later cell": ("print(count)\n~~\ncount = 3", "count"),
    "it is global elsewhere": ("def f(a):\n    return X\n~~\ndef g():\n    global X\n    X = 2", "X"),
    "names that are numbered": ("fit1 = 1\nfit3 = 2\nprint(fit2)", "fit2"),
    "short names that differ by a sign": ("lr = 1\nprint(l)", "l"),
    "nothing is near": ("x = 1\nprint(accuracy_of_model)", "accuracy_of_model"),
    "a name that no module is used as": ("print(np)", "np"),
    "two functions use it, and no line is known": (
        "def f(a):\n    return X\ndef g(b):\n    return X",
        "X",
    ),
    "the import has failed": ("import torchvision\n~~\ntorchvision.models", "torchvision"),
    "it is not in the code": ("x = 1", "y"),
}  # fmt: skip


@pytest.mark.parametrize("name", SLIPS)
def test_one_slip_is_repaired(name: str) -> None:
    source, missing, kind, wanted = SLIPS[name]
    number = 2 if "def f(Z)" in source or "Model" in source else 1
    (repair,) = after(cells(source), undefined(missing, number))
    assert (repair.kind, whole(repair)) == (kind, wanted)
    assert repair.slips
    assert not repair.must_reproduce
    assert repair.says


@pytest.mark.parametrize(
    ("source", "missing", "certain"),
    [
        ("def add(a, b):\n    return a + c", "c", False),
        ("def add(a, b):\n    return a + a1", "a1", False),
        ("def add(a, b):\n    return aa + b", "aa", False),
        ("def add(a, b):\n    return a + B", "B", True),
        ("def add(first, second):\n    return first + secnd", "secnd", True),
        ("def norm(Z, on):\n    if on:\n        return X - X.mean()\n    return X", "X", True),
    ],
)
def test_a_parameter_is_certain_where_it_is_used_consistently_or_nearly_spelled(
    source: str, missing: str, certain: bool
) -> None:
    (repair,) = after([Cell(source)], undefined(missing))
    assert repair.kind == "parameter"
    assert (not repair.doubt) == certain


@pytest.mark.parametrize("name", NO_SLIP)
def test_what_is_not_evident_is_not_repaired(name: str) -> None:
    source, missing = NO_SLIP[name]
    assert after(cells(source), undefined(missing)) == []


def test_of_two_functions_the_one_that_raised_is_repaired() -> None:
    source = "def f(a):\n    return X\ndef g(b):\n    return X"
    (repair,) = after([Cell(source)], undefined("X", 1, 4))
    assert repair.cells == ("def f(a):\n    return X\ndef g(b):\n    return b",)


def test_other_exceptions_are_the_students_own() -> None:
    code = [Cell("x = [1]\nx[3]")]
    for kind in ("IndexError", "TypeError", "ZeroDivisionError", "AttributeError", "Whatever"):
        assert after(code, Raised(type=kind, message="name 'y' is not defined", cell=1)) == []


def test_conversion_and_one_slip_are_repaired_together_and_shown_in_one_diff() -> None:
    torn = [Cell("def f(Z, k):\n    y = k * X\nreturn y")]
    first = joined(torn)
    assert first is not None
    (repair,) = after(torn, undefined("X"), built_on=first)
    assert repair.kind == "indentation and parameter"
    assert repair.cells == ("def f(Z, k):\n    y = k * Z\n    return y",)
    assert "-return y" in repair.diff
    assert "+    y = k * Z" in repair.diff


def test_no_second_slip_is_repaired() -> None:
    code = [Cell("def f(Z):\n    return X + np.ones(2) + totl\ntotal = 3")]
    (first,) = after(code, undefined("X"))
    assert after(code, undefined("np"), built_on=first) == []
    assert after(code, undefined("totl"), built_on=first) == []


CUT = "SyntaxError"


def tried(source: str, printed: str = "") -> list[str]:
    broken = Raised(type=CUT, message="invalid syntax", cell=1, line=1)
    repairs = after([Cell(source, printed)], broken)
    assert len(repairs) <= 12
    return [repair.cells[0] for repair in repairs]


# name | the cell | a candidate that has to be among those offered, the first if it is marked so
CUTS = {
    "a scorer's name, and the splitter that is not used": (
        'folds = KFold(n_splits=3)\nr = cross_val_score(m, X, y, scoring="neg_mean_abs:\nn_jobs=1)',
        'folds = KFold(n_splits=3)\nr = cross_val_score(m, X, y, scoring="neg_mean_absolute_error", cv=folds,\nn_jobs=1)',
    ),
    "a scorer's name alone": (
        "r = cross_val_score(m, X, y, scoring='accur\nprint(r)",
        "r = cross_val_score(m, X, y, scoring='accuracy')\nprint(r)",
    ),
    "a splitter where nothing else was cut but a bracket": (
        "loo = LeaveOneOut()\nr = cross_val_score(m, X, y,\nprint(r)",
        "loo = LeaveOneOut()\nr = cross_val_score(m, X, y, cv=loo)\nprint(r)",
    ),
    "a number of that very name": (
        "test_size = 0.3\na, b = train_test_split(X,\nprint(a)",
        "test_size = 0.3\na, b = train_test_split(X, test_size=test_size)\nprint(a)",
    ),
    "a loss": (
        "m.compile(loss='sparse_categ\nprint(1)",
        "m.compile(loss='sparse_categorical_crossentropy')\nprint(1)",
    ),
    "a name cut short": (
        "scores = [1, 2]\nprint(sum(scor\nb = 2",
        "scores = [1, 2]\nprint(sum(scores))\nb = 2",
    ),
    "an operator before the edge": (
        "s = 3\nprint('sum: ' + str(s) +\nb = 2",
        "s = 3\nprint('sum: ' + str(s))\nb = 2",
    ),
    "a formatted string": (
        "s = 3\nprint(f'sum {s:.2\nb = 2",
        "s = 3\nprint(f'sum {s}')\nb = 2",
    ),
    "a string that is a choice": (
        "fit(a, kind='line\nn=3)\nb = 2",
        "fit(a, kind='line',\nn=3)\nb = 2",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CUTS)
def test_a_cut_call_is_completed_by_what_the_cell_says(name: str) -> None:
    source, wanted = CUTS[name]
    assert wanted in tried(source)[:3]


def test_guesses_have_to_reproduce_what_was_printed() -> None:
    broken = Raised(type=CUT, message="x", cell=1, line=2)
    source = CUTS["a scorer's name, and the splitter that is not used"][0]
    repairs = after([Cell(source)], broken)
    assert repairs
    assert all(repair.must_reproduce for repair in repairs)
    assert "never uses it" in repairs[0].says


def test_a_splitter_that_is_used_is_passed_to_nothing() -> None:
    source = "folds = KFold(3)\nprint(folds)\nr = cross_val_score(m, X, y,\nprint(r)"
    assert not [text for text in tried(source) if "cv=" in text]


def test_a_call_that_has_the_argument_gets_no_second() -> None:
    source = "folds = KFold(3)\nr = cross_val_score(m, X, y, cv=5,\nprint(r)"
    assert not [text for text in tried(source) if "cv=folds" in text]


def test_both_readings_of_a_line_after_a_torn_loop_are_offered_the_loop_first() -> None:
    source = "for i in range(3):\n    s = max(i, 1,\nprint(i, s)"
    inside, outside = (
        "for i in range(3):\n    s = max(i, 1,)\n    print(i, s)",
        "for i in range(3):\n    s = max(i, 1,)\nprint(i, s)",
    )
    offered = tried(source)
    assert offered.index(inside) < offered.index(outside)


def test_what_is_torn_elsewhere_and_only_a_guess_would_mend_stays_apart() -> None:
    guess = [Cell("r = cross_val_score(m, X, y, scoring='accur"), Cell("n_jobs=1)")]
    torn = [Cell("for k in [1]:\n    x = max(k,"), Cell("    2, y=\nprint(x)")]
    broken = Raised(type=CUT, message="x", cell=2, line=1)
    repairs = after([*guess, *torn], broken)
    assert repairs
    assert all(
        repair.cells[2:] == ("for k in [1]:\n    x = max(k,", "    2, y=\nprint(x)")
        for repair in repairs
    )
    assert "scoring='accuracy',\nn_jobs=1)" in repairs[0].cells[1]


def test_an_algorithm_that_is_missing_is_not_made_up() -> None:
    for source in ("def bubble_sort(values):", "def f(x):\n    # sort", "for k in x:"):
        assert tried(source) == []


def test_words_that_are_no_code_are_left() -> None:
    assert tried("x = compute the mean of y") == []


def test_a_string_that_an_error_names_is_completed() -> None:
    source = "r = cross_val_score(m, X, y, scoring='neg_mean_absolute_per')"
    wrong = Raised(
        type="ValueError", message="'neg_mean_absolute_per' is not a valid scoring value"
    )
    (repair,) = after([Cell(source, "0.5 0.25")], wrong)
    assert "scoring='neg_mean_absolute_percentage_error'" in repair.cells[0]
    assert repair.must_reproduce


def test_an_argument_is_passed_where_the_code_runs_but_prints_other_numbers() -> None:
    source = "loo = LeaveOneOut()\nr = cross_val_score(m, X, y, scoring='r2',\n                    n_jobs=1)\nprint(r)"
    (repair,) = after([Cell(source, "0.5 0.25")], None)
    assert repair.must_reproduce
    assert "n_jobs=1, cv=loo)" in repair.cells[0]


def test_a_line_is_tried_in_the_loop_above_where_the_output_is_another() -> None:
    code = [Cell("for i in range(3):\n    s = i * i\nprint(i, s)", "0 0\n1 1\n2 4")]
    (repair,) = after(code, None)
    assert repair.cells == ("for i in range(3):\n    s = i * i\n    print(i, s)",)
    assert repair.must_reproduce


def test_without_printed_numbers_there_is_nothing_to_reproduce() -> None:
    assert after([Cell("for i in range(3):\n    s = i\nprint(i, s)", "done")], None) == []


def test_only_the_cell_that_is_asked_for_is_changed() -> None:
    code = [Cell("for i in range(3):\n    s = i\nprint(i, s)", "0 0\n1 1")] * 2
    assert len(after(code, None)) == 2
    (repair,) = after(code, None, cell=2)
    assert repair.cells[0] == code[0].source


def run(source: str) -> str:
    """Run a sample of our own."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(ValueError):
        exec(compile(source, "sample", "exec"), {})
    return out.getvalue()


def test_of_all_candidates_the_one_that_the_student_ran_is_accepted() -> None:
    pytest.importorskip("sklearn")
    from grader.collect._mend import reproduces

    start = (
        "import numpy as np\nfrom sklearn.linear_model import Ridge\n"
        "from sklearn.model_selection import KFold, cross_val_score\n"
        "rng = np.random.RandomState(7)\nA = rng.rand(30, 4)\nb = A @ [1, 2, 3, 4] + rng.rand(30)\n"
        "folds = KFold(n_splits=6, shuffle=True, random_state=3)\nfor width in (1, 2, 4):\n"
    )
    meant = start + (
        "    e = cross_val_score(Ridge(), A[:, :width], b, scoring='neg_mean_absolute_error', cv=folds,\n"
        "                        n_jobs=1)\n    print('Width', width, 'error:', -e.mean(), 'spread:', e.std())"
    )
    handed_in = start + (
        "    e = cross_val_score(Ridge(), A[:, :width], b, scoring='neg_mean_absol:\nn_jobs=1)\n"
        "print('Width', width, 'error:', -e.mean())"
    )
    printed = run(meant)
    repairs = after([Cell(handed_in, printed)], Raised(type=CUT, message="x", cell=1, line=9))
    accepted = [r for r in repairs if reproduces(printed, run(r.cells[0]))]
    assert [r.cells[0].count("cv=folds") for r in accepted] == [1]
    assert accepted[0].cells[0].endswith("\n    print('Width', width, 'error:', -e.mean())")
