"""Assignments as the app keeps them: loaded once, and anew when one of their files has changed.

One that cannot be loaded is ``Broken``: the app answers with a page that says where (see ``app``).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from starlette.exceptions import HTTPException

from grader.pipeline import Assignment, assignments, load_assignment

_KEPT = 64
_AGAIN = 2.0
"""Seconds after which one that is broken is tried again: what is wrong may lie in another file."""


class Broken(ValueError):
    """An assignment that cannot be loaded; its words are for the staff: ``file:line:column: what``."""


@dataclass(slots=True)
class Loaded:
    """The assignments of a course."""

    course: Path
    _held: dict[str, tuple[object, Assignment]] = field(default_factory=dict)
    _broken: dict[str, tuple[object, float, str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _locks: dict[str, threading.Lock] = field(default_factory=dict)

    def __call__(self, name: str) -> Assignment:
        """Return an assignment as its files are now.

        Raises:
            HTTPException: 404 when there is none of this name.
            Broken: when it cannot be loaded.
        """
        if name not in assignments(self.course):
            raise HTTPException(404)
        with self._lock:
            own = self._locks.setdefault(name, threading.Lock())
        with own:  # two who ask for the same one wait for one load
            try:
                return self._now(name)
            except (ValueError, OSError) as error:
                words = str(error).replace(f"{self.course}/", "")
                raise Broken(words) from error

    def last(self, name: str) -> Assignment:
        """Return an assignment, as it was when it could be loaded last while it is broken.

        Raises:
            HTTPException: 404 when there is none of this name.
            Broken: when it could not be loaded since the app was started.
        """
        try:
            return self(name)
        except Broken:
            known = self._held.get(name)
            if known is None:
                raise
            return known[1]

    def _now(self, name: str) -> Assignment:
        stamp = tuple(self._stamps(name))
        known = self._held.get(name)
        if known is not None and known[0] == stamp:
            return known[1]
        broken = self._broken.get(name)
        if broken is not None and broken[0] == stamp and time.monotonic() - broken[1] < _AGAIN:
            raise ValueError(broken[2])
        try:
            loaded = load_assignment(
                self.course, name, paper=self._given(name, "paper"), keys=self._given(name, "keys")
            )
        except ValueError as error:
            self._broken[name] = (stamp, time.monotonic(), str(error))
            raise
        self._broken.pop(name, None)
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
