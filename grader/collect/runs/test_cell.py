"""Tests of another system, asked step by step beside a student's program.

    runs: {asked: {kind: test-cell, tests: [{name: squares, steps: [{do: ask, source: squares(2)}]}]}}

Each test is a list of steps that run in order in the student's names, as cells of a notebook would:

    run     statements that prepare: they may hold inputs, and nothing that is expected
    ask     an expression; its value comes out, and is compared outside
    show    one statement; what it prints and shows comes out as text, as a doctest would see it
    test    statements that decide by themselves whether they pass, beside the student's code

A step of the last kind can be read and deceived by the code that it tests. So what it says counts
only where nothing in the hand-in reaches for the means: see ``doubtful``. The value maps each test
to its steps ``{do, ended, …}``, in which values are written with their types (``pack`` below), since a
reading that a reference is given has no tuples or arrays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from grader.collect.runs import Case, Ran, run_kinds
from grader.collect.runs import _stops as stops
from grader.collect.runs import _values as values
from grader.model import Finding, Found
from grader.sandbox import Outcome, Step

_NOT_HERE = stops.NOT_HERE - {"NotImplementedError"}
"""As everywhere, but for what a cell raises that was left as it was handed out."""
_REACHES = re.compile(
    r"(?<![\w.])(?:exec|eval|compile|__import__)\s*\(|\b__builtins__\b|\bimport\s+builtins\b"
    r"|\bfrom\s+builtins\b|\bgc\.get_\w+|\b_getframe\b|\bcurrentframe\b|\binspect\.(?:stack|trace)"
    r"|\bctypes\b|\bf_(?:back|locals|globals)\b|\bsys\.modules\b|\bsettrace\b|\bsetprofile\b"
    r"|\bexcepthook\b|\bset_custom_exc\b|\bget_ipython\b|/proc/|\b__globals__\b|\b__code__\b"
    r"|\bAssertionError\b|\bset_printoptions\b"
    r"|\bdef\s+__(?:eq|ne|bool|lt|le|gt|ge|instancecheck|array_\w+|getattribute)__\b"
    r"|\b(?:np|numpy|pd|pandas|math|unittest|pytest)(?:\.\w+)+\s*=(?!=)|\bsetattr\s*\("
    r"|^[ \t]*(?:len|isinstance|abs|round|sorted|sum|min|max|all|any|set|list|str|repr|type|print)"
    r"\s*=(?!=)|^[ \t]*def\s+(?:len|isinstance|abs|round|sorted|sum|min|max|all|any|repr|type)\b",
    re.MULTILINE,
)
"""Words of code that could deceive a test that runs beside it."""
_CHECKS = re.compile(r"No module named '(?:otter|okpy|client|nbgrader)\b")
"""What notebooks import to check themselves: no answer rests on it."""
_DRIVER = """
def drive(names, tests):
    import contextlib, io, itertools, sys

    named = ("Counter", "OrderedDict", "defaultdict")
    passing = ("map", "filter", "zip", "enumerate", "reversed", "generator", "list_iterator",
               "dict_keys", "dict_values", "dict_items")

    def pack(value, depth=0):
        kind = type(value)
        if value is None or kind is bool or kind is int or kind is float or kind is str:
            return value
        if depth > 20:
            return {"t": "other", "name": "nested too deeply"}
        if kind in (list, tuple, set, frozenset):
            of = [pack(item, depth + 1) for item in list(value)]
            return {"t": kind.__name__, "of": of}
        if kind is dict:
            of = [[pack(k, depth + 1), pack(v, depth + 1)] for k, v in list(value.items())]
            return {"t": "dict", "of": of}
        if kind.__module__ == "collections" and kind.__name__ in named:
            of = [[pack(k, depth + 1), pack(v, depth + 1)] for k, v in list(value.items())]
            return {"t": kind.__name__, "of": of}
        if kind is complex:
            return {"t": "complex", "of": [value.real, value.imag]}
        if kind is range:
            return {"t": "range", "of": [value.start, value.stop, value.step]}
        if value is Ellipsis:
            return {"t": "ellipsis"}
        if kind.__module__ == "builtins" and kind.__name__ in passing:
            of = list(itertools.islice(value, 100001))
            if len(of) <= 100000:
                return {"t": "iterator", "of": [pack(item, depth + 1) for item in of]}
        numpy = sys.modules.get("numpy")
        if numpy is not None:
            if kind is numpy.ndarray:
                shape = list(value.shape)
                if value.dtype.kind in "biufU":
                    of = value.ravel().tolist()
                    return {"t": "array", "dtype": value.dtype.str, "shape": shape, "of": of}
                if value.dtype.kind == "O":
                    of = [pack(item, depth + 1) for item in value.ravel().tolist()]
                    return {"t": "array", "dtype": "|O", "shape": shape, "of": of}
            if issubclass(kind, numpy.generic) and kind.__module__ == "numpy":
                if value.dtype.kind in "biufU":
                    return {"t": "scalar", "dtype": value.dtype.str, "of": value.item()}
        pandas = sys.modules.get("pandas")
        if pandas is not None:
            if kind is pandas.Series:
                index = [pack(item, depth + 1) for item in value.index.tolist()]
                of = [pack(item, depth + 1) for item in value.tolist()]
                name = pack(value.name, depth + 1)
                return {"t": "series", "dtype": str(value.dtype), "name": name, "index": index, "of": of}
            if kind is pandas.DataFrame:
                index = [pack(item, depth + 1) for item in value.index.tolist()]
                names_ = [pack(item, depth + 1) for item in value.columns.tolist()]
                of = [
                    [pack(item, depth + 1) for item in value.iloc[:, at].tolist()]
                    for at in range(len(names_))
                ]
                dtypes = [str(one) for one in value.dtypes]
                return {"t": "frame", "columns": names_, "index": index, "of": of, "dtypes": dtypes}
            if isinstance(value, pandas.api.extensions.ExtensionArray):
                of = [pack(item, depth + 1) for item in value.tolist()]
                return {"t": "array", "dtype": "|O", "shape": [len(of)], "of": of}
            if isinstance(value, pandas.Index) and kind.__module__.startswith("pandas"):
                return {"t": "index", "of": [pack(item, depth + 1) for item in value.tolist()]}
        return {"t": "other", "name": str(kind.__name__)[:80]}

    def told(error):
        bases = [str(one.__name__)[:80] for one in type(error).__mro__][:12]
        try:
            said = str(error)[:400]
        except BaseException:
            said = ""
        return {"ended": "raised", "type": bases[0], "bases": bases, "message": said}

    def one(step, scope):
        source = step["source"]
        if step["do"] == "run" or step["do"] == "test":
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(source, "<test>", "exec", dont_inherit=True), scope)
            return {"ended": "done"}
        if step["do"] == "ask":
            with contextlib.redirect_stdout(io.StringIO()):
                value = eval(compile(source, "<test>", "eval", dont_inherit=True), scope)
                return {"ended": "done", "value": pack(value)}
        out = io.StringIO()
        before = sys.displayhook

        def show(value):
            if value is not None:
                out.write(repr(value) + "\\n")

        sys.displayhook = show
        try:
            with contextlib.redirect_stdout(out):
                exec(compile(source + "\\n", "<test>", "single", dont_inherit=True), scope)
        finally:
            sys.displayhook = before
        return {"ended": "done", "text": out.getvalue()[:20000]}

    def fooled():
        scope = dict(names)
        for source in ("assert False", "assert 1 == 2", "assert not [0]", "raise AssertionError('x')"):
            try:
                exec(compile(source, "<canary>", "exec", dont_inherit=True), scope)
            except AssertionError as error:
                if type(error).__mro__[1] is not Exception:
                    return "AssertionError"
                continue
            except BaseException:
                return "assert"
            return "assert"
        asked = (
            ("len([1, 2])", 2), ("abs(-3)", 3), ("isinstance(1, str)", False), ("sum([1, 2])", 3),
            ("round(1.26, 1)", 1.3), ("sorted([2, 1])", [1, 2]), ("max(1, 2)", 2), ("min(1, 2)", 1),
            ("all([True, False])", False), ("any([False])", False), ("str(1)", "1"),
            ("repr(1)", "1"), ("type(1) is int", True), ("hasattr(1, 'nothing')", False),
        )
        for source, want in asked:
            try:
                if eval(source, scope) != want:
                    return source
            except BaseException:
                return source
        numpy = sys.modules.get("numpy")
        if numpy is not None:
            try:
                if numpy.allclose([1.0], [2.0]) or numpy.isclose(1.0, 2.0):
                    return "numpy.allclose"
                if numpy.array_equal([1], [2]):
                    return "numpy.array_equal"
            except BaseException:
                return "numpy"
        return ""

    made = {}
    for test in tests:
        scope = dict(names) if test["apart"] else names
        rows = []
        over = False
        for step in test["steps"]:
            if over:
                rows.append({"do": step["do"], "ended": "not reached"})
                continue
            try:
                row = one(step, scope)
            except BaseException as error:
                row = told(error)
                over = step["do"] != "ask"
            row["do"] = step["do"]
            rows.append(row)
        made[test["name"]] = rows
    return {"tests": made, "fooled": fooled()}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedStep:
    """One step of a test: what is done, and its source."""

    do: Literal["run", "ask", "show", "test"]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTest:
    """A test by its name; ``apart``: names that it binds are gone when the next one runs."""

    name: str
    steps: tuple[AskedStep, ...]
    apart: bool = False


