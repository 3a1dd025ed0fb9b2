"""What people experience who have an account, and those who have none any more."""

from __future__ import annotations

import pytest

from grader.accounts import links, passwords, people
from grader.accounts.sessions import Sessions
from grader.gradebook.audit import entries
from grader.gradebook.opening import Refused
from tests.web.web_site import Site, account_of

WORDS = "four plain long words"


def form(client, **more):
    return {"csrf": getattr(client, "csrf", ""), **more}


def sign_in(site: Site, name: str, password: str, client=None, **more):
    client = client or site.client()
    data = {"name": name, "password": password, **more}
    return client, client.post("/sign-in", data=data, follow_redirects=False)


def test_a_password_lets_in_whatever_capitals_the_name_has(site):
    people.add(site.book, "Marie@Example.edu", "marker", password=WORDS)
    client, answer = sign_in(site, " MARIE@example.EDU ", WORDS)
    assert answer.status_code == 303
    assert "marie@example.edu" in client.get("/").text


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("marie@example.edu", WORDS + "."),
        ("marie@example.edu", ""),
        ("nobody@example.edu", WORDS),
        ("", WORDS),
        ("\0", WORDS),
        ("marie@example.edu", "x" * 10_000),
    ],
)
def test_another_name_or_password_lets_nobody_in_and_all_are_told_the_same(site, name, password):
    people.add(site.book, "marie@example.edu", "marker", password=WORDS)
    client, answer = sign_in(site, name, password)
    assert answer.status_code == 401
    assert "The name or the password is not right" in answer.text
    assert "set-cookie" not in answer.headers
    assert password not in answer.text or not password
    assert client.get("/", follow_redirects=False).status_code == 303


def test_an_account_without_a_password_has_none_that_fits(site):
    people.add(site.book, "marie@example.edu", "marker")
    assert sign_in(site, "marie@example.edu", "")[1].status_code == 401


def test_short_and_long_passwords_are_refused(site):
    for bad in ("short", "x" * 11, "x" * 201):
        with pytest.raises(Refused, match="characters"):
            people.add(site.book, "marie@example.edu", "marker", password=bad)
    assert people.every(site.book) == []


def test_the_hash_is_argon2_and_a_weaker_one_is_made_anew(site):
    from argon2 import PasswordHasher
    from sqlalchemy import select, update

    from grader.gradebook.tables import account

    made = people.add(site.book, "marie@example.edu", "marker", password=WORDS)
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(WORDS)
    put = update(account).where(account.c.id == made.id).values(password=weak)
    site.book.write(lambda connection: connection.execute(put))
    assert sign_in(site, "marie@example.edu", WORDS)[1].status_code == 303
    ask = select(account.c.password)
    stored = site.book.read(lambda connection: connection.execute(ask).scalar_one())
    assert stored.startswith("$argon2id$")
    assert stored != weak
    assert passwords.fits(stored, WORDS)


def test_a_name_that_nobody_has_costs_a_hash_as_well(site, monkeypatch):
    looked = []
    from argon2 import PasswordHasher

    own = PasswordHasher.verify
    monkeypatch.setattr(
        PasswordHasher, "verify", lambda self, *a: looked.append(a[0]) or own(self, *a)
    )
    sign_in(site, "nobody@example.edu", WORDS)
    assert len(looked) == 1


def test_too_many_wrong_tries_have_to_wait_and_the_right_one_with_them(site):
    people.add(site.book, "marie@example.edu", "marker", password=WORDS)
    client = site.client()
    for _ in range(5):
        assert sign_in(site, "marie@example.edu", "wrong", client)[1].status_code == 401
    _, answer = sign_in(site, "marie@example.edu", WORDS, client)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert sign_in(site, "other@example.edu", "wrong", client)[1].status_code == 401


def test_a_name_in_other_letters_is_the_same_name_to_who_counts_tries(site):
    people.add(site.book, "marie@example.edu", "marker", password=WORDS)
    client = site.client()
    wide = [chr(ord(sign) + 0xFEE0) for sign in "marie"]  # each is one of these letters to us
    found = []
    for number in range(6):
        name = "".join(wide[k] if k == number else sign for k, sign in enumerate("marie"))
        found.append(sign_in(site, f"{name}@example.edu", "wrong", client)[1].status_code)
    assert found == [401] * 5 + [429]


