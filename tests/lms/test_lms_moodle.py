"""Marks into Moodle: what arrives, what is refused, and what its odd answers cannot do."""

from __future__ import annotations

from contextlib import closing

import pytest

from grader.lms import LmsError, Moodle, Refused, Token
from tests.lms.conftest import line, marks
from tests.lms.moodle_stand_in import TOKEN, Thrown
from tests.lms.pushing import QUICK, class_of, pushed


def _go(moodle, folder, what, **more):
    return pushed("moodle", moodle.url, TOKEN, folder, what, **more)


def _ann_and_bob(moodle):
    moodle.add(3, "Ann Ace", idnumber="007", username="ann")
    moodle.add(4, "Bob Ó'Neil", idnumber="008", email="bob@example.edu")


def _codes(plan):
    return {(one.code, one.unsafe) for one in plan.concerns}


def _saves(moodle):
    return moodle.lines("mod_assign_save")


def test_marks_arrive_and_are_read_back(moodle, tmp_path):
    _ann_and_bob(moodle)
    plan, done = _go(moodle, tmp_path, marks(line("007", "17.5"), line("008", "0")))
    assert plan.target.title == "Third"
    assert [(c.who, c.before, c.after) for c in plan.changes] == [("007", "", "17.5"), ("008", "", "0")]  # fmt: skip
    assert done.verified == ["007", "008"]
    assert moodle.held[3]["grade"] == "17.50000"
    assert moodle.held[4]["grade"] == "0.00000"
    assert len(_saves(moodle)) == 1


def test_a_whole_class_arrives(moodle, tmp_path):
    for n in range(35):
        moodle.add(n + 1, f"S {n}", idnumber=f"s{n:03}")
    _, done = _go(moodle, tmp_path, class_of(35), comments=True)
    assert len(done.verified) == 35
    assert all(own["mails"] == 1 for own in moodle.held.values())


def test_a_second_run_sends_nothing(moodle, tmp_path):
    _ann_and_bob(moodle)
    what = marks(line("007", "17.5", feedback="Good.\n<b>1</b> & 2"), line("008", "3", report=b"<p>page</p>"))  # fmt: skip
    _, done = _go(moodle, tmp_path, what, comments=True, feedback=True)
    assert done.good, done
    assert moodle.held[3]["comment"] == "<p>Good.<br>&lt;b&gt;1&lt;/b&gt; &amp; 2</p>"
    assert [len(d) for _, d in moodle.held[4]["files"]] == [11]
    before = len(_saves(moodle))
    plan, done = _go(moodle, tmp_path, what, comments=True, feedback=True)
    assert plan.unchanged == 2
    assert done.good
    assert len(_saves(moodle)) == before
    assert [own["mails"] for own in moodle.held.values()] == [1, 1]


def test_a_mark_above_the_maximum_is_never_sent(moodle, tmp_path):
    _ann_and_bob(moodle)
    what = marks(line("007", "99"), line("008", "5"))
    plan, done = _go(moodle, tmp_path, what)
    assert done is None
    assert ("range", True) in _codes(plan)
    _, done = _go(moodle, tmp_path, what, despite=frozenset({"range"}))
    assert done.verified == ["008"]
    assert moodle.held[3]["grade"] is None


def test_success_that_stored_minus_one_is_found(moodle, tmp_path):
    _ann_and_bob(moodle)
    moodle.stores[3] = "-1.00000"
    _, done = _go(moodle, tmp_path, marks(line("007", "19"), line("008", "5")))
    assert done.verified == ["008"]
    assert "19 was sent and taken, and the LMS shows no mark" in done.differs[0].says


def test_a_mark_that_the_gradebook_locks_is_found(moodle, tmp_path):
    _ann_and_bob(moodle)
    moodle.locked.add(3)
    _, done = _go(moodle, tmp_path, marks(line("007", "19")))
    assert not done.good
    assert not done.verified


def test_a_push_of_marks_alone_keeps_comments_and_states(moodle, tmp_path):
    _ann_and_bob(moodle)
    moodle.workflow = True
    moodle.held[3] |= {"comment": "<p>From a person &amp; kept</p>", "state": "inreview", "grade": "-1.00000"}  # fmt: skip
    _, done = _go(moodle, tmp_path, marks(line("007", "19")))
    assert done.good
    assert moodle.held[3]["comment"] == "<p>From a person &amp; kept</p>"
    assert moodle.held[3]["state"] == "inreview"
    assert moodle.held[3]["grade"] == "19.00000"


