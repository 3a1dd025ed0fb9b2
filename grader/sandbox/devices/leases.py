"""Leases of devices: a table in a file, for all threads and processes of ours, of every run.

Each change is one short transaction under a file lock. A lease belongs to a process by number and
start time: when that process has ended, however it did, the next transaction of anyone ends its
lease and kills the boxes that it left.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from grader.sandbox.devices import Device, Driver, NoDevice, Sick
from grader.sandbox.devices.ledger import changed
from grader.sandbox.devices.processes import alive, kill, named
from grader.sandbox.devices.scrub import Scrubbed, scrub
from grader.sandbox.devices.table import Table, Ticket
from grader.sandbox.devices.watchdog import GONE_SECONDS, Watch, settled

T = TypeVar("T")

_REST_SECONDS = 600.0
"""How long a device that was taken out is left alone before it is looked at again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for.

    ``student`` and ``submission`` say for whom. ``memory_mb`` is what the job may use of the
    device's memory, 0 for all of it. With ``shares`` other jobs of the same student may be on the
    device at the same time, within its memory. ``seconds`` is the longest wait.
    """

    student: str
    submission: str = ""
    memory_mb: int = 0
    shares: bool = False
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A device that is ours for now.

    ``device.memory_mb`` is what may be used of it. ``scrubbed`` is what emptying it before took,
    None where the last one on it was the same student.
    """

    number: int
    device: Device
    waited: float = 0.0
    scrubbed: Scrubbed | None = None


