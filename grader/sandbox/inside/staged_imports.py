"""A change that is made to a module as soon as it is there, now or at its import by the student.

So a library that the student's code never asks for costs a box nothing.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

Change = Callable[[Any], None]


class _Waiting(importlib.abc.MetaPathFinder):
    """Finds what is waited for by the ordinary way, and changes it once it was run."""

    def __init__(self) -> None:
        self.changes: dict[str, list[Change]] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in self.changes:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return None
        loader: Any = spec.loader
        run = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            run(module)
            for change in self.changes.pop(fullname, []):
                change(module)

        loader.exec_module = exec_module
        return spec


def after(name: str, change: Change) -> None:
    """Call ``change`` with a module when it is there: at once where it is imported already."""
    module = sys.modules.get(name)
    if module is not None:
        change(module)
        return
    waiting = next((finder for finder in sys.meta_path if isinstance(finder, _Waiting)), None)
    if waiting is None:
        waiting = _Waiting()
        sys.meta_path.insert(0, waiting)
    waiting.changes.setdefault(name, []).append(change)
