"""Roster, standings, marks by hand, comments, extensions, the log and a purge, as commands."""

from __future__ import annotations

import csv
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.regrade.conftest import Call, edit, files, hand_in, marks, out_of, rows

ROSTER = "id,name,email,section\nada,Ada Lovelace,ada@example.edu,A\nbob,Bob Ross,bob@example.edu,B\ncleo,Cleo Night,cleo@example.edu,A\n"


@pytest.fixture
def enrolled(graded: Path, grader: Call) -> Path:
    """The graded class of three, with its roster."""
    (graded / "roster.csv").write_text(ROSTER, "utf-8")
    status, _, told = grader("roster", "roster.csv")
    assert (status, told.splitlines()[-1]) == (0, "3 added, 0 changed, 0 no longer in it")
    return graded


# -- roster


def test_a_roster_is_taken_in_changed_and_replaced(enrolled: Path, grader: Call) -> None:
    file = enrolled / "roster.csv"
    file.write_text(ROSTER.replace("Ada Lovelace", "Ada King") + "dan,Dan,d@x.org,B\n", "utf-8")
    assert "1 added, 1 changed, 0 no longer in it" in grader("roster", file)[2]
    file.write_text("id,name\nada,Ada King\n", "utf-8")
    # a part of the class is no reason to take the others out
    assert "0 no longer in it" in grader("roster", file)[2]
    assert "3 no longer in it" in grader("roster", file, "--replace")[2]
    listed = grader("roster")[1]
    assert "Ada King" in listed
    assert "Bob Ross" not in listed


def test_a_roster_says_in_a_sum_who_stands_in_no_table(enrolled: Path, grader: Call) -> None:
    file = enrolled / "roster.csv"
    file.write_text("id,name,email\nx1,Ada King,ada\ndan,Dan,d@x.org\n", "utf-8")
    *_, tables, told = grader("roster", file, "--replace")[2].splitlines()
    assert told == "2 added, 0 changed, 3 no longer in it"
    assert tables == (
        "3 have handed in: 1 in the tables, 2 in none until the roster has their id: bob, cleo"
    )
    file.write_text(ROSTER, "utf-8")
    assert "have handed in" not in grader("roster", file)[2]


def test_what_is_odd_in_a_roster_is_told_and_the_rest_is_taken(course: Path, grader: Call) -> None:
    file = course / "roster.csv"
    file.write_bytes("id;name\nada;Ada\nada;Another Ada\nzoë;Zoë\n".encode("cp1252"))
    status, _, told = grader("roster", file)
    assert status == 0
    assert "Windows-1252" in told
    assert "ada" in told
    assert "Zoë" in grader("roster")[1]


def test_what_is_no_roster_is_refused_plainly(course: Path, grader: Call) -> None:
    file = course / "roster.csv"
    file.write_text("one\ntwo\n", "utf-8")
    status, _, told = grader("roster", file)
    assert status not in (0, 4)
    assert "roster.csv" in told
    assert "Traceback" not in told


def test_a_name_in_a_roster_cannot_command_the_terminal(course: Path, grader: Call) -> None:
    (course / "roster.csv").write_text("id,name\nada,\x1b[31mAda\n", "utf-8")
    grader("roster", "roster.csv")
    assert "\x1b" not in grader("roster")[1]


# -- standings


def dated(course: Path, name: str, at: datetime) -> None:
    """Give a hand-in the time at which it was received."""
    os.utime(course / f"submissions/sums/{name}.json", (at.timestamp(), at.timestamp()))


