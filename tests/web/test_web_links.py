"""A one-time link signs in once, whoever is quicker, and no longer than it says."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from grader.accounts import links, people
from grader.accounts.sessions import Sessions
from grader.gradebook.opening import Refused
from grader.gradebook.tables import one_time
from tests.web.web_site import account_of


def use(client, token):
    return client.post("/enter", data={"token": token}, follow_redirects=False)


@pytest.fixture
def marker(site):
    return account_of(site.book, "marker")


def test_a_program_that_opens_the_link_first_does_not_use_it_up(site, marker):
    token = links.make(site.book, marker)
    for _ in range(3):
        page = site.client().get(f"/enter/{token}")
        assert page.status_code == 200
        assert "<button" in page.text
        assert "set-cookie" not in page.headers
    client = site.client()
    assert use(client, token).status_code == 303
    assert "marker@example.edu" in client.get("/").text


def test_it_works_once(site, marker):
    token = links.make(site.book, marker)
    assert use(site.client(), token).status_code == 303
    again = use(site.client(), token)
    assert again.status_code == 403
    assert "used, or has ended" in again.text
    assert "set-cookie" not in again.headers


def test_of_many_who_press_at_the_same_moment_one_comes_in(site, marker):
    token = links.make(site.book, marker)
    sessions, came, begin = Sessions(site.book), [], threading.Barrier(8)

    def press():
        begin.wait()
        came.append(links.use(sessions, token))

    threads = [threading.Thread(target=press) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(came) == 8
    assert len([cookie for cookie in came if cookie]) == 1


def test_it_ends_and_a_new_one_ends_the_old_one(site, marker):
    old = links.make(site.book, marker)
    new = links.make(site.book, marker, timedelta(hours=1))
    assert use(site.client(), old).status_code == 403
    later = replace(site.book, now=lambda: site.book.now() + timedelta(hours=1))
    assert links.use(Sessions(later), new) is None
    assert use(site.client(), new).status_code == 303


@pytest.mark.parametrize("token", ["", "x", "é" * 40, "a" * 5000, "' OR 1=1 --"])
def test_no_other_words_are_a_link(site, marker, token):
    links.make(site.book, marker)
    assert use(site.client(), token).status_code == 403


def test_who_is_disabled_gets_none_and_uses_none(site, marker):
    account_of(site.book, "instructor")
    token = links.make(site.book, marker)
    people.set_active(site.book, marker, active=False)
    assert use(site.client(), token).status_code == 403
    with pytest.raises(Refused, match="disabled"):
        links.make(site.book, marker)


def test_a_link_does_not_last_for_ever(site, marker):
    with pytest.raises(Refused, match="14 days"):
        links.make(site.book, marker, timedelta(days=15))


def test_neither_the_gradebook_nor_the_log_holds_the_token(site, marker, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    token = links.make(site.book, marker)
    site.client().get(f"/enter/{token}")
    use(site.client(), token)
    use(site.client(), token)
    rows = site.book.read(lambda connection: connection.execute(select(one_time)).all())
    assert len(rows) == 1
    ours = [one for one in caplog.records if not one.name.startswith("httpx")]  # the browser's own
    said = " ".join(one.getMessage() for one in ours)
    assert token not in f"{rows} {said} {capfd.readouterr()}"
    data = b"".join(file.read_bytes() for file in site.course.glob(".grader/gradebook.sqlite3*"))
    assert token.encode() not in data
