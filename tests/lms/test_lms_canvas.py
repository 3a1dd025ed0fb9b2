"""Marks into Canvas: what arrives, what is refused, and what a misbehaving Canvas cannot do."""

from __future__ import annotations

from fractions import Fraction

import pytest

from grader.lms import LmsError
from tests.lms.canvas_stand_in import TOKEN
from tests.lms.conftest import line, marks
from tests.lms.pushing import class_of, pushed
from tests.lms.serving import Answer


def _go(canvas, folder, what, **more):
    return pushed("canvas", canvas.url, TOKEN, folder, what, **more)


def _ann_and_bob(canvas):
    canvas.add(1, "Ann Ace", sis_user_id="007", login_id="ann")
    canvas.add(2, "Bob Ó Neil", sis_user_id="008", login_id="bob")


def _codes(plan):
    return {(one.code, one.unsafe) for one in plan.concerns}


def test_marks_arrive_and_are_read_back(canvas, tmp_path):
    _ann_and_bob(canvas)
    plan, done = _go(canvas, tmp_path, marks(line("007", "17.5"), line("008", "0")))
    assert [(c.who, c.before, c.after) for c in plan.changes] == [("007", "", "17.5"), ("008", "", "0")]  # fmt: skip
    assert done.good
    assert done.verified == ["007", "008"]
    assert canvas.submissions[1]["score"] == 17.5
    assert canvas.submissions[2]["score"] == 0
    assert len(canvas.lines("POST .*update_grades")) == 1  # one job for all


def test_without_write_nothing_is_sent(canvas, tmp_path):
    _ann_and_bob(canvas)
    plan, done = _go(canvas, tmp_path, marks(line("007", "17.5")), write=False)
    assert done is None
    assert len(plan.changes) == 1
    assert {one.method for one in canvas.asked} == {"GET"}
    assert not list((tmp_path / ".grader" / "pushed").glob("*.jsonl"))


def test_a_class_longer_than_a_page_is_all_there(canvas, tmp_path):
    for n in range(10):
        canvas.add(n, f"S {n}", login_id=f"s{n:03}")
    _, done = _go(canvas, tmp_path, class_of(10))
    assert len(done.verified) == 10


def test_a_second_run_sends_nothing(canvas, tmp_path):
    _ann_and_bob(canvas)
    what = marks(line("007", "17.5", feedback="Good."), line("008", "3", report=b"<p>page</p>"))
    _go(canvas, tmp_path, what, comments=True, feedback=True)
    before = len([one for one in canvas.asked if one.method != "GET"])
    plan, done = _go(canvas, tmp_path, what, comments=True, feedback=True)
    assert plan.unchanged == 2
    assert not plan.changes
    assert done.good
    assert len([one for one in canvas.asked if one.method != "GET"]) == before


@pytest.mark.parametrize("by_redirect", [True, False])
def test_comment_file_and_rubric_go_with_the_mark(canvas, tmp_path, by_redirect):
    _ann_and_bob(canvas)
    canvas.by_redirect = by_redirect
    canvas.assignment["rubric"] = [
        {"id": "_10", "description": "First", "points": 10},
        {"id": "_20", "description": "Second", "points": 10},
    ]
    what = marks(line("007", "17", feedback="1: see <b>page</b> & more", report=b"<p>page</p>"))
    plan, done = _go(canvas, tmp_path, what, comments=True, feedback=True, rubric={"1": "First", "2": "_20"})  # fmt: skip
    assert done.good, done
    own = canvas.submissions[1]
    assert own["score"] == 17
    assert {k: v["points"] for k, v in own["rubric"].items()} == {"_10": 8.5, "_20": 8.5}
    assert [c["comment"] for c in own["comments"]] == ["1: see <b>page</b> & more"]
    assert [f["size"] for f in own["comments"][0]["attachments"]] == [11]
    assert [c.at for c in plan.changes] == ["mark", "rubric: First", "rubric: Second", "comment", "file"]  # fmt: skip
    assert len(canvas.lines("PUT ")) == 1


