"""Our own processes that work on many items at once: trusted, as they hold rubric and key.

Answers come in the order of the items, with a bounded number in the air. A process that dies
takes nobody's work with it: what was in the air is done again one by one, and only the item
that kills a process twice is given up.
"""

from __future__ import annotations

import gc
import multiprocessing
import multiprocessing.util
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

from grader.sandbox.process import end_with

Item = TypeVar("Item")
Done = TypeVar("Done")

_AHEAD = 4
"""Items in the air per process: enough that none waits, few enough to hold in memory."""


@dataclass(frozen=True, slots=True)
class Died(Generic[Item]):
    """An item whose processing ended the process, twice."""

    item: Item


class Work(Protocol):
    """What each process does with an item; ``close`` is called when there are no more."""

    def __call__(self, item: Any, /) -> Any:
        """Return what is made of an item."""
        ...

    def close(self) -> None:
        """End what was started."""
        ...


class Crew(Generic[Item, Done]):
    """Processes that are started once and asked again and again.

    Args:
        start: makes the work; called once in each process. It has to be picklable where
            processes cannot be forked.
        size: how many processes; with one, all is done in this process.
    """

    def __init__(self, start: Callable[[], Work], size: int) -> None:
        self._start, self._size = start, size
        self._pool = self._processes(size) if size > 1 else None
        self._own = start() if size == 1 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._own is not None:
            self._own.close()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def __call__(self, items: Iterable[Item]) -> Iterator[Done | Died[Item]]:
        """Yield what the work makes of each item, in order."""
        if self._own is not None:
            yield from map(self._own, items)
            return
        air: deque[tuple[Item, Future[Done]]] = deque()
        for item in items:
            air.append((item, self._submit(item)))
            if len(air) > _AHEAD * self._size:
                yield self._next(air)
        while air:
            yield self._next(air)

    def _next(self, air: deque[tuple[Item, Future[Done]]]) -> Done | Died[Item]:
        item, future = air.popleft()
        try:
            return future.result()
        except BrokenProcessPool:
            self._renew(self._size)
            waiting = [other for other, _ in air]
            done = self._alone(item)
            air.clear()
            air.extend((other, self._submit(other)) for other in waiting)
            return done

    def _alone(self, item: Item) -> Done | Died[Item]:
        """Do one item with nothing else in the air, so that a death can only be its own."""
        try:
            return self._submit(item).result()
        except BrokenProcessPool:
            self._renew(self._size)
            return Died(item)

    def _submit(self, item: Item) -> Future[Done]:
        try:
            return self._executor.submit(_work, item)
        except BrokenProcessPool:
            self._renew(self._size)
            return self._executor.submit(_work, item)

    @property
    def _executor(self) -> ProcessPoolExecutor:
        if self._pool is None:
            raise RuntimeError("this crew works in its own process")
        return self._pool

    def _renew(self, size: int) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._processes(size)

    def _processes(self, size: int) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        pool = ProcessPoolExecutor(
            max_workers=size,
            mp_context=context,
            initializer=_begin,
            initargs=(self._start, os.getpid()),
        )
        gc.freeze()  # a collection in a process must not touch, and so copy, what all share
        try:
            pool.submit(_nothing).result()  # forks now, before there are threads
        finally:
            gc.unfreeze()
        return pool


# -- inside a process

_working: list[Work] = []


def _begin(start: Callable[[], Work], parent: int) -> None:
    """Make the work; a stop from the keyboard is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent)
    work = start()
    _working[:] = [work]
    multiprocessing.util.Finalize(None, work.close, exitpriority=10)


def _work(item: Any) -> Any:
    return _working[0](item)


def _nothing() -> None:
    return None
