"""The loop of a box: files first, then one step after another until the channel closes."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import (
    calls,
    drive,
    figures,
    inspected,
    learning,
    notebook,
    observe,
    staged,
    tasks,
    values,
    weights,
)
from .channel import Channel
from .state import State

HANDLERS: dict[str, Callable[[State, dict[str, Any]], dict[str, Any]]] = {
    "call": calls.call,
    "cell": notebook.cell,
    "drive": drive.drive,
    "figures": figures.figures,
    "inspect": inspected.inspect,
    "learn": learning.learn,
    "observe": observe.observe,
    "predict": weights.predict,
    "stage": staged.stage,
    "task": tasks.task,
    "value": values.value,
    "watch": observe.watch,
    "weights": weights.weights,
}


def serve(channel: Channel, state: State) -> None:
    """Answer steps; each answer carries the step's own token, so that none can be sent ahead."""
    first = channel.read()
    if first is None:
        return
    state.files = {name: base64.b64decode(data) for name, data in first["files"].items()}
    if first.get("unpack", True):
        _unpack(state.files, Path(state.folder))
    while (step := channel.read()) is not None:
        answer = _answer(state, step)
        state.flush()
        channel.write({"token": step["token"], **answer})


def _answer(state: State, step: dict[str, Any]) -> dict[str, Any]:
    handler = HANDLERS.get(step["do"])
    if handler is None:
        return {"ended": "refused", "why": f"no step is called {step['do']!r}"}
    try:
        return handler(state, step["data"])
    except BaseException as error:  # noqa: BLE001  # what a handler lets through is ours
        if isinstance(error, MemoryError):
            return {"ended": "memory", "why": "it needed more memory than its limit"}
        return {"ended": "box failed", "why": f"{type(error).__name__}: {error}"[:300]}


def _unpack(files: dict[str, bytes], folder: Path) -> None:
    """Write the files of the working folder; names were checked outside, and are again."""
    root = os.path.realpath(folder)
    for name, data in files.items():
        path = os.path.normpath(os.path.join(root, name))
        if not path.startswith(root + os.sep):
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