def test_open_marks_and_missing_hand_ins_are_never_sent(canvas, tmp_path):
    _ann_and_bob(canvas)
    canvas.submissions[1]["score"] = 5.0
    plan, done = _go(canvas, tmp_path, marks(line("007", None, open=("2",), feedback="Ask."), line("008", None, handed_in=False)), comments=True)  # fmt: skip
    assert done.good
    assert {("open", False), ("missing", False)} <= _codes(plan)
    assert canvas.submissions[1]["score"] == 5.0
    assert not canvas.submissions[1]["comments"]
    assert {one.method for one in canvas.asked} == {"GET"}


def test_a_mark_of_somebody_else_is_not_overwritten_unasked(canvas, tmp_path):
    _ann_and_bob(canvas)
    canvas.submissions[1]["score"] = 12.0
    what = marks(line("007", "17.5"), line("008", "9"))
    plan, done = _go(canvas, tmp_path, what)
    assert done is None
    assert ("overwrites", True) in _codes(plan)
    assert canvas.submissions[2]["score"] is None  # not even the others
    _, done = _go(canvas, tmp_path, what, despite=frozenset({"overwrites"}))
    assert done.good
    assert canvas.submissions[1]["score"] == 17.5


def test_our_own_earlier_mark_may_change_until_somebody_changes_it_there(canvas, tmp_path):
    _ann_and_bob(canvas)
    _go(canvas, tmp_path, marks(line("007", "10")))
    _, done = _go(canvas, tmp_path, marks(line("007", "11")))  # a regrade
    assert done.good
    canvas.submissions[1]["score"] = 10.0  # an old mark of ours, set by hand
    plan, done = _go(canvas, tmp_path, marks(line("007", "12")))
    assert done is None
    assert ("overwrites", True) in _codes(plan)


def test_who_is_not_in_the_course_is_refused(canvas, tmp_path):
    _ann_and_bob(canvas)
    plan, done = _go(canvas, tmp_path, marks(line("007", "1"), line("999", "2", name="Eve")))
    assert done is None
    assert ("unknown-id", True) in _codes(plan)
    _, done = _go(canvas, tmp_path, marks(line("007", "1"), line("999", "2")), despite=frozenset({"unknown-id"}))  # fmt: skip
    assert done.verified == ["007"]


def test_a_class_of_another_course_is_refused_whole(canvas, tmp_path):
    _ann_and_bob(canvas)
    plan, done = _go(canvas, tmp_path, marks(line("900", "1"), line("901", "2")))
    assert done is None
    assert sum(one.code == "unknown-id" for one in plan.concerns) == 2


def test_a_student_with_two_accounts_is_refused(canvas, tmp_path):
    canvas.add(1, "Ann Ace", sis_user_id="007")
    canvas.add(2, "Ann Ace", login_id="007")
    plan, done = _go(canvas, tmp_path, marks(line("007", "1")))
    assert done is None
    assert ("duplicate", True) in _codes(plan)
    _, done = _go(canvas, tmp_path, marks(line("007", "1")), despite=frozenset({"duplicate"}))
    assert not done.verified
    assert canvas.submissions[1]["score"] is canvas.submissions[2]["score"] is None


def test_leading_zeros_and_canvas_ids_name_whom_they_name(canvas, tmp_path):
    canvas.add(7, "Seven", sis_user_id="700")
    canvas.add(8, "Eight", sis_user_id="0007")
    plan, done = _go(canvas, tmp_path, marks(line("7", "1", ids={"SIS User ID": "0007"}), line("x", "2", ids={"ID": "7", "SIS Login ID": "s"})))  # fmt: skip
    assert done.good, plan.concerns
    assert (canvas.submissions[8]["score"], canvas.submissions[7]["score"]) == (1.0, 2.0)


def test_a_login_of_ours_beside_another_student_number_is_nobody(canvas, tmp_path):
    canvas.add(1, "Ann Ace", sis_user_id="0999", login_id="ann")
    ours = line("007", "9", name="Ann Ace", ids={"SIS User ID": "007", "SIS Login ID": "ann"})
    every = frozenset({"unknown-id", "ambiguous", "by-name"})
    plan, _ = _go(canvas, tmp_path, marks(ours), despite=every)
    assert ("ambiguous", True) in _codes(plan)
    assert canvas.submissions[1]["score"] is None


