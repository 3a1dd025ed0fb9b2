"""A student in a real Chromium: hands in, sees the queue, has answers checked and reads it."""

# ruff: noqa: F811  # the browser is a fixture of another file

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.accounts import links
from grader.desk import line, rows
from tests.browser.axed import LOOKS, axe_clean, chromium, open_page  # noqa: F401  # a fixture
from tests.web.web_site import account_of, serving

pytestmark = pytest.mark.browser

ANSWERS = "Problem 1: 12\n\nProblem 2: I <b>do not</b> know\n"


@pytest.fixture
def server(course: Path) -> Iterator[Any]:
    """The small course, with a desk where nobody works: all waits."""
    with serving(course) as made:
        yield made


@pytest.fixture
def working(course: Path) -> Iterator[Any]:
    """The small course, with a desk that works."""
    with serving(course, workers=1) as made:
        yield made


def hand_in(page: Any, tmp_path: Path, where: str, text: str = ANSWERS, *, button: str) -> None:
    file = tmp_path / "answers.md"
    file.write_text(text, "utf-8")
    page.goto(where)
    page.get_by_label(re.compile("^Files to")).set_input_files(file)
    page.get_by_role("button", name=button, exact=True).click()


def test_a_student_comes_by_a_link_hands_in_and_reads_what_a_check_says(
    chromium: Any, working: Any, tmp_path: Path
) -> None:
    token = links.make(working.book, account_of(working.book, "student:ada"))
    with open_page(chromium, working) as page:
        page.goto(f"{working.url}/enter/{token}")
        page.get_by_role("button", name="Sign me in").click()
        page.wait_for_url(re.compile(r"/me$|/$"))
        page.goto(f"{working.url}/me")
        page.get_by_role("link", name="Sums").click()
        page.get_by_role("link", name="Check your answers").click()
        hand_in(page, tmp_path, page.url, button="Check")
        page.wait_for_url(re.compile(r"/check/\d+$"))
        page.get_by_text("parts have an answer").wait_for()  # it moved on by itself
        shown = page.locator("#desk-checked")
        assert "answers.md:1" in shown.inner_text()
        assert shown.get_by_text("How to write it").count()
        shown.get_by_text("Your answer, as it was found").nth(1).click()
        assert "I <b>do not</b> know" in shown.inner_text()
        axe_clean(page)
        hand_in(page, tmp_path, f"{working.url}/me/sums", button="Hand in")
        page.wait_for_url(re.compile(r"/receipt/\d+$"))
        page.get_by_text("your attempt 1").wait_for()
        assert page.said == []


def test_the_queue_moves_on_while_a_student_looks(
    chromium: Any, server: Any, tmp_path: Path
) -> None:
    with open_page(chromium, server, "student:bob") as page:
        hand_in(page, tmp_path, f"{server.url}/me/sums", button="Hand in")
        page.wait_for_url(re.compile(r"/receipt/\d+$"))
    with open_page(chromium, server, "student:ada") as page:
        hand_in(page, tmp_path, f"{server.url}/me/sums", button="Hand in")
        page.wait_for_url(re.compile(r"/receipt/\d+$"))
        page.get_by_text("1 is before it").wait_for()
        first = line.claim(server.book)
        assert first is not None
        assert first.key == "bob"
        page.get_by_text("You are next").wait_for()
        line.done(server.book, first.number, {"graded": True})
        assert line.claim(server.book) is not None
        page.get_by_text("It is being graded now").wait_for()
        assert page.said == []


def test_what_is_refused_is_said_where_the_file_was_chosen(
    chromium: Any, server: Any, tmp_path: Path
) -> None:
    with open_page(chromium, server, "student:ada") as page:
        page.goto(f"{server.url}/me/sums")
        file = tmp_path / "tool.exe"
        file.write_bytes(b"MZ\x90")
        page.get_by_label("Files to hand in").set_input_files(file)
        page.get_by_role("button", name="Hand in", exact=True).click()
        told = page.locator("[data-told]")
        told.get_by_text("this kind of file is not read").wait_for()
        axe_clean(page)
    assert rows.own(server.book, "sums", "ada") == []


def test_all_of_it_works_without_scripts(chromium: Any, server: Any, tmp_path: Path) -> None:
    with open_page(chromium, server, "student:ada", java_script_enabled=False) as page:
        hand_in(page, tmp_path, f"{server.url}/me/sums", button="Hand in")
        page.wait_for_url(re.compile(r"/receipt/\d+$"))
        assert "You are next" in page.inner_text("main")
        file = tmp_path / ".hidden.md"
        file.write_text("x", "utf-8")
        page.goto(f"{server.url}/me/sums")
        page.get_by_label("Files to hand in").set_input_files(file)
        page.get_by_role("button", name="Hand in", exact=True).click()
        assert "It was not taken" in page.inner_text("main")


@pytest.mark.slow
@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_axe_finds_nothing_on_any_page_of_the_desk(
    chromium: Any, working: Any, tmp_path: Path, size: str, scheme: str
) -> None:
    with open_page(chromium, working, "student:ada", size=size, scheme=scheme) as page:
        hand_in(page, tmp_path, f"{working.url}/me/sums/check", button="Check")
        page.get_by_text("parts have an answer").wait_for()
        axe_clean(page)
        hand_in(page, tmp_path, f"{working.url}/me/sums", button="Hand in")
        page.get_by_text("your attempt 1").wait_for()
        axe_clean(page)
        for where in ("/me", "/me/sums", "/me/sums/check", "/me/sums/report"):
            page.goto(f"{working.url}{where}")
            axe_clean(page)
        assert page.said == []
    with open_page(chromium, working, "instructor", size=size, scheme=scheme) as page:
        page.goto(f"{working.url}/queue")
        axe_clean(page)
        assert page.said == []
