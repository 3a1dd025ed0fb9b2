"""Step ``call``: a function of the student's, called with arguments that were made outside."""

from __future__ import annotations

from typing import Any

from . import drawing
from .encode import Limit, decode_args, encode
from .raised import answer
from .state import State
from .values import lookup


def call(state: State, data: dict[str, Any]) -> dict[str, Any]:
    """Call ``function`` with ``args`` and ``kwargs``; return its result and the arguments after.

    The arguments are made afresh for each call. The result is encoded first: an argument that
    the encoding of another would change cannot change it.
    """
    state.begin()
    name = data["function"]
    try:
        there, function = lookup(state, name)
    except BaseException as error:  # noqa: BLE001  # a property is student code
        return answer(state, error)
    if not there:
        return {"ended": "refused", "why": f"the code defines no {name}"}
    if not callable(function):
        return {"ended": "refused", "why": f"{name} is not a function"}
    args = [decode_args(plain) for plain in data.get("args", [])]
    kwargs = {key: decode_args(plain) for key, plain in data.get("kwargs", {}).items()}
    drawing.adopt(state)
    try:
        result = function(*args, **kwargs)
    except BaseException as error:  # noqa: BLE001  # all that student code raises
        state.flush()
        drawing.put_by(state, None)
        return answer(state, error)
    state.flush()
    drawing.put_by(state, None)
    limit = Limit()
    value = {
        "result": encode(result, limit=limit),
        "args": [encode(value, limit=limit) for value in args],
        "kwargs": {key: encode(value, limit=limit) for key, value in kwargs.items()},
    }
    return {"ended": "done", "value": value}
