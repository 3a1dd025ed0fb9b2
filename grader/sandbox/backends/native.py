"""The native backend: namespaces, Landlock, seccomp and limits of the kernel itself (Linux).

It needs no root and nothing installed. A zygote has its imports done; boxes are forked from it
in one clone each, shut in before they wait for their job, and a few of them wait ready made.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from grader.sandbox import Isolation, Job, Limits, Run, Step
from grader.sandbox.backends import backends
from grader.sandbox.devices import Device, NoDevice
from grader.sandbox.devices.leases import Leases
from grader.sandbox.host.box import Box
from grader.sandbox.host.groups import Groups, groups
from grader.sandbox.host.runtime import runtime
from grader.sandbox.host.zygote import ALL_LAYERS, NoZygote, Zygote

_NO_ADDRESS_LIMIT = ("training",)
"""Runtimes whose libraries reserve far more addresses than they use."""


@backends.register
@dataclass(slots=True)
class Native:
    """Runs jobs in boxes of this machine's kernel.

    Options: the ``venv`` whose interpreter boxes use (this one's where none is named), folders
    that are ``hidden`` from every box, pairs of a folder and the path at which it is ``shown`` to
    boxes, read-only, how many boxes wait in a ``pool``, which ``layers`` are on,
    whether the stricter filter of an ``exam`` is used (no file locks, no programs are started), steps
    of ours that ``warm`` the zygote of a runtime, and whether control groups are used where
    they work. A job may have a device that was leased from ``devices``.

    An object that was started may be used by processes that are forked from this one: they share
    its zygotes, and each has boxes of its own.

    >>> with Native() as native:  # doctest: +SKIP
    ...     native(Job(steps=(Step(do="cell", data={"source": "1 + 1", "number": 1}),)))
    """

    venv: Path | None = None
    hidden: Sequence[str] = ()
    shown: Sequence[tuple[str, str]] = ()
    pool: int = 1
    layers: tuple[str, ...] = ALL_LAYERS
    warm: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    with_groups: bool = True
    exam: bool = False
    devices: Leases | None = None
    _zygotes: dict[str, Zygote] = field(default_factory=dict, init=False, repr=False)
    _waiting: dict[tuple[str, Limits], deque[Box]] = field(
        default_factory=dict, init=False, repr=False
    )
    _ending: list[Box] = field(default_factory=list, init=False, repr=False)
    _shared: tempfile.TemporaryDirectory[str] | None = field(default=None, init=False, repr=False)
    _groups: Groups | None = field(default=None, init=False, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, init=False, repr=False)
    _began: bool = field(default=False, init=False, repr=False)
    _process: int = field(default=0, init=False, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, *names: str) -> None:
        """Start the zygotes of some runtimes side by side now, instead of at their first jobs.

        Raises:
            NoZygote: when this machine cannot make boxes, with the reason.
        """
        started = [self._started(name) for name in names if name not in self._zygotes]
        try:
            for zygote in started:
                zygote.wait()
        except OSError:
            for zygote in started:
                zygote.close()
            raise
        self._zygotes |= {zygote.runtime.name: zygote for zygote in started}

    def lacks(self, name: str) -> tuple[str, ...]:
        """Return the modules of a runtime that its interpreter does not have."""
        return self._zygote(name).missing

    @property
    def isolation(self) -> Isolation:
        """What stands between a job and this machine, as it was set up."""
        meter = "control groups" if self._groups is not None else "watchdog"
        on = tuple(meter if layer == "watchdog" else layer for layer in self.layers)
        missing = tuple(layer for layer in ALL_LAYERS if layer not in self.layers)
        if missing:
            return Isolation(
                level="L0",
                backend="native",
                layers=on,
                missing=missing,
                says=f"layers were switched off: {', '.join(missing)}",
            )
        return Isolation(
            level="L4" if self._groups is not None else "L3",
            backend="native",
            layers=on,
            says="own namespaces, files, network and limits; the kernel is shared",
        )

    def __call__(self, job: Job) -> Run:
        """Run one job in a box of its own; a box that fails is tried once again.

        Raises:
            Sick: only for a job with a device, when that fails: it has to be leased another one.
        """
        run = self._once(job)
        return self._once(job) if run.ended == "box failed" else run

    def _once(self, job: Job) -> Run:
        began = time.monotonic()
        try:
            with self._lock:  # several threads may run jobs
                self._come_of_age()
                self._take_down()
                box = self._box(job)
        except OSError as error:
            self._forget_if_gone(job.runtime)
            return Run(ended="box failed", why=str(error), isolation=self.isolation)
        try:
            ended, outcomes, why = box.run(job)
            seconds = time.monotonic() - began
        finally:
            # the answer is there some milliseconds before the kernel has taken the box down
            box.kill()
            if box.card is None:
                self._ending.append(box)
            else:
                box.close()  # its device is not free before it is gone
        if box.card is not None:
            box.card.settle()
        if ended == "box failed":
            self._forget_if_gone(job.runtime)
        return Run(
            ended=ended,
            outcomes=outcomes,
            why=why,
            seconds=seconds,
            cpu_seconds=box.cpu_seconds,
            memory_mb=box.memory_mb,
            device_mb=box.card.memory_mb if box.card is not None else 0.0,
            isolation=self.isolation,
        )

    def _box(self, job: Job) -> Box:
        """Take a box that waits, and let others be made in the meantime."""
        zygote = self._zygote(job.runtime)
        if job.device is not None:
            return self._with_device(zygote, job, job.device)
        waiting = self._waiting.setdefault((job.runtime, job.limits), deque())
        while len(waiting) <= self.pool:
            waiting.append(self._asked(zygote, job))
        box = waiting.popleft()
        try:
            box.ready()
        except OSError:
            box.close()
            raise
        return box

    def _with_device(self, zygote: Zygote, job: Job, device: Device) -> Box:
        """Make a box that sees a device, and have both looked after."""
        if self.devices is None:
            raise NoDevice("these boxes were not told who leases devices")
        box = self._asked(zygote, job)
        try:
            box.ready()
            box.card = self.devices.watch(device, box.pid)
        except OSError:
            box.close()
            raise
        return box

    def _asked(self, zygote: Zygote, job: Job) -> Box:
        """Ask for a box in a control group of its own, where there are such."""
        bounded = job.runtime not in _NO_ADDRESS_LIMIT and job.device is None
        own = job.device
        if self._groups is None:
            asked = zygote.ask(job.limits, address_space=bounded, device=own)
            return Box(asked, job.limits, watched="watchdog" in self.layers)
        group = self._groups.new()
        doors: list[int] = []
        try:
            group.limit(job.limits.memory_mb, job.limits.processes)
            doors = group.doors()
            asked = zygote.ask(job.limits, doors, address_space=bounded, device=own)
            return Box(asked, job.limits, group)
        except OSError:
            group.remove()
            raise
        finally:
            for door in doors:
                os.close(door)

    def _zygote(self, name: str) -> Zygote:
        if name not in self._zygotes:
            self.start(name)
        return self._zygotes[name]

    def _started(self, name: str) -> Zygote:
        if not self._began:
            if sys.platform != "linux":
                raise NoZygote("native boxes need Linux")
            counted = self.with_groups and "watchdog" in self.layers
            self._groups = groups() if counted else None
            self._began = True
        venv = self.venv if name != "reading" else None
        shown = replace(runtime(name, venv, self.hidden), shown=tuple(self.shown))
        warm = tuple(self.warm.get(name, ()))
        leasable = self.devices.devices if self.devices is not None else ()
        zygote = Zygote(
            shown,
            self.layers,
            self._folder(),
            exam=self.exam,
            devices=tuple(sorted({node for device in leasable for node in device.nodes})),
            warm=warm,
        )
        zygote.start()
        return zygote

    def _folder(self) -> str:
        """The working folder as a box sees it: of this machine, where boxes have no own files."""
        if "mount" in self.layers:
            return "/box"
        if self._shared is None:
            self._shared = tempfile.TemporaryDirectory(prefix="grader-box-")
            Path(self._shared.name).chmod(0o777)
        return self._shared.name

    def _forget_if_gone(self, name: str) -> None:
        """Let a zygote go that has ended; one that answers serves others as well."""
        with self._lock:
            zygote = self._zygotes.get(name)
            if zygote is None or zygote.is_gone:
                self._forget(name)

    def _forget(self, name: str) -> None:
        """Let a zygote and its boxes go; the next job starts another."""
        zygote = self._zygotes.pop(name, None)
        if zygote is not None:
            zygote.close()  # first: it ends all its boxes at once
        for key in [key for key in self._waiting if key[0] == name]:
            for box in self._waiting.pop(key):
                box.close()

    def _come_of_age(self) -> None:
        """In a process that was forked from the one before: its boxes are not ours to use."""
        if self._process not in (0, os.getpid()):
            for box in (*self._ending, *(b for boxes in self._waiting.values() for b in boxes)):
                box.let_go()
            self._ending, self._waiting = [], {}
        self._process = os.getpid()

    def _take_down(self) -> None:
        """See that boxes which were ended are gone."""
        while self._ending:
            self._ending.pop().close()

    def close(self) -> None:
        """End every zygote and every box; a process that was forked ends its own alone."""
        self._come_of_age()
        self._take_down()
        for name in list(self._zygotes):
            self._forget(name)
        if self._groups is not None:
            self._groups.close()
            self._groups = None
        if self._shared is not None:
            self._shared.cleanup()
            self._shared = None
        self._began = False
