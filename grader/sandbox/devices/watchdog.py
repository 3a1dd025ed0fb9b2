"""What a box does with a device, seen from outside: its memory, strangers on it, its end.

Wall-clock time is the box's own limit. Numbers of processes are those of our own pid namespace:
a box cannot see them, and its processes are all descendants of its first one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from grader.sandbox.devices import Device, Driver, Process, Sick
from grader.sandbox.host.tree import descendants

GONE_SECONDS = 30.0
"""How long a killed process may hold a device before the device counts as ill."""

_EVERY_SECONDS = 0.1
_PAUSE_SECONDS = 0.05


@dataclass(slots=True, kw_only=True)
class Watch:
    """Looks after one box on one device.

    ``root`` is the first process of the box, ``device.memory_mb`` what it may use; ``others``
    gives the first processes of all boxes of ours that are on the device, this one's among them.
    """

    driver: Driver
    device: Device
    root: int
    others: Callable[[Device], list[int]]
    gone: float = GONE_SECONDS
    memory_mb: float = field(default=0.0, init=False)
    """The most memory of the device that was seen."""
    _next: float = field(default=0.0, init=False)

    def look(self) -> str:
        """Look, at most ten times a second; say which limit is overstepped, empty if none.

        Raises:
            Sick: when somebody else uses the device, or it does not answer.
        """
        now = time.monotonic()
        if now < self._next:
            return ""
        self._next = now + _EVERY_SECONDS
        held = self._held()
        self.memory_mb = max(self.memory_mb, held)
        if held > self.device.memory_mb:
            return f"needed more than {self.device.memory_mb} MB of the GPU's memory"
        return ""

    def settle(self) -> None:
        """Wait until nothing of this box, which was killed, is on the device.

        Raises:
            Sick: when it still is after ``gone`` seconds.
        """
        rest = [root for root in self.others(self.device) if root != self.root]
        settled(self.driver, self.device, beside=lambda: set(_below(rest)), seconds=self.gone)

    def _held(self) -> float:
        """Megabytes that this box holds of the device."""
        seen = self.driver.processes(self.device)
        if not seen:
            return 0.0
        own = set(descendants(self.root))
        mine = [one for one in seen if one.pid in own]
        rest = [one for one in seen if one.pid not in own]
        if rest:
            roots = [pid for pid in self.others(self.device) if pid != self.root]
            beside = set(_below(roots))
            unknown = [one for one in rest if one.pid not in beside]
            if strangers := [one.pid for one in unknown if _is_here(one.pid)]:
                raise Sick(self.device.uuid, f"process {strangers[0]}, not ours, uses it as well")
            if not roots:  # told by numbers that are not ours to see: alone, it is the box
                mine += unknown
        if any(one.memory_mb is None for one in mine):
            return self.driver.used_mb(self.device)
        return sum(one.memory_mb or 0.0 for one in mine)


def settled(
    driver: Driver,
    device: Device,
    *,
    beside: Callable[[], set[int]] = set,
    seconds: float = GONE_SECONDS,
) -> None:
    """Wait until nobody is on a device but the processes ``beside``, asked for each time.

    Raises:
        Sick: when somebody still is after so many seconds, or the device does not answer.
    """
    until = time.monotonic() + seconds
    while True:
        seen = driver.processes(device)
        allowed = beside() if seen else set()
        left = [one for one in seen if one.pid not in allowed]
        if not left:
            return
        if time.monotonic() >= until:
            raise Sick(device.uuid, f"{_who(left)} still uses it after {seconds:g} s")
        time.sleep(_PAUSE_SECONDS)


def _who(left: list[Process]) -> str:
    more = f" and {len(left) - 1} more" if len(left) > 1 else ""
    return f"process {left[0].pid}{more}"


def _below(roots: Iterable[int]) -> Iterable[int]:
    for root in roots:
        yield from descendants(root)


def _is_here(pid: int) -> bool:
    return os.path.exists(f"/proc/{pid}")  # noqa: PTH110  # asked ten times a second
