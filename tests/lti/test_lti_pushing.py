"""Marks on their way into a platform's gradebook: what is said first, what arrives, what is spared."""

import json
import socket
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.export import Line, Marks
from grader.lti import ags, nrps, pushing
from grader.lti.nrps import Member
from tests.lti.conftest import desk
from tests.lti.strict_platform import MEMBER, StrictPlatform
from tests.lti.test_lti_services import KINDS, column, services

PEOPLE = [
    ("u1", "Ann Lee", "ann@example.edu", "001"),
    ("u2", "Bob", "bob@example.edu", "002"),
    ("u3", "Eve", "eve@example.edu", "003"),
]

NAMED = {own: name for _, name, _, own in PEOPLE}


@pytest.fixture(params=KINDS)
def every(request, tmp_path):
    platform = StrictPlatform(request.param)
    found = desk(platform, tmp_path)
    found.services = services(found)
    platform.members = [
        {
            "user_id": user,
            "name": name,
            "email": mail,
            "lis_person_sourcedid": own,
            "roles": [MEMBER + "Learner"],
        }
        for user, name, mail, own in PEOPLE
    ]
    yield found
    found.transport.close()
    platform.close()


def line(key, points, **more):
    exact = None if points is None else Fraction(points)
    names = {own: name for _, name, _, own in PEOPLE}
    return Line(key=key, name=names.get(key, f"Student {key}"), points=exact, **more)


def marks(*lines, possible=36):
    return Marks(
        assignment="midterm", title="Midterm", possible=Fraction(possible), parts=(), lines=lines
    )


def planned(found, class_marks, made, **more):
    people = nrps.students(nrps.members(found.services, found.platform.memberships).people)
    there = ags.results(found.services, made)
    return pushing.plan(class_marks, people, made, there, platform="lms", **more)


def pushed(found, class_marks, made, **more):
    plan = planned(found, class_marks, made, **more)
    return plan, pushing.carry_out(found.services, found.tool.store, made, plan)


def stored(found):
    return {user: one["given"] for (_, user), one in found.platform.scores.items()}


def test_a_class_arrives_and_a_second_push_changes_nothing(every):
    made = column(every)
    own = marks(line("001", "35.5"), line("002", "2/3"), line("003", 0))
    plan, outcome = pushed(every, own, made)
    assert (outcome.sent, outcome.failed) == (3, ())
    assert stored(every) == pytest.approx({"u1": 35.5, "u2": 2 / 3, "u3": 0}, abs=1e-6)
    assert [(one.before, one.after) for one in plan.changes] == [("", "35.5"), ("", "0.67"), ("", "0")]  # fmt: skip
    plan, outcome = pushed(every, own, made)
    assert (plan.changes, plan.unchanged, outcome.sent) == ((), 3, 0)
    assert len(every.platform.posted) == 3


def test_a_dry_run_sends_nothing(every):
    made = column(every)
    planned(every, marks(line("001", 30)), made)
    assert every.platform.posted == []


def test_an_open_mark_takes_no_score_away(every):
    made = column(every)
    pushed(every, marks(line("001", 30), line("002", 20), line("003", 10)), made)
    again = marks(line("001", 31), line("002", None, open=("2",)), line("003", 10))
    plan, outcome = pushed(every, again, made)
    assert stored(every) == {"u1": 31, "u2": 20, "u3": 10}
    assert (outcome.sent, outcome.failed) == (1, ())
    assert any(one.code == "open" and "20" in one.says for one in plan.concerns)


def test_an_open_mark_is_told_where_there_is_none_yet(every):
    made = column(every)
    plan, outcome = pushed(every, marks(line("002", None, open=("2",))), made)
    assert plan.changes[0].after == "a person has to look"
    assert every.platform.posted[0]["gradingProgress"] == "PendingManual"
    assert stored(every) == {"u2": None}
    assert outcome.failed == ()


def test_taking_a_score_away_for_an_open_mark_has_to_be_asked_for_and_is_unsafe(every):
    made = column(every)
    pushed(every, marks(line("002", 20)), made)
    own = marks(line("002", None, open=("2",)))
    plan = planned(every, own, made, open_too=True)
    assert [one.code for one in plan.stops()] == ["overwrites"]
    pushing.carry_out(every.services, every.tool.store, made, plan)
    assert stored(every) == {"u2": None}


