"""Exceptions of student code as data, without trusting the exception.

Its class may lie about its name, its text may raise, recurse or be endless in length. What its
class does is looked up past it; what must be asked of it is asked once and cut.
"""

from __future__ import annotations

import linecache
import types
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .state import State

_NAME, _MESSAGE = 100, 2000
_TIMED = "<timed exec>"


def raised(state: State, error: BaseException, cell: int | None = None) -> dict[str, Any]:
    """Return type, message, cell and line of an exception.

    Args:
        state: knows which file names are cells.
        error: what was raised.
        cell: the cell that ran, for errors that stand in no frame of it.
    """
    place, line = _place(state, error)
    return {
        "type": name(type(error)),
        "message": message(error),
        "cell": cell if place is None else place,
        "line": line,
    }


def answer(state: State, error: BaseException) -> dict[str, Any]:
    """Return the frame that says that student code raised."""
    return {"ended": "raised", "value": None, "raised": raised(state, error)}


def name(kind: type) -> str:
    """Return the name of a class, past its metaclass, as printable text."""
    own = str.__str__(type.__dict__["__name__"].__get__(kind))[:_NAME]
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in own) or "?"


def message(error: BaseException) -> str:
    """Return what an exception says; nothing where saying it fails as well."""
    if isinstance(error, SyntaxError):
        own = _real(SyntaxError, "msg", error)  # without "(<cell 3>, line 2)"
        if type(own) is str:
            return own[:_MESSAGE]
    try:
        text = str.__str__(str(error)[:_MESSAGE])
    except BaseException:  # noqa: BLE001  # it is student code
        return ""
    return text[:_MESSAGE]


def _place(state: State, error: BaseException) -> tuple[int | None, int | None]:
    """Return the cell and the line of the innermost frame that stands in a cell."""
    if isinstance(error, SyntaxError):
        file, line = _real(SyntaxError, "filename", error), _real(SyntaxError, "lineno", error)
        line = line if type(line) is int else None
        if type(file) is str and file in state.cells:
            return state.cells[file], _line(state, file, line)
        if next(_frames(error), None) is None:
            return None, line
    cell, at, magic = None, None, None
    for file, line in _frames(error):
        if file in state.cells:
            cell, at = state.cells[file], _line(state, file, line)
            magic = at if _is_magic(file) else None
        elif file == _TIMED and line is not None:
            if cell is None and state.running is not None:  # %%time itself has caught it
                file = f"<cell {state.running}>"  # noqa: PLW2901
                cell, at = state.running, _line(state, file, 1)
                magic = at if _is_magic(file) else None
            at = at if magic is None else magic + line  # it counts from the line below %%time
    return cell, at


def _frames(error: BaseException) -> Iterator[tuple[str, int | None]]:
    trace: types.TracebackType | None = _real(BaseException, "__traceback__", error)
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if type(file) is str:
            yield file, trace.tb_lineno
        trace = trace.tb_next


def _line(state: State, file: str, line: int | None) -> int | None:
    return None if line is None else line + state.above.get(file, 0)


def _is_magic(file: str) -> bool:
    """Tell whether the whole of a cell is the text of a magic, as IPython has rewritten it."""
    return "run_cell_magic" in linecache.getline(file, 1)


def _real(kind: type, attribute: str, error: BaseException) -> Any:
    """Read an attribute where the builtin class keeps it, whatever its subclass says."""
    return kind.__dict__[attribute].__get__(error)
