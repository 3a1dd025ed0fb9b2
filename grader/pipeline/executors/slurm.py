"""The executor on a Slurm cluster: arrays of jobs through submitit, over a folder that all share.

Each job takes a chunk of hand-ins and writes each answer to the folder as soon as it is made. What
a job that ends early has not answered is queued again. When the program that waits is killed, the
jobs go on, and the next run takes the answers that are there.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import pickle
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from grader.pipeline.crew import Died, Work
from grader.pipeline.executors._chunk import ANSWERS, JOBS, TRIES, UNSTARTED, Chunk, Raised, tries
from grader.pipeline.executors._claim import claim
from grader.pipeline.executors.needs import Needs, NoRoom
from grader.pipeline.hand_ins import HandIn
from grader.pipeline.tasks import Task

_DEATHS, _LOST = 2, 5
"""An item is given up after so many jobs that it ended; jobs that Slurm ended count less."""
_TAKEN_AWAY = ("CANCELLED", "PREEMPTED", "NODE_FAIL", "BOOT_FAIL", "REQUEUED", "REVOKED")
_STILLBORN = 3
_LARGEST_ARRAY = 1000
"""Slurm's default for MaxArraySize is 1001 (slurm.conf)."""
_END_SECONDS = 20.0
_AHEAD = 2
"""Jobs in the queue for each that runs, so that none waits for us."""
_NONE = object()


@dataclass(slots=True)
class _Job:
    job: Any
    keys: set[str]
    """Items without an answer."""


