"""Requests for another host are not answered (DNS rebinding), nor what no browser sends."""

from __future__ import annotations

import pytest

from tests.web.web_site import site_of


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "localhost:8000", "[::1]:9", "LOCALHOST"]
)
def test_this_machine_is_reached_by_its_own_names(site, host):
    assert site.client().get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.0.0.1@evil.example",
        "evil.example#127.0.0.1",
        "",
        "127.0.0.1:99999999",
        "[::1",
        "0.0.0.0",
        "127.1",
        "localhost, evil.example",
        "evil.example[::1]",
        "[::1]evil.example",
        "[::1]:80evil.example",
    ],
)
def test_a_name_of_somebody_else_is_refused_even_with_a_session(site, host):
    teacher = site.as_("instructor")
    answer = teacher.get("/", headers={"Host": host})
    assert answer.status_code == 421
    assert "Assignments" not in answer.text


def test_two_hosts_are_none(site):
    teacher = site.as_("instructor")
    both = [("Host", "127.0.0.1"), ("Host", "evil.example")]
    assert teacher.get("/", headers=both).status_code == 421


def test_the_public_name_is_known_and_links_lead_to_it(course):
    with site_of(course, public="https://grader.example.edu", hosts=("alias.example.edu",)) as site:
        teacher = site.as_("instructor")
        assert teacher.get("/").status_code == 200
        alias = {"Host": "alias.example.edu"}
        assert site.client().get("/healthz", headers=alias).status_code == 200
        other = {"Host": "evil.example"}
        assert site.client().get("/healthz", headers=other).status_code == 421
        data = {"csrf": teacher.csrf, "name": "n@example.edu", "role": "marker"}
        assert "https://grader.example.edu/enter/" in teacher.post("/people", data=data).text


def test_a_link_for_others_leads_to_the_public_name_however_its_page_was_reached(course):
    with site_of(course, public="https://grader.example.edu") as site:
        teacher = site.as_("instructor")
        near = {"Host": "localhost:1234", "Origin": "http://localhost:1234"}
        data = {"csrf": teacher.csrf, "name": "n@example.edu", "role": "marker"}
        shown = teacher.post("/people", data=data, headers=near)
        assert "https://grader.example.edu/enter/" in shown.text
        assert "localhost:1234" not in shown.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "X"])
def test_methods_that_are_not_used_are_refused(site, method):
    assert site.as_("instructor").request(method, "/people").status_code == 405


def test_who_it_comes_from_is_believed_of_named_proxies_alone(course):
    tries = [{"name": "x", "password": "y"}] * 6

    def statuses(site, client):
        return [
            client.post(
                "/sign-in", data=one, headers={"X-Forwarded-For": f"10.0.0.{number}"}
            ).status_code
            for number, one in enumerate(tries)
        ]

    with site_of(course) as site:  # an attacker who makes up addresses is still one
        assert statuses(site, site.client()).count(429) == 1
    with site_of(course, proxies=("10.9.9.9",)) as site:
        assert statuses(site, site.client(client=("10.9.9.8", 1))).count(429) == 1
        assert statuses(site, site.client(client=("10.9.9.9", 1))).count(429) == 0
