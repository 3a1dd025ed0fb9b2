"""A course that an LMS knows: what a browser does that opens a link there. See ``web_site``."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("joserfc", reason="not run: joserfc is not installed (extra lms)")

from tests.lti.strict_platform import CLAIM, MEMBER, StrictPlatform
from tests.web.web_site import Site, site_of

OWN = "https://grader.example.edu"


@dataclass
class Course:
    site: Site
    platform: Any

    def open(self, client=None, claims=None, **changes):
        """Do what a browser does that opens the link in the course; return the last answer."""
        client = client or self.site.client()
        client.headers["Origin"] = self.platform.base  # the LMS's pages post, not ours
        target = {"target_link_uri": f"{OWN}/"}
        begun = client.post(
            "/lti/login", data=self.platform.initiation(**target), follow_redirects=False
        )
        assert begun.status_code == 302, begun.text
        told = {CLAIM + "target_link_uri": f"{OWN}/", **(claims or {})}
        form = self.platform.authorize(begun.headers["location"], told, **changes)
        answer = client.post("/lti/launch", data=form, follow_redirects=False)
        client.headers["Origin"] = OWN
        return client, answer, form


def role(*names):
    return {CLAIM + "roles": [MEMBER + name for name in names]}


def registered(course, **platforms):
    """Write down platforms by our word for them, each with the course 42."""
    text = [f"tool: {OWN}", "platforms:"]
    for name, platform in platforms.items():
        platform.redirects = {f"{OWN}/lti/launch"}
        rows = platform.registration(name=name)
        lines = [f"    {name}: {value!r}" for name, value in rows.items() if name != "deployments"]
        text += ["  -" + lines[0][3:], *lines[1:], '    deployments: ["1"]']
    text.append("courses:")
    text += [f'  - {{platform: {name}, deployment: "1", context: "42"}}' for name in platforms]
    (course / "rubrics/lti.yaml").write_text("\n".join(text) + "\n", "utf-8")


@contextlib.contextmanager
def lms_of(course: Path) -> Iterator[Course]:
    """Serve a course whose LMS is a strict one on loopback."""
    platform = StrictPlatform()
    registered(course, lms=platform)
    try:
        with site_of(course, public=OWN) as site:
            yield Course(site, platform)
    finally:
        platform.close()
