"""Tests of another system, asked step by step beside a student's program.

    runs: {asked: {kind: test-cell, tests: [{name: squares, steps: [{do: ask, source: squares(2)}]}]}}

Each test is a list of steps that run in order in the student's names, as cells of a notebook would:

    run     statements that prepare: they may hold inputs, and nothing that is expected
    ask     an expression; its value comes out, and is compared outside
    show    one statement; what it prints and shows comes out as text, as a doctest would see it
    test    statements that decide by themselves whether they pass, beside the student's code
    doctest a doctest, run as Python runs it, beside the student's code

A step of the last two kinds can be read and deceived by the code that it tests, and what is shown
is written by it. So a pass counts only where the code of the hand-in is plain (``_plain_code``);
cells that are the course's own, by the hash of their text, are not asked. The value maps each test
to its steps ``{do, ended, …}``, in which values are written with their types (``pack`` below), since a
reading that a reference is given has no tuples or arrays.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from grader.collect.runs import Case, Ran, run_kinds
from grader.collect.runs import _stops as stops
from grader.collect.runs import _values as values
from grader.collect.runs._plain_code import globals_read, unlike
from grader.model import Finding, Found
from grader.sandbox import Outcome, Step

_NOT_HERE = stops.NOT_HERE - {"NotImplementedError"}
"""As everywhere, but for what a cell raises that was left as it was handed out."""
_NOT_RUN = frozenset(("SyntaxError", "IndentationError", "TabError"))
"""What a cell raises of which no line was run."""
_CHECKS = re.compile(r"No module named '(?:otter|okpy|client|nbgrader)\b")
"""What notebooks import to check themselves: no answer rests on it."""
_DRIVER = """
def drive(names, tests):
    import contextlib, doctest, io, re, sys

    named = ("Counter", "OrderedDict", "defaultdict")
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
        return {"t": "other", "name": str(kind.__name__)[:80]}

    def told(error):
        bases = [str(one.__name__)[:80] for one in type(error).__mro__][:12]
        try:
            said = str(error)[:400]
        except BaseException:
            said = ""
        return {"ended": "raised", "type": bases[0], "bases": bases, "message": said}

    def plain(text):
        text = re.sub(r"\\b(?:np|numpy)\\.(True|False)_\\b", r"\\1", text)
        return re.sub(r"\\b(?:np|numpy)\\.(?:float|int|uint|str)\\d*_?\\(([^()]*)\\)", r"\\1", text)

    class Checker(doctest.OutputChecker):
        def check_output(self, want, got, flags):
            hold = doctest.OutputChecker.check_output
            return hold(self, want, got, flags) or hold(self, plain(want), plain(got), flags)

    class Runner(doctest.DocTestRunner):
        first = None

        def report_unexpected_exception(self, out, test, example, exc_info):
            self.first = self.first or exc_info[1]

        def report_failure(self, out, test, example, got):
            self.first = self.first or AssertionError("it shows something else")

    def examined(source, scope):
        test = doctest.DocTestParser().get_doctest(source, scope, "test", None, 0)
        runner = Runner(checker=Checker(), verbose=False)
        runner.run(test, out=lambda text: None, clear_globs=False)
        if runner.first is not None:
            raise runner.first

    def one(step, scope):
        source = step["source"]
        if step["do"] == "doctest":
            with contextlib.redirect_stdout(io.StringIO()):
                examined(source, scope)
            return {"ended": "done"}
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

    do: Literal["run", "ask", "show", "test", "doctest"]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTest:
    """A test by its name; ``apart``: names that it binds are gone when the next one runs.

    ``binds`` are names that the test binds outside alone: where code reads one of them as its own
    global name, the test does not mean the same, and waits for a person.
    """

    name: str
    steps: tuple[AskedStep, ...]
    apart: bool = False
    binds: tuple[str, ...] = ()


@run_kinds.register
@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTests:
    """Options: the tests, which run one after the other, and the time for all of them.

    ``own`` are hashes of the course's own cells (``digest``), ``known`` names of the classes that
    its solution defines and of their methods, ``rests`` names that tests rest on and that no answer
    is to bind.
    """

    tests: tuple[AskedTest, ...]
    seconds: float = 20.0
    own: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    rests: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse sources that are no Python: that would look like the student's fault."""
        modes = {"ask": "eval", "show": "single"}
        for test in self.tests:
            for step in test.steps:
                if step.do == "doctest":
                    continue
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
            "bound": self.bound(ran),
            "elsewhere": _elsewhere(ran, tests),
        }
        return Found(value=made, where=stops.place(ran.own))

    def doubtful(self, ran: Ran, value: Mapping[str, Any]) -> str:
        """Return why a test that passed beside this code may have been deceived, "" if nothing."""
        deciding = ("test", "show", "doctest")
        if not any(step.do in deciding for test in self.tests for step in test.steps):
            return ""
        fooled = value.get("fooled")
        if fooled:
            return f"the code changes what tests rest on ({str(fooled)[:60]})"
        for text in self._students(ran):
            found = unlike(text, self.known, self.rests)
            if found:
                return f"the test ran beside code that is not plain ({found[:80]})"
        return ""

    def bound(self, ran: Ran) -> dict[str, str]:
        """Return the tests that bind a name which the code reads as a global one, and which."""
        if not any(test.binds for test in self.tests):
            return {}
        read = {name for cell, _ in ran.before for name in globals_read(cell.text)}
        found = {test.name: sorted(read & set(test.binds)) for test in self.tests}
        return {name: words[0] for name, words in found.items() if words}

    def _students(self, ran: Ran) -> Iterator[str]:
        for cell, came in ran.before:
            wrong = came.raised.type.rpartition(".")[2] if came.raised is not None else ""
            if digest(cell.text) not in self.own and wrong not in _NOT_RUN:
                yield cell.text


def digest(text: str) -> str:
    """Return the hash by which a cell of the course's own is known; ends of lines do not count."""
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest()[:24]


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
