"""The review over HTTP: one step for many, nothing written over, and students' words as text."""

from __future__ import annotations

import re
import shutil
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

from grader.gradebook.decisions import decisions
from grader.gradebook.tables import act, cell, decision, request, second_mark, standing, submission
from tests.web.reviewed import HOSTILE, NOISE, grade, hand_in, hand_in_text, make_course
from tests.web.web_site import Site, site_of

PART = "/review/models/2"


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class that waits, with hostile students in it."""
    home = make_course(tmp_path_factory.mktemp("class") / "course")
    for number, text in enumerate(HOSTILE):
        hand_in(home, f"h{number}", {"1": "7", "2": text, "3": text})
    ask = "Why does a model that is too flexible do badly on new data?"
    run = (
        "<script>document.title='owned'</script><b onclick=x()>bold</b> <img src=//evil.example/x>"
    )
    hand_in_text(home, "page", f"# {ask}\n\nNoise. {run}\n")
    hand_in(home, "long", {"1": "7", "2": "word " * 6000 + "END-OF-IT", "3": "x"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_AUTHOR", "Grace")
        grade(home)
    return home


@pytest.fixture
def review(graded: Path, tmp_path: Path) -> Iterator[Site]:
    """The app around a copy of that class."""
    home = tmp_path / "course"
    shutil.copytree(graded, home)
    with site_of(home) as made:
        yield made


def form_of(page: str) -> dict[str, str]:
    """The hidden fields of the form that decides."""
    form = page[page.index("data-decide") :]
    found = re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', form)
    return dict(found)


def look(client: Any, path: str = PART) -> dict[str, str]:
    answer = client.get(path)
    assert answer.status_code == 200
    return form_of(answer.text)


def send(client: Any, form: dict[str, str], **more: Any) -> Any:
    return client.post(f"{PART}/decide", data={**form, **more}, follow_redirects=False)


def marks(site: Site, part: str = "2") -> dict[str, Fraction | None]:
    """What the results that hold give, by label."""
    query = (
        sa.select(submission.c.label, cell.c.earned)
        .join(standing, standing.c.submission_id == submission.c.id)
        .join(cell, cell.c.result_id == standing.c.result_id)
        .where(cell.c.part == part)
    )
    rows = site.book.read(lambda connection: connection.execute(query).all())
    return {row.label: row.earned for row in rows}


def count(site: Site, table: Any) -> int:
    query = sa.select(sa.func.count()).select_from(table)
    return site.book.read(lambda connection: connection.execute(query).scalar_one())


def first_five(given: dict[str, Fraction | None]) -> list[Fraction | None]:
    return [given[f"s0{number}"] for number in range(1, 6)]


def test_one_decision_marks_all_who_wrote_the_same_and_nobody_else(review: Site) -> None:
    client = review.as_("marker")
    form = look(client)
    assert send(client, form, points="3/2", reason="says why").status_code == 303
    given = marks(review)
    assert first_five(given) == [Fraction(3, 2)] * 5
    assert {label for label, points in given.items() if points is not None} == {
        f"s0{number}" for number in range(1, 6)
    }


def test_only_those_that_are_ticked_are_marked(review: Site) -> None:
    client = review.as_("marker")
    page = client.get(PART).text
    ids = re.findall(r'name="member" value="([0-9.]+)"', page)
    assert len(ids) == 5
    send(client, form_of(page), points="1", member=ids[1:3])
    assert sorted(first_five(marks(review)), key=str) == [Fraction(1)] * 2 + [None] * 3


def test_a_step_is_taken_back_whole_and_only_once(review: Site) -> None:
    client = review.as_("marker")
    form = look(client)
    done = send(client, form, points="2", comment="well put")
    page = client.get(done.headers["location"]).text
    step = re.search(r'name="act" value="(\d+)"', page)
    assert step is not None
    assert "5 answers marked with 2" in page
    back = {"csrf": client.csrf, "act": step[1]}
    assert client.post("/review/models/undo", data=back).status_code == 200
    assert first_five(marks(review)) == [None] * 5
    held = review.book.read(lambda c: decisions(c, list(range(1, 50))))
    assert held == {}
    assert "well put" not in client.get(f"{PART}/answer/1").text
    before = count(review, decision)
    client.post("/review/models/undo", data=back)
    assert count(review, decision) == before


def test_undoing_a_new_mark_brings_the_old_one_back(review: Site) -> None:
    client = review.as_("marker")
    send(client, look(client), points="2", reason="first")
    again = look(client, f"{PART}?decided=1")
    done = send(client, again, points="1", reason="second")
    assert first_five(marks(review)) == [Fraction(1)] * 5
    step = re.search(r"done=(\d+)", done.headers["location"])
    assert step is not None
    client.post("/review/models/undo", data={"csrf": client.csrf, "act": step[1]})
    assert first_five(marks(review)) == [Fraction(2)] * 5


def test_the_same_form_sent_twice_is_one_step(review: Site) -> None:
    client = review.as_("marker")
    form = look(client)
    first, second = (send(client, form, points="2") for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert count(review, act) == 1
    assert count(review, decision) == 5


def test_who_comes_second_is_told_who_was_first_and_nothing_is_written_over(review: Site) -> None:
    grace, alan = review.as_("marker"), review.as_("instructor")
    late = look(alan)
    page = alan.get(PART).text
    ids = re.findall(r'name="member" value="([0-9.]+)"', page)
    send(grace, look(grace), points="2")
    answer = send(alan, late, points="0")
    assert answer.status_code == 409
    assert "marker@example.edu" in answer.text
    answer = send(alan, late, points="0", member=ids[:1])
    assert answer.status_code == 409
    assert "1 answer was marked meanwhile: marker@example.edu gave 2" in answer.text
    assert first_five(marks(review)) == [Fraction(2)] * 5


def test_a_group_that_changed_is_shown_again_before_it_is_marked(review: Site) -> None:
    grace, alan = review.as_("marker"), review.as_("instructor")
    page = alan.get(PART).text
    ids = re.findall(r'name="member" value="([0-9.]+)"', page)
    send(grace, look(grace), points="0", member=ids[-1:])
    answer = send(alan, form_of(page), points="2")
    assert answer.status_code == 409
    assert "holds 4 answers now" in answer.text
    assert Fraction(2) not in marks(review).values()


@pytest.mark.parametrize("written", ["", "3", "-1", "two", "1e9", "1/0", "9" * 40])
def test_points_that_are_none_are_refused_in_words_and_what_was_written_stays(
    review: Site, written: str
) -> None:
    client = review.as_("marker")
    answer = send(client, look(client), points="own", own=written, comment="keep me")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "keep me" in answer.text
    assert not any(points is not None for points in marks(review).values())


def test_hostile_words_are_text_on_every_page(review: Site) -> None:
    client = review.as_("instructor")
    form = look(client)
    send(client, form, points="1", reason=HOSTILE[0], comment=HOSTILE[1])
    csrf = {"csrf": client.csrf}
    client.post("/review/models/-/phrases", data={**csrf, "text": HOSTILE[1], "for": "course"})

    def ask(connection: Any) -> None:
        connection.execute(
            sa.insert(request).values(
                submission_id=1, part="2", text=HOSTILE[0], author="ada", at=review.book.now()
            )
        )

    review.book.write(ask)
    numbers = range(1, count(review, submission) + 1)
    paths = [
        "/review", "/review/models", "/review/models/3", f"{PART}?decided=1", "/requests/models",
        *(f"/review/models/-/{name}" for name in ("phrases", "history", "second")),
        *(f"{PART}/answer/{number}" for number in numbers), f"{PART}/second",
        *(f"{PART}?order={order}&q=<script>" for order in ("size", "points", "text", "small")),
        f"{PART}?group=%3Cscript%3E&every=1",
    ]  # fmt: skip
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200, path
        text = answer.text
        assert "<script>document" not in text, path
        assert "<img src=x" not in text, path
        assert ">49<" not in text, path
        assert "\u202e" not in text, path
        assert "\x1b" not in text, path


def test_a_students_page_is_framed_with_nothing_that_runs_or_loads(review: Site) -> None:
    client = review.as_("marker")
    numbers = range(1, count(review, submission) + 1)
    pages = [client.get(f"{PART}/answer/{number}").text for number in numbers]
    source = next(
        found[1] for page in pages if (found := re.search(r'<iframe[^>]*src="([^"]+)"', page))
    )
    frame = next(re.search(r"<iframe[^>]*>", page) for page in pages if "<iframe" in page)
    assert frame is not None
    assert 'sandbox=""' in frame[0]
    answer = client.get(source)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "bold" in answer.text
    for bad in ("<script", "onclick", "evil.example", "owned"):
        assert bad not in answer.text, bad


def test_a_huge_answer_is_cut_until_all_is_asked_for(review: Site) -> None:
    client = review.as_("marker")
    numbers = range(1, count(review, submission) + 1)
    path = next(
        f"{PART}/answer/{number}"
        for number in numbers
        if "long" in client.get(f"{PART}/answer/{number}").text.split("<h1>")[1][:40]
    )
    assert "END-OF-IT" not in client.get(path).text.split("files-title")[0]
    assert "END-OF-IT" in client.get(f"{path}?every=1").text.split("files-title")[0]


def test_what_is_not_there_is_not_found(review: Site) -> None:
    client = review.as_("marker")
    for path in (
        "/review/nope", "/review/models/nope", f"{PART}/answer/999", "/review/models/frame/999/0",
        "/review/models/frame/1/99", "/requests/nope", "/review/nope/-/history", "/review/..%2Fx/1",
    ):  # fmt: skip
        assert client.get(path).status_code == 404, path


@pytest.mark.parametrize("who", ["", "student:ada"])
def test_strangers_and_students_see_no_page_of_it(review: Site, who: str) -> None:
    client = review.as_(who)
    for path in (
        "/review",
        "/review/models",
        PART,
        f"{PART}/answer/1",
        "/requests",
        "/requests/models",
    ):
        answer = client.get(path, follow_redirects=False)
        assert answer.status_code in ((403,) if who else (303, 401)), path
        assert NOISE not in answer.text
    data = {"csrf": getattr(client, "csrf", ""), "points": "2", "member": "1"}
    assert client.post(f"{PART}/decide", data=data).status_code in (401, 403)
    assert not any(points is not None for points in marks(review).values())


def test_blind_pages_name_nobody(review: Site) -> None:
    client = review.as_("marker")
    page = client.get(f"{PART}?blind=1").text
    assert re.search("Answer [0-9a-f]{6}", page)
    for path in [f"{PART}?blind=1", *re.findall(rf'href="({PART}/answer[^"]+)"', page)]:
        shown = client.get(path.replace("&amp;", "&")).text
        assert not re.search(r"(?<![\w.])s0\d(?!\.json)(?![\w])", shown.split("files-title")[0]), (
            path
        )


def test_nobody_gives_the_second_mark_to_an_answer_they_marked_first(review: Site) -> None:
    ada = review.as_("marker")
    send(ada, look(ada), points="2")
    number = next(
        iter(review.book.read(lambda c: c.execute(sa.select(decision)).all()))
    ).submission_id
    form = {"csrf": ada.csrf, "submission": str(number), "points": "1"}
    answer = ada.post(f"{PART}/second", data=form)
    assert answer.status_code == 409
    assert count(review, second_mark) == 0


def test_a_second_marker_sees_no_first_mark_and_changes_none(review: Site) -> None:
    grace, alan = review.as_("marker"), review.as_("instructor")
    send(grace, look(grace), points="3/2", reason="first reason")
    seen = []
    for points in ("3/2", "3/2", "0", "3/2", "3/2"):
        page = alan.get(f"{PART}/second").text
        assert "first reason" not in page
        assert "marker@example.edu" not in page
        drawn = r'name="(?:csrf|once)" value="[^"]*"'  # any letters may stand there
        assert "s0" not in re.sub(drawn, "", page.split("<main")[1]).replace("s0?", "")
        form = form_of(page)
        seen.append(form["submission"])
        assert alan.post(f"{PART}/second", data={**form, "points": points}).status_code == 200
    assert len(set(seen)) == 5
    assert first_five(marks(review)) == [Fraction(3, 2)] * 5
    page = alan.get("/review/models/-/second").text
    assert "80 %" in page
    assert (
        len(re.findall(r'<th scope="row">', page.split("Where they differ")[1].split("<dialog")[0]))
        == 1
    )


def test_a_request_is_answered_once_and_the_mark_changes_with_its_words(review: Site) -> None:
    grace = review.as_("marker")
    send(grace, look(grace), points="1", reason="half of it")

    def ask(connection: Any) -> None:
        connection.execute(
            sa.insert(request).values(
                submission_id=1,
                part="2",
                text="Please look again.",
                author="s",
                at=review.book.now(),
            )
        )

    review.book.write(ask)
    page = grace.get("/requests/models").text
    assert "Please look again." in page
    assert "1 of 2 points" in page
    assert "half of it" in page
    fields = dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', page))
    data = {**fields, "text": "You are right.", "points": "2"}
    done = grace.post(
        "/requests/models", data={**data, "outcome": "changed"}, follow_redirects=False
    )
    assert done.status_code == 303
    assert sum(points == 2 for points in marks(review).values()) == 1
    late = grace.post("/requests/models", data={**data, "outcome": "kept"})
    assert late.status_code == 409
    assert "You are right." in grace.get("/requests/models?all=1").text
    assert "No request waits" in grace.get("/requests/models").text


def test_a_comment_of_the_bank_goes_to_all_who_are_marked(review: Site) -> None:
    client = review.as_("marker")
    bank = "/review/models/-/phrases"
    new = {"csrf": client.csrf, "text": "Think of the noise.", "for": "part:2", "points": "1,5"}
    assert client.post(bank, data=new, follow_redirects=False).status_code == 303
    page = client.get(PART).text
    number = re.search(r'name="phrase" value="(\d+)"', page)
    assert number is not None
    assert (
        "phrase"
        not in client.get("/review/models/3").text.split("data-decide")[1].split("</form>")[0]
    )
    send(client, form_of(page), points="3/2", phrase=number[1])
    assert "Think of the noise." in client.get(f"{PART}/answer/1").text
    client.post(bank, data={"csrf": client.csrf, "withdraw": number[1]})
    assert "Think of the noise." not in client.get(bank).text
    assert "Think of the noise." in client.get(f"{PART}/answer/1").text


def test_the_whole_class_is_reviewed_to_done_and_it_is_told_with_how_many_steps(
    review: Site,
) -> None:
    client = review.as_("marker")
    answers = sum(points is None for part in "23" for points in marks(review, part).values())
    steps = 0
    for part in "23":
        while "data-decide" in (page := client.get(f"/review/models/{part}").text):
            done = client.post(
                f"/review/models/{part}/decide", data={**form_of(page), "points": "1"}
            )
            assert done.status_code == 200
            steps += 1
            assert steps < answers
    page = client.get("/review/models").text
    assert "Nothing waits." in page
    assert f"{steps} decisions marked {answers} answers" in re.sub(r"\s+", " ", page)
    assert not any(points is None for part in "23" for points in marks(review, part).values())


def test_without_the_word_of_the_session_nothing_is_done(review: Site) -> None:
    client = review.as_("marker")
    form = look(client)
    del form["csrf"]
    assert send(client, form, points="2").status_code == 403
    assert count(review, decision) == 0


def test_a_group_that_is_gone_is_told_where_another_is_shown(review: Site) -> None:
    page = review.as_("marker").get(f"{PART}?group=none")
    assert page.status_code == 200
    assert "not there any more" in page.text
    assert "not there any more" not in review.as_("marker").get(PART).text
