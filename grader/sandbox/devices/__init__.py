"""GPUs for boxes: which there are, who may use one, and what is seen of them from outside.

Everything here runs in the trusted process. ``nvml`` is the driver of real devices, ``table`` and
``leases`` give a device to one submission at a time, ``watchdog`` looks at it while a box uses it,
``scrub`` empties it before another student comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

__all__ = ["Device", "Driver", "NoDevice", "Process", "Sick"]


class NoDevice(OSError):
    """No device can be had: there is none, none fits, or the wait was too long. Never a fault."""


class Sick(OSError):
    """A device misbehaves: it is taken out, and the job goes to another one."""

    def __init__(self, uuid: str, why: str) -> None:
        super().__init__(f"{uuid}: {why}")
        self.uuid, self.why = uuid, why


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device, or a MIG slice of one, as it is given to a box: plain data.

    ``memory_mb`` is what it has, or what a lease allows of it. ``parent`` is the UUID of the whole
    device where this is a slice. ``nodes`` are the files below /dev that a box needs to use it,
    and no others.
    """

    uuid: str
    index: int = 0
    name: str = ""
    memory_mb: int = 0
    parent: str | None = None
    nodes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} ({self.uuid})"


@dataclass(frozen=True, slots=True)
class Process:
    """A process that holds memory of a device; ``memory_mb`` is None where nobody tells it."""

    pid: int
    memory_mb: float | None


class Driver(Protocol):
    """What is known of devices from outside of boxes; a test may stand in for it."""

    @property
    def why(self) -> str:
        """Why there is no device, in plain words; empty where there is one."""
        ...

    def devices(self) -> tuple[Device, ...]:
        """Return every device that can be leased; slices in place of a device that has them."""
        ...

    def processes(self, device: Device) -> tuple[Process, ...]:
        """Return the processes that hold memory of a device.

        Raises:
            Sick: when the device does not answer.
        """
        ...

    def used_mb(self, device: Device) -> float:
        """Return how much of its memory is in use by anyone.

        Raises:
            Sick: when the device does not answer.
        """
        ...

    def ill(self, device: Device) -> str:
        """Say what is wrong with a device; empty where it is well."""
        ...
