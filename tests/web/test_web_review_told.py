"""What a step of a review left alone, or may not do, is told: with scripts and without."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sklearn", reason="not run: scikit-learn is not installed (extra web)")

import sqlalchemy as sa

from grader.desk import asking
from grader.gradebook.acts import seen_now
from grader.gradebook.decisions import decisions
from grader.gradebook.standings import standings
from grader.gradebook.tables import submission
from tests.web.reviewed import graded_class
from tests.web.web_site import Site, site_of

TEXTS = ("Noise.", "It overfits.", "The bias.")


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three hand-ins: part 1 is right by the grader, parts 2 and 3 wait."""
    given = {f"s{number}": text for number, text in enumerate(TEXTS, start=1)}
    return graded_class(tmp_path_factory.mktemp("class") / "course", given)


@pytest.fixture
def site(graded: Path, tmp_path: Path) -> Iterator[Site]:
    """The app around a copy of that class."""
    home = shutil.copytree(graded, tmp_path / "course")
    with site_of(Path(home)) as made:
        yield made


def ids(site: Site) -> list[int]:
    """The hand-ins."""
    query = sa.select(submission.c.id).order_by(submission.c.label)
    return list(site.book.read(lambda connection: connection.execute(query).scalars()))


def token(site: Site, of: int, part: str = "2") -> str:
    """An answer with what is seen of it, as a form has it."""
    seen = site.book.read(lambda connection: seen_now(connection, part, [of]))[of]
    return f"{of}.{seen.result}.{seen.decision}"


def decide(who: Any, points: str, *members: str, part: str = "2", **more: Any) -> Any:
    """Send the form that marks answers, as a browser without scripts does."""
    form = {"csrf": who.csrf, "member": list(members), "points": points, **more}
    return who.post(f"/review/models/{part}/decide", data=form)


def said(page: str) -> str:
    """What a page tells of the last step."""
    found = re.search(r'id="said".*?>(.*?)<(?:div id="desk"|p class="done)', page, re.DOTALL)
    assert found is not None
    return re.sub(r"<[^>]+>|\s+", " ", found[1])


def by_hand(site: Site, of: int, part: str) -> list[Any]:
    """The marks by hand of an answer."""
    held = site.book.read(lambda connection: decisions(connection, [of]).get(of, ()))
    return [one for one in held if one.part == part]


def test_without_scripts_the_next_page_says_whose_mark_was_left_alone(site: Site) -> None:
    boss, marker = site.as_("instructor"), site.as_("marker")
    first, second, *_ = ids(site)
    stale, fresh = token(site, first), token(site, second)
    assert decide(boss, "1", stale, once="a").status_code == 200
    page = decide(marker, "0", stale, fresh, once="b").text
    assert "Part 2: 1 answer marked with 0." in said(page)
    assert "1 answer was marked meanwhile: instructor@example.edu gave 1" in said(page)
    again = decide(marker, "0", stale, fresh, once="b").text
    assert "was marked meanwhile" in said(again)


def test_without_scripts_the_next_page_says_that_a_changed_rubric_holds_marks_back(
    site: Site,
) -> None:
    rubric = site.course / "rubrics/models.yaml"
    rubric.write_text(rubric.read_text("utf-8").replace("title: Models", "title: Fits"), "utf-8")
    page = decide(site.as_("marker"), "1", token(site, ids(site)[0]), once="a").text
    assert "1 decided hand-in is not marked again yet" in said(page)
    assert "grader regrade" in said(page)


def test_marks_that_could_not_be_made_again_are_told_on_the_pages_of_the_assignment(
    graded: Path, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(graded, tmp_path / "course"))
    with site_of(home) as site:
        marker = site.as_("marker")
        decide(marker, "1", token(site, ids(site)[0]), once="a")
        rubric = home / "rubrics/models.yaml"
        right = rubric.read_text("utf-8")
        rubric.write_text(right.replace("title: Models", "title: Fits"), "utf-8")
        site.app.state.settling.add("models")
        site.app.state.settling.wait()
        for where in ("/review/models", "/review/models/2", "/review/models/-/history"):
            assert "not marked again yet" in marker.get(where).text, where
        rubric.write_text(right, "utf-8")
        decide(marker, "0", token(site, ids(site)[1]), once="b")
        marker.get("/review/models")
        site.app.state.settling.wait()
        assert "not marked again yet" not in marker.get("/review/models").text


def test_a_step_that_cannot_be_taken_back_is_told_without_scripts_too(site: Site) -> None:
    boss, marker = site.as_("instructor"), site.as_("marker")
    number = ids(site)[0]
    first = decide(boss, "1", token(site, number), once="a")
    step = re.search(r'name="act" value="(\d+)"', first.text)
    assert step is not None
    decide(marker, "0", token(site, number), once="b", decided="1")
    refused = boss.post("/review/models/undo", data={"csrf": boss.csrf, "act": step[1]})
    assert refused.status_code == 409
    assert "this step was marked over since by marker@example.edu" in refused.text


def test_a_mark_that_the_grader_is_certain_of_is_not_written_over_unasked(site: Site) -> None:
    marker, number = site.as_("marker"), ids(site)[0]
    refused = decide(marker, "0", token(site, number, "1"), part="1", once="a")
    assert refused.status_code == 409
    assert "the grader is certain of the mark, and no student asked" in refused.text
    assert by_hand(site, number, "1") == []


def test_a_mark_of_the_grader_is_changed_where_its_student_asked(site: Site) -> None:
    marker, number = site.as_("marker"), ids(site)[0]

    def ask(connection: Any) -> Any:
        policy = site.app.state.desk.policy
        return next(
            one for one in standings(connection, "models", policy, Fraction(5)) if one.key == "s1"
        )

    asking.ask(site.book, "models", site.book.read(ask), "1", "I meant seven.")
    assert decide(marker, "0", token(site, number, "1"), part="1", once="a").status_code == 200
    assert len(by_hand(site, number, "1")) == 1


def waiting_on(page: str) -> int:
    """How many marks or answers wait, as a page says."""
    found = re.search(r"(\d+)\s*(?:marks?|answers?)?\s*waits?\b", re.sub(r"<[^>]+>", " ", page))
    return int(found[1]) if found else 0


def test_a_mark_that_a_changed_rubric_holds_back_waits_on_no_page(site: Site) -> None:
    boss = site.as_("instructor")
    pages = "/", "/review", "/review/models", "/release/models"
    assert [waiting_on(boss.get(where).text) for where in pages] == [6, 6, 6, 6]
    rubric = site.course / "rubrics/models.yaml"
    rubric.write_text(rubric.read_text("utf-8").replace("title: Models", "title: Fits"), "utf-8")
    assert "not marked again yet" in decide(boss, "1", token(site, ids(site)[0]), once="a").text
    assert [waiting_on(boss.get(where).text) for where in pages] == [5, 5, 5, 5]
    assert "Waiting <span>2 answers in" in boss.get("/review/models/2").text


def test_the_first_page_calls_an_assignment_as_other_pages_do(site: Site) -> None:
    page = re.sub(r"<[^>]+>", "", site.as_("instructor").get("/").text)
    assert "Models" in page
    assert "6 marks wait · 3 hand-ins" in page
    (site.course / "rubrics/models.yaml").write_text("assignment: models\nparts: 7\n", "utf-8")
    assert ">models<" in site.as_("instructor").get("/").text


def test_a_page_is_called_as_the_menu_calls_it(site: Site) -> None:
    page = site.as_("instructor").get("/queue").text
    assert "<h1>Hand-ins</h1>" in page
    assert re.search(r'href="/queue"[^>]*>Hand-ins<', page)
