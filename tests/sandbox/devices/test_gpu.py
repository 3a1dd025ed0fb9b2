"""A real GPU in a box: none of this can be seen on a machine without one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.sandbox import Job, Limits, Run, Step
from grader.sandbox.backends.native import Native
from grader.sandbox.devices import Device
from grader.sandbox.devices.leases import Leases, Wanted
from grader.sandbox.devices.nvml import Nvml
from grader.sandbox.devices.scrub import scrub
from tests.sandbox.conftest import namespaces_work

pytestmark = pytest.mark.gpu
_LIMITS = Limits(seconds=120, cpu_seconds=120, memory_mb=8000)
_PATTERN = 0x5A


@pytest.fixture(scope="module")
def leases(tmp_path_factory: pytest.TempPathFactory) -> Leases:
    driver = Nvml()
    if not driver.devices():
        pytest.skip(f"NOT TESTED, no GPU here: {driver.why}")
    if not namespaces_work():
        pytest.skip("NOT TESTED: this machine gives no user namespaces")
    return Leases(driver=driver, folder=tmp_path_factory.mktemp("devices"))


@pytest.fixture(scope="module")
def boxes(leases: Leases) -> Iterator[Native]:
    with Native(pool=0, devices=leases) as native:
        native.start("training")
        if "torch" in native.lacks("training"):
            pytest.skip("NOT TESTED: torch is not installed (extra 'train')")
        yield native


def ask(student: str, **more: Any) -> Wanted:
    return Wanted(student=student, seconds=120, **more)


def done(boxes: Native, source: str, device: Device | None) -> Run:
    steps = (
        Step(do="cell", data={"source": source, "number": 1}),
        Step(do="value", data={"name": "seen"}),
    )
    return boxes(Job(steps=steps, limits=_LIMITS, runtime="training", device=device))


def seen(run: Run) -> Any:
    assert run.ended == "done", run
    assert run.value["found"], run.outcomes
    return run.value["value"]


def test_torch_in_a_box_computes_on_the_leased_device(boxes: Native, leases: Leases) -> None:
    source = """
import torch
before = torch.cuda.is_initialized()
x = torch.ones(1000, 1000, device="cuda")
seen = [before, torch.cuda.device_count(), float((x @ x).sum())]
import time; time.sleep(1)
"""
    with leases.lease(ask("ann")) as lease:
        run = done(boxes, source, lease.device)
    assert seen(run) == [False, 1, 1e9]
    assert run.device_mb > 0, "the watchdog saw the box on the device"


def test_without_a_lease_there_is_no_device(boxes: Native) -> None:
    source = """
import ctypes, os, torch
try:
    cuda = ctypes.CDLL("libcuda.so.1").cuInit(0)
except OSError:
    cuda = "no library"
nodes = [n for n in ("nvidiactl", "nvidia-uvm", *(f"nvidia{i}" for i in range(16)))
         if os.path.lexists("/dev/" + n)]
seen = [torch.cuda.is_available(), cuda != 0, nodes]
"""
    assert seen(done(boxes, source, None)) == [False, True, []]


def test_other_devices_cannot_be_seen_whatever_the_environment_says(
    boxes: Native, leases: Leases
) -> None:
    every = sorted({node for one in leases.devices for node in one.nodes})
    source = f"""
import os, subprocess, sys
there = [node for node in {every} if os.path.lexists(node)]
code = "import torch; print(torch.cuda.device_count())"
os.environ.pop("CUDA_VISIBLE_DEVICES")
told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
seen = [there, told.stdout.strip() or told.stderr[-300:]]
"""
    with leases.lease(ask("ann")) as lease:
        there, count = seen(done(boxes, source, lease.device))
    assert there == sorted(lease.device.nodes)
    assert count == "1"


def test_more_memory_than_was_leased_ends_the_box(boxes: Native, leases: Leases) -> None:
    source = """
import time, torch
held = []
for _ in range(60):
    held.append(torch.ones(100 << 18, device="cuda"))
    time.sleep(0.1)
"""
    with leases.lease(ask("ann", memory_mb=2000)) as lease:
        run = done(boxes, source, lease.device)
        assert leases.driver.processes(lease.device) == (), "it is gone from the device"
    assert (run.ended, run.why) == ("memory", "needed more than 2000 MB of the GPU's memory")
    with leases.lease(ask("ann")) as lease:
        assert seen(done(boxes, "seen = 1", lease.device)) == 1


def test_nothing_is_left_of_one_student_for_the_next(boxes: Native, leases: Leases) -> None:
    source = f"""
import torch
held = []
while torch.cuda.mem_get_info()[0] > (2 << 30):
    held.append(torch.full((1 << 30,), {_PATTERN}, dtype=torch.uint8, device="cuda"))
torch.cuda.synchronize()
seen = len(held)
"""
    with leases.lease(ask("ann")) as lease:
        device = lease.device
        held = seen(done(boxes, source, lease.device))
    found = scrub(device)
    assert found.left == 0
    assert found.emptied >= held << 30
    print(f"emptied {found.emptied >> 20} MB and looked at it in {found.seconds:.2f} s")
    with leases.lease(ask("bob")) as lease:
        if lease.device.uuid == device.uuid:
            assert lease.scrubbed is not None


def test_a_crash_on_the_device_harms_no_other_job(boxes: Native, leases: Leases) -> None:
    source = """
import torch
torch.nn.functional.embedding(torch.tensor([10**6], device="cuda"), torch.ones(2, 2).cuda())
torch.cuda.synchronize()
"""
    with leases.lease(ask("ann")) as lease:
        run = done(boxes, source, lease.device)
    assert run.outcomes[0].ended in ("raised", "killed")
    with leases.lease(ask("ann")) as lease:
        again = done(boxes, "import torch\nseen = float(torch.ones(3).cuda().sum())", lease.device)
    assert seen(again) == 3.0
    assert leases.out() == {}


def test_processes_are_told_by_numbers_that_are_ours(boxes: Native, leases: Leases) -> None:
    """In a container the driver may tell others; then the watchdog cannot tell boxes apart."""
    source = "import time, torch\nx = torch.ones(9).cuda()\ntime.sleep(2)\nseen = 1"
    numbers: list[int] = []
    with leases.lease(ask("ann")) as lease:
        watch = leases.driver.processes

        def noting(device: Device) -> Any:
            found = watch(device)
            numbers.extend(one.pid for one in found)
            return found

        leases.driver.processes = noting  # type: ignore[method-assign]
        try:
            done(boxes, source, lease.device)
        finally:
            leases.driver.processes = watch  # type: ignore[method-assign]
    assert numbers
    largest = int(Path("/proc/sys/kernel/pid_max").read_text())
    assert all(0 < number <= largest for number in numbers)
    assert os.getpid() not in numbers, "the trusted process makes no CUDA context"
