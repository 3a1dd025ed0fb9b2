"""A class graded again and again: only what is missing is done, and nobody stops the others."""

import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main
from grader.gradebook.store import Store

RIGHT = "# 1. Sum of three and four\n\n7\n\n# 2. Twice the first result\n\n14\n"
WRONG = "# 1. Sum of three and four\n\n8\n"


def put(course: Path, student: str, text: str = RIGHT) -> Path:
    file = course / "submissions/sums" / student / "a.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    return file


@pytest.fixture
def grade(course: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Grade the course, and return what was said."""
    monkeypatch.chdir(course)

    def run(*options: str, status: int = 0) -> str:
        try:
            main(["grade", "sums", "--jobs", "1", *options])
            ended = 0
        except SystemExit as stop:
            ended = int(stop.code or 0)
        seen = capsys.readouterr()
        assert ended == status, seen.err
        return str(seen.err + seen.out)

    return run


def rows(course: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(course / ".grader/gradebook.sqlite3")) as connection:
        return connection.execute(query).fetchall()


def earned(course: Path) -> dict[str, Any]:
    data = json.loads((course / ".grader/out/sums/results.json").read_text("utf-8"))
    return {one["student"]: one["parts"][0]["earned"] for one in data["results"]}


def test_a_folder_without_hand_ins_is_said(course: Path, grade: Any) -> None:
    told = " ".join(grade().split())
    assert f"there is no hand-in in {course / 'submissions/sums'}" in told
    assert "0 hand-in(s) marked now" in told
    put(course, "ada")
    assert "there is no hand-in" not in grade()


def test_a_second_run_does_nothing(course: Path, grade: Any) -> None:
    put(course, "ada")
    put(course, "bob", WRONG)
    assert "2 hand-in(s) marked now" in grade()
    before = rows(course, "select id, key from result order by id")
    assert "0 hand-in(s) marked now, 2 were up to date" in grade()
    assert rows(course, "select id, key from result order by id") == before
    assert earned(course) == {"ada": 2, "bob": 0}


def test_a_changed_rubric_marks_again_from_evidence(course: Path, grade: Any) -> None:
    file = put(course, "ada", WRONG)
    grade()
    rubric = course / "rubrics/sums.yaml"
    rubric.write_text(
        rubric.read_text("utf-8").replace("given: {a: 3, b: 4}", "given: {a: 4, b: 4}"), "utf-8"
    )
    said = grade("--dry-run")
    assert "ada: mark again from evidence" in said
    grade()
    assert earned(course) == {"ada": 2}
    assert rows(course, "select count(*) from evidence") == [(1,)]
    assert file.exists()


def test_a_change_of_what_is_read_reads_again(course: Path, grade: Any) -> None:
    put(course, "ada")
    grade()
    rubric = course / "rubrics/sums.yaml"
    rubric.write_text(
        rubric.read_text("utf-8").replace(
            "find: {phrases: [sum of three and four]}", "find: {phrases: [three and four]}"
        ),
        "utf-8",
    )
    assert "ada: read and mark" in grade("--dry-run")


def test_a_changed_reference_and_changed_keys_mark_again(course: Path, grade: Any) -> None:
    put(course, "ada", RIGHT + "\n# 3. Letter\n\n5\n")
    grade()
    reference = course / "reference/sums/sums.py"
    reference.write_text(
        reference.read_text("utf-8").replace("return a + b", "return a + b + 1"), "utf-8"
    )
    assert "1 hand-in(s) marked now" in grade()
    assert earned(course) == {"ada": 0}
    keys = course / "keys.yaml"
    keys.write_text('keys: {"3": 5}\n', "utf-8")
    assert "1 hand-in(s) marked now" in grade("--keys", str(keys))
    assert "0 hand-in(s) marked now" in grade()  # keys that were given once are remembered


def test_new_files_are_a_new_attempt_and_the_last_counts(course: Path, grade: Any) -> None:
    put(course, "ada", WRONG)
    grade()
    put(course, "ada", RIGHT)
    said = grade()
    assert earned(course) == {"ada": 2}
    assert "2 hand-ins; this one counts" in said
    assert (course / ".grader/out/sums/reports/ada.html").exists()


def test_only_changed_and_failed_choose(course: Path, grade: Any) -> None:
    for name in ("ada", "bob", "eve"):
        put(course, name)
    assert "1 hand-in(s) marked now" in grade("--only", "bob")
    assert "no hand-in is named nobody" in grade("--only", "nobody", status=2)
    assert "nobody: no hand-in has this name" in grade("--only", "nobody", "--only", "bob")
    assert "0 hand-in(s) marked now" in grade("--failed")
    put(course, "bob", WRONG)
    rubric = course / "rubrics/sums.yaml"
    grade("--changed")
    assert earned(course) == {"ada": 2, "bob": 0, "eve": 2}
    rubric.write_text(
        rubric.read_text("utf-8").replace("given: {a: 3, b: 4}", "given: {a: 4, b: 4}"), "utf-8"
    )
    assert "0 hand-in(s) marked now" in grade("--changed")
    assert earned(course) == {"ada": 2, "bob": 0, "eve": 2}


def test_a_damaged_hand_in_stops_nobody_and_can_be_tried_again(course: Path, grade: Any) -> None:
    put(course, "ada")
    damaged = course / "submissions/sums/bob"
    damaged.mkdir()
    (damaged / "b.pdf").write_bytes(b"%PDF-1.7 cut off")
    grade(status=1)
    assert earned(course)["ada"] == 2
    assert earned(course)["bob"] is None  # open, never a zero
    assert "leave 2 that are up to date" in grade("--dry-run")
    assert "bob: read and mark" in grade("--failed", "--dry-run")
    grade("--failed", status=1)
    assert rows(course, "select count(*) from submission") == [(2,)]


def test_pages_are_not_written_again_where_nothing_changed(course: Path, grade: Any) -> None:
    put(course, "ada")
    grade()
    page = course / ".grader/out/sums/index.html"
    first = page.stat().st_mtime_ns
    grade()
    assert page.stat().st_mtime_ns == first
    page.write_text("touched", "utf-8")
    grade()
    assert "touched" not in page.read_text("utf-8")
    put(course, "bob")
    assert "1 hand-in(s) marked now" in grade()
    assert "bob" in page.read_text("utf-8")


def test_a_dry_run_writes_nothing(course: Path, grade: Any) -> None:
    put(course, "ada")

    def tree() -> dict[str, bytes]:
        files = (p for p in course.rglob("*") if p.is_file() and ".grader/rubrics" not in str(p))
        return {str(p): p.read_bytes() for p in files}

    before = tree()
    assert "would read 1" in grade("--dry-run")
    assert tree() == before


def test_one_worker_or_three_give_the_same_bytes(course: Path, grade: Any) -> None:
    for number in range(7):
        put(course, f"s{number}", RIGHT if number % 2 else WRONG)
    grade()
    out = course / ".grader/out/sums"
    one = {p.name: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    shutil.rmtree(course / ".grader")
    grade("--jobs", "3")
    assert {p.name: p.read_bytes() for p in out.rglob("*") if p.is_file()} == one


def test_who_is_not_on_the_roster_is_listed_and_not_invented(course: Path, grade: Any) -> None:
    put(course, "ada")
    put(course, "mallory")
    roster = course / "roster.csv"
    roster.write_text("id,name\nada,Ada\neve,Eve\n", "utf-8")
    main(["roster", str(roster)])
    said = grade()
    assert said.count("mallory: is not on the roster") == 1
    assert "1 on it have handed nothing in: eve" in said
    assert earned(course) == {"ada": 2}
    assert "mallory" not in (course / ".grader/out/sums/grades.csv").read_text("utf-8")
    assert (course / ".grader/out/sums/reports/mallory.html").exists()
    assert rows(course, "select key from student order by key") == [("ada",), ("eve",)]


def test_the_same_files_of_two_students_are_reported_and_both_are_marked(
    course: Path, grade: Any
) -> None:
    put(course, "ada")
    put(course, "bob")
    assert "ada: the same files as bob" in grade()
    assert earned(course) == {"ada": 2, "bob": 2}


def test_two_hand_ins_of_one_student_are_attempts(course: Path, grade: Any) -> None:
    folder = course / "submissions/sums"
    (folder / "ada.md").write_text(WRONG, "utf-8")
    os.utime(folder / "ada.md", (1_700_000_000, 1_700_000_000))
    (folder / "ada.txt").write_text(RIGHT, "utf-8")
    os.utime(folder / "ada.txt", (1_800_000_000, 1_800_000_000))
    grade()
    assert earned(course) == {"ada": 2}


def test_a_full_disk_ends_plainly_and_the_next_run_goes_on(
    course: Path, grade: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        put(course, f"s{number}")
    room, puts = Store.put, []

    def full(self: Store, data: bytes, *, packed: bool = False) -> str:
        puts.append(data)
        if len(puts) > 5:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "files")
        return room(self, data, packed=packed)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "put", full)
        said = grade(status=4)
    assert "the disk is full" in said
    assert "Traceback" not in said
    kept = rows(course, "select count(*) from standing")[0][0]
    assert 0 < kept < 5
    assert f"{5 - kept} hand-in(s) marked now, {kept} were up to date" in grade()


def test_a_file_that_changes_while_it_is_read_waits_for_the_next_run(
    course: Path, grade: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.pipeline import course as batch

    file = put(course, "ada", WRONG)
    planned = batch.plan

    def plan(*given: Any, **options: Any) -> Any:
        doing = planned(*given, **options)
        file.write_text(RIGHT, "utf-8")
        return doing

    with monkeypatch.context() as patch:
        patch.setattr(batch, "plan", plan)
        assert "changed while it was read" in grade("--no-run")
    assert rows(course, "select count(*) from standing") == [(0,)]
    grade("--no-run")
    assert list(earned(course).values()) == [2]


@pytest.mark.slow
def test_two_graders_at_once_share_the_class(course: Path) -> None:
    for number in range(30):
        put(course, f"s{number:02d}", RIGHT if number % 2 else WRONG)
    command = [sys.executable, "-m", "grader", "grade", "sums", "--jobs", "1"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    both = [
        subprocess.Popen(command, cwd=course, env=environment, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert rows(course, "select count(*), count(distinct submission_id) from standing") == [
        (30, 30)
    ]
    assert rows(course, "select count(*) from result") == [(30,)]
    assert rows(course, "select count(*) from change") == [(0,)]
    assert len(earned(course)) == 30


def change(course: Path, before: str, after: str) -> None:
    rubric = course / "rubrics/sums.yaml"
    text = rubric.read_text("utf-8")
    assert before in text
    rubric.write_text(text.replace(before, after, 1), "utf-8")


def evidence_files(course: Path) -> list[Path]:
    return sorted((course / ".grader/files").glob("*/*.z"))


def test_evidence_that_is_gone_is_read_again_and_damaged_evidence_stops_nobody(
    course: Path, grade: Any
) -> None:
    put(course, "ada")
    put(course, "bob", WRONG)
    grade()
    evidence_files(course)[0].unlink()
    change(course, "given: {a: 3, b: 4}", "given: {a: 4, b: 4}")
    assert "2 hand-in(s) marked now" in grade()
    assert earned(course) == {"ada": 0, "bob": 2}
    evidence_files(course)[0].write_bytes(b"garbage")
    change(course, "given: {a: 4, b: 4}", "given: {a: 3, b: 4}")
    assert "reads it again" in grade()
    assert "1 hand-in(s) marked now" in grade("--failed")
    assert earned(course) == {"ada": 2, "bob": 0}


def test_a_course_that_never_lowers_changes_no_mark_by_grading(course: Path, grade: Any) -> None:
    put(course, "ada")
    grade()
    (course / "rubrics/course.yaml").write_text("regrade: {never_lower: true}\n", "utf-8")
    change(course, "given: {a: 3, b: 4}", "given: {a: 4, b: 4}")
    put(course, "bob")
    assert "`grader regrade` shows" in grade()
    assert earned(course) == {"ada": 2, "bob": 0}


def test_a_report_that_is_gone_is_written_from_evidence(course: Path, grade: Any) -> None:
    put(course, "ada")
    grade()
    report = course / ".grader/out/sums/reports/ada.html"
    before = report.read_bytes()
    report.unlink()
    assert "1 report(s) that were not there are written" in grade()
    assert report.read_bytes() == before


def test_what_is_late_is_in_the_sheet_of_standings(course: Path, grade: Any) -> None:
    put(course, "ada")
    rules = "assignments: {sums: {due: 2020-01-01 00:00, late: {percent_per_day: 10}}}\n"
    (course / "rubrics/course.yaml").write_text(rules, "utf-8")
    change(course, "points: 1\n    ask: The letter", "points: 1\n    ask: A letter")
    grade()
    sheet = (course / ".grader/out/sums/standings.csv").read_text("utf-8").splitlines()
    assert sheet[0].split(",")[:1] == ["student"]
    assert sheet[1].startswith("ada,")
    assert "late" in sheet[1]
