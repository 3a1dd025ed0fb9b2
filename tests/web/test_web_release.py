"""What an instructor turns on by name: marks for students, and a model for one part."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="not run: starlette is not installed (extra web)")
pytest.importorskip("httpx", reason="not run: httpx is not installed (extra web)")
pytest.importorskip("argon2", reason="not run: argon2-cffi is not installed (extra web)")
pytest.importorskip("sklearn", reason="not run: scikit-learn is not installed (extra web)")

import sqlalchemy as sa

from grader.gradebook.acts import decide, seen_now
from grader.gradebook.people import enrol
from grader.gradebook.roster_file import Enrolled, Roster
from grader.gradebook.tables import act, cell, decision, standing, submission
from grader.review.auditing import proposed
from tests.web.reviewed import grade, make_course
from tests.web.web_site import Site, site_of

RIGHT = "It follows the noise of the training data, so its variance is high."
WRONG = "The bias of the model is too high."


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Thirty who are right in the same words, thirty who are wrong in the same words."""
    monkeypatch.setenv("GRADER_AUTHOR", "Grace")
    given = {f"r{n:02}": RIGHT for n in range(30)} | {f"w{n:02}": WRONG for n in range(30)}
    home = make_course(tmp_path / "course", given)
    grade(home)
    with site_of(home) as made:
        one = Enrolled(id="r00", name="Rosa", email="rosa@example.edu", section="", others={})
        enrol(made.book, Roster(rows=(one,), problems=()))
        yield made


def post(client: Any, path: str, **fields: str) -> Any:
    return client.post(path, data={"csrf": client.csrf, **fields}, follow_redirects=False)


def ids(site: Site, first: str) -> list[int]:
    own = submission.c.label.startswith(first)
    query = sa.select(submission.c.id).where(own).order_by(submission.c.label)
    return list(site.book.read(lambda connection: connection.execute(query).scalars()))


def mark(site: Site, some: list[int], points: Fraction) -> None:
    """Let a person mark answers to part 2, and wait until that stands."""
    seen = site.book.read(lambda connection: seen_now(connection, "2", some))
    step = decide(site.book, "models", "2", points, reason="read", seen=seen, possible=Fraction(2))
    assert len(step.done) == len(some)
    site.app.state.settling.add("models", some)
    site.app.state.settling.wait()


def held(site: Site, first: str) -> list[Fraction | None]:
    query = (
        sa.select(cell.c.earned)
        .join(standing, standing.c.result_id == cell.c.result_id)
        .join(submission, submission.c.id == standing.c.submission_id)
        .where(cell.c.part == "2", submission.c.label.startswith(first))
        .order_by(submission.c.label)
    )
    return list(site.book.read(lambda connection: connection.execute(query).scalars()))


def learned(client: Any) -> str:
    """The page of a part, once the model has learned."""
    for _ in range(200):
        page = client.get("/release/models/part/2").text
        if "It learned from" in page:
            return page
        time.sleep(0.1)
    raise AssertionError(page)


def test_a_student_sees_marks_only_while_they_are_released(site: Site) -> None:
    teacher, student = site.as_("instructor"), site.as_("student:r00")
    assert "see no marks yet" in teacher.get("/release/models").text
    assert student.get("/me/models/report/page").status_code == 404
    assert post(teacher, "/release/models/marks", holds="1").status_code == 303
    assert "Students see their reports" in teacher.get("/release/models").text
    assert student.get("/me/models/report/page").status_code == 200
    post(teacher, "/release/models/marks", holds="0")
    assert student.get("/me/models/report/page").status_code == 404


@pytest.mark.parametrize("who", ["marker", "student:r00"])
def test_nobody_but_an_instructor_releases(site: Site, who: str) -> None:
    client = site.as_(who)
    assert client.get("/release/models").status_code == 403
    assert post(client, "/release/models/marks", holds="1").status_code == 403
    assert post(client, "/release/models/part/2", holds="1", typed="2").status_code == 403
    assert "Students see their reports" not in site.as_("instructor").get("/release/models").text


def test_markers_are_shown_no_way_to_it(site: Site) -> None:
    assert "/release/models" in site.as_("instructor").get("/review/models").text
    assert "/release/models" not in site.as_("marker").get("/review/models").text


def test_a_report_tells_a_decision_as_soon_as_it_is_made(site: Site) -> None:
    teacher, student = site.as_("instructor"), site.as_("student:r00")
    post(teacher, "/release/models/marks", holds="1")
    assert "says why it is noise" not in student.get("/me/models/report/page").text
    mark_by_page(site, "r00", reason="says why it is noise")
    assert "says why it is noise" in student.get("/me/models/report/page").text


def mark_by_page(site: Site, label: str, *, reason: str) -> None:
    client = site.as_("marker")
    page = client.get("/review/models/2", params={"q": label}).text
    form = page[page.index("data-decide") :]
    fields = dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', form))
    tokens = re.findall(r'name="member" value="([0-9.]+)"', page)
    own = [token for token in tokens if token.startswith(f"{ids(site, label)[0]}.")]
    more = {"member": own} if own else {}
    answer = client.post(
        "/review/models/2/decide", data={**fields, "points": "2", "reason": reason, **more}
    )
    assert answer.status_code == 200


def test_a_large_group_is_gone_from_the_list_at_once_and_marked_soon(site: Site) -> None:
    client = site.as_("marker")
    page = client.get("/review/models/2").text
    form = page[page.index("data-decide") :]
    fields = dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', form))
    gone = RIGHT if RIGHT in page[page.index("group-title") :][:400] else WRONG
    answer = client.post("/review/models/2/decide", data={**fields, "points": "2", "reason": "yes"})
    assert answer.status_code == 200
    assert f"30 answers: <bdi>{gone}" not in client.get("/review/models/2").text
    site.app.state.settling.wait()
    assert held(site, "r" if gone == RIGHT else "w") == [Fraction(2)] * 30


