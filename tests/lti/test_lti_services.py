"""Access, columns, scores and members, as a platform that is strict gives and takes them."""

import json
import socket
import threading
import time
from fractions import Fraction

import pytest

from grader.lti import ags, nrps
from grader.lti.faults import Answered, LtiError, Odd, Unreachable, Unsafe
from grader.lti.services import NotGranted, Services
from tests.lti.conftest import desk
from tests.lti.strict_platform import AGS, MEMBER, NRPS, StrictPlatform

KINDS = ["other", "moodle", "edx", "canvas", "brightspace"]


@pytest.fixture
def at(tmp_path):
    """A desk at a platform of the kind that is asked for."""
    opened = []

    def open_one(kind):
        platform = StrictPlatform(kind)
        found = desk(platform, tmp_path)
        found.services = services(found)
        opened.append(found)
        return found

    yield open_one
    for found in opened:
        found.transport.close()
        found.platform.close()


@pytest.fixture(params=KINDS)
def every(request, at):
    """A desk at each kind of platform."""
    return at(request.param)


@pytest.fixture
def one(made):
    made.services = services(made)
    return made


def services(found):
    platform = found.tool.registrations.platforms[0]
    return Services(platform, found.tool.keys, found.transport, found.clock)


def column(found, maximum=Fraction(36)):
    return ags.find_or_make(
        found.services,
        found.platform.lineitems,
        resource="midterm",
        label="Midterm",
        maximum=maximum,
    )


def score(user, points, **more):
    given = None if points is None else Fraction(points)
    return ags.Score(user=user, points=given, maximum=Fraction(36), **more)


def test_a_column_is_made_once_and_found_again(every):
    made = column(every)
    assert made.maximum == 36
    assert column(every) == made
    assert len(every.platform.items) == 1


def test_among_hundreds_of_columns_ours_is_found_page_by_page(every):
    every.platform.page = 7
    for number in range(30):
        every.platform.new_item({"label": f"x{number}", "scoreMaximum": 1, "resourceId": "x"})
    made = column(every)
    assert column(every) == made
    assert len(ags.line_items(every.services, every.platform.lineitems)) == 31


def test_two_columns_of_one_assignment_are_not_chosen_from(one):
    for _ in range(2):
        one.platform.new_item({"label": "M", "scoreMaximum": 1, "resourceId": "midterm"})
    with pytest.raises(ags.Ambiguous, match="midterm"):
        column(one)


def test_a_column_of_others_without_points_is_no_matter_of_ours(one):
    one.platform.new_item({"label": "Survey", "scoreMaximum": 0, "resourceId": "survey"})
    made = column(one)
    assert ags.find(one.services, one.platform.lineitems, "midterm") == made
    assert ags.line_items(one.services, one.platform.lineitems) == (made,)


@pytest.mark.parametrize("kind", ["moodle", "canvas", "brightspace"])  # Open edX has whole points
def test_points_are_sent_with_enough_decimals_and_a_maximum_is_never_nothing(at, kind):
    found = at(kind)
    made = column(found, Fraction(1, 400))
    assert made.maximum == Fraction(1, 400)
    own = ags.Score(user="7", points=Fraction(1, 800), maximum=Fraction(1, 400))
    ags.send(found.services, found.tool.store, made, own)
    assert ags.results(found.services, made)["7"].of(Fraction(1)) == Fraction(1, 2)


def test_a_third_arrives_as_a_third(every):
    made = column(every, Fraction(100))
    own = ags.Score(user="7", points=Fraction(1, 3), maximum=Fraction(1))
    ags.send(every.services, every.tool.store, made, own)
    arrived = ags.results(every.services, made)["7"].of(Fraction(1))
    assert abs(arrived - Fraction(1, 3)) < Fraction(1, 10**7)


def test_nothing_is_sent_out_of_no_points(one):
    none = ags.Score(user="7", points=Fraction(0), maximum=Fraction(0))
    made = column(one)
    with pytest.raises(LtiError, match="out of 0 points"):
        ags.send(one.services, one.tool.store, made, none)
    assert one.platform.posted == []


def test_columns_that_are_gone_are_not_counted(one):
    made = column(one)
    gone = one.platform.new_item({"label": "M", "scoreMaximum": 1, "resourceId": "midterm"})["id"]
    del one.platform.items["2"]
    assert ags.known(one.services, [gone, made.id]) == (made,)


