"""Mutated files of every kind: the trusted side neither dies nor waits, and a loss is said."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from grader.pipeline.assignment import Assignment, load_assignment
from grader.pipeline.hand_ins import HandIn
from grader.pipeline.records import TASK, Collecting
from grader.sandbox import Limits, Run
from grader.sandbox.process import Worker, reading
from tests.bad_input import making as m

LIMITS = Limits(seconds=20.0, memory_mb=2048, output_bytes=64_000_000)
TEXT = m.ANSWERS.encode()
SOUND = {
    "a.md": TEXT + b"\n| a | b |\n|---|---|\n| 1 | $x^2$ |\n\n```python\nx = [1, 2]\n```\n",
    "a.py": b"# 1: 7\nanswer_2 = 14\n\ndef f(x):\n    return x\n",
    "answers.json": json.dumps({"student": "a", "answers": {"1": 7, "2": ["14"]}}).encode(),
    "a.ipynb": m.notebook([("markdown", "## Problem 1"), ("code", "print(7)"), ("markdown", "7")]),
    "a.pdf": m.pdf([m.ANSWERS, "page two"]),
    "a.docx": m.docx(m.ANSWERS.split("\n\n"), ["import os", "x = 1"]),
    "a.zip": m.zipped({"a.md": TEXT, "b/c.py": b"x = 1\n"}),
    "a.tar.gz": m.tar_gz({"a.md": TEXT, "b.txt": b"x" * 4_000}),
    "a.tar": m.tarred({"a.md": TEXT, "b.txt": b"x" * 4_000}),
    "a.png": m.png(),
}
FEW, MANY = 12, 400


def mutated(data: bytes, seed: int) -> bytes:
    """The bytes with some changed, cut out, doubled, moved or replaced by what numbers end at."""
    chance = random.Random(seed)
    made = bytearray(data)
    for _ in range(chance.choice((1, 2, 8, 40))):
        at = chance.randrange(max(1, len(made)))
        length = chance.choice((1, 2, 4, 16, 200))
        change = chance.randrange(6)
        if change == 0:
            made[at : at + length] = chance.randbytes(length)
        elif change == 1:
            del made[at : at + length]
        elif change == 2:
            made[at:at] = made[at : at + length] * chance.choice((1, 3, 50))
        elif change == 3:
            made[at : at + 4] = chance.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff"))
        elif change == 4:
            made[at:at] = chance.choice((b"[" * 300, b"((", b"\x00", b"{", b"<<", b"`" * 9, b"$"))
        elif made:
            made[at % len(made)] ^= 1 << chance.randrange(8)
    return bytes(made[: chance.randrange(len(made) + 1)] if chance.random() < 0.15 else made)


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    from tests.bad_input.test_bad_input import _course

    return load_assignment(_course(tmp_path_factory.mktemp("fuzz")), "sums")


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as one:
        yield one


def read(worker: Worker, assignment: Assignment, files: dict[str, bytes]) -> Run:
    plan = json.dumps(asdict(assignment.plan), ensure_ascii=False, sort_keys=True)
    return worker(reading(TASK, {"plan": plan, "lost": []}, files, LIMITS))


def check(run: Run, files: dict[str, bytes]) -> None:
    assert run.ended == "done", (run.ended, run.why)
    for file, what in run.value["problems"]:
        assert file
        assert "our reader failed" not in what, what
    assert set(run.value["evidence"]) == {"1", "2", "3", "4"}
    if run.value["unread"]:
        assert run.value["problems"]


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_file_of_each_kind_is_read(
    name: str, worker: Worker, assignment: Assignment
) -> None:
    run = read(worker, assignment, {name: SOUND[name]})
    check(run, {name: SOUND[name]})
    assert run.value["problems"] == [] or name.endswith(".png")


@pytest.mark.parametrize("name", SOUND)
def test_mutated_files_harm_nobody(name: str, worker: Worker, assignment: Assignment) -> None:
    for seed in range(FEW):
        files = {name: mutated(SOUND[name], seed)}
        check(read(worker, assignment, files), files)


@pytest.mark.slow
@pytest.mark.parametrize("name", SOUND)
def test_many_mutated_files_harm_nobody(name: str, worker: Worker, assignment: Assignment) -> None:
    for seed in range(FEW, MANY):
        files = {name: mutated(SOUND[name], seed)}
        try:
            check(read(worker, assignment, files), files)
        except AssertionError as error:
            raise AssertionError(f"seed {seed} of {name}: {error}") from error


@pytest.mark.parametrize("end", ["os._exit(3)", "os.kill(os.getpid(), 11)", "bytearray(1 << 40)"])
def test_a_worker_that_dies_leaves_an_open_record(
    end: str, assignment: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deadly.py").write_text(f"import os\ndef task(data, files):\n    {end}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("grader.pipeline.records.TASK", "deadly:task")
    (tmp_path / "bob.md").write_bytes(TEXT)
    collecting = Collecting(assignment)
    try:
        found = collecting(HandIn(student="bob", paths=(("bob.md", tmp_path / "bob.md"),)))
    finally:
        collecting.close()
    assert found.record.unreadable
    assert found.received == {"bob.md": TEXT}
    assert len(found.record.problems) == 1
    assert {f["answer"].why.split(":")[0] for f in found.record.evidence.values()} == {
        "reading this hand-in stopped"
    }
