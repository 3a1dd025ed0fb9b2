"""Emptying the memory of a device, by a process of its own that can be killed.

The trusted process never calls CUDA itself: a device that hangs would hang it. What is emptied is
all memory that is free; a second process then takes it again and counts bytes that are not zero.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass

from grader.sandbox.devices import Device, Sick

_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrubbed:
    """What emptying took: seconds of both processes, bytes emptied, bytes seen and not zero then."""

    seconds: float
    emptied: int
    left: int


def scrub(device: Device, seconds: float = _SECONDS, python: str = sys.executable) -> Scrubbed:
    """Empty all free memory of a device, then look whether anything is left.

    ``python`` is an interpreter that has torch.

    Raises:
        Sick: when it cannot be done within so many seconds, with the reason.
    """
    began = time.monotonic()
    emptied = _sweep(device, "empty", seconds, python)["bytes"]
    looked = _sweep(device, "look", seconds, python)
    if looked["bytes"] * 2 < emptied:
        raise Sick(device.uuid, "most of the memory that was emptied could not be looked at")
    return Scrubbed(seconds=time.monotonic() - began, emptied=emptied, left=looked["left"])


def _sweep(device: Device, what: str, seconds: float, python: str) -> dict[str, int]:
    process = subprocess.Popen(
        [python, "-m", "grader.sandbox.devices.sweep", what],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": device.uuid},
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        # not waited for: a process that hangs in the driver may not end for long
        raise Sick(device.uuid, f"emptying it did not end within {seconds:g} s") from None
    if process.returncode:
        said = err.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
        raise Sick(device.uuid, f"it could not be emptied: {said[-1][:300]}")
    told: dict[str, int] = json.loads(out)
    return told