@dataclass(slots=True, kw_only=True)
class Leases:
    """Gives devices to jobs, one submission at a time.

    ``together`` names students whom the instructor allows to be on one device at once; nobody
    else ever is. ``folder`` is where the table lies: all graders of one user share it. A forked
    process may use what its parent made.
    """

    driver: Driver
    together: Sequence[str] = ()
    folder: Path | None = None
    scrub: Callable[[Device], Scrubbed] = scrub
    clock: Callable[[], float] = time.monotonic
    pause: float = 0.05
    rest: float = _REST_SECONDS
    gone: float = GONE_SECONDS
    _devices: tuple[Device, ...] | None = field(default=None, init=False, repr=False)

    @property
    def devices(self) -> tuple[Device, ...]:
        """Every device that can be leased here; empty where there is none."""
        if self._devices is None:
            self._devices = self.driver.devices()
        return self._devices

    def run(self, wanted: Wanted, work: Callable[[Lease], T]) -> T:
        """Wait for a device, do the work on it, and give it back.

        Work that raises ``Sick`` takes the device out and is done again on another one, once: a
        job that makes every device ill is not passed on for ever.

        Raises:
            NoDevice: when there is none, none has that much memory, or the wait was too long.
            Sick: when a second device failed as well, with the job on it.
        """
        with self._ticket(wanted) as number:
            for last in (False, True):
                lease = self._take(number, wanted)
                try:
                    return work(lease)
                except Sick as error:
                    self.take_out(error.uuid, error.why)
                    if last:
                        raise
        raise AssertionError("the second try returns or raises")

    @contextlib.contextmanager
    def lease(self, wanted: Wanted) -> Iterator[Lease]:
        """Have a device for a block of code, which is not done again when the device fails.

        Raises:
            NoDevice: as ``run`` does.
        """
        with self._ticket(wanted) as number:
            try:
                yield self._take(number, wanted)
            except Sick as error:
                self.take_out(error.uuid, error.why)
                raise

    def take_out(self, uuid: str, why: str) -> None:
        """Give a device to nobody for a while; who has it waits for another one."""
        device = next((one for one in self.devices if one.uuid == uuid), None)
        if device is None:
            return
        with self._changed() as table:
            table.take_out(device, why, self.clock() + self.rest)

    def out(self) -> dict[str, str]:
        """Return the devices that were taken out, and why."""
        with self._changed() as table:
            return {uuid: one.why for uuid, one in table.out.items()}

    def watch(self, device: Device, pid: int) -> Watch:
        """Look after a box that uses a device: ``pid`` is its first process.

        The box is noted in the table: should we end, whoever is next ends it as well.
        """
        root = named(pid)
        with self._changed() as table:
            for ticket in table.on(device.uuid):
                if ticket.pid == os.getpid():
                    ticket.roots.append(root)
        return Watch(
            driver=self.driver, device=device, root=pid, others=self._roots, gone=self.gone
        )

    def _roots(self, device: Device) -> list[int]:
        """Return the first processes of all boxes that use a device."""
        with self._changed() as table:
            roots = [root for ticket in table.on(device.uuid) for root in ticket.roots]
        return [root[0] for root in roots if alive(root)]

    # -- waiting

    @contextlib.contextmanager
    def _ticket(self, wanted: Wanted) -> Iterator[int]:
        self._check(wanted)
        until = None if wanted.seconds is None else self.clock() + wanted.seconds
        with self._changed() as table:
            number = table.ask(
                wanted.student,
                wanted.submission,
                memory_mb=wanted.memory_mb,
                shares=wanted.shares,
                holder=named(os.getpid()),
                until=until,
            )
        try:
            yield number
        finally:
            with self._changed() as table:
                table.end(number)

    def _check(self, wanted: Wanted) -> None:
        if not self.devices:
            raise NoDevice(self.driver.why or "there is no device")
        most = max(device.memory_mb for device in self.devices)
        if wanted.memory_mb > most:
            raise NoDevice(
                f"{wanted.memory_mb} MB are asked for, and no device has more than {most} MB"
            )

    def _take(self, number: int, wanted: Wanted) -> Lease:
        """Wait for a device that is well and empty."""
        began = self.clock()
        while True:
            device = self._wait(number)
            try:
                scrubbed = self._made_ready(number, device, wanted.student)
            except Sick as error:  # before the job began: no fault of the job
                self.take_out(device.uuid, error.why)
                continue
            allowed = wanted.memory_mb or device.memory_mb
            return Lease(
                number=number,
                device=replace(device, memory_mb=allowed),
                waited=self.clock() - began,
                scrubbed=scrubbed,
            )

    def _wait(self, number: int) -> Device:
        while True:
            with self._changed() as table:
                ticket = table.get(number)
                if ticket is None:
                    raise NoDevice("the lease was ended: the clock or the table was changed")
                if ticket.device:
                    return next(one for one in self.devices if one.uuid == ticket.device)
                self._may_wait(table, ticket)
            time.sleep(self.pause)

    def _may_wait(self, table: Table, ticket: Ticket) -> None:
        if all(table.is_out(one) for one in self.devices if ticket.fits(one)):
            whys = "; ".join(f"{uuid}: {one.why}" for uuid, one in table.out.items())
            raise NoDevice(f"every device was taken out ({whys})")
        if ticket.until is not None and self.clock() >= ticket.until:
            ahead = len(table.waiting()) - 1
            raise NoDevice(f"no device was free in time ({ahead} others wait)")

    def _made_ready(self, number: int, device: Device, student: str) -> Scrubbed | None:
        """See that the device is well and that nobody is on it; empty it after another student."""
        with self._changed() as table:
            ticket = table.get(number)
            if ticket is None or ticket.ready:  # beside others of this student: it is in use
                return None
            dirty = table.is_dirty(device.uuid, student)
        if why := self.driver.ill(device):
            raise Sick(device.uuid, why)
        settled(self.driver, device, seconds=self.gone)
        scrubbed = self.scrub(device) if dirty else None
        if scrubbed is not None:
            if scrubbed.left:
                raise Sick(device.uuid, f"{scrubbed.left} bytes were left after it was emptied")
            settled(self.driver, device, seconds=self.gone)
        with self._changed() as table:
            ticket = table.get(number)
            if ticket is not None and ticket.device == device.uuid:
                ticket.ready = True
                if scrubbed is not None:
                    table.cleaned(device)
        return scrubbed

    # -- the table

    @contextlib.contextmanager
    def _changed(self) -> Iterator[Table]:
        """Change the table, alone; devices go to those whose turn it is before it is written."""
        with changed(self.folder) as table:
            self._bury(table)
            yield table
            self._rested(table)
            table.advance(self.devices, self.together)

    def _bury(self, table: Table) -> None:
        """End the tickets of processes that ended, and the boxes that they left."""
        living: dict[tuple[int, str], bool] = {}
        for ticket in list(table.tickets):
            holder = (ticket.pid, ticket.began)
            if not living.setdefault(holder, alive(holder)):
                table.tickets.remove(ticket)
                for root in ticket.roots:
                    kill(root)

    def _rested(self, table: Table) -> None:
        """Bring a device back that was left alone for long enough, and is well."""
        for device in self.devices:
            found = table.out.get(device.uuid)
            if found is None or self.clock() < found.until:
                continue
            try:
                well = not self.driver.ill(device) and not self.driver.processes(device)
            except Sick:
                well = False
            if well:
                table.bring_back(device.uuid)
            else:
                found.until = self.clock() + self.rest
