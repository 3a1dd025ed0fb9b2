"""`grader export` on a real gradebook: what is shown, what stops it, what is written."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main

RIGHT = "# 1. Sum of three and four\n\n7\n\n# 2. Twice the first result\n\n14\n\n# 3. letter\n\n5\n"
WRONG = (
    "# 1. Sum of three and four\n\n12\n\n# 2. Twice the first result\n\n24\n\n# 3. letter\n\n5\n"
)


@pytest.fixture
def call(course: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command in the course; give its exit status, output and messages."""
    monkeypatch.chdir(course)
    monkeypatch.setenv("GRADER_AUTHOR", "Grace")

    def run(*words: str) -> tuple[int, str, str]:
        try:
            main(list(words))
            status = 0
        except SystemExit as stop:
            status = int(stop.code or 0)
        seen = capsys.readouterr()
        assert "Traceback" not in seen.err, seen.err
        return status, seen.out, seen.err

    return run


@pytest.fixture
def graded(course: Path, call: Any) -> Path:
    """Two students whose marks are certain but for the parts that the rubric leaves to a person."""
    (course / "roster.csv").write_text("id,name\nada,Ada Novak\nbob,Bob Okafor\n", "utf-8")
    assert call("roster", "roster.csv")[0] == 0
    for name, text in (("ada", RIGHT), ("bob", WRONG)):
        home = course / "submissions/sums" / name
        home.mkdir()
        (home / "a.md").write_text(text, "utf-8")
    assert call("grade", "sums", "--jobs", "1")[0] == 0
    for name in ("ada", "bob"):
        for part in ("3", "4"):
            assert call("mark", "sums", name, part, "0", "--reason", "looked at")[0] == 0
    return course


def test_a_dry_run_writes_nothing_and_then_the_file_is_written(graded: Path, call: Any) -> None:
    before = sorted(path for path in graded.rglob("*") if path.is_file())
    status, out, told = call("export", "plain", "sums")
    assert (status, "nothing was written" in told) == (0, True)
    assert "Novak (ada): nothing → 3.5" in out
    assert sorted(path for path in graded.rglob("*") if path.is_file()) == before
    assert call("export", "plain", "--to", "marks.csv")[0] == 0  # the course's only assignment
    assert "ada,Ada Novak" in Path("marks.csv").read_text("utf-8")
    status, _, told = call("export", "plain", "sums", "--to", "marks.csv")
    assert (status, "--overwrite" in told) == (2, True)
    assert call("export", "plain", "sums", "--to", "marks.csv", "--overwrite")[0] == 0


def test_marks_by_another_rubric_are_not_sent_unnamed(graded: Path, call: Any) -> None:
    rubric = graded / "rubrics/sums.yaml"
    rubric.write_text(rubric.read_text("utf-8").replace("credit: 0.5", "credit: 0.25"), "utf-8")
    status, out, _ = call("export", "plain", "sums", "--to", "marks.csv")
    assert (status, Path("marks.csv").exists()) == (5, False)
    assert "! [stale] ada, bob: marked by another rubric" in out
    assert call("export", "plain", "sums", "--to", "marks.csv", "--despite", "stale")[0] == 0
    assert call("regrade", "sums", "--apply")[0] == 0
    assert "stale" not in call("export", "plain", "sums")[1]


def test_what_was_handed_in_anew_is_not_passed_over(graded: Path, call: Any) -> None:
    (graded / "submissions/sums/bob/a.md").write_text(RIGHT, "utf-8")
    status, out, _ = call("export", "plain", "sums")
    assert status == 5
    assert "! [stale] bob: handed in anew and not graded" in out
    assert "ada" not in out.split("[stale]")[1].splitlines()[0]


def test_who_is_not_on_the_roster_is_said(graded: Path, call: Any) -> None:
    home = graded / "submissions/sums/zed"
    home.mkdir()
    (home / "a.md").write_text(RIGHT + "\n", "utf-8")
    call("grade", "sums", "--jobs", "1")
    status, out, _ = call("export", "plain", "sums")
    assert status == 0
    assert "[unknown-id] zed: hand-ins of nobody on the roster" in out


