"""Proposals of models, made in the background and kept until somebody marks another answer.

Learning from a class takes seconds, a page has none of them: it shows what is there, and asks again.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook import Book
from grader.gradebook.book import find_assignment
from grader.gradebook.tables import decision, standing, submission
from grader.pipeline import Assignment
from grader.review.levels import levels
from grader.review.proposing import Proposals, proposals
from grader.review.texts import Texts

_LOG = logging.getLogger(__name__)
_KEPT = 200
_LATELY = 60.0
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What went wrong with one part, when, and what it rested on."""

    state: object
    at: float
    words: str


class Models:
    """One thread that learns; ``of`` never waits for it.

    Where a model cannot be made, that part alone has none: it is tried again when the part moves on,
    or a minute later.
    """

    def __init__(
        self, book: Book, load: Callable[[str], Assignment], texts: Texts | None = None
    ) -> None:
        """Start nothing yet; ``texts`` are answers that were read before."""
        self._book, self._load = book, load
        self._texts = texts or Texts()
        self._asked: queue.Queue[Key | None] = queue.Queue()
        self._made: dict[Key, tuple[object, Proposals]] = {}
        self._when: dict[Key, float] = {}
        self._doing: set[Key] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._trouble: dict[Key, _Trouble] = {}

    def of(self, name: str, part: str) -> Proposals | None:
        """Return what is proposed for the answers that wait, None while that is being made."""
        state = self._state(name, part)
        with self._lock:
            known = self._made.get((name, part))
            if known is not None and known[0] == state:
                return known[1]
            if (name, part) not in self._doing and not self._barred((name, part), state):
                self._doing.add((name, part))
                self._asked.put((name, part))
                self._begin()
        return None

    def trouble(self, name: str, part: str) -> str:
        """Return why nothing is proposed for a part, "" where nothing is wrong or it moved on."""
        state = self._state(name, part)
        with self._lock:
            known = self._trouble.get((name, part))
        return known.words if known is not None and known.state == state else ""

    def lately(self, name: str, part: str) -> Proposals | None:
        """Return what was proposed in the last minute or so, and let it be made anew after that.

        While somebody marks, every mark would make another model: this one is good enough to be
        shown beside the answers, and is never what stands by itself.
        """
        with self._lock:
            known = self._made.get((name, part))
            since = time.monotonic() - self._when.get((name, part), float("-inf"))
        if known is None or since > _LATELY:
            return self.of(name, part) or (known[1] if known is not None else None)
        return known[1]

    def stop(self) -> None:
        """End the thread, when what it does is done."""
        self._asked.put(None)
        if self._thread is not None:
            self._thread.join()

    def _barred(self, key: Key, state: object) -> bool:
        """Whether this was tried a moment ago and went wrong."""
        known = self._trouble.get(key)
        if known is None or known.state != state:
            return False
        return time.monotonic() - known.at < _LATELY

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="models", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        from grader.propose import Unavailable  # noqa: PLC0415  # only where models are asked for

        while (key := self._asked.get()) is not None:
            state: object = None
            words = ""
            try:
                state = self._state(*key)
                made = self._proposals(*key)
                with self._lock:
                    if len(self._made) >= _KEPT:
                        self._made.clear()
                    if made is not None:
                        self._made[key] = (state, made)
                        self._when[key] = time.monotonic()
            except Unavailable as error:
                words = str(error)
            except Exception:  # noqa: BLE001  # logged; the thread goes on with the others
                _LOG.exception("no model was made for part %s of %s", key[1], key[0])
                words = "a model could not be made; the server's log says why"
            with self._lock:
                self._trouble.pop(key, None)
                if words:
                    self._trouble[key] = _Trouble(state, time.monotonic(), words)
                self._doing.discard(key)

    def _state(self, name: str, part: str) -> object:
        return self._book.read(lambda connection: _state(connection, name, part))

    def _proposals(self, name: str, part: str) -> Proposals | None:
        parts = {one.id: one for one in self._load(name).rubric.parts}
        if part not in parts:
            return None
        own = parts[part]
        shares = [points / own.points for points in levels(own)] if own.points else []
        return proposals(self._book, name, own, shares, texts=self._texts)


def _state(connection: Connection, name: str, part: str) -> object:
    """What proposals rest on: the last mark by hand of the part, and the last result of the class."""
    number = find_assignment(connection, name)
    own = submission.c.assignment_id == number
    marks = (
        sa.select(sa.func.max(decision.c.id))
        .join(submission, submission.c.id == decision.c.submission_id)
        .where(own, decision.c.part == part)
    )
    results = (
        sa.select(sa.func.count(), sa.func.max(standing.c.result_id))
        .join(submission, submission.c.id == standing.c.submission_id)
        .where(own)
    )
    return (connection.execute(marks).scalar(), tuple(connection.execute(results).one()))
