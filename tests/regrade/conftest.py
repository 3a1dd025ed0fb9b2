"""A class of three in the small course, graded into its gradebook, and the command line in it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.cli import main

Run = tuple[int, str, str]
Call = Callable[..., Run]


@pytest.fixture
def grader(
    course: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Call:
    """Call the command line inside the course; gives status, standard output, standard error."""
    monkeypatch.chdir(course)
    monkeypatch.setenv("GRADER_AUTHOR", "Grace")
    monkeypatch.delenv("GRADER_GRADEBOOK", raising=False)

    def call(*arguments: object) -> Run:
        status = 0
        capfd.readouterr()
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capfd.readouterr()
        return status, out, err

    return call


def hand_in(course: Path, name: str, answers: object) -> Path:
    """Hand in answers to the small course."""
    path = course / "submissions/sums" / f"{name}.json"
    path.write_text(json.dumps({"answers": answers}), "utf-8")
    return path


@pytest.fixture
def graded(course: Path, grader: Call) -> Path:
    """Ada multiplied (1 of 2), Bob is right, Cleo is wrong; each doubled the own first result."""
    hand_in(course, "ada", {"1": "12", "2": "24"})
    hand_in(course, "bob", {"1": "7", "2": "14"})
    hand_in(course, "cleo", {"1": "9", "2": "18"})
    status, _, err = grader("grade", "sums", "--jobs", 1)
    assert status == 0, err
    return course


def out_of(course: Path) -> Path:
    """The folder of reports and class files."""
    return course / ".grader/out/sums"


def files(course: Path) -> dict[str, bytes]:
    """Every file that people get, but for the diff of a regrade."""
    out = out_of(course)
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and not path.name.startswith("changes.") and "earlier" not in path.parts
    }


def rows(course: Path, query: str) -> list[tuple]:
    """Ask the database itself."""
    connection = sqlite3.connect(course / ".grader/gradebook.sqlite3")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def standing(course: Path) -> list[tuple]:
    """Which result of each hand-in holds."""
    return rows(course, "select submission_id, result_id from standing order by 1")


def marks(course: Path) -> dict[str, dict[str, float | None]]:
    """What results.json says that each student earned in each part."""
    data = json.loads((out_of(course) / "results.json").read_text("utf-8"))
    return {
        one["student"]: {part["id"]: part["earned"] for part in one["parts"]}
        for one in data["results"]
    }


def edit(course: Path, old: str, new: str, file: str = "rubrics/sums.yaml") -> None:
    """Change one place of a file of the course."""
    path = course / file
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")
