"""Who handed in and when, from submission_metadata.json: hostile, half there, or another's."""

import json
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.bundle._marks import _late
from grader.bundle._metadata import metadata
from grader.gradebook.policy import Policy
from tests.bundle.bundle_course import METADATA

_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_KEYS = ("id", "created_at", "assignment", "users", "previous_submissions")


def _told(tmp_path, data):
    path = tmp_path / "submission_metadata.json"
    path.write_text(json.dumps(data), "utf-8")
    return metadata(path)


def test_student_time_and_attempt_are_read_as_the_specification_writes_them(tmp_path):
    told = _told(tmp_path, METADATA)
    assert told.student == "ann@example.edu"
    assert told.received == datetime(2026, 7, 1, 21, 22, 32, 365935, tzinfo=UTC)
    assert told.attempt == 2
    assert not told.problems


def test_a_group_is_named_by_all_its_members(tmp_path):
    users = [
        {"email": "zoe@x.edu", "id": 1, "name": "Zoe"},
        {"email": "ann@x.edu", "id": 2, "name": "Ann"},
    ]
    assert _told(tmp_path, {**METADATA, "users": users}).student == "ann@x.edu & zoe@x.edu"


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.fixed_dictionaries(dict.fromkeys(_KEYS, _JSON)) | _JSON)
def test_whatever_it_holds_it_costs_nobody_a_mark(tmp_path, data):
    told = _told(tmp_path, data)
    assert told.student
    assert told.student.isprintable()
    assert told.received is not None or told.problems


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe{", b"[" * 100_000, b"null"])
def test_a_damaged_file_is_said(tmp_path, data):
    path = tmp_path / "submission_metadata.json"
    path.write_bytes(data)
    assert metadata(path).problems
    assert metadata(tmp_path / "nowhere.json").problems


def test_names_that_terminals_obey_are_made_harmless(tmp_path):
    users = [{"email": "a\u202e\x1b[31mb@x.edu\r\n", "id": 1, "name": "=1+1"}]
    assert _told(tmp_path, {**METADATA, "users": users}).student == "a[31mb@x.edu"


@pytest.mark.parametrize(
    ("written", "total"),
    [("4.5", Fraction(9, 2)), (10, 10), (2.25, Fraction(9, 4)), ("0.0", 0), (None, None)],
)
def test_points_of_the_assignment_are_read_as_they_are_written(tmp_path, written, total):
    told = _told(tmp_path, {**METADATA, "assignment": {"total_points": written}})
    assert (told.total, told.problems) == (total, ())


@pytest.mark.parametrize(
    "written", ["1e999999999", "9" * 40, "-1", "1/0", "nan", True, [], {}, "1,5"]
)
def test_what_are_no_points_is_said_and_costs_nothing(tmp_path, written):
    told = _told(tmp_path, {**METADATA, "assignment": {"total_points": written}})
    assert told.total is None
    assert told.problems == ("submission_metadata.json: total_points is no number",)


def _policy(**rule):
    return Policy.model_validate({"assignments": {"sums": rule}})


def test_lateness_is_that_of_the_submission_and_not_of_the_clock(tmp_path):
    # docs/submission_metadata.md: a regrade a year later must not make anybody late
    told = _told(tmp_path, METADATA)
    late, _ = _late(told, _policy(late={"percent_per_day": 10}), "sums")
    assert (late.seconds, late.factor) == (0, 1)
    after = (told.due + timedelta(hours=30)).isoformat()
    late, _ = _late(
        _told(tmp_path, {**METADATA, "created_at": after}),
        _policy(late={"percent_per_day": 10}),
        "sums",
    )
    assert late.factor == Fraction(8, 10)


def test_what_extensions_and_late_days_decide_is_left_to_a_person(tmp_path):
    told = _told(tmp_path, {**METADATA, "created_at": "2026-08-05T00:00:00+00:00"})
    closed = _policy(due="2026-08-01 00:00", closes="2026-08-02 00:00")
    late, notes = _late(told, closed, "sums")
    assert not late.refused
    assert late.factor == 1
    assert any("extension" in note for note in notes)
    with_days = Policy.model_validate(
        {
            "late_days": 3,
            "assignments": {"sums": {"due": "2026-08-01 00:00", "late": {"points_per_day": 1}}},
        }
    )
    late, notes = _late(told, with_days, "sums")
    assert late.off == 0
    assert any("late days" in note for note in notes)
