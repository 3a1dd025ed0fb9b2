"""A teacher adds links to assignments from inside the LMS, and the LMS gets what was chosen."""

from __future__ import annotations

import html
import json
import re
import shutil

import pytest

pytest.importorskip("joserfc", reason="not run: joserfc is not installed (extra lms)")

from joserfc import jwt
from joserfc.jwk import KeySet

from tests.lti.strict_platform import CLAIM
from tests.web.lms_site import OWN, lms_of, role
from tests.web.web_site import account_of

DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"


@pytest.fixture
def lms(course):
    shutil.copytree(course / "reference/sums", course / "reference/more")
    text = (course / "rubrics/sums.yaml").read_text("utf-8")
    (course / "rubrics/more.yaml").write_text(text.replace("assignment: sums", "assignment: more"))
    with lms_of(course) as made:
        yield made


def asked(lms, claims=None, **settings):
    """Ask as an LMS does whose teacher adds a tool; return the browser and the answer."""
    full = {
        "deep_link_return_url": f"{lms.platform.base}/back",
        "accept_types": ["ltiResourceLink"],
        "data": "opaque <&>",
    } | settings
    told = {
        CLAIM + "message_type": "LtiDeepLinkingRequest",
        CLAIM + "resource_link": None,
        DL + "deep_linking_settings": full,
    }
    client, answer, _ = lms.open(claims=told | (claims or {}))
    return client, answer


def page_of(client, answer):
    assert answer.status_code == 303, answer.text
    where = answer.headers["location"]
    assert where.startswith("/lti/choose/")
    page = client.get(where)
    assert page.status_code == 200
    return where, page.text


def chosen(client, where, page, **fields):
    word = re.search(r'name="csrf" value="([^"]+)"', page)[1]
    return client.post(where, data={"csrf": word, **fields})


def sent(client, page):
    """What the LMS reads of the form that brings the choice: the signature has to be ours."""
    fields = dict(re.findall(r'name="([^"]*)" value="([^"]*)"', page))
    keys = KeySet.import_key_set(client.get("/lti/keys").json())
    claims = jwt.decode(html.unescape(fields["JWT"]), keys, algorithms=["RS256"]).claims
    return html.unescape(re.search(r'action="([^"]*)"', page)[1]), claims


def test_a_teacher_chooses_and_the_lms_gets_a_link_with_its_column_that_leads_there(lms):
    client, answer = asked(lms)
    where, page = page_of(client, answer)
    answer = chosen(client, where, page, name=["sums"])
    assert answer.status_code == 200
    assert f"form-action {lms.platform.base};" in answer.headers["content-security-policy"]
    back, claims = sent(client, answer.text)
    assert back == f"{lms.platform.base}/back"
    assert claims[DL + "data"] == "opaque <&>"
    (link,) = claims[DL + "content_items"]
    assert link["url"] == f"{OWN}/lti/launch"
    assert link["custom"] == {"assignment": "sums"}
    assert link["lineItem"]["resourceId"] == "sums"
    possible = sum(part.points for part in client.app.state.assignment("sums").rubric.parts)
    assert link["lineItem"]["scoreMaximum"] == possible
    _, opened, _ = lms.open(claims={CLAIM + "custom": link["custom"]})
    assert opened.headers["location"] == "/review/sums"


def test_several_are_chosen_where_the_lms_takes_several(lms):
    client, answer = asked(lms)
    where, page = page_of(client, answer)
    assert page.count('type="checkbox"') == 2
    _, claims = sent(client, chosen(client, where, page, name=["sums", "more", "sums"]).text)
    assert [one["custom"]["assignment"] for one in claims[DL + "content_items"]] == ["sums", "more"]


def test_one_is_chosen_where_the_lms_takes_one(lms):
    client, answer = asked(lms, accept_multiple=False)
    where, page = page_of(client, answer)
    assert page.count('type="radio"') == 2
    answer = chosen(client, where, page, name=["sums", "more"])
    assert answer.status_code == 400
    assert "takes one link" in answer.text