def test_an_id_of_ours_with_another_name_is_nobody(canvas, tmp_path):
    canvas.add(1, "Bob Po", sis_user_id="007")
    every = frozenset({"unknown-id", "ambiguous", "by-name"})
    plan, _ = _go(canvas, tmp_path, marks(line("007", "9", name="Ann Ace")), despite=every)
    assert ("ambiguous", True) in _codes(plan)
    assert canvas.submissions[1]["score"] is None


def test_a_number_that_a_university_calls_id_is_not_canvas_s(canvas, tmp_path):
    canvas.add(9001, "Ada Novak", login_id="anovak")
    canvas.add(9002, "Ben Okafor", login_id="bok")
    ours = [line("m1", "9", name="Novak, Ada", ids={"ID": "9002"}), line("m2", "1", name="Okafor, Ben", ids={"ID": "9001"})]  # fmt: skip
    plan, done = _go(canvas, tmp_path, marks(*ours))
    assert done is None
    assert {code for code, unsafe in _codes(plan) if unsafe} == {"by-name"}
    _go(canvas, tmp_path, marks(*ours), despite=frozenset({"by-name"}))
    assert [canvas.submissions[n]["score"] for n in (9001, 9002)] == [9, 1]


@pytest.mark.parametrize("ids", [{"Canvas user id": "5"}, {"ID": "5", "SIS Login ID": "z"}])
def test_canvas_s_own_number_counts_with_the_name_alone(canvas, tmp_path, ids):
    canvas.add(5, "Eva Novak")
    canvas.add(6, "Bob Po", sis_user_id="008")
    ours = [line("007", "9", name="Novak, Ada", ids=ids), line("008", "1")]
    plan, _ = _go(canvas, tmp_path, marks(*ours), despite=frozenset({"unknown-id", "ambiguous"}))
    assert ("ambiguous", True) in _codes(plan)
    assert [canvas.submissions[n]["score"] for n in (5, 6)] == [None, 1]


def test_points_that_differ_do_not_let_through_a_mark_above_them(canvas, tmp_path):
    canvas.assignment["points_possible"] = 2
    canvas.add(1, "Ann Ace", sis_user_id="007")
    what = marks(line("007", "18"))
    plan, done = _go(canvas, tmp_path, what, despite=frozenset({"points"}))
    assert done is None
    assert ("range", True) in _codes(plan)
    _go(canvas, tmp_path, what, despite=frozenset({"points", "range"}))
    assert canvas.submissions[1]["score"] == 18


def test_an_assignment_that_takes_no_marks_is_not_waived(canvas, tmp_path):
    canvas.add(1, "Ann Ace", sis_user_id="007")
    canvas.assignment["published"] = False
    _, done = _go(canvas, tmp_path, marks(line("007", "1")), despite=frozenset({"locked"}))
    assert done is None


def test_numbers_of_another_kind_name_nobody(canvas, tmp_path):
    canvas.add(7, "Seven", login_id="12")
    canvas.add(8, "Eight", login_id="e8")
    ours = line("x", "2", ids={"Moodle participant id": "12", "Canvas anonymous id": "e8"})
    plan, done = _go(canvas, tmp_path, marks(ours))
    assert done is None
    assert ("unknown-id", True) in _codes(plan)


def test_a_roster_that_has_canvas_ids_alone_is_known_by_them_with_the_names(canvas, tmp_path):
    canvas.add(7, "Ann Ace", login_id="a")
    canvas.add(8, "Ann Ace", login_id="b")
    canvas.add(9, "Cy Nil", login_id="c")
    ours = [line("7", "1", name="Ace, Ann"), line("8", "2", name="Ann Ace"), line("9", "3", name="Somebody Else")]  # fmt: skip
    plan, done = _go(canvas, tmp_path, marks(*ours))
    assert done is None
    assert [c.says for c in plan.concerns if c.unsafe] == ["9 Somebody Else has a mark and is not in that course"]  # fmt: skip
    _, done = _go(canvas, tmp_path, marks(*ours), despite=frozenset({"unknown-id"}))
    assert [canvas.submissions[n]["score"] for n in (7, 8, 9)] == [1, 2, None]


