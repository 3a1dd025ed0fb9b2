"""Which level of isolation is in force on this machine, found by doing all of it once.

Nothing is guessed: a backend counts only after jobs ran in it and were looked at from inside and
from outside. What is missing is named, with what it means and how to get it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from grader.sandbox import Backend, Isolation
from grader.sandbox.backends import backends
from grader.sandbox.doctor.advice import Missing, missing
from grader.sandbox.doctor.checks import Finding, Tried, distrusted, tried

__all__ = ["Finding", "Found", "Missing", "NotEnough", "Tried", "best", "find", "required_level"]

LEVELS = ("L0", "L1", "L2", "L3", "L4")
"""Levels of isolation, the weakest first; ``Isolation`` says what each means."""

FOR_OTHERS = "L3"
"""What grading other people's code needs, unless a weaker level is accepted by name."""

USUAL = ("native", "bubblewrap", "landlock")
"""Backends that are tried unless others are named, the best first."""

_MADE: dict[str, Callable[[], Backend]] = {
    "native": lambda: backends.get("native")(pool=0),
    "none": lambda: backends.get("none")(own=True),
}


class NotEnough(PermissionError):
    """This machine isolates less than is asked for; nothing was run."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: the best backend and its level, how each did, and what is missing."""

    backend: str
    isolation: Isolation
    tried: tuple[Tried, ...]
    missing: tuple[Missing, ...]

    @property
    def level(self) -> str:
        """The level in force."""
        return self.isolation.level


def find(required: str | None = None, names: Sequence[str] = USUAL, *, every: bool = True) -> Found:
    """Try backends, and return the best with all that was found.

    Args:
        required: the least level that is enough, such as ``L3``; None takes what there is.
        names: the backends to try; of several with the same level the first wins.
        every: try the others as well when one is found that is enough for other people's code.

    Raises:
        NotEnough: when no backend reaches ``required``; the message says why.
        UnknownKind: when there is no backend of a name.
    """
    results: list[Tried] = []
    for name in names:
        results.append(distrusted(_try(name)))
        if not every and not results[-1].why and _at_least(results[-1].isolation.level, required):
            break
    working = [one for one in results if not one.why]
    chosen = max(working, key=lambda one: LEVELS.index(one.isolation.level), default=None)
    if chosen is None or chosen.isolation.level == "L0":
        isolation, name = Isolation(), "none"
    else:
        isolation, name = chosen.isolation, chosen.backend
    found = Found(name, isolation, tuple(results), missing())
    if required is not None and not _at_least(found.level, required):
        raise NotEnough(_too_little(found, required))
    return found


def best(required: str | None = None, names: Sequence[str] = USUAL, **options: Any) -> Backend:
    """Return the best backend of this machine, made with ``options``.

    Raises:
        NotEnough: when none reaches ``required``. Without one, the backend ``none`` may be
            returned, which itself refuses to run what is not said to be one's own.
    """
    found = find(required, names, every=False)
    made = backends.get(found.backend)
    return made() if found.backend == "none" else made(**options)


def required_level(accept: str | None = None) -> str:
    """Return the level that grading other people's code needs here.

    Args:
        accept: a weaker level that the instructor accepts by name, or None.

    Raises:
        NotEnough: when ``accept`` names no level.

    >>> required_level(), required_level("L2")
    ('L3', 'L2')
    """
    if accept is None:
        return FOR_OTHERS
    if accept not in LEVELS:
        raise NotEnough(f"'{accept}' is no level of isolation; there are {', '.join(LEVELS)}")
    return accept


def _at_least(level: str, required: str | None) -> bool:
    return LEVELS.index(level) >= LEVELS.index(required or FOR_OTHERS)


def _try(name: str) -> Tried:
    made = _MADE.get(name, backends.get(name))
    if sys.platform != "linux" and name in USUAL:
        return Tried(name, Isolation(backend=name), why=f"{name} boxes need Linux")
    if sys.platform != "linux" and name == "none":
        return Tried(name, Isolation())  # it promises nothing that could be looked at
    backend = made()
    try:
        return tried(name, backend)
    finally:
        backend.close()


def _too_little(found: Found, required: str) -> str:
    lines = [
        f"isolation {required} is required, and this machine has {found.level} ({found.backend})"
    ]
    lines += [f"  {one.backend}: {one.why}" for one in found.tried if one.why]
    lines += [
        f"  {one.backend}: {one.isolation.says}"
        for one in found.tried
        if not one.why and one.findings
    ]
    lines += [f"  missing: {lack.what}; to get it: {lack.get}" for lack in found.missing]
    lines += ["grader doctor shows all of it"]
    return "\n".join(lines)