def test_a_comment_of_a_person_is_not_replaced_unasked(moodle, tmp_path):
    _ann_and_bob(moodle)
    moodle.held[3] |= {"comment": "<p>Come and see me</p>", "grade": "-1.00000"}
    what = marks(line("007", "19", feedback="Ours"))
    plan, done = _go(moodle, tmp_path, what, comments=True)
    assert done is None
    assert ("overwrites", True) in _codes(plan)
    assert [c.before for c in plan.changes if c.at == "comment"] == ["<p>Come and see me</p>"]
    _, done = _go(moodle, tmp_path, what, comments=True, despite=frozenset({"overwrites"}))
    assert done.good
    _, done = _go(moodle, tmp_path, marks(line("007", "18", feedback="Ours again")), comments=True)
    assert done.good  # the comment there was ours


def test_feedback_files_of_a_person_are_not_replaced_unasked(moodle, tmp_path):
    _ann_and_bob(moodle)
    moodle.held[3] |= {"files": [("notes.pdf", b"%PDF")], "grade": "-1.00000"}
    plan, done = _go(moodle, tmp_path, marks(line("007", "19", report=b"<p/>")), feedback=True)
    assert done is None
    assert ("file", True) in _codes(plan)


def test_pictures_in_a_comment_are_not_lost_unasked(moodle, tmp_path):
    _ann_and_bob(moodle)
    moodle.held[3] |= {"comment": '<img src="https://m.example/webservice/pluginfile.php/1/x.png">', "grade": "-1.00000"}  # fmt: skip
    plan, done = _go(moodle, tmp_path, marks(line("007", "19")))
    assert done is None
    assert ("lossy", True) in _codes(plan)


def test_marks_of_teams_are_read_back_where_the_list_of_marks_lacks_them(moodle, tmp_path):
    _ann_and_bob(moodle)
    moodle.team = True
    what = marks(line("007", "17"), line("008", "5"))
    _, done = _go(moodle, tmp_path, what)
    assert done.good, done
    plan, _ = _go(moodle, tmp_path, what)
    assert plan.unchanged == 2
    moodle.held[3]["grade"] = "11.00000"  # by somebody else
    plan, done = _go(moodle, tmp_path, what)
    assert done is None
    assert ("overwrites", True) in _codes(plan)


def test_open_marks_are_never_sent(moodle, tmp_path):
    _ann_and_bob(moodle)
    plan, done = _go(moodle, tmp_path, marks(line("007", None, open=("2",)), line("008", None, handed_in=False)))  # fmt: skip
    assert done.good
    assert not _saves(moodle)
    assert {("open", False), ("missing", False)} <= _codes(plan)


@pytest.mark.parametrize(
    ("change", "code"),
    [({"grade": -3}, "locked"), ({"grade": 0}, "locked"), ({"grade": 10}, "points"), ({"method": "guide9"}, "locked"), ({"method": "rubric"}, "locked")],
)  # fmt: skip
def test_an_assignment_that_would_not_take_the_mark_is_refused(moodle, tmp_path, change, code):
    _ann_and_bob(moodle)
    for name, value in change.items():
        setattr(moodle, name, value)
    plan, done = _go(moodle, tmp_path, marks(line("007", "7")))
    assert done is None
    assert (code, True) in _codes(plan)
    _, done = _go(moodle, tmp_path, marks(line("007", "7")), despite=frozenset({code}))
    assert (done is None) is (code == "locked")  # what cannot be stored is not waived


def test_comments_that_are_switched_off_are_said(moodle, tmp_path):
    _ann_and_bob(moodle)
    moodle.comments = moodle.files = False
    plan, done = _go(moodle, tmp_path, marks(line("007", "7", feedback="x", report=b"x")), comments=True, feedback=True)  # fmt: skip
    assert done is None
    assert {("lossy", True), ("file", True)} <= _codes(plan)


def test_a_rubric_is_filled_in_by_levels(moodle, tmp_path):
    _ann_and_bob(moodle)
    moodle.method = "rubric"
    moodle.rubric = [
        {"id": 51, "description": "One", "levels": [{"id": 1, "score": 0}, {"id": 2, "score": 8.5}, {"id": 3, "score": 10}]},
        {"id": 52, "description": "Two", "levels": [{"id": 4, "score": 0}, {"id": 5, "score": 8.5}, {"id": 6, "score": 10}]},
    ]  # fmt: skip
    both = {"1": "One", "2": "52"}
    _, done = _go(moodle, tmp_path, marks(line("007", "17")), rubric=both)
    assert done.good, done
    assert moodle.held[3]["rubric"] == {"51": "2", "52": "5"}
    plan, done = _go(moodle, tmp_path, marks(line("007", "17")), rubric=both)
    assert plan.unchanged == 1
    plan, done = _go(moodle, tmp_path, marks(line("008", "5")), rubric=both)
    assert done is None
    assert ("range", True) in _codes(plan)  # no level of 2.5 points