def test_nothing_is_a_choice_and_none_chosen_is_asked_again(lms):
    client, answer = asked(lms)
    where, page = page_of(client, answer)
    again = chosen(client, where, page)
    assert again.status_code == 400
    assert "Choose an assignment first" in again.text
    _, claims = sent(client, chosen(client, where, page, nothing="1", name=["sums"]).text)
    assert claims[DL + "content_items"] == []


def test_no_column_is_promised_or_sent_where_the_lms_takes_none(lms):
    client, answer = asked(lms, accept_lineitem=False)
    where, page = page_of(client, answer)
    assert "column" not in page
    _, claims = sent(client, chosen(client, where, page, name="sums").text)
    assert "lineItem" not in claims[DL + "content_items"][0]


def test_what_cannot_be_read_now_or_is_not_there_is_not_chosen(lms):
    (lms.site.course / "rubrics/more.yaml").write_text("parts: [", "utf-8")
    client, answer = asked(lms)
    where, page = page_of(client, answer)
    assert "its rubric cannot be read now" in page
    for name in ("more", "nothing-of-ours", "../sums"):
        answer = chosen(client, where, page, name=["sums", name])
        assert answer.status_code == 400
        assert "JWT" not in answer.text


@pytest.mark.parametrize(
    "settings",
    [
        {"accept_types": ["file"]},
        {"deep_link_return_url": "https://evil.example/back"},
        {"deep_link_return_url": "javascript:alert(1)"},
    ],
)
def test_what_the_lms_cannot_take_is_said_before_anything_is_chosen(lms, settings):
    client, answer = asked(lms, **settings)
    assert answer.status_code == 400
    assert client.get("/people", follow_redirects=False).status_code == 303  # not signed in


@pytest.mark.parametrize(("name", "context"), [("Learner", "42"), ("Instructor", "43")])
def test_students_and_teachers_of_other_courses_choose_nothing(lms, name, context):
    _, answer = asked(lms, role(name) | {CLAIM + "context": {"id": context, "title": "Other"}})
    assert answer.status_code == 403


def test_a_choice_is_theirs_alone_who_came_for_it_and_ends(lms):
    client, answer = asked(lms)
    where, page = page_of(client, answer)
    account_of(lms.site.book, "instructor")
    other = lms.site.as_("instructor")
    assert other.get(where).status_code == 404
    assert lms.site.client().get(where, follow_redirects=False).status_code == 303
    assert lms.site.as_("marker").get(where).status_code == 403
    choices = lms.site.app.state.choices
    now = choices.clock
    choices.clock = lambda: now() + 3601
    assert chosen(client, where, page, name="sums").status_code == 404


def test_no_other_page_may_choose(lms):
    client, answer = asked(lms)
    where, page = page_of(client, answer)
    assert client.post(where, data={"csrf": "x" * 40, "name": "sums"}).status_code == 403
    client.headers["Origin"] = lms.platform.base
    assert chosen(client, where, page, name="sums").status_code == 403


def test_questions_that_nobody_answers_are_few():
    from grader.web.choices import Choices

    choices = Choices()
    first = choices.keep(0, "mine")
    words = [choices.keep(1, "theirs") for _ in range(1_500)]
    assert choices.of(words[0], 1) is None
    assert choices.of(words[-1], 1) == "theirs"
    assert choices.of(first, 0) == "mine"  # one account pushes out its own alone
    for account in range(2, 1_500):
        choices.keep(account, "others'")
    assert choices.of(first, 0) is None


