"""Runs a course's laws on changed references, in one warm process: started by ``checks.laws``.

Pytest collects once. Then each mutant takes the place of its function, whose code object is
exchanged so that all who imported it see it, and the laws that call it are run until one fails.
What comes out is a line of JSON per mutant in a file, so that a worker that hangs loses only one.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import itertools
import json
import signal
import sys
import textwrap
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol


class _TooLong(BaseException):
    """A mutant that does not end is caught as one that fails."""


class Laws:
    """A plugin of pytest: in place of one run of all tests there are many runs of some."""

    def __init__(self, task: Mapping[str, Any]) -> None:
        """Take what is asked: mutants, and how long each and all of them may take."""
        self._task = task
        self._ends = time.monotonic() + float(task["seconds"])
        self._callers: dict[tuple[str, str], list[tuple[float, Any]]] = {}
        self._asked = 0
        self._out = Path(task["out"])

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run each law once as it is, then the laws of each mutant."""
        failing = list(self._as_it_is(session))
        self._tell(laws=self._asked, of=len(session.items), failing=failing)
        for number, one in enumerate(self._task["mutants"]):
            if number < self._task["from"]:
                continue
            if time.monotonic() > self._ends:
                break
            self._tell(begun=number)
            self._tell(number=number, **self._tried(one))
        return True

    def _tell(self, **words: Any) -> None:
        with self._out.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(words) + "\n")

    def _as_it_is(self, session: pytest.Session) -> Iterator[str]:
        """Run each law once with few examples, and see which functions of the reference it calls."""
        seen: set[tuple[str, str]] = set()
        with _watched(self._task["mutants"], seen):
            start = time.monotonic()
            for item in _spread(session.items, {one["function"] for one in self._task["mutants"]}):
                if time.monotonic() - start > float(self._task["look"]):
                    break
                seen.clear()
                _ask_for(item, _FEW)
                began = time.monotonic()
                right = _passes(item)
                took = time.monotonic() - began
                self._asked += 1
                if not right:
                    _ask_for(item, None)
                    if not _passes(item):  # with as many examples as it asks for, too
                        yield item.nodeid
                    continue
                if took > _SLOW:
                    continue  # it would take too long for each mutant
                for key in seen:
                    self._callers.setdefault(key, []).append((time.monotonic() - began, item))

    def _tried(self, one: Mapping[str, Any]) -> dict[str, Any]:
        """Whether a law fails on a mutant, and how many were asked."""
        laws = sorted(
            self._callers.get((one["file"], one["function"]), ()), key=lambda pair: pair[0]
        )
        if not laws:
            return {"caught": False, "laws": 0}
        places = list(_functions(one["file"], one["function"]))
        old = [function.__code__ for function in places]
        ends = time.monotonic() + float(self._task["each"])
        try:
            for function in places:
                function.__code__ = _code(one, function)
            for asked, (_, item) in enumerate(laws, start=1):
                _ask_for(item, _MORE)
                if not _passes_in_time(item, ends - time.monotonic()):
                    return {"caught": True, "laws": asked}
            return {"caught": False, "laws": len(laws)}
        except (SyntaxError, ValueError) as error:
            return {"caught": True, "laws": 0, "why": str(error)}
        finally:
            for function, code in zip(places, old, strict=True):
                function.__code__ = code


def _passes(item: Any) -> bool:
    item._initrequest()  # noqa: SLF001  # as plugins that run tests again do
    reports = runtestprotocol(item, log=False, nextitem=None)
    return not any(report.failed for report in reports)


def _passes_in_time(item: Any, seconds: float) -> bool:
    def stop(*_: Any) -> None:
        raise _TooLong

    if seconds <= 0:
        return False
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return _passes(item)
    except BaseException:  # noqa: BLE001  # what ends the run in any way has caught it
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _functions(file: str, name: str) -> Iterator[FunctionType]:
    """The function in each module that was loaded from a file."""
    for module in list(sys.modules.values()):
        if getattr(module, "__file__", None) == file:
            found = getattr(module, name, None)
            if isinstance(found, FunctionType):
                yield found


def _code(one: Mapping[str, Any], function: FunctionType) -> CodeType:
    """The changed function's code; it is made in a copy of the names that the function sees."""
    names = dict(function.__globals__)
    text = f"from __future__ import annotations\n{one['source']}"
    exec(compile(text, one["file"], "exec"), names)  # noqa: S102  # the course's own function
    made = names[one["function"]]
    code: CodeType = made.__code__
    return code


@contextlib.contextmanager
def _watched(mutants: Iterable[Mapping[str, Any]], seen: set[tuple[str, str]]) -> Iterator[None]:
    """Let each function that is changed later tell that it was called, for as long as this lasts."""
    old: list[tuple[FunctionType, CodeType]] = []
    for file, name in sorted({(one["file"], one["function"]) for one in mutants}):
        for function in _functions(file, name):
            tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
            head = tree.body[0]
            if isinstance(head, ast.FunctionDef):
                head.body.insert(0, ast.parse(f"_laws_seen({(file, name)!r})").body[0])
                function.__globals__["_laws_seen"] = seen.add
                code = _code(
                    {"source": ast.unparse(tree), "file": file, "function": name}, function
                )
                old.append((function, function.__code__))
                function.__code__ = code
    try:
        yield
    finally:
        for function, code in old:
            function.__code__ = code


_FEW, _MORE, _SLOW = 4, 25, 0.8
"""Examples of a law: to see what it calls, and to see whether it fails; seconds of a slow one."""


def _spread(items: Sequence[Any], names: set[str]) -> Iterator[Any]:
    """First the laws that name what is changed, then the others; those of all files in turn."""
    files: dict[tuple[bool, str], list[Any]] = {}
    for item in items:
        files.setdefault((not _mentions(item, names), str(item.path)), []).append(item)
    for first in (False, True):
        those = [own for (later, _), own in sorted(files.items()) if later is first]
        for turn in itertools.zip_longest(*those):
            yield from (item for item in turn if item is not None)


def _mentions(item: Any, names: set[str]) -> bool:
    try:
        text = inspect.getsource(item.function)
    except (AttributeError, OSError, TypeError):
        return True  # a doctest, which is short
    return any(name in text for name in names)


_OWN: dict[Any, Any] = {}
"""What laws ask of hypothesis by themselves."""


def _ask_for(item: Any, examples: int | None) -> None:
    """Ask hypothesis for so many examples of a law, without shrinking: only whether it fails."""
    if hasattr(item.obj, "hypothesis"):
        from hypothesis import HealthCheck, Phase, settings  # noqa: PLC0415  # laws may do without

        function = getattr(item.obj, "__func__", item.obj)
        _OWN.setdefault(function, getattr(function, "_hypothesis_internal_use_settings", None))
        if examples is None:
            function._hypothesis_internal_use_settings = _OWN[function]  # noqa: SLF001
            return
        function._hypothesis_internal_use_settings = settings(  # noqa: SLF001  # what @settings sets
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )


def main() -> None:
    """Read the task, named by the first argument, and do it."""
    task = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    sys.path.insert(0, task["course"])
    arguments = ["-q", "-p", "no:cacheprovider", "--import-mode=importlib", "-c", task["empty"]]
    arguments += ["--rootdir", task["course"], "-p", "no:randomly", "--doctest-modules"]
    arguments += [task["laws"], task["reference"]]
    pytest.main(arguments, plugins=[Laws(task)])


if __name__ == "__main__":
    main()