def test_ids_that_name_two_students_of_ours_name_nobody(canvas, tmp_path):
    canvas.add(1, "Ann Ace", sis_user_id="007", login_id="008")
    plan, done = _go(canvas, tmp_path, marks(line("007", "1"), line("008", "2")))
    assert done is None
    assert ("ambiguous", True) in _codes(plan)
    plan, done = _go(canvas, tmp_path, marks(line("007", "1", ids={"Canvas user id": "5"})))
    assert done is None
    assert ("ambiguous", True) in _codes(plan)


def test_a_name_alone_is_not_enough_unasked(canvas, tmp_path):
    canvas.add(1, "Ann Ace")
    plan, done = _go(canvas, tmp_path, marks(line("007", "1", name="ann  ace")))
    assert done is None
    assert ("by-name", True) in _codes(plan)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"published": False}, "locked"),
        ({"grading_type": "not_graded"}, "locked"),
        ({"moderated_grading": True, "grades_published": False}, "locked"),
        ({"anonymize_students": True}, "locked"),
        ({"group_category_id": 3}, "lossy"),
        ({"points_possible": 10}, "points"),
        ({"grading_type": "pass_fail"}, "range"),
        (
            {
                "rubric": [{"id": "_1", "description": "x", "points": 20}],
                "use_rubric_for_grading": True,
            },
            "locked",
        ),
    ],
)
def test_an_assignment_that_would_not_take_the_mark_is_refused(canvas, tmp_path, change, code):
    _ann_and_bob(canvas)
    canvas.assignment |= change
    plan, done = _go(canvas, tmp_path, marks(line("007", "7")))
    assert done is None
    assert (code, True) in _codes(plan)


def test_out_of_range_and_excused_are_refused(canvas, tmp_path):
    _ann_and_bob(canvas)
    canvas.submissions[2]["excused"] = True
    plan, done = _go(canvas, tmp_path, marks(line("007", "-1"), line("008", "3")))
    assert done is None
    assert {("range", True), ("excused", True)} <= _codes(plan)
    _go(canvas, tmp_path, marks(line("007", "-1")), despite=frozenset({"range"}))
    assert canvas.submissions[1]["score"] is None


def test_a_late_penalty_of_canvas_is_told_and_found(canvas, tmp_path):
    _ann_and_bob(canvas)
    canvas.late_policy, canvas.submissions[1]["late"] = True, True
    plan, done = _go(canvas, tmp_path, marks(line("007", "10")))
    assert done is None
    assert ("lossy", True) in _codes(plan)
    canvas.deducts[1] = 2.0
    _, done = _go(canvas, tmp_path, marks(line("007", "10")), despite=frozenset({"lossy"}))
    assert not done.good
    assert "counts 8" in done.differs[0].says


def test_a_rubric_that_makes_the_mark_must_make_the_same_mark(canvas, tmp_path):
    _ann_and_bob(canvas)
    canvas.assignment |= {"use_rubric_for_grading": True, "rubric": [{"id": "_1", "description": "One", "points": 10}, {"id": "_2", "description": "Two", "points": 10}]}  # fmt: skip
    both = {"1": "One", "2": "Two"}
    late = line("007", "8", late_seconds=10)
    late = type(late)(**{**{f: getattr(late, f) for f in late.__slots__}, "points": Fraction(6)})
    plan, done = _go(canvas, tmp_path, marks(late), rubric=both)
    assert done is None
    assert ("points", True) in _codes(plan)
    _, done = _go(canvas, tmp_path, marks(line("007", "8")), rubric=both)
    assert done.good
    assert canvas.submissions[1]["score"] == 8
    plan, _ = _go(canvas, tmp_path, marks(line("007", "8")), rubric={"1": "One"})
    assert ("lossy", True) in _codes(plan)  # the other criterion would be emptied


