"""The table of leases: who waits, who has which device, who may be next. Nothing else is done here.

Order: tickets are called in rounds. A round takes the first waiting ticket of every student, and
the next begins when all of these have a device: students take turns, one's own tickets stay in
their order, and nobody can be overtaken for ever, by however many. A ticket that comes later may
only take a device that no ticket before it could use.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from grader.sandbox.devices import Device

VERSION = 1
"""Of the table's form: another one is not read."""


@dataclass(slots=True, kw_only=True)
class Ticket:
    """A wish for a device, and the lease that it becomes.

    ``memory_mb`` is what it may use, 0 for the whole device. ``shares`` says that others of the
    same student may be on the device as well. ``pid`` and ``began`` name the process of ours that
    holds it, ``roots`` the boxes that use the device. ``called`` is its round, 0 before; ``ready``
    says that its device was looked at, and emptied where it had to be.
    """

    number: int
    student: str
    submission: str
    memory_mb: int = 0
    shares: bool = False
    pid: int = 0
    began: str = ""
    until: float | None = None
    called: int = 0
    device: str = ""
    ready: bool = False
    roots: list[tuple[int, str]] = field(default_factory=list)

    def fits(self, device: Device) -> bool:
        """Whether the device has enough memory when nobody is on it."""
        return device.memory_mb >= self.memory_mb


@dataclass(slots=True)
class Out:
    """Why a device was taken out, and when it may be looked at again."""

    why: str
    until: float


