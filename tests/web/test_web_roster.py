"""An account is one student of the roster, by exactly its id, and nobody once that is gone from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="not run: the extra web is not installed")
pytest.importorskip("uvicorn", reason="not run: the extra web is not installed")
pytest.importorskip("httpx", reason="not run: httpx is not installed")

from grader.desk import rows
from grader.desk.working import Workers
from grader.gradebook.people import enrol
from grader.gradebook.roster_file import Enrolled, Roster
from tests.web.student_site import RIGHT, Site, site_of

FORMER = (
    "/me",
    "/me/sums",
    "/me/sums/state",
    "/me/sums/check",
    "/me/sums/report",
    "/me/sums/report/page",
    "/me/sums/receipt/1",
    "/me/sums/receipt/1/state",
)


@pytest.fixture
def site(course: Path) -> Iterator[Site]:
    """The small course, with a desk that works."""
    with site_of(course) as opened:
        yield opened


@pytest.fixture
def idle(course: Path) -> Iterator[Site]:
    """The small course, with a desk where nobody works: all waits."""
    with site_of(course, workers=0) as opened:
        yield opened


def roster(site: Site, **students: dict[str, str]) -> None:
    """Give the course a roster of these students alone, each with other ids."""
    found = [
        Enrolled(id=key, name=key, email=f"{key}@example.edu", section="", others=others)
        for key, others in students.items()
    ]
    enrol(site.book, Roster(rows=tuple(found), problems=()), replace=True)


def test_who_is_gone_from_the_roster_is_not_the_student_who_has_that_id_besides(
    site: Site,
) -> None:
    roster(site, **{"7": {}, "bob": {}})
    seven, bob = site.person("7"), site.person("bob")
    bob.hand_in({"answers.md": RIGHT})
    site.settled()
    site.release("sums")
    assert bob.get("/me/sums/report/page").status_code == 200
    roster(site, bob={"user_id": "7"})
    for where in FORMER:
        answer = seven.get(where)
        assert answer.status_code == 403, where
        assert "roster does not have you" in answer.text
        assert "bob" not in answer.text
    assert seven.post("/me/sums/request", part="1", text="forged").status_code == 403
    assert "forged" not in bob.get("/me/sums/report").text
    assert bob.get("/me/sums/report/page").status_code == 200


def test_who_is_gone_from_the_roster_hands_nothing_in_and_comes_back_with_it(idle: Site) -> None:
    roster(idle, ada={}, bob={})
    ada = idle.person("ada")
    roster(idle, bob={"Login": "ada"})
    for where in ("/me/sums", "/me/sums/check"):
        assert ada.hand_in({"answers.md": RIGHT}, where).status_code == 403
    assert rows.counts(idle.book)["waits"] == 0
    roster(idle, ada={}, bob={})
    assert ada.hand_in({"answers.md": RIGHT}).status_code == 303


def test_what_waits_of_somebody_who_is_gone_is_put_in_no_other_students_place(idle: Site) -> None:
    roster(idle, ada={}, bob={})
    receipt = idle.person("ada").hand_in({"answers.md": RIGHT})
    assert receipt.status_code == 303
    roster(idle, bob={"Login": "ada"})
    with closing(Workers(idle.course, idle.book)) as workers:
        workers.step()
    (held,) = rows.some(idle.book, "failed")
    assert "no student on the roster has the id 'ada' any more" in held.told["ours"]
    assert not list(idle.course.glob("submissions/sums/*/answers.md"))
