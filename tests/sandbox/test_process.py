"""The killable worker: whatever a parser does, the process that holds the key goes on."""

import sys
import time
from typing import Any

import pytest

from grader.sandbox import Job, Limits
from grader.sandbox.process import Worker, reading

HERE = "tests_worker_tasks"


@pytest.fixture(autouse=True)
def tasks(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks that misbehave, importable by the worker."""
    (tmp_path / f"{HERE}.py").write_text(
        "import os, sys, time\n"
        "def hang(data, files):\n    time.sleep(600)\n"
        "def die(data, files):\n    os._exit(9)\n"
        "def grow(data, files):\n    return len(bytearray(data))\n"
        "def shout(data, files):\n    print('x' * 100_000); os.write(1, b'forged'); return 'mine'\n"
        "def fail(data, files):\n    raise RuntimeError('no such thing')\n"
        "def sizes(data, files):\n    return {name: len(data) for name, data in files.items()}\n"
        "def flood(data, files):\n    return 'x' * data\n",
        "utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))


def job(task: str, data: Any = None, **options: Any) -> Job:
    return reading(f"{HERE}:{task}", data, **options)


def test_a_parser_that_hangs_is_killed_and_the_next_job_runs() -> None:
    with Worker() as worker:
        started = time.monotonic()
        run = worker(job("hang", limits=Limits(seconds=0.5)))
        assert run.ended == "timeout"
        assert time.monotonic() - started < 60
        assert worker(job("sizes", files={"a": b"123"})).value == {"a": 3}


def test_a_parser_that_dies_harms_only_its_job() -> None:
    with Worker() as worker:
        assert worker(job("die")).ended == "killed"
        assert worker(job("sizes")).ended == "done"


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux only")
def test_a_parser_that_eats_memory_is_stopped() -> None:
    with Worker() as worker:
        run = worker(job("grow", 3_000_000_000, limits=Limits(memory_mb=512)))
        assert run.ended in ("memory", "killed")
        assert worker(job("sizes")).ended == "done"


def test_what_a_parser_prints_is_no_answer() -> None:
    with Worker() as worker:
        assert worker(job("shout")).value == "mine"


def test_an_exception_is_told_in_one_line() -> None:
    with Worker() as worker:
        run = worker(job("fail"))
    assert (run.ended, run.why) == ("raised", "RuntimeError: no such thing")


def test_too_much_output_is_refused() -> None:
    with Worker() as worker:
        assert worker(job("flood", 100_000, limits=Limits(output_bytes=1_000))).ended == "killed"


def test_a_closed_worker_leaves_no_process() -> None:
    with Worker() as worker:
        worker(job("sizes"))
        child = worker._child
        assert child is not None
    assert child.poll() is not None


def test_a_plan_holds_nothing_that_the_key_is_made_of() -> None:
    """The worker gets the plan; expected values, mistakes, tolerances and messages stay outside."""
    from dataclasses import asdict
    from pathlib import Path

    from grader import pipeline

    assignment = pipeline.load_assignment(Path(__file__).parents[2], "dl_midterm")
    plan = repr(asdict(assignment.plan))
    for part in assignment.rubric.parts:
        for criterion in part.criteria:
            assert criterion.expect is None or criterion.expect not in plan
            for _, attempt in criterion.attempts():
                assert attempt.source is None or attempt.source not in plan
                assert not attempt.says or attempt.says not in plan
