"""Leases as jobs have them: threads, forked processes, holders that die, devices that fail."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.sandbox.devices import Device, NoDevice, Sick
from grader.sandbox.devices.leases import Lease, Leases, Wanted
from grader.sandbox.devices.ledger import own_folder
from grader.sandbox.devices.nvml import Nvml
from grader.sandbox.devices.scrub import Scrubbed
from tests.sandbox.devices.pretended import Pretended, card, no_scrub

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: leases need Linux")
_LONG = 20.0


@pytest.fixture
def driver(tmp_path: Path) -> Pretended:
    return Pretended(tmp_path, (card("G0"), card("G1")))


@pytest.fixture
def leases(driver: Pretended, tmp_path: Path) -> Leases:
    return made(driver, tmp_path)


def made(driver: Pretended, folder: Path, **more: object) -> Leases:
    options = {"scrub": no_scrub, "pause": 0.002, "gone": 0.3, **more}
    return Leases(driver=driver, folder=folder, **options)  # type: ignore[arg-type]


def eventually(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + _LONG
    while not is_so():
        assert time.monotonic() < until, "it never came to be so"
        time.sleep(0.01)


def ask(student: str, **more: object) -> Wanted:
    return Wanted(student=student, **{"seconds": _LONG, **more})  # type: ignore[arg-type]


# -- many at once


def use(log: Path, lease: Lease, student: str) -> None:
    """Say when one comes and goes: a line of a file that is only added to is written whole."""
    with log.open("ab", buffering=0) as file:
        file.write(f"+ {lease.device.uuid} {student} {lease.number}\n".encode())
        time.sleep(0.003)
        file.write(f"- {lease.device.uuid} {student} {lease.number}\n".encode())


def check(log: Path, expected: int) -> None:
    there: dict[str, set[str]] = {}
    lines = log.read_text().splitlines()
    for line in lines:
        sign, uuid, student, _ = line.split()
        on = there.setdefault(uuid, set())
        if sign == "+":
            assert not on, f"{student} came to {uuid} while {on} was there"
            on.add(student)
        else:
            on.remove(student)
    assert len(lines) == 2 * expected
    assert set(there) == {"G0", "G1"}, "both devices were used"


def in_threads(leases: Leases, log: Path, students: str, each: int) -> None:
    def work(student: str) -> None:
        for _ in range(each):
            leases.run(ask(student), lambda lease: use(log, lease, student))

    with ThreadPoolExecutor(len(students)) as pool:
        list(pool.map(work, students))


def test_threads_and_forked_processes_never_meet_on_a_device(
    leases: Leases, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    children = []
    for students in ("abc", "cde", "efg"):  # the same student may come from two processes
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the tests' runner has threads
            pid = os.fork()
        if pid == 0:
            status = 1
            try:
                in_threads(leases, log, students, 8)
                status = 0
            finally:
                os._exit(status)
        children.append(pid)
    in_threads(leases, log, "hi", 8)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0, 0]
    check(log, (3 * 3 + 2) * 8)
    assert json.loads((tmp_path / "table.json").read_text())["tickets"] == []


def test_small_jobs_of_one_student_are_on_a_device_together(tmp_path: Path) -> None:
    leases = made(Pretended(tmp_path), tmp_path)
    together = threading.Barrier(2, timeout=_LONG)
    wanted = ask("ann", memory_mb=3000, shares=True)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(leases.run, wanted, lambda _: together.wait()) for _ in range(2)]
        assert sorted(one.result() for one in both) == [0, 1]


def test_students_who_are_named_may_be_on_a_device_together(tmp_path: Path) -> None:
    leases = made(Pretended(tmp_path), tmp_path, together=("ann", "bob"))
    with leases.lease(ask("ann", memory_mb=3000, shares=True)):
        # ann's device was emptied for her; bob comes beside her, carl does not
        with leases.lease(ask("bob", memory_mb=3000, shares=True)):
            pass
        with (
            pytest.raises(NoDevice, match="no device was free in time"),
            leases.lease(ask("carl", memory_mb=1000, shares=True, seconds=0.05)),
        ):
            pass


# -- who gets none


def test_where_there_is_no_device_the_reason_is_said_at_once(tmp_path: Path) -> None:
    leases = made(Pretended(tmp_path, (), why="no NVIDIA driver answers here"), tmp_path)
    with pytest.raises(NoDevice, match="no NVIDIA driver answers here"):
        leases.run(ask("ann"), lambda _: None)


def test_more_memory_than_any_device_has_is_not_waited_for(leases: Leases) -> None:
    with pytest.raises(NoDevice, match="9000 MB are asked for, and no device has more than 8000"):
        leases.run(ask("ann", memory_mb=9000), lambda _: None)


def test_a_wait_ends_at_its_deadline_and_the_queue_goes_on(leases: Leases) -> None:
    late = pytest.raises(NoDevice, match=r"no device was free in time \(0 others wait\)")
    with leases.lease(ask("ann")), leases.lease(ask("bob")), late:
        leases.run(ask("carl", seconds=0.05), lambda _: None)
    assert leases.run(ask("dora"), lambda lease: lease.device.uuid) in {"G0", "G1"}


# -- holders that die

_HOLDER = """
import sys, time, subprocess
from pathlib import Path
from tests.sandbox.devices.pretended import Pretended, card, no_scrub
from grader.sandbox.devices.leases import Leases, Wanted
folder = Path(sys.argv[1])
leases = Leases(driver=Pretended(folder), folder=folder, scrub=no_scrub, pause=0.01)
with leases.lease(Wanted(student="ann")) as lease:
    box = subprocess.Popen(["sleep", "600"], start_new_session=True, stdout=subprocess.DEVNULL)
    leases.driver.comes("G0", box.pid, 100.0)
    leases.watch(lease.device, box.pid)
    print(box.pid, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    root = str(Path(__file__).parents[3])
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(tmp_path)],
        cwd=root,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def test_a_lease_ends_with_its_process_and_so_does_the_box_that_it_left(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert holder.stdout is not None
    box = int(holder.stdout.readline())
    leases = made(Pretended(tmp_path), tmp_path, gone=20.0)
    with pytest.raises(NoDevice, match="in time"):
        leases.run(ask("bob", seconds=0.1), lambda _: None)
    os.kill(box, 0)  # it lives while its holder does
    holder.send_signal(signal.SIGKILL)
    holder.wait()

    def look(lease: Lease) -> bool:
        return lease.scrubbed is not None and not leases.driver.processes(lease.device)

    assert leases.run(ask("bob"), look), "the device was empty, and emptied, before bob came"


# -- devices that fail


def test_a_job_on_a_device_that_fails_is_done_again_on_another(leases: Leases) -> None:
    on = []

    def work(lease: Lease) -> str:
        on.append(lease.device.uuid)
        if len(on) == 1:
            raise Sick(lease.device.uuid, "it fell off the bus")
        return "done"

    assert leases.run(ask("ann"), work) == "done"
    assert sorted(on) == ["G0", "G1"]
    assert leases.out() == {on[0]: "it fell off the bus"}


def test_a_job_that_makes_every_device_fail_is_not_passed_on_for_ever(tmp_path: Path) -> None:
    driver = Pretended(tmp_path, (card("G0"), card("G1"), card("G2")))
    leases = made(driver, tmp_path)

    def work(lease: Lease) -> None:
        raise Sick(lease.device.uuid, "it hangs")

    with pytest.raises(Sick, match="it hangs"):
        leases.run(ask("ann"), work)
    assert len(leases.out()) == 2
    assert leases.run(ask("bob"), lambda lease: lease.device.uuid) not in leases.out()


def test_when_every_device_is_out_the_wait_ends_with_the_reasons(leases: Leases) -> None:
    leases.take_out("G0", "it hangs")
    leases.take_out("G1", "it fell off the bus")
    with pytest.raises(NoDevice, match="G0: it hangs; G1: it fell off the bus"):
        leases.run(ask("ann"), lambda _: None)


def test_a_device_that_is_ill_before_a_job_costs_the_job_nothing(
    driver: Pretended, leases: Leases
) -> None:
    driver.falls_ill("G0", "3 memory errors that could not be corrected")
    assert leases.run(ask("ann"), lambda lease: lease.device.uuid) == "G1"
    assert leases.out() == {"G0": "3 memory errors that could not be corrected"}


def test_a_device_that_somebody_else_uses_is_left_alone(driver: Pretended, leases: Leases) -> None:
    driver.comes("G0", os.getpid(), 100.0)
    assert leases.run(ask("ann"), lambda lease: lease.device.uuid) == "G1"
    assert f"process {os.getpid()} still uses it" in leases.out()["G0"]


def test_a_device_that_was_left_alone_for_long_and_is_well_comes_back(
    driver: Pretended, tmp_path: Path
) -> None:
    now = [0.0]
    leases = made(driver, tmp_path, clock=lambda: now[0], rest=600.0)
    leases.take_out("G0", "it hangs")
    driver.falls_ill("G0", "it does not answer")
    now[0] = 601.0
    assert leases.out() == {"G0": "it hangs"}
    driver.recovers("G0")
    now[0] = 1000.0
    assert "G0" in leases.out(), "it was ill when it was looked at: it rests again"
    now[0] = 1202.0
    leases.run(ask("ann"), lambda _: None)
    assert leases.out() == {}


# -- emptying


def test_a_device_is_emptied_between_students_and_not_within_ones_own(tmp_path: Path) -> None:
    emptied: list[str] = []

    def scrub(device: Device) -> Scrubbed:
        emptied.append(device.uuid)
        return no_scrub(device)

    leases = made(Pretended(tmp_path), tmp_path, scrub=scrub)
    counts = []
    for student in ("ann", "ann", "bob", "ann"):
        leases.run(ask(student), lambda _: counts.append(len(emptied)))
    assert counts == [1, 1, 2, 3], "before the first too: nobody knows who was there before"


def test_a_device_that_cannot_be_emptied_is_given_to_nobody(
    driver: Pretended, tmp_path: Path
) -> None:
    def scrub(device: Device) -> Scrubbed:
        return Scrubbed(seconds=0.1, emptied=8, left=8 if device.uuid == "G0" else 0)

    leases = made(driver, tmp_path, scrub=scrub)
    assert leases.run(ask("ann"), lambda lease: lease.device.uuid) == "G1"
    assert leases.out() == {"G0": "8 bytes were left after it was emptied"}


# -- the table's file


def test_the_table_is_in_a_folder_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = own_folder()
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o777)
    with pytest.raises(NoDevice, match="is not ours alone; remove it"):
        own_folder()


def test_a_table_that_cannot_be_read_is_said_and_not_guessed_at(
    leases: Leases, tmp_path: Path
) -> None:
    (tmp_path / "table.json").write_text('{"version": 99}')
    with pytest.raises(NoDevice, match=r"its version is 99, not 1.* remove it"):
        leases.run(ask("ann"), lambda _: None)


def test_without_a_driver_there_is_no_device_and_a_plain_reason() -> None:
    nvml = Nvml()
    if nvml.devices():
        pytest.skip("NOT TESTED: this machine has devices")
    assert nvml.why
    with pytest.raises(NoDevice):
        Leases(driver=nvml).run(ask("ann"), lambda _: None)