def test_who_is_refused_at_one_address_keeps_nobody_out_at_another():
    from grader.web.sign_in import Tries

    tries = Tries()
    assert [bool(tries.take("marie", "6.6.6.6")) for _ in range(200)] == [False] * 5 + [True] * 195
    assert tries.take("marie", "1.1.1.1") == 0


def test_a_whole_class_signs_in_from_one_address(site):
    people.add(site.book, "marie@example.edu", "marker", password=WORDS)
    for _ in range(12):  # more than may be tried in vain
        assert sign_in(site, "marie@example.edu", WORDS)[1].status_code == 303


def test_the_instructor_makes_an_account_and_a_link_that_is_shown_once(site):
    teacher = site.as_("instructor")
    page = teacher.post("/people", data=form(teacher, name="new@example.edu", role="marker"))
    assert "/enter/" in page.text
    token = page.text.split("/enter/")[1].split('"')[0]
    assert token not in teacher.get("/people").text
    newcomer = site.client()
    assert newcomer.post("/enter", data={"token": token}).status_code == 200
    assert "new@example.edu" in newcomer.get("/").text


def test_a_student_needs_to_be_on_the_roster(site):
    teacher = site.as_("instructor")
    data = form(teacher, name="x@example.edu", role="student", key="nobody")
    answer = teacher.post("/people", data=data)
    assert answer.status_code == 400
    assert "roster" in answer.text
    answer = teacher.post(
        "/people", data=form(teacher, name="x@example.edu", role="student", key="ada@example.edu")
    )
    assert answer.status_code == 200
    assert people.named(site.book, "x@example.edu").key == "ada"


def test_disabling_an_account_ends_what_its_person_does_at_once(site):
    teacher, marker = site.as_("instructor"), site.as_("marker")
    number = account_of(site.book, "marker")
    token = links.make(site.book, number)
    assert marker.get("/").status_code == 200
    teacher.post(f"/people/{number}/active", data=form(teacher, active="0"))
    assert marker.get("/", follow_redirects=False).status_code == 303
    assert site.client().post("/enter", data={"token": token}).status_code == 403
    teacher.post(f"/people/{number}/active", data=form(teacher, active="1"))
    assert marker.get("/", follow_redirects=False).status_code == 303  # a new sign-in is needed


def test_a_session_of_a_disabled_account_is_none_however_it_began(site):
    account_of(site.book, "instructor")
    number = account_of(site.book, "marker")
    people.set_active(site.book, number, active=False)
    assert site.as_("instructor").get("/").status_code == 200
    cookie = Sessions(site.book).begin(number)
    assert Sessions(site.book).who(cookie) is None