@dataclass(slots=True)
class Table:
    """Tickets, and what is remembered of devices.

    ``since`` names the students who were on a device since its memory was last emptied, and
    ``out`` the devices that are given to nobody. ``together`` are students whom the instructor
    allows, by name, to be on one device at once.
    """

    next: int = 1
    round: int = 0
    tickets: list[Ticket] = field(default_factory=list)
    since: dict[str, list[str]] = field(default_factory=dict)
    out: dict[str, Out] = field(default_factory=dict)

    # -- what happens

    def ask(
        self,
        student: str,
        submission: str,
        *,
        memory_mb: int = 0,
        shares: bool = False,
        holder: tuple[int, str] = (0, ""),
        until: float | None = None,
    ) -> int:
        """Add a ticket; return its number."""
        number, self.next = self.next, self.next + 1
        ticket = Ticket(
            number=number,
            student=student,
            submission=submission,
            memory_mb=memory_mb,
            shares=shares and memory_mb > 0,  # all of a device cannot be shared
            pid=holder[0],
            began=holder[1],
            until=until,
        )
        self.tickets.append(ticket)
        return number

    def advance(
        self, devices: Sequence[Device], together: Iterable[str] = ()
    ) -> list[tuple[int, str]]:
        """Give devices to those whose turn it is; return pairs of ticket and device."""
        named, given = frozenset(together), []
        usable = [device for device in devices if not self.is_out(device)]
        while True:
            self._call()
            granted = self._grant(usable, named)
            given += granted
            if not granted:
                return given

    def end(self, number: int) -> Ticket | None:
        """Take a ticket, or the lease that it became, away."""
        ticket = self.get(number)
        if ticket is not None:
            self.tickets.remove(ticket)
        return ticket

    def take_out(self, device: Device, why: str, until: float) -> list[int]:
        """Give a device to nobody; who had it waits again, before those who came later."""
        self.out[device.uuid] = Out(why, until)
        again = []
        for ticket in self.tickets:
            if ticket.device == device.uuid:
                ticket.device, ticket.ready, ticket.roots = "", False, []
                again.append(ticket.number)
        self._reseat()
        return again

    def bring_back(self, uuid: str) -> None:
        """Let a device be given again; its memory counts as never emptied."""
        self.out.pop(uuid, None)
        self.since[uuid] = ["", *self.since.get(uuid, [])]

    def cleaned(self, device: Device) -> None:
        """Remember that a device was emptied, for those who are on it now."""
        self.since[device.uuid] = sorted({one.student for one in self.on(device.uuid)})

    # -- what is so

    def get(self, number: int) -> Ticket | None:
        """Return a ticket, None where it has ended."""
        return next((one for one in self.tickets if one.number == number), None)

    def on(self, uuid: str) -> list[Ticket]:
        """Return the leases of a device."""
        return [one for one in self.tickets if one.device == uuid]

    def is_out(self, device: Device) -> bool:
        """Whether a device, or the one that it is a slice of, was taken out."""
        return device.uuid in self.out or (device.parent or "") in self.out

    def is_dirty(self, uuid: str, student: str) -> bool:
        """Whether a device may hold what another student, or somebody unknown, left there."""
        return self.since.get(uuid, [""]) != [student]

    def waiting(self) -> list[Ticket]:
        """Return who waits, in the order of their turns."""
        places: dict[str, int] = {}
        order = []
        for ticket in sorted(self.tickets, key=lambda one: one.number):
            if ticket.device:
                continue
            if ticket.called:
                order.append(((0, ticket.called, ticket.number), ticket))
                continue
            place = places[ticket.student] = places.get(ticket.student, 0) + 1
            order.append(((1, place, ticket.number), ticket))
        return [ticket for _, ticket in sorted(order, key=lambda pair: pair[0])]

    # -- as data

    def as_data(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {"version": VERSION, **asdict(self)}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Table:
        """Read what ``as_data`` gave.

        Raises:
            ValueError: when it is of another version.
        """
        if data.get("version") != VERSION:
            raise ValueError(f"its version is {data.get('version')!r}, not {VERSION}")
        tickets = [Ticket(**one) for one in data["tickets"]]
        for ticket in tickets:
            ticket.roots = [(int(pid), str(began)) for pid, began in ticket.roots]
        out = {uuid: Out(**one) for uuid, one in data["out"].items()}
        return cls(data["next"], data["round"], tickets, data["since"], out)

    # -- the order

    def _call(self) -> None:
        """Begin a round when nobody of the last one waits."""
        waiting = self.waiting()
        if not waiting or any(ticket.called for ticket in waiting):
            return
        self.round += 1
        seen: set[str] = set()
        for ticket in waiting:
            if ticket.student not in seen:
                seen.add(ticket.student)
                ticket.called = self.round

    def _reseat(self) -> None:
        """Let each student's earlier tickets have the earlier calls: some were not in their turn."""
        for student in {one.student for one in self.tickets}:
            own = [one for one in self.tickets if one.student == student and not one.device]
            own.sort(key=lambda one: one.number)
            calls = sorted((one.called for one in own), key=lambda call: (not call, call))
            for ticket, call in zip(own, calls, strict=True):
                ticket.called = call

    def _grant(self, devices: Sequence[Device], named: frozenset[str]) -> list[tuple[int, str]]:
        given, promised = [], set[str]()
        for ticket in self.waiting():
            fitting = [device for device in devices if ticket.fits(device)]
            free = [d for d in fitting if d.uuid not in promised and self._may(ticket, d, named)]
            if not free:
                promised.update(device.uuid for device in fitting)
                continue
            # one that is in use first, then the smallest: what is left serves most others
            best = min(free, key=lambda d: (not self.on(d.uuid), d.memory_mb, d.index))
            ticket.ready = bool(self.on(best.uuid))
            ticket.device = best.uuid
            ticket.called = ticket.called or self.round  # its place, should it have to wait again
            self.since[best.uuid] = sorted({*self.since.get(best.uuid, [""]), ticket.student})
            given.append((ticket.number, best.uuid))
        return given

    def _may(self, ticket: Ticket, device: Device, named: frozenset[str]) -> bool:
        """Whether a ticket can go onto a device as it is now."""
        there = self.on(device.uuid)
        if not there:
            return True
        if not ticket.shares or not all(one.shares and one.ready for one in there):
            return False
        left = device.memory_mb - sum(one.memory_mb for one in there)
        known = {ticket.student} | (named if ticket.student in named else frozenset())
        # whoever was there since it was emptied counts: it cannot be emptied now
        return ticket.memory_mb <= left and known.issuperset(self.since.get(device.uuid, [""]))
