"""Requests of students: nobody's mark and nobody's answer is written over unseen."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from grader.gradebook.acts import decide, seen_now
from grader.gradebook.decisions import decisions
from grader.gradebook.tables import act, request, request_answer, standing
from tests.web.reviewed import graded_class
from tests.web.web_site import Site, site_of

HERE = "/requests/models"


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graded_class(tmp_path_factory.mktemp("class") / "course", {"ada": "Noise.", "bob": "x"})


@pytest.fixture
def site(graded: Path, tmp_path: Path) -> Iterator[Site]:
    """Grace gave 1 of 2 points, and the student asks for another look."""
    home = shutil.copytree(graded, tmp_path / "course")
    with site_of(home) as made:
        mark(made, 1, "setup")
        row = {"submission_id": 1, "part": "2", "text": "Please look again.", "author": "s"}
        made.book.write(lambda c: c.execute(sa.insert(request).values(**row, at=made.book.now())))
        yield made


def mark(site: Site, points: int, author: str) -> None:
    book = site.app.state.open_book(author)
    seen = book.read(lambda c: seen_now(c, "2", [1]))
    full = Fraction(2)
    decide(book, "models", "2", Fraction(points), reason="read", seen=seen, possible=full)


def form(client: Any, path: str = HERE) -> dict[str, str]:
    page = client.get(path).text
    return dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', page))


def send(
    client: Any, given: dict[str, str], outcome: str, points: str = "", text: str = "read"
) -> Any:
    data = {**given, "outcome": outcome, "points": points, "text": text}
    return client.post(HERE, data=data, follow_redirects=False)


def held(site: Site) -> tuple[Fraction, str]:
    one = site.book.read(lambda c: decisions(c, [1]))[1][0]
    return one.points, one.author


def outcomes(site: Site) -> list[str]:
    query = sa.select(request_answer.c.outcome).order_by(request_answer.c.id)
    return list(site.book.read(lambda c: c.execute(query).scalars()))


@pytest.mark.parametrize(("outcome", "points"), [("changed", "0"), ("kept", "")])
def test_a_mark_that_came_since_the_page_was_made_is_told_and_stays(
    site: Site, outcome: str, points: str
) -> None:
    client = site.as_("marker")
    before = form(client)
    mark(site, 2, "Ida")
    answer = send(client, before, outcome, points, "my words")
    assert answer.status_code == 409
    assert "Ida gave 2" in answer.text
    assert "Nothing was changed" in answer.text
    assert "my words" in answer.text
    assert "2 of 2 points" in answer.text
    assert (held(site), outcomes(site)) == ((2, "Ida"), [])
    assert send(client, form(client), outcome, points).status_code == 303
    assert outcomes(site) == [outcome]


def test_who_answers_second_is_told_by_whom_it_was_answered(site: Site) -> None:
    first, second = site.as_("instructor"), site.as_("marker")
    one, other = form(first), form(second)
    assert send(first, one, "kept").status_code == 303
    answer = send(second, other, "changed", "0")
    assert answer.status_code == 409
    assert "instructor@example.edu answered this meanwhile" in answer.text
    assert (held(site), outcomes(site)) == ((1, "setup"), ["kept"])


def test_a_request_that_was_opened_again_meanwhile_is_not_answered_by_an_old_page(
    site: Site,
) -> None:
    first, second = site.as_("instructor"), site.as_("marker")
    old = form(second)
    send(first, form(first), "kept")
    assert send(first, form(first, f"{HERE}?all=1"), "reopened").status_code == 303
    assert send(second, old, "kept").status_code == 409
    assert outcomes(site) == ["kept", "reopened"]


def test_of_two_who_answer_at_once_one_is_told_of_the_other(site: Site) -> None:
    clients = {"kept": site.as_("instructor"), "changed": site.as_("marker")}
    forms = {outcome: form(client) for outcome, client in clients.items()}
    found: dict[str, Any] = {}
    writers = threading.Semaphore(0)

    def begins(_: Any, options: dict[str, Any]) -> None:
        if options.get("writes"):
            writers.release()

    def go(outcome: str) -> None:
        found[outcome] = send(clients[outcome], forms[outcome], outcome, "0")

    threads = [threading.Thread(target=go, args=(outcome,)) for outcome in clients]
    with site.book.engine.connect().execution_options(writes=True) as other, other.begin():
        sa.event.listen(site.book.engine, "set_connection_execution_options", begins)
        for thread in threads:
            thread.start()
        for _ in threads:  # both have read by now, and wait for the one writer there may be
            assert writers.acquire(timeout=60)
    sa.event.remove(site.book.engine, "set_connection_execution_options", begins)
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in found.values()) == [303, 409]
    assert len(outcomes(site)) == 1
    assert held(site) == ((1, "setup") if outcomes(site) == ["kept"] else (0, "marker@example.edu"))
    told = next(answer.text for answer in found.values() if answer.status_code == 409)
    other_one = "instructor" if outcomes(site) == ["kept"] else "marker"
    assert f"{other_one}@example.edu answered this meanwhile" in told


def test_the_same_change_sent_twice_is_one_answer(site: Site) -> None:
    client = site.as_("marker")
    given = form(client)
    assert [send(client, given, "changed", "2").status_code for _ in range(2)] == [303, 303]
    assert outcomes(site) == ["changed"]
    assert len(site.book.read(lambda c: c.execute(sa.select(act)).all())) == 2


def test_a_hand_in_that_holds_no_result_any_more_is_told_and_no_error(site: Site) -> None:
    client = site.as_("marker")
    before = form(client)
    site.book.write(lambda c: c.execute(sa.delete(standing).where(standing.c.submission_id == 1)))
    for given in (before, form(client)):
        answer = send(client, given, "changed", "2")
        assert answer.status_code == 409
        assert "Nothing was changed" in answer.text
    assert send(client, form(client), "kept").status_code == 303
    assert outcomes(site) == ["kept"]
