"""A database server that goes away while a class is graded: nothing is lost, and it goes on."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

HAND_INS = 200
_PATIENCE = 240  # seconds; a loaded machine is slow, and the batch itself waits a while


def fill(course: Path) -> None:
    for number in range(HAND_INS):
        home = course / "submissions/sums" / f"student{number:03d}"
        home.mkdir()
        sums = "# 1. Sum of three and four\n\n" + ("7" if number % 2 else "8")
        (home / "a.md").write_text(f"{sums}\n\n<!-- {number} -->\n", "utf-8")


def grade(course: Path, url: str) -> "subprocess.Popen[str]":
    root = str(Path(__file__).parents[2])
    return subprocess.Popen(
        [sys.executable, "-m", "grader", "grade", "sums", "--jobs", "1"],
        cwd=course,
        env={**os.environ, "PYTHONPATH": root, "GRADER_GRADEBOOK": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def recorded(url: str) -> list[tuple[str, int]]:
    """Every hand-in and how many results of it hold, none while there are no tables yet."""
    engine = sa.create_engine(url)
    query = (
        "select s.label, count(h.result_id) from submission s"
        " join standing h on h.submission_id = s.id group by s.label order by s.label"
    )
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query))]
    except sa.exc.ProgrammingError:
        return []
    finally:
        engine.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("back", ["soon", "later"])
def test_a_batch_outlives_its_database(course: Path, postgres_server, back: str) -> None:
    fill(course)
    with postgres_server.database() as url:
        process = grade(course, url)
        until = time.monotonic() + _PATIENCE
        while not recorded(url) and time.monotonic() < until and process.poll() is None:
            time.sleep(0.01)
        before = len(recorded(url))
        postgres_server.stop(at_once=True)
        if back == "soon":
            postgres_server.start()
        _, said = process.communicate(timeout=_PATIENCE)
        assert before < HAND_INS, "the batch had ended before its server went away"
        assert "Traceback" not in said, said
        if back == "later":
            assert process.returncode == 4, said
            assert "run it again when this is mended" in said
            postgres_server.start()
            assert before <= len(recorded(url)) < HAND_INS
            again = grade(course, url)
            _, said = again.communicate(timeout=_PATIENCE)
            assert again.returncode == 0, said
        else:
            assert process.returncode == 0, said
        assert recorded(url) == [(f"student{n:03d}", 1) for n in range(HAND_INS)]
    results = json.loads((course / ".grader/out/sums/results.json").read_text("utf-8"))["results"]
    earned = {one["student"]: one["parts"][0]["earned"] for one in results}
    assert earned == {f"student{n:03d}": 2 if n % 2 else 0 for n in range(HAND_INS)}
