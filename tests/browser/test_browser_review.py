"""The review in a real Chromium: by keyboard from open to done, undo, blind, accessible, no scripts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

playwright_api = pytest.importorskip(
    "playwright.sync_api", reason="not run: playwright is not installed, so no page was opened"
)
axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright",
    reason="not run: axe-playwright-python is not installed, so no page was checked by axe",
)
pytest.importorskip("starlette", reason="not run: starlette is not installed (extra web)")
pytest.importorskip("uvicorn", reason="not run: uvicorn is not installed (extra web)")
pytest.importorskip("argon2", reason="not run: argon2-cffi is not installed (extra web)")
pytest.importorskip("sklearn", reason="not run: scikit-learn is not installed (extra web)")

import sqlalchemy as sa  # noqa: E402

from grader.gradebook.tables import request  # noqa: E402
from tests.web.reviewed import HOSTILE, grade, hand_in_text, make_course  # noqa: E402
from tests.web.web_site import Server, serving  # noqa: E402

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PART = "/review/models/2"
PAGES = {
    "home": "/review",
    "parts": "/review/models",
    "part": PART,
    "decided": f"{PART}?decided=1",
    "blind": f"{PART}?blind=1",
    "nothing": f"{PART}?q=nothing-like-it",
    "answer": f"{PART}/answer/1",
    "page": f"{PART}/answer/13",
    "phrases": "/review/models/-/phrases",
    "history": "/review/models/-/history",
    "second": "/review/models/-/second",
    "second-part": f"{PART}/second",
    "requests": "/requests/models",
    "release": "/release/models",
    "model": "/release/models/part/2",
}
WORDS = "It fits the noise of the training data"


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = make_course(tmp_path_factory.mktemp("class") / "course")
    ask = "Why does a model that is too flexible do badly on new data?"
    hand_in_text(
        home, "zoe", f"# {ask}\n\n{'; '.join(HOSTILE)}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_AUTHOR", "Grace")
        grade(home)
    return home


@pytest.fixture
def review(graded: Path, tmp_path: Path) -> Iterator[Server]:
    home = tmp_path / "course"
    shutil.copytree(graded, home)
    with serving(home) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if path is None:
        pytest.skip("not run: there is no Chromium on this machine, so no page was opened")
    flags = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    flags += ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=flags)
        yield opened
        opened.close()


Open = Callable[..., Any]


@pytest.fixture
def open_as(browser: Any, review: Server) -> Iterator[Open]:
    """Open a page as somebody; what the browser complains of is kept."""
    contexts = []

    def opened(
        who: str, path: str, *, width: int = 1280, scheme: str = "light", **more: Any
    ) -> Any:
        size = {"width": width, "height": 900}
        context = browser.new_context(viewport=size, color_scheme=scheme, **more)
        contexts.append(context)
        if who:
            review.sign_in(context, who)
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("dialog", lambda dialog: page.said.append("dialog"))
        page.goto(review.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()


def pressed(page: Any, key: str, shows: str) -> None:
    """Press a key, and wait until the page says something."""
    page.keyboard.press(key)
    ready = "document.readyState === 'complete'"  # a key before its script has run does nothing
    shown = f"text => {ready} && document.body.innerText.includes(text)"
    page.wait_for_function(shown, arg=shows)


def focus_in(page: Any) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.tagName")


def test_a_part_is_marked_by_keyboard_from_open_to_done(open_as: Open) -> None:
    page = open_as("marker", PART)
    assert "13 answers in 6 groups" in page.inner_text("#queue-title")
    pressed(page, "1", "5 answers marked with 2")
    assert focus_in(page) == "group", "the next group has the focus"
    assert "3 answers" in page.inner_text("#group-title")
    pressed(page, "3", "3 answers marked with 1")
    for left in (3, 2, 1):
        page.keyboard.press("5")
        page.wait_for_function(
            "n => !document.querySelector('#group') || document.querySelectorAll('.groups li').length === n",
            arg=left,
        )
    pressed(page, "5", "All of this part is decided")
    assert (
        page.locator("#said[aria-live=polite]").inner_text().startswith("Part 2: 1 answer marked")
    )
    assert page.said == []


def test_u_takes_the_step_back_and_the_group_is_there_again(open_as: Open) -> None:
    page = open_as("marker", PART)
    pressed(page, "1", "5 answers marked with 2")
    pressed(page, "u", "Taken back: 5 marks")
    assert "13 answers in 6 groups" in page.inner_text("#queue-title")
    assert focus_in(page) == "group"


def test_j_and_k_go_through_the_groups_and_x_ticks_answers(open_as: Open) -> None:
    page = open_as("marker", PART)
    pressed(page, "j", "3 answers: Because it overfits")
    pressed(page, "k", "5 answers: It fits")
    page.keyboard.press("n")
    page.keyboard.press("n")
    page.keyboard.press("x")
    assert page.inner_text("legend") == "Mark 1 ticked"
    pressed(page, "1", "1 answer marked with 2")
    assert "12 answers in 6 groups" in page.inner_text("#queue-title")


def test_enter_opens_an_answer_and_escape_leads_back(open_as: Open) -> None:
    page = open_as("marker", PART)
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{PART}/answer/*")
    assert WORDS in page.inner_text("mark")
    page.keyboard.press("j")
    page.wait_for_function("() => !location.pathname.endsWith('/1')")
    page.keyboard.press("Escape")
    page.wait_for_url(f"**{PART}?group=*")
    assert "5 answers" in page.inner_text("#group-title")


def test_keys_do_nothing_in_a_field_nor_when_they_are_turned_off(open_as: Open) -> None:
    page = open_as("marker", PART)
    page.keyboard.press("c")
    page.keyboard.type("1j?ux/ noise")
    assert page.input_value("#comment") == "1j?ux/ noise"
    page.keyboard.press("Escape")
    assert focus_in(page) == "group"
    page.keyboard.press("/")
    page.keyboard.type("bias")
    assert page.input_value("#search") == "bias"
    pressed(page, "Enter", "2 answers in 1 group")
    page.uncheck(".foot-tools [data-keys]")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("1")
    page.reload()
    page.keyboard.press("1")
    page.wait_for_timeout(300)
    assert "2 answers in 1 group" in page.inner_text("#queue-title")
    assert not page.is_checked(".foot-tools [data-keys]")


def test_the_dialog_tells_the_keys_and_gives_the_focus_back(open_as: Open) -> None:
    page = open_as("marker", PART)
    page.focus("[data-opens-help]")
    page.keyboard.press("?")
    assert page.is_visible("dialog[open] table")
    page.keyboard.press("1")
    page.keyboard.press("Escape")
    assert not page.is_visible("dialog")
    assert page.evaluate("document.activeElement.matches('[data-opens-help]')")
    assert "13 answers" in page.inner_text("#queue-title")


def test_who_comes_second_is_told_by_whom(open_as: Open) -> None:
    first, second = open_as("marker", PART), open_as("instructor", PART)
    pressed(first, "1", "5 answers marked with 2")
    pressed(second, "5", "marker@example.edu")
    assert second.locator("#said .trouble").count() == 1
    assert "8 answers in 5 groups" in second.inner_text("#queue-title")


def test_a_second_marker_marks_blind_by_keyboard(open_as: Open) -> None:
    first = open_as("marker", PART)
    pressed(first, "1", "5 answers marked with 2")
    second = open_as("instructor", f"{PART}/second")
    assert "marker@example.edu" not in second.inner_text("main")
    for key, left in (
        ("1", "4 answers"),
        ("5", "3 answers"),
        ("1", "2 answers"),
        ("1", "1 answer"),
    ):
        pressed(second, key, f"{left} that you have not marked")
    told = open_as("instructor", PAGES["second"])
    assert "4 answers marked twice. Figures are shown from 5 on." in told.inner_text("main")
    pressed(second, "5", "Nothing is left for you to mark here")
    told.reload()
    assert "60 %" in told.inner_text(".figures")


def test_without_names_no_name_is_shown(open_as: Open) -> None:
    page = open_as("marker", PART)
    page.check("[name=blind]")
    page.wait_for_function("() => /Answer [0-9a-f]{6}/.test(document.body.innerText)")
    assert "s01" not in page.inner_text("main")


def test_deciding_and_undoing_need_no_script(open_as: Open) -> None:
    page = open_as("marker", PART, java_script_enabled=False)
    page.click("button[data-level='1']")
    assert "5 answers marked with 2" in page.inner_text("#said")
    page.click("#said button")
    assert "13 answers in 6 groups" in page.inner_text("#queue-title")
    page.fill("#own", "0,5")
    page.press("#own", "Enter")
    assert "5 answers marked with 0.5" in page.inner_text("#said")


def test_a_stranger_sees_nothing_of_it(open_as: Open) -> None:
    assert WORDS not in open_as("", PART).inner_text("body")
    assert WORDS not in open_as("student:ada", PART).inner_text("body")


def test_nothing_of_a_student_runs_or_loads(open_as: Open) -> None:
    page = open_as("marker", PAGES["page"])
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.reload(wait_until="networkidle")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.wait_for_timeout(200)
    assert "owned" not in page.title()
    assert all(url.startswith(("http://127.0.0.1", "data:image/")) for url in asked)
    assert [text for text in page.said if "frame" not in text and "sandbox" not in text] == []


def used(review: Server) -> None:
    """A request of a student, so that every page has something to show."""

    def do(connection: Any) -> None:
        values = {
            "submission_id": 6,
            "part": "2",
            "text": HOSTILE[0],
            "author": "s",
            "at": review.book.now(),
        }
        connection.execute(sa.insert(request).values(**values))

    review.book.write(do)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_and_no_page_scrolls_sideways(
    open_as: Open, review: Server, width: int, scheme: str
) -> None:
    used(review)
    page = open_as("instructor", PART, width=width, scheme=scheme)
    pressed(page, "2", "5 answers marked with 1.5")
    page.goto(review.url + PAGES["phrases"])
    page.fill("#text", HOSTILE[1])
    page.click("text=Keep it")
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    for name, path in PAGES.items():
        page.goto(review.url + path)
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        found = axe.Axe().run(page, options=options)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    page.goto(review.url + PART)
    page.click("[data-opens-help]")
    found = axe.Axe().run(page, options=options)
    assert found.violations_count == 0, found.generate_report()


def test_targets_are_large_enough_to_touch(open_as: Open) -> None:
    page = open_as("marker", PART, width=360)
    small = page.evaluate(
        "[...document.querySelectorAll('main a, main button, main summary, main label.check, .tick')]"
        ".filter(e => e.getClientRects().length && !e.matches('.unseen'))"
        ".map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])"
        ".filter(([, r]) => r.width < 24 || r.height < 24).map(([h]) => h)"
    )
    assert small == []
