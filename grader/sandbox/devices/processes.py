"""Processes by number and start: a number alone may be another's by the time that it is read."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

Named = tuple[int, str]
"""A process: its number, and when it began in clock ticks since the machine did."""


def named(pid: int) -> Named:
    """Name a process; its start is empty where there is none of that number, or only its remains."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return pid, ""
    fields = text.rpartition(")")[2].split()
    return pid, "" if fields[0] in ("Z", "X") else fields[19]


def alive(one: Named) -> bool:
    """Whether this very process still is."""
    return bool(one[1]) and named(one[0]) == one


def kill(one: Named) -> None:
    """End this very process, and no other that has its number by now."""
    with contextlib.suppress(OSError):
        handle = os.pidfd_open(one[0])
        try:
            if alive(one):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
        finally:
            os.close(handle)
