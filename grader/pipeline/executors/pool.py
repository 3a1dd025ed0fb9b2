"""The default executor: processes on this machine, that share the boxes' zygotes by fork."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from types import TracebackType
from typing import Any, Self

from grader.pipeline.crew import Crew, Died, Work
from grader.pipeline.executors.needs import Needs, NoRoom


class Pool:
    """Processes on this machine; answers come in the order of the items.

    Args:
        start: makes the work in each process. Where processes are forked it need not be
            picklable, and what it holds is shared: boxes are made once, before.
        size: how many processes; with one, all is done in this process.
        needs: of each process; refused where this machine has less. Nothing is reserved.
    """

    def __init__(self, start: Callable[[], Work], size: int, needs: Needs | None = None) -> None:
        self._start, self._size = start, max(1, size)
        self._needs = needs
        self._drawn: deque[Any] = deque()
        self._crew: Crew[Any, Any] | None = None

    def __enter__(self) -> Self:
        if self._needs is not None:
            _check(self._needs)
        self._crew = Crew(self._start, self._size)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        crew, self._crew = self._crew, None
        if crew is not None:
            crew.__exit__(kind, error, trace)

    def __call__(self, items: Iterable[Any]) -> Iterator[Any | Died[Any]]:
        """Yield what the work makes of each item, in order."""
        if self._crew is None:
            raise RuntimeError("an executor is used inside its 'with' block")
        self._drawn.clear()
        for done in self._crew(self._noted(items)):
            self._drawn.popleft()
            yield done

    @property
    def under_way(self) -> tuple[Any, ...]:
        """The oldest items without an answer, at most one for each process."""
        return tuple(islice(self._drawn, self._size))

    def _noted(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self._drawn.append(item)
            yield item


def _check(needs: Needs) -> None:
    """Refuse what this machine does not have."""
    cpus = os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 20)
    gpus = _gpus() if needs.gpus else 0
    if needs.fit(cpus, memory, gpus) < 1:
        raise NoRoom(
            f"a hand-in was to have {needs}, and this machine has {cpus} CPU, "
            f"{memory:.0f} MB of memory and {gpus} GPU; nothing was run"
        )


def _gpus() -> int:
    from grader.sandbox.devices.nvml import Nvml  # noqa: PLC0415  # rarely asked for

    return len(Nvml().devices())
