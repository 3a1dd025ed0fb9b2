"""What one hand-in needs of a machine, and the interface of everything that works on many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from grader.pipeline.crew import Died


class NoRoom(ValueError):
    """No machine has what was asked for, or the executor is not there; nothing was run."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What one process of ours needs while it works on hand-ins, its boxes included.

    Args:
        cpus: processor cores.
        memory_mb: memory in MiB, that of the boxes beside it included.
        gpus: whole GPUs. A fraction would be bookkeeping only: nothing keeps two students' code on
            one device apart.

    Raises:
        NoRoom: for a number that no machine could have.
    """

    cpus: int = 1
    memory_mb: int = 2048
    gpus: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be asked for."""
        for name, least in (("cpus", 1), ("memory_mb", 1), ("gpus", 0)):
            value: object = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise NoRoom(f"{name} has to be a whole number from {least} on, and is {value!r}")

    def __str__(self) -> str:
        return f"{self.cpus} CPU, {self.memory_mb} MB of memory and {self.gpus} GPU"

    def fit(self, cpus: float, memory_mb: float, gpus: float) -> int:
        """Return how many times these needs are met by one machine.

        >>> Needs(cpus=2, memory_mb=1000).fit(cpus=8, memory_mb=3500, gpus=0)
        3
        """
        counts = [cpus // self.cpus, memory_mb // self.memory_mb]
        return int(min([*counts, gpus // self.gpus] if self.gpus else counts))


class Executor(Protocol):
    """Works on items in several processes; a context manager that closes what it started.

    Items are taken lazily, with a bounded number in the air, and each is answered exactly once.
    Answers come in any order unless the class says otherwise, so an answer has to say whose it is.
    """

    def __enter__(self) -> Self:
        """Start the processes.

        Raises:
            NoRoom: when no machine has what was asked for.
        """
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End what was started, whatever is still in the air."""
        ...

    def __call__(self, items: Iterable[Any]) -> Iterator[Any | Died[Any]]:
        """Yield what the work makes of each item, or ``Died`` with it.

        Raises:
            Exception: whatever the work raised; nothing more comes then.
        """
        ...

    @property
    def under_way(self) -> tuple[Any, ...]:
        """The items that are being worked on now, as far as is known."""
        ...