def test_an_open_mark_is_no_number(graded: Path, call: Any) -> None:
    assert call("mark", "sums", "bob", "3", "--withdraw", "--reason", "look again")[0] == 0
    data = json.loads(call("export", "json", "sums", "--json")[1])
    assert [one["who"] for one in data["changes"]] == ["Ada Novak (ada)"]
    assert any(one["code"] == "open" and "bob" in one["says"] for one in data["concerns"])


def test_json_tells_what_was_written_and_why_not(graded: Path, call: Any) -> None:
    data = json.loads(call("export", "plain", "sums", "--to", "m.csv", "--json")[1])
    assert (data["assignment"], data["format"], data["written"]) == ("sums", "plain", "m.csv")
    (graded / "empty.csv").write_text("", "utf-8")
    status, out, told = call("export", "canvas", "sums", "--into", "empty.csv", "--json")
    assert status == 3
    assert json.loads(out)["error"] in told


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("plain", "-o", "separator=ab"), "separator"),
        (("plain", "-o", "nope=1"), "NAME=VALUE"),
        (("plain", "--despite", "nope"), "no such code"),
        (("canvas",), "--into"),
    ],
)
def test_slips_of_the_command_are_told(
    graded: Path, call: Any, words: tuple[str, ...], says: str
) -> None:
    status, _, told = call("export", words[0], "sums", *words[1:])
    assert (status in (2, 3), says in told) == (True, True), told


def test_what_the_student_may_read_goes_along(graded: Path, call: Any) -> None:
    assert call("comment", "sums", "bob", "See me on Monday")[0] == 0
    assert call("export", "json", "sums", "--to", "m.json")[0] == 0
    text = Path("m.json").read_text("utf-8")
    assert "See me on Monday" in text
    assert "You multiplied" in text
    assert '"7"' not in text


def test_a_page_that_goes_along_says_what_counts(graded: Path, call: Any) -> None:
    rules = "assignments:\n  sums: {cap: 1}\n"
    (graded / "rubrics/course.yaml").write_text(rules, "utf-8")
    folder = graded / "submissions.zip"
    sheet = "Identifier,Full name,ID number,Grade,Maximum Grade,Last modified (grade)\n"
    sheet += "Participant 7,Ada Novak,ada,,5,-\nParticipant 8,Bob Okafor,bob,,5,-\n"
    folder.with_suffix(".csv").write_text(sheet, "utf-8")
    words = ("export", "moodle-feedback", "sums", "--into", "submissions.csv", "--to", "pages.zip")
    status, _, told = call(*words)
    assert status == 0, told
    with zipfile.ZipFile("pages.zip") as pages:
        (ada,) = [name for name in pages.namelist() if "_7_" in name]
        page = pages.read(ada).decode()
    assert "at most 1 (the cap); counts 1" in page
    assert page.count('role="note"') == 1


@pytest.mark.parametrize(
    ("due", "name", "says"),
    [
        ("2026-01-01 10:00", "noara_11_22_a.md", "late by the file times in the download alone"),
        ("2099-01-01 10:00", "noara_LATE_11_22_a.md", "the LMS calls them late"),
    ],
)
def test_lateness_that_the_lms_did_not_say_is_not_sent_unnamed(
    course: Path, call: Any, due: str, name: str, says: str
) -> None:
    roster = "Student,ID,SIS User ID,SIS Login ID,Section\n"
    roster += '"No, Ara",11,ara,ara@example.edu,One\n"Lee, Bo",12,bo,bo@example.edu,One\n'
    (course / "roster.csv").write_text(roster, "utf-8")
    assert call("roster", "roster.csv")[0] == 0
    rules = f"assignments:\n  sums: {{due: {due}, late: {{percent_per_day: 10}}}}\n"
    (course / "rubrics/course.yaml").write_text(rules, "utf-8")
    with zipfile.ZipFile("hw_submissions.zip", "w") as made:
        for file in (name, "leebo_12_23_a.md"):
            info = zipfile.ZipInfo(file, (2026, 6, 1, 12, 0, 0))
            made.writestr(info, RIGHT + f"\n<!-- {file} -->\n")
    status, out, told = call("intake", "sums", "hw_submissions.zip", "--kind", "canvas")
    assert status == 0, out + told
    call("grade", "sums", "--jobs", "1")
    status, out, _ = call("export", "plain", "sums")
    assert (status, "! [clock]" in out, says in out) == (5, True, True), out
    assert call("export", "plain", "sums", "--despite", "clock")[0] == 0
