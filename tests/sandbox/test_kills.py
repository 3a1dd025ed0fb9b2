"""Whatever is killed in the middle of a run, every submission ends with exactly one verdict."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sandbox.conftest import namespaces_work

ROOT = Path(__file__).parents[2]
SLOW = "import time\ntime.sleep(0.15)\ndef add(a, b):\n    return a + b\n"
COUNT = 16

pytestmark = pytest.mark.skipif(
    not namespaces_work(), reason="NOT TESTED, this machine gives no user namespaces"
)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    for name in ("reference", "rubrics"):
        (tmp_path / name).symlink_to(ROOT / name)
    for number in range(COUNT):
        folder = tmp_path / "submissions" / "add" / f"s{number:02}"
        folder.mkdir(parents=True)
        (folder / "add.py").write_text(SLOW)
    return tmp_path


def _start(course: Path) -> "subprocess.Popen[str]":
    command = [
        sys.executable,
        "-m",
        "grader",
        "grade",
        "add",
        "--course",
        str(course),
        "--jobs",
        "2",
    ]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def _verdicts(course: Path) -> dict[str, list[float | None]]:
    results = json.loads((course / ".grader/out/add/results.json").read_text("utf-8"))["results"]
    found: dict[str, list[float | None]] = {}
    for result in results:
        earned = next(part["earned"] for part in result["parts"] if part["id"] == "1")
        found.setdefault(result["student"], []).append(earned)
    return found


def _descendants(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in task.read_text("ascii").split()]
        except OSError:
            continue
        for child in children:
            yield child
            yield from _descendants(child)


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace")
    except OSError:
        return ""


def _parent(pid: int) -> int:
    return int(
        Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[1]
    )


def _zygotes(grader: int) -> list[int]:
    """First processes of the pid namespaces: children of what was started with our sources."""
    started = [pid for pid in _descendants(grader) if "importlib.abc" in _command(pid)]
    return [
        pid for pid in started if _parent(pid) in started and _parent(_parent(pid)) not in started
    ]


def _boxes(grader: int) -> list[int]:
    zygotes = _zygotes(grader)
    return [pid for pid in _descendants(grader) if _parent(pid) in zygotes]


def _wait_for(found: Callable[[], list[int]]) -> list[int]:
    for _ in range(1200):
        try:
            if pids := found():
                return pids
        except (OSError, IndexError):
            pass
        time.sleep(0.025)
    pytest.fail("what was to be killed never appeared")


def _first_report(course: Path) -> list[int]:
    return [1 for _ in (course / ".grader/out/add/reports").glob("*.html")]


def _ended(grader: "subprocess.Popen[str]") -> tuple[int, str]:
    _, said = grader.communicate(timeout=300)
    return grader.returncode, said


@pytest.mark.parametrize("what", ["zygote", "box"])
def test_a_killed_zygote_or_box_costs_nobody_a_mark(course: Path, what: str) -> None:
    grader = _start(course)
    try:
        _wait_for(lambda: _first_report(course))
        find = _zygotes if what == "zygote" else _boxes
        for pid in _wait_for(lambda: find(grader.pid)):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        status, said = _ended(grader)
    finally:
        grader.kill()
    assert status == 0, said
    verdicts = _verdicts(course)
    assert len(verdicts) == COUNT
    # a box that is killed from outside looks like a program that ended itself: never a certain zero
    assert all(earned in ([1], [None]) for earned in verdicts.values()), verdicts
    assert sum(earned == [1] for earned in verdicts.values()) >= COUNT - 6


def test_after_the_grader_is_killed_the_next_run_marks_everyone_once(course: Path) -> None:
    grader = _start(course)
    try:
        _wait_for(lambda: _first_report(course))
        family = list(_descendants(grader.pid))
        assert family
    finally:
        grader.kill()
    grader.communicate(timeout=60)
    for _ in range(200):
        left = [pid for pid in family if _command(pid)]
        if not left:
            break
        time.sleep(0.05)
    assert left == []
    status, said = _ended(_start(course))
    assert status == 0, said
    assert _verdicts(course) == {f"s{number:02}": [1] for number in range(COUNT)}
