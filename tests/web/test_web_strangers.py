"""Who is not meant to see a page does not see it: every route of the app is walked by every role."""

from __future__ import annotations

import re

import pytest

from grader.accounts import ROLES
from tests.web.web_site import Site

routing = pytest.importorskip("starlette.routing", reason="not run: starlette is not installed")

KNOWN = {"name": "sums", "number": "1", "token": "x", "part": "1", "key": "ada", "index": "0"}


def walked(app):
    """Each route as an address and a method, with who may come."""
    found = []
    for route in app.routes:
        if isinstance(route, routing.Mount):
            continue
        assert isinstance(route, routing.Route), f"{route} is no plain route: say here who may come"
        assert hasattr(route.endpoint, "roles"), (
            f"{route.path}: put @needs(...) or @anybody on {route.endpoint.__qualname__}"
        )
        path = re.sub(r"{(\w+)(?::\w+)?}", lambda m: KNOWN.get(m[1], "1"), route.path)
        methods = sorted((route.methods or set()) - {"HEAD"})
        found += [(method, path, route.endpoint.roles) for method in methods]
    return found


def asked(client, method, path):
    data = {"csrf": getattr(client, "csrf", "")} if method == "POST" else None
    return client.request(method, path, data=data, follow_redirects=False)


def test_every_route_says_who_may_come_and_lets_nobody_else_in(site: Site):
    clients = {role: site.as_(f"{role}:ada" if role == "student" else role) for role in ROLES}
    stranger = site.client()
    walk = walked(site.app)
    assert len(walk) > 15
    assert {path for _, path, roles in walk if roles is None} <= {
        "/healthz",
        "/sign-in",
        "/enter",
        "/enter/x",
        "/lti/login",
        "/lti/launch",
        "/lti/keys",
    }, "a route that lets strangers in has to be named here"
    for method, path, roles in walk:
        if roles is None:
            continue
        answer = asked(stranger, method, path)
        where = f"{method} {path} as nobody"
        if method == "GET":
            assert answer.status_code == 303, where
            assert answer.headers["location"].startswith("/sign-in"), where
        else:
            assert answer.status_code == 401, where
        for role, client in clients.items():
            if role not in roles:
                answer = asked(client, method, path)
                assert answer.status_code == 403, f"{method} {path} as {role}"
                assert "not for your account" in answer.text


def test_students_come_to_nothing_of_the_staff_and_the_staff_does():
    """What the rules are, so that a route with the wrong one is seen."""
    from grader.web import home, people, progress

    for module in (people, progress):
        for route in module.routes():
            assert "student" not in route.endpoint.roles
    assert all("marker" not in route.endpoint.roles for route in people.routes())
    assert home.home.roles == frozenset(ROLES)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static/....//app.py",
        "/static/..%5capp.py",
        "/static//etc/passwd",
        "/static/%00app.css",
        "/static/app.css%00.html",
        "/static/",
        "/static",
        "/../../etc/passwd",
        "/templates/layout.html",
        "/.grader/gradebook.sqlite3",
    ],
)
def test_only_the_files_that_are_meant_are_given_out(site, path):
    answer = site.as_("instructor").get(path, follow_redirects=False)
    assert answer.status_code in (404, 307, 405)
    assert "import" not in answer.text
    assert "root:" not in answer.text


def test_a_page_that_is_not_there_looks_the_same_to_all(site):
    for who in ("", "student:ada", "instructor"):
        answer = site.as_(who).get("/nothing/here")
        assert answer.status_code == 404
        assert "no such page" in answer.text


def test_no_assignment_is_made_up(site):
    for name in ("nothing", "..%2Fsums", "course", "%00"):
        assert site.as_("marker").get(f"/progress/{name}").status_code == 404


@pytest.mark.parametrize("number", ["9" * 10, "9" * 30, "9" * 5000])
def test_a_number_that_no_row_has_is_no_page(site, number):
    student, teacher = site.as_("student:ada"), site.as_("instructor")
    for path in (f"/me/sums/receipt/{number}", f"/me/sums/check/{number}/state"):
        assert student.get(path).status_code == 404
    for path in (f"/people/{number}/link", f"/queue/{number}/again"):
        assert asked(teacher, "POST", path).status_code == 404


def test_a_page_that_asks_in_the_background_is_led_to_sign_in_as_a_whole(site):
    answer = site.client().get("/progress/sums/state", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in"
