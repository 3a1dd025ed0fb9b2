"""Five hundred submissions, half of them hostile, at twice the cores: nothing lost, nothing left.

Times are for ``tests/benchmarks/bench_load.py``; here only what must be true of every run counts.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from grader.pipeline.crew import Crew, Died
from grader.sandbox.backends.native import Native
from grader.sandbox.host.zygote import NoZygote
from tests.attacks.attacks import Attack, Oracle, load_all
from tests.attacks.outside import Outside
from tests.attacks.running import LIMITS, answered, job, printed, words
from tests.sandbox.conftest import namespaces_work

COUNT = 500
FAST = replace(LIMITS, seconds=3.0, cpu_seconds=1.0)
HONEST = Attack(
    id="honest",
    kind="honest",
    title="a right function",
    oracle=Oracle(no_print="PWNED", wrong=False, right=True),
    code="import numpy as np\nheld = np.ones((300, 300)) @ np.ones((300, 300))\ndef add(a, b):\n    return a + b\n",
)
PICKED = ("integrity", "availability", "escape", "confidentiality")
GROWTH_MB = 50

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="native boxes need Linux"),
]


@dataclass(frozen=True)
class Told:
    """What became of one submission, as plain data."""

    number: int
    honest: bool
    right: tuple[bool, ...]
    ended: str
    pwned: bool
    resident_mb: float


class Runner:
    """Runs submissions in one of our processes; all share the zygote that was started before."""

    def __init__(self, boxes: Native, attacks: tuple[Attack, ...]) -> None:
        self._boxes, self._attacks = boxes, attacks

    def __call__(self, number: int) -> Told:
        attack = self._attacks[number]
        run = self._boxes(job(attack, FAST))
        return Told(
            number=number,
            honest=attack is HONEST or attack.id == "honest",
            right=tuple(answered(run)),
            ended=run.ended,
            pwned=attack.oracle.no_print in printed(run),
            resident_mb=_resident_mb(),
        )

    def close(self) -> None:
        self._boxes.close()


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def _hostile(outside: Outside) -> list[Attack]:
    return [
        attack.filled(words(outside, FAST))
        for attack in load_all()
        if attack.kind in PICKED
        and attack.cells
        and not (attack.needs or attack.beside or attack.again or attack.oracle.right)
    ]


@pytest.fixture(scope="module")
def load() -> Iterator[tuple[list[Told | Died[int]], list[str], list[Path]]]:
    before = set(_groups())  # of other tests in this process
    with Outside() as outside, Native(pool=1) as boxes:
        try:
            boxes.start("science")
        except NoZygote as error:
            if namespaces_work():
                raise
            pytest.skip(f"NOT TESTED, this machine gives no user namespaces: {error}")
        hostile = _hostile(outside)
        attacks = tuple(
            HONEST if number % 2 else hostile[number // 2 % len(hostile)] for number in range(COUNT)
        )
        size = 2 * (os.cpu_count() or 1)
        with Crew[int, Told](lambda: Runner(boxes, attacks), size) as crew:
            told = list(crew(range(COUNT)))
        seen = outside.seen()
        boxes.close()
        yield told, seen, [group for group in _groups() if group not in before]


def _groups() -> list[Path]:
    """Control groups of this process that are still there."""
    return [
        path for path in Path("/sys/fs/cgroup").glob(f"*/grader-{os.getpid()}-*") if path.is_dir()
    ]


def test_none_is_lost(load: tuple[list[Told], list[str], list[Path]]) -> None:
    assert [one.number for one in load[0]] == list(range(COUNT))
    assert not [one for one in load[0] if one.ended == "box failed"]


def test_every_honest_one_is_right_and_no_hostile_one_is(
    load: tuple[list[Told], list[str], list[Path]],
) -> None:
    honest = [one for one in load[0] if one.honest]
    hostile = [one for one in load[0] if not one.honest]
    assert [one for one in honest if not all(one.right)] == []
    assert [one for one in hostile if any(one.right) or one.pwned] == []


def test_nothing_is_left_over(load: tuple[list[Told], list[str], list[Path]]) -> None:
    assert load[1] == []
    assert load[2] == []


def test_memory_of_our_own_side_is_flat(load: tuple[list[Told], list[str], list[Path]]) -> None:
    held = [one.resident_mb for one in load[0]]
    tenth = COUNT // 10
    assert max(held[-tenth:]) - min(held[:tenth]) < GROWTH_MB
