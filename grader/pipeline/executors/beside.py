"""Two executors of one batch: what needs no cluster is done on this machine, the rest far away.

A hand-in whose evidence is stored is marked in milliseconds from files that lie here; other
machines need not have those, nor wait for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Self

from grader.pipeline.crew import Died
from grader.pipeline.executors.needs import Executor


class Beside:
    """Works on some items near, and then on the others far.

    The one executor is at an end before the other is started, as processes that are forked must
    not hold the threads of a cluster's client.

    Args:
        near: for items that ``here`` says yes to.
        far: for all others; not started where there are none.
        here: says which.
    """

    def __init__(self, near: Executor, far: Executor, here: Callable[[Any], bool]) -> None:
        self._near, self._far, self._here = near, far, here
        self._at: Executor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        at, self._at = self._at, None
        if at is not None:
            at.__exit__(kind, error, trace)

    def __call__(self, items: Iterable[Any]) -> Iterator[Any | Died[Any]]:
        """Yield what the work makes of each item."""
        others: list[Any] = []
        yield from self._all(self._near, self._sorted(items, others))
        if others:
            yield from self._all(self._far, others)

    @property
    def under_way(self) -> tuple[Any, ...]:
        """The items that are being worked on now."""
        return self._at.under_way if self._at is not None else ()

    def _all(self, executor: Executor, items: Iterable[Any]) -> Iterator[Any]:
        started = executor.__enter__()
        self._at = executor  # an error, here or of whoever takes the answers, ends it in __exit__
        yield from started(items)
        self._at = None
        executor.__exit__(None, None, None)

    def _sorted(self, items: Iterable[Any], others: list[Any]) -> Iterator[Any]:
        for item in items:
            if self._here(item):
                yield item
            else:
                others.append(item)
