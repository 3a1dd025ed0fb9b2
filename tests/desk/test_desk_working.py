"""What becomes of a hand-in at the desk: an attempt that is graded, or answers that were read."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from grader.desk import line, rows, working
from grader.desk.rows import HandedIn
from grader.desk.working import Workers
from grader.gradebook import Book
from grader.gradebook.opening import GradebookError
from grader.gradebook.results import data_of, holding
from grader.gradebook.submissions import held_of
from grader.pipeline.boxes import Boxes
from grader.sandbox.process import Worker

HandIn = Callable[..., HandedIn]
RIGHT = "Problem 1: 7\n\nProblem 2: 14\n"


def worked(course: Path, book: Book, **options: Any) -> None:
    """Work on all that waits, in this thread."""
    workers = Workers(course, book, **options)
    try:
        while workers.step():
            pass
    finally:
        workers.close()


def earned(book: Book, row: HandedIn) -> Any:
    """What the gradebook holds of a hand-in."""
    now = rows.one(book, row.number)
    assert now is not None
    assert now.state == "done", now
    number = now.told["submission"]

    def ask(connection: Any) -> Any:
        of = holding(connection, [number])
        return data_of(connection, [of[number]])[of[number]]

    data = book.read(ask)
    return {part["id"]: part["earned"] for part in data["parts"]}


def test_a_hand_in_is_an_attempt_with_a_mark_and_a_report(
    course: Path, book: Book, hand_in: HandIn
) -> None:
    row = hand_in("ada", RIGHT)
    worked(course, book)
    marks = earned(book, row)
    assert marks["1"]
    assert marks["2"]
    kept = course / "submissions/sums/ada/answers.md"
    assert kept.read_text("utf-8") == RIGHT
    assert (course / ".grader/out/sums/reports/ada.html").is_file()


def test_each_hand_in_is_an_attempt_of_its_own_by_the_clock_of_the_server(
    course: Path, book: Book, hand_in: HandIn
) -> None:
    first = hand_in("ada", "Problem 1: 12")
    second = hand_in("ada", RIGHT)
    worked(course, book)
    held = {one.attempt: one for one in held_of(book, "sums")}
    assert sorted(held) == [1, 2]
    for attempt, row in ((1, first), (2, second)):
        assert abs((held[attempt].received - row.at).total_seconds()) < 1
    assert (course / "submissions/sums/ada/answers.md").read_text("utf-8") == RIGHT
    assert earned(book, first) != earned(book, second)


def test_what_is_late_by_the_clock_of_the_server_is_late(
    course: Path, book: Book, hand_in: HandIn
) -> None:
    then = datetime(2026, 12, 1, 12, tzinfo=UTC)
    row = hand_in("ada", RIGHT, book=replace(book, now=lambda: then))
    worked(course, book)
    (held,) = held_of(book, "sums")
    assert held.received == then == row.at


def test_what_somebody_changed_by_hand_is_not_replaced_and_the_hand_in_is_kept(
    course: Path, book: Book, hand_in: HandIn
) -> None:
    (course / "submissions/sums/ada").mkdir()
    (course / "submissions/sums/ada/own.md").write_text("by hand", "utf-8")
    row = hand_in("ada", RIGHT)
    worked(course, book)
    now = rows.one(book, row.number)
    assert now is not None
    assert now.state == "failed"
    assert "move it away" in now.told["ours"]
    assert book.store.get(row.files[0].sha256) == RIGHT.encode()
    assert (course / "submissions/sums/ada/own.md").read_text("utf-8") == "by hand"


def test_a_rubric_that_is_broken_loses_nothing_and_an_instructor_says_again(
    course: Path, book: Book, hand_in: HandIn
) -> None:
    path = course / "rubrics/sums.yaml"
    right = path.read_text("utf-8")
    path.write_text("assignment: [", "utf-8")
    row = hand_in("ada", RIGHT)
    worked(course, book)
    broken = rows.one(book, row.number)
    assert broken is not None
    assert broken.state == "failed"
    path.write_text(right, "utf-8")
    assert line.again(book, row.number)
    worked(course, book)
    assert earned(book, row)["1"]


def test_a_check_says_what_was_read_and_makes_no_attempt(
    course: Path, book: Book, hand_in: HandIn
) -> None:
    row = hand_in("ada", "Problem 1: 12\n\nProblem 2: I do not know\n", purpose="check")
    worked(course, book)
    now = rows.one(book, row.number)
    assert now is not None
    assert now.state == "done"
    one, two, *_ = now.told["parts"]
    assert one["state"] == "found"
    assert one["where"]
    assert "12" in one["quote"]
    assert one["readings"][0]["state"] == "found"
    assert two["readings"][0]["state"] != "found"
    assert two["readings"][0]["hint"]
    assert held_of(book, "sums") == []
    assert not (course / "submissions/sums/ada").exists()


def test_nothing_of_the_key_is_in_the_plan_or_in_what_is_told(
    course: Path, book: Book, hand_in: HandIn
) -> None:
    path = course / "reference/sums/sums.py"
    secret = (
        path.read_text("utf-8")
        .replace("return a + b", "return a + b + 86420")
        .replace("return 2 * a", "return 2 * a + 97531")
    )
    path.write_text(secret, "utf-8")
    row = hand_in("ada", "Problem 1: 12\n\nProblem 2: 3\n", purpose="check")
    workers = Workers(course, book)
    try:
        workers.step()
        with workers._benches.at("sums") as bench:  # what goes into the box
            plan = bench.plan
    finally:
        workers.close()
    now = rows.one(book, row.number)
    assert now is not None
    assert now.state == "done"
    for text in (plan, json.dumps(now.told)):
        assert "86427" not in text
        assert "97545" not in text
        assert "multiplied" not in text
    assert all(part["points"] == "" for part in now.told["parts"])


def test_a_check_shows_what_the_rubric_publishes_and_no_other_points(
    course: Path, book: Book, hand_in: HandIn
) -> None:
    path = course / "rubrics/sums.yaml"
    words = path.read_text("utf-8")
    shown = "    published: true\n    public: [{call: add, args: [1, 1], gives: 2}]\n    find:"
    path.write_text(words.replace("    find:", shown, 1), "utf-8")
    row = hand_in("ada", "Problem 1: 12\n", purpose="check")
    worked(course, book)
    now = rows.one(book, row.number)
    assert now is not None
    one, two, *_ = now.told["parts"]
    assert one["public"]
    assert "add(1, 1) gives 2" in one["public"][0]
    assert one["points"] == "2"
    assert not two["points"]


CODE = {
    "def add(a, b):\n    return a + b\n": (True, ""),
    "def add(a, b):\n    return a - b\n": (False, "it gives -1"),
    "def add(a, b):\n    raise ValueError('no')\n": (False, "ValueError"),
    "def sums(a, b):\n    return a + b\n": (None, "no code of yours"),
    "x = open('/etc/shadow').read()\n\ndef add(a, b):\n    return x\n": (False, ""),
}


@pytest.mark.parametrize("code", CODE)
def test_public_checks_are_tried_in_a_box(
    adding: Path, book: Book, hand_in: HandIn, code: str
) -> None:
    row = hand_in("ada", files={"add.py": code.encode()}, assignment="add", purpose="check")
    worked(adding, book)
    now = rows.one(book, row.number)
    assert now is not None
    assert now.state == "done", now
    tried = now.told["parts"][0]["tried"]
    if not tried:
        pytest.skip("not run: there are no boxes here that isolate")
    holds, what = CODE[code]
    assert tried[0]["holds"] is holds
    assert what in tried[0]["what"]
    assert held_of(book, "add") == []


def test_without_boxes_that_isolate_a_hand_in_is_kept_and_graded_later(
    adding: Path, book: Book, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    weak = Boxes(reader=Worker, running=None, refused="this machine has L0")
    monkeypatch.setattr("grader.desk.benches.boxes_for", lambda *_, **__: weak)
    files = {"add.py": b"def add(a, b):\n    return a + b\n"}
    row = hand_in("ada", files=files, assignment="add")
    worked(adding, book)
    now = rows.one(book, row.number)
    assert now is not None
    assert now.state == "done"
    assert now.told["graded"] is False
    assert (adding / "submissions/add/ada/add.py").read_bytes() == files["add.py"]
    assert [one.attempt for one in held_of(book, "add")] == [1]


def test_code_is_run_in_a_box_where_there_is_one(adding: Path, book: Book, hand_in: HandIn) -> None:
    files = {"add.py": b"def add(a, b):\n    return a + b\n"}
    row = hand_in("ada", files=files, assignment="add")
    worked(adding, book)
    now = rows.one(book, row.number)
    assert now is not None
    if not now.told["graded"]:
        pytest.skip(f"not run: {now.told['ours']}")
    assert earned(book, row)["1"] == 1


KILLED = """
import pathlib, sys
from grader.desk import working
from grader.desk.working import Workers
from grader.gradebook import open_book
course = pathlib.Path(sys.argv[1])
book = open_book(course / ".grader", author="desk")
at = sys.argv[2]
def stop(*_, **__):
    print("here", flush=True)
    sys.stdin.read()
