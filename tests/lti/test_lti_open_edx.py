"""Against a real platform: Open edX's own LTI 1.3 code, in an interpreter of its own.

GRADER_LTI_PEER names the Python of an environment that has lti-consumer-xblock; without it these
tests skip, and say so.
"""

import html
import json
import os
import re
import subprocess
import threading
import time
from dataclasses import dataclass
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from grader.export import Line, Marks
from grader.lti import ags, nrps, pushing
from grader.lti.deep_linking import Item, chosen
from grader.lti.exchange import Request
from grader.lti.faults import Answered, Refused
from grader.lti.keys import Keys
from grader.lti.launch import Tool, launch, login, public_keys, remember
from grader.lti.platform_keys import PlatformKeys
from grader.lti.registration import Registrations
from grader.lti.services import Services
from grader.lti.store import Store
from grader.lti.transport import Transport
from tests.lti.conftest import Browser

PYTHON = os.environ.get("GRADER_LTI_PEER", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not PYTHON,
        reason="NOT RUN against a real platform: GRADER_LTI_PEER names no Python with lti-consumer-xblock",
    ),
]
_FORM = re.compile(r'action="([^"]*)"', re.DOTALL)
_INPUT = re.compile(r'<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"')


@dataclass
class Peer:
    """The platform, our tool as it knows it, and a browser."""

    told: dict
    tool: Tool
    services: Services
    http: httpx.Client

    def opened(self, browser, user, **more):
        """Open the link as a person does: the platform, our login, the platform, our launch."""
        begun = self.http.get(f"{self.told['base']}/_test/begin", params={"user": user, **more})
        fields = parse_qs(urlsplit(begun.headers["location"]).query)
        answer = login(self.tool, Request(method="GET", fields=fields))
        browser.take(*answer.headers)
        page = self.http.get(answer.header("Location"))
        assert page.status_code == 200, page.text
        assert html.unescape(_FORM.search(page.text)[1]) == self.tool.registrations.launch
        return {name: html.unescape(value) for name, value in _INPUT.findall(page.text)}

    def launched(self, user, **more):
        browser = Browser()
        form = self.opened(browser, user, **more)
        fields = {name: [value] for name, value in form.items()}
        request = Request(method="POST", fields=fields, cookies=browser.cookies)
        found = launch(self.tool, request)
        remember(self.tool, found)
        return found

    def look(self):
        return self.http.get(f"{self.told['base']}/_test/look").json()

    def column(self, lineitems, resource="midterm", link=""):
        return ags.find_or_make(
            self.services,
            lineitems,
            resource=resource,
            label="Midterm",
            maximum=Fraction(36),
            link=link,
        )


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("peer")
    keys = Keys(folder / "lti")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _serving(lambda: public_keys(made).body))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{server.server_port}"
    script = Path(__file__).parent / "peer" / "open_edx.py"
    running = subprocess.Popen(
        [PYTHON, str(script), base, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    line = running.stdout.readline()
    assert line, "the platform did not start"
    told = json.loads(line)
    registrations = Registrations.model_validate(
        {
            "tool": base,
            "platforms": [
                {
                    "name": "edx",
                    "kind": "edx",
                    "issuer": told["base"],
                    "client_id": told["client_id"],
                    "authorization": told["authorization"],
                    "token": told["token"],
                    "jwks": told["jwks"],
                    "deployments": ["1"],
                }
            ],
        }
    )
    transport = Transport()
    made = Tool(
        registrations=registrations,
        keys=keys,
        store=Store(folder / "lti" / "store.sqlite3"),
        platform_keys=PlatformKeys(transport),
    )
    services = Services(registrations.platforms[0], keys, transport)
    with httpx.Client(trust_env=False, timeout=30) as client:
        yield Peer(told=told, tool=made, services=services, http=client)
    running.stdin.close()
    running.wait(20)
    running.stdout.close()
    transport.close()
    server.shutdown()
    thread.join()
    server.server_close()


def _serving(body):
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            data = body()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler


def test_a_teacher_and_a_student_come_in_from_open_edx(peer):
    teacher = peer.launched("eve")
    assert (teacher.user, teacher.name, teacher.email) == ("user-eve", "Eve", "eve@example.edu")
    assert teacher.teaches
    assert teacher.context == "course-v1:edX+DL+2026"
    assert teacher.resource == peer.told["location"]
    student = peer.launched("ada")
    assert student.learns
    assert not student.teaches
    assert [course.title for course in peer.tool.store.courses()] == ["Deep learning"]


def test_what_open_edx_signed_for_one_browser_opens_no_other(peer):
    form = peer.opened(Browser(), "ada")
    fields = {name: [value] for name, value in form.items()}
    with pytest.raises(Refused):
        launch(peer.tool, Request(method="POST", fields=fields))


def test_a_score_arrives_in_the_platforms_own_database(peer):
    found = peer.launched("eve")
    column = peer.column(found.lineitems)
    assert peer.column(found.lineitems) == column  # found the second time
    score = ags.Score(
        user="user-ada", points=Fraction(35, 2), maximum=Fraction(36), comment="Good: Größe"
    )
    ags.send(peer.services, peer.tool.store, column, score)
    (row,) = [one for one in peer.look()["scores"] if one["user_id"] == "user-ada"]
    assert (row["score_given"], row["score_maximum"]) == (17.5, 36.0)
    assert (row["comment"], row["grading_progress"]) == ("Good: Größe", "FullyGraded")
    back = ags.results(peer.services, column, "user-ada")["user-ada"]
    assert back.of(Fraction(36)) == Fraction(35, 2)


def test_an_equal_time_is_refused_and_our_next_one_is_not(peer):
    column = peer.column(peer.launched("eve").lineitems, "times")
    score = ags.Score(user="user-ada", points=Fraction(1), maximum=Fraction(36))
    at = int(time.time() * 1_000_000)
    ags._post(peer.services, column, score, at)
    with pytest.raises(Answered, match="timestamp") as caught:
        ags._post(peer.services, column, score, at)
    assert caught.value.status == 400
    ags.send(peer.services, peer.tool.store, column, score)  # goes on after the platform's time
    ags.send(peer.services, peer.tool.store, column, score)


def test_a_score_in_a_column_of_the_link_counts_in_the_course(peer):
    found = peer.launched("eve")
    column = peer.column(found.lineitems, "counted", link=found.resource)
    score = ags.Score(user="user-bob", points=Fraction(27), maximum=Fraction(36))
    ags.send(peer.services, peer.tool.store, column, score)
    assert [(one["user"], one["score"]) for one in peer.look()["published"]] == [("user-bob", 0.75)]


def test_the_members_of_the_course_are_read(peer):
    found = peer.launched("eve")
    members = nrps.members(peer.services, found.members)
    assert members.problems == ()
    assert [(who.user, who.name) for who in nrps.students(members.people)] == [
        ("user-ada", "Ada Lovelace"),
        ("user-bob", "Bob, Jr."),
    ]
    assert {who.email for who in members.people} >= {"eve@example.edu"}


def test_pages_of_members_are_followed(peer, monkeypatch):
    monkeypatch.setattr(nrps, "_PAGE", 1)
    found = peer.launched("eve")
    assert len(nrps.members(peer.services, found.members).people) == 3


def test_a_link_that_a_teacher_chose_is_saved_and_leads_back_to_us(peer):
    asked = peer.launched("eve", message="LtiDeepLinkingRequest")
    assert asked.message == "LtiDeepLinkingRequest"
    item = Item(
        url=f"{peer.tool.registrations.tool}/lti/launch",
        title="Midterm",
        assignment="midterm",
        maximum=Fraction(36),
    )
    page = chosen(peer.tool, asked, [item]).body.decode()
    back = html.unescape(_FORM.search(page)[1])
    form = {name: html.unescape(value) for name, value in _INPUT.findall(page)}
    assert peer.http.post(back, data=form).status_code == 403  # nobody is logged in there
    peer.http.get(f"{peer.told['base']}/_test/staff")
    answer = peer.http.post(back, data=form)
    assert answer.status_code == 200, answer.text
    (link,) = peer.look()["links"]
    assert link["attributes"]["title"] == "Midterm"
    assert link["attributes"]["lineItem"]["resourceId"] == "midterm"
    opened = peer.launched("ada", item=str(link["id"]))
    assert opened.assignment == "midterm"
    (course,) = peer.tool.store.courses()
    assert course.links == {}  # a student may not say which link is the assignment's
    peer.launched("eve", item=str(link["id"]))
    (course,) = peer.tool.store.courses()
    assert course.links == {"midterm": (peer.told["location"],)}


def test_a_student_may_choose_no_link(peer):
    begun = peer.http.get(
        f"{peer.told['base']}/_test/begin",
        params={"user": "ada", "message": "LtiDeepLinkingRequest"},
    )
    fields = parse_qs(urlsplit(begun.headers["location"]).query)
    answer = login(peer.tool, Request(method="GET", fields=fields))
    assert peer.http.get(answer.header("Location")).status_code == 403


def test_a_class_is_pushed_and_an_open_mark_takes_no_score_away(peer):
    found = peer.launched("eve")
    column = peer.column(found.lineitems, "pushed")
    people = nrps.students(nrps.members(peer.services, found.members).people)

    def pushed(ada, bob):
        lines = (
            Line(key="007", name="Ada", email="ada@example.edu", points=ada),
            Line(key="8", name="Bob, Jr.", email="bob@example.edu", points=bob, open=("2",)),
        )
        marks = Marks(
            assignment="pushed", title="Midterm", possible=Fraction(36), parts=(), lines=lines
        )
        there = ags.results(peer.services, column)
        plan = pushing.plan(marks, people, column, there, platform="edx")
        return plan, pushing.carry_out(peer.services, peer.tool.store, column, plan)

    plan, outcome = pushed(Fraction(30), Fraction(20))
    assert (outcome.sent, outcome.failed) == (2, ())
    plan, outcome = pushed(Fraction(31), None)
    assert [change.after for change in plan.changes] == ["31"]
    assert [concern.code for concern in plan.concerns] == ["overwrites", "open"]
    rows = {
        row["user_id"]: row["score_given"]
        for row in peer.look()["scores"]
        if row["line_item_id"] == int(column.id.rsplit("/", 1)[-1])
    }
    assert rows == {"user-ada": 31.0, "user-bob": 20.0}
    plan, outcome = pushed(Fraction(31), None)
    assert (plan.changes, plan.unchanged) == ((), 1)


def test_our_key_is_turned_over_and_open_edx_still_gives_access(peer):
    peer.tool.keys.rotate(lead=0)
    services = Services(peer.services.platform, peer.tool.keys, peer.services._transport)
    assert services.token(ags.SCORE)
