"""Step ``value``: the value that a name of the student's code is bound to."""

from __future__ import annotations

from typing import Any

from .encode import encode
from .raised import answer
from .state import State

_DEPTH = 20


def value(state: State, data: dict[str, Any]) -> dict[str, Any]:
    """Return whether ``name`` (or ``name.attribute``) is there, and what it is."""
    state.begin()
    try:
        there, found = lookup(state, data["name"])
    except BaseException as error:  # noqa: BLE001  # a property is student code
        return answer(state, error)
    plain = encode(found) if there else None
    state.flush()
    return {"ended": "done", "value": {"found": there, "value": plain}}


def lookup(state: State, dotted: str) -> tuple[bool, Any]:
    """Return whether the student's code defines a name, and its value.

    Raises:
        BaseException: what reading an attribute raises, but that it is not there.
    """
    first, *rest = dotted.split(".")[: _DEPTH + 1]
    if first not in state.namespace or len(rest) >= _DEPTH:
        return False, None
    found = state.namespace[first]
    for attribute in rest:
        try:
            found = getattr(found, attribute)
        except AttributeError:
            return False, None
    return True, found
