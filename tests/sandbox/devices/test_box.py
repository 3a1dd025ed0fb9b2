"""What a box sees of devices: harmless nodes of this machine stand in for those of a GPU."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.sandbox import Job, Limits, Step
from grader.sandbox.backends.native import Native
from grader.sandbox.devices import Device, Sick
from grader.sandbox.devices.leases import Lease, Leases, Wanted
from grader.sandbox.host.zygote import NoZygote
from grader.sandbox.inside.nodes import ALWAYS
from tests.sandbox.conftest import namespaces_work
from tests.sandbox.devices.pretended import Pretended, card, no_scrub

_LIMITS = Limits(seconds=60, cpu_seconds=30, memory_mb=512)
_LOOK = """
import errno, fcntl, os
def tried(path):
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        return errno.errorcode[error.errno]
    try:
        fcntl.ioctl(file, 0x4747, 0)
    except OSError as error:
        return "ioctl " + errno.errorcode[error.errno]
    return "open"
seen = {
    "there": [path for path in PATHS if os.path.lexists(path)],
    "nodes": {path: tried(path) for path in PATHS},
    "held": [path for path in PATHS if os.path.lexists("/.devices" + path)],
    "visible": os.environ.get("CUDA_VISIBLE_DEVICES"),
    "shared": bool(open("/dev/shm/x", "w").write("1")),
    "zero": open("/dev/zero", "rb").read(2) == bytes(2),
}
try:
    open("/dev/grader", "w")
    seen["writes"] = True
except OSError:
    seen["writes"] = False
