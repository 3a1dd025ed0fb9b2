"""A batch that is killed, anywhere and again and again, ends as one that was never disturbed."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

HAND_INS = 30
ROUNDS, KILLS = 5, 10
"""So many classes of kills, side by side, each of so many kills."""
_PATIENCE = 60


def fill(course: Path) -> None:
    """Hand-ins that are right, wrong, mistaken, empty, damaged; some are the same."""
    texts = (
        "# 1. Sum of three and four\n\n7\n\n# 2. Twice the first result\n\n14\n",
        "# 1. Sum of three and four\n\n12\n\n# 2. Twice the first result\n\n24\n",
        "# 1. Sum of three and four\n\n8\n",
        "",
    )
    for number in range(HAND_INS):
        home = course / "submissions/sums" / f"student{number:02d}"
        home.mkdir()
        text = texts[number % len(texts)]
        (home / "a.md").write_text(f"{text}\n<!-- {number // 5} -->\n", "utf-8")
    (course / "submissions/sums/student07/b.ipynb").write_bytes(b"{\x00 no notebook")
    (course / "submissions/sums/student11/c.pdf").write_bytes(b"%PDF-1.7 cut off")


def started(course: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "grader", "grade", "sums", "--jobs", "2"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(
        command,
        cwd=course,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def finished(course: Path) -> float:
    """Let a batch come to its end, and return its seconds."""
    began = time.monotonic()
    process = started(course)
    _, said = process.communicate(timeout=_PATIENCE)
    assert process.returncode in (0, 1), said.decode()  # 1: a hand-in could not be read
    assert b"Traceback" not in said, said.decode()
    return time.monotonic() - began


def alive(session: int) -> list[int]:
    """Processes of a session that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[3]) == session and words[0] not in "ZX":
            found.append(int(stat.parent.name))
    return found


def settle(session: int) -> list[int]:
    """Wait until a session is empty; those that stay are returned."""
    until = time.monotonic() + 20
    while (left := alive(session)) and time.monotonic() < until:
        time.sleep(0.05)
    return left


def database(course: Path) -> sqlite3.Connection:
    return sqlite3.connect(course / ".grader/gradebook.sqlite3", timeout=30)


def recorded(course: Path) -> int:
    """How many results hold, none where there is no gradebook yet."""
    if not (course / ".grader/gradebook.sqlite3").exists():
        return -1
    try:
        with closing(database(course)) as connection:
            return int(connection.execute("select count(*) from standing").fetchone()[0])
    except sqlite3.OperationalError:
        return -1


def held(course: Path) -> dict[str, Any]:
    """All that a gradebook holds but for numbers of rows, times and paths."""
    with closing(database(course)) as connection:
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert connection.execute("pragma foreign_key_check").fetchall() == []
        results = connection.execute(
            "select s.label, s.attempt, s.digest, e.key, e.sha256, e.failed, r.key, r.data, r.problems"
            " from submission s join standing h on h.submission_id = s.id"
            " join result r on r.id = h.result_id join evidence e on e.id = r.evidence_id"
            " order by s.label"
        ).fetchall()
        cells = connection.execute(
            "select s.label, c.* from cell c join result r on r.id = c.result_id"
            " join submission s on s.id = r.submission_id order by s.label, c.position"
        ).fetchall()
        counts = {
            table: connection.execute(f"select count(*) from {table}").fetchone()[0]
            for table in ("submission", "submission_file", "evidence", "result", "standing", "cell")
        }
        changed = connection.execute("select count(*) from change").fetchone()[0]
    by_label = [(row[0], *row[2:]) for row in cells]
    files = {path.name for path in course.glob(".grader/files/??/*") if path.suffix != ".part"}
    return {
        "results": results,
        "cells": by_label,
        "counts": counts,
        "changed": changed,
        "files": files,
    }


def written(course: Path) -> dict[str, bytes]:
    out = course / ".grader/out/sums"
    files = (path for path in out.rglob("*") if path.is_file() and path.suffix != ".part")
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}


def stage(before: int, after: int) -> str:
    if after < 0:
        return "before there was a gradebook"
    if after == 0:
        return "before a result was recorded"
    if after < HAND_INS:
        return "between results"
    return "after the last result" if before == after else "in or after the last results"


@pytest.fixture
def undisturbed(course: Path, tmp_path: Path) -> tuple[Path, float]:
    """A course that was graded in peace, and how long that took."""
    fill(course)
    peace = tmp_path / "peace"
    shutil.copytree(course, peace)
    return peace, finished(peace)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(ROUNDS))
@pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: sessions are looked up in /proc")
def test_a_batch_that_is_killed_again_and_again_ends_as_one_in_peace(
    seed: int, course: Path, tmp_path: Path, undisturbed: tuple[Path, float], capsys: Any
) -> None:
    peace, seconds = undisturbed
    wanted, pages = held(peace), written(peace)
    assert len(wanted["results"]) == HAND_INS
    dice = random.Random(seed)
    stages: Counter[str] = Counter()
    kills, ends = 0, 0
    while kills < KILLS:
        home = tmp_path / f"killed{ends}"
        shutil.copytree(course, home)
        for _ in range(dice.randint(1, 8)):
            before = recorded(home)
            process = started(home)
            time.sleep(dice.uniform(0.0, 1.05 * seconds))
            alone = dice.random() < 0.4
            if process.poll() is None:
                (os.kill if alone else os.killpg)(process.pid, signal.SIGKILL)
                kills += 1
            process.communicate()
            assert settle(process.pid) == [], "processes were left behind"
            stages[stage(before, recorded(home))] += 1
        finished(home)
        ends += 1
        assert held(home) == wanted
        assert written(home) == pages
        shutil.rmtree(home)
    with capsys.disabled():
        print(f"\n{kills} kills, {ends} classes brought to their end: {dict(stages)}")


def test_control_c_ends_with_130_and_keeps_what_was_recorded(
    course: Path, tmp_path: Path, undisturbed: tuple[Path, float]
) -> None:
    peace, _ = undisturbed
    for number in range(12):
        home = tmp_path / f"stopped{number}"
        shutil.copytree(course, home)
        process = started(home)
        until = time.monotonic() + _PATIENCE
        while recorded(home) < 0 and process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=_PATIENCE)
        assert b"Traceback" not in said, said.decode()
        assert settle(process.pid) == []
        if process.returncode == 130:
            break
        # it had come to its end before it was stopped
        assert (process.returncode, recorded(home)) in ((0, HAND_INS), (1, HAND_INS)), said.decode()
    assert process.returncode == 130
    assert b"run it again" in said
    finished(home)
    assert held(home) == held(peace)
    assert written(home) == written(peace)
