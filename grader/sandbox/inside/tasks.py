"""Step ``task``: a parser of ours, which reads hostile bytes and so works in a box."""

from __future__ import annotations

import importlib
from typing import Any

from .raised import answer
from .state import State


def task(state: State, data: dict[str, Any]) -> dict[str, Any]:
    """Call ``package.module:function`` with the data and the job's files; it gives plain JSON."""
    state.begin()
    module, _, function = data["task"].partition(":")
    try:
        value = getattr(importlib.import_module(module), function)(data.get("data"), state.files)
    except MemoryError:
        raise
    except BaseException as error:  # noqa: BLE001  # bytes that break it are no fault of the box
        state.flush()
        return answer(state, error)
    state.flush()
    return {"ended": "done", "value": value}
