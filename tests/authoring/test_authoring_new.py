"""A new course, and a new assignment, are graded and checked at once."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.authoring import NotMade, check_assignment, new_assignment, new_course
from grader.cli import grader
from grader.cli.new import new


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_is_made_is_graded_at_once(inside: Path) -> None:
    course = inside / "course"
    new_course(course)
    told = CliRunner().invoke(
        grader, ["grade", "first", "--course", str(course), "--out", "out", "--jobs", "1"]
    )
    assert told.exit_code == 0, told.output
    results = json.loads((inside / "out" / "results.json").read_text("utf-8"))
    marks = {
        result["student"]: {part["id"]: part for part in result["parts"]}
        for result in results["results"]
    }
    assert [marks["right"][part]["earned"] for part in ("1", "2")] == [2, 3]
    assert [m["id"] for m in marks["wrong"]["1"]["mistakes"]] == ["middle"]
    assert marks["slips"]["2"]["earned"] == 0


def test_what_is_made_passes_its_own_check(tmp_path: Path) -> None:
    new_course(tmp_path / "course")
    report = check_assignment(tmp_path / "course", "first")
    assert report.fine
    assert not [str(f) for f in report.findings if f.severity == "warning"]


def test_each_part_of_what_is_made_can_be_broken_and_is_then_told(tmp_path: Path) -> None:
    new_course(tmp_path)
    path = tmp_path / "rubrics" / "first.yaml"
    path.write_text(path.read_text("utf-8").replace("absolute: 0.005", "absolute: 3"), "utf-8")
    report = check_assignment(tmp_path, "first", which=["mistakes"])
    assert not report.fine


def test_a_second_assignment_stands_beside_the_first(inside: Path) -> None:
    new_course(inside)
    told = CliRunner().invoke(new, ["second"])
    assert told.exit_code == 0, told.output
    assert (inside / "rubrics" / "second.yaml").is_file()
    assert check_assignment(inside, "second", which=["notations", "mistakes"]).fine


def test_where_one_is_decides_what_is_made(inside: Path) -> None:
    assert CliRunner().invoke(new, ["algebra"]).exit_code == 0  # no course here: it is one
    assert (inside / "algebra" / "rubrics" / "first.yaml").is_file()
    told = CliRunner().invoke(new, ["assignment", "quiz", "--course", "algebra"])
    assert told.exit_code == 0, told.output
    assert CliRunner().invoke(new, ["assignment", "quiz"]).exit_code == 2  # no course here
    assert CliRunner().invoke(new, ["folder", "quiz"]).exit_code == 2


def test_nothing_is_ever_written_over(tmp_path: Path) -> None:
    new_course(tmp_path)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    with pytest.raises(NotMade, match="holds a course"):
        new_course(tmp_path)
    with pytest.raises(NotMade, match="is there already"):
        new_assignment(tmp_path, "first")
    shutil.copytree(tmp_path / "submissions" / "first", tmp_path / "submissions" / "other")
    with pytest.raises(NotMade, match="nothing was made"):
        new_assignment(tmp_path, "other")
    assert not (tmp_path / "rubrics" / "other.yaml").exists()
    assert {p: p.read_bytes() for p in before} == before


@pytest.mark.parametrize(
    "name",
    ["", "..", "a/b", "../x", "1st", "Été", "con", "import", "course", "a b", "x" * 61, "-x"],
)
def test_names_that_can_be_no_file_are_refused(tmp_path: Path, name: str) -> None:
    new_course(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(NotMade, match="cannot be the name"):
        new_assignment(tmp_path, name)
    assert sorted(tmp_path.rglob("*")) == before


def test_help_and_what_to_do_next_can_be_pasted(inside: Path) -> None:
    assert "\\b" not in CliRunner().invoke(grader, ["new", "--help"]).output
    told = CliRunner().invoke(grader, ["new", "course", "there"])
    assert told.output.count("cd there") == 1