def test_a_column_changes_and_keeps_what_others_put_there(every):
    made = column(every)
    every.platform.items["1"]["endDateTime"] = "2026-12-01T00:00:00Z"
    changed = ags.update(every.services, made, label="Midterm 2", maximum=Fraction(40))
    assert (changed.label, changed.maximum) == ("Midterm 2", 40)
    assert every.platform.items["1"]["endDateTime"] == "2026-12-01T00:00:00Z"


def test_a_score_arrives_and_is_read_back(every):
    made = column(every)
    ags.send(every.services, every.tool.store, made, score("7", Fraction(35, 2), comment="Good"))
    found = ags.results(every.services, made, "7")
    assert found["7"].of(Fraction(36)) == Fraction(35, 2)
    (data,) = every.platform.posted
    assert (data["scoreGiven"], data["scoreMaximum"], data["comment"]) == (17.5, 36, "Good")
    assert (data["activityProgress"], data["gradingProgress"]) == ("Completed", "FullyGraded")


def test_scores_in_one_moment_are_each_later_than_the_last(every):
    made = column(every)
    for points in range(5):
        ags.send(every.services, every.tool.store, made, score("7", points))
    stamps = [data["timestamp"] for data in every.platform.posted]
    assert stamps == sorted(set(stamps))
    assert len(stamps) == 5
    assert every.platform.scores[made.id, "7"]["given"] == 4


def test_a_mark_that_somebody_set_there_later_is_no_wall(every):
    """The platform's clock is ahead of ours: one more try, after its own time."""
    every.platform.skew = 90
    made = column(every)
    ags.send(every.services, every.tool.store, made, score("7", 1))
    stored = every.platform.scores[made.id, "7"]
    stored["at"] = stored["at"].fromtimestamp(time.time() + 90, stored["at"].tzinfo)
    ags.send(every.services, every.tool.store, made, score("7", 2))
    assert every.platform.scores[made.id, "7"]["given"] == 2


def test_an_open_mark_is_no_number(every):
    made = column(every)
    ags.send(every.services, every.tool.store, made, score("7", None))
    (data,) = every.platform.posted
    assert "scoreGiven" not in data
    assert data["gradingProgress"] == "PendingManual"
    assert ags.results(every.services, made)["7"].score is None


def test_marks_in_canvas_are_no_new_attempts_of_the_student(at):
    found = at("canvas")
    ags.send(found.services, found.tool.store, column(found), score("7", 1))
    assert found.platform.submissions == 0


def test_edx_refuses_a_column_with_half_points_in_its_own_words(at):
    found = at("edx")
    with pytest.raises(Answered, match="valid integer"):
        column(found, Fraction(73, 2))


# access


def test_access_is_asked_for_once_while_it_lasts(one):
    for _ in range(3):
        ags.line_items(one.services, one.platform.lineitems)
    assert one.platform.token_asked == 1
    one.clock.ahead = 3600 - 30  # it ends within the minute
    ags.line_items(one.services, one.platform.lineitems)
    assert one.platform.token_asked == 2


def test_access_that_lasts_an_instant_is_used_for_it(one):
    one.platform.expires_in = 4
    assert one.services.token(ags.SCORE) == one.services.token(ags.SCORE)
    one.clock.ahead = 3
    one.services.token(ags.SCORE)
    assert one.platform.token_asked == 2


def test_access_that_was_taken_back_is_asked_for_again_and_the_score_is_sent_once(one):
    made = column(one)
    ags.send(one.services, one.tool.store, made, score("7", 1))
    one.platform.tokens.clear()
    ags.send(one.services, one.tool.store, made, score("7", 2))
    assert [data["scoreGiven"] for data in one.platform.posted] == [1, 2]


def test_what_the_platform_does_not_allow_is_named(one):
    one.platform.granted = {NRPS + "scope/contextmembership.readonly"}
    with pytest.raises(NotGranted, match="does not allow us: score"):
        one.services.token(ags.SCORE)


def test_columns_are_found_where_we_may_only_read_them(one):
    one.platform.new_item({"label": "M", "scoreMaximum": 10, "resourceId": "midterm"})
    one.platform.granted = {AGS + "scope/lineitem.readonly"}
    found = ags.find(one.services, one.platform.lineitems, "midterm")
    assert found.maximum == 10


def test_our_key_is_turned_over_and_the_platform_still_believes_us(one):
    one.services.token(ags.SCORE)
    one.tool.keys.rotate()
    one.clock.ahead = 86_400 + 60
    old = one.tool.keys.every()[0].kid
    one.services.token(ags.SCORE)
    assert one.tool.keys.signing().kid != old
    one.clock.ahead = 9 * 86_400
    assert [key.kid for key in one.tool.keys.every()] == [one.tool.keys.signing().kid]


