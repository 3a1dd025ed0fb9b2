"""`grader push` as an instructor meets it: look first, then send, from a graded course."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from grader.cli import grader as commands
from grader.cli import main
from grader.cli.push import push
from tests.conftest import RUBRIC
from tests.lms import canvas_stand_in, moodle_stand_in
from tests.lms.pushing import QUICK

TWO_PARTS = RUBRIC[: RUBRIC.index('  - id: "3"')]
ROSTER = """\
Student,ID,SIS User ID,SIS Login ID,Section
"Ace, Ann",1,007,ann,A
"=Bob, O'Neil",2,008,bob,A
"Nil, Cy",3,009,cy,A
"""


@pytest.fixture
def graded(course: Path, monkeypatch, capfd):
    """A graded course; gives a call of the command line inside it."""
    (course / "rubrics/sums.yaml").write_text(TWO_PARTS, "utf-8")
    (course / "roster.csv").write_text(ROSTER, "utf-8")
    for name, answers in (("007", {"1": "7", "2": "14"}), ("008", {"1": "12", "2": "24"})):
        (course / f"submissions/sums/{name}.json").write_text(json.dumps({"answers": answers}))
    monkeypatch.chdir(course)
    monkeypatch.setenv("GRADER_CANVAS_TOKEN", canvas_stand_in.TOKEN)
    monkeypatch.setenv("GRADER_MOODLE_TOKEN", moodle_stand_in.TOKEN)
    monkeypatch.setattr("grader.lms._retry.Pauses.seconds", lambda *_: QUICK.first)
    commands.add_command(push)

    def call(*arguments: object):
        status = 0
        try:
            main([str(a) for a in arguments])
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capfd.readouterr()
        for token in (canvas_stand_in.TOKEN, moodle_stand_in.TOKEN):
            assert token not in out + err
        return status, out, err

    assert call("roster", "roster.csv")[0] == 0
    assert call("grade", "sums")[0] == 0
    return call


@pytest.fixture
def there(canvas):
    canvas.assignment |= {"points_possible": 3.5, "name": "Sums"}
    canvas.add(1, "Ann Ace", sis_user_id="007", login_id="ann")
    canvas.add(2, "=Bob O'Neil", sis_user_id="008", login_id="bob")
    canvas.add(3, "Cy Nil", sis_user_id="009", login_id="cy")
    return ("push", "canvas", "sums", "--url", canvas.url, "--course-id", 11, "--assignment-id", 22)


def test_look_then_send_then_nothing_is_left(graded, there, canvas, course):
    status, out, err = graded(*there, "--comments", "--feedback")
    assert status == 0
    assert "007: nothing → 3.5   (mark)" in out
    assert "008: nothing → 2.5   (mark)" in out
    assert "[missing] 009" in out
    assert "nothing was sent; --write sends it" in err
    assert {one.method for one in canvas.asked} == {"GET"}
    status, _, err = graded(*there, "--comments", "--feedback", "--write")
    assert status == 0, err
    assert "2 student(s) have what was sent" in err
    assert canvas.submissions[1]["score"] == 3.5
    assert canvas.submissions[2]["score"] == 2.5
    assert canvas.submissions[3]["score"] is None
    files = [f for own in canvas.submissions.values() for c in own["comments"] for f in c["attachments"]]  # fmt: skip
    assert len(files) == 2
    assert b"You multiplied" in canvas.uploads[files[1]["id"]][1]
    assert (
        b">12<" in canvas.uploads[files[1]["id"]][1] or b"12" in canvas.uploads[files[1]["id"]][1]
    )
    status, out, _ = graded(*there, "--comments", "--feedback", "--write")
    assert status == 0
    assert "0 change(s), 2 as they are" in out
    assert len(list((course / ".grader/pushed").glob("canvas-11-22-*.jsonl"))) == 1


def test_unsafe_is_refused_with_status_5_until_it_is_named(graded, there, canvas):
    canvas.submissions[2]["score"] = 1.0
    status, out, err = graded(*there, "--write")
    assert status == 5
    assert "! [overwrites] 008 has 1 in the LMS" in out
    assert "--despite overwrites" in err
    assert canvas.submissions[1]["score"] is None
    assert graded(*there, "--write", "--despite", "overwrites")[0] == 0
    assert canvas.submissions[2]["score"] == 2.5
    assert graded(*there, "--write", "--despite", "everything")[0] == 2


def test_a_lie_ends_with_status_1_and_says_whose(graded, there, canvas):
    canvas.stores[2] = 2.0
    status, _, err = graded(*there, "--write")
    assert status == 1
    assert "008: 2.5 was sent and taken, and the LMS shows 2" in err
    status, _, _ = graded(*there, "--write")
    assert status == 5  # what is there now was not sent from here


def test_as_json(graded, there):
    status, out, _ = graded(*there, "--json")
    assert status == 0
    found = json.loads(out)
    assert {(c["who"], c["after"]) for c in found["changes"]} == {("007", "3.5"), ("008", "2.5")}
    assert found["sent"] is None
    _, out, _ = graded(*there, "--json", "--write", "--only", "007")
    assert json.loads(out)["sent"]["verified"] == ["007"]


def test_open_marks_are_left_out(graded, there, canvas, course):
    (course / "rubrics/sums.yaml").write_text(RUBRIC, "utf-8")
    canvas.assignment["points_possible"] = 5
    answers = {"1": "7", "2": "14", "3": "5", "4": "a drawing"}
    for name in ("007", "008"):
        (course / f"submissions/sums/{name}.json").write_text(json.dumps({"answers": answers}))
    assert graded("grade", "sums")[0] == 0
    status, out, _ = graded(*there, "--write")
    assert status == 0
    assert "[open] 007" in out
    assert all(own["score"] is None for own in canvas.submissions.values())


def test_what_is_missing_or_wrong_is_usage(graded, there, canvas, course, monkeypatch):
    url = list(there)
    url[4] = "http://canvas.example.edu"
    status, _, err = graded(*url)
    assert status == 2
    assert "https" in err
    (course / "map.yaml").write_text("- x\n")
    assert graded(*there, "--rubric", "map.yaml")[0] == 2
    (course / "map.yaml").write_text('"1": [a]\n')
    assert graded(*there, "--rubric", "map.yaml")[0] == 2
    monkeypatch.delenv("GRADER_CANVAS_TOKEN")
    status, _, err = graded(*there)
    assert status == 2
    assert "GRADER_CANVAS_TOKEN" in err
    assert not canvas.asked


def test_an_lms_that_is_not_there_is_status_1(graded, there, canvas):
    canvas.close()
    status, _, err = graded(*there, "--write")
    assert status == 1
    assert "cannot be reached" in err


def test_a_rubric_by_a_map(graded, there, canvas, course):
    canvas.assignment["rubric"] = [{"id": "_1", "description": "Sum", "points": 2}, {"id": "_2", "description": "Twice: it", "points": 1.5}]  # fmt: skip
    (course / "map.yaml").write_text('"1": _1\n2: "Twice: it"\n')
    status, _, err = graded(*there, "--rubric", "map.yaml", "--write")
    assert status == 0, err
    assert {k: v["points"] for k, v in canvas.submissions[2]["rubric"].items()} == {"_1": 1, "_2": 1.5}  # fmt: skip


def test_moodle_the_same_way(graded, moodle, caplog):
    caplog.set_level(logging.DEBUG)
    moodle.grade = 3.5
    moodle.add(11, "Ann Ace", idnumber="007")
    moodle.add(12, "Bob O'Neil", idnumber="008")
    there = ("push", "moodle", "sums", "--url", moodle.url, "--course-id", 5, "--assignment-id", 140)  # fmt: skip
    assert graded(*there, "--comments", "--feedback")[0] == 0
    status, _, err = graded(*there, "--comments", "--feedback", "--write")
    assert status == 0, err
    assert moodle.held[12]["grade"] == "2.50000"
    assert len(moodle.held[12]["files"]) == 1
    assert "multiplied" in moodle.held[12]["comment"]
    assert moodle_stand_in.TOKEN not in caplog.text
