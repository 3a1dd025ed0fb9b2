"""Step ``cell``: one cell, run as a notebook runs it."""

from __future__ import annotations

import ast
import itertools
import linecache
import re
from typing import Any

from . import drawing
from .raised import raised
from .state import State

_NAMES, _LOOKED_AT = 2000, 50_000
_RESULT = 20_000
_OF_THE_SHELL = re.compile(r"__\w*__|_+|_i+|_i?\d+|_[iod]h|_exit_code")
_MISSING = object()


def cell(state: State, data: dict[str, Any]) -> dict[str, Any]:
    """Run ``source`` as cell ``number``.

    Its value says which names it bound, what its last expression shows, what was displayed, and
    how many figures there are; that holds up to the point where it raised, if it did.
    """
    source, number = data["source"], data["number"]
    state.begin()
    state.running = number
    drawing.adopt(state, source)
    before = dict(state.namespace)
    if state.shell is None:
        error = _plainly(state, source, number)
    else:
        error = state.shell.run(source, number)
    state.flush()
    drawing.put_by(state, number)
    frame: dict[str, Any] = {
        "ended": "done",
        "value": {
            "defines": _defined(before, state.namespace),
            "result": state.result,
            "shown": state.shown,
            "figures": len(drawing.kept(state)),
        },
        "raised": None,
    }
    if error is not None:
        frame.update(ended="raised", raised=raised(state, error, number))
    return frame


def _defined(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return the names that are bound to another object than before; those of the shell aside."""
    names = []
    for name, value in itertools.islice(list(after.items()), _LOOKED_AT):
        if type(name) is not str or before.get(name, _MISSING) is value:
            continue
        if not _OF_THE_SHELL.fullmatch(name):
            names.append(name)
    return names[:_NAMES]


def _plainly(state: State, source: str, number: int) -> BaseException | None:
    """Run a cell where there is no IPython: plain Python, the last expression shown."""
    name = f"<cell {number}>"
    state.cells[name] = number
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    names = state.namespace
    try:
        tree = ast.parse(source, name)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec", dont_inherit=True), names)  # noqa: S102
        if isinstance(last, ast.Expr):
            code = compile(ast.Expression(last.value), name, "eval", dont_inherit=True)
            _show(state, eval(code, names))  # noqa: S307
    except BaseException as error:  # noqa: BLE001  # all that student code raises
        return error
    return None


def _show(state: State, value: Any) -> None:
    if value is None:
        return
    text = str.__str__(repr(value))
    print(text)  # noqa: T201
    state.result = text[:_RESULT]
    state.shown.append({"type": "text/plain", "data": text[:_RESULT]})
