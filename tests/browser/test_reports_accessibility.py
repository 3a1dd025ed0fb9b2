"""Reports in a real Chromium: accessible, inert, nothing loaded, no sideways scrolling."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader import pipeline
from grader.model import Answer, Found, Piece, Place, Shown
from grader.report import Problem, render
from grader.report.handed_in import HandedIn
from grader.report.summary import summary
from tests.report import sample

pytestmark = pytest.mark.browser

playwright_api = pytest.importorskip(
    "playwright.sync_api", reason="not run: playwright is not installed, so no page was opened"
)
axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright",
    reason="not run: axe-playwright-python is not installed, so no page was checked by axe",
)

FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES = {"wide": (1280, 900), "phone": (390, 844), "narrow": (360, 640)}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HOSTILE = (
    "<script>document.title='owned'</script>",
    "</pre></details></article><img src=http://evil.example/x.png onerror=document.title='owned'>",
    "<a href=javascript:alert(1)>click</a> <style>body{display:none}</style>",
    "[click](javascript:alert(1)) ![x](http://evil.example/y.png) <iframe src=//evil.example>",
    "\u202edesrever \u2066isolated \u200f\x1b[31m\x00\ud800",
    "W" * 5000,
    "<meta http-equiv=refresh content='0;url=http://evil.example'>",
    "z" + "\u0335\u0310" * 3000,
    "{{ 7 * 7 }} {% raw %}",
)


def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    pytest.skip("not run: there is no Chromium on this machine, so no page was opened")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = chromium()
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with playwright_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=flags)
        yield opened
        opened.close()


def hostile(parts: list[sample.Sample]) -> list[sample.Sample]:
    """Return the parts with a hostile text in every place that a student's text can come to."""
    out = []
    for index, made in enumerate(parts):
        text = HOSTILE[index % len(HOSTILE)]
        place = Place(file=f"{text[:200]}.md", start=1, end=2)
        answer = Answer(pieces=(Piece(kind="prose", text=text, place=place),), lost=(text,))
        marks = tuple(replace(m, reason=text, detail=m.detail and text) for m in made.result.marks)
        result = replace(
            made.result, read=text, where=(place,), reasons=(f"also {text}",), marks=marks
        )
        result = replace(result, detail=made.result.detail and f"why {text}")
        findings = {name: Found(value=0, quote=f"q{text}") for name in made.findings}
        findings["answer"] = Found(value=answer, where=(place,), quote=text)
        out.append(replace(made, result=result, findings=findings))
    return out


