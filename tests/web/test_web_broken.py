"""A rubric that is broken stops the pages of its own assignment alone, and says where it is broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.desk import rows
from grader.gradebook.releases import release
from tests.web import student_site
from tests.web.reviewed import graded_class
from tests.web.web_site import Site, site_of

AT = "rubrics/broken.yaml:1:"


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two answers that wait."""
    return graded_class(tmp_path_factory.mktemp("class") / "course", {"ada": "Noise.", "bob": "x"})


@pytest.fixture
def home(graded: Path, tmp_path: Path) -> Path:
    """A copy of that course."""
    return Path(shutil.copytree(graded, tmp_path / "course"))


@pytest.fixture
def site(home: Path) -> Iterator[Site]:
    """The app around a course with a second rubric, which is broken."""
    (home / "rubrics/broken.yaml").write_text("assignment: broken\nparts: 3\n", "utf-8")
    with site_of(home) as made:
        yield made


@pytest.mark.parametrize("who", ["instructor", "marker"])
def test_the_lists_of_the_review_show_a_broken_rubric_beside_the_others(
    site: Site, who: str
) -> None:
    for list_ in ("/review", "/requests"):
        shown = site.as_(who).get(list_)
        assert shown.status_code == 200
        assert AT in shown.text
        assert f"{list_}/models" in shown.text
        assert str(site.course) not in shown.text


@pytest.mark.parametrize("where", ["/review/broken", "/requests/broken", "/release/broken"])
def test_a_page_of_a_broken_assignment_says_to_the_staff_where_it_is_broken(
    site: Site, where: str
) -> None:
    shown = site.as_("instructor").get(where)
    assert shown.status_code == 503
    assert AT in shown.text
    assert str(site.course) not in shown.text


def test_the_page_is_there_again_once_the_rubric_is_mended(site: Site) -> None:
    boss = site.as_("instructor")
    assert boss.get("/review/broken").status_code == 503
    right = (site.course / "rubrics/models.yaml").read_text("utf-8")
    mended = right.replace("assignment: models", "assignment: broken")
    shutil.copytree(site.course / "reference/models", site.course / "reference/broken")
    (site.course / "rubrics/broken.yaml").write_text(mended, "utf-8")
    assert boss.get("/review/broken").status_code == 200


def test_students_keep_their_marks_while_a_rubric_is_being_changed(site: Site) -> None:
    release(site.book, "models", "marks", holds=True)
    ada = site.as_("student:ada")
    before = ada.get("/me/models/report")
    assert "Open the report by itself" in before.text
    path = site.course / "rubrics/models.yaml"
    path.write_text(path.read_text("utf-8") + "\n   - x\n", "utf-8")
    after = ada.get("/me/models/report")
    assert after.status_code == 200
    assert after.text == before.text
    assert ada.get("/me/models/report/page").status_code == 200


def test_students_are_told_plainly_where_nothing_was_loaded_before(home: Path) -> None:
    (home / "rubrics/models.yaml").write_text("assignment: models\nparts: 3\n", "utf-8")
    with site_of(home) as site:
        release(site.book, "models", "marks", holds=True)
        ada = site.as_("student:ada")
        shown = ada.get("/me/models/report")
        assert shown.status_code == 503
        assert "cannot be shown at this moment" in shown.text
        assert "models.yaml" not in shown.text
        assert ada.get("/me/models").status_code == 200


@pytest.mark.parametrize("command", ["serve", "review"])
def test_a_server_does_not_start_with_broken_rules_and_says_where(home: Path, command: str) -> None:
    (home / "rubrics/course.yaml").write_text("checks_a_day: 2\n", "utf-8")
    own = {"serve": ["--despite", "no-accounts"], "review": ["--no-browser"]}[command]
    call = [command, "--course", str(home), "--port", "0", *own]
    ended = subprocess.run(
        [sys.executable, "-c", f"from grader.cli import main; main({call!r})"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 3, ended.stderr
    assert "rubrics/course.yaml:1:1: checks_a_day" in ended.stderr
    assert "assignments: {NAME: {checks_a_day" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_rules_that_break_while_the_server_runs_stop_no_page_and_no_hand_in(course: Path) -> None:
    rules = course / "rubrics/course.yaml"
    rules.write_text("time_zone: Europe/Berlin\n", "utf-8")
    with student_site.site_of(course) as desk:
        ada = desk.person("ada")
        rules.write_text("time_zone: Europe/Berln\n", "utf-8")
        sent = ada.hand_in({"answers.md": student_site.RIGHT})
        assert sent.status_code == 303
        desk.settled()
        (row,) = rows.own(desk.book, "sums", "ada", "submit")
        assert row.state == "done", row.told
        assert row.told["graded"] is True
        assert "CET" in ada.get(sent.headers["location"]).text.replace("CEST", "CET")