def test_no_token_is_in_any_message(one):
    secret = one.services.token(ags.SCORE)

    def echo(handler, path):
        handler._answer(400, f"you sent {handler.headers['Authorization']} so".encode())
        return True

    made = column(one)
    one.platform.faults = [echo]
    with pytest.raises(Answered) as caught:
        ags.send(one.services, one.tool.store, made, score("7", 1))
    assert secret not in str(caught.value)
    assert secret not in repr(one.services.__dict__)


# what goes wrong on the way


def failing(status, times, end="", **headers):
    def fault(handler, path):
        if not path.endswith(end):
            return False
        handler._answer(status, {"error": "later"}, **headers)
        return True

    return [fault] * times


def test_a_read_is_tried_again_and_waits_as_long_as_it_is_told(one):
    one.services.token(ags.ITEM)
    one.platform.faults = failing(503, 1, Retry_After="7") + failing(429, 1)
    ags.line_items(one.services, one.platform.lineitems)
    assert one.waits[0] == 7.0
    assert len(one.waits) == 2


def test_a_read_that_fails_on_and_on_says_so(one):
    one.services.token(ags.ITEM)
    one.platform.faults = failing(500, 10)
    with pytest.raises(Answered, match="500"):
        ags.line_items(one.services, one.platform.lineitems)
    assert len(one.waits) == 3


def test_a_score_that_met_too_many_requests_is_sent_again(one):
    made = column(one)
    one.platform.faults = failing(429, 2, "/scores")
    ags.send(one.services, one.tool.store, made, score("7", 3))
    assert [data["scoreGiven"] for data in one.platform.posted] == [3]


def test_a_column_that_was_made_before_the_answer_got_lost_is_not_made_twice(one):
    one.services.token(ags.ITEM)

    def lost(handler, path):
        if handler.command != "POST" or not path.endswith("/lineitems"):
            return False
        one.platform.new_item({"label": "Midterm", "scoreMaximum": 36, "resourceId": "midterm"})
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)
        return True

    one.platform.faults = [lost]
    assert column(one).maximum == 36
    assert len(one.platform.items) == 1


def test_a_redirect_is_not_followed(one):
    one.services.token(ags.ITEM)
    one.platform.faults = failing(302, 1, Location="http://127.0.0.1:1/")
    with pytest.raises(Unsafe, match="elsewhere"):
        ags.line_items(one.services, one.platform.lineitems)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "https://evil.example/lineitems",
        "http://127.0.0.1:1/lineitems",
        "http://localhost/lineitems",
        "file:///etc/passwd",
        "https://user:pass@lms.example/",
        "https://",
        "",
    ],
)
def test_only_the_platforms_own_hosts_are_asked(one, url):
    with pytest.raises(Unsafe):
        ags.line_items(one.services, url)
    sent = [path for _, path, _, _ in one.platform.seen]
    assert set(sent) <= {"/token"}


def test_a_next_page_of_another_host_is_not_fetched(one):
    one.services.token(ags.ITEM)

    def elsewhere(handler, path):
        kind = "application/vnd.ims.lis.v2.lineitemcontainer+json"
        handler._answer(200, [], kind, Link='<http://127.0.0.1:1/x>; rel="next"')
        return True

    one.platform.faults = [elsewhere]
    with pytest.raises(Unsafe, match="no host of the platform"):
        ags.line_items(one.services, one.platform.lineitems)


def test_pages_that_lead_in_a_circle_end(one):
    one.services.token(ags.ITEM)

    def circle(handler, path):
        handler._answer(200, [], Link=f'<{one.platform.base}{path}?round=1>; rel="next"')
        return True

    one.platform.faults = [circle] * 5
    with pytest.raises(Odd, match="circle"):
        ags.line_items(one.services, one.platform.lineitems)


@pytest.mark.parametrize(
    "body", [b"<html>", b"[NaN]", b"[" * 100_000, b"\xff\xfe", b"{}", b"", b'[{"id": 1}]']
)
def test_an_answer_that_is_none_of_ltis_is_said_to_be_so(one, body):
    one.services.token(ags.ITEM)

    def odd(handler, path):
        handler._answer(200, body)
        return True

    one.platform.faults = [odd]
    with pytest.raises(LtiError):
        ags.line_items(one.services, one.platform.lineitems)


