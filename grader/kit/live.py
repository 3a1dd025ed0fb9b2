"""What of a notebook there is to read: the file as it was saved, or what was run of it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LARGEST = 50_000_000
_MOST = 5000
_NAMES = ("JPY_SESSION_NAME",)
"""Variables in which Jupyter servers say which notebook a kernel belongs to."""
_OWN = ("__vsc_ipynb_file__",)
"""Names that editors put into a notebook's namespace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Bytes to read, and in plain words where they come from."""

    files: Mapping[str, bytes]
    says: str


def source(
    names: Mapping[str, Any], history: Sequence[Any], folder: Path, file: Path | None = None
) -> Source:
    """Return what is to be read.

    Args:
        names: the notebook's namespace.
        history: what was run, in order.
        folder: where the notebook runs.
        file: the notebook's file, where the student names it.

    Raises:
        OSError: when the named file cannot be read.
    """
    run = [text for text in history[:_MOST] if type(text) is str and text.strip()]
    path = file or _saved(names, folder)
    if path is None:
        return Source(
            files={"live.ipynb": _notebook(run)},
            says="The notebook's file was not found, so only the cells that you ran were read, without "
            'the text between them. Name the file to read all: grader.check(file="my_notebook.ipynb")',
        )
    with path.open("rb") as held:
        data = held.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise OSError(f"{path.name} is larger than {_LARGEST // 1_000_000} MB")
    new = _unsaved(data, run) if path.suffix == ".ipynb" else 0
    says = f"Read: {path.name}, as it was last saved."
    if new:
        says += f" {new} of the cells that you ran are not in it like this: save, and check again."
    else:
        says += " Changes after that are not seen."
    return Source(files={path.name: data}, says=says)


def _saved(names: Mapping[str, Any], folder: Path) -> Path | None:
    told = [names.get(name) for name in _OWN] + [os.environ.get(name) for name in _NAMES]
    for name in told:
        if type(name) is str and name:
            for path in (Path(name), folder / Path(name).name):
                if path.is_file() and path.suffix == ".ipynb":
                    return path
    there = sorted(path for path in folder.glob("*.ipynb") if path.is_file())
    return there[0] if len(there) == 1 else None


def _notebook(run: Sequence[str]) -> bytes:
    cells = [
        {"cell_type": "code", "metadata": {}, "source": text, "outputs": [], "execution_count": n}
        for n, text in enumerate(run, 1)
    ]
    made = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(made).encode("utf-8", "replace")


def _unsaved(data: bytes, run: Sequence[str]) -> int:
    """How many of the cells that were run last are not in the file as they were run."""
    try:
        cells = json.loads(data)["cells"]
        held = {"".join(cell["source"]).strip() for cell in cells if cell["cell_type"] == "code"}
    except (ValueError, KeyError, TypeError, RecursionError):
        return 0
    own = {text.strip() for text in run if "grader" not in text}
    return len(own - held)
