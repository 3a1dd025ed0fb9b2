"""The executor on a cluster of Ray: warm processes on its nodes, one hand-in at a time in each.

A process with its boxes is an actor that holds CPU, memory and whole GPUs; each hand-in is a task
on it. Ray's own retries are off: this module knows which items have no answer, so a node that dies
costs time and nothing else, and an answer is taken only for an item that still waits for one.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from grader import __version__
from grader.pipeline.crew import Died, Work
from grader.pipeline.executors.carried import Unpacking, packed
from grader.pipeline.executors.needs import Needs, NoRoom
from grader.pipeline.executors.ray_nodes import connect, lives, ray_module, room

_DEPTH = 2
"""Items given to a process: one is worked on, one waits there, so that none waits for the wire."""
_DEATHS, _LOST = 2, 4
"""An item is given up after so many deaths of its process, or of whole nodes beneath it."""
_LOOK_SECONDS = 5.0
_NEWS_SECONDS = 0.5
_CLOSE_SECONDS = 20.0


class Seat:
    """What lives on a node: the work, made once and kept warm."""

    def __init__(self) -> None:
        self._work: Work | None = None

    def begin(self, start: Callable[[], Work], version: str) -> str:
        """Make the work; return the node's id."""
        if version != __version__:
            raise NoRoom(
                f"a node of the cluster has grader {__version__}, and this machine {version}; "
                "install the same version on all of them"
            )
        self._work = Unpacking(start())
        return str(ray_module().get_runtime_context().get_node_id())

    def do(self, item: Any) -> Any:
        """Return what the work makes of an item."""
        if self._work is None:
            raise RuntimeError("there is no work yet")
        return self._work(item)

    def end(self) -> None:
        """Close the work."""
        if self._work is not None:
            self._work.close()


@dataclass(slots=True, eq=False)
class _Task:
    item: Any
    fell: list[str] = field(default_factory=list)
    """Nodes on which its process ended while it was the oldest there; empty for one out of reach."""

    @property
    def suspect(self) -> bool:
        return bool(self.fell)

    def blamed(self, ray: Any) -> bool:
        """Whether it is given up: it ended processes on nodes that live, or very many nodes."""
        if len(self.fell) < _DEATHS:
            return False
        time.sleep(_NEWS_SECONDS)  # the end of a process may be told before that of its node
        return len(self.fell) >= _LOST or sum(lives(ray, one) for one in self.fell) >= _DEATHS


@dataclass(slots=True, eq=False)
class _Place:
    """One process on a node, and what it was given, oldest first."""

    actor: Any
    began: Any
    node: str | None = None
    air: deque[tuple[Any, _Task]] = field(default_factory=deque)

    @property
    def awaited(self) -> Any:
        """What comes next from here; None when nothing was asked for."""
        if self.node is None:
            return self.began
        return self.air[0][0] if self.air else None

    def takes(self, task: _Task) -> bool:
        """Whether it is given this one now; one that may have killed a process works alone."""
        if self.node is None or (self.air and (task.suspect or self.air[0][1].suspect)):
            return False
        return len(self.air) < _DEPTH


