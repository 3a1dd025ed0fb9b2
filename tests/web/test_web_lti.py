"""People who come from their course in an LMS: signed in, as what the LMS says they are there."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("joserfc", reason="not run: joserfc is not installed (extra lms)")

from grader.accounts import people
from grader.accounts.sessions import Sessions
from grader.accounts.subjects import Arrival, arrive
from grader.gradebook.opening import Refused
from grader.gradebook.people import enrol
from grader.gradebook.roster_file import Enrolled, Roster
from tests.lti.strict_platform import CLAIM, StrictPlatform
from tests.web.lms_site import OWN, Course, lms_of, registered, role
from tests.web.web_site import account_of, site_of


@pytest.fixture
def lms(course):
    with lms_of(course) as made:
        yield made


def learner(subject, email):
    return role("Learner") | {"sub": subject, "email": email}


def roster(lms, *students):
    """Give the course a roster of these alone: id, and the LMS's id ("" where it has none)."""
    rows = [
        Enrolled(
            id=key,
            name=key,
            email=f"{key}@example.edu",
            section="",
            others={"LTI user id at lms": own} if own else {},
        )
        for key, own in students
    ]
    enrol(lms.site.book, Roster(rows=tuple(rows), problems=()), replace=True)


def signed_out(client):
    return client.get("/me", follow_redirects=False).status_code == 303


def test_who_teaches_there_is_an_instructor_here_in_a_frame_too(lms):
    client, answer, _ = lms.open(claims={CLAIM + "custom": {"assignment": "sums"}})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/review/sums"
    cookies = answer.headers.get_list("set-cookie")
    (own,) = [one for one in cookies if one.startswith("__Host-grader-frame=")]
    assert {"Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"} <= set(own.split("; "))
    assert client.get("/people").status_code == 200


@pytest.mark.parametrize(
    ("roles", "path", "status"),
    [
        (("Learner",), "/people", 403),
        (("Learner",), "/progress/sums", 403),
        (("Instructor", "TeachingAssistant"), "/people", 403),
        (("Instructor", "TeachingAssistant"), "/progress/sums", 200),
    ],
)
def test_students_and_assistants_are_no_instructors(lms, roles, path, status):
    client, answer, _ = lms.open(claims=role(*roles))
    assert answer.status_code == 303
    assert client.get(path).status_code == status


def test_a_student_is_the_one_of_the_roster_and_nobody_else(lms):
    _, answer, _ = lms.open(claims=role("Learner") | {"email": "bob@example.edu"})
    assert answer.status_code == 303
    (bob,) = people.every(lms.site.book)
    assert (bob.role, bob.key, bob.from_lms) == ("student", "bob", True)


@pytest.mark.parametrize("mail", ["", "eve@example.edu", None])
def test_a_student_whom_the_roster_does_not_know_is_told_so(lms, mail):
    client, answer, _ = lms.open(claims=role("Learner") | {"email": mail})
    assert answer.status_code == 403
    assert "roster does not say which student you are" in answer.text
    assert people.every(lms.site.book) == []
    assert client.get("/", follow_redirects=False).status_code == 303


def test_an_e_mail_is_not_believed_where_the_roster_has_the_lmss_own_id(site):
    row = Enrolled(
        id="ada", name="Ada", email="ada@example.edu", section="A", others={"Canvas": "7"}
    )
    enrol(site.book, Roster(rows=(row,), problems=()))
    sessions = Sessions(site.book)
    told = {"issuer": "https://a.example", "email": "ada@example.edu", "own": "canvas"}
    with pytest.raises(Refused, match="which student"):
        arrive(sessions, Arrival(subject="8", learns=True, **told))  # whose e-mail there is ada's
    assert sessions.who(arrive(sessions, Arrival(subject="7", learns=True, **told))).key == "ada"


def test_a_student_who_is_taken_off_the_roster_does_not_come_in_again(lms):
    client, answer, _ = lms.open(claims=learner("1001", "ada@example.edu"))
    assert answer.status_code == 303
    roster(lms, ("bob", ""))
    assert client.get("/me").status_code == 403  # at once
    _, answer, _ = lms.open(claims=learner("1001", "ada@example.edu"))
    assert answer.status_code == 403
    assert "roster does not say which student you are" in answer.text
    assert signed_out(client)
    roster(lms, ("ada", ""), ("bob", ""))
    assert lms.open(claims=learner("1001", "ada@example.edu"))[1].status_code == 303
    assert [one.key for one in people.every(lms.site.book)] == ["ada"]


def test_a_roster_that_learns_the_ids_of_the_lms_says_who_was_whose(lms):
    other, answer, _ = lms.open(claims=learner("6666", "ada@example.edu"))  # her e-mail, not she
    assert answer.status_code == 303
    roster(lms, ("ada", "1001"), ("eve", "6666"))
    assert lms.open(claims=learner("1001", "ada@example.edu"))[1].status_code == 303
    assert signed_out(other)  # it was ada's until she came
    _, answer, _ = lms.open(claims=learner("6666", "ada@example.edu"))
    assert answer.status_code == 403
    assert lms.open(claims=learner("6666", "eve@example.edu"))[1].status_code == 303
    assert sorted(one.key for one in people.every(lms.site.book)) == ["ada", "eve"]


