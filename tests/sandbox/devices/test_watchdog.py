"""The watchdog of a device, with real processes on a pretended one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.sandbox.devices import Sick
from grader.sandbox.devices.sweep import sweep
from grader.sandbox.devices.watchdog import Watch, settled
from tests.sandbox.devices.pretended import Pretended, card

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: this needs Linux")
_BOX = "import os, time; pid = os.fork(); pid and print(pid, flush=True); time.sleep(600)"
_CARD = card("G0", 1000)


class Box:
    """A process with a child, as a box is."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _BOX], stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self.process.stdout is not None
        self.root = self.process.pid
        self.child = int(self.process.stdout.readline())

    def end(self) -> None:
        os.killpg(self.root, 9)
        self.process.communicate()


@pytest.fixture
def boxes() -> Iterator[Callable[[], Box]]:
    made: list[Box] = []

    def make() -> Box:
        made.append(Box())
        return made[-1]

    yield make
    for box in made:
        if box.process.returncode is None:
            box.end()


@pytest.fixture
def driver(tmp_path: Path) -> Pretended:
    return Pretended(tmp_path, (_CARD,))


def watch(driver: Pretended, box: Box, *others: Box, gone: float = 0.2) -> Watch:
    roots = [one.root for one in (box, *others)]
    return Watch(driver=driver, device=_CARD, root=box.root, others=lambda _: roots, gone=gone)


def look(one: Watch) -> str:
    one._next = 0.0  # it looks ten times a second, and this is asked at once
    return one.look()


def test_memory_of_the_whole_box_is_counted(driver: Pretended, boxes: Callable[[], Box]) -> None:
    box = boxes()
    one = watch(driver, box)
    assert look(one) == ""
    driver.comes("G0", box.root, 600.0)
    assert look(one) == ""
    driver.comes("G0", box.child, 600.0)
    assert look(one) == "needed more than 1000 MB of the GPU's memory"
    assert one.memory_mb == 1200.0


def test_a_box_beside_it_is_not_counted_and_no_stranger(
    driver: Pretended, boxes: Callable[[], Box]
) -> None:
    box, other = boxes(), boxes()
    one = watch(driver, box, other)
    driver.comes("G0", box.root, 600.0)
    driver.comes("G0", other.child, 900.0)
    assert look(one) == ""
    assert one.memory_mb == 600.0


def test_a_process_that_is_not_ours_is_seen_and_never_blamed_on_the_box(
    driver: Pretended, boxes: Callable[[], Box]
) -> None:
    box = boxes()
    driver.comes("G0", os.getpid(), 5000.0)
    with pytest.raises(Sick, match=f"process {os.getpid()}, not ours, uses it as well"):
        look(watch(driver, box))


def test_processes_that_we_cannot_see_are_the_boxs_when_it_is_alone(
    driver: Pretended, boxes: Callable[[], Box]
) -> None:
    """In a container the driver may tell numbers of the machine outside."""
    box = boxes()
    driver.comes("G0", 2**30, 1500.0, stays=True)
    assert look(watch(driver, box)).startswith("needed more")


def test_where_no_process_is_told_its_memory_the_devices_own_is_taken(
    driver: Pretended, boxes: Callable[[], Box]
) -> None:
    box = boxes()
    one = watch(driver, box)
    driver.comes("G0", box.child, None)
    assert look(one) == ""
    assert one.memory_mb == 500.0


def test_a_box_that_was_killed_is_gone_from_the_device(
    driver: Pretended, boxes: Callable[[], Box]
) -> None:
    box = boxes()
    driver.comes("G0", box.child, 600.0)
    one = watch(driver, box, gone=30.0)
    box.end()
    one.settle()


def test_a_killed_box_that_the_device_does_not_let_go_makes_it_ill(
    driver: Pretended, boxes: Callable[[], Box]
) -> None:
    box = boxes()
    driver.comes("G0", box.child, 600.0, stays=True)
    one = watch(driver, box)
    box.end()
    with pytest.raises(Sick, match=f"process {box.child} still uses it after 0.2 s"):
        one.settle()


def test_settling_does_not_wait_for_boxes_beside_it(
    driver: Pretended, boxes: Callable[[], Box]
) -> None:
    box, other = boxes(), boxes()
    driver.comes("G0", other.child, 600.0)
    watch(driver, box, other).settle()


def test_a_device_that_does_not_answer_is_ill(driver: Pretended) -> None:
    driver.is_lost("G0")
    with pytest.raises(Sick, match="it fell off the bus"):
        settled(driver, _CARD, seconds=30.0)


# -- emptying


class Arena:
    """The memory of a device as bytes: what is given is given as it is."""

    def __init__(self, size: int, *, stuck: bool = False) -> None:
        self.data = bytearray(b"\xa5" * size)
        self.stuck, self.given = stuck, 0

    def take(self, size: int) -> Part | None:
        if self.given + size > len(self.data):
            return None
        self.given += size
        return Part(self, self.given - size, size)


class Part:
    def __init__(self, arena: Arena, at: int, size: int) -> None:
        self.arena, self.at, self.size = arena, at, size

    def empty(self) -> None:
        if not (self.arena.stuck and self.at == 0):
            self.arena.data[self.at : self.at + self.size] = bytes(self.size)

    def left(self) -> int:
        mine = self.arena.data[self.at : self.at + self.size]
        return len(mine) - mine.count(0)


def test_all_memory_is_emptied_down_to_the_last_piece() -> None:
    arena = Arena(45 << 20)
    assert sweep(arena, "look") == {"bytes": 45 << 20, "left": 45 << 20}
    arena.given = 0
    assert sweep(arena, "empty") == {"bytes": 45 << 20, "left": 0}
    arena.given = 0
    assert sweep(arena, "look") == {"bytes": 45 << 20, "left": 0}


def test_what_could_not_be_emptied_is_seen() -> None:
    arena = Arena(8 << 20, stuck=True)
    sweep(arena, "empty")
    arena.given = 0
    assert sweep(arena, "look")["left"] == 8 << 20
