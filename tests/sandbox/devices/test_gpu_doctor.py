"""What the doctor says of GPUs."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest
from rich.console import Console

from grader.sandbox.doctor.gpus import Gpus, gpus
from tests.sandbox.devices.pretended import Pretended, card

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: this needs Linux")


def printed(found: Gpus) -> str:
    page = io.StringIO()
    Console(file=page, width=160).print(found.table())
    return page.getvalue()


def test_where_there_is_none_the_reason_is_said(tmp_path: Path) -> None:
    found = gpus(Pretended(tmp_path, (), why="no NVIDIA driver answers here"))
    assert "no box is given a GPU: no NVIDIA driver answers here" in printed(found)
    assert found.as_data() == {
        "devices": [],
        "why": "no box is given a GPU: no NVIDIA driver answers here",
        "limits": {},
    }


def test_each_device_is_listed_with_what_enforces_each_limit(tmp_path: Path) -> None:
    whole = card("GPU-1", 8000, nodes=("/dev/null",))
    part = card("MIG-2", 4000, parent="GPU-3", nodes=("/dev/zero",))
    text = printed(gpus(Pretended(tmp_path, (whole, part))))
    assert "8000 MB, GPU-1" in text
    assert "4000 MB, MIG-2, a slice of GPU-3" in text
    for limit in ("which device", "one student at a time", "memory", "time", "strangers"):
        assert limit in text
    assert "by the driver's word, ten times a second" in text


def test_what_is_wrong_with_a_device_is_said_and_the_others_are_listed(tmp_path: Path) -> None:
    cards = tuple(card(f"G{number}", nodes=("/dev/null",)) for number in range(4))
    closed = card("G4", nodes=("/dev/null", "/dev/nothing"))
    driver = Pretended(tmp_path, (*cards, closed))
    driver.falls_ill("G0", "3 memory errors that could not be corrected")
    driver.is_lost("G1")
    driver.comes("G2", os.getpid(), 10.0)
    found = gpus(driver)
    assert dict(found.faults) == {
        "G0": "3 memory errors that could not be corrected",
        "G1": "G1: it fell off the bus",
        "G2": f"process {os.getpid()} uses it now: it is not leased before that ends",
        "G4": "boxes cannot use it: /dev/nothing is not open to all users (chmod 0666)",
    }
    assert len(found.devices) == 5
