"""Signing in, accounts and progress in a real Chromium: by keyboard, accessible, nothing inline."""

from __future__ import annotations

import re

import pytest

from grader.accounts import links, people
from grader.gradebook.runs import begin, end, tell
from tests.browser.axed import LOOKS, axe_clean, chromium, open_page  # noqa: F401  # a fixture
from tests.web.web_site import account_of

pytestmark = pytest.mark.browser

WORDS = "four plain long words"
HOSTILE = '<img src=x onerror="document.title=`owned`">'


@pytest.fixture
def busy(server):
    """Accounts with odd names, a batch at work and one that has ended."""
    account_of(server.book, "instructor")
    people.add(server.book, HOSTILE, "student", key="ada")
    people.add(server.book, "w" * 200, "marker", password=WORDS)
    gone = people.add(server.book, "gone@example.edu", "marker")
    people.set_active(server.book, gone.id, active=False)
    number = begin(server.book, "sums", "grade", {})
    end(server.book, "sums", number, "applied", {"recorded": 40, "changed": 3, "of": 40})
    tell(server.book, begin(server.book, "sums", "grade", {}), {"of": 40})
    return server


PAGES = [
    ("", "/sign-in"),
    ("", "/sign-in?next=/people"),
    ("", "/enter/abc"),
    ("instructor", "/"),
    ("instructor", "/people"),
    ("instructor", "/progress/sums"),
    ("instructor", "/own"),
    ("instructor", "/nothing"),
    ("marker", "/people"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_axe_finds_nothing(chromium, busy, size, scheme):  # noqa: F811
    for who, path in PAGES:
        with open_page(chromium, busy, who, size=size, scheme=scheme) as page:
            page.goto(f"{busy.url}{path}")
            axe_clean(page)
            said = [text for text in page.said if "status of 40" not in text]
            assert said == [], path
            assert page.title() != "owned"


def test_somebody_signs_in_by_keyboard_and_out_again(chromium, server):  # noqa: F811
    people.add(server.book, "marie@example.edu", "marker", password=WORDS)
    with open_page(chromium, server) as page:
        page.goto(f"{server.url}/progress/sums")
        assert "/sign-in" in page.url
        page.get_by_label("Name").focus()
        page.keyboard.type("marie@example.edu")
        page.keyboard.press("Tab")
        page.keyboard.type("not the words")
        page.keyboard.press("Enter")
        alert = page.locator("main [role=alert]")
        assert "not right" in alert.inner_text()
        page.wait_for_function("() => document.activeElement.getAttribute('role') === 'alert'")
        axe_clean(page)
        page.get_by_label("Name").fill("marie@example.edu")
        page.get_by_label("Password").fill(WORDS)
        page.keyboard.press("Enter")
        page.wait_for_url("**/progress/sums")
        assert page.evaluate("document.cookie") == ""  # scripts do not see it
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/sign-in")
        page.goto(f"{server.url}/progress/sums")
        assert "/sign-in" in page.url


def test_a_link_signs_in_once(chromium, server):  # noqa: F811
    token = links.make(server.book, account_of(server.book, "marker"))
    for again in (False, True):
        with open_page(chromium, server) as page:
            page.goto(f"{server.url}/enter/{token}")
            page.get_by_role("button", name="Sign me in").click()
            if again:
                assert "was used" in page.locator("main [role=alert]").inner_text()
            else:
                assert page.get_by_role("heading", name="Assignments").is_visible()


def test_the_instructor_gives_out_an_account(chromium, server):  # noqa: F811
    with open_page(chromium, server, "instructor") as page:
        page.goto(f"{server.url}/people")
        page.get_by_label("Name, an e-mail").fill("new@example.edu")
        page.get_by_label("Role", exact=True).select_option("marker")
        page.get_by_role("button", name="Make the account").click()
        link = page.locator("#link")
        assert re.fullmatch(rf"{server.url}/enter/[\w-]{{43}}", link.input_value())
        axe_clean(page)
        page.get_by_role("button", name="Disable new@example.edu").click()
        assert page.locator("tr", has_text="new@example.edu").locator(".wrong").is_visible()
        assert page.locator("#link").count() == 0
        assert page.said == []


def test_progress_goes_on_by_itself(chromium, server):  # noqa: F811
    number = begin(server.book, "sums", "grade", {})
    with open_page(chromium, server, "marker") as page:
        page.goto(f"{server.url}/progress/sums")
        assert page.locator("progress").count() == 0
        tell(server.book, number, {"of": 40})
        page.locator("progress").wait_for()
        end(server.book, "sums", number, "applied", {"recorded": 40, "changed": 0, "of": 40})
        page.get_by_text("Nothing is being graded").wait_for()
        assert page.said == []


def test_a_page_whose_session_ended_says_so_and_keeps_what_it_shows(chromium, server):  # noqa: F811
    begin(server.book, "sums", "grade", {})
    number = account_of(server.book, "marker")
    account_of(server.book, "instructor")
    with open_page(chromium, server, "marker") as page:
        page.goto(f"{server.url}/progress/sums")
        people.set_active(server.book, number, active=False)
        page.wait_for_url("**/sign-in*")
        assert page.get_by_role("button", name="Sign in").is_visible()


def test_it_works_without_scripts(chromium, server):  # noqa: F811
    people.add(server.book, "marie@example.edu", "instructor", password=WORDS)
    with open_page(chromium, server, java_script_enabled=False) as page:
        page.goto(f"{server.url}/")
        page.get_by_label("Name").fill("marie@example.edu")
        page.get_by_label("Password").fill(WORDS)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="People").click()
        page.get_by_role("button", name="Link for marie@example.edu").click()
        assert page.locator("#link").is_visible()