def hostile_hand_in() -> HandedIn:
    """A hand-in with hostile texts as names of files and pictures, lines, cells and alt texts."""
    data = sample.png()
    names = [f"{text[:200]}.ipynb" for text in HOSTILE]
    lines = tuple(line for text in HOSTILE for line in (f"![{text[:90]}](a.png)", text, "```"))
    return HandedIn(
        files=tuple(
            Shown(file=name, unit="cell", lines=lines, numbers=tuple(range(1, len(lines) + 1)))
            for name in names
        ),
        pictures=tuple(sample.picture(name, "a.png", data) for name in names),
        blobs={sample.picture("", "", data).sha256: data},
    )


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A student's report, a hostile student's report, and the class page with both."""
    out = tmp_path_factory.mktemp("out")
    parts = sample.paper()
    batch = sample.batch(parts)
    whole = sample.hand_in(parts)
    at = next(n for n, p in enumerate(parts) if p.result.id == "7.1")
    parts[at] = sample.drawn(parts[at])
    students = {
        "report": ("ada", parts, whole),
        "hostile": (f"ada{''.join(HOSTILE)}", hostile(parts), hostile_hand_in()),
    }
    found = {}
    for name, (student, answered, hand_in) in students.items():
        result = sample.result(answered, student)
        problems = [Problem(path=f"{student}/{text}", what=text) for text in HOSTILE]
        if name == "hostile":
            batch.results.append(summary(result, problems))
        file = pipeline.safe_name(student)
        render.student(
            batch.rubric,
            result,
            sample.evidence(answered),
            out / "reports",
            file,
            problems=problems if name == "hostile" else problems[5:6],
            hand_in=hand_in,
        )
        found[name] = out / "reports" / f"{file}.html"
    render.batch(batch, out, pipeline.safe_name)
    return {**found, "class": out / "index.html"}


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
        return page

    yield open_page
    for page in opened:
        page.close()


def expand(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["wide", "phone"])
@pytest.mark.parametrize("name", ["report", "class"])
def test_axe_finds_nothing(show: Any, name: str, size: str, scheme: str) -> None:
    page = show(name, size, scheme)
    expand(page)
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    found = axe.Axe().run(page, options=options)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("name", ["report", "hostile", "class"])
def test_no_page_scrolls_sideways(show: Any, name: str, size: str) -> None:
    page = show(name, size)
    expand(page)
    wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]


@pytest.mark.parametrize("name", ["report", "hostile", "class"])
def test_nothing_is_requested_and_nothing_runs(
    show: Any, pages: dict[str, Path], name: str
) -> None:
    page = show(name)
    expand(page)
    page.wait_for_timeout(100)
    assert page.requests == [pages[name].as_uri()]
    assert page.messages == []
    assert "owned" not in page.title().split("<script>")[0]


def test_hostile_text_stays_text_in_the_document(show: Any) -> None:
    page, calm = show("hostile"), show("report")
    expand(page)
    count = "s => [...document.querySelectorAll(s)].length"
    for tag in ("script", "iframe", "object", "form", "base", "article article"):
        assert page.evaluate(count, tag) == 0, tag
    assert page.evaluate(count, "img") == page.evaluate(count, "img[src^='data:image/png;']") == 1
    for tag in ("style", "article", "meta"):
        assert page.evaluate(count, tag) == calm.evaluate(count, tag), tag
    links = page.evaluate("[...document.links].map(a => a.getAttribute('href'))")
    assert all(link.startswith("#") for link in links)
    shown = page.evaluate("[...document.querySelectorAll('pre')].map(e => e.textContent)")
    for text in (HOSTILE[0], HOSTILE[1], HOSTILE[3], HOSTILE[5], HOSTILE[8]):
        assert text in shown
    assert any("⟨U+202E⟩desrever" in text and "⟨U+D800⟩" in text for text in shown)
    assert not any("\u202e" in text for text in shown)


def test_a_huge_word_is_wrapped_inside_its_box(show: Any) -> None:
    page = show("hostile", "narrow")
    expand(page)
    outside = page.evaluate(
        "[...document.querySelectorAll('main *')].filter("
        "e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll'))"
        ".map(e => e.tagName + '.' + e.className)"
    )
    assert outside == []


def test_every_link_to_a_part_has_its_target(show: Any, pages: dict[str, Path]) -> None:
    page = show("report")
    lost = page.evaluate(
        "[...document.links].map(a => a.getAttribute('href'))"
        ".filter(h => h.startsWith('#') && !document.getElementById(h.slice(1)))"
    )
    assert lost == []
    page = show("class")
    page.click("td.cell.waits a")
    page.wait_for_selector(":target", state="attached")
    assert page.evaluate("document.querySelector(':target').tagName") == "ARTICLE"


def test_the_keyboard_reaches_the_skip_link_first_and_shows_where_it_is(show: Any) -> None:
    page = show("report")
    page.keyboard.press("Tab")
    focused = "document.activeElement"
    assert page.evaluate(f"{focused}.className") == "skip"
    assert page.evaluate(f"{focused}.getBoundingClientRect().left") >= 0
    assert page.evaluate(f"getComputedStyle({focused}).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(f"{focused}.closest('#parts') !== null")


@pytest.mark.parametrize("name", ["report", "class"])
def test_targets_are_large_enough_to_touch(show: Any, name: str) -> None:
    page = show(name, "phone")
    small = page.evaluate(
        "[...document.querySelectorAll('summary, .chips a, .index tbody tr, .grid a, .gutter a')]"
        ".map(e => e.getBoundingClientRect()).filter(r => r.width < 24 || r.height < 24).length"
    )
    assert small == 0


def test_print_has_no_backgrounds_and_hides_what_cannot_be_opened(show: Any) -> None:
    page = show("report", scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    painted = page.evaluate(
        "[...document.querySelectorAll('body, main *:not(.bar *)')].filter("
        "e => getComputedStyle(e).backgroundColor !== 'rgba(0, 0, 0, 0)').length"
    )
    assert painted == 0
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 32, 37)"
    closed, opened = "details:not([open])", "details[open]"
    shown = "s => getComputedStyle(document.querySelector(s)).display"
    assert page.evaluate(shown, closed) == "none"
    assert page.evaluate(shown, opened) != "none", "an answer that is a picture is printed"


def test_pictures_are_drawn_at_their_place_and_described(show: Any) -> None:
    page = show("report")
    seen = page.evaluate(
        "[...document.images].map(i => [i.naturalWidth > 0, i.alt, i.closest('article, .block').id])"
    )
    assert [drawn for drawn, _, _ in seen] == [True] * len(seen)
    assert [(alt, where) for _, alt, where in seen] == [
        ("means of 500 samples", "part-7.1"),
        ("means of 500 samples", "f2-L2"),
        ("page 1", "f3-L1"),
    ]


def test_a_place_leads_to_its_line_and_the_line_back_to_its_part(show: Any) -> None:
    page = show("report")
    page.click("[id='part-2.1'] .where a")
    assert page.evaluate("document.querySelector(':target').id") == "f1-L14"
    page.click("[id='f1-L14'] .gutter a")
    assert page.evaluate("document.querySelector(':target').id") == "part-2.1"


@pytest.mark.parametrize("name", ["report", "class"])
def test_headings_leave_no_level_out(show: Any, name: str) -> None:
    page = show(name)
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4,h5')].map(h => +h.tagName[1])"
    )
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