@pytest.fixture
def late(course: Path, grader: Call) -> Path:
    """Due on the night in which Berlin's clocks go back; one hour late is a tenth of the points."""
    hand_in(course, "ada", {"1": "7", "2": "14"})
    hand_in(course, "bob", {"1": "7", "2": "14"})
    # 02:30 is there twice that night: Ada hands in at the first (00:30 UTC), Bob half an hour
    # after the second (02:00 UTC, that is 03:00 in Berlin)
    dated(course, "ada", datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    dated(course, "bob", datetime(2026, 10, 25, 2, 0, tzinfo=UTC))
    (course / "rubrics/course.yaml").write_text(
        "time_zone: Europe/Berlin\n"
        "assignments:\n  sums: {due: 2026-10-25 01:59, late: {percent_per_hour: 10}}\n",
        "utf-8",
    )
    assert grader("grade", "sums", "--jobs", 1)[0] == 0
    return course


def stands(grader: Call) -> dict[str, dict]:
    return {row["student"]: row for row in json.loads(grader("standings", "sums", "--json")[1])}


def test_lateness_is_counted_across_the_change_of_the_clocks(late: Path, grader: Call) -> None:
    found = stands(grader)
    # 01:59 in summer time is 23:59 UTC: 31 minutes, and 2 hours and 1 minute
    assert [found[name]["late_seconds"] for name in ("ada", "bob")] == [31 * 60, 121 * 60]
    # 3.5 points; the first hour begun takes 10 %, three begun take 30 %
    assert [found[name]["points"] for name in ("ada", "bob")] == [3.5, 3.5]
    assert [found[name]["final"] for name in ("ada", "bob")] == [3.15, 2.45]


def test_an_extension_makes_a_hand_in_be_in_time(late: Path, grader: Call) -> None:
    status, _, told = grader(
        "extend", "sums", "bob", "--due", "2026-10-26T23:59", "--reason", "was ill"
    )
    assert status == 0
    assert "bob" in told
    found = stands(grader)
    assert (found["bob"]["final"], found["ada"]["final"]) == (3.5, 3.15)
    grader("extend", "sums", "bob", "--reason", "taken back")
    assert stands(grader)["bob"]["final"] == 2.45


def test_an_extension_for_nobody_or_for_no_time_is_refused(enrolled: Path, grader: Call) -> None:
    status, _, told = grader("extend", "sums", "adda", "--due", "2026-10-26", "--reason", "x")
    assert (status, "'adda' is not on the roster" in told) == (2, True)
    status, _, told = grader("extend", "sums", "ada", "--due", "tomorrow", "--reason", "x")
    assert (status, "'tomorrow' is no time" in told) == (2, True)
    assert grader("extend", "sums", "ada", "--due", "2026-10-26")[0] == 2, "a reason is needed"
    assert rows(enrolled, "select * from extension") == []


def test_standings_name_who_handed_in_nothing_and_who_is_unknown(
    enrolled: Path, grader: Call
) -> None:
    (enrolled / "roster.csv").write_text("id,name\nada,Ada\ndan,=cmd()\n", "utf-8")
    grader("roster", "roster.csv", "--replace")
    found = stands(grader)
    assert (found["dan"]["attempts"], found["dan"]["final"]) == (0, "")
    assert found["ada"]["on_roster"]
    assert not found["bob"]["on_roster"]
    assert "dan: no hand-in" in grader("standings", "sums")[1]
    table = list(csv.DictReader(grader("standings", "sums", "--csv")[1].splitlines()))
    assert {row["student"]: row["points"] for row in table}["ada"] == "2.5"
    assert {row["student"]: row["name"] for row in table}["dan"] == "'=cmd()"


def test_of_two_attempts_the_last_counts(course: Path, grader: Call) -> None:
    hand_in(course, "ada", {"1": "12"})
    dated(course, "ada", datetime(2026, 10, 1, tzinfo=UTC))
    grader("grade", "sums", "--jobs", 1)
    hand_in(course, "ada", {"1": "7"})
    dated(course, "ada", datetime(2026, 10, 2, tzinfo=UTC))
    grader("grade", "sums", "--jobs", 1)
    found = stands(grader)["ada"]
    assert (found["attempts"], found["counts"], found["points"]) == (2, 2, 2)
    # a mark by hand goes to the last attempt, or to the one that is named
    grader("mark", "sums", "ada", "2", "1", "--reason", "last")
    assert stands(grader)["ada"]["points"] == 3


# -- marks by hand


@pytest.mark.parametrize("points", ["1,5", "1.5", "3/2"])
def test_points_are_written_as_people_write_them(graded: Path, grader: Call, points: str) -> None:
    status, _, told = grader("mark", "sums", "cleo", "1", points, "--reason", "half right")
    assert (status, "cleo, 1" in told) == (0, True)
    assert marks(graded)["cleo"]["1"] == 1.5
    report = files(graded)["reports/cleo.md"].decode()
    assert "Marked by a person: half right" in report
    assert "1.5 of 2" in report


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("cleo", "1", "2.5", "--reason", "x"), "points lie between 0 and 2"),
        (("--reason", "x", "--", "cleo", "1", "-1"), "points lie between 0 and 2"),
        (("cleo", "1", "many", "--reason", "x"), "'many' are no points"),
        (("cleo", "1", "1/0", "--reason", "x"), "'1/0' are no points"),
        (("cleo", "1", "nan", "--reason", "x"), "'nan' are no points"),
        (("cleo", "9", "1", "--reason", "x"), "has no part 9"),
        (("nobody", "1", "1", "--reason", "x"), "holds no hand-in of 'nobody'"),
        (("cleo", "1", "1"), "--reason"),
        (("cleo", "1", "1", "--reason", "  "), "needs a reason"),
        (("cleo", "1", "--reason", "x"), "give POINTS, or --withdraw"),
        (("cleo", "1", "1", "--withdraw", "--reason", "x"), "give POINTS, or --withdraw"),
    ],
)
def test_a_mark_that_cannot_be_is_refused_and_nothing_is_written(
    graded: Path, grader: Call, arguments: tuple[str, ...], says: str
) -> None:
    before = files(graded)
    status, _, told = grader("mark", "sums", *arguments)
    assert (status, says in told, "Traceback" in told) == (2, True, False), told
    assert files(graded) == before
    assert rows(graded, "select * from decision") == []