def test_a_marker_of_ours_who_teaches_there_is_told_who_chooses(lms):
    from grader.accounts.subjects import link

    number = account_of(lms.site.book, "marker")
    issuer = lms.platform.issuer
    lms.site.book.write(lambda connection: link(connection, number, issuer, "user-7"))
    client, answer = asked(lms)
    assert answer.status_code == 403
    assert "an instructor chooses links" in answer.text
    assert client.get("/", follow_redirects=False).status_code == 303  # and is not signed in


@pytest.mark.parametrize("gone", ["course", "platform", "all"])
def test_no_link_is_chosen_for_a_course_that_is_no_longer_registered(lms, gone):
    client, answer = asked(lms)
    where, page = page_of(client, answer)
    path = lms.site.course / "rubrics/lti.yaml"
    text = path.read_text("utf-8")
    path.unlink()
    if gone == "course":
        path.write_text(text.replace('context: "42"', 'context: "43"'), "utf-8")
    if gone == "platform":
        path.write_text(
            text.replace("platform: lms", "platform: new").replace("'lms'", "'new'"), "utf-8"
        )
    answer = chosen(client, where, page, name="sums")
    assert answer.status_code in (403, 404)
    assert "JWT" not in answer.text
    assert client.get(where).status_code in (403, 404)


def test_yes_and_no_may_be_words(lms):
    client, answer = asked(lms, accept_multiple="false", accept_lineitem="False")
    where, page = page_of(client, answer)
    assert page.count('type="radio"') == 2
    _, claims = sent(client, chosen(client, where, page, name="sums").text)
    assert "lineItem" not in claims[DL + "content_items"][0]


@pytest.mark.parametrize(
    ("title", "shown"), [("  ", "more"), ("a\u202eb\n c", "a b c"), ("x" * 900, "x" * 255)]
)
def test_titles_are_lines_that_an_lms_can_hold(lms, title, shown):
    path = lms.site.course / "rubrics/more.yaml"
    text = path.read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("title:")]
    path.write_text("\n".join([f"title: {json.dumps(title)}", *lines]) + "\n", "utf-8")
    client, answer = asked(lms)
    where, page = page_of(client, answer)
    _, claims = sent(client, chosen(client, where, page, name="more").text)
    (link,) = claims[DL + "content_items"]
    assert link["title"] == link["lineItem"]["label"] == shown


def test_an_assignment_of_no_points_has_no_column(lms):
    path = lms.site.course / "rubrics/more.yaml"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"(points|worth): *[\d.]+", r"\1: 0", text), "utf-8")
    client, answer = asked(lms)
    assert "0 points, so no column" in page_of(client, answer)[1]


def test_a_link_that_brings_settings_of_a_choice_is_a_link(lms):
    settings = {"deep_link_return_url": "https://evil.example", "accept_types": []}
    _, answer, _ = lms.open(
        claims={
            CLAIM + "custom": {"assignment": "sums"},
            DL + "deep_linking_settings": settings,
        }
    )
    assert answer.headers["location"] == "/review/sums"


def test_a_rubric_that_is_nested_too_deeply_is_one_that_cannot_be_read(lms):
    (lms.site.course / "rubrics/more.yaml").write_text("a: " + "[" * 3_000, "utf-8")
    client, answer = asked(lms)
    assert "its rubric cannot be read now" in page_of(client, answer)[1]
    assert client.get("/").status_code == 200


def test_the_pages_of_an_lms_that_may_show_us_are_all_that_its_answers_may_go_to(course):
    from grader.lti import config
    from grader.lti.registration import load
    from grader.web.lti_tool import frames

    path = course / "rubrics/lti.yaml"
    path.write_text(f"tool: {OWN}\nplatforms: []\n", "utf-8")
    text = config.example(load(path), "canvas").replace("LMS.EXAMPLE", "school.example.edu")
    path.write_text(text + '    hosts: ["https://pages.example.edu"]\n', "utf-8")
    assert set(frames(path)) == {
        "https://canvas.instructure.com",
        "https://sso.canvaslms.com",
        "https://school.example.edu",
        "https://pages.example.edu",
    }
