"""Courses graded by the command line, and all that a run leaves, to be compared."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parents[2]
MADE_ANEW = {"id", "made", "began", "ended", "at"}
TABLES = ("submission", "submission_file", "evidence", "result", "cell", "standing")


def command(course: Path, *options: str, assignment: str = "sums") -> list[str]:
    own = ["-m", "grader", "grade", assignment, "--course", course.name]
    return [sys.executable, *own, *options]


def surroundings() -> dict[str, str]:
    # a cluster and who asks it have to agree on tokens, whatever this account has of them
    return {"RAY_AUTH_MODE": "disabled", **os.environ, "PYTHONPATH": str(ROOT)}


def grade(
    course: Path, *options: str, assignment: str = "sums"
) -> subprocess.CompletedProcess[str]:
    """Grade from the folder above the course, so that no path means the same on a node by chance."""
    return subprocess.run(
        command(course, *options, assignment=assignment),
        capture_output=True,
        text=True,
        cwd=course.parent,
        env=surroundings(),
        timeout=240,
        check=False,
    )


def files(course: Path) -> Mapping[str, bytes]:
    """All that was written whole, but the database; one who is killed may leave a `.part`."""
    state = course / ".grader"
    return {
        path.relative_to(state).as_posix(): path.read_bytes()
        for kind in ("out", "files")
        for path in (state / kind).rglob("*")
        if path.is_file() and path.suffix != ".part"
    }


def rows(course: Path) -> Mapping[str, list[tuple[str, ...]]]:
    """The rows of hand-ins and results; numbers of rows are as they came, so labels replace them."""
    with closing(sqlite3.connect(course / ".grader/gradebook.sqlite3")) as book:
        label = dict(book.execute("select id, label from submission").fetchall())
        of = dict(book.execute("select id, submission_id from result").fetchall())
        found = {}
        for table in TABLES:
            cursor = book.execute(f"select * from {table}")  # names of our own
            names = [column[0] for column in cursor.description]
            found[table] = sorted(_named(names, row, label, of) for row in cursor)
    book.close()
    return found


def _named(
    names: list[str], row: tuple[object, ...], label: dict[int, str], of: dict[int, int]
) -> tuple[str, ...]:
    one = {}
    for name, value in zip(names, row, strict=True):
        if name == "submission_id":
            one[name] = label[value]
        elif name == "result_id":
            one[name] = label[of[value]]
        elif name not in MADE_ANEW and not name.endswith("_id"):
            one[name] = repr(value)
    return tuple(f"{name}={one[name]}" for name in sorted(one))


def afresh(course: Path) -> None:
    shutil.rmtree(course / ".grader", ignore_errors=True)


def compare(course: Path, runs: Mapping[str, tuple[str, ...]], assignment: str = "sums") -> int:
    """Grade with each set of options, and demand the same of all; return how many hand-ins."""
    seen = {}
    for name, options in runs.items():
        afresh(course)
        done = grade(course, *options, assignment=assignment)
        assert done.returncode == 1 or "cannot be read" not in done.stderr, done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        assert (course / f".grader/out/{assignment}/results.json").exists(), (name, done.stderr)
        seen[name] = (files(course), rows(course), done.returncode)
    first = seen[next(iter(runs))]
    for name, one in seen.items():
        assert one[0].keys() == first[0].keys(), name
        assert [key for key in one[0] if one[0][key] != first[0][key]] == [], name
        assert one[1] == first[1], name
        assert one[2] == first[2], name
    return len(first[1]["standing"])
