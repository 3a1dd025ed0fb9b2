"""GPUs of this machine, and what enforces each limit of a box that is leased one."""

from __future__ import annotations

import importlib.util
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from grader.sandbox.devices import Device, Driver
from grader.sandbox.devices.nvml import Nvml

_WHOLE = "the watchdog, by the driver's word, ten times a second: it can have more for so long"
_SLICE = "the device itself: a slice has no more"


@dataclass(frozen=True, slots=True)
class Gpus:
    """What was found: devices that can be leased, or ``why`` there are none; what is wrong."""

    devices: tuple[Device, ...] = ()
    why: str = ""
    faults: tuple[tuple[str, str], ...] = ()
    """Pairs of a UUID and a fault of that device."""

    @property
    def limits(self) -> dict[str, str]:
        """Limits of a box on a GPU, and what enforces each here."""
        if not self.devices:
            return {}
        torch = importlib.util.find_spec("torch") is not None
        return {
            "which device": "its nodes alone are in the box; Landlock allows their ioctl alone",
            "one student at a time": "the table of leases, in files of this user",
            "memory": _SLICE if all(one.parent for one in self.devices) else _WHOLE,
            "time": "the box's own limit; 30 s after its end the device has to be free",
            "strangers": "the watchdog: the device is taken out, the job is done on another",
            "what is left": (
                "emptied and looked at between students, by a process of its own"
                if torch
                else "NOT ENFORCED: emptying needs torch (extra 'train'); no device is leased"
            ),
        }

    def as_data(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        faults = dict(self.faults)
        listed = [
            {
                "uuid": one.uuid,
                "name": one.name,
                "memory_mb": one.memory_mb,
                "slice_of": one.parent,
                "nodes": list(one.nodes),
                "fault": faults.get(one.uuid, ""),
            }
            for one in self.devices
        ]
        return {"devices": listed, "why": self.why, "limits": self.limits}

    def table(self) -> Table:
        """Return it for people."""
        table = Table(title="GPU", title_justify="left", show_header=False)
        if not self.devices:
            table.add_row("none", escape(self.why))
        faults = dict(self.faults)
        for one in self.devices:
            part = f", a slice of {one.parent}" if one.parent else ""
            table.add_row(escape(one.name), f"{one.memory_mb} MB, {escape(one.uuid + part)}")
            if one.uuid in faults:
                table.add_row("", f"[red]{escape(faults[one.uuid])}[/]")
        for what, by in self.limits.items():
            table.add_row(what, f"[red]{by}[/]" if by.startswith("NOT") else by)
        return table


def gpus(driver: Driver | None = None) -> Gpus:
    """Look for devices; a fault of one is said, and hides none of the others."""
    if sys.platform != "linux":
        return Gpus(why="boxes are given GPUs on Linux only")
    driver = driver or Nvml()
    found = driver.devices()
    faults = [(one.uuid, fault) for one in found if (fault := _fault(driver, one))]
    return Gpus(found, "" if found else f"no box is given a GPU: {driver.why}", tuple(faults))


def _fault(driver: Driver, device: Device) -> str:
    if closed := [node for node in device.nodes if not _is_open(node)]:
        return f"boxes cannot use it: {closed[0]} is not open to all users (chmod 0666)"
    try:
        if ill := driver.ill(device):
            return ill
        busy = [one.pid for one in driver.processes(device)]
    except OSError as error:
        return str(error)
    return f"process {busy[0]} uses it now: it is not leased before that ends" if busy else ""


def _is_open(node: str) -> bool:
    try:
        mode = Path(node).stat().st_mode
    except OSError:
        return False
    return mode & (stat.S_IROTH | stat.S_IWOTH) == stat.S_IROTH | stat.S_IWOTH
