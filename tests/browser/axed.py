"""A real Chromium for pages of the app, and axe; used like ``from tests.browser.axed import …``.

A test module takes ``chromium`` as a fixture from here and marks itself ``browser``::

    from tests.browser.axed import axe_clean, chromium, open_page  # noqa: F401

    def test_it(chromium, server):
        with open_page(chromium, server, "marker", size="narrow", scheme="dark") as page:
            page.goto(f"{server.url}/review")
            axe_clean(page)
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

playwright_api = pytest.importorskip(
    "playwright.sync_api", reason="not run: playwright is not installed, so no page was opened"
)
axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright",
    reason="not run: axe-playwright-python is not installed, so no page was checked by axe",
)

SIZES = {"wide": (1280, 900), "narrow": (320, 640)}
LOOKS = [(size, scheme) for size in SIZES for scheme in ("light", "dark")]
"""Each page is looked at in these."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, without a window."""
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


@contextlib.contextmanager
def open_page(
    chromium: Any,
    server: Any,
    who: str = "",
    *,
    size: str = "wide",
    scheme: str = "light",
    **more: Any,
) -> Iterator[Any]:
    """Give a page of a browser in which somebody is signed in; what it complains of is kept.

    ``page.said`` are messages of the console (a policy that was broken is one) and errors.
    """
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, **more
    )
    try:
        if who:
            server.sign_in(context, who)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        yield page
    finally:
        context.close()


def axe_clean(page: Any) -> None:
    """Fail where axe finds something, or the page is wider than its window."""
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    found = axe.Axe().run(page, options=options)
    assert found.violations_count == 0, found.generate_report()
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"), "the page scrolls sideways"