def test_who_handed_nothing_in_gets_no_mark(every):
    made = column(every)
    plan, _ = pushed(every, marks(line("001", None, handed_in=False)), made)
    assert said(plan) == ["missing"]
    assert stored(every) == {}


def test_a_column_of_other_points_converts_and_says_so(every):
    made = column(every, Fraction(100))
    plan, outcome = pushed(every, marks(line("001", 18)), made)
    assert said(plan) == ["points"]
    assert outcome.failed == ()
    assert ags.results(every.services, made)["u1"].of(Fraction(100)) == 50


def test_what_a_platform_cuts_is_found_when_it_is_read_back(every):
    made = column(every)
    plan, outcome = pushed(every, marks(line("001", 40)), made)
    assert said(plan) == ["range"]
    if every.platform.kind == "brightspace":
        assert outcome.failed == (("001", "40 was sent and taken, and 36 stands there"),)
    else:
        assert outcome.failed == ()


def test_a_mark_that_changed_there_after_the_dry_run_is_left(every):
    made = column(every)
    pushed(every, marks(line("001", 10)), made)
    plan = planned(every, marks(line("001", 12)), made)
    every.platform.scores[made.id, "u1"]["given"] = 11  # a teacher, meanwhile
    outcome = pushing.carry_out(every.services, every.tool.store, made, plan)
    assert "changed in the meantime" in dict(outcome.failed)["001"]
    assert stored(every) == {"u1": 11}


def teacher(found, made, user, points):
    """A mark that somebody enters there."""
    stored = found.platform.scores.setdefault(
        (made.id, user),
        {"at": datetime(2026, 1, 1, tzinfo=UTC), "maximum": made.maximum.numerator, "comment": ""},
    )
    stored["given"] = points


def test_a_mark_that_a_teacher_enters_during_a_push_is_left_and_named(every):
    made = column(every)
    pushed(every, marks(line("002", 5)), made)
    lines = (line("001", 30), line("002", 10), line("003", None, open=("2",)))
    plan = planned(every, marks(*lines), made)

    def meanwhile(handler, path):
        if path.endswith("/scores"):
            teacher(every, made, "u2", 20)
            teacher(every, made, "u3", 25)
        return False

    every.platform.faults = [meanwhile]
    outcome = pushing.carry_out(every.services, every.tool.store, made, plan)
    assert stored(every) == {"u1": 30, "u2": 20, "u3": 25}
    failed = dict(outcome.failed)
    assert (outcome.sent, sorted(failed)) == (1, ["002", "003"])
    assert "it was 5, and is 20" in failed["002"]
    assert "it was nothing, and is 25" in failed["003"]


def test_a_mark_that_vanished_during_a_push_is_not_put_back(every):
    made = column(every)
    pushed(every, marks(line("001", 5), line("002", 5)), made)
    plan = planned(every, marks(line("001", 30), line("002", 10)), made)

    def meanwhile(handler, path):
        if path.endswith("/scores"):
            teacher(every, made, "u2", None)
        return False

    every.platform.faults = [meanwhile]
    outcome = pushing.carry_out(every.services, every.tool.store, made, plan)
    assert stored(every) == {"u1": 30, "u2": None}
    assert "is nothing" in dict(outcome.failed)["002"]


def test_a_score_whose_answer_was_lost_is_not_sent_over_what_a_teacher_entered(every):
    made = column(every)
    plan = planned(every, marks(line("001", 30)), made)

    def lost(handler, path):
        if not path.endswith("/scores"):
            return False
        teacher(every, made, "u1", 12)
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)
        return True

    every.platform.faults = [lost]
    outcome = pushing.carry_out(every.services, every.tool.store, made, plan)
    assert stored(every) == {"u1": 12}
    assert "is 12" in dict(outcome.failed)["001"]


