"""Step ``drive``: code of ours that must run against the student's objects. It holds no key."""

from __future__ import annotations

import builtins
from typing import Any

from . import drawing
from .encode import decode_args, encode
from .raised import answer
from .state import State


def drive(state: State, data: dict[str, Any]) -> dict[str, Any]:
    """Run ``source`` in names of its own and call its ``function`` with the student's names.

    What it raises counts as raised by student code, which it calls; what it returns is an
    observation, to be judged outside.
    """
    state.begin()
    drawing.adopt(state)
    own: dict[str, Any] = {"__name__": "drive", "__builtins__": builtins}
    args = [decode_args(plain) for plain in data.get("args", [])]
    try:
        # Without dont_inherit this file's own __future__ imports would hold there as well.
        exec(compile(data["source"], "<drive>", "exec", dont_inherit=True), own)  # noqa: S102
        result = own[data["function"]](state.namespace, *args)
    except BaseException as error:  # noqa: BLE001  # student code may raise anything
        state.flush()
        return answer(state, error)
    state.flush()
    drawing.put_by(state, None)
    return {"ended": "done", "value": {"result": encode(result)}}
