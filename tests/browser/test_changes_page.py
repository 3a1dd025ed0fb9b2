"""The diff of a regrade, and comments of the staff, in a real Chromium: accessible and inert."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader import pipeline
from grader.collect._everything import collect
from grader.report import render
from grader.report.changes import Pair, changes, changes_html
from grader.report.results import result_data
from tests.conftest import REFERENCE, RUBRIC
from tests.report import sample

pytestmark = pytest.mark.browser

playwright_api = pytest.importorskip(
    "playwright.sync_api", reason="not run: playwright is not installed, so no page was opened"
)
axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright",
    reason="not run: axe-playwright-python is not installed, so no page was checked by axe",
)

SIZES = {"wide": (1280, 900), "phone": (390, 844), "narrow": (360, 640)}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HOSTILE = (
    "<script>document.title='owned'</script>",
    "</bdi></td></table><img src=http://evil.example/x.png onerror=document.title='owned'>",
    "<a href=javascript:alert(1)>click</a><style>body{display:none}</style>",
    "\u202edesrever \u2066isolated\u200f",
    "W" * 5000,
    "<meta http-equiv=refresh content='0;url=http://evil.example'>",
    "{{ 7 * 7 }} {% raw %}",
)
NAMES = ("usual", "hostile", "nothing", "comments")


def course_in(home: Path, rubric: str) -> Any:
    """Return the small course as an assignment, with this rubric."""
    for folder in ("rubrics", "reference/sums"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    (home / "rubrics/sums.yaml").write_text(rubric, "utf-8")
    (home / "reference/sums/__init__.py").write_text('"""Sums."""\n', "utf-8")
    (home / "reference/sums/sums.py").write_text(REFERENCE, "utf-8")
    return pipeline.load_assignment(home, "sums")


def marked(loaded: Any, student: str, answers: str) -> dict[str, Any]:
    found = collect(loaded.plan, {"answers.md": answers.encode("utf-8", "replace")})
    record = pipeline.Record(
        student=student, claims=None, files=(), isolation="none", problems=(), evidence=found.evidence
    )  # fmt: skip
    return result_data(pipeline.mark_record(loaded, record))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A diff with ups, kept and new marks; one of hostile students; an empty one; a report."""
    home = tmp_path_factory.mktemp("changes")
    before = course_in(home / "a", RUBRIC)
    after = course_in(home / "b", RUBRIC.replace("credit: 0.5", "credit: 0.75"))
    plain = "Problem 1: 12\n\nProblem 2: 24\n"

    def pair(student: str, text: str, **facts: Any) -> Pair:
        old, new = marked(before, student, text), marked(after, student, text)
        return Pair(student=student, before=old, after=new, **facts)

    named = [f"student{n}" for n in range(12)]
    usual = [pair(name, plain) for name in named[:9]]
    usual.append(pair(named[9], plain, by_hand={"1": None}))
    usual.append(pair(named[10], plain, never_lowered={"1"}))
    usual.append(Pair(student=named[11], before=None, after=marked(after, named[11], plain)))
    odd = [pair(f"{n}{text}", f"Problem 1: 12 {text}\n") for n, text in enumerate(HOSTILE)]
    # what a gradebook of another version says is text like any other
    odd += [_renamed(pair(f"x{n}", plain), text) for n, text in enumerate(HOSTILE)]
    found = {}
    for name, pairs in (("usual", usual), ("hostile", odd), ("nothing", [])):
        found[name] = home / f"{name}.html"
        found[name].write_text(changes_html(changes(after.rubric, pairs)), "utf-8", "replace")
    parts = sample.paper()
    batch, result = sample.batch(parts), sample.result(parts, "ada")
    comments = [("", "See me on Monday."), *((parts[0].result.id, text) for text in HOSTILE)]
    comments.append(("a part that is gone", "still told"))
    render.student(
        batch.rubric, result, sample.evidence(parts), home, "comments", comments=comments
    )
    return {**found, "comments": home / "comments.html"}


def _renamed(pair: Pair, text: str) -> Pair:
    for part in pair.after["parts"]:
        for mark in part["criteria"]:
            mark["reason"] = text
            mark["id"] = f"{mark['id']}{text}"
    return pair


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip("not run: there is no Chromium on this machine, so no page was opened")
    flags = ["--disable-gpu", "--no-first-run", "--disable-background-networking"]
    flags += ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=flags)
        yield opened
        opened.close()


@pytest.fixture
def show(browser: Any, pages: dict[str, Path]) -> Iterator[Any]:
    """Open a page in a size and a colour scheme; every request and message is kept."""
    opened = []

    def open_page(name: str, size: str = "wide", scheme: str = "light") -> Any:
        width, height = SIZES[size]
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        opened.append(page)
        page.requests, page.messages = [], []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("console", lambda message: page.messages.append(message.text))
        page.on("dialog", lambda dialog: page.messages.append("dialog"))
        page.goto(pages[name].as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        return page

    yield open_page
    for page in opened:
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["wide", "phone"])
@pytest.mark.parametrize("name", ["usual", "nothing", "comments"])
def test_axe_finds_nothing(show: Any, name: str, size: str, scheme: str) -> None:
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    found = axe.Axe().run(show(name, size, scheme), options=options)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("name", NAMES)
def test_the_page_never_scrolls_sideways(show: Any, name: str, size: str) -> None:
    wide = show(name, size).evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_requested_and_nothing_runs(
    show: Any, pages: dict[str, Path], name: str
) -> None:
    page = show(name)
    page.wait_for_timeout(100)
    assert page.requests == [pages[name].as_uri()]
    assert page.messages == []
    assert page.title() != "owned"


@pytest.mark.parametrize(("name", "where"), [("hostile", "bdi"), ("comments", ".staff bdi")])
def test_hostile_text_stays_text(show: Any, name: str, where: str) -> None:
    page = show(name)
    count = "s => [...document.querySelectorAll(s)].length"
    for tag in (
        "script",
        "iframe",
        "object",
        "form",
        "base",
        "img[src^='http']",
        "meta[http-equiv=refresh]",
    ):
        assert page.evaluate(count, tag) == 0, tag
    links = page.evaluate("[...document.links].map(a => a.getAttribute('href'))")
    assert all(link.startswith("#") for link in links)
    shown = page.evaluate("s => [...document.querySelectorAll(s)].map(e => e.textContent)", where)
    for text in (HOSTILE[0], HOSTILE[5], HOSTILE[6]):
        assert any(text in each for each in shown), text
    assert any("⟨U+202E⟩desrever" in each for each in shown)
    assert page.evaluate("getComputedStyle(document.body).display") != "none"


def test_the_page_says_who_how_much_and_why(show: Any) -> None:
    text = show("usual").evaluate("document.body.innerText")
    for word in (
        "student0",
        "1.5",
        "criterion 'value' now earns 1.5 of 2 (was 1)",
        "kept (by hand)",
    ):
        assert word in text
    assert "Hand-in" in show("nothing").evaluate("document.body.innerText")


def test_a_comment_stands_beside_its_part_and_others_above_all(show: Any) -> None:
    page = show("comments")
    at = page.evaluate(
        "[...document.querySelectorAll('.staff')].map(e => (e.closest('article') || {id: ''}).id)"
    )
    assert at[:2] == ["", ""], "the one for all, and the one on a part that is gone"
    assert len(set(at[2:])) == 1
    assert len(at) == 2 + len(HOSTILE)