@pytest.mark.parametrize("kind", ["fails", "drops", "half", "nonsense", "odd", "hangs"])
@pytest.mark.parametrize("stored", [True, False])
def test_an_answer_that_is_lost_costs_nothing_and_doubles_nothing(moodle, tmp_path, kind, stored):
    _ann_and_bob(moodle)
    moodle.misbehave("mod_assign_save_grade$", kind, stored=stored)
    what = marks(line("007", "17", feedback="Good.", report=b"<p>1</p>"), line("008", "5"))
    _, done = _go(moodle, tmp_path, what, comments=True, feedback=True, timeout=0.5)
    assert done.good, done
    assert moodle.held[3]["grade"] == "17.00000"
    assert moodle.held[3]["comment"] == "<p>Good.</p>"
    assert len(moodle.held[3]["files"]) == 1
    assert moodle.held[3]["mails"] == 1  # a student is told once


@pytest.mark.parametrize("kind", ["fails", "drops", "half", "nonsense", "odd", "hangs", "busy"])
def test_every_reading_is_asked_again(moodle, tmp_path, kind):
    _ann_and_bob(moodle)
    moodle.workflow = True
    for at in ("get_assignments", "get_definitions", "list_participants", "user_flags", "get_grades", "status"):  # fmt: skip
        moodle.misbehave(at, kind)
    _, done = _go(moodle, tmp_path, marks(line("007", "17")), timeout=0.5)
    assert done.good


def test_moodle_may_ask_to_go_slower(moodle, tmp_path):
    _ann_and_bob(moodle)
    moodle.misbehave("mod_assign_save", "busy", times=2, after="0")
    _, done = _go(moodle, tmp_path, marks(line("007", "17", feedback="x")), comments=True)
    assert done.good
    assert moodle.held[3]["mails"] == 1


def test_one_who_is_refused_stops_nobody_else(moodle, tmp_path):
    _ann_and_bob(moodle)
    moodle.add(5, "Cy", idnumber="cy")
    whole = moodle._save

    def save(row, store):
        if row["userid"] == "4":  # left the course meanwhile
            raise Thrown("invaliduser", "Invalid user")
        whole(row, store)

    moodle._save = save
    what = marks(line("007", "17"), line("008", "5"), line("cy", "4"))
    _, done = _go(moodle, tmp_path, what)
    assert sorted(done.verified) == ["007", "cy"]
    assert [one.who for one in done.refused] == ["008"]
    assert [moodle.held[n]["mails"] for n in (3, 5)] == [1, 1]


def test_what_moodle_says_with_status_200_is_no_success(moodle, tmp_path):
    _ann_and_bob(moodle)
    with pytest.raises(LmsError, match="does not take this token"):
        pushed("moodle", moodle.url, "0123456789abcdef", tmp_path, marks())
    moodle.complete = False
    with pytest.raises(LmsError, match="incomplete profile"):
        _go(moodle, tmp_path, marks(line("007", "1")))


def test_a_number_that_is_an_id_and_a_page_is_asked_about(moodle, tmp_path):
    def target(number):
        with closing(Moodle(moodle.url, 5, number, Token(TOKEN), pauses=QUICK)) as client:
            return client.target()

    with pytest.raises(Refused, match=r"id 31, page 131.*id 32, page 31"):
        target(31)
    with pytest.raises(Refused, match="no assignment 9"):
        target(9)
    assert target(131).title == "Hausübung & Co"


def test_an_address_that_sends_us_on_is_not_followed(moodle, tmp_path):
    moodle.misbehave("get_assignments", "sends-on", after="https://evil.example/")
    with pytest.raises(LmsError, match="sends us on"):
        _go(moodle, tmp_path, marks())


def test_a_file_that_is_not_taken_is_said(moodle, tmp_path):
    _ann_and_bob(moodle)
    moodle.misbehave("upload", "odd", times=9)
    _, done = _go(moodle, tmp_path, marks(line("007", "1", report=b"x")), feedback=True)
    assert "did not take the file" in done.refused[0].says