def test_a_large_class_is_searched_and_shown_in_part(site):
    def do(connection):
        for number in range(150):
            people.add_in(connection, site.book, f"m{number:03}@example.edu", "marker", "")

    site.book.write(do)
    teacher = site.as_("instructor")
    page = teacher.get("/people").text
    assert page.count("<tr>") == 101
    assert "51 more" in page
    found = teacher.get("/people", params={"q": "M149"}).text
    assert "m149@example.edu" in found
    assert "m001@example.edu" not in found
    odd = teacher.get("/people", params={"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in odd


def test_a_role_that_is_taken_away_is_gone_at_once(site):
    teacher, other = site.as_("instructor"), site.as_("instructor:two")
    number = account_of(site.book, "instructor:two")
    assert other.get("/people").status_code == 200
    teacher.post(f"/people/{number}/role", data=form(teacher, role="marker"))
    assert other.get("/people", follow_redirects=False).status_code == 303


def test_an_account_becomes_another_students_on_the_page_and_is_signed_out(site):
    teacher, student = site.as_("instructor"), site.as_("student:ada")
    number = account_of(site.book, "student:ada")
    assert f'id="key-{number}" name="key" value="ada"' in teacher.get("/people").text
    for key in ("nobody", ""):  # not on the roster
        answer = teacher.post(f"/people/{number}/role", data=form(teacher, role="student", key=key))
        assert answer.status_code == 400
        assert people.of_number(site.book, number).key == "ada"
    teacher.post(f"/people/{number}/role", data=form(teacher, role="student", key="bob"))
    assert people.of_number(site.book, number).key == "bob"
    assert student.get("/me", follow_redirects=False).status_code == 303
    told = [one.who for one in entries(site.book) if one.what == "account role"]
    assert len(set(told)) == 2  # whose it was and whose it is, each by its pseudonym
    assert not {"ada", "bob"} & set(told)
    teacher.post(f"/people/{number}/role", data=form(teacher, role="marker", key="bob"))
    held = people.of_number(site.book, number)
    assert (held.role, held.key) == ("marker", "")


def test_the_last_instructor_cannot_be_lost(site):
    teacher = site.as_("instructor")
    number = account_of(site.book, "instructor")
    for where, data in (("active", {"active": "0"}), ("role", {"role": "marker"})):
        answer = teacher.post(f"/people/{number}/{where}", data=form(teacher, **data))
        assert answer.status_code == 400
        assert "last instructor" in answer.text
    assert teacher.get("/people").status_code == 200


def test_who_sets_a_password_stays_and_all_other_browsers_are_signed_out(site):
    number = people.add(site.book, "marker@example.edu", "marker", password=WORDS).id
    here, there = site.as_("marker"), site.as_("marker")
    links.make(site.book, number)
    wrong = here.post("/own", data=form(here, now="not it at all", new=WORDS + " more"))
    assert wrong.status_code == 403
    assert there.get("/").status_code == 200
    done = here.post("/own", data=form(here, now=WORDS, new=WORDS + " more"))
    assert done.status_code == 200
    assert here.get("/").status_code == 200
    assert there.get("/", follow_redirects=False).status_code == 303
    assert sign_in(site, "marker@example.edu", WORDS)[1].status_code == 401
    assert sign_in(site, "marker@example.edu", WORDS + " more")[1].status_code == 303


def test_the_log_tells_who_did_what_without_names_of_students(site):
    teacher = site.as_("instructor")
    teacher.post("/people", data=form(teacher, name="s@example.edu", role="student", key="bob"))
    told = [one for one in entries(site.book) if one.what.startswith("account")]
    assert [one.what for one in told if one.author == "instructor@example.edu"] == [
        "account",
        "account link",
    ]
    assert all("bob" not in f"{one.who} {one.data}" for one in told)
    assert all("s@example.edu" not in f"{one.who} {one.data}" for one in told)


def test_a_student_who_sets_a_password_is_in_the_log_by_pseudonym_alone(site):
    student = site.as_("student:ada")
    answer = student.post("/own", data=form(student, new=WORDS), follow_redirects=False)
    assert answer.status_code == 303
    (told,) = [one for one in entries(site.book) if one.what == "account password"]
    assert told.author == "student"
    assert told.who.startswith("s-")


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "' onfocus=alert(1) autofocus='",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_and_ids_are_text_wherever_they_are_shown(site, name):
    from grader.gradebook.people import enrol
    from grader.gradebook.roster_file import Enrolled, Roster

    row = Enrolled(id=name, name=name, email=name, section=name)
    enrol(site.book, Roster(rows=(row,), problems=()))
    teacher = site.as_("instructor")
    people.add(site.book, name, "student", key=name)
    pages = [teacher.get("/people").text, teacher.get("/progress/sums").text]
    shown = teacher.post("/people", data=form(teacher, name=name, role="marker"))  # it is taken
    assert shown.status_code == 400
    sign = site.client().post("/sign-in", data={"name": name, "password": name, "next": name})
    for text in [*pages, shown.text, sign.text]:
        assert "<script>alert" not in text.lower()
        assert "<img src=x" not in text.lower()
        assert "autofocus='" not in text
        assert ">49<" not in text