def test_half_a_point_in_the_column_is_a_change_however_few_points_we_have(every):
    made = column(every, Fraction(100))
    teacher(every, made, "u1", 99.5)
    plan, outcome = pushed(every, marks(line("001", 1), possible=1), made)
    assert [(one.before, one.after) for one in plan.changes] == [("0.995", "1")]
    assert outcome.failed == ()
    assert ags.results(every.services, made)["u1"].of(Fraction(100)) == 100


@pytest.mark.parametrize(("there", "possible"), [(1, 100), (100, 1), (36, 36), (10, 3)])
def test_thirds_are_as_they_are_the_second_time(every, there, possible):
    made = column(every, Fraction(there))
    own = marks(line("001", Fraction(possible, 3)), possible=possible)
    _, outcome = pushed(every, own, made)
    assert outcome.failed == ()
    plan, _ = pushed(every, own, made)
    assert (plan.changes, plan.unchanged) == ((), 1)


@pytest.mark.parametrize("tells", [True, False])
def test_a_comment_that_is_new_goes_along_with_points_that_are_not_and_once(every, tells):
    """Canvas tells no comments with its results, and shows each that it gets."""
    made = column(every)
    own = marks(line("001", 30, feedback="Look at 3b"))
    pushed(every, own, made)

    def again(text):
        if not tells:
            every.platform.scores[made.id, "u1"]["comment"] = None
        more = {"comments": True, "told": lambda *what: every.tool.store.said(made.id, *what)}
        return pushed(every, marks(line("001", 30, feedback=text)), made, **more)

    plan, outcome = again("Look at 3b")
    assert [one.after for one in plan.changes] == ["30 and the comment"]
    assert [one.code for one in plan.concerns if one.code == "overwrites"] == []
    assert (outcome.sent, outcome.failed) == (1, ())
    assert every.platform.posted[-1]["comment"] == "Look at 3b"
    assert again("Look at 3b")[0].unchanged == 1
    assert again("Look at 3c")[1].sent == 1
    assert [one.get("comment") for one in every.platform.posted] == [
        None,
        "Look at 3b",
        "Look at 3c",
    ]


def test_an_assignment_without_points_is_not_sent_whatever_is_named():
    own = marks(line("001", 0), possible=0)
    plan = pushing.plan(own, [learner("7", sourcedid="001")], None, {}, platform="lms")
    assert [one.code for one in plan.stops(frozenset({"points"}))] == ["points"]


# whose column it is


def of_column(label, resource="", **more):
    item = ags.LineItem(id="https://a", label=label, maximum=Fraction(36), resource=resource)
    plan = pushing.plan(marks(), [], item, {}, platform="lms", **more)
    return [one.code for one in plan.stops()]


def test_a_column_of_another_assignment_is_unsafe():
    assert of_column("Midterm", "midterm") == []
    assert of_column("Renamed by hand", "midterm") == []
    assert of_column("Midterm", "final") == ["column"]
    assert of_column("Midterm", "final", named=True) == ["column"]


def test_a_column_without_our_id_has_to_have_our_title_or_be_named():
    assert of_column("MIDTERM ") == []
    assert of_column("Practice") == ["column"]
    assert of_column("Practice", named=True) == []
    assert of_column("Midterm", "block-v1:x", links=("block-v1:x",)) == []


def _lost(found, *, arrives):
    def fault(handler, path):
        if not path.endswith("/scores"):
            return False
        if arrives:
            item = next(iter(found.platform.items.values()))
            found.platform.score(item, json.loads(found.platform.seen[-1][3]))
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)
        return True

    return fault


@pytest.mark.parametrize("arrives", [True, False])
def test_a_score_whose_answer_was_lost_arrives_once(every, arrives):
    made = column(every)
    every.platform.faults = [_lost(every, arrives=arrives)]
    _, outcome = pushed(every, marks(line("001", 30)), made)
    assert outcome.failed == ()
    assert stored(every) == {"u1": 30}
    assert len(every.platform.posted) == 1


def test_one_student_that_the_platform_refuses_stops_no_other(every):
    made = column(every)
    plan = planned(every, marks(line("001", 30), line("002", 20)), made)
    every.platform.members = [one for one in every.platform.members if one["user_id"] != "u1"]
    outcome = pushing.carry_out(every.services, every.tool.store, made, plan)
    assert outcome.sent == 1
    assert "answered 400" in dict(outcome.failed)["001"]
    assert stored(every) == {"u2": 20}


