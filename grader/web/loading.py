"""Assignments as the app keeps them: loaded once, and anew when one of their files has changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from starlette.exceptions import HTTPException

from grader.pipeline import Assignment, assignments, load_assignment

_KEPT = 64


@dataclass(slots=True)
class Loaded:
    """The assignments of a course."""

    course: Path
    _held: dict[str, tuple[object, Assignment]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _locks: dict[str, threading.Lock] = field(default_factory=dict)

    def __call__(self, name: str) -> Assignment:
        """Return an assignment.

        Raises:
            HTTPException: 404 when there is none of this name.
        """
        if name not in assignments(self.course):
            raise HTTPException(404)
        with self._lock:
            own = self._locks.setdefault(name, threading.Lock())
        with own:  # two who ask for the same one wait for one load
            stamp = tuple(self._stamps(name))
            known = self._held.get(name)
            if known is not None and known[0] == stamp:
                return known[1]
            loaded = load_assignment(
                self.course, name, paper=self._given(name, "paper"), keys=self._given(name, "keys")
            )
            if len(self._held) >= _KEPT:
                self._held.clear()
            self._held[name] = (stamp, loaded)
            return loaded

    def _given(self, name: str, kind: str) -> Path | None:
        """The keys or the paper that were given last, where the command line left them."""
        path = self.course / ".grader" / "given" / f"{name}.{kind}"
        return path if path.exists() else None

    def _stamps(self, name: str) -> Iterator[tuple[str, int, int]]:
        files = [self.course / "rubrics" / f"{name}.yaml"]
        files += [path for kind in ("paper", "keys") if (path := self._given(name, kind))]
        files += sorted((self.course / "reference").rglob("*.py"))
        for path in files:
            found = path.stat()
            yield str(path), found.st_mtime_ns, found.st_size