class Ray:
    """Processes on the nodes of a Ray cluster; answers come as they are ready.

    Args:
        start: makes the work; pickled, and called once in each process on its node.
        size: how many processes at most; None for as many as the cluster has room for.
        needs: of each process, reserved with Ray.
        cluster: address of a running cluster, or ``auto`` for this machine's; None starts Ray on
            this machine, and ends it afterwards. A Ray that this process is connected to is used.
        shared: whether the nodes see the hand-ins under the same paths; if not, the bytes of the
            files go through Ray's object store.
    """

    def __init__(
        self,
        start: Callable[[], Work],
        size: int | None = None,
        needs: Needs | None = None,
        *,
        cluster: str | None = None,
        shared: bool = True,
    ) -> None:
        self._start, self._size, self._needs = start, size, needs or Needs()
        self._cluster, self._shared = cluster, shared
        self._mine = False
        self._places: list[_Place] = []
        self._again: deque[_Task] = deque()
        self._stillborn = 0
        self._seat: Any = None
        self._work: Any = None

    def __enter__(self) -> Self:
        ray = ray_module()
        self._mine = not ray.is_initialized()
        if self._mine:
            connect(ray, self._cluster)
        try:
            fits = room(ray, self._needs)
            count = fits if self._size is None else max(1, min(self._size, fits))
            self._seat = ray.remote(
                num_cpus=self._needs.cpus,
                memory=self._needs.memory_mb << 20,
                num_gpus=self._needs.gpus,
                max_restarts=0,
                scheduling_strategy="SPREAD",
            )(Seat)
            self._work = ray.put(self._start)
            self._places = [self._place() for _ in range(count)]
        except BaseException:
            self._leave(ray)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        ray = ray_module()
        places, self._places = self._places, []
        ending = [place.actor.end.remote() for place in places if place.node and not place.air]
        with contextlib.suppress(ray.exceptions.RayError):
            if ending and kind is None:
                ray.wait(ending, num_returns=len(ending), timeout=_CLOSE_SECONDS)
        for place in places:
            with contextlib.suppress(ray.exceptions.RayError):
                ray.kill(place.actor)
        self._leave(ray)

    def __call__(self, items: Iterable[Any]) -> Iterator[Any | Died[Any]]:
        """Yield what the work makes of each item, as it comes."""
        if not self._places:
            raise RuntimeError("an executor is used inside its 'with' block")
        self._forget()
        source = map(_Task, items)
        while True:
            self._give(source)
            if not any(place.air for place in self._places) and not self._again:
                return
            yield from self._taken()

    @property
    def under_way(self) -> tuple[Any, ...]:
        """The item that each process works on."""
        return tuple(place.air[0][1].item for place in self._places if place.air)

    def _forget(self) -> None:
        """Drop what an earlier, abandoned call left in the air, with the processes that hold it."""
        self._again.clear()
        for place in [place for place in self._places if place.air]:
            ray_module().kill(place.actor)
            self._places[self._places.index(place)] = self._place()

    def _place(self) -> _Place:
        actor = self._seat.remote()
        return _Place(actor=actor, began=actor.begin.remote(self._work, __version__))

    def _give(self, source: Iterator[_Task]) -> None:
        """Give every process what it has room for; where none is ready, hold one item."""
        if not self._again and not any(place.air for place in self._places):
            self._hold(source)
        for _ in range(_DEPTH):  # breadth first: one each, before anybody has two
            for place in self._places:
                if place.node is None or len(place.air) >= _DEPTH:
                    continue
                task = next((one for one in self._again if place.takes(one)), None)
                if task is not None:
                    self._again.remove(task)
                elif self._again and self._again[0].suspect and place.air:
                    continue  # it is being kept for a process that has nothing else
                else:
                    task = next(source, None)
                if task is None:
                    return
                what = task.item if self._shared else packed(task.item)
                place.air.append((place.actor.do.remote(what), task))

    def _hold(self, source: Iterator[_Task]) -> bool:
        task = next(source, None)
        if task is not None:
            self._again.append(task)
        return task is not None

    def _taken(self) -> Iterator[Any | Died[Any]]:
        """Wait until something comes, and yield it."""
        ray = ray_module()
        awaited = {place.awaited: place for place in self._places if place.awaited is not None}
        ready, _ = ray.wait([*awaited], num_returns=1, timeout=_LOOK_SECONDS)
        if not ready:
            room(ray, self._needs)
            return
        more, _ = ray.wait([*awaited], num_returns=len(awaited), timeout=0)
        for ref in dict.fromkeys((*ready, *more)):
            yield from self._one(awaited[ref], ref)

    def _one(self, place: _Place, ref: Any) -> Iterator[Any | Died[Any]]:
        ray = ray_module()
        try:
            value = ray.get(ref)
        except ray.exceptions.RayTaskError as error:
            raise _cause(error) from None
        except (ray.exceptions.RayActorError, ray.exceptions.ObjectLostError) as error:
            yield from self._dead(place, error)
            return
        if place.node is None:
            place.node, self._stillborn = str(value), 0
        else:
            place.air.popleft()
            yield value

    def _dead(self, place: _Place, error: Exception) -> Iterator[Died[Any]]:
        """Put another process in the place of one that is gone; do what it held again.

        Its oldest item is suspected, as that was being worked on, and is tried again alone.
        """
        ray = ray_module()
        with contextlib.suppress(ray.exceptions.RayError):
            ray.kill(place.actor)  # one that is only out of reach must not go on
        if place.node is None:
            self._stillborn += 1
            if self._stillborn > 2 * len(self._places):
                words = " ".join(str(error).split())
                raise NoRoom(
                    f"processes on the cluster end before their first hand-in: {words}"
                ) from None
        self._places[self._places.index(place)] = self._place()
        tasks = [task for _, task in place.air]
        self._again.extendleft(reversed(tasks[1:]))
        for task in tasks[:1]:
            died = isinstance(error, ray.exceptions.ActorDiedError)
            task.fell.append(place.node or "" if died else "")
            if task.blamed(ray):
                yield Died(task.item)
            else:
                self._again.appendleft(task)

    def _leave(self, ray: Any) -> None:
        self._work = None
        if self._mine:
            ray.shutdown()


def _cause(error: Any) -> BaseException:
    cause = error.cause
    return cause if isinstance(cause, BaseException) else error