def test_a_model_marks_only_where_it_was_turned_on_by_name_and_never_the_audited(
    site: Site,
) -> None:
    teacher = site.as_("instructor")
    mark(site, ids(site, "r")[:15], Fraction(2))
    mark(site, ids(site, "w")[:15], Fraction(0))
    page = learned(teacher)
    assert "It learned from <strong>30</strong> answers" in page
    answer = post(teacher, "/release/models/part/2/stand")
    assert "no model was turned on" in answer.text
    assert held(site, "r")[15:] == [None] * 15
    assert post(teacher, "/release/models/part/2", holds="1", typed="3").status_code == 422
    assert post(teacher, "/release/models/part/2", holds="1", typed="2").status_code == 303
    learned(teacher)
    answer = post(teacher, "/release/models/part/2/stand")
    assert answer.status_code == 200
    site.app.state.settling.wait()
    query = sa.select(decision.c.author, decision.c.points).where(
        decision.c.author.startswith("model")
    )
    made = site.book.read(lambda connection: connection.execute(query).all())
    assert f"{len(made)} answers were marked" in answer.text
    assert 0 < len(made) < 30
    assert all("instructor@example.edu" in row.author for row in made)
    right, wrong = held(site, "r")[15:], held(site, "w")[15:]
    assert set(right) <= {Fraction(2), None}
    assert set(wrong) <= {Fraction(0), None}


def _stood(site: Site) -> Any:
    """Let a model of thirty marks stand; return the instructor's browser."""
    teacher = site.as_("instructor")
    mark(site, ids(site, "r")[:15], Fraction(2))
    mark(site, ids(site, "w")[:15], Fraction(0))
    post(teacher, "/release/models/part/2", holds="1", typed="2")
    learned(teacher)
    assert post(teacher, "/release/models/part/2/stand").status_code == 200
    site.app.state.settling.wait()
    return teacher


HISTORY = "/review/models/-/history"


def _steps(client: Any) -> list[str]:
    """The steps of models in the history, as this browser shows them, newest first."""
    cards = client.get(HISTORY).text.split('<li class="row-card"')[1:]
    return [card for card in cards if "model, turned on by" in card]


def _undone_by_button(site: Site, client: Any) -> None:
    for card in _steps(client):
        if found := re.search(r'name="act" value="(\d+)"', card):
            post(client, "/review/models/undo", act=found[1])
    site.app.state.settling.wait()


def test_what_a_model_marked_is_taken_back_from_the_history(site: Site) -> None:
    teacher = _stood(site)
    assert {*held(site, "r")[15:], *held(site, "w")[15:]} > {None}
    assert "Undo" not in "".join(_steps(site.as_("marker")))
    act = re.search(r'name="act" value="(\d+)"', _steps(teacher)[0])
    assert act is not None
    post(site.as_("marker"), "/review/models/undo", act=act[1])
    assert "Taken back by" not in "".join(_steps(teacher))
    assert all("Undo" in card for card in _steps(teacher))
    _undone_by_button(site, teacher)
    assert held(site, "r")[15:] + held(site, "w")[15:] == [None] * 30
    told = _steps(teacher)
    assert all("Taken back by instructor@example.edu" in card for card in told)
    assert "Undo" not in "".join(told)


def test_marks_of_a_model_are_told_apart_from_those_of_people(site: Site) -> None:
    teacher = _stood(site)
    stood = sum(points is not None for points in held(site, "r")[15:] + held(site, "w")[15:])
    row = teacher.get("/release/models").text.split("part/2")[1].split("</tr>")[0]
    assert re.findall(r"<td>(\d+)</td>", row) == [str(30 - stood), "30", str(stood)]
    parts = teacher.get("/review/models").text
    assert f"30 decided · {stood} marked by a model" in parts


def test_the_page_tells_what_people_found_and_lets_no_more_stand_where_it_is_bad(
    site: Site,
) -> None:
    teacher = _stood(site)
    query = sa.select(act.c.told).where(act.c.what == "model").order_by(act.c.id)
    told = site.book.read(lambda connection: connection.execute(query).scalars().all())
    left = [of for one in told for of in proposed(one)]
    assert left
    part = "/release/models/part/2"
    page = re.sub(r"\s+", " ", teacher.get(part).text)
    assert f"{len(left)} certain proposal" in page
    assert "They have marked 0 of them." in page
    mark(site, left, Fraction(1))  # the model proposed all or nothing
    page = learned(teacher)
    assert f"<strong>0 of {len(left)}</strong> (0 %) got the points" in page
    assert "No more stands now" in page
    assert re.search(r"<button class=\"main\" disabled>Let \d+ certain", page)
    answer = post(teacher, f"{part}/stand")
    assert answer.status_code == 409
    assert "until it is turned off" in answer.text
    post(teacher, part, holds="0")
    post(teacher, part, holds="1", typed="2")
    assert "No more stands now" not in teacher.get(part).text


def test_beside_a_group_stands_what_a_model_suggests(site: Site) -> None:
    teacher = site.as_("instructor")
    mark(site, ids(site, "r")[:15], Fraction(2))
    mark(site, ids(site, "w")[:15], Fraction(0))
    learned(teacher)
    page = teacher.get("/review/models/2").text
    assert "A model of 30 marks suggests" in page