def test_points_are_points_where_a_scheme_has_grades_called_like_them(canvas, tmp_path):
    _ann_and_bob(canvas)
    canvas.assignment["grading_type"] = "gpa_scale"
    canvas.scheme = {"4": 20.0}
    _, done = _go(canvas, tmp_path, marks(line("007", "4"), line("008", "5")))
    assert done.good, done
    assert canvas.submissions[1]["score"] == 4


def test_a_lie_is_found(canvas, tmp_path):
    _ann_and_bob(canvas)
    canvas.stores[1] = 16.0
    _, done = _go(canvas, tmp_path, marks(line("007", "17"), line("008", "5")))
    assert done.verified == ["008"]
    assert "17 was sent and taken, and the LMS shows 16" in done.differs[0].says


def test_a_success_that_stored_nothing_is_found(canvas, tmp_path):
    _ann_and_bob(canvas)
    canvas.misbehave("PUT ", "lies")
    _, done = _go(canvas, tmp_path, marks(line("007", "17", feedback="x")), comments=True)
    assert not done.verified
    assert "no mark" in done.differs[0].says
    assert "comment" in done.differs[0].says
    assert len(canvas.lines("PUT ")) == 1  # and not sent again and again


@pytest.mark.parametrize("kind", ["fails", "drops", "half", "nonsense", "odd", "hangs"])
@pytest.mark.parametrize("stored", [True, False])
def test_an_answer_that_is_lost_costs_nothing_and_doubles_nothing(canvas, tmp_path, kind, stored):
    _ann_and_bob(canvas)
    canvas.misbehave("PUT ", kind, stored=stored)
    what = marks(line("007", "17", feedback="Good.", report=b"<p>1</p>"), line("008", "5", feedback="Fair."))  # fmt: skip
    _, done = _go(canvas, tmp_path, what, comments=True, feedback=True, timeout=0.5)
    if kind in ("nonsense", "odd") and not stored and not done.good:
        pytest.fail(str(done))
    assert done.good, done
    assert [c["comment"] for c in canvas.submissions[1]["comments"]] == ["Good."]
    assert [c["comment"] for c in canvas.submissions[2]["comments"]] == ["Fair."]
    assert len(canvas.submissions[1]["comments"][0]["attachments"]) == 1
    assert len(canvas.lines("PUT ")) == (2 if stored else 3)


@pytest.mark.parametrize("kind", ["fails", "drops", "half", "nonsense", "odd", "hangs", "busy"])
def test_every_reading_is_asked_again(canvas, tmp_path, kind):
    _ann_and_bob(canvas)
    for at in ("courses/11$", "assignments/22$", "users", "submissions$", "progress"):
        canvas.misbehave("GET .*" + at, kind)
    _, done = _go(canvas, tmp_path, marks(line("007", "17"), line("008", "5")), timeout=0.5)
    assert done.good


@pytest.mark.parametrize("after", [None, "0", "403"])
def test_canvas_may_ask_to_go_slower(canvas, tmp_path, after):
    _ann_and_bob(canvas)
    canvas.remaining = 3.0
    canvas.misbehave("PUT |POST |GET ", "busy", times=2, after=after)
    canvas.misbehave("PUT ", "busy", times=2, after=after)
    _, done = _go(canvas, tmp_path, marks(line("007", "17", feedback="x")), comments=True)
    assert done.good
    assert len(canvas.submissions[1]["comments"]) == 1


def test_a_canvas_that_never_answers_is_told_and_nothing_is_claimed(canvas, tmp_path):
    _ann_and_bob(canvas)
    canvas.misbehave("PUT ", "fails", times=99)
    what = marks(line("007", "17", feedback="x"))
    with pytest.raises(LmsError, match="no answers"):
        _go(canvas, tmp_path, what, comments=True)
    canvas.faults.clear()
    _, done = _go(canvas, tmp_path, what, comments=True)
    assert done.good
    assert len(canvas.submissions[1]["comments"]) == 1


