"""The checks by name. A new check is a new file in ``checks/``, and nothing else."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from grader.authoring.subject import Check


@dataclass(frozen=True, slots=True)
class Registered:
    """A check, what it asks, and whether it runs beside the others in a process of its own."""

    name: str
    asks: str
    run: Check
    apart: bool = False


_CHECKS: dict[str, Registered] = {}


def check(name: str, asks: str, *, apart: bool = False) -> Callable[[Check], Check]:
    """Register a function as a check.

    ``apart`` says that it waits for other processes most of the time, so that it is run in a
    thread beside the others.
    """

    def registered(function: Check) -> Check:
        _CHECKS[name] = Registered(name, asks, function, apart)
        return function

    return registered


def all_checks() -> dict[str, Registered]:
    """Return all checks in the order of their files."""
    package = importlib.import_module("grader.authoring.checks")
    for found in sorted(module.name for module in pkgutil.iter_modules(package.__path__)):
        importlib.import_module(f"{package.__name__}.{found}")
    return dict(_CHECKS)
