"""On which device a training runs: a leased GPU where there is one, else the processor.

A job that needs no GPU never waits for one. Which device it was is told by what was seen in the
box, and the mark does not depend on it: budgets count updates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from grader.collect.runs.training import Training
from grader.sandbox import Backend, Job, Run
from grader.sandbox.devices import NoDevice, Sick
from grader.sandbox.devices.leases import Lease, Leases, Wanted

Run1 = Callable[[Job], Run]
_WAIT_SECONDS = {"gpu": 3600.0, "any": 600.0}
"""How long a training waits for a GPU; one that needs none runs on the processor then."""


def placed(backend: Backend, leases: Leases | None, kind: Training, student: str) -> Run1:
    """Return what runs the jobs of one training where the rubric wants them.

    Args:
        backend: the boxes.
        leases: of this machine's devices; None where there are none.
        kind: says whether a GPU is used, and how much of its memory.
        student: for whom; two students are never on a device at once.
    """
    if kind.device == "cpu":
        return backend
    if leases is None or not leases.devices:
        return backend if kind.device == "any" else _without
    wanted = Wanted(
        student=student,
        memory_mb=kind.device_mb,
        shares=len(kind.seeds) > 1,
        seconds=_WAIT_SECONDS[kind.device],
    )

    def run(job: Job) -> Run:
        def on(lease: Lease) -> Run:
            return backend(replace(job, device=lease.device))

        try:
            return leases.run(wanted, on)
        except (NoDevice, Sick) as error:
            if kind.device == "any":
                return backend(job)
            return Run(ended="box failed", why=str(error))

    return run


def _without(job: Job) -> Run:
    del job
    return Run(ended="box failed", why="this training needs a GPU, and there is none here")