class Slurm:
    """Jobs on a Slurm cluster; answers come as they are ready.

    Args:
        start: makes the work; pickled, and called once in each job.
        size: how many jobs run at once, at most.
        needs: of each job: ``--cpus-per-task``, ``--mem``, ``--gpus-per-node``.
        folder: seen by all nodes under this path; of this run alone. It is emptied when all is done.
        partition: where jobs are queued; None for the cluster's default.
        minutes: after which Slurm ends a job; its unanswered items are queued again.
        chunk: items of one job.
        cluster: ``slurm``, or ``local`` for processes on this machine in the same form.
        poll_seconds: how often the folder is looked at.
    """

    def __init__(
        self,
        start: Callable[[], Work],
        size: int,
        needs: Needs | None = None,
        *,
        folder: Path,
        partition: str | None = None,
        minutes: int = 240,
        chunk: int = 100,
        cluster: str = "slurm",
        poll_seconds: float = 2.0,
    ) -> None:
        self._start, self._size, self._needs = start, max(1, size), needs or Needs()
        self._folder, self._partition, self._minutes = folder.resolve(), partition, minutes
        self._chunk, self._cluster, self._poll = chunk, cluster, poll_seconds
        self._queue: Any = None
        self._jobs: list[_Job] = []
        self._air: dict[str, Any] = {}
        self._again: list[str] = []
        self._taken_away: dict[str, int] = {}
        self._stillborn = 0

    @property
    def settings(self) -> dict[str, Any]:
        """What is asked of Slurm, in submitit's words."""
        asked: dict[str, Any] = {
            "name": "grader",
            "timeout_min": self._minutes,
            "nodes": 1,
            "tasks_per_node": 1,
            "cpus_per_task": self._needs.cpus,
            "mem_gb": self._needs.memory_mb / 1024,
            "slurm_array_parallelism": self._size,
        }
        if self._needs.gpus:
            asked["gpus_per_node"] = self._needs.gpus
        if self._partition is not None:
            asked["slurm_partition"] = self._partition
        return asked

    def __enter__(self) -> Self:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in (ANSWERS, TRIES, JOBS):
            (self._folder / name).mkdir(exist_ok=True)
        self._lock = claim(self._folder)
        (self._folder / UNSTARTED).unlink(missing_ok=True)
        try:
            submitit = importlib.import_module("submitit")
            self._queue = submitit.AutoExecutor(self._folder / JOBS, cluster=self._cluster)
        except ImportError as error:
            self._lock.close()
            raise NoRoom(
                "submitit is not installed; install grader's extra 'cluster': "
                "pip install 'grader[cluster]'"
            ) from error
        except RuntimeError:
            self._lock.close()
            raise NoRoom(
                "there is no Slurm here: srun is not found. Run this on a login node; nothing was run"
            ) from None
        self._queue.update_parameters(**self.settings)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._cancel()
        if self._cluster != "slurm":
            ends = time.monotonic() + _END_SECONDS
            while any(not one.job.done() for one in self._jobs) and time.monotonic() < ends:
                time.sleep(0.02)
        self._jobs.clear()
        if kind is None and not self._air:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._lock.close()

    def __call__(self, items: Iterable[Any]) -> Iterator[Any | Died[Any]]:
        """Yield what the work makes of each item, as it comes."""
        if self._queue is None:
            raise RuntimeError("an executor is used inside its 'with' block")
        self._cancel()  # what an earlier, abandoned call left
        self._air.clear()
        self._again.clear()
        source = iter(items)
        while True:
            yield from self._answers()
            yield from self._ended()
            drawn = self._draw(source)
            if not self._air:
                return
            if not drawn:
                time.sleep(self._poll)

    @property
    def under_way(self) -> tuple[Any, ...]:
        """The items that were begun and have no answer."""
        with contextlib.suppress(OSError):
            begun = {path.name for path in (self._folder / TRIES).iterdir()}
            return tuple(item for key, item in self._air.items() if key in begun)
        return ()

    def _cancel(self) -> None:
        for one in self._jobs:
            if one.keys:
                one.job.cancel(check=False)
                one.keys.clear()

    def _draw(self, source: Iterator[Any]) -> bool:
        """Queue chunks as one array while there is room for jobs; say whether there were any."""
        ahead = self._size * (_AHEAD if self._cluster == "slurm" else 1)
        free = min(ahead - sum(bool(one.keys) for one in self._jobs), _LARGEST_ARRAY)
        chunks: list[tuple[str, ...]] = []
        while len(chunks) < free and (chunk := self._next(source)):
            chunks.append(chunk)
        if not chunks:
            return False
        try:
            with self._queue.batch():
                jobs = [self._queue.submit(self._work(chunk)) for chunk in chunks]
        except RuntimeError as error:  # submitit's own errors are such
            raise NoRoom(f"Slurm refused the jobs, each with {self._needs}: {error}") from None
        self._jobs += [_Job(job, set(keys)) for job, keys in zip(jobs, chunks, strict=True)]
        return True

    def _next(self, source: Iterator[Any]) -> tuple[str, ...]:
        """The keys of the next chunk; an item that may have ended a job is a chunk of its own."""
        if self._again:
            suspect = next((key for key in self._again if tries(self._folder, key)), None)
            chunk = (suspect,) if suspect is not None else tuple(self._again[: self._chunk])
            self._again = [key for key in self._again if key not in chunk]
            return chunk
        keys: list[str] = []
        while len(keys) < self._chunk and (drawn := next(source, _NONE)) is not _NONE:
            key = identity(drawn)
            while key in self._air:  # the same item twice
                key += "x"
            self._air[key] = drawn
            if not (self._folder / ANSWERS / key).exists():  # else an earlier run left it
                keys.append(key)
            elif len(self._air) > _AHEAD * self._size * self._chunk:
                break
        return tuple(keys)

    def _work(self, keys: tuple[str, ...]) -> Chunk:
        return Chunk(self._start, self._folder, tuple((key, self._air[key]) for key in keys))

    def _answers(self) -> Iterator[Any]:
        """Yield answers that are there; a file is taken away when its answer is taken."""
        for path in sorted((self._folder / ANSWERS).iterdir()):
            if path.name not in self._air:
                continue
            try:
                answer = pickle.loads(path.read_bytes())  # noqa: S301  # our own process wrote it
            except FileNotFoundError:
                continue
            self._settle(path.name)
            if isinstance(answer, Raised):
                path.unlink(missing_ok=True)
                raise answer.error
            yield answer
            path.unlink(missing_ok=True)

    def _settle(self, key: str) -> None:
        del self._air[key]
        self._stillborn = 0
        (self._folder / TRIES / key).unlink(missing_ok=True)
        self._again = [other for other in self._again if other != key]
        for one in self._jobs:
            one.keys.discard(key)

    def _ended(self) -> Iterator[Died[Any]]:
        """Queue again what jobs left that have ended; give up an item that ended two."""
        left = [one for one in self._jobs if one.keys and one.job.done()]
        self._jobs = [one for one in self._jobs if one.keys or not one.job.done()]
        if not left:
            return
        # an answer may have come since we looked, and a shared folder shows it late
        time.sleep(self._poll)
        there = {path.name for path in (self._folder / ANSWERS).iterdir()}
        for one in left:
            if one in self._jobs:
                self._jobs.remove(one)
            missing = [key for key in self._air if key in one.keys and key not in there]
            begun = [key for key in missing if tries(self._folder, key)]
            if missing and not begun:
                self._not_begun(one)
            for key in begun:
                if str(one.job.state).startswith(_TAKEN_AWAY):
                    self._taken_away[key] = self._taken_away.get(key, 0) + 1
                count = tries(self._folder, key)
                if count - self._taken_away.get(key, 0) >= _DEATHS or count >= _LOST:
                    item = self._air[key]
                    self._settle(key)
                    yield Died(item)
            self._again += [key for key in missing if key in self._air]

    def _not_begun(self, one: _Job) -> None:
        """A job that ended before its first item: its start failed, or the node did."""
        self._stillborn += 1
        if self._stillborn >= _STILLBORN:
            if (told := self._folder / UNSTARTED).exists():
                raise pickle.loads(told.read_bytes()).error  # noqa: S301  # our own process wrote it
            log = one.job.paths.stderr
            words = ""
            with contextlib.suppress(OSError):
                words = log.read_text("utf-8", "replace").strip().rpartition("\n")[2]
            raise NoRoom(f"jobs end before their first hand-in: {words} (see {log})")


def identity(item: Any) -> str:
    """Return a name of an item that is the same in a later run; files count by size and time.

    >>> identity(("a", 1)) == identity(("a", 1)) != identity(("a", 2))
    True
    """
    hand_in = item.hand_in if isinstance(item, Task) else item
    paths = [path for _, path in hand_in.paths] if isinstance(hand_in, HandIn) else []
    paths += [item] if isinstance(item, Path) else []
    # by what it says and not as it is pickled: equal values pickle alike only within one program
    seen = [repr(item)]
    for path in paths:
        with contextlib.suppress(OSError):
            stat = path.lstat()
            seen.append(f"{stat.st_size} {stat.st_mtime_ns}")
    return hashlib.sha256("\n".join(seen).encode("utf-8", "surrogatepass")).hexdigest()[:40]
