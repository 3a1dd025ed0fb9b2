"""A session begins anew with each sign-in, ends by itself, and is bound to its browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from grader.accounts import people
from grader.accounts.sessions import IDLE, LONGEST, Sessions
from grader.gradebook.tables import signed_in
from tests.web.web_site import account_of, site_of

WORDS = "four plain long words"


def signed(site, client=None, **more):
    client = client or site.client()
    data = {"name": "marie@example.edu", "password": WORDS, **more}
    return client, client.post("/sign-in", data=data, follow_redirects=False)


@pytest.fixture
def marie(site):
    return people.add(site.book, "marie@example.edu", "marker", password=WORDS).id


def test_a_cookie_that_somebody_planted_is_never_the_session(site, marie):
    name = site.app.state.cookies.name
    client = site.client()
    client.cookies.set(name, "planted" * 6)
    _, answer = signed(site, client)
    assert "planted" not in answer.headers["set-cookie"]
    other = site.client()
    other.cookies.set(name, "planted" * 6)
    assert other.get("/", follow_redirects=False).status_code == 303


def test_a_session_that_was_there_before_ends_with_the_sign_in(site, marie):
    mallory = site.as_("student:bob")
    cookie = mallory.cookies.get(site.app.state.cookies.name)
    signed(site, mallory)
    assert Sessions(site.book).who(cookie) is None


def test_signing_out_ends_it_on_the_server_too(site, marie):
    client, _ = signed(site)
    cookie = client.cookies.get(site.app.state.cookies.name)
    word = Sessions(site.book).who(cookie).csrf
    answer = client.post("/sign-out", data={"csrf": word}, follow_redirects=False)
    assert answer.status_code == 303
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert Sessions(site.book).who(cookie) is None


def test_it_ends_when_nobody_uses_it_and_after_a_day_in_any_case(site, marie):
    begun = site.book.now()

    def at(passed):
        return Sessions(replace(site.book, now=lambda: begun + passed))

    cookie = at(timedelta(0)).begin(marie)
    assert at(IDLE - timedelta(minutes=1)).who(cookie) is not None  # this counts as a use
    assert at(2 * IDLE - timedelta(minutes=2)).who(cookie) is not None
    assert at(3 * IDLE - timedelta(minutes=4)).who(cookie) is not None
    assert at(LONGEST).who(cookie) is None
    unused = at(timedelta(0)).begin(marie)
    assert at(IDLE).who(unused) is None


def test_the_gradebook_holds_no_cookie(site, marie):
    cookie = Sessions(site.book).begin(marie)
    rows = site.book.read(lambda connection: connection.execute(select(signed_in)).all())
    assert all(cookie not in str(row) for row in rows)
    (file,) = site.course.glob(".grader/gradebook.sqlite3")
    data = file.read_bytes() + file.with_name(f"{file.name}-wal").read_bytes()
    assert cookie.encode() not in data


def test_one_account_has_so_many_sessions_and_no_more(site, marie):
    sessions = Sessions(site.book)
    cookies = [sessions.begin(marie) for _ in range(23)]
    assert [sessions.who(one) is not None for one in cookies].count(True) == 20
    assert sessions.who(cookies[-1]) is not None


def test_the_cookie_is_kept_from_scripts_and_other_sites(site, marie):
    rules = signed(site)[1].headers["set-cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(rules)


def test_over_https_the_cookie_is_bound_to_the_host(course):
    with site_of(course, public="https://grader.example.edu") as site:
        people.add(site.book, "marie@example.edu", "marker", password=WORDS)
        client, answer = signed(site)
        first = answer.headers["set-cookie"].split(", ")[0]
        assert first.startswith("__Host-grader=")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(first.split("; "))
        assert "domain" not in answer.headers["set-cookie"].lower()
        assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "onward",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/%0d%0aSet-Cookie:x=1\r\nX: y",
        " //evil.example",
        "/\t/evil.example",
        "evil",
    ],
)
def test_after_signing_in_nobody_is_led_elsewhere(site, marie, onward):
    _, answer = signed(site, next=onward)
    assert answer.headers["location"] == "/"
    page = site.client().get("/sign-in", params={"next": onward})
    assert 'name="next" value="/"' in page.text


def test_a_page_that_needed_a_sign_in_is_shown_after_it(site, marie):
    client = site.client()
    answer = client.get("/progress/sums?x=1", follow_redirects=False)
    page = client.get(answer.headers["location"])
    assert 'value="/progress/sums?x=1"' in page.text
    assert (
        signed(site, client, next="/progress/sums?x=1")[1].headers["location"]
        == "/progress/sums?x=1"
    )


def test_where_it_runs_for_one_person_the_link_lets_in_once_and_no_accounts_are_asked(course):
    with site_of(course, local="ada") as site:
        token = site.app.state.door.token
        here, there = site.client(), site.client()
        assert here.get("/").status_code == 401
        assert here.get("/enter/wrong").status_code == 403
        assert here.get(f"/enter/{token}?next=/progress/sums").status_code == 200
        assert "ada" in here.get("/").text
        assert there.get(f"/enter/{token}").status_code == 403
        assert there.get("/").status_code == 401
        account_of(site.book, "instructor")
        assert there.get("/sign-in").status_code == 404
        assert here.get("/people").status_code == 404
