"""What each answer tells browsers: nothing inline, no frames, nothing kept, no guessing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import grader
from tests.web.web_site import site_of

WEB = Path(grader.__file__).parent / "web"
PAGES = [
    "/",
    "/people",
    "/progress/sums",
    "/own",
    "/sign-in",
    "/nothing",
    "/static/app.css",
    "/healthz",
]


def policy(answer):
    rows = [row.strip() for row in answer.headers["content-security-policy"].split(";")]
    return {row.split(" ")[0]: row.split(" ")[1:] for row in rows}


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_has_the_policies(site, path):
    answer = site.as_("instructor").get(path)
    found = policy(answer)
    assert found["default-src"] == found["base-uri"] == found["frame-ancestors"] == ["'none'"]
    assert found["script-src"] == found["style-src"] == found["connect-src"] == ["'self'"]
    assert found["form-action"] == ["'self'"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "strict-transport-security" not in answer.headers  # it is reached over HTTP
    assert "server" not in answer.headers
    if not path.startswith("/static"):
        assert answer.headers["cache-control"] == "no-store"


def test_refusals_have_them_too(site):
    answer = site.client().post("/people", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert policy(answer)["default-src"] == ["'none'"]
    assert answer.headers["content-type"].startswith("text/plain")


def test_over_https_browsers_are_to_stay_with_it(course):
    with site_of(course, public="https://grader.example.edu") as site:
        answer = site.as_("instructor").get("/")
        assert answer.status_code == 200
        assert "max-age=31536000" in answer.headers["strict-transport-security"]


def test_an_lms_that_is_registered_may_show_it_in_a_frame_and_nobody_else(course):
    pytest.importorskip("joserfc", reason="not run: joserfc is not installed (extra lms)")
    (course / "rubrics/lti.yaml").write_text(
        "tool: https://grader.example.edu\nplatforms:\n  - name: lms\n    issuer: https://lms.example.edu\n"
        "    client_id: x\n    authorization: https://sso.example.edu/auth\n"
        "    token: https://lms.example.edu/token\n    jwks: https://lms.example.edu/jwks\n"
        '    deployments: ["1"]\n',
        "utf-8",
    )
    with site_of(course, public="https://grader.example.edu") as site:
        found = policy(site.client().get("/sign-in"))["frame-ancestors"]
        assert set(found) == {"https://lms.example.edu", "https://sso.example.edu"}


@pytest.mark.parametrize("path", sorted((WEB / "templates").glob("*.html")), ids=lambda p: p.name)
def test_no_template_has_anything_inline(path):
    text = path.read_text("utf-8")
    assert not re.search(r"<style|\sstyle\s*=|javascript:", text, re.IGNORECASE)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text, re.IGNORECASE)
    assert not re.search(r"hx-on", text)
    for script in re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL):
        assert script.strip() == ""
    assert not re.search(r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//""", text), (
        "from elsewhere"
    )
    assert not re.search(r"\|\s*safe\b", text), "what is not escaped"


@pytest.mark.parametrize("path", sorted((WEB / "templates").glob("*.html")), ids=lambda p: p.name)
def test_every_form_that_posts_has_the_word_first(path):
    for form in re.findall(
        r"<form[^>]*method=\"post\"[^>]*>(.*?)</form>", path.read_text(), re.DOTALL
    ):
        first = re.search(r"<input[^>]*>", form)
        if 'action="/sign-in"' in path.read_text():
            continue  # nobody is signed in there
        assert first, form
        assert 'name="csrf"' in first[0], form