@run_kinds.register
@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTests:
    """Options: the tests, which run one after the other, and the time for all of them."""

    tests: tuple[AskedTest, ...]
    seconds: float = 20.0

    def __post_init__(self) -> None:
        """Refuse sources that are no Python: that would look like the student's fault."""
        modes = {"ask": "eval", "show": "single"}
        for test in self.tests:
            for step in test.steps:
                try:
                    compile(f"{step.source}\n", "<test>", modes.get(step.do, "exec"))
                except (SyntaxError, ValueError) as error:
                    raise ValueError(
                        f"a step of test '{test.name}' is no Python: {error}"
                    ) from error

    def steps(self, cases: Sequence[Case]) -> tuple[Step, ...]:  # noqa: ARG002  # as its siblings
        """Return one step: all tests, right behind the cells of the part."""
        tests = [
            {
                "name": test.name,
                "apart": test.apart,
                "steps": [{"do": step.do, "source": step.source} for step in test.steps],
            }
            for test in self.tests
        ]
        data = {"source": _DRIVER, "function": "drive", "args": [values.sent(tests)]}
        return (Step(do="drive", data=data, seconds=self.seconds),)

    def found(self, ran: Ran, cases: Sequence[Case]) -> Finding:  # noqa: ARG002
        """Return what came of each step; doubted where it may come from where it was run."""
        outcome = ran.steps[0] if ran.steps else Outcome(ended="not reached")
        value = values.field(outcome, "result") if outcome.ended == "done" else None
        if not isinstance(value, Mapping) or not isinstance(value.get("tests"), Mapping):
            return stops.stopped(outcome, ran) or stops.undecided("no test was run")
        tests = value["tests"]
        made = {
            "tests": tests,
            "doubt": self.doubtful(ran, value),
            "elsewhere": _elsewhere(ran, tests),
        }
        return Found(value=made, where=stops.place(ran.own))

    def doubtful(self, ran: Ran, value: Mapping[str, Any]) -> str:
        """Return why a test that passed beside this code may have been deceived, "" if nothing."""
        if not any(step.do == "test" for test in self.tests for step in test.steps):
            return ""
        fooled = value.get("fooled")
        if fooled:
            return f"the code changes what tests rest on ({str(fooled)[:60]})"
        for cell, _ in ran.before:
            found = _REACHES.search(cell.text)
            if found:
                words = " ".join(found[0].split())[:60]
                return f"the code reaches for what tests rest on ({words})"
        return ""


def _elsewhere(ran: Ran, tests: Mapping[str, Any]) -> str:
    """Why a test that fails may fail because of where it ran: a library or a file is missing."""
    failed = [
        row
        for rows in tests.values()
        if isinstance(rows, list)
        for row in rows
        if isinstance(row, Mapping) and row.get("ended") == "raised"
    ]
    if not failed:
        return ""
    types = [str(row.get("type")) for row in failed]
    before = [
        o.raised.type
        for _, o in ran.before
        if o.ended == "raised" and o.raised is not None and not _CHECKS.search(o.raised.message)
    ]
    for kind in (*types, *before):
        if kind.rpartition(".")[2] in _NOT_HERE:
            return f"{kind[:60]}: this may come from where it was run"
    if any(o.ended in stops.LIMITS for _, o in ran.before) or ran.left_out:
        return ran.left_out or "a cell before it overstepped a limit"
    return ""
