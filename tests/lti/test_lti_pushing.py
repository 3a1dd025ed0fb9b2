"""Marks on their way into a platform's gradebook: what is said first, what arrives, what is spared."""

import json
import socket
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