"""


def stand_ins() -> list[str]:
    """Character devices that no box has; the first has to be one that may be opened."""
    found = []
    for path in sorted(Path("/dev").iterdir()):
        mode = path.lstat().st_mode
        usual = path.name in ALWAYS or path.name in ("tty", "ptmx", "console")
        if stat.S_ISCHR(mode) and not usual:
            found.append(str(path))
    return found


@pytest.fixture(scope="module")
def two() -> tuple[Device, Device]:
    if not namespaces_work():
        pytest.skip("NOT TESTED: this machine gives no user namespaces")
    found = stand_ins()
    nodes = sorted(found, key=lambda path: not _opens(path))
    if len(nodes) < 2 or not _opens(nodes[0]):
        pytest.skip("NOT TESTED: this machine has no two devices that could stand in for GPUs")
    return card("GPU-a", 1000, nodes=(nodes[0],)), card("GPU-b", 1000, index=1, nodes=(nodes[1],))


def _opens(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def leases(two: tuple[Device, Device], tmp_path_factory: pytest.TempPathFactory) -> Leases:
    folder = tmp_path_factory.mktemp("devices")
    driver = Pretended(folder, two)
    return Leases(driver=driver, folder=folder, scrub=no_scrub, pause=0.01, gone=5.0)


@pytest.fixture(scope="module")
def boxes(leases: Leases) -> Iterator[Native]:
    with Native(pool=0, devices=leases) as native:
        try:
            native.start("bare")
        except NoZygote as error:
            pytest.skip(f"NOT TESTED, this machine makes no boxes: {error}")
        yield native


def cell(source: str, device: Device | None = None, **more: Any) -> Job:
    steps = (
        Step(do="cell", data={"source": source, "number": 1}),
        Step(do="value", data={"name": "seen"}),
    )
    return Job(steps=steps, limits=_LIMITS, runtime="bare", device=device, **more)


def looked(boxes: Native, two: tuple[Device, Device], device: Device | None) -> dict[str, Any]:
    paths = [node for one in two for node in one.nodes]
    run = boxes(cell(f"PATHS = {paths}\n{_LOOK}", device))
    assert run.ended == "done", run
    value = run.value
    assert isinstance(value, dict), run.outcomes
    assert value["found"], run
    return value["value"]  # type: ignore[no-any-return]


def test_a_box_sees_the_node_of_its_own_device_and_no_other(
    boxes: Native, leases: Leases, two: tuple[Device, Device]
) -> None:
    with leases.lease(Wanted(student="ann", seconds=60)) as lease:
        seen = looked(boxes, two, lease.device)
    (own,), (other,) = (
        next(one.nodes for one in two if one.uuid == lease.device.uuid),
        next(one.nodes for one in two if one.uuid != lease.device.uuid),
    )
    # the ioctl reached the driver, which does not know it: Landlock did not forbid it
    assert seen["nodes"][own] in ("ioctl ENOTTY", "ioctl EINVAL", "open"), seen
    assert seen["nodes"][other] == "ENOENT"
    assert seen["there"] == [own]
    assert seen["visible"] == lease.device.uuid
    assert seen["held"] == []
    assert (seen["shared"], seen["zero"], seen["writes"]) == (True, True, False)


def test_a_box_without_a_lease_sees_none(boxes: Native, two: tuple[Device, Device]) -> None:
    seen = looked(boxes, two, None)
    assert set(seen["nodes"].values()) == {"ENOENT"}
    assert (seen["there"], seen["held"]) == ([], [])
    assert seen["visible"] == ""


def test_boxes_that_know_of_no_devices_give_none(two: tuple[Device, Device]) -> None:
    with Native(pool=0) as boxes:
        run = boxes(cell("seen = 1", two[0]))
    assert run.ended == "box failed"
    assert "not told who leases devices" in run.why


def _when_there(folder: Path, use: Any) -> threading.Thread:
    """Wait in the background until a lease has a box, then tell which process that is."""

    def wait() -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            text = (folder / "table.json").read_text()
            roots = [root for one in json.loads(text)["tickets"] for root in one["roots"]]
            if roots:
                use(roots[0][0])
                return
            time.sleep(0.02)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def test_a_box_that_takes_too_much_of_the_devices_memory_is_ended(
    boxes: Native, leases: Leases
) -> None:
    driver = leases.driver
    assert isinstance(driver, Pretended)
    with leases.lease(Wanted(student="ann", memory_mb=300, seconds=60)) as lease:
        uuid = lease.device.uuid
        thread = _when_there(driver.folder, lambda pid: driver.comes(uuid, pid, 301.0))
        run = boxes(cell("import time\ntime.sleep(50)", lease.device))
        thread.join()
    assert (run.ended, run.why) == ("memory", "needed more than 300 MB of the GPU's memory")
    assert run.device_mb == 301.0
    driver.recovers(uuid)
    assert boxes(cell("seen = 1")).ended == "done", "the next job is unharmed"


def test_a_stranger_on_the_device_is_no_fault_of_the_box_and_the_job_is_done_elsewhere(
    boxes: Native, leases: Leases
) -> None:
    driver, on = leases.driver, []
    assert isinstance(driver, Pretended)
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])

    def work(lease: Any) -> Any:
        on.append(lease.device.uuid)
        if len(on) > 1:
            return boxes(cell("seen = 7", lease.device))
        uuid = lease.device.uuid
        _when_there(driver.folder, lambda _: driver.comes(uuid, stranger.pid, 10.0))
        return boxes(cell("import time\ntime.sleep(50)", lease.device))

    try:
        run = leases.run(Wanted(student="ann", seconds=60), work)
    finally:
        stranger.kill()
        stranger.wait()
    assert run.ended == "done"
    assert len(set(on)) == 2
    assert "not ours, uses it as well" in leases.out()[on[0]]


def test_a_device_that_hangs_after_the_end_is_taken_out(
    boxes: Native, leases: Leases, two: tuple[Device, Device], tmp_path: Path
) -> None:
    driver = Pretended(tmp_path, two)
    own, on = Leases(driver=driver, folder=tmp_path, scrub=no_scrub, gone=0.2), []
    job = cell("import time\ntime.sleep(1)")

    def work(lease: Lease) -> None:
        _when_there(tmp_path, lambda pid: driver.comes(lease.device.uuid, pid, 10.0, stays=True))
        on.append(lease.device.uuid)
        alone(replace(job, device=lease.device))

    with Native(pool=0, devices=own) as alone, pytest.raises(Sick, match="still uses it after"):
        own.run(Wanted(student="ann", seconds=60), work)
    assert set(own.out()) == set(on)
    assert len(on) == 2, "it was done again on the other one, which hung as well"