def test_an_account_that_was_anothers_by_e_mail_is_whom_the_roster_says_at_the_next_launch(lms):
    lms.open(claims=learner("6666", "ada@example.edu"))
    roster(lms, ("ada", "1001"), ("eve", "6666"))
    assert lms.open(claims=learner("6666", "eve@example.edu"))[1].status_code == 303
    (one,) = people.every(lms.site.book)
    assert one.key == "eve"


def test_two_people_of_one_lms_are_not_one_student_by_an_e_mail(lms):
    first, answer, _ = lms.open(claims=learner("1001", "ada@example.edu"))
    assert answer.status_code == 303
    _, answer, _ = lms.open(claims=learner("6666", "ADA@example.edu "))
    assert answer.status_code == 403
    assert "came in as this student before" in answer.text
    assert first.get("/me").status_code == 200
    (mine,) = people.every(lms.site.book)
    people.set_active(lms.site.book, mine.id, active=False)  # the staff found whose it was
    assert lms.open(claims=learner("6666", "ada@example.edu"))[1].status_code == 303


def test_an_e_mail_that_changes_in_the_lms_makes_nobody_another_student(lms):
    lms.open(claims=learner("1001", "ada@example.edu"))
    _, answer, _ = lms.open(claims=learner("1001", "bob@example.edu"))
    assert answer.status_code == 403
    assert "another student than the one you came in as" in answer.text
    (one,) = people.every(lms.site.book)
    assert one.key == "ada"
    people.set_role(lms.site.book, one.id, "student", key="bob")  # the staff says that it is right
    assert lms.open(claims=learner("1001", "bob@example.edu"))[1].status_code == 303


def test_two_platforms_of_one_issuer_have_each_their_own_people(course):
    one, two = StrictPlatform(), StrictPlatform()
    two.issuer, two.client_id = one.issuer, "other-client"  # as two schools at hosted Canvas
    registered(course, lms=one, second=two)
    with site_of(course, public=OWN) as site:
        _, answer, _ = Course(site, one).open(claims=role("Instructor") | {"sub": "777"})
        assert answer.status_code == 303
        other, answer, _ = Course(site, two).open(claims=learner("777", "bob@example.edu"))
        assert answer.status_code == 303
        assert other.get("/people").status_code == 403
        assert [(who.role, who.key) for who in people.every(site.book)] == [
            ("instructor", ""),
            ("student", "bob"),
        ]
        again, _, _ = Course(site, one).open(claims=role("Instructor") | {"sub": "777"})
        assert again.get("/people").status_code == 200
        assert len(people.every(site.book)) == 2
    one.close()
    two.close()


def test_an_account_outlasts_another_word_for_the_platform(course):
    platform = StrictPlatform()
    for name in ("lms", "moodle"):
        registered(course, **{name: platform})
        with site_of(course, public=OWN) as site:
            assert Course(site, platform).open()[1].status_code == 303
            assert len(people.every(site.book)) == 1
    platform.close()


@pytest.mark.parametrize(("alone", "accounts"), [(True, 1), (False, 2)])
def test_accounts_kept_under_the_issuer_alone_are_those_of_its_only_platform(site, alone, accounts):
    sessions = Sessions(site.book)
    told = {"issuer": "https://canvas.example", "subject": "7", "teaches": True}
    arrive(sessions, Arrival(**told))  # as it was kept before
    for _ in range(2):
        arrive(sessions, Arrival(client="100", alone=alone, **told))
    assert len(people.every(site.book)) == accounts


@pytest.mark.parametrize(
    "subjects", [("aBcD", "AbCd"), ("user7", "user\uff17"), ("x" * 120 + "1", "x" * 120 + "2")]
)
def test_ids_of_an_lms_that_look_alike_are_two_people(lms, subjects):
    for _ in range(2):
        for subject in subjects:
            _, answer, _ = lms.open(claims={"sub": subject})
            assert answer.status_code == 303
    assert len({one.name for one in people.every(lms.site.book)}) == 2


def test_the_same_person_comes_again_to_the_same_account_and_a_role_that_ended_is_gone(lms):
    first, _, _ = lms.open()
    second, _, _ = lms.open(claims=role("Learner"))
    (one,) = people.every(lms.site.book)
    assert one.role == "student"
    assert first.get("/people", follow_redirects=False).status_code == 303  # signed out
    assert second.get("/people").status_code == 403


def test_an_account_of_ours_with_the_same_name_or_e_mail_is_neither_entered_nor_raised(lms):
    number = account_of(lms.site.book, "student:ada")  # ada@example.edu, as the LMS says too
    lms.open()
    held = people.of_number(lms.site.book, number)
    assert (held.role, held.key) == ("student", "ada")
    assert len(people.every(lms.site.book)) == 2


