"""What another site can have a browser do: nothing."""

from __future__ import annotations

import pytest

from grader.accounts import people
from tests.web.web_site import Site, account_of


def names(site: Site) -> set[str]:
    return {one.name for one in people.every(site.book)}


def new(client, **more):
    return client.post("/people", data={"name": "new@example.edu", "role": "marker", **more})


def test_a_form_of_the_page_is_taken(site):
    teacher = site.as_("instructor")
    assert new(teacher, csrf=teacher.csrf).status_code == 200
    assert "new@example.edu" in names(site)


@pytest.mark.parametrize("word", [None, "", "x", "ü", "A" * 5000])
def test_a_form_without_the_word_of_the_session_is_not(site, word):
    teacher = site.as_("instructor")
    answer = new(teacher, **({} if word is None else {"csrf": word}))
    assert answer.status_code == 403
    assert "new@example.edu" not in names(site)


def test_the_word_of_another_session_is_none(site):
    teacher, marker, again = site.as_("instructor"), site.as_("marker"), site.as_("instructor")
    assert new(teacher, csrf=marker.csrf).status_code == 403
    assert new(teacher, csrf=again.csrf).status_code == 403
    assert "new@example.edu" not in names(site)


def test_scripts_send_the_word_as_a_header(site):
    teacher = site.as_("instructor")
    teacher.headers["X-CSRF"] = teacher.csrf
    assert new(teacher).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9"},
        {"Origin": "http://127.0.0.1.evil.example"},
        {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-site"},
        {"Origin": ""},
    ],
)
def test_what_another_site_posts_is_refused_even_with_the_right_word(site, headers):
    teacher = site.as_("instructor")
    answer = teacher.post(
        "/people",
        data={"csrf": teacher.csrf, "name": "new@example.edu", "role": "marker"},
        headers=headers,
    )
    assert answer.status_code == 403
    assert "new@example.edu" not in names(site)


def test_another_site_cannot_sign_a_browser_in_as_somebody_else(site):
    people.add(site.book, "evil@example.edu", "marker", password="four plain long words")
    data = {"name": "evil@example.edu", "password": "four plain long words"}
    answer = site.client().post("/sign-in", data=data, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_form_with_files_tells_the_word_first(site):
    teacher = site.as_("instructor")
    word, name = ("csrf", (None, teacher.csrf)), ("name", (None, "n@example.edu"))
    data = [("f", ("a.txt", b"x" * 100_000))]
    first = teacher.post("/people", files=[word, name, *data])
    last = teacher.post("/people", files=[name, *data, word])
    none = teacher.post("/people", files=[name, *data])
    wrong = teacher.post("/people", files=[("csrf", (None, "x")), name, *data])
    assert first.status_code == 400  # it came through; the form has no fields of its own there
    assert [one.status_code for one in (last, none, wrong)] == [403, 403, 403]


def test_json_and_text_are_no_way_around(site):
    teacher = site.as_("instructor")
    body = f"csrf={teacher.csrf}&name=new@example.edu&role=marker"
    for kind in ("text/plain", "application/json", ""):
        answer = teacher.post("/people", content=body, headers={"Content-Type": kind})
        assert answer.status_code == 403
    assert "new@example.edu" not in names(site)


def test_a_get_changes_nothing(site):
    teacher = site.as_("instructor")
    number = account_of(site.book, "instructor")
    for path in (f"/people/{number}/link", f"/people/{number}/active", "/sign-out", "/enter"):
        assert teacher.get(path).status_code in (404, 405)
    assert teacher.get("/").status_code == 200
