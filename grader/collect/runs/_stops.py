"""Why something did not come out of a box, and whose doing that is.

The student's: a name that nothing defines, an exception of the code. Not certain, so a person
looks: code that a conversion tore, a library or file that is not here, the network, a limit.
Ours: a box that failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.collect.runs import Ran
from grader.model import Broken, Cell, Finding, Missing, Place, Why
from grader.sandbox import Outcome, Raised

LIMITS = {
    "timeout": "it did not end within the time that it has",
    "cpu": "it did not end within the processor time that it has",
    "memory": "it took more memory than it has",
    "output": "it wrote more than is kept",
    "killed": "the process that ran it ended early, or was stopped for breaking a rule",
}
"""How a step can end that overstepped a limit, in words; never ``done``, ``raised``, ``refused``."""
NOT_HERE = frozenset(
    {
        "ModuleNotFoundError",
        "ImportError",
        "FileNotFoundError",
        "PermissionError",
        "OSError",
        "BlockingIOError",
        "MemoryError",
        "ConnectionError",
        "ConnectionRefusedError",
        "ConnectionResetError",
        "TimeoutError",
        "URLError",
        "HTTPError",
        "gaierror",
        "SSLError",
        "MaxRetryError",
        "NewConnectionError",
        "NotImplementedError",
    }
)
"""Exceptions that may come from what is missing in a box, not from the code."""
NO_DESK = frozenset({"EOFError", "SystemExit", "TclError", "Error", "HeadlessException"})
"""Exceptions of cells that want a keyboard, arguments, a screen or a locale: a box has none.

Not of the functions that are called: one that asks at the keyboard is what it is.
"""
NOT_THERE = "what is asked for is not there"
_NO_THREADS = "can't start new thread"
_TORN = frozenset({"SyntaxError", "IndentationError", "TabError", "NameError", "UnboundLocalError"})
"""Exceptions of which a conversion may be the cause, where the code went through one."""
_SHOWN = 160


def place(cells: Iterable[tuple[Cell, Outcome]]) -> tuple[Place, ...]:
    """Return where the cells stand."""
    return tuple(cell.place for cell, _ in cells)


def stopped(outcome: Outcome, ran: Ran, absent: str = NOT_THERE) -> Finding | None:
    """Return the finding of a step that gave nothing, None where it was done.

    What raised is said by its own exception; a name that is not there by the cell that stopped
    before it was bound, or else by ``absent``. What a box says of an end is never passed on: it
    may tell inputs that are hidden.
    """
    if outcome.ended == "done":
        return None
    if outcome.ended == "box failed":
        return Broken(why="the box failed")
    if outcome.ended in LIMITS:
        return undecided(LIMITS[outcome.ended], "unfinished")
    if outcome.ended == "raised":
        return raising(outcome.raised, [cell for cell, _ in ran.own], called=True)
    cause = _first_cause(ran)
    if outcome.ended == "not reached":
        return cause or Broken(why="the box ended before this was reached")
    return cause or Missing(why=absent)


def raising(raised: Raised | None, cells: Sequence[Cell], *, called: bool = False) -> Missing:
    """Return what an exception of the code means for what was to come of it.

    ``called`` says that a function which was called raised it, and no cell.
    """
    if raised is None:
        return undecided("it stopped, and did not say why", "stopped")
    why = f"the code stops: {said(raised, cells)}"
    doubt = doubt_of([raised.type], cells)
    at_a_desk = not called and (raised.type.rpartition(".")[2] in NO_DESK or _asks(raised, cells))
    if at_a_desk or raised.message.startswith(_NO_THREADS):
        doubt = "this may come from where it was run"
    return Missing(why=why, doubt=f"{why}; {doubt}" if doubt else "", cause="stopped")


def _asks(raised: Raised, cells: Sequence[Cell]) -> bool:
    """Whether a cell wants a variable of the environment: a box has few of them."""
    cell = next((c for c in cells if c.number == raised.cell), None)
    return raised.type == "KeyError" and cell is not None and "environ" in cell.text


def doubt_of(types: Iterable[str], cells: Sequence[Cell]) -> str:
    """Return why exceptions may not be the student's doing, "" if they can only be.

    It names types alone: what an exception says may hold inputs that are hidden.
    """
    names = [kind.rpartition(".")[2] for kind in types]
    if any(name in NOT_HERE for name in names):
        return "this may come from where it was run"
    if any(name in _TORN for name in names) and any(is_converted(cell) for cell in cells):
        return "the file's conversion may have torn it"
    return ""


def undecided(why: str, cause: Why = "undecided") -> Missing:
    """Return a finding that leaves the mark to a person."""
    return Missing(why=why, doubt=why, cause=cause)


def is_converted(cell: Cell) -> bool:
    """Whether code stands in a document, where a conversion may have damaged it."""
    return cell.place.unit in ("page", "line") and not cell.place.file.endswith(".py")


def said(raised: Raised, cells: Sequence[Cell]) -> str:
    """Return an exception in words: type, message, and where in the hand-in."""
    at = ""
    cell = next((c for c in cells if c.number == raised.cell), None)
    if cell is not None:
        at = f" ({cell.place}" + (f", line {raised.line} of it)" if raised.line else ")")
    message = f": {' '.join(raised.message.split())[:_SHOWN]}" if raised.message else ""
    return f"{raised.type[:60]}{message}{at}"


def _first_cause(ran: Ran) -> Finding | None:
    """What stopped the cells before a step: those of the part itself count first."""
    own = {cell.number for cell, _ in ran.own}
    cells = [cell for cell, _ in ran.before]
    ordered = [*ran.own, *((c, o) for c, o in ran.before if c.number not in own)]
    for _, outcome in ordered:
        if outcome.ended in LIMITS:
            return undecided(LIMITS[outcome.ended], "unfinished")
        if outcome.ended == "box failed":
            return Broken(why="the box failed")
    for _, outcome in ordered:
        if outcome.ended == "raised":
            return raising(outcome.raised, cells)
    return undecided(ran.left_out, "unfinished") if ran.left_out else None