def test_an_answer_without_end_is_cut_off(one):
    one.services.token(ags.ITEM)

    def endless(handler, path):
        handler._answer(200, b"[" + b" " * 21_000_000 + b"]")
        return True

    one.platform.faults = [endless]
    with pytest.raises(Odd, match="more than"):
        ags.line_items(one.services, one.platform.lineitems)


def test_a_platform_that_is_not_there_is_named(tmp_path):
    platform = StrictPlatform()
    found = desk(platform, tmp_path)
    platform.close()
    with pytest.raises(Unreachable, match="'lms' cannot be reached"):
        services(found).token(ags.SCORE)
    found.transport.close()


def test_several_threads_ask_for_access_once(one):
    threads = [threading.Thread(target=one.services.token, args=(ags.SCORE,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert one.platform.token_asked == 1


# members


def member(number, role="Learner", **more):
    return {
        "user_id": str(number),
        "name": f"Person {number}",
        "email": f"p{number}@example.edu",
        "lis_person_sourcedid": f"00{number}",
        "roles": [MEMBER + role],
        "status": "Active",
    } | more


def test_all_members_come_page_by_page(every):
    every.platform.members = [member(n) for n in range(95)] + [member(99, "Instructor")]
    every.platform.page = 10
    found = nrps.members(every.services, every.platform.memberships)
    assert len(found.people) == 96
    assert found.problems == ()
    for passed_over in (False, True):
        every.platform.ignores_role = passed_over
        learners = nrps.members(every.services, every.platform.memberships, "Learner")
        assert [one.user for one in learners.people] == [str(n) for n in range(95)]


def test_who_left_is_no_student_and_who_has_no_id_is_named(one):
    one.platform.members = [
        member(1),
        member(2, status="Inactive"),
        member(3, "Instructor"),
        {"name": "Nobody", "roles": [MEMBER + "Learner"]},
        {"user_id": 5, "given_name": "Ada", "family_name": "Lovelace", "roles": ["Learner"]},
    ]
    found = nrps.members(one.services, one.platform.memberships)
    assert [who.user for who in nrps.students(found.people)] == ["1", "5"]
    assert nrps.students(found.people)[1].name == "Ada Lovelace"
    assert len(found.problems) == 1
    assert "Nobody" in found.problems[0]


def test_a_roster_of_members_is_one_that_the_gradebook_takes(one):
    from grader.gradebook.roster_file import read_roster

    names = ['O\'Neil, "Ann"', "=HYPERLINK(1)", "عمر", "Zoë 𝒵", "A_B"]
    one.platform.members = [member(n, name=name) for n, name in enumerate(names)]
    people = nrps.members(one.services, one.platform.memberships).people
    roster = read_roster(nrps.as_roster(people, "lms").encode("utf-8"))
    assert [row.id for row in roster.rows] == [f"00{n}" for n in range(5)]  # zeros stay
    assert [row.others[nrps.column("lms")] for row in roster.rows] == list("01234")
    assert [row.name.lstrip("'") for row in roster.rows] == names
    assert roster.problems == ()


def test_ids_in_a_roster_stay_as_they_are_and_what_could_run_does_not(one):
    from grader.gradebook.roster_file import read_roster

    one.platform.members = [
        member("-Qx81", name="-1+1", email="+ann@example.edu", lis_person_sourcedid="=007"),
        member("2", email='=HYPERLINK("https://evil.example")@x', lis_person_sourcedid=""),
        member("3", email="-bob@example.edu", lis_person_sourcedid=""),
    ]
    people = nrps.members(one.services, one.platform.memberships).people
    rows = read_roster(nrps.as_roster(people, "lms").encode("utf-8")).rows
    assert [row.id for row in rows] == ["=007", "2", "-bob@example.edu"]
    assert [row.others[nrps.column("lms")] for row in rows] == ["-Qx81", "2", "3"]
    assert rows[0].email == "+ann@example.edu"
    assert (rows[0].name, rows[1].email[:2]) == ("'-1+1", "'=")
    assert nrps.formulas(people) == ("=007", "-Qx81", "-bob@example.edu")


def test_what_was_sent_is_json_of_utf_8(one):
    made = column(one)
    ags.send(one.services, one.tool.store, made, score("7", 1, comment="Größe 𝒵 \u202e"))
    body = one.platform.seen[-1][3]
    assert json.loads(body.decode("utf-8"))["comment"] == "Größe 𝒵 \u202e"
