"""Work in several trusted processes: in order, and no process that dies takes others' work along."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from grader.pipeline.crew import Crew, Died


class Doubling:
    """Doubles numbers; a negative one ends the process."""

    def __init__(self, trace: Path | None = None) -> None:
        self.trace = trace

    def __call__(self, item: int) -> int:
        if item < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.trace is not None:
            with self.trace.open("a") as file:
                file.write(f"{item}\n")
        return 2 * item

    def close(self) -> None:
        if self.trace is not None:
            self.trace.with_suffix(".closed").touch()


class Refusing(Doubling):
    def __call__(self, item: int) -> int:
        if item == 3:
            raise ValueError("three is refused")
        return super().__call__(item)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_answers_come_in_the_order_of_the_items(size: int) -> None:
    with Crew[int, int](Doubling, size) as crew:
        assert list(crew(range(50))) == [2 * n for n in range(50)]


def test_an_item_that_ends_its_process_is_given_up_and_nobody_else_is() -> None:
    items = [1, 2, -1, 3, 4, 5, 6, 7, 8, 9, 10, 11, -2, 12]
    with Crew[int, int](Doubling, 2) as crew:
        assert list(crew(items)) == [Died(n) if n < 0 else 2 * n for n in items]


def test_an_error_of_the_work_is_raised_where_it_is_asked_for() -> None:
    with Crew[int, int](Refusing, 2) as crew, pytest.raises(ValueError, match="three"):
        list(crew(range(10)))


def test_the_work_is_closed_at_the_end(tmp_path: Path) -> None:
    for size in (1, 2):
        trace = tmp_path / f"trace{size}"
        with Crew[int, int](partial(Doubling, trace), size) as crew:
            assert len(list(crew(range(9)))) == 9
        assert sorted(map(int, trace.read_text().split())) == list(range(9))
        assert trace.with_suffix(".closed").exists()


PARENT = """
import os, sys, time
from grader.pipeline.crew import Crew
class Sleeping:
    def __call__(self, item):
        os.write(1, f"{os.getpid()}\\n".encode())
        time.sleep(60)
    def close(self): pass
with Crew(Sleeping, 2) as crew:
    list(crew(range(4)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_a_killed_parent_leaves_no_process_behind() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        children = [int(parent.stdout.readline()) for _ in range(2)]
        parent.kill()
        parent.wait()
    deadline = time.monotonic() + 20
    while any(map(_runs, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_runs, children))


def _runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
