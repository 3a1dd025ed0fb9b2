"""Evidence of bundles without a key comes home: from results.json, and from Gradescope's export."""

import base64
import json
import zlib

import pytest
from click.testing import CliRunner

from grader.bundle import _keyless
from grader.bundle.evidence import record, records, take_home
from grader.bundle.settings import Unfit
from grader.cli.bundle import bundle
from grader.model import Found, Missing, Place
from grader.pipeline import Record
from grader.report import Problem

PART = {"id": "1", "ask": "The sum.", "readings": {"value": {}, "hidden-rule": {}}}
PLAN = json.dumps({"plan": {"assignment": "sums", "parts": [PART]}, "told": {"1": ["value"]}})


def _record(student="ann@example.edu", assignment="sums"):
    where = (Place(file="a.md", start=3, end=3),)
    found = {"answer": Found(value="7", where=where), "value": Found(value=7, quote="7 <b>\u202e")}
    found["hidden-rule"] = Missing(why="this is for marking alone")
    return Record(
        student=student,
        claims=None,
        files=(("a.md", "0" * 64),),
        isolation="L1 other-user",
        problems=(Problem(path=f"{student}/b.bin", what="is read by nobody"),),
        evidence={"1": found, "2": {"answer": Missing(why="no answer found")}},
        assignment=assignment,
    )


def _results(one=None):
    return _keyless.results(PLAN, one or _record())


def test_what_was_read_comes_back_as_it_was():
    assert record(json.loads(json.dumps(_results()))) == _record()


def test_the_export_of_a_class_is_read_with_rubys_symbols_tags_and_history(tmp_path):
    # Keys are Ruby's symbols and a time may have a tag of Ruby's; earlier submissions do not count
    now = json.dumps(_results())
    earlier = json.dumps(_results(_record("earlier@example.edu")))
    (tmp_path / "submission_metadata.yml").write_text(
        "---\n"
        "submission_1:\n"
        "  :submitters:\n  - :name: 'Ann: \"x\"'\n    :sid: '007'\n    :email: ann@example.edu\n"
        "  :created_at: !ruby/object:ActiveSupport::TimeWithZone\n    utc: 2026-07-01 21:22:32.365935000 Z\n"
        "    zone: !ruby/object:ActiveSupport::TimeZone\n      name: Etc/UTC\n"
        "  :score: 0.0\n"
        f"  :results: {now}\n"
        f"  :history:\n  - :id: 1\n    :results: {earlier}\n"
        "submission_2:\n  :submitters: []\n  :results: \n",
        "utf-8",
    )
    assert [name for name, _ in records(tmp_path / "submission_metadata.yml")] == ["submission_1"]
    told = take_home([tmp_path / "submission_metadata.yml"], tmp_path / "out", "sums")
    assert told == ["ann@example.edu"]
    (file,) = (tmp_path / "out" / "evidence").glob("*.json")
    assert Record.from_bytes(file.read_bytes()) == _record()


@pytest.mark.parametrize(
    "packed",
    [
        None,
        5,
        "",
        "not base64!",
        base64.b64encode(b"no zip").decode(),
        base64.b64encode(zlib.compress(b"{}")).decode(),
        base64.b64encode(zlib.compress(_record().to_bytes()[:-20])).decode(),
        base64.b64encode(zlib.compress(b"[" * 100_000_000)).decode(),
    ],
    ids=["none", "number", "empty", "words", "no zip", "no record", "cut off", "bomb"],
)
def test_what_is_no_evidence_is_refused_with_a_reason(packed):
    with pytest.raises(Unfit, match="evidence"):
        record({"extra_data": {"evidence": packed}})


def test_two_submissions_of_one_student_are_not_chosen_between(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_text(json.dumps(_results()))
    words = [
        "evidence",
        "sums",
        *map(str, sorted(tmp_path.glob("*.json"))),
        "--out",
        str(tmp_path / "out"),
    ]
    told = CliRunner().invoke(bundle, words)
    assert told.exit_code == 3
    assert "second submission of ann@example.edu" in told.stderr
    assert not (tmp_path / "out").exists()


def test_evidence_of_another_assignment_is_refused(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(_results(_record(assignment="other"))))
    with pytest.raises(Unfit, match="'other'"):
        take_home([tmp_path / "a.json"], tmp_path / "out", "sums")


def test_a_name_that_leads_out_of_the_folder_stays_in_it(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(_results(_record("../../etc/x"))))
    take_home([tmp_path / "a.json"], tmp_path / "out", "sums")
    assert len(list((tmp_path / "out" / "evidence").iterdir())) == 1


def test_a_part_that_was_read_has_no_number():
    tests = [test for test in _results()["tests"] if test.get("number")]
    assert tests
    assert all("score" not in test and "max_score" not in test for test in tests)


def test_students_are_told_of_readings_that_count_and_no_others():
    (test,) = [test for test in _results()["tests"] if test.get("number") == "1"]
    assert "value: read as" in test["output"]
    assert "marking alone" not in test["output"]