def test_who_was_linked_by_hand_keeps_the_role_that_we_gave(lms):
    from grader.accounts.subjects import link

    number = account_of(lms.site.book, "marker")
    issuer = lms.platform.issuer
    lms.site.book.write(lambda connection: link(connection, number, issuer, "user-7"))
    client, answer, _ = lms.open()  # an instructor there
    assert answer.status_code == 303
    assert client.get("/people").status_code == 403
    assert people.of_number(lms.site.book, number).role == "marker"


def test_two_lmss_may_use_the_same_id_for_two_people(site):
    sessions = Sessions(site.book)
    told = {"subject": "7", "teaches": True}
    one = arrive(sessions, Arrival(issuer="https://a.example", **told))
    two = arrive(sessions, Arrival(issuer="https://b.example", **told))
    assert sessions.who(one).id != sessions.who(two).id


def test_people_of_another_course_of_the_same_lms_do_not_come_in(lms):
    client, answer, _ = lms.open(claims={CLAIM + "context": {"id": "43", "title": "Other"}})
    assert answer.status_code == 403
    assert "context 43" in answer.text
    assert people.every(lms.site.book) == []
    assert client.get("/", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("name", ["Learner", "Instructor"])
def test_nothing_is_remembered_of_a_course_whose_people_do_not_come_in(lms, name):
    from grader.lti.store import Store

    store = Store(lms.site.course / ".grader/lti/lti.sqlite3")
    lms.open(claims=role(name) | {CLAIM + "context": {"id": "43", "title": "Other"}})
    assert store.courses() == ()
    lms.open(claims=learner("6666", "nobody@example.edu"))  # of our course, and not on the roster
    assert store.courses() == ()
    lms.open()
    assert [one.context for one in store.courses()] == ["42"]


def test_a_message_is_taken_once_and_from_its_browser_alone(lms):
    client, answer, form = lms.open()
    assert answer.status_code == 303
    assert client.post("/lti/launch", data=form, follow_redirects=False).status_code == 403
    other = lms.site.client()
    assert other.post("/lti/launch", data=form, follow_redirects=False).status_code == 403


def test_a_disabled_account_does_not_come_in_through_the_lms(lms):
    account_of(lms.site.book, "instructor")
    lms.open()
    (mine,) = [one for one in people.every(lms.site.book) if one.from_lms]
    people.set_active(lms.site.book, mine.id, active=False)
    assert lms.open()[1].status_code == 403


def test_who_comes_from_the_lms_has_no_other_way_in(lms):
    client, *_ = lms.open()
    (mine,) = [one for one in people.every(lms.site.book) if one.from_lms]
    page = client.get("/own").text
    assert "has no password here" in page
    word = re.search(r'<meta name="csrf" content="([^"]+)"', page)[1]
    answer = client.post("/own", data={"csrf": word, "new": "a long enough password"})
    assert answer.status_code == 400
    assert not people.of_number(lms.site.book, mine.id).has_password


def test_who_has_no_role_in_the_course_has_none_here(lms):
    elsewhere = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"
    assert lms.open(claims={CLAIM + "roles": [elsewhere]})[1].status_code == 403
    with pytest.raises(Refused, match="does not say"):
        arrive(Sessions(lms.site.book), Arrival(issuer="x", subject="y"))


def test_messages_that_are_too_large_or_no_forms_are_refused(lms):
    client = lms.site.client()
    big = client.post("/lti/launch", data={"id_token": "x" * 300_000, "state": "y"})
    assert big.status_code == 413
    assert client.post("/lti/launch", json={"id_token": "x"}).status_code == 400
    assert client.post("/lti/login").status_code == 400


@pytest.mark.parametrize(
    "claims",
    [
        {CLAIM + "context": {"id": "42", "title": "\ud800"}},
        {CLAIM + "context": {"id": "\ud800"}},
        {CLAIM + "deployment_id": "\ud800"},
        {CLAIM + "custom": {"assignment": "\ud800"}},
        {"sub": "a\ud800"},
        {"name": "\ud800"},
    ],
)
def test_a_signed_message_with_half_a_letter_is_refused_and_no_fault_of_ours(lms, claims):
    _, answer, _ = lms.open(claims=claims)
    assert answer.status_code == 400
    assert "holds a text that is none" in answer.text


def test_our_keys_are_public_and_nothing_else_of_them(lms):
    answer = lms.site.client().get("/lti/keys")
    (key,) = answer.json()["keys"]
    assert "d" not in key
    assert "public" in answer.headers["cache-control"]


def test_without_an_lms_there_is_nothing_here(site):
    client = site.client()
    assert client.get("/lti/keys").status_code == 404
    assert client.post("/lti/launch", data={"x": "y"}).status_code == 404
