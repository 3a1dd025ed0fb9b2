"""What a student's page says of an assignment: whether it takes more, and how hand-ins came."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="not run: the extra web is not installed")
pytest.importorskip("uvicorn", reason="not run: the extra web is not installed")
pytest.importorskip("httpx", reason="not run: httpx is not installed")

from grader.cli import main
from tests.web.student_site import RIGHT, Person, Site, site_of

BROUGHT = "came through the course staff"


@pytest.fixture
def site(course: Path) -> Iterator[Site]:
    """The small course, with a desk that works."""
    with site_of(course) as opened:
        yield opened


def words(who: Person, where: str) -> str:
    """A page as it is read."""
    text = re.sub(r"<[^>]+>|\s+", " ", who.get(where).text)
    return html.unescape(re.sub(r"\s+", " ", text))


def test_marks_that_are_out_are_told_before_somebody_chooses_files(site: Site) -> None:
    ada = site.person("ada")
    assert "data-upload" in ada.get("/me/sums").text
    site.release("sums")
    assert "data-upload" not in ada.get("/me/sums").text
    assert "The marks are out, so nothing more is taken" in words(ada, "/me/sums")
    assert "data-upload" in ada.get("/me/sums/check").text
    assert ada.hand_in({"answers.md": RIGHT}).status_code == 400


def test_where_practice_goes_on_the_form_stays(site: Site) -> None:
    rules = site.course / "rubrics/course.yaml"
    rules.write_text("assignments: {sums: {practice: true}}\n", "utf-8")
    site.release("sums")
    assert "data-upload" in site.person("ada").get("/me/sums").text


def test_a_hand_in_that_the_staff_brought_is_told_to_its_student_alone(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_AUTHOR", "Grace")
    (course / "submissions/sums/ada.md").write_text(RIGHT, "utf-8")
    main(["grade", "sums", "--course", str(course), "--jobs", "1"])
    with site_of(course) as site:
        ada, bob = site.person("ada"), site.person("bob")
        assert BROUGHT in words(ada, "/me/sums")
        assert "Nothing yet." not in words(ada, "/me/sums")
        assert f"1 {BROUGHT}" in words(ada, "/me")
        assert "Nothing yet." in words(bob, "/me/sums")
        assert BROUGHT not in words(bob, "/me")


def test_a_hand_in_at_the_desk_is_none_that_the_staff_brought(site: Site) -> None:
    ada = site.person("ada")
    ada.hand_in({"answers.md": RIGHT})
    assert BROUGHT not in words(ada, "/me/sums")
    site.settled()
    assert BROUGHT not in words(ada, "/me/sums")
    assert "1 handed in" in words(ada, "/me")
