"""Public checks run on the student's own objects, in the student's own process.

It runs as the student, on their machine, without a limit of time; what it finds is for them alone.
"""

from __future__ import annotations

import contextlib
import copy
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from grader.kit.plain import Odd, plain, same, shape_of, shown
from grader.report.selfcheck import public_text

State = Literal["passed", "failed", "stopped", "absent", "note"]
_MOST_PRINTED = 400
_ABSENT = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One public check: its text, how it ended, and what is to be said of it."""

    text: str
    state: State
    what: str = ""
    printed: str = ""


def tried(check: Mapping[str, Any], names: Mapping[str, Any]) -> Tried:
    """Run one public check; whatever the student's objects do, this does not raise.

    Args:
        check: the check as data.
        names: the names of the student's program.
    """
    text, name = public_text(check), check.get("call") or check.get("defines")
    if not name:
        return Tried(text=text, state="note")
    found = names.get(name, _ABSENT)
    if found is _ABSENT:
        what = f"nothing is called {name} here; run the cell that defines it"
        return Tried(text=text, state="absent", what=what)
    printed = _Bounded()
    if check.get("call"):
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
                found = found(*_arguments(check, "args", []), **_arguments(check, "named", {}))
        except KeyboardInterrupt:
            return Tried(text=text, state="stopped", what="you stopped it", printed=printed.kept)
        except BaseException as error:  # noqa: BLE001  # a student's function may raise anything
            return Tried(text=text, state="stopped", what=_raised(error), printed=printed.kept)
    what = _wrong(check, found)
    state: State = "failed" if what else "passed"
    return Tried(text=text, state=state, what=what, printed=printed.kept)


def _wrong(check: Mapping[str, Any], found: Any) -> str:
    """What is wrong with a value; empty where nothing is."""
    if check.get("shape") is not None:
        sizes, wanted = shape_of(found), tuple(check["shape"])
        if sizes != wanted:
            return f"its shape is {sizes}, not {wanted}" if sizes is not None else "it has no shape"
    if "gives" not in check:
        return ""
    try:
        value = plain(found)
    except (Odd, RecursionError) as error:
        return str(error)
    if same(value, check["gives"], check.get("within", 1e-6)):
        return ""
    if value is None:
        return "it gives None: does the function return its result?"
    return f"it gives {shown(found)}"


def _arguments(check: Mapping[str, Any], name: str, empty: Any) -> Any:
    given = copy.deepcopy(check.get(name, empty))
    if not check.get("arrays"):
        return given
    if isinstance(given, dict):
        return {key: _arrayed(one) for key, one in given.items()}
    return [_arrayed(one) for one in given]


def _arrayed(value: Any) -> Any:
    """Lists of numbers as arrays of floats, also inside of dicts."""
    if isinstance(value, dict):
        return {key: _arrayed(one) for key, one in value.items()}
    if isinstance(value, list):
        import numpy as np  # noqa: PLC0415  # importing the kit stays light

        return np.array(value, dtype=float)
    return value


def _raised(error: BaseException) -> str:
    kind = str(type.__dict__["__name__"].__get__(type(error)))[:60]
    try:
        words = " ".join(str(error).split())[:200]
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001  # a student's own exception may raise in its turn
        words = ""
    return f"it stopped with {kind}" + (f": {words}" if words else "")


class _Bounded(io.TextIOBase):
    """Keeps the first signs of what is printed, and forgets the rest."""

    def __init__(self) -> None:
        self.kept = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        room = _MOST_PRINTED - len(self.kept)
        if room > 0:
            self.kept += str(text)[:room]
        return len(text)