def test_one_who_is_refused_stops_nobody_else(canvas, tmp_path, monkeypatch):
    _ann_and_bob(canvas)
    canvas.add(3, "Cy", login_id="cy")
    whole = canvas.answer

    def answer(asked, *, store):
        if "update_grades" in asked.path:  # a student who left meanwhile fails the job
            canvas.submissions.pop(2, None)
        return whole(asked, store=store)

    monkeypatch.setattr(canvas, "answer", answer)
    what = marks(line("007", "17"), line("008", "5"), line("cy", "4"))
    _, done = _go(canvas, tmp_path, what)
    assert sorted(done.verified) == ["007", "cy"]
    assert [one.who for one in done.refused] == ["008"]


def test_half_of_a_request_that_arrived_is_finished_and_not_repeated(canvas, tmp_path, monkeypatch):
    _ann_and_bob(canvas)
    whole = canvas._update

    def update(user, asked, *, store):
        if not canvas.submissions[1]["comments"]:  # the mark, the comment, and then it breaks
            whole(user, asked, store=store)
            canvas.submissions[1]["score"] = None
            return Answer(500, {"errors": "ours"})
        return whole(user, asked, store=store)

    monkeypatch.setattr(canvas, "_update", update)
    _, done = _go(canvas, tmp_path, marks(line("007", "17", feedback="Good.")), comments=True)
    assert done.good
    assert canvas.submissions[1]["score"] == 17
    assert len(canvas.submissions[1]["comments"]) == 1


def test_what_arrives_late_is_waited_for(canvas, tmp_path, monkeypatch):
    _ann_and_bob(canvas)
    whole, late, looks = canvas.answer, [], []

    def answer(asked, *, store):
        if asked.method == "PUT" and not late:
            late.append(asked)
            return Answer(500, {"errors": "a time-out of something in between"})
        if late and asked.path.endswith("students/submissions"):
            looks.append(asked)
            if len(looks) == 2:
                whole(late[0], store=True)
        return whole(asked, store=store)

    monkeypatch.setattr(canvas, "answer", answer)
    _, done = _go(canvas, tmp_path, marks(line("007", "17", feedback="Good.")), comments=True)
    assert done.good
    assert len(canvas.submissions[1]["comments"]) == 1


def test_a_comment_that_was_taken_away_there_is_not_sent_again(canvas, tmp_path):
    _ann_and_bob(canvas)
    what = marks(line("007", "17", feedback="Good."))
    _go(canvas, tmp_path, what, comments=True)
    canvas.submissions[1]["comments"].clear()
    plan, _ = _go(canvas, tmp_path, what, comments=True)
    assert plan.unchanged == 1
    assert not canvas.submissions[1]["comments"]


def test_a_comment_that_is_there_without_our_journal_is_not_sent_again(canvas, tmp_path):
    _ann_and_bob(canvas)
    what = marks(line("007", "17", feedback="Two\nlines."))
    _go(canvas, tmp_path / "one", what, comments=True)
    _, done = _go(canvas, tmp_path / "another", what, comments=True)
    assert done.good
    assert len(canvas.submissions[1]["comments"]) == 1


def test_only_some_students(canvas, tmp_path):
    _ann_and_bob(canvas)
    what = marks(line("007", "17"), line("008", "5"))
    _, done = _go(canvas, tmp_path, what, only=frozenset({"008"}))
    assert done.verified == ["008"]
    plan, done = _go(canvas, tmp_path, what, only=frozenset({"nobody"}))
    assert done is None
    assert ("unknown-id", True) in _codes(plan)


def test_a_wrong_token_and_a_wrong_assignment_are_said_plainly(canvas, tmp_path):
    with pytest.raises(LmsError, match="does not take this token"):
        pushed("canvas", canvas.url, "wrong-token-123", tmp_path, marks())
    canvas.assignment["id"] = 22
    canvas.misbehave("GET .*courses/11$", "sends-on", after="https://evil.example/steal")
    with pytest.raises(LmsError, match="sends us on"):
        _go(canvas, tmp_path, marks())