def test_a_mark_by_hand_is_taken_back(graded: Path, grader: Call) -> None:
    before = files(graded)
    grader("mark", "sums", "cleo", "1", "2", "--reason", "generous")
    assert files(graded) != before
    assert grader("mark", "sums", "cleo", "1", "--withdraw", "--reason", "too generous")[0] == 0
    assert files(graded) == before
    # neither is forgotten
    assert rows(graded, "select author, reason from decision order by id") == [
        ("Grace", "generous"), ("Grace", "too generous"),
    ]  # fmt: skip


def test_a_mark_by_hand_on_an_attempt_that_no_longer_counts_is_said(
    graded: Path, grader: Call
) -> None:
    grader("mark", "sums", "cleo", "1", "2", "--reason", "generous")
    words = "has a mark by hand, but another hand-in of this student counts"
    assert words not in grader("grade", "sums", "--jobs", 1)[2]
    hand_in(graded, "cleo", {"1": "8", "2": "16"})
    told = grader("grade", "sums", "--jobs", 1)[2]
    assert f"cleo: {words}" in told
    assert words in files(graded)["index.html"].decode()


def test_a_mark_by_hand_waits_for_a_change_of_the_rubric_to_be_shown(
    graded: Path, grader: Call
) -> None:
    before = files(graded)
    edit(graded, "credit: 0.5", "credit: 0.25")
    for command in (
        ("mark", "sums", "ada", "2", "1", "--reason", "x"),
        ("comment", "sums", "ada", "Hi"),
    ):
        status, _, told = grader(*command)
        assert status == 2
        assert "`grader regrade sums` shows what that does" in told
    assert files(graded) == before


def test_a_mark_by_hand_decides_an_open_part(course: Path, grader: Call) -> None:
    hand_in(course, "ada", {"1": "7", "4": "see my drawing"})
    grader("grade", "sums", "--jobs", 1)
    assert stands(grader)["ada"]["final"] == ""
    grader("mark", "sums", "ada", "4", "0.5", "--reason", "a fine drawing")
    assert stands(grader)["ada"]["final"] == 2.5


# -- comments

HOSTILE = "Well <script>alert(1)</script>\n# done ![x](http://evil.example/x.png)"


def test_a_comment_stands_in_the_report_and_does_nothing(graded: Path, grader: Call) -> None:
    before = files(graded)
    assert grader("comment", "sums", "ada", HOSTILE, "--part", "1")[0] == 0
    assert grader("comment", "sums", "ada", "See me on Monday.")[0] == 0
    now = files(graded)
    page, text = now["reports/ada.html"].decode(), now["reports/ada.md"].decode()
    for report in (page, text):
        assert report.count("From the course staff:") == 2
        assert report.index("See me on Monday") < report.index("script")
        assert "<script>alert" not in report
    assert "![x](" not in text
    assert {name for name in before if now[name] != before[name]} == {
        "reports/ada.html", "reports/ada.md",
    }  # fmt: skip
    # a batch has nothing to do, and the comment stays where marks change
    assert "0 hand-in(s) marked now" in grader("grade", "sums", "--jobs", 1)[2]
    edit(graded, "credit: 0.5", "credit: 0.75")
    assert grader("regrade", "sums", "--apply")[0] == 0
    assert files(graded)["reports/ada.md"].decode().count("From the course staff:") == 2


def test_the_last_comment_is_taken_back(graded: Path, grader: Call) -> None:
    before = files(graded)
    grader("comment", "sums", "ada", "One")
    one = files(graded)
    grader("comment", "sums", "ada", "Two")
    assert grader("comment", "sums", "ada", "--withdraw")[0] == 0
    assert files(graded) == one
    assert grader("comment", "sums", "ada", "--withdraw")[0] == 0
    assert files(graded) == before
    status, _, told = grader("comment", "sums", "ada", "--withdraw")
    assert (status, "no comment to ada is left" in told) == (2, True)


@pytest.mark.parametrize(
    "arguments", [("nobody", "Hi"), ("ada", "Hi", "--part", "9"), ("ada",), ("ada", "  ")]
)
def test_a_comment_to_nobody_about_nothing_is_refused(
    graded: Path, grader: Call, arguments: tuple[str, ...]
) -> None:
    assert grader("comment", "sums", *arguments)[0] == 2
    assert rows(graded, "select * from comment") == []


