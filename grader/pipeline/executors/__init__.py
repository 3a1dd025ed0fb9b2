"""Where hand-ins are worked on: processes here, a Ray cluster, or a Slurm cluster.

All three are one small interface, ``Executor``: items in, one answer for each of them out. A mark
does not depend on which of them it was made by.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from grader.pipeline.crew import Died, Work
from grader.pipeline.executors.beside import Beside
from grader.pipeline.executors.needs import Executor, Needs, NoRoom
from grader.pipeline.executors.pool import Pool

__all__ = [
    "NAMES",
    "Beside",
    "Died",
    "Executor",
    "Name",
    "Needs",
    "NoRoom",
    "Pool",
    "Work",
    "executor",
]

Name = Literal["pool", "ray", "slurm"]
NAMES: tuple[Name, ...] = ("pool", "ray", "slurm")


def executor(
    name: Name,
    start: Callable[[], Work],
    size: int | None,
    *,
    needs: Needs | None = None,
    cluster: str | None = None,
    shared: bool = True,
    folder: Path | None = None,
    partition: str | None = None,
) -> Executor:
    """Return an executor that is not started yet.

    Args:
        name: which one.
        start: makes the work, called once in each process; it has to be picklable for ``ray`` and
            ``slurm`` (``Recipe.start``), as the processes are on other machines.
        size: how many processes at once, at most; None for as many as there is room for, which of
            Slurm nobody knows: as many as this machine has cores.
        needs: what each of them needs.
        cluster: for ``ray``, the address of a running cluster; without one, Ray is started here.
        shared: for ``ray``, whether nodes see the hand-ins under the same paths.
        folder: for ``slurm``, a folder that all nodes see, of this run alone.
        partition: for ``slurm``, where jobs are queued.

    Raises:
        NoRoom: when the options do not fit the executor.
    """
    if name != "ray" and cluster is not None:
        raise NoRoom(f"an address of a cluster is for the executor ray, not for {name}")
    if name != "slurm" and partition is not None:
        raise NoRoom(f"a partition is for the executor slurm, not for {name}")
    if name != "ray" and not shared:
        raise NoRoom(f"files are sent along by the executor ray, not by {name}")
    cores = os.cpu_count() or 1
    if name == "pool":
        return Pool(start, size or cores, needs)
    if name == "ray":
        from grader.pipeline.executors.cluster_ray import Ray  # noqa: PLC0415  # an extra

        return Ray(start, size, needs, cluster=cluster, shared=shared)
    if folder is None:
        raise NoRoom("slurm needs a folder that all nodes see; the course has to lie on one")
    from grader.pipeline.executors.slurm import Slurm  # noqa: PLC0415  # an extra

    return Slurm(start, size or cores, needs, folder=folder, partition=partition)
