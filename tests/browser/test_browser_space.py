"""What stands below one another on the pages of a release and of a report has space between."""

# ruff: noqa: F811  # the browser is a fixture of another file

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.gradebook.releases import release
from tests.browser.axed import axe_clean, chromium, open_page  # noqa: F401  # a fixture
from tests.web.reviewed import grade, make_course
from tests.web.web_site import serving

pytestmark = pytest.mark.browser

NARROWEST = 8
"""Pixels between a text and the button or link below it."""


@pytest.fixture
def graded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Two answers that wait, marks that are out, and a rubric beside them that is broken."""
    monkeypatch.setenv("GRADER_AUTHOR", "Grace")
    home = make_course(tmp_path / "course", {"ada": "It fits the noise.", "bob": "x"})
    grade(home)
    (home / "rubrics/broken.yaml").write_text("assignment: broken\nparts: 3\n", "utf-8")
    with serving(home) as made:
        release(made.book, "models", "marks", holds=True)
        yield made
    shutil.rmtree(home)


def gap(page: Any, above: str, below: str) -> float:
    """Pixels between two things of a page."""
    first, second = page.locator(above).bounding_box(), page.locator(below).bounding_box()
    return float(second["y"] - first["y"] - first["height"])


PAGES = {
    "/release/models": [
        ("#marks ~ p", "#marks ~ form"),
        ("#models ~ p", "#models ~ .scroll"),
    ],
    "/me/models/report": [
        (".desk-list", "a:has-text('by itself')"),
        ("a:has-text('by itself')", "iframe"),
    ],
    "/review/broken": [("pre:last-of-type", "main a:has-text('Go to the start')")],
}


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("where", PAGES)
def test_nothing_sticks_to_what_is_above_it(
    chromium: Any, graded: Any, where: str, size: str
) -> None:
    who = "student:ada" if where.startswith("/me") else "instructor"
    with open_page(chromium, graded, who, size=size) as page:
        page.goto(f"{graded.url}{where}")
        for above, below in PAGES[where]:
            assert gap(page, above, below) >= NARROWEST, (above, below)
        axe_clean(page)
