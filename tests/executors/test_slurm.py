"""Slurm's jobs as real processes on this machine: there is no Slurm here, and no test of one.

What Slurm itself would be told is read from the batch file that submitit writes; a stand-in for
``sbatch`` that runs an array's tasks at once tries the arrays.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.pipeline.executors import Died, Needs, NoRoom, executor
from grader.pipeline.executors.slurm import Slurm, identity
from grader.pipeline.hand_ins import HandIn
from tests.executors import _toys as toys

pytest.importorskip("submitit", reason="submitit is not installed: nothing of Slurm was tested")

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def _local(work: Any, folder: Path, size: int = 2, chunk: int = 10, **more: Any) -> Slurm:
    return Slurm(work, size, folder=folder, cluster="local", chunk=chunk, poll_seconds=0.05, **more)


def test_every_item_is_answered_once_and_the_folder_is_left_empty(tmp_path: Path) -> None:
    work = toys.Doubling(tmp_path / "trace")
    with _local(work.start, tmp_path / "run") as run:
        found = list(run(range(45)))
    assert sorted(one.item for one in found) == list(range(45))
    done = [line.split() for line in (tmp_path / "trace").read_text().splitlines()]
    assert sorted(int(item) for item, _ in done) == list(range(45))
    assert len({process for _, process in done}) == 5  # a job for ten
    assert (tmp_path / "trace.closed").exists()
    assert not (tmp_path / "run").exists()


def test_equal_items_are_answered_each(tmp_path: Path) -> None:
    with _local(toys.Doubling, tmp_path / "run", chunk=2) as run:
        assert [one.twice for one in run([4, 4, 4])] == [8, 8, 8]


@pytest.mark.slow
def test_a_job_that_dies_costs_its_items_nothing_and_one_that_ends_two_is_given_up(
    tmp_path: Path,
) -> None:
    items = [1, 2, 3, -1, 4, 5, 6]
    work = toys.Doubling(tmp_path / "trace", once=2)
    with _local(work.start, tmp_path / "run", size=1) as run:
        found = list(run(items))
    assert {one.item for one in found if isinstance(one, Died)} == {-1}
    assert sorted(one.item for one in found) == sorted(items)
    done = [int(line.split()[0]) for line in (tmp_path / "trace").read_text().splitlines()]
    assert sorted(done) == [1, 2, 3, 4, 5, 6]  # what had an answer was not done again


PARENT = """
import os, sys
from pathlib import Path
from grader.pipeline.executors.slurm import Slurm
from tests.executors import _toys as toys
folder = Path(sys.argv[1])
work = toys.Doubling(folder / "trace", slow=0.1)
with Slurm(work.start, 1, folder=folder / "run", cluster="local", chunk=20, poll_seconds=0.05) as run:
    answers = run(range(20))
    print(next(answers).item, next(answers).item, flush=True)
    os.kill(os.getpid(), 9)
"""


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_with_the_answers_that_its_jobs_left(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PARENT, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == -9, done.stderr
    trace = tmp_path / "trace"
    for _ in range(300):
        if len(trace.read_text().splitlines()) >= 20:
            break
        subprocess.run(["sleep", "0.1"], check=True)
    work = toys.Doubling(trace, slow=0.1)
    with _local(work.start, tmp_path / "run", size=1, chunk=20) as run:
        found = list(run(range(20)))
    assert sorted(one.item for one in found) == list(range(20))
    again = [int(line.split()[0]) for line in trace.read_text().splitlines()][20:]
    assert len(again) <= 2  # only what the first run had taken away already


def test_an_error_of_the_work_is_raised_as_it_was(tmp_path: Path) -> None:
    with (
        _local(toys.Doubling(bad=3).start, tmp_path / "run") as run,
        pytest.raises(ValueError, match=r"^3 is refused$"),
    ):
        list(run(range(6)))


def test_a_second_batch_is_not_mixed_with_one_that_was_left(tmp_path: Path) -> None:
    with _local(toys.Doubling(slow=0.05).start, tmp_path / "run") as run:
        next(run(range(100, 140)))
        assert sorted(one.item for one in run(range(5))) == list(range(5))


def test_an_item_has_the_same_name_in_another_program(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("7")

    def item(name: str) -> HandIn:
        return HandIn(student=name, paths=(("a.md", tmp_path / "a.md"),), key="".join(list("ada")))

    # whether two texts are one object is seen by pickle, and differs from program to program
    name = "".join(list("ada"))
    one = HandIn(student=name, paths=(("a.md", tmp_path / "a.md"),), key=name)
    before = identity(one)
    assert identity(item("".join(list("ada")))) == before
    assert identity(item("bob")) != before
    (tmp_path / "a.md").write_text("12")
    assert identity(one) != before


@pytest.mark.slow
def test_jobs_that_cannot_start_are_an_error_that_says_why(tmp_path: Path) -> None:
    with (
        _local(toys.Unmade, tmp_path / "run") as run,
        pytest.raises(LookupError, match="the rubric is not on this machine"),
    ):
        list(run(range(6)))


def test_without_slurm_it_says_so_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoRoom, match="there is no Slurm here"):
        executor("slurm", toys.Doubling, 2, folder=tmp_path / "run").__enter__()
    with pytest.raises(NoRoom, match="a folder that all nodes see"):
        executor("slurm", toys.Doubling, 2)


@pytest.mark.slow
def test_slurm_is_told_what_a_hand_in_needs_and_an_array_is_answered(
    told: Path, tmp_path: Path
) -> None:
    needs = Needs(cpus=3, memory_mb=2560, gpus=1)
    run = Slurm(
        toys.Doubling,
        4,
        needs,
        folder=tmp_path / "run",
        partition="teach",
        minutes=30,
        chunk=10,
        poll_seconds=0.05,
    )
    with run as started:
        found = list(started(range(25)))
    assert sorted(one.item for one in found) == list(range(25))
    lines = told.read_text().splitlines()
    for line in (
        "--cpus-per-task=3",
        "--mem=2560MB",
        "--gpus-per-node=1",
        "--partition=teach",
        "--time=30",
        "--array=0-2%3",
        "--nodes=1",
        "--job-name=grader",
    ):
        assert f"#SBATCH {line}" in lines


def test_what_slurm_refuses_is_an_error_and_no_wait(told: Path, tmp_path: Path) -> None:
    with (
        Slurm(toys.Doubling, 1, Needs(gpus=9), folder=tmp_path / "run") as run,
        pytest.raises(
            NoRoom, match="Slurm refused the jobs, each with 1 CPU, 2048 MB of memory and 9 GPU"
        ),
    ):
        list(run(range(3)))
    assert told.exists()