# -- the log


def test_the_log_knows_pseudonyms_and_never_a_name(enrolled: Path, grader: Call) -> None:
    grader("mark", "sums", "ada", "1", "2", "--reason", "well argued by Ada Lovelace")
    grader("comment", "sums", "cleo", "Cleo Night, see me")
    grader("extend", "sums", "bob", "--due", "2026-10-26T23:59", "--reason", "Bob was ill")
    for options in ((), ("--json",), ("sums",)):
        text = grader("log", *options)[1]
        assert "mark by hand" in text
        for name in ("ada", "Ada", "Lovelace", "bob", "Bob", "cleo", "Cleo", "example.edu"):
            assert name not in text
    entries = [json.loads(line) for line in grader("log", "--json")[1].splitlines()]
    assert [one["number"] for one in entries] == sorted(one["number"] for one in entries)
    # who has the gradebook can ask for one student
    own = grader("log", "--student", "ada", "--json")[1].splitlines()
    assert [json.loads(line)["what"] for line in own] == ["mark by hand"]


# -- purge


def everything(course: Path) -> str:
    """All text that is left in the course's state, the database's own bytes included."""
    data = [path.read_bytes() for path in (course / ".grader").rglob("*") if path.is_file()]
    names = [str(path) for path in (course / ".grader").rglob("*")]
    return b"\n".join(data).decode("utf-8", "replace") + "\n".join(names)


def test_a_purge_leaves_nothing_of_a_student_and_all_of_the_others(
    enrolled: Path, grader: Call
) -> None:
    # a student whose id only begins with the other's
    hand_in(enrolled, "ada.b", {"1": "7"})
    (enrolled / "roster.csv").write_text(ROSTER + "ada.b,Adam Bee,b@x.org,A\n", "utf-8")
    grader("roster", "roster.csv")
    grader("grade", "sums", "--jobs", 1)
    edit(enrolled, "credit: 0.5", "credit: 0.75")
    grader("regrade", "sums", "--apply")
    grader("mark", "sums", "ada", "1", "2", "--reason", "argued well, Lovelace")
    assert "Lovelace" in everything(enrolled)

    status, _, told = grader("purge", "ada", "--yes")
    assert status == 0
    assert "1 hand-in(s)" in told
    assert f"still lies at {enrolled / 'submissions/sums/ada.json'}" in told
    assert sorted(marks(enrolled)) == ["ada.b", "bob", "cleo"]
    reports = {path.name for path in (out_of(enrolled) / "reports").iterdir()}
    assert reports == {f"{n}.{k}" for n in ("ada.b", "bob", "cleo") for k in ("html", "md")}
    assert "Lovelace" not in everything(enrolled)
    for path in out_of(enrolled).rglob("*"):
        if path.is_file():
            text = path.read_text("utf-8").replace("\\.", ".").replace("ada.b", "")
            assert "ada" not in text.replace("metadata", ""), path
    assert "Lovelace" not in grader("roster")[1]
    assert rows(enrolled, "select * from submission where key = 'ada'") == []
    status, _, told = grader("purge", "ada", "--yes")
    assert (status == 2, "nobody in the gradebook has the id 'ada'" in told) == (True, True)


def test_a_purge_asks_first(enrolled: Path, grader: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    before = files(enrolled)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    status, out, told = grader("purge", "ada")
    assert "Take 'ada' out for good?" in out + told
    assert status == 130
    assert files(enrolled) == before
    assert rows(enrolled, "select count(*) from submission where key = 'ada'") == [(1,)]


# -- outside of a course


@pytest.mark.parametrize(
    "command",
    [
        ("roster",), ("standings", "sums"), ("mark", "sums", "a", "1", "1", "--reason", "x"),
        ("comment", "sums", "a", "Hi"), ("extend", "sums", "a", "--reason", "x"), ("log",),
        ("purge", "a", "--yes"), ("regrade", "sums"),
    ],
    ids=lambda command: command[0],
)  # fmt: skip
def test_a_command_outside_of_a_course_says_so_and_writes_nothing(
    tmp_path: Path, grader: Call, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    status, _, told = grader(*command)
    assert status not in (0, 4)
    assert told
    assert "Traceback" not in told
    assert list(empty.iterdir()) == []


def test_an_assignment_that_is_not_there_is_named(graded: Path, grader: Call) -> None:
    for command in (
        ("standings", "other"),
        ("regrade", "other"),
        ("extend", "other", "ada", "--due", "2026-10-26", "--reason", "x"),
    ):
        status, _, told = grader(*command)
        assert status not in (0, 4), command
        assert "other" in told
        assert "Traceback" not in told