if at == "before":
    working.placed = stop
elif at == "placed":
    working.batches.plan = stop
elif at == "graded":
    working.line.done = stop
Workers(course, book).step()
"""


@pytest.mark.parametrize("at", ["before", "placed", "graded"])
def test_a_process_that_is_killed_loses_nothing_and_does_nothing_twice(
    course: Path, book: Book, hand_in: HandIn, at: str
) -> None:
    row = hand_in("ada", RIGHT)
    started = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(course), at],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with started:
        assert started.stdout is not None
        assert started.stdout.readline() == b"here\n"
        os.kill(started.pid, signal.SIGKILL)
    running = rows.one(book, row.number)
    assert running is not None
    assert running.state == "runs"
    with Workers(course, book):
        until = time.monotonic() + 60
        while (now := rows.one(book, row.number)) is not None and now.waits:
            assert time.monotonic() < until
            time.sleep(0.05)
    assert earned(book, row)["1"]
    assert [one.attempt for one in held_of(book, "sums")] == [1]


def test_only_one_process_works_at_a_time(course: Path, book: Book, hand_in: HandIn) -> None:
    from grader.desk.tray import locked  # another process's lock

    (course / ".grader/desk").mkdir(parents=True, exist_ok=True)
    other = locked(course / ".grader/desk/working.lock")
    assert other is not None
    row = hand_in("ada", RIGHT)
    with Workers(course, book) as workers:
        time.sleep(1.0)
        waiting = rows.one(book, row.number)
        assert waiting is not None
        assert waiting.state == "waits"
        other.close()
        workers.wake()
        until = time.monotonic() + 60
        while (now := rows.one(book, row.number)) is not None and now.waits:
            assert time.monotonic() < until
            time.sleep(0.05)
    earned(book, row)


def test_a_hand_in_that_cannot_be_done_now_waits_again(
    course: Path, book: Book, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = hand_in("ada", RIGHT)

    def busy(*_: object) -> None:
        raise working.Postponed("its evidence is damaged")

    with monkeypatch.context() as patched:
        patched.setattr(Workers, "_submitted", busy)
        workers = Workers(course, book)
        assert workers.step()
        workers.close()
    now = rows.one(book, row.number)
    assert now is not None
    assert now.state == "waits"
    worked(course, book)
    assert earned(book, row)["1"]


def test_an_end_that_could_not_be_written_does_not_run_for_ever(
    course: Path, book: Book, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, workers = hand_in("ada", RIGHT), Workers(course, book)

    def away(*_: object, **__: object) -> None:
        raise GradebookError("it does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(line, "done", away)
        with pytest.raises(GradebookError):
            workers.step()
    now = rows.one(book, row.number)
    assert now is not None
    assert now.state == "runs"
    assert workers.step()
    workers.close()
    assert earned(book, row)["1"]