# who is who


def plan_of(lines, people, **more):
    return pushing.plan(marks(*lines), people, None, {}, platform="lms", **more)


def codes(plan):
    return sorted(one.code for one in plan.concerns if one.code != "new-column")


def said(plan):
    return [one.code for one in plan.concerns if one.code != "unknown-id"]


def learner(user, **more):
    return Member(user=user, roles=("Learner",), **more)


def test_a_platforms_own_number_is_not_taken_for_a_students_id():
    """Moodle's users are numbered; a student's id may well be such a number."""
    plan = plan_of([line("7", 30)], [learner("7", name="Somebody Else")])
    assert plan.sendings == ()
    assert codes(plan) == ["not-in-file", "unknown-id"]


def test_the_roster_may_hold_the_platforms_own_id():
    known = line("ann", 30, ids={nrps.column("lms"): "7"})
    plan = plan_of([known], [learner("7")])
    assert [one.score.user for one in plan.sendings] == ["7"]
    other = plan_of([line("ann", 30, ids={nrps.column("elsewhere"): "7"})], [learner("7")])
    assert other.sendings == ()


def test_a_platforms_own_id_in_the_roster_is_no_student_number():
    lines = [line("ann", 30, ids={nrps.column("lms"): "7"}), line("7", 20)]
    plan = plan_of(lines, [learner("7"), learner("9", sourcedid="7")])
    assert {one.score.user: one.line.key for one in plan.sendings} == {"7": "ann", "9": "7"}


def test_ids_that_contradict_each_other_are_nobodys():
    lines = [line("ann", 30, ids={nrps.column("lms"): "7"}), line("bob", 20)]
    plan = plan_of(lines, [learner("7", sourcedid="bob")])
    assert plan.sendings == ()
    assert "ambiguous" in codes(plan)
    assert plan.stops()


def test_a_name_alone_has_to_be_allowed():
    people = [learner("7", name="Student ann")]
    plan = plan_of([line("ann", 30)], people)
    assert plan.sendings == ()
    assert [one.code for one in plan.stops()] == ["by-name"]
    allowed = plan_of([line("ann", 30)], people, despite=frozenset({"by-name"}))
    assert len(allowed.sendings) == 1


def test_one_student_who_is_two_people_there_gets_no_mark():
    people = [learner("7", sourcedid="ann"), learner("8", sourcedid="ann")]
    plan = plan_of([line("ann", 30)], people)
    assert plan.sendings == ()
    assert [one.code for one in plan.stops()] == ["duplicate"]


def test_marks_below_nothing_stay_here():
    plan = plan_of([line("ann", -1)], [learner("7", sourcedid="ann")])
    assert plan.sendings == ()
    assert [one.code for one in plan.stops()] == ["range"]


def test_comments_go_along_only_where_they_are_wanted():
    own = [line("ann", 30, feedback="Mind the sign.")]
    people = [learner("7", sourcedid="ann")]
    assert plan_of(own, people).sendings[0].score.comment == ""
    assert plan_of(own, people, comments=True).sendings[0].score.comment == "Mind the sign."


NAMES = st.text(min_size=1, max_size=12)


@given(
    st.lists(NAMES, min_size=1, max_size=6, unique_by=lambda text: text.casefold()),
    st.lists(NAMES, max_size=6),
)
def test_every_student_with_a_mark_is_sent_or_named(keys, others):
    """Whatever the ids are: nobody gets two marks, and nobody is passed over in silence."""
    lines = [line(key, 1) for key in keys]
    people = [learner(str(n), sourcedid=text) for n, text in enumerate([*keys, *others])]
    plan = plan_of(lines, people)
    sent = [one.line.key for one in plan.sendings]
    assert len(sent) == len(set(sent))
    assert len({one.score.user for one in plan.sendings}) == len(sent)
    said = " ".join(one.says for one in plan.concerns)
    assert all(key in sent or key in said for key in keys)
